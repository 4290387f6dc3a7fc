"""Dates in words ("en mars 2024", "depuis lundi", "between January and March", "letzte Woche") to first and last day.

Pure; text is read folded (`index.text.normalize.fold`). Why no date library: docs/experiments.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from index.tables import NEVER, Pattern
from index.text import fold, is_short_month, months, ordinal_endings, weekdays
from rag.language import PACKS, numbers

Unit = Literal["day", "week", "month", "year"]

_RELATIONS = PACKS.table("dates.relations", dict[str, str])
_PAIRS = PACKS.lists("dates.pairs")
_ARTICLES = PACKS.all_words("dates.articles")
_BEFORE = PACKS.rules("dates.before")
_BEFORE_ELIDED = PACKS.rules("dates.before_elided")
_ABOUT = PACKS.rules("dates.about")
_RELATIVE: Mapping[str, list[tuple[str, Unit, int]]] = PACKS.table("dates.relative", list)
_ROLLING = PACKS.rules("dates.rolling")
_LAST_DAY = PACKS.lists("dates.last_day")
_UNITS: Mapping[str, dict[Unit, str]] = PACKS.table("dates.units", dict)

ROLLING_UNITS = {"day": 7, "week": 3, "month": 3, "year": 3}
"""What "these last days", "weeks" … are without a number."""


@dataclass(frozen=True, slots=True)
class When:
    """The days named by `text[start:end]`; `text[core:end]` is without the preposition."""

    start: int
    core: int
    end: int
    first: date | None
    """None if it is open towards the past, as `last` is towards the future."""
    last: date | None
    unit: Unit
    is_relative: bool = False
    """Counted from today ("last week"), not from a calendar ("March 2024")."""
    relation: str = ""
    """"" for none, "between", or a key of "dates.relations" in the packs."""
    is_partial: bool = False
    """The year, or which Monday, was not said."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What an incomplete date is counted from."""

    today: date
    dates: frozenset[str] = frozenset()
    """ISO dates of the articles: "in March" is the last March that has one."""

    def year_of(self, month: int) -> int:
        """Return the last year up to today with an article in `month`; without one, the year of the last such month."""
        now = f"{self.today:%Y-%m}"
        known = [int(day[:4]) for day in self.dates if day[5:7] == f"{month:02d}" and day[:7] <= now]
        return max(known, default=self.today.year - (month > self.today.month))


def when_at(text: str, at: int, language: str, calendar: Calendar) -> When | None:
    """Return the longest date, with or without its preposition, that starts at `at` of a folded text, or None."""
    if not _is_start(text, at):
        return None
    found = [
        each for each in (_pair_at(text, at, language, calendar), _single_at(text, at, language, calendar)) if each
    ]
    return max(found, key=lambda each: (each.end, each.relation != ""), default=None)


def whens(text: str, language: str, calendar: Calendar) -> Iterator[When]:
    """Yield the dates of a folded text, in order; the name of a month by itself ("may", "mars") may be another word."""
    at = 0
    while at < len(text):
        found = when_at(text, at, language, calendar)
        if found and (found.relation or not found.is_partial):
            yield found
        at = found.end if found else at + 1


def _pair_at(text: str, at: int, language: str, calendar: Calendar) -> When | None:
    """ "entre janvier et mars 2024", "du 3 au 9 juin": what the second half says counts for the first."""
    opening, joining = _pairs(language)
    if not (opened := opening.match(text, at)):
        return None
    one, number = _atom_at(text, opened.end(), language, calendar), _NUMBER.match(text, opened.end())
    end = one.end if one else number.end() if number else opened.end()
    between = joining.match(text, end)
    two = _atom_at(text, between.end(), language, calendar) if between else None
    if two is None or two.first is None or two.last is None or two.is_relative or (one and one.first is None):
        return None
    if one and one.first:
        first = one.first
        if one.is_partial:
            first = _day(two.first.year - (first.month > two.first.month), first.month, first.day)
    elif number and two.unit == "day":
        first = _day(two.first.year, two.first.month, int(number["d"]))
    else:
        return None
    if first > two.last:
        return None
    return When(at, at, two.end, first, two.last, two.unit, relation="between", is_partial=two.is_partial)


def _single_at(text: str, at: int, language: str, calendar: Calendar) -> When | None:
    candidates = [(_atom_at(text, at, language, calendar), "")]
    for relation, rule in _relations(language).items():
        if match := rule.match(text, at):
            is_weekday = relation in ("since", "of")
            candidates.append((_atom_at(text, match.end(), language, calendar, is_weekday), relation))
    found = [
        replace(_bounded(atom, relation), start=at, core=atom.start, relation=relation)
        for atom, relation in candidates
        if atom
    ]
    return max(found, key=lambda each: each.end, default=None)


