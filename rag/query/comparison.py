"""Split a comparison into a question for each side."""

from __future__ import annotations

import re
from collections.abc import Callable

from index.tables import Pattern
from index.text import fold
from rag.language import PACKS, THE, either
from rag.query.parts import AND, RELATIVE, Part
from rag.query.question_kind import question_word

_DIFFERENCE = PACKS.rules("comparison.difference")
_COMPARE = PACKS.rules("comparison.compare")
# "X est-il plus cher que Y ?", "is X older than Y?": sides and what is compared.
_THAN = PACKS.rules("comparison.than")
# "lequel est le plus cher, X ou Y ?", "who is older, X or Y?"
_WHICH = PACKS.rules("comparison.which")
_NOT_A_SIDE = PACKS.pattern("comparison.no_side", r"^(?:\d|{})")
_PREPOSITION = PACKS.pattern("comparison.prepositions", r"(?:{}) ")
_MORE = PACKS.pattern("comparison.more", r"(?:{}) (\w+s)")
_THAT = PACKS.lists("comparison.that")
_THAT_OF = Pattern(lambda: "(?:{}) (?={})".format(*_that()))
_HEAD = Pattern(lambda: rf"(?:.+? )?\w+(?= (?:{_that()[1]}))")
_ARTICLE = Pattern(lambda: rf"(?:{either(THE)})(?: |(?<=['’]))", re.IGNORECASE)
_FIRST_ARTICLE = Pattern(lambda: rf"^(?:{either(word.capitalize() for word in THE)})(?=[ ’'])")
_ASK = PACKS.table("comparison.ask", list[tuple[str, str]])
_ASK_WORDS = PACKS.table("comparison.ask_words", dict[str, str])
_TELL = PACKS.texts("comparison.tell")
_OF_SIDE = PACKS.texts("comparison.of_side")
_NOUN = PACKS.texts("comparison.noun")


def sides_of(question: str, language: str) -> tuple[Part, ...]:
    """Return the two questions of a comparison, one per side; () if it is none."""
    plain = question.strip(" ?¿!.")
    folded = fold(plain)
    if len(folded) != len(plain):
        return ()

    def written(match: re.Match[str], group: str) -> str:
        if group not in match.re.groupindex or match[group] is None:
            return ""
        return plain[match.start(group) : match.end(group)].strip(" ,")

    for table in (_DIFFERENCE, _COMPARE):
        match = re.fullmatch(table.of(language), folded)
        if match and not re.search(rf" (?:{AND.of(language)}) (?:{RELATIVE.of(language)})\b", folded):
            x = written(match, "x") or written(match, "x1")
            y = written(match, "y") or written(match, "y1")
            return _about(*_same_head(x, y, language), written(match, "of"), language)
    for table in (_WHICH, _THAN):
        match = re.fullmatch(table.of(language), folded)
        if match and not _NOT_A_SIDE.match(match["y"]) and not (table is _THAN and question_word(plain, language)):
            asked = _how(match["what"].strip(), written(match, "what"), language)
            x, y = _same_head(written(match, "x"), written(match, "y"), language)
            return (Part(_joined(asked(x), language), x), Part(_joined(asked(y), language), y))
    return ()


def _about(x: str, y: str, of: str, language: str) -> tuple[Part, ...]:
    if of and language == "fr" and not re.match(r"l[ea]s? |l['’]", of):
        asked = [
            f"{of.capitalize()} {side} ?" if _PREPOSITION.match(side) else f"{of.capitalize()} de {side} ?"
            for side in (x, y)
        ]
    elif of:
        wanted = of if _ARTICLE.match(of) else _article(of, language)
        asked = [_OF_SIDE[language].format(wanted, side) for side in (x, y)]
    else:
        asked = [_TELL[language].format(side) for side in (x, y)]
    return tuple(Part(_joined(text, language), side) for text, side in zip(asked, (x, y), strict=True))


def _article(noun: str, language: str) -> str:
    return _NOUN.get(language, "{}").format(noun)


def _how(what: str, written: str, language: str) -> Callable[[str], str]:
    """What makes the question about one side: the adjective's own where it is known."""
    if language == "en":
        if known := _ASK_WORDS.get(language, {}).get(what):
            return lambda side: known.format(side)
        counted = _MORE.fullmatch(what)
        if counted:
            return lambda side: f"How many {counted[1]} for {side}?"
        return lambda side: f"How {what.removeprefix('more ').removeprefix('less ').removeprefix('most ')} is {side}?"
    for pattern, template in _ASK.get("fr", ()):
        if match := re.fullmatch(pattern, what):
            noun = written[match.start(1) :] if match.groups() else ""
            return lambda side: template.format(side, noun)
    return lambda side: f"{side} : {written} ?"


def _same_head(x: str, y: str, language: str) -> tuple[str, str]:
    """Both sides in full: "le tramway de X et celui de Y"; "2019 and 2023 at the library"."""
    x, y = (_FIRST_ARTICLE.sub(lambda m: m.group().lower(), s) for s in (x, y))
    elided = _THAT_OF.match(y)
    if elided and (head := _HEAD.match(x)):
        y = f"{head.group()} {y[elided.end() :]}"
    year = re.fullmatch(r"((?:19|20)\d\d)[ ,]+(.+)", y)
    if year and re.fullmatch(r"(?:en |in )?(?:19|20)\d\d", x):
        return f"{year[2]} en {x[-4:]}" if language == "fr" else f"{year[2]} in {x[-4:]}", (
            f"{year[2]} en {year[1]}" if language == "fr" else f"{year[2]} in {year[1]}"
        )
    return x, y


def _that() -> tuple[str, str]:
    """Words for the noun of the first side and those behind it, in all languages."""
    words, behind = zip(*_THAT.values(), strict=True)
    return "|".join(words), "|".join(behind)


def _joined(text: str, language: str) -> str:
    """French prepositions with the article behind them: "de le pont" -> "du pont"."""
    if language == "fr":
        text = re.sub(r"\bde le\b", "du", re.sub(r"\bde les\b", "des", text))
    return text
