"""Files in, Articles out: encodings, line endings, title, date and language are settled here, once."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import IO

from index.disk import sha256
from index.documents.discovery import Found, is_gone
from index.documents.encoding import _MAGIC, decode, decode_page, split_lines
from index.documents.file_kinds import most_bytes
from index.documents.jsonl import Record, read_record, split_records
from index.extraction import (
    MAX_CHARS,
    Extracted,
    Extractor,
    Paragraph,
    find_date,
    lay_out,
    read_header,
    tidy,
    web_address,
)
from index.progress import Tick, no_tick
from index.skip_reason import NotAnArticle
from index.text import detect
from index.types import Article

_OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_EXTRACTED = {".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".epub": "epub"}
_NAMES = {"pdf": "a PDF", "docx": "a Word document", "epub": "an EPUB"}
_MOST_RECORD_CHARS = 2 * MAX_CHARS  # of a record, before its spaces are tidied; MAX_CHARS of them are kept
_LONG_ENOUGH = 200  # letters that tell a language better than what a page declares


class Unreadable(NotAnArticle):
    """A file that cannot be read for now and may be unchanged: it does not count as gone."""


def parts(found: Found, data: bytes) -> list[tuple[Found, bytes]]:
    """Split a file into its articles: the file itself, or the lines of a .jsonl as FILE.jsonl#LINE.

    No file can have such an id, because no kind that is read ends like that. Raises ValueError if the data is not of
    its kind.
    """
    if found.path.suffix.lower() != ".jsonl":
        return [(found, data)]
    return [(Found(found.path, f"{found.id}#{n}"), line) for n, line in split_records(data)]


def read_article(
    found: Found, data: bytes, extractor: Extractor | None = None, tick: Tick = no_tick
) -> tuple[Article, str]:
    """Read one article that `parts` returned.

    Args:
        found: Where the article was found.
        data: Its bytes.
        extractor: Reads what is not plain text; without one, a process is started for this file alone.
        tick: Called during long steps; an exception it raises ends them.

    Returns:
        The article, and a note on how it was read, or "".

    Raises:
        ValueError: There is no article; the message is the reason.
    """
    suffix = found.path.suffix.lower()
    if suffix == ".jsonl":
        said = _of_record(read_record(data), tick)
    elif kind := _EXTRACTED.get(suffix):
        said = _extract(kind, data, extractor, tick)
    else:
        text, note = decode(data)
        said = Extracted(split_lines(text), note=note)
    if not any(char.isalnum() for line in said.lines for char in line):
        raise NotAnArticle("no_text")
    header = read_header(said.lines, found.path.stem)
    return Article(
        id=found.id,
        title=said.title or header.title,
        date=find_date(said.date) or header.date,
        language=_language(said),
        lines=said.lines,
        sha256=sha256(data),
        path=os.fsencode(found.path).decode("utf-8", "surrogateescape"),
        source=said.source or header.source,
        url=web_address(said.url or header.url),
        pages=said.pages,
    ), said.note


def _of_record(record: Record, tick: Tick = no_tick) -> Extracted:
    paragraphs = []
    for line in (record.title, *split_lines(record.text[:_MOST_RECORD_CHARS])):
        tick()
        if line.strip():
            paragraphs.append(Paragraph(tidy(line)))
    if record.title and paragraphs[1:2] and paragraphs[1].text == paragraphs[0].text:
        del paragraphs[0]  # the text begins with its title
    note = record.note
    if len(record.text) > _MOST_RECORD_CHARS:
        note = "; ".join(filter(None, [note, f"it has {len(record.text):,} characters; not all were read"]))
    if record.date and not find_date(record.date):
        note = "; ".join(filter(None, [note, f'"date" is no date: {record.date[:40]}']))
    return lay_out(
        paragraphs,
        title=record.title,
        date=record.date,
        language=record.language[:2].lower(),
        source=record.source,
        url=record.url,
        note=note,
        tick=tick,
    )


def _extract(kind: str, data: bytes, extractor: Extractor | None, tick: Tick) -> Extracted:
    note = ""
    if kind == "html":
        text, note = decode_page(data)
        data = text.encode("utf-8", "replace")
    elif (kind == "pdf") != (b"%PDF" in data[:1024]) or (kind != "pdf" and not data.startswith(b"PK")):
        what = next((what for magic, what in _MAGIC.items() if data.startswith(magic)), "")
        if kind == "docx" and data.startswith(b"\xd0\xcf\x11\xe0"):
            raise NotAnArticle("old_word")
        raise NotAnArticle("not_kind", thing=what or "damaged or something else", other=_NAMES[kind])
    if extractor is None:
        with Extractor() as own:
            said = own.extract(kind, data, tick)
    else:
        said = extractor.extract(kind, data, tick)
    return replace(said, note="; ".join(filter(None, [note, said.note])))


def _language(said: Extracted) -> str:
    """Detect the language from the text or, if that is short, from what the file declares.

    Declarations come second because templates declare the language they were made for.
    """
    text = "\n".join(said.lines)[:4000]
    is_code = re.fullmatch("[a-z]{2}", said.language)
    if is_code and sum(map(str.isalpha, text)) < _LONG_ENOUGH:
        return said.language
    return detect(text, default=said.language) if is_code else detect(text)


def read_bytes(path: Path, real: str = "") -> bytes:
    """Return the bytes of a regular file that did not change while it was read.

    Raises ValueError with the reason otherwise; Unreadable if it may work another time, as when the file is no longer
    at `real`, where it was found.
    """
    if real and os.path.realpath(path) != real:
        raise Unreadable("replaced")
    most = most_bytes(path)
    path, how = Path(real or path), _OPENING | (os.O_NOFOLLOW if real else 0)
    try:
        for _ in range(2):
            if not stat.S_ISREG(path.stat().st_mode):
                raise NotAnArticle("not_regular")
            # What is a pipe by now does not block, and what is read is what was looked at, whatever takes its name.
            with os.fdopen(os.open(path, how), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise NotAnArticle("not_regular")
                if before.st_size > most:
                    raise NotAnArticle("n_bytes", n=before.st_size, most=most)
                data = _read_up_to(file, before.st_size + 1)
                after = os.fstat(file.fileno())
            is_quiet = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
            if real and os.path.realpath(path) != real:
                break
            if is_quiet and len(data) == after.st_size:
                return data
    except OSError as error:
        kind = NotAnArticle if is_gone(error) else Unreadable
        raise kind("cannot_read", error=str(error.strerror)) from None
    raise Unreadable("changing")


def _read_up_to(file: IO[bytes], n_bytes: int) -> bytes:
    return file.read(n_bytes)
