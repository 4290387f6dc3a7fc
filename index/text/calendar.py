"""Names of months and days of the week in the languages of articles and questions, and the dates written with them."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from index.tables import Pattern
from index.text.lexicon import LEXICON, STOP_WORDS
from index.text.normalize import fold

_MONTHS = LEXICON.lists("months")
_SHORT_MONTHS = LEXICON.all_words("short_months")
_ORDINALS = LEXICON.rules("ordinals")
_WEEKDAYS = LEXICON.texts("weekdays")
_OTHER_DATE = LEXICON.pattern("page.other_date", r"(?:{})\b", re.IGNORECASE)

_YEAR = r"(?P<y>(?:1[5-9]|20)\d\d)(?!\d)"
_DAY = r"(?<![^\W_])(?<!\d[.,])(?P<d>0?[1-9]|[12]\d|3[01])(?:er|re|st|nd|rd|th|e|ème|o|a|\.)?"
_GAP = r"[\s._/-]{1,3}(?:(?:de|del|do|of|di|du|d['’])\s*)?"
_BETWEEN_NUMBERS = r"\s?(?P<gap>[-/._])\s?"
_FORMS = (
    re.compile(r"(?<!\d)(?P<y>(?:1[5-9]|20)\d\d)(?P<gap>[-/._])(?P<m>0?[1-9]|1[0-2])(?P=gap)"
               r"(?P<d>0[1-9]|[12]\d|3[01]|[1-9])(?!\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:1[5-9]|20)\d\d)[-_](?P<m>0[1-9]|1[0-2])(?![\d/])"),
    re.compile(r"(?<!\d)(?P<y>(?:1[6-9]|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])"
               r"(?:T?\d{4}(?:\d\d)?)?(?!\d)"),
    re.compile(r"(?<![\d/])(?P<d>\d{1,2})(?P<gap>/)(?P<m>\d{1,2})/(?P<yy>\d\d)(?![\d/])"),
    re.compile(rf"(?<!\d)(?<!\d[-/._])(?P<d>\d{{1,2}}){_BETWEEN_NUMBERS}(?P<m>\d{{1,2}})\s?(?P=gap)\s?{_YEAR}"),
)  # fmt: skip
_NAMED = (
    Pattern(lambda: rf"{_DAY}{_GAP}(?P<m>{_month()})\b\.?,?{_GAP}{_YEAR}", re.IGNORECASE),
    Pattern(lambda: rf"(?<![^\W_])(?P<m>{_month()})\.?[\s_-]{{1,3}}(?P<d>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
            rf"(?:,\s?|[\s_-]+){_YEAR}", re.IGNORECASE),
    Pattern(lambda: rf"(?<![^\W_])(?P<m>{_month()})(?P<dot>\.?),?{_GAP}{_YEAR}", re.IGNORECASE),
)  # fmt: skip
_WHOLE = (
    re.compile(rf"(?P<m>0?[1-9]|1[0-2])[-/.]{_YEAR}"),
    re.compile(r"(?P<d>\d{1,2})(?P<gap>[-/.])(?P<m>\d{1,2})(?P=gap)(?P<yy>\d\d)"),
    re.compile(_YEAR),
)
"""Forms that are a date only where nothing else stands, as in a field."""
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")
_MOST_CHARS = 1000


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date in a text, at `text[start:end]` of the text as `dates_in` was given it."""

    start: int
    end: int
    date: str
    """ISO 8601, as precise as it is written: "2024-03-12", "2024-03" or, where nothing else stands, "2024"."""


@cache
def months() -> Mapping[str, int]:
    """Names and short forms of the months in all languages, with and without accents, and their numbers from 1."""
    rows = enumerate(zip(*_MONTHS.values(), strict=True), start=1)
    return {name: number for number, row in rows for names in row for name in names.split()}


def ordinal_endings(language: str = "") -> str:
    """Return a rule for what stands behind the digits of a day ("1er", "3rd"), of all languages if none is given."""
    return _ORDINALS.of(language) if language else _ORDINALS.any


