"""Names of months and days of the week in the languages of articles and questions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from index.text.lexicon import LEXICON

_MONTHS = LEXICON.lists("months")
_WEEKDAYS = LEXICON.texts("weekdays")


@cache
def months() -> Mapping[str, int]:
    """Names and short forms of the months in all languages, with and without accents, and their numbers from 1."""
    rows = enumerate(zip(*_MONTHS.values(), strict=True), start=1)
    return {name: number for number, row in rows for names in row for name in names.split()}


@cache
def weekdays() -> Mapping[str, int]:
    """Folded names of the days of the week in all languages, and their numbers: 0 is Monday."""
    found: dict[str, int] = {}
    for number, row in enumerate(zip(*(each.split() for each in _WEEKDAYS.values()), strict=True)):
        for name in row:
            found.setdefault(name, number)
    return found
