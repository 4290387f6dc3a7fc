""".jsonl: a file of many articles, one JSON object per line, with "text" and, if known, title, date, url and source."""

from __future__ import annotations

import json
from dataclasses import dataclass

from index.extraction import Block
from index.extraction.exports import beside_text, fields_of, kind_of, text_of
from index.skip_reason import NotAnArticle

MOST_NAMED = 50
"""Skipped lines of one file that are listed by name; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a .jsonl; "" for what it does not say."""

    text: str
    title: str = ""
    date: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    author: str = ""
    section: str = ""
    page: str = ""
    number: str = ""
    note: str = ""
    """What is wrong with an optional field, or ""."""
    beside: tuple[Block, ...] = ()
    """All that it says in other fields."""


def is_one_json(data: bytes) -> bool:
    """Return whether a file is one JSON text over all its lines rather than one a line."""
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"[") or head.partition(b"\n")[0].strip() == b"{"


def split_records(data: bytes) -> list[tuple[int, bytes]]:
    """Return the non-empty lines of a .jsonl, numbered from 1. Raises ValueError if it is another kind of file."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in data[:8192]:
        raise NotAnArticle("binary_jsonl")
    lines = [(n, line.strip()) for n, line in enumerate(data.split(b"\n"), start=1)]
    found = [(n, line) for n, line in lines if line]
    if not found:
        raise NotAnArticle("no_text")
    if found[0][1].startswith(b"[") or found[0][1] == b"{":
        raise NotAnArticle("one_json")
    return found


def read_record(line: bytes) -> Record:
    """Read the article in a line. Raises ValueError with the reason if there is none."""
    try:
        found = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotAnArticle("not_utf8") from None
    except RecursionError:
        raise NotAnArticle("nested_line") from None
    except ValueError as error:
        raise NotAnArticle("not_json", detail=str(error)[:80]) from None
    if not isinstance(found, dict):
        raise NotAnArticle("not_object", thing=kind_of(found))
    name, text = text_of(found)
    fields, wrong = fields_of(found)
    return Record(text, note="; ".join(wrong), beside=tuple(beside_text(found, name)), **fields)
