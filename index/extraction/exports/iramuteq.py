"""IRaMuTeQ's and Alceste's corpora: a text of articles, each begun by a line of stars and variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.extraction.accounting import Block
from index.extraction.exports.part import Entry
from index.extraction.exports.record import FIELDS, is_year, iso_date
from index.extraction.layout import tidy
from index.text import months

_START = re.compile(r"^\*\*\*\*\s*(.*)$")
_VARIABLE = re.compile(r"\*([^\W_]+)_(\S+)")
_THEME = re.compile(r"^-\*\S+\s*$")
_NAMES = {name: field for field, names in FIELDS.items() for name in names}
_DAY_PARTS = {
    **dict.fromkeys(("annee", "année", "an", "year", "ano", "año", "anno", "jahr"), "year"),
    **dict.fromkeys(("mois", "month", "mes", "mese", "mês", "monat"), "month"),
    **dict.fromkeys(("jour", "day", "dia", "día", "giorno", "tag"), "day"),
}
"""Names of variables that each hold a part of a date."""
_MONTH = re.compile(r"((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])\Z")


def entries(text: str) -> Iterator[Entry]:
    """Yield the articles of a corpus with what their variables say: *source_lemonde *date_20240312."""
    entry: Entry | None = None
    for line in re.split(r"\r\n|\r|\n", text.lstrip("\ufeff")):
        if match := _START.match(line):
            if entry is not None:
                yield entry
            entry = Entry(there=[Block("fact", line)])
            variables = [(name.lower(), value) for name, value in _VARIABLE.findall(match[1])]
            for name, value in variables:
                _take(entry, name, value)
            entry.date = entry.date or _of_parts({_DAY_PARTS[n]: value for n, value in variables if n in _DAY_PARTS})
        elif entry is not None and line.strip():
            is_theme = _THEME.match(line) is not None
            entry.text += [] if is_theme else [line.strip()]
            entry.there.append(Block("fact" if is_theme else "other", tidy(line)))
    if entry is not None:
        yield entry


def _of_parts(said: dict[str, str]) -> str:
    """Return the date that a year, a month and a day make, as far as they are told, or ""."""
    year, month, day = (said.get(name, "") for name in ("year", "month", "day"))
    if not is_year(year):
        return ""
    number = months().get(month.lower(), int(month) if re.fullmatch(r"\d\d?", month) else 0)
    if not 1 <= number <= 12:
        return year
    is_day = re.fullmatch(r"\d\d?", day) and 1 <= int(day) <= 31
    return iso_date(f"{year}-{number:02d}-{int(day):02d}") or year if is_day else f"{year}-{number:02d}"


def _take(entry: Entry, name: str, value: str) -> None:
    field = _NAMES.get(name, "")
    if field == "date":
        month = _MONTH.match(value)
        entry.date = "-".join(month.groups()) if month else iso_date(value.replace("_", "-")) or ""
    elif field in ("source", "author", "section", "title"):
        setattr(entry, field, getattr(entry, field) or value.replace("_", " "))
    elif field in ("number", "page"):
        setattr(entry, field, value)
