"""An article to what a segment keeps of it: its chunks, the texts to embed, its terms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from index.progress import Tick, no_tick
from index.text import chunks, sentences, terms, words_of
from index.types import Article

_MIN_WORDS = 3  # of a sentence that gets a vector of its own; a lone number or name says too little
_COUNTS = ("id", "sha256", "title", "language", "lines")
_LIBRARIES = ("langchain-text-splitters", "PyStemmer")

ANALYSIS_VERSION = 2
"""Increase it whenever the same article would give other chunks, sentences, passages or terms
(tests/files/analysis.json)."""

_DIGEST = "30d09a7f00bd655617abeadaeec7a8cc43c770b7fb701bcb95149a747d6a0177"
"""The name that libraries built with version 1 have for it, from when it was a digest of the source text."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One article, cut; each list has one item per chunk."""

    rows: tuple[tuple[int, int, bytes], ...]
    """Start, length, and the key of the passage that represents the chunk."""
    said: tuple[tuple[bytes, ...], ...]
    """Keys of its sentences, as passages without a title."""
    words: tuple[tuple[str, ...], ...]
    """Terms for keyword retrieval, including those of the headline."""


@cache
def analysis() -> str:
    """Return the name of what cuts and stems: the version above and those of the libraries it uses."""
    return ", ".join([str(ANALYSIS_VERSION), *(f"{name} {version(name)}" for name in _LIBRARIES)])


def is_current(made_by: str) -> bool:
    """Return whether what the analysis of this name made is what would be made now; if not, it is prepared again."""
    return ("1, langchain-text-splitters 1.1.3, PyStemmer 3.1.0" if made_by == _DIGEST else made_by) == analysis()


def prepare(
    article: Article,
    passage_of: Callable[[str, str], str],
    see: Callable[[bytes, str], object],
    tick: Tick = no_tick,
) -> Prepared:
    """Cut an article; `passage_of` is an embedder's `passage`, and `see` is given key and text of each to embed."""

    def key_of(title: str, text: str) -> bytes:
        passage = passage_of(title, text)
        key = hashlib.sha256(passage.encode("utf-8", "surrogatepass")).digest()
        see(key, passage)
        return key

    rows, said, words = [], [], []
    title_terms = terms(article.title, article.language)
    for chunk in chunks(article, tick):
        tick()
        rows.append((chunk.start, len(chunk.text), key_of(article.title, chunk.text)))
        texts = [chunk.text[start:end] for start, end in sentences(chunk.text)]
        said.append(tuple(key_of("", text) for text in texts if len(text.split()) >= _MIN_WORDS))
        words.append(tuple(words_of(chunk.text, article.language, title_terms)))
    return Prepared(tuple(rows), tuple(said), tuple(words))


def is_same(before: Article, now: Article) -> bool:
    """Return whether both would be prepared alike. Another path makes no difference."""
    return all(getattr(before, each) == getattr(now, each) for each in _COUNTS)