def _bounded(atom: When, relation: str) -> When:
    """Return the days meant by "since", "before" … an atom's days."""
    if not (atom.first and atom.last):
        return atom
    if relation == "since":
        return replace(atom, last=None)
    if relation == "after":
        return replace(atom, first=atom.last + timedelta(1), last=None)
    if relation == "before":
        return replace(atom, first=None, last=atom.first - timedelta(1))
    return replace(atom, first=None) if relation == "until" else atom


# --- one date -----------------------------------------------------------------------------------------------------

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_OF_MONTH = PACKS.rules("dates.of_month")
_BEFORE_ABOUT = PACKS.rules("dates.before_about")
_GOES_ON = PACKS.rules("dates.goes_on")
_YEAR = r"(?:1\d|20)\d\d"
_PRESS_YEAR = r"(?:1[89]|20)\d\d"
_NUMBER = Pattern(lambda: rf"(?P<d>{_DAY})(?:{ordinal_endings()}|\.)?(?=[\s-])")
_DETERMINER = Pattern(
    lambda: (
        rf"(?:l'(?:{_BEFORE_ELIDED.any})?"
        rf"|(?:{'|'.join(f'{word} ' for word in _ARTICLES)})?(?:(?:{_BEFORE.any})\s*)?)"
    )
)
_ISO = Pattern(lambda: rf"(?P<y>{_YEAR})-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12]\d|3[01]))?{_tail()}")
_SLASHED = Pattern(lambda: rf"(?P<d>{_DAY})[/.](?P<m>0?[1-9]|1[0-2])[/.](?P<y>{_YEAR}){_tail()}")
_DAY_MONTH = Pattern(
    lambda: (
        rf"(?P<d>{_DAY})(?:{ordinal_endings()}|\.|o)? {_of()}(?P<m>{_month()})\b"
        rf"(?:,? {_of()}(?P<y>{_YEAR}){_tail()})?"
    )
)
_MONTH_DAY = Pattern(
    lambda: rf"(?P<m>{_month()}) (?P<d>{_DAY})(?:{ordinal_endings('en')})?\b(?:,? (?P<y>{_YEAR}){_tail()})?"
)
_MONTH_YEAR = Pattern(lambda: rf"{_about()}(?P<m>{_month()})\b(?:,? {_of()}(?P<y>{_YEAR}){_tail()})?(?! \d)")
_YEAR_ONLY = Pattern(lambda: rf"(?P<y>{_PRESS_YEAR}){_tail()}")


def _atom_at(text: str, at: int, language: str, calendar: Calendar, is_weekday: bool = False) -> When | None:
    """Return the date without preposition at a place, with an article or "the month of" before it, or None.

    A weekday alone counts only with `is_weekday`: "lundi" in a question is usually the day of an event.
    """
    if not _is_start(text, at):
        return None
    determiner = _DETERMINER.match(text, at)
    start = determiner.end() if determiner else at
    for place in dict.fromkeys((at, start)):
        if found := _relative_at(text, place, language, calendar, is_weekday):
            return replace(found, start=at)
    for rule in (_ISO, _SLASHED, _DAY_MONTH, _MONTH_DAY, _MONTH_YEAR, _YEAR_ONLY):
        match = rule.match(text, start)
        if match and (found := _calendar_date(match, calendar)):
            return replace(found, start=at)
    return None


def _calendar_date(match: re.Match[str], calendar: Calendar) -> When | None:
    parts = match.groupdict()
    start, end = match.span()
    if not parts.get("m"):
        year = int(parts["y"])
        return When(start, start, end, date(year, 1, 1), date(year, 12, 31), "year")
    month = _months().get(parts["m"]) or int(parts["m"])
    year = int(parts["y"]) if parts["y"] else calendar.year_of(month)
    if not parts.get("d"):
        first = date(year, month, 1)
        return When(start, start, end, first, _month_end(first), "month", is_partial=not parts["y"])
    day = _day(year, month, int(parts["d"]))
    return When(start, start, end, day, day, "day", is_partial=not parts["y"])


