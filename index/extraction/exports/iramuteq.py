"""IRaMuTeQ's and Alceste's corpora: a text of articles, each begun by a line of stars and variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.extraction.exports.part import Entry
from index.extraction.exports.record import FIELDS, iso_date

_START = re.compile(r"^\*\*\*\*\s*(.*)$")
_VARIABLE = re.compile(r"\*([^\W_]+)_(\S+)")
_THEME = re.compile(r"^-\*\S+\s*$")
_NAMES = {name: field for field, names in FIELDS.items() for name in names}
_MONTH = re.compile(r"((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])\Z")


def entries(text: str) -> Iterator[Entry]:
    """Yield the articles of a corpus with what their variables say: *source_lemonde *date_20240312."""
    entry: Entry | None = None
    for line in re.split(r"\r\n|\r|\n", text.lstrip("\ufeff")):
        if match := _START.match(line):
            if entry is not None:
                yield entry
            entry = Entry()
            for name, value in _VARIABLE.findall(match[1]):
                _take(entry, name.lower(), value)
        elif entry is not None and line.strip() and not _THEME.match(line):
            entry.text.append(line.strip())
    if entry is not None:
        yield entry


def _take(entry: Entry, name: str, value: str) -> None:
    field = _NAMES.get(name, "")
    if field == "date":
        month = _MONTH.match(value)
        entry.date = "-".join(month.groups()) if month else iso_date(value.replace("_", "-")) or ""
    elif field in ("source", "author", "section", "title"):
        setattr(entry, field, getattr(entry, field) or value.replace("_", " "))
    elif field in ("number", "page"):
        setattr(entry, field, value)
