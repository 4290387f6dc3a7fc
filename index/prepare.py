"""Article -> what a generation keeps of it: its chunks, the texts to embed, its terms. Of a kept article nothing is cut
or stemmed again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

from index.chunk import chunks, sentences
from index.embed import Embedder
from index.language import terms
from index.library import Library
from index.types import Article

_MIN_WORDS = 3  # of a sentence that gets a vector of its own; a lone number or name says too little
_COUNTS = ("sha256", "title", "language", "lines")
_CODE = ("prepare.py", "chunk.py", "language.py", "embed.py")
_LIBRARIES = ("langchain-text-splitters", "PyStemmer")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One article, cut; each list has an item a chunk."""

    rows: tuple[tuple[int, int, bytes], ...]
    """Start, length, and the key of the passage that stands for the chunk."""
    said: tuple[tuple[bytes, ...], ...]
    """Keys of its sentences, as passages without a title."""
    words: tuple[tuple[str, ...], ...]
    """Terms for the keyword leg, those of the headline too."""


@cache
def analysis() -> str:
    """Digest of the code and the libraries that cut and stem: what was prepared by others is prepared again."""
    digest = hashlib.sha256()
    for name in _CODE:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(" ".join(version(name) for name in _LIBRARIES).encode())
    return digest.hexdigest()


def prepare(article: Article, embedder: Embedder, see: Callable[[bytes, str], object]) -> Prepared:
    """An article, cut; each passage to embed is shown to `see` with its key."""

    def key_of(title: str, text: str) -> bytes:
        passage = embedder.passage(title, text)
        key = hashlib.sha256(passage.encode("utf-8", "surrogatepass")).digest()
        see(key, passage)
        return key

    rows, said, words = [], [], []
    title_terms = terms(article.title, article.language)
    for chunk in chunks(article):
        rows.append((chunk.start, len(chunk.text), key_of(article.title, chunk.text)))
        texts = [chunk.text[start:end] for start, end in sentences(chunk.text)]
        said.append(tuple(key_of("", text) for text in texts if len(text.split()) >= _MIN_WORDS))
        words.append(tuple(_with_title(terms(chunk.text, article.language), title_terms)))
    return Prepared(tuple(rows), tuple(said), tuple(words))


class Kept:
    """What the generation before holds of its articles, prepared."""

    def __init__(self, old: Library | None) -> None:
        """Nothing is kept of a generation whose articles were prepared by other code."""
        self._old = old if old is not None and old.keywords.analysis == analysis() else None
        if self._old is None:
            return
        n = len(self._old.articles)
        places = np.searchsorted(self._old.rows["article"], np.arange(n + 1))
        self._places = {
            article.id: (article, int(places[i]), int(places[i + 1])) for i, article in enumerate(self._old.articles)
        }

    def get(self, article: Article) -> Prepared | None:
        """The article as it was prepared, None when it is not the same as before in all that counts."""
        if self._old is None or article.id not in self._places:
            return None
        before, first, end = self._places[article.id]
        if any(getattr(before, each) != getattr(article, each) for each in _COUNTS):
            return None
        rows = self._old.rows[first:end]
        return Prepared(
            tuple((int(row["start"]), int(row["length"]), row["key"].ljust(32, b"\0")) for row in rows),
            tuple(tuple(self._old.sentences.keys_of(row)) for row in range(first, end)),
            tuple(tuple(self._old.keywords.terms_of(row)) for row in range(first, end)),
        )


def _with_title(found: list[str], title_terms: list[str]) -> list[str]:
    there = set(found)
    return found + [term for term in title_terms if term not in there]