def _relative_at(text: str, at: int, language: str, calendar: Calendar, is_weekday: bool) -> When | None:
    today = calendar.today
    for rule, counted_in, back in _relative(language):
        if match := rule.match(text, at):
            first, last = _units_back(today, counted_in, back)
            return When(at, at, match.end(), first, last, counted_in, is_relative=True)
    if match := _weekday(language, is_weekday).match(text, at):
        day = today - timedelta((today.weekday() - weekdays()[match["day"]]) % 7 or 7)
        is_alone = match.group() == match["day"]
        return When(at, at, match.end(), day, day, "day", is_relative=True, is_partial=is_alone)
    if match := _rolling(language).match(text, at):
        parts = match.groupdict()
        unit: Unit = _units()[parts.get("unit") or parts.get("one") or ""]
        said = parts.get("n") or parts.get("m")
        counted = numbers(said, language, loose=True) if said else {1 if parts.get("one") else ROLLING_UNITS[unit]}
        if len(counted) == 1 and 1 <= (n := int(min(counted))) <= 500:
            return When(at, at, match.end(), _rolled_back(today, unit, n), today, unit, is_relative=True)
    return None


def _units_back(today: date, unit: str, back: int) -> tuple[date, date]:
    """Return first and last day of the whole day, week (from Monday), month or year `back` units ago."""
    if unit == "day":
        day = today - timedelta(back)
        return day, day
    if unit == "week":
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday, monday + timedelta(6)
    if unit == "month":
        months = today.year * 12 + today.month - 1 - back
        first = date(months // 12, months % 12 + 1, 1)
        return first, _month_end(first)
    return date(today.year - back, 1, 1), date(today.year - back, 12, 31)


def _rolled_back(today: date, unit: str, n: int) -> date:
    if unit in ("day", "week"):
        return today - timedelta(n * (7 if unit == "week" else 1))
    months = today.year * 12 + today.month - 1 - n * (12 if unit == "year" else 1)
    return _day(months // 12, months % 12 + 1, today.day)


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)


def _day(year: int, month: int, day: int) -> date:
    """Return that day, or the month's last if the month is shorter."""
    return date(year, month, min(day, _month_end(date(year, month, 1)).day))


@cache
def _months() -> dict[str, int]:
    """Folded names of months that are hardly ever another word, and their numbers."""
    folded = {fold(word): number for word, number in months().items()}
    return {word: number for word, number in folded.items() if len(word) > 4 or is_short_month(word)}


def _about() -> str:
    return rf"(?:(?:(?:{_BEFORE_ABOUT.any})?(?:{_ABOUT.any})(?: d[e'] ?|[- ]))?)"


def _tail() -> str:
    """What may not be behind a year: it would be an amount."""
    return rf"(?![\w%]|[.,]\d|\s?(?:%|€|(?:{PACKS.shared('dates.money')})\b|km\b))"


def _of() -> str:
    return f"(?:{_OF_MONTH.any})?"


def _month() -> str:
    return "|".join(sorted(_months(), key=len, reverse=True))


# --- rules --------------------------------------------------------------------------------------------------------


def _is_start(text: str, at: int) -> bool:
    return at == 0 or not (text[at - 1].isalnum() or text[at - 1] in "_-")


def _spaced(rule: str) -> re.Pattern[str]:
    """A rule for words with what parts them from the next: a space, or nothing after an apostrophe."""
    return re.compile(rf"(?:{rule})(?:\s+|(?<='))")


@cache
def _units() -> dict[str, Unit]:
    """Words for units in all languages -> the unit."""
    return {word: unit for table in _UNITS.values() for unit, row in table.items() for word in row.split()}


@cache
def _relations(language: str) -> dict[str, re.Pattern[str]]:
    return {name: _spaced(rule) for name, rule in _RELATIONS.get(language, {}).items()}


@cache
def _pairs(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    opening, joining = _PAIRS.get(language, (NEVER, NEVER))
    return _spaced(opening), re.compile(rf"\s*(?:{joining})(?:\s+|(?<=[-']))")


@cache
def _relative(language: str) -> tuple[tuple[re.Pattern[str], Unit, int], ...]:
    return tuple((re.compile(rf"(?:{rule})\b"), unit, back) for rule, unit, back in _RELATIVE.get(language, ()))


@cache
def _weekday(language: str, is_alone: bool) -> re.Pattern[str]:
    """ "lundi dernier", "last Monday"; "lundi" too when it may stand alone."""
    before, behind = _LAST_DAY.get(language, (NEVER, NEVER))
    many = "?" if is_alone else ""
    return re.compile(rf"(?:{before}){many}(?P<day>{'|'.join(weekdays())})(?:{behind}){many}\b")


@cache
def _rolling(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_ROLLING.of(language)})\b(?! (?:{_GOES_ON.any})\b| d')")
