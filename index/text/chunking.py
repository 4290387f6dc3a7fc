"""Articles to Chunks: exact slices with their lines."""

from __future__ import annotations

from typing import Any

from index.progress import Tick, no_tick
from index.types import Article, Chunk, Span

CHUNK_CHARS = 700
"""Maximum length of a chunk in characters: what the reader reads in one window (docs/experiments.md)."""

_SEPARATORS = (r"\n\n+", r"\n", r"(?<=[.!?…])[\"»”’)\]]*\s+", r"[;:,]\s+", r"\s+", "")


def chunks(article: Article, tick: Tick = no_tick) -> list[Chunk]:
    """Cut an article at paragraphs, then sentences, in order; together the chunks hold every non-space character."""
    text = article.text
    found: list[Chunk] = []
    end, line = 0, 1
    for piece in _splitter(tick).split_text(text):
        tick()
        start = text.find(piece, end)
        if start < 0:
            raise AssertionError(f"the splitter changed the text of {article.id}")
        line += text.count("\n", end, start)  # span_at would count from the top for each chunk
        last = line + piece.count("\n")
        found.append(Chunk(Span(article.id, line, last), start, piece))
        end, line = start + len(piece), last
    return found


def chunk_at(article: Article, text: str, start: int, end: int) -> Chunk:
    """Return the chunk `text[start:end]` of an article whose `text` was joined already."""
    return Chunk(span_at(article.id, text, start, end), start, text[start:end])


def span_at(article_id: str, text: str, start: int, end: int) -> Span:
    """Return the lines that hold the characters `text[start:end]`."""
    first = text.count("\n", 0, start) + 1
    return Span(article_id, first, first + text.count("\n", start, end))


def _splitter(tick: Tick) -> Any:
    # Overlap stays 0: with any overlap the splitter reports wrong places for repeated text.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    def length(piece: str) -> int:
        tick()  # the one place where the splitter lets itself be stopped
        return len(piece)

    return RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_CHARS,
        chunk_overlap=0,
        separators=list(_SEPARATORS),
        is_separator_regex=True,
        keep_separator="end",
        length_function=length,
    )
