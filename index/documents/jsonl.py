""".jsonl: a file of many articles, one JSON object per line, with "text" and, if known, title, date, url and source."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from index.skip_reason import NotAnArticle

MOST_NAMED = 50
"""Skipped lines of one file that are listed by name; further ones are only counted."""

_TEXT = ("text", "body", "content")
_FIELDS = {
    "title": ("title", "headline"),
    "date": ("date", "published", "published_at"),
    "url": ("url", "link"),
    "source": ("source", "publisher", "author"),
    "language": ("language", "lang"),
}
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a .jsonl; "" for what it does not say."""

    text: str
    title: str = ""
    date: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    note: str = ""
    """What is wrong with an optional field, or ""."""


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
        raise NotAnArticle("not_object", thing=_kind(found))
    name = next((name for name in _TEXT if found.get(name) is not None), None)
    if name is None:
        raise NotAnArticle("no_text_field")
    if not isinstance(found[name], str):
        raise NotAnArticle("field_kind", name=name, thing=_kind(found[name]))
    fields, wrong = {}, []
    for field, names in _FIELDS.items():
        given = next((name for name in names if found.get(name) not in (None, "")), None)
        if given is None:
            continue
        value = found[given]
        if field == "source" and isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = ", ".join(value)
        if isinstance(value, str):
            fields[field] = re.sub(r"[\s\x00-\x1f\x7f]+", " ", value).strip()[: 300 if field != "url" else 2000]
        else:
            wrong.append(f'"{given}" is {_kind(value)}, not text')
    return Record(found[name], note="; ".join(wrong), **fields)


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS[type(value)]
