"""What a person corrected of articles, over what was read from their files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date as calendar_date

from index.types import Article

_DATE = re.compile(r"([12]\d{3})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def is_date(date: object) -> bool:
    """Return whether this is a day, month or year of the calendar as ISO 8601 writes it, such as "2024-03"."""
    match = _DATE.fullmatch(date) if isinstance(date, str) else None
    if match is None:
        return False
    year, month, day = match.groups(default="1")
    try:
        calendar_date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def corrected(articles: Sequence[Article], dates: Mapping[str, str]) -> list[Article]:
    """Return the articles with the dates that a person gave, by id, in place of those that were read."""
    if not dates:
        return list(articles)
    return [
        replace(each, date=dates[each.id], date_from="corrected") if each.id in dates else each for each in articles
    ]