def is_short_month(word: str) -> bool:
    """Return whether a folded word of at most four letters names a month and is hardly ever another word."""
    return word in _SHORT_MONTHS


@cache
def weekdays() -> Mapping[str, int]:
    """Folded names of the days of the week in all languages, and their numbers: 0 is Monday."""
    found: dict[str, int] = {}
    for number, row in enumerate(zip(*(each.split() for each in _WEEKDAYS.values()), strict=True)):
        for name in row:
            found.setdefault(name, number)
    return found


def composed(text: str) -> str:
    """Return the text in which `dates_in` finds most: letters with their accents, "1ᵉʳ" as "1er", its beginning only.

    A superscript digit, as of a note, is taken out: it belongs to no number.
    """
    kept = "".join(char for char in text[:_MOST_CHARS] if not (char.isdigit() and not char.isdecimal()))
    return unicodedata.normalize("NFKC", kept)


def dates_in(text: str, month_first: bool = False) -> list[WrittenDate]:
    """Return the dates written out in `text`, in order and apart from each other.

    At least month and year are told; a year alone only if it is the whole text. "03/04/2024" is the third of April
    unless `month_first`, or there is no such day.
    """
    whole = text.strip(" \t.,;:()")
    offset = text.find(whole)
    for form in _WHOLE:
        if (match := form.fullmatch(whole)) and (date := _iso(match, month_first)):
            return [WrittenDate(offset, offset + len(whole), date)]
    found = [
        WrittenDate(match.start(), match.end(), date)
        for form in (*_FORMS, *_NAMED)
        for match in form.finditer(text)
        if (date := _iso(match, month_first)) and (form in _FORMS or _is_year(text, match, whole))
    ]
    apart: list[WrittenDate] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return apart


def _iso(match: re.Match[str], month_first: bool) -> str:
    """Return the date of a match, "" if there is none: month 13, the 31st of February."""
    parts = match.groupdict()
    year = int(parts["y"]) if parts.get("y") else 1900 + int(parts["yy"]) + 100 * (int(parts["yy"]) < 70)
    if not parts.get("m"):
        return f"{year}"
    month = months().get(parts["m"].lower()) or int(parts["m"])
    day = int(parts["d"]) if parts.get("d") else 0
    is_numeric = parts.get("gap") and match.start("d") < match.start("m")
    if is_numeric and (month > 12 or (month_first and 1 <= day <= 12)):
        day, month = month, day
    if not 1 <= month <= 12 or (parts.get("d") and not 1 <= day <= _days(year, month)):
        return ""
    return f"{year}-{month:02d}-{day:02d}" if day else f"{year}-{month:02d}"


def _days(year: int, month: int) -> int:
    """Return how many days a month has. Years are those of the Gregorian calendar, from 1."""
    return monthrange(max(year, 1), month)[1]


def _is_year(text: str, match: re.Match[str], whole: str) -> bool:
    """Return False if what looks like the year counts what follows ("le 1er mai 2000 personnes ont défilé"), or if the
    month is a short form that may be another word ("la mar 2012")."""
    parts = match.groupdict()
    is_short = parts["m"].lower() not in _full_names()
    if not parts.get("d") and is_short and not parts["dot"] and match.group() != whole:
        return False
    following = _NEXT_WORD.match(text, match.end())
    if following is None or not following[1].islower():
        return True
    word = fold(following[1])
    is_plural = word.endswith(("s", "x")) and word not in _not_counted()
    return not is_plural or _OTHER_DATE.match(text, following.start(1)) is not None


@cache
def _full_names() -> frozenset[str]:
    """Months as they are written whole, with and without accents."""
    rows = [names.split() for row in _MONTHS.values() for names in row]
    return frozenset(name for whole, *short in rows for name in (whole, *short) if fold(name) == fold(whole))


@cache
def _not_counted() -> frozenset[str]:
    """Folded words that are never what a number counts."""
    return frozenset(word for words in STOP_WORDS.values() for word in words.split()) | weekdays().keys()


def _month() -> str:
    return "|".join(sorted(months(), key=len, reverse=True))
