"""Split a question into the questions in it: two joined by "and", or one for each side of a comparison. Pure.

Each part stands alone: what it takes from the part before ("and when did it open?") is filled in.
"""

from __future__ import annotations

import re

from index.tables import NEVER
from index.text import fold
from rag.language import PACKS
from rag.query.comparison import sides_of
from rag.query.parts import AND, MAX_PARTS, RELATIVE, Part, Split
from rag.query.question_kind import asks, question_word


def split(question: str, language: str) -> Split | None:
    """Return the parts of a question, two or three of them; None if it is one question, or no rule is sure."""
    if language not in AND or len(fold(question)) != len(question):
        return None
    if sides := sides_of(question, language):
        return Split("comparison", sides)
    texts = _cut(question, language)
    if not 2 <= len(texts) <= MAX_PARTS:
        return None
    if texts[0] == question_word(texts[0], language):  # "when and where was X born?"
        word = question_word(texts[1], language)
        alone = [texts[0] + texts[1][len(word) :], texts[1]]
    else:
        alone = [texts[0], *(_standing_alone(text, texts[0], language) for text in texts[1:])]
    return Split(
        "several",
        tuple(Part(_as_question(a, language), text.strip(" ?¿,;")) for a, text in zip(alone, texts, strict=True)),
    )


# --- two questions in one -------------------------------------------------------------------------------------------


def _cut(question: str, language: str) -> list[str]:
    """A question at its question marks, and before "and" with a question word behind it."""
    marked = [piece.strip(" ¿") for piece in re.split(r"[?？]+", question)]
    pieces = [piece for piece in marked if sum(char.isalpha() for char in piece) > 1]
    if len(pieces) > 1:
        joined = [re.sub(rf"^(?:{AND.of(language)})\s+", "", piece, flags=re.IGNORECASE) for piece in pieces]
        return joined if all(asks(piece, language) for piece in joined) else []
    for match in re.finditer(rf"(,|;)?\s+(?:{AND.of(language)})\s+(?=\S)", fold(question)):
        before, after = question[: match.start()].strip(" ¿"), question[match.end() :].strip(" ?")
        word = fold(question_word(after, language))
        if not word or not asks(before, language):
            continue
        last = word.split()[-1]
        is_clause = re.fullmatch(RELATIVE.of(language), last) and re.search(rf"\S +{re.escape(last)}\b", fold(before))
        if re.fullmatch("qu'?[a-z]*", last) and language == "fr" and not question_word(before, language):
            continue  # "est-il vrai que … et que …"
        if last in ("que", "che") and not match[1] and not _TURNS_BEHIND.match(after):
            continue
        if not is_clause:
            return [before, after]
    return []


def _as_question(text: str, language: str) -> str:
    text = text.strip(" ?¿,;.")
    mark = " ?" if language == "fr" else "?"
    return ("¿" if language == "es" else "") + text[:1].upper() + text[1:] + mark


# --- what the second question leans on ------------------------------------------------------------------------------

_PRONOUNS = PACKS.rules("parts.pronouns")
_DETERMINERS = PACKS.table("parts.determiners", dict[str, str])
_PLURAL = PACKS.all_words("parts.plural")
_TURNS_BEHIND = PACKS.pattern("inversion.he", r"\S+ \S+-(?:t-)?(?:{})\b")
_TURNED = PACKS.pattern("inversion.turned")
_OF = PACKS.rules("parts.of")
_NAME = r"[A-ZÀ-ÖØ-Þ][\w’'-]*(?: [A-ZÀ-ÖØ-Þ][\w’'-]*)*"


def _standing_alone(text: str, first: str, language: str) -> str:
    """The second question with what it takes from the first: its predicate ("and when?") or its subject."""
    word = question_word(text, language)
    rest = text[len(word) :].strip(" ?,")
    if word and len(rest.split()) == 0:
        asked = question_word(first, language)
        return f"{word.strip()} {first[len(asked) :].strip(' ,')}" if asked else f"{first}, {word.strip()}"
    pronoun = re.search(_PRONOUNS.of(language), fold(text))
    if pronoun:
        subject = _subject(first, pronoun.group(), language)
        named = _names(first[len(question_word(first, language)) :])
        if named and (not subject or (subject in named and pronoun.group() in _PLURAL)):
            return f"{text} ({named[-1]})"  # nothing to put in the pronoun's place, but what it is about
        return _with_subject(text, pronoun, subject, language) if subject else text
    if language in ("es", "it", "pt") and len(rest.split()) <= 2 and (subject := _subject(first, "", language)):
        return f"{text} {subject}"  # "y cuándo se construyó": the subject is not said
    if _names(rest) or len(rest.split()) > 5:
        return text
    body = first[len(question_word(first, language)) :]
    if places := re.findall(rf"{_of()}{_NAME}", body):
        return f"{text}{places[-1]}"  # "the new bridge" -> "the new bridge at Vernay"
    return text


def _subject(first: str, pronoun: str, language: str) -> str:
    """The noun phrase of the first question that a pronoun most likely stands for: one with a name in it if any."""
    asked = question_word(first, language)
    body = first[len(asked) :]
    table = _DETERMINERS.get(language, {})
    determiners = table.get(pronoun) or "|".join(table.values()) or NEVER
    within = rf"(?<!\w)(?:{determiners})"
    named = rf"{within}(?!\d)[a-zà-ÿ’'-]+(?: [a-zà-ÿ-]+)?{_of()}{_NAME}|{within}{_NAME}(?: [a-zà-ÿ]+(?= ))?"
    found = re.search(named, body)
    if not found and (names := _names(body)) and pronoun not in ("it", "es"):
        return names[0]
    found = found or re.search(rf"{within}[\w’'-]+", body)
    if not found:
        return (_names(body) or [""])[0]
    return re.sub("^(?:du|au) ", "le ", re.sub("^des ", "les ", found.group().strip()))


def _of() -> str:
    return rf"(?: (?:{_OF.any})(?: |(?<=['’])))"


def _names(text: str) -> list[str]:
    return re.findall(rf"(?<!\w){_NAME}", text)


def _with_subject(text: str, pronoun: re.Match[str], subject: str, language: str) -> str:
    if language != "fr":
        return text[: pronoun.start()] + subject + text[pronoun.end() :]
    if not text[: pronoun.start()].endswith("-"):
        return text[: pronoun.start()] + subject + text[pronoun.end() :]
    # "quand a-t-il été construit" -> "quand le pont a-t-il été construit"
    turned = _TURNED.search(text[: pronoun.start()])
    at = turned.start() if turned else 0
    if turned and re.fullmatch(r"qu[e'’]\s*", fold(text[:at])):  # "que fait-il" -> "que fait X"
        verb = re.sub(r"-(?:t-)?$", "", turned.group())
        return f"{text[:at]}{verb} {subject}{text[pronoun.end() :]}"
    return f"{text[:at]}{subject} {text[at:]}"
