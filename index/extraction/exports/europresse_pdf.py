"""Europresse's export as a PDF: documents told by "Le Monde • p. 12 • 407 mots" at the top and their number below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.extraction.accounting import Block
from index.extraction.exports.europresse import DAY, NUMBER, newspaper
from index.extraction.exports.flow import paragraphs_of
from index.extraction.exports.part import Entry, Part, text_parts
from index.extraction.layout import Extracted

_HEAD = re.compile(
    r"^(?P<before>.*?)\s*[•|]\s*(?:pp?\.\s*(?P<page>[\w-]+(?:,\s*\w+)*)\s*[•|]\s*)?"
    r"\d[\d \u00a0\u202f]*\s(?:mots|words)\b\s*(?P<rest>.*)$"
)
_LABEL = re.compile(
    r"^(?:nom de la source|type de source|périodicité|couverture géographique|provenance|source name|source type|"
    r"periodicity|geographical coverage|origin)\b",
    re.IGNORECASE,
)
_FOOT = re.compile(
    r"^(?:certificat émis|ce document est destiné|this document is|certificate issued|sauvegardé le|©|public ?©|"
    r"tous droits réservés)",
    re.IGNORECASE,
)
_AUTHOR_CHARS = 60


def read_export(said: Extracted) -> list[Part]:
    """Return the documents of a PDF, or the PDF itself if it is no such export."""
    lines = [piece for line in paragraphs_of(said) for piece in _cut_behind_number(line)]
    heads = [n for n, line in enumerate(lines) if len(line) < 400 and _HEAD.match(line)]
    if not heads or not any(NUMBER.search(line) for line in lines):
        return [Part("", said)]
    ends = [*heads[1:], len(lines)]
    return text_parts(said, [_entry(lines, start, end) for start, end in zip(heads, ends, strict=True)], lines)


def _cut_behind_number(line: str) -> list[str]:
    """Cut a paragraph that runs on from the end of one document into the next one."""
    number = NUMBER.search(line)
    if number is None:
        return [line]
    return [line[: number.end()], *filter(None, [line[number.end() :].strip()])]


def _entry(lines: Sequence[str], start: int, end: int) -> Entry:
    """Read the document whose head is the line `start`; what stands behind its number is the next one's."""
    head = _HEAD.match(lines[start])
    assert head is not None
    before = head["before"]
    entry = Entry(page=head["page"] or "")
    day = DAY.search(before)
    if day is None:  # the date is on a line of its own
        day = next((found for line in reversed(lines[max(0, start - 2) : start]) if (found := DAY.search(line))), None)
    else:
        before = before[day.end() :]
    entry.date = day.group() if day else ""
    entry.source = newspaper(before.strip(" •|,"))
    rest = [head["rest"], *lines[start + 1 : end]] if head["rest"] else list(lines[start + 1 : end])
    last = next((n for n, line in enumerate(rest) if NUMBER.search(line)), len(rest) - 1)
    for line in rest[: last + 1]:
        if number := NUMBER.search(line):
            entry.number = number[1]
    text = _without_frame(rest[: last + 1])
    entry.there = [Block("other", lines[start]), *(Block("footer" if _FOOT.match(each) else "fact" if _LABEL.match(each)
                   else "other", each) for each in lines[start + 1 : end - (len(rest) - last - 1)])]  # fmt: skip
    entry.title = text.pop(0) if text else ""
    if len(text) > 1 and len(text[0]) <= _AUTHOR_CHARS and not text[0].rstrip().endswith((".", "!", "?", "»")):
        entry.author = text.pop(0)
    entry.text = text
    return entry


def _without_frame(lines: Sequence[str]) -> list[str]:
    """Return the lines of a document without the box about its source and without the certificate."""
    found: list[str] = []
    is_value = False  # of a label alone on the line before
    for line in lines:
        if label := _LABEL.match(line):
            is_value = label.end() == len(line.strip())
        elif is_value:
            is_value = False
        elif not _FOOT.match(line) and not NUMBER.search(line[:200]):
            found.append(line)
    return found
