"""Who does the long work of a build: this process, or the machines of a cluster (`index/cluster`).

What they do is the same: files are read into articles, articles cut, and texts embedded in the groups that the build
made, so that the result does not depend on who did it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from index import disk
from index.arrays import Array
from index.documents import FilePart, Found, Unreadable, parts, read_article, read_bytes
from index.extraction import Extractor
from index.ingestion.preparation import Prepared, prepare
from index.models import Embedder
from index.progress import Tick
from index.types import Article


class Reader(Protocol):
    """Reads files one by one, in the order for which it was made."""

    def digest(self, file: Found) -> str:
        """Take up the next file and return the SHA-256 of its bytes. Raises ValueError; Unreadable if only for now."""
        ...

    def parts(self, file: Found, tick: Tick) -> Sequence[FilePart]:
        """Return the articles of the file taken up last. Raises ValueError."""
        ...

    def article(self, part: FilePart, tick: Tick) -> tuple[Article, str]:
        """Read one of these articles; return it with a note, or "". Raises ValueError."""
        ...


class Workers(Protocol):
    """Who reads, cuts and embeds. Each method calls `tick` while it waits; what that raises ends the work."""

    def reader(
        self, files: Sequence[Found], known: Callable[[Found], str], tick: Tick, extractor: Extractor
    ) -> AbstractContextManager[Reader]:
        """Return a reader of these files, in their order.

        `known` gives the SHA-256 with which a file need not be taken apart, "" if there is none; `extractor` is this
        machine's, for who reads here.
        """
        ...

    def cut(
        self, articles: Sequence[Article], embedder: Embedder, tick: Tick
    ) -> Iterator[tuple[Prepared, Mapping[bytes, str]]]:
        """Yield for each article, in their order, how it is cut, and its passages by key."""
        ...

    def embed(self, groups: Sequence[Sequence[str]], embedder: Embedder, tick: Tick) -> Iterator[tuple[int, Array]]:
        """Yield the number of each group, once and in any order, with the vectors of its texts."""
        ...


class ThisProcess:
    """One thing after the other, here."""

    def reader(
        self, files: Sequence[Found], known: Callable[[Found], str], tick: Tick, extractor: Extractor
    ) -> AbstractContextManager[Reader]:
        return nullcontext(_Reader(extractor))

    def cut(
        self, articles: Sequence[Article], embedder: Embedder, tick: Tick
    ) -> Iterator[tuple[Prepared, Mapping[bytes, str]]]:
        for article in articles:
            passages: dict[bytes, str] = {}
            yield prepare(article, embedder.passage, passages.setdefault, tick), passages

    def embed(self, groups: Sequence[Sequence[str]], embedder: Embedder, tick: Tick) -> Iterator[tuple[int, Array]]:
        for n, texts in enumerate(groups):
            yield n, embedder.encode(texts)


class _Reader:
    """Reads a file when it is taken up, and each of its articles when that is asked for."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self._data = b""

    def digest(self, file: Found) -> str:
        self._data = bytes_of(file)
        return disk.sha256(self._data)

    def parts(self, file: Found, tick: Tick) -> Sequence[FilePart]:
        return parts(file, self._data, self._extractor, tick)

    def article(self, part: FilePart, tick: Tick) -> tuple[Article, str]:
        return read_article(part, self._extractor, tick)


def bytes_of(file: Found) -> bytes:
    """Return the bytes of a file. Raises ValueError; Unreadable if it may work another time."""
    if file.barred:
        raise Unreadable("cannot_open", error=file.barred)
    return read_bytes(file.path, file.real)
