"""Article -> Chunks and sentences: exact slices with their lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from index.types import Article, Chunk, Span

CHUNK_CHARS = 700
"""Most characters of a chunk: what the reader reads in one window (docs/experiments.md)."""

_SEPARATORS = (r"\n\n+", r"\n", r"(?<=[.!?…])[\"»”’)\]]*\s+", r"[;:,]\s+", r"\s+", "")


def chunks(article: Article) -> list[Chunk]:
    """The article cut at paragraphs, then sentences, in order; together they hold every character that is not space."""
    text = article.text
    found: list[Chunk] = []
    end, line = 0, 1
    for piece in _splitter().split_text(text):
        start = text.find(piece, end)
        if start < 0:
            raise AssertionError(f"the splitter changed the text of {article.id}")
        line += text.count("\n", end, start)  # span_at would count from the top for each chunk
        last = line + piece.count("\n")
        found.append(Chunk(Span(article.id, line, last), start, piece))
        end, line = start + len(piece), last
    return found


def chunk_at(article: Article, text: str, start: int, end: int) -> Chunk:
    """The chunk `text[start:end]` of an article whose `text` was joined already."""
    return Chunk(span_at(article.id, text, start, end), start, text[start:end])


def span_at(article_id: str, text: str, start: int, end: int) -> Span:
    """Lines that hold the characters `text[start:end]`."""
    first = text.count("\n", 0, start) + 1
    return Span(article_id, first, first + text.count("\n", start, end))


@cache
def _splitter() -> Any:
    # Overlap stays 0: with any overlap the splitter reports wrong places for repeated text.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARS,
        chunk_overlap=0,
        separators=list(_SEPARATORS),
        is_separator_regex=True,
        keep_separator="end",
    )


# --- sentences ----------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[.!?…。！？]+[\"»”’')\]]*(?:[   ]»)?(?=\s+[\"«“‘(\[—–-]*\s*[\w]|\s*$)|[。！？]")
_ABBREVIATIONS = frozenset(
    "m mm mme mmes mlle mlles dr pr st ste me mgr gal cf p pp art vol av boul bd tel env approx no nos n° num mr mrs "
    "ms prof sr jr gen gov sen rep lt col sgt inc ltd co corp vs etc al ed eds jan feb mar apr "
    "jun jul aug sep sept oct nov dec janv févr avr juil déc i.e e.g u.s u.k z.b d.h bzw ca usw dott "
    "sig ing sra dra ex j.-c".split()
)

_DAY_MONTHS = frozenset("januar februar märz april mai juni juli august september oktober november dezember".split())


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each sentence of `text`, spaces trimmed off; a line end always ends one. Covers all but space."""
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            before = text[start : stop.start() + 1]
            if _is_abbreviation(before) or _is_lower(text, stop.end(), line.end()):
                continue
            if _is_ordinal(before, text[stop.end() : line.end()]):
                continue
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
        yield from _trimmed(text, start, line.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _is_abbreviation(text: str) -> bool:
    """Does `text`, which ends with a stop, end with an abbreviation or an initial rather than a sentence?"""
    if not text.endswith("."):
        return False
    words = text[:-1].split()
    last = re.split("[(\\[«“\"'’]", words[-1])[-1].lower() if words else ""
    is_initial = len(last) == 1 and last.isalpha() and text[-2].isupper()
    return last in _ABBREVIATIONS or is_initial


def _is_ordinal(before: str, after: str) -> bool:
    """Is a stop the one of a day or a rank ("am 3. Februar", "der 27. Marathon"), as in German or Danish?"""
    if not re.search(r"(?<!\w)\d{1,2}\.$", before):
        return False
    word = re.match(r"\s*([^\W\d_]+)", after)
    ranked = re.search(r"(?<!\w)(?:am|vom|zum|bis|den|dem|der|die|im|beim)\s+\d{1,2}\.$", before, re.IGNORECASE)
    return bool(word and (word[1].lower() in _DAY_MONTHS or ranked))


def _is_lower(text: str, at: int, end: int) -> bool:
    """Does the text go on in lower case, so that the stop was inside a sentence ("« Non ! » a-t-il dit")?"""
    rest = text[at:end].lstrip(' \u00a0\u202f»”"—–-(')
    return bool(rest) and rest[0].islower()
