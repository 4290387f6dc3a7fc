"""Spans of a text that a question can ask for: dates, numbers, names, reasons and phrases, chosen by rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple

from index.tables import NEVER, Pattern
from index.text import fold, months, ordinal_endings, sentences, stop_words
from rag.language import PACKS

Kind = Literal["date", "number", "name", "reason", "phrase"]
KINDS: tuple[Kind, ...] = ("number", "name", "date", "phrase", "reason")


class Askable(NamedTuple):
    """`text[start:end]` answers a question of this kind."""

    start: int
    end: int
    kind: Kind


MAX_PHRASE = 7
MIN_WORDS = 6
"""A sentence of fewer words is a headline, a byline or a caption, which no question is asked about."""

_DATE = Pattern(
    lambda: (
        rf"\b\d{{1,2}}(?:{ordinal_endings()}|º|\.)?\s+(?:de\s+)?(?:{_month()})(?:,?\s+(?:de\s+)?(?:19|20)\d\d)?\b"
        rf"|\b(?:{_month()})\s+\d{{1,2}}(?:,\s+(?:19|20)\d\d)?\b"
        rf"|\b(?:{_month()})\s+(?:de\s+)?(?:19|20)\d\d\b"
        r"|\b(?:1[5-9]|20)\d\d\b(?!\s*(?:%|€|\$|[^\W\d_]{2,}s\b))"
    ),
    re.IGNORECASE,
)
_SCALES = PACKS.rules("spans.scales")
_BEFORE_UNIT = PACKS.rules("spans.before_unit")
_NUMBER = Pattern(
    lambda: (
        rf"\b\d+(?:[\u202f\u00a0 .,]\d+)*(?:[\u202f\u00a0 ](?i:{_SCALES.any})\b)?"
        rf"(?:[\u202f\u00a0 ]?(?:%|€|\$|°C)|[\u202f\u00a0 ](?:{_BEFORE_UNIT.any})?[^\W\d_]{{2,}}(?:/h)?)?"
    )
)
_NAME = PACKS.pattern(
    "spans.in_names",
    r"(?<![\w’'-])(?:(?<=[dlDL][’'])|)[A-ZÀ-ÖØ-Þ][\w’-]*[\wà-ÿ]"
    r"(?:\s(?:(?:{})\s)?[A-ZÀ-ÖØ-Þ][\w’-]*[\wà-ÿ])*",
)
_ENDS = r"[^\s,;:.!?()«»\"“”„]+"
_DETERMINERS = PACKS.rules("spans.determiners")
_ELIDED = PACKS.rules("spans.elided")
_SPAN_ENDS = PACKS.texts("spans.ends")
_REASONS = PACKS.rules("spans.reasons")
_DANGLING = PACKS.all_words("spans.dangling")


@cache
def _reason(language: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{_REASONS.of(language)})\s?(?:[^\s,;:.!?()«»\"“”]+\s?){{2,14}}(?=[,;:.!?])")


@cache
def _phrase(language: str) -> re.Pattern[str]:
    ends = "|".join(_SPAN_ENDS.get(language, "").split()) or NEVER
    return re.compile(
        rf"(?<![\w’'])(?:(?:{_DETERMINERS.of(language)})\s|{_ELIDED.of(language)})"
        rf"(?:(?!(?:{ends})\s){_ENDS}(?:\s|(?=[,;:.!?()«»\"“”])|$)){{1,12}}"
    )


def _month() -> str:
    names = (month for month in months() if len(month) > 3 or month in {"mai", "may"})
    return "|".join(sorted(names, key=len, reverse=True))


def askable(text: str, language: str) -> list[Askable]:
    """Return what can be asked for in complete sentences of `text`, in reading order.

    Longer spans come before shorter ones at one place; spans of different kinds may overlap. In a language without
    rules for phrases only dates, numbers and names are found.
    """
    found = {
        Askable(start + a, start + b, kind)
        for start, end in sentences(text)
        if _is_prose(text[start:end])
        for a, b, kind in _in_sentence(text[start:end], language)
    }
    return sorted(found, key=lambda each: (each.start, -each.end))


def _in_sentence(sentence: str, language: str) -> Iterator[Askable]:
    begins = _after_dateline(sentence)
    dates = [match.span() for match in _DATE.finditer(sentence, begins)]
    yield from (Askable(*span, "date") for span in dates)
    for match in _NUMBER.finditer(sentence, begins):
        start, end = match.start(), _without_stop_word(match.group(), language) + match.start()
        is_bare = end - start <= 2 and match.group()[: end - start].isdigit()
        if not is_bare and not any(start < b and a < end for a, b in dates):
            yield Askable(start, end, "number")
    for match in _NAME.finditer(sentence, begins):
        elided = re.match(r"[cdjlmnstCDJLMNST][’']", match.group())
        name = match.group()[elided.end() if elided else 0 :]
        if _is_name(name, language, is_first=match.start() == begins):
            yield Askable(match.end() - len(name), match.end(), "name")
    for kind, pattern in (("reason", _reason(language)), ("phrase", _phrase(language))):
        for match in pattern.finditer(sentence, begins):
            length = len(match.group().rstrip()) if kind == "reason" else _phrase_length(match.group(), language)
            if kind == "reason" or _is_full(match.group()[:length], language):
                yield Askable(match.start(), match.start() + length, "reason" if kind == "reason" else "phrase")


def _is_prose(sentence: str) -> bool:
    return len(sentence.split()) >= MIN_WORDS and sentence.rstrip("»”\"’')] \u00a0\u202f")[-1:] in tuple(".!?…。")


def _after_dateline(sentence: str) -> int:
    """Return where a sentence starts after "VERNAY, 12 mars (AGL) — "."""
    match = re.match(r"[A-ZÀ-Þ][^.—–]{0,70}[—–]\s+", sentence)
    return match.end() if match and re.match(r"[A-ZÀ-Þ]{3}", sentence.replace("-", "")) else 0


def _is_name(name: str, language: str, is_first: bool) -> bool:
    """Return whether a capitalised run is more than the sentence's first word or a German noun."""
    words = name.split()
    if not name[0].isupper():
        return False
    if len(words) > 1:
        return fold(words[0]) not in stop_words(language) and not name.isupper()
    return not is_first and language != "de" and len(name) > 3 and fold(name) not in stop_words(language)


