"""Names of months and days of the week in the languages of articles and questions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from index.text.lexicon import LEXICON

_MONTHS = LEXICON.lists("months")
_SHORT_MONTHS = LEXICON.all_words("short_months")
_ORDINALS = LEXICON.rules("ordinals")
_WEEKDAYS = LEXICON.texts("weekdays")


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
