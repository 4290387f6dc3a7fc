"""What a question asks for: told by its words, with or without accents and capitals. Pure.

Anything no rule is sure of is a fact: the path that fits any question.
"""

from __future__ import annotations

import re

from index.text import fold
from rag.language import PACKS
from rag.types import Kind

# All patterns are matched against folded text: lower case, no accents, straight apostrophes.

_POLITE = PACKS.rules("question.polite")
_WHETHER = PACKS.rules("question.whether")

_LIST = PACKS.rules("question.list")
# Plurals that are one figure: "quelles ont été les ventes", "what were the losses".
_FIGURES = PACKS.pattern("question.figures", r"\b(?:{})\b")

_REASON = PACKS.rules("question.reason")

_QUESTION_WORDS = PACKS.rules("question.words")
_PREPOSITIONS = PACKS.rules("question.prepositions")
_YES_NO = PACKS.rules("question.yes_no")
_ACCENTED_IS = PACKS.rules("question.accented_is")
_OPENERS = PACKS.rules("question.openers")
_INVERSION = PACKS.pattern("inversion.asks")
_FR_ASKS = PACKS.pattern("inversion.asks_more")
_FR_ASKS_LAST = PACKS.pattern("inversion.asks_last")
_FR_ASKS_LAST_WHETHER = PACKS.pattern("inversion.asks_last_whether")
_FR_OF_WHOM = PACKS.pattern("inversion.of_whom")
_OR = PACKS.rules("question.or")


def kind_of(question: str, language: str) -> Kind:
    """Return what a question asks for; "fact" if no rule is sure, or the language has no rules.

    "several" and "comparison" are recognised by `rag.query.decomposition.split`, which has to find the parts anyway.
    """
    if language not in _QUESTION_WORDS:
        return "fact"
    asked, raw = _opening(question, language)
    if asked is None:
        return "yes_no"
    if re.match(rf"(?:{_LIST.of(language)})", asked) and not _FIGURES.search(asked):
        return "list"
    if re.match(rf"(?:{_OPENERS.any})?(?:{_REASON.of(language)})", asked):
        return "reason"
    return "yes_no" if _is_yes_no(asked, raw, language) else "fact"


def asks(text: str, language: str) -> bool:
    """Return whether a text begins like a question: with a question word (perhaps after a preposition) or a verb."""
    asked, raw = _opening(text, language)
    return asked is None or bool(_starts_with_word(asked, language)) or _is_yes_no(asked, raw, language)


def question_word(text: str, language: str) -> str:
    """Return the question word that begins a text, with its preposition, as it is written; "" if there is none."""
    match = _starts_with_word(fold(text), language)
    return text[: match.end()] if match and len(fold(text)) == len(text) else ""


def _opening(question: str, language: str) -> tuple[str | None, str]:
    """The question folded and in lower case, without marks and politeness before it; None for "tell me whether …"."""
    folded = _bare(fold(question))
    polite = re.match(
        rf"(?:{_POLITE.of(language)}) +(?={_WHETHER.of(language)}\b|(?:{_QUESTION_WORDS.of(language)})\b"
        rf"|{_LIST.of(language)})",
        folded,
    )
    if polite:
        rest = folded[polite.end() :]
        if re.match(rf"(?:{_WHETHER.of(language)}) ", rest + " "):
            return None, ""
        return rest, rest
    return folded, _bare(question.lower())


def _bare(text: str) -> str:
    return " ".join(text.split()).lstrip(" ¿¡«“\"'-–—").rstrip(" ?!.»”\"'")


def _starts_with_word(folded: str, language: str) -> re.Match[str] | None:
    return re.match(rf"(?:{_PREPOSITIONS.of(language)})?(?:{_QUESTION_WORDS.of(language)})(?!\w)", folded)


def _is_yes_no(asked: str, raw: str, language: str) -> bool:
    if re.search(rf" (?:{_OR.of(language)}) ", asked):
        return False
    if language == "fr":
        return _is_french_yes_no(asked)
    head = asked
    if _starts_with_word(asked, language) and not re.match(rf"(?:{_YES_NO.of(language)})", asked):
        return bool(re.match(_ACCENTED_IS.of(language), raw))
    if "," in asked and not re.match(rf"(?:{_YES_NO.of(language)})", asked):
        head = asked.split(",", 1)[1].strip()  # "in 2020, did …"
        if _starts_with_word(head, language):
            return False
    found = re.match(rf"(?:{_YES_NO.of(language)})", head) or re.match(_ACCENTED_IS.of(language), raw)
    # "Is it known who …", "Ha detto quando?": a question word at the end asks for more than yes or no.
    return bool(found) and not re.search(rf"\b(?:{_QUESTION_WORDS.of(language)})$", asked)


def _is_french_yes_no(asked: str) -> bool:
    if re.match(_YES_NO["fr"], asked):
        return not _FR_ASKS_LAST_WHETHER.search(asked)
    turned = _INVERSION.search(asked)
    if not turned or _starts_with_word(asked, "fr") or _FR_ASKS.search(asked):
        return False
    # "En France, qui a-t-il …": the question word after the first comma; "… a-t-il quand ?": at the end.
    return not any(_starts_with_word(piece.strip(), "fr") for piece in asked[: turned.start()].split(",")[1:]) and not (
        _FR_ASKS_LAST.search(asked) or _FR_OF_WHOM.search(asked[: turned.start()])
    )
