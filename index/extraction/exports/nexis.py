"""Nexis' exports: articles as paragraphs, each with "Length:", "Body" and, at its end, "End of Document"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.extraction.accounting import Block
from index.extraction.exports.europresse import DAY, newspaper
from index.extraction.exports.part import Entry

_END = re.compile(r"^(?:end of document|fin d[eu] document|ende des dokuments|fin del documento)$", re.IGNORECASE)
_BODY = re.compile(r"^(?:body|corps|texte|volltext|cuerpo)\s*:?$", re.IGNORECASE)
_FIELD = re.compile(
    r"^(section|rubrique|rubrik|sección|length|longueur|länge|byline|auteur|autor|author|highlight|faits saillants|"
    r"load-date|date de chargement|update|graphic|language|langue|publication-type|type de publication|url|dateline|"
    r"document-type|correction|classification|journal code|body)\s*:\s*(.*)$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"^(?:copyright\b|©|\(c\))", re.IGNORECASE)
_BEHIND = re.compile(r"^(?:classification|load-date\b.*|date de chargement\b.*|graphic|notes?)\s*:?.*$", re.IGNORECASE)
_PAGE = re.compile(r"[;,]?\s*\b(?:pg|p|page|s)\.?\s*([A-Z]{0,2}\d[\w-]*)", re.IGNORECASE)
_AUTHORS = ("byline", "auteur", "autor", "author")
_SECTIONS = ("section", "rubrique", "rubrik", "sección")
_DATE_CHARS = 60


def of_text(lines: Sequence[str]) -> list[Entry]:
    """Return the articles of an export's non-empty lines, [] if it is none."""
    ends = [n for n, line in enumerate(lines) if _END.match(line.strip())]
    if not ends or not any(_BODY.match(line.strip()) for line in lines):
        return []
    starts = [0, *(n + 1 for n in ends)]
    return [_entry(lines[a:b]) for a, b in zip(starts, ends, strict=False)]


def _entry(lines: Sequence[str]) -> Entry:
    entry = Entry(there=[Block("fact" if _FIELD.match(line) else "other", line) for line in lines])
    body = next((n for n, line in enumerate(lines) if _BODY.match(line.strip())), len(lines))
    facts = [n for n, line in enumerate(lines[:body]) if _FIELD.match(line) or _COPYRIGHT.match(line)]
    head = lines[: facts[0] if facts else body]
    day = next((n for n in reversed(range(len(head))) if len(head[n]) <= _DATE_CHARS and DAY.search(head[n])), -1)
    if day >= 0:
        entry.date = head[day]
        entry.source = newspaper(head[day - 1]) if day >= 1 else ""
        entry.title = head[day - 2] if day >= 2 else ""
    elif head:
        entry.title = head[0]
    for line in lines[:body]:
        if match := _FIELD.match(line):
            _take(entry, match[1].lower(), match[2].strip())
    text = lines[body + 1 :]
    last = next((n for n, line in enumerate(text) if _BEHIND.match(line.strip()) and _is_end(text, n)), len(text))
    entry.text = list(text[:last])
    return entry


def _is_end(text: Sequence[str], n: int) -> bool:
    """Return whether what stands from line `n` on are facts behind the text: a label, or lines with labels only."""
    line = text[n].strip()
    return bool(re.match(r"(?:load-date|date de chargement)\b", line, re.IGNORECASE)) or line.rstrip(" :").lower() in (
        "classification",
        "graphic",
    )


def _take(entry: Entry, name: str, value: str) -> None:
    if name in _AUTHORS:
        entry.author = value
    elif name in _SECTIONS:
        if page := _PAGE.search(value):
            entry.page = page[1]
            value = value[: page.start()]
        entry.section = value.strip(" ;,")
    elif name == "url":
        entry.url = value
    elif name in ("highlight", "faits saillants") and value:
        entry.head.append(value)
