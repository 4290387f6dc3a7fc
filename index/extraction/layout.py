"""Text extracted from a file: its paragraphs laid out as lines, and its metadata."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from index.progress import Tick, no_tick
from index.text import sentences
from index.types import Coverage, LeftOut

LINE_CHARS = 400
"""A longer paragraph is cut between sentences, so that a line is quickly compared with its source. In characters."""
MAX_LINE_CHARS = 2000
"""Text without a sentence end for this many characters is cut at a space."""
MAX_CHARS = 5_000_000
"""Maximum number of characters taken from one file, about twice 800 closely printed pages."""
MAX_LINES = 200_000

_NOT_SAID = ("note", "unread", "ocr", "doubtful", "coverage")

_SPACE = re.compile(r"[ \t\r\n\f\v\u2028\u2029\x1c-\x1e\x85]+")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\^`{|}\x00-\x1f]{1,2000}")
_UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\u00ad\ufeff]")


@dataclass(slots=True)
class Paragraph:
    """Text without line endings.

    `places` are (offset in the text, page that begins there), `size` is the height of print.
    """

    text: str
    places: list[tuple[int, int]] = field(default_factory=list)
    size: float = 0.0


@dataclass(frozen=True, slots=True)
class Extracted:
    """The lines of an article and what its file declares; "" and () for what it does not."""

    lines: tuple[str, ...]
    pages: tuple[int, ...] = ()
    title: str = ""
    date: str = ""
    """As written in the file, in any form."""
    language: str = ""
    source: str = ""
    url: str = ""
    note: str = ""
    """What a person should know about how it was read, or ""."""
    author: str = ""
    section: str = ""
    page: str = ""
    """Page of the newspaper, as printed there."""
    date_from: str = "metadata"
    """What says the date, if there is one; see `Article.date_from`."""
    unread: tuple[int, ...] = ()
    """Pages that hold pictures, and text at most on their edge: OCR may read them."""
    ocr: tuple[int, ...] = ()
    """Pages that were read by OCR."""
    doubtful: tuple[int, ...] = ()
    """The line, from 1, of each word that OCR is not sure of."""
    coverage: Coverage | None = None
    """How much of the file's text this is; None where that is not measured."""


def digest_of(said: Extracted) -> str:
    """Return the SHA-256, in hex, of all that was said, so that what is unchanged can be told."""
    held = [getattr(said, each.name) for each in fields(said) if each.name not in _NOT_SAID]
    return hashlib.sha256(repr(held).encode("utf-8", "surrogatepass")).hexdigest()


def tidy(text: str) -> str:
    """Return text on one line, composed and without characters that print nothing.

    Runs of spaces become one, no-break spaces stay.
    """
    return _SPACE.sub(" ", _UNPRINTED.sub("", unicodedata.normalize("NFC", text))).strip(" ")


def web_address(text: str) -> str:
    """Return `text` if it is a web address that a page may link to, else ""."""
    text = text.strip()
    return text if _ADDRESS.fullmatch(text) else ""


def cut(paragraph: str, tick: Tick = no_tick) -> Iterator[tuple[int, str]]:
    """Yield the lines of a paragraph with their offsets: whole sentences, as many as LINE_CHARS allows."""
    if len(paragraph) <= LINE_CHARS:
        yield 0, paragraph
        return
    first = last = 0
    for start, end in sentences(paragraph, tick):
        if last > first and end - first > LINE_CHARS:
            yield from _shortened(first, paragraph[first:last])
            first = start
        last = end
    yield from _shortened(first, paragraph[first:last])


def lay_out(
    paragraphs: Sequence[Paragraph],
    *,
    n_pages: int = 0,
    title: str = "",
    date: str = "",
    language: str = "",
    source: str = "",
    url: str = "",
    note: str = "",
    tick: Tick = no_tick,
) -> Extracted:
    """Lay out paragraphs as lines with an empty line between them; with `n_pages`, note the first line of each page.

    A sentence that runs over the end of a page belongs to the page where it begins. Beyond MAX_CHARS the rest is left
    out, and the note says so.
    """
    lines: list[str] = []
    starts: dict[int, int] = {}
    n_chars = 0
    is_cut = False
    for paragraph in paragraphs:
        tick()
        if is_cut := n_chars > MAX_CHARS or len(lines) > MAX_LINES:
            break
        if not paragraph.text:
            continue
        if lines and not (is_row(lines[-1]) and is_row(paragraph.text)):
            lines.append("")
        places = sorted(paragraph.places)
        for offset, line in _by_page(paragraph, tick):
            before = bisect_right(places, offset, key=lambda place: place[0])
            page = places[before - 1][1] if before else 1
            if is_cut := n_chars > MAX_CHARS or len(lines) > MAX_LINES:
                break
            lines.append(line)
            starts.setdefault(page, len(lines))
            n_chars += len(line)
        if is_cut:
            break
    if is_cut:
        note = "; ".join(filter(None, [note, f"only its first {n_chars:,} characters were read"]))
    pages: list[int] = []
    following = len(lines) + 1
    for page in range(n_pages, 0, -1):
        following = starts.get(page, following)
        pages.append(following)
    return Extracted(tuple(lines), tuple(reversed(pages)), title, date, language, source, url, note)


def is_row(line: str) -> bool:
    """Return whether a line is a list item or table row, which follows the one before without an empty line."""
    return line.startswith(("- ", "• ")) or " | " in line


def _by_page(paragraph: Paragraph, tick: Tick) -> Iterator[tuple[int, str]]:
    """Yield the lines of a paragraph, cut also at the first sentence that begins on another page."""
    text = paragraph.text
    if len(paragraph.places) < 2:
        yield from cut(text, tick)
        return
    begins = [start for start, _ in sentences(text, tick)]
    stops = [0]
    for place, _ in paragraph.places[1:]:
        following = bisect_left(begins, max(place, stops[-1] + 1))
        stops += begins[following : following + 1]
    for a, b in zip(stops, [*stops[1:], len(text)], strict=True):
        for offset, line in cut(text[a:b].rstrip(), tick):
            yield a + offset, line


def _shortened(offset: int, line: str) -> Iterator[tuple[int, str]]:
    at = 0
    while len(line) - at > MAX_LINE_CHARS:
        end = line.rfind(" ", at + MAX_LINE_CHARS // 2, at + MAX_LINE_CHARS)
        end = end if end > 0 else at + MAX_LINE_CHARS
        yield offset + at, line[at:end]
        at = end
        while at < len(line) and line[at] == " ":
            at += 1
    yield offset + at, line[at:]


# --- how much of a file's text an article has, counted in letters and digits ---

MOST_SHOWN = 12
"""Blocks of one reason whose first words are kept."""
_FIRST_CHARS = 80


def n_letters(*texts: str) -> int:
    """Return the number of letters and digits, which neither spaces nor marks of lists and tables change."""
    return sum(sum(map(str.isalnum, text)) for text in texts)


def summed(reason: str, texts: Sequence[str]) -> LeftOut:
    """Return what was left out for one reason, with the first words of the longest texts."""
    longest = sorted(sorted(range(len(texts)), key=lambda n: -len(texts[n]))[:MOST_SHOWN])
    return LeftOut(reason, n_letters(*texts), len(texts), tuple(_first_words(texts[n]) for n in longest))


def _first_words(text: str) -> str:
    return text if len(text) <= _FIRST_CHARS else text[:_FIRST_CHARS].rsplit(" ", 1)[0] + " …"