def _without_stop_word(number: str, language: str) -> int:
    """Return the length of "24 wagons" in "24 wagons", of "24" in "24 et"."""
    head, space, unit = number.replace("\u00a0", " ").replace("\u202f", " ").rpartition(" ")
    is_unit = unit[:1].isalpha() and fold(unit) not in stop_words(language) | _DANGLING
    if not space or not unit[:1].isalpha() or is_unit:
        return len(number)
    return len(head.removesuffix(" de").removesuffix(" of"))


def _is_full(phrase: str, language: str) -> bool:
    """Return whether a phrase is short, has two content words, and does not end in a verb ("les syndicats jugent")."""
    found = [word for word in re.split(r"[\s’']+", phrase) if fold(word) not in stop_words(language) | _DANGLING]
    is_verb = language == "fr" and phrase.endswith("ent") and not phrase.endswith("ment")
    return len(found) >= 2 and len(phrase.split()) <= MAX_PHRASE and not is_verb


def _phrase_length(phrase: str, language: str) -> int:
    """Return the length of a phrase up to its first verb or figure, without prepositions then left at its end."""
    words = re.findall(r"\S+\s*", phrase)
    stop = stop_words(language) - _DANGLING
    n = next((i for i, w in enumerate(words) if i and (fold(w.strip()) in stop or w[0].isdigit())), len(words))
    while n and fold(words[n - 1].strip()) in _DANGLING:
        n -= 1
    return len("".join(words[:n]).rstrip())
