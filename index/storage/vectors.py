"""Chunk vectors and exact search among them; sentence vectors. The only module that imports faiss.

A library's rows are in the tables of its segments (`index/storage/segment.py`). A large table is searched by 8-bit
codes (FAISS's SQ8) that stay in memory; its vectors stay on disk, and only those of candidates are read. Each table
knows how far a code can be from its vector, so it is proved, not hoped, that no better row was left out: the rows found
are those of an exhaustive search, whatever the tables. The module is long because faiss has this one door.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np

from index.arrays import Array, Mask, Rows
from index.disk import OpenFile
from index.errors import LibraryDamaged

LARGE = 8192
"""Number of rows from which a segment has codes and its vectors stay on disk (docs/experiments.md)."""

_BLOCK = 2048  # rows read at once from a table that is on disk
_FIRST = 512  # candidates by their codes, four times as many while they are not proved enough (docs/experiments.md)
_TWO_THREADS = 50_000  # rows from which a search in two halves is faster
ROUNDING = 2e-5  # more than 768 products of unit vectors in single precision can differ from the true sum


class Table:
    """Rows of numbers of one type, in memory, or in a file from which only the requested rows are read."""

    def __init__(self, source: Any, dim: int, dtype: str = "<f4") -> None:
        """Wrap an array of shape (n, dim) or an OpenFile. Raises ValueError if that does not hold whole rows."""
        self._source, self.dim, self._dtype = source, dim, np.dtype(dtype)
        self._width = dim * self._dtype.itemsize
        size = source.size if isinstance(source, OpenFile) else source.nbytes
        self._n: int = size // self._width
        if size % self._width:
            raise ValueError(f"{size} bytes are no rows of {self._width}")

    @classmethod
    def of(cls, source: bytes | OpenFile | Table, dim: int, dtype: str = "<f4") -> Table:
        """Return a table over the bytes that `data` returned, or the table itself."""
        if isinstance(source, Table):
            return source
        if isinstance(source, OpenFile):
            return cls(source, dim, dtype)
        return cls(np.frombuffer(source, dtype=dtype).reshape(-1, dim), dim, dtype)

    def __len__(self) -> int:
        return self._n

    @property
    def in_memory(self) -> Array | None:
        """All rows if they are in memory, None if they are on disk."""
        return None if isinstance(self._source, OpenFile) else self._source

    def take(self, places: Rows) -> Array:
        """Return some rows, in the order asked for. Raises LibraryDamaged if the disk no longer has them."""
        if not isinstance(self._source, OpenFile):
            return np.asarray(self._source[places])
        found = np.empty((len(places), self.dim), dtype=self._dtype)
        if not len(places):
            return found
        view = memoryview(found.view(np.uint8).reshape(-1))  # type: ignore[arg-type]
        breaks = np.flatnonzero(np.diff(places) != 1) + 1
        try:
            for first, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(places)], strict=True):
                target = view[first * self._width : end * self._width]
                self._source.read_into(target, int(places[first]) * self._width)
        except OSError as error:
            raise LibraryDamaged(
                f"{self._source.path} can no longer be read: {error.strerror}. Your articles are untouched. "
                "Repair: citeline index --rebuild FOLDER"
            ) from None
        return found

    def all(self) -> Array:
        """Return every row."""
        return self.take(np.arange(self._n)) if self.in_memory is None else self.in_memory


def data(array: Any) -> memoryview | bytes:
    """Return the bytes of an array, without a copy if it is contiguous."""
    found: Any = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return memoryview(found) if array.size else b""


@dataclass(frozen=True)
class Slots:
    """Where a library's rows are. A slot is a place in its segments' tables, counted through all of them."""

    of_row: Rows
    """Slot of each row."""
    rows: Rows
    """Row of each slot; -1 if the article is no longer in the library."""
    firsts: Rows
    """First slot of each segment, and at the end the number of slots."""

    def split(self, rows: Rows) -> Iterator[tuple[int, Rows, Rows]]:
        """Yield, for each segment that holds some of these rows, its number, which rows, and their places in it."""
        slots = self.of_row[rows]
        held_by = np.searchsorted(self.firsts, slots, side="right") - 1
        for segment in np.unique(held_by).tolist():
            which = np.flatnonzero(held_by == segment)
            yield segment, which, slots[which] - self.firsts[segment]

    @cached_property
    def alive(self) -> list[Mask | None]:
        """Return for each segment which of its slots are rows, or None if all are."""
        found = [self.rows[first:end] >= 0 for first, end in zip(self.firsts[:-1], self.firsts[1:], strict=True)]
        return [None if each.all() else each for each in found]


@dataclass(frozen=True)
class Codes:
    """Vectors in 8 bits per number: enough to tell which ones need to be looked at."""

    index: Any
    error: float
    """Largest distance between a vector and what its code represents."""

    @classmethod
    def of(cls, vectors: Array) -> Codes:
        """Encode unit vectors, float32 of shape (n, dim)."""
        import faiss

        index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        index.add(vectors)
        worst = 0.0
        for first in range(0, len(vectors), _BLOCK):
            block = vectors[first : first + _BLOCK]
            distances = np.linalg.norm(index.reconstruct_n(first, len(block)) - block, axis=1)
            worst = max(worst, float(distances.max()))
        return cls(index, worst)

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self.index).tobytes())

    @classmethod
    def from_bytes(cls, data: bytes, error: float) -> Codes:
        """Restore what `to_bytes` returned.

        The caller has checked the SHA-256 of the bytes: faiss itself checks nothing.
        """
        import faiss

        return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)), error)

    def slack(self, query: Array) -> float:
        """Return how far a cosine can be from the one computed by its code."""
        return self.error * float(np.linalg.norm(query)) + ROUNDING

    def nearest(self, query: Array, k: int, alive: Mask | None) -> tuple[Array, Rows]:
        """Return approximate cosines and places of the k nearest, best first. At least k slots are alive."""
        n = int(self.index.ntotal)
        if n < _TWO_THREADS:
            return self._search(query, k, alive)
        masks = [np.ones(n, dtype=bool) if alive is None else alive.copy() for _ in range(2)]
        masks[0][n // 2 :] = masks[1][: n // 2] = False
        halves = list(_threads().map(lambda mask: self._search(query, k, mask), masks))
        cosines, places = (np.concatenate(each) for each in zip(*halves, strict=True))
        order = np.argsort(-cosines, kind="stable")[:k]
        return cosines[order], places[order]

    def _search(self, query: Array, k: int, alive: Mask | None) -> tuple[Array, Rows]:
        """Return cosines and places, best first; the place is -1 if there are fewer than k."""
        import faiss

        faiss.omp_set_num_threads(1)  # of this thread: for one query a team of them only costs
        params = None
        if alive is not None:
            chosen = faiss.IDSelectorBitmap(np.packbits(alive, bitorder="little"))  # type: ignore
            params = faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        cosines, places = self.index.search(query.reshape(1, -1), k, params=params)
        return cosines[0], places[0]


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="search")


@dataclass(frozen=True)
class VectorTable:
    """The vectors of one segment's chunks."""

    vectors: Table
    codes: Codes | None = None

    def nearest(self, query: Array, k: int, alive: Mask | None) -> tuple[Rows, Array]:
        """Return the k places nearest to a query among those alive, with their cosines.

        All that are as near as the last of them are included, in no particular order. k is at least 1.
        """
        places = None if alive is None else np.flatnonzero(alive)
        n = len(self.vectors) if places is None else len(places)
        n_asked = max(4 * k, min(_FIRST, n // 4))
        while self.codes is not None and n_asked < n:
            by_code, found = self.codes.nearest(query, n_asked, alive)
            cosines = products(query, self.vectors.take(found[:k]))
            # The k-th best is at least the worst of these: what its code says is too far below need not be read.
            n_near = int(np.count_nonzero(by_code >= cosines.min() - self.codes.slack(query)))
            if n_near < n_asked:
                cosines = np.concatenate([cosines, products(query, self.vectors.take(found[k:n_near]))])
                keep = best(cosines, k)
                return found[keep], cosines[keep]
            n_asked *= 4
        cosines = self._cosines(query, places)
        keep = best(cosines, k)
        return keep if places is None else places[keep], cosines[keep]

    def _cosines(self, query: Array, places: Rows | None) -> Array:
        if places is None and self.vectors.in_memory is not None:
            return products(query, self.vectors.in_memory)
        places = np.arange(len(self.vectors)) if places is None else places
        blocks = (places[first : first + _BLOCK] for first in range(0, len(places), _BLOCK))
        found = [products(query, self.vectors.take(block)) for block in blocks]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)


class Vectors:
    """The unit vectors of a library's rows; a dot product is a cosine."""

    def __init__(self, tables: Sequence[VectorTable], slots: Slots, dim: int) -> None:
        self.dim = dim
        self._tables = tables
        self._slots = slots

    def __len__(self) -> int:
        return len(self._slots.of_row)

    def search(self, query: Array, k: int, among: Rows | None = None) -> list[tuple[int, float]]:
        """Return the k rows nearest to a vector of shape (dim,) with their cosines, best first.

        Only rows in `among`, if given. Exact; of rows that are equally near, those that come first in the library.
        """
        chosen = np.zeros(len(self) if among is not None else 0, dtype=bool)
        chosen[among if among is not None else slice(0)] = True
        rows, cosines = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.float32)]
        for table, first, end, alive in zip(
            self._tables, self._slots.firsts[:-1], self._slots.firsts[1:], self._slots.alive, strict=True
        ):
            here = self._slots.rows[first:end]
            if among is not None:
                alive = (here >= 0) & chosen[here]
            if k < 1 or not len(here) or (alive is not None and not alive.any()):
                continue
            places, found = table.nearest(query, k, alive)
            rows.append(here[places])
            cosines.append(found)
        row, cosine = np.concatenate(rows), np.concatenate(cosines)
        order = np.lexsort((row, -cosine))[:k]
        return list(zip(row[order].tolist(), cosine[order].tolist(), strict=True))

    def cosines(self, query: Array, rows: Rows) -> Array:
        """Return the cosines of a vector of shape (dim,) with some rows: float32, the same as from `search`."""
        return products(query, self.take(rows))

    def take(self, rows: Rows) -> Array:
        """Return the vectors of some rows: float32, shape (len(rows), dim)."""
        found = np.empty((len(rows), self.dim), dtype=np.float32)
        for segment, which, places in self._slots.split(rows):
            found[which] = self._tables[segment].vectors.take(places)
        return found

    def row(self, row: int) -> Array:
        """Return one vector, shape (dim,)."""
        return np.asarray(self.take(np.array([row]))[0])

    def all(self) -> Array:
        """Return every vector: float32, shape (n, dim)."""
        return self.take(np.arange(len(self)))


@dataclass(frozen=True)
class Sentences:
    """Vectors of the sentences of one segment's chunks, in half precision."""

    keys: Any
    """Key of each vector's text, 32 bytes each."""
    vectors: Table
    which: Rows
    """Places in `keys` and `vectors` of the sentences of all chunks, chunk after chunk."""
    ends: Rows
    """End of each chunk's sentences in `which`."""

    @classmethod
    def of(cls, rows: Sequence[Sequence[bytes]], known: dict[bytes, Array], dim: int) -> Sentences:
        """Collect from `known` the vectors of every row's keys; a sentence that is in several chunks is stored once."""
        places: dict[bytes, int] = {}
        which = [places.setdefault(key, len(places)) for row in rows for key in row]
        table = np.zeros((len(places), dim), dtype=np.float16)
        for key, place in places.items():
            table[place] = known[key]
        ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
        return cls(np.array(list(places), dtype="S32"), Table(table, dim, "<f2"), np.array(which, dtype=np.int64), ends)

    def places(self, chunks: Rows) -> tuple[Rows, Rows]:
        """Return the places of the sentences of some chunks, chunk after chunk, and how many each chunk has."""
        ends = self.ends[chunks]
        counts = ends - np.where(chunks > 0, self.ends[chunks - 1], 0)
        return self.which[spread(ends - counts, counts)], counts


class SentenceVectors:
    """Vectors of each chunk's sentences: they rank chunks that were found, they find none."""

    def __init__(self, tables: Sequence[Sentences], slots: Slots) -> None:
        self._tables = tables
        self._slots = slots

    def __len__(self) -> int:
        """Return the number of chunks whose sentences are known."""
        return len(self._slots.of_row)

    def nearest(self, query: Array, rows: Rows) -> Array:
        """Return the best cosine of a vector of shape (dim,) with a sentence of each of these chunks.

        NaN for a chunk without a sentence.
        """
        found = np.full(len(rows), np.nan, dtype=np.float32)
        for first in range(0, len(rows), _BLOCK):
            for segment, which, chunks in self._slots.split(rows[first : first + _BLOCK]):
                table = self._tables[segment]
                places, counts = table.places(chunks)
                if not len(places):
                    continue
                cosines = products(query, table.vectors.take(places).astype(np.float32))
                some = np.flatnonzero(counts)
                starts = (np.cumsum(counts) - counts)[some]
                found[first + which[some]] = np.maximum.reduceat(cosines, starts)
        return found


def flat_vectors(data: bytes) -> Array:
    """Return the vectors of a serialized FAISS flat index: float32, shape (n, dim)."""
    import faiss

    index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
    return np.asarray(index.reconstruct_n(0, index.ntotal), dtype=np.float32).reshape(index.ntotal, index.d)


def products(query: Array, vectors: Array) -> Array:
    """Return the dot product of a vector with each row, float32.

    That of one row does not depend on the others, to the bit.
    """
    import faiss

    found = np.empty(len(vectors), dtype=np.float32)
    if len(vectors):
        query, vectors = (np.ascontiguousarray(each, dtype=np.float32) for each in (query, vectors))
        assert query.shape == vectors.shape[1:]
        pointers = map(faiss.swig_ptr, (found, query, vectors))
        faiss.fvec_inner_products_ny(*pointers, vectors.shape[1], len(vectors))  # type: ignore[attr-defined]
    return found


def key_list(keys: Any) -> list[bytes]:
    """Return complete keys of 32 bytes each: numpy drops the zeros at a key's end."""
    return [key.ljust(32, b"\0") for key in keys.tolist()]


def spread(starts: Rows, counts: Rows) -> Rows:
    """Return the numbers start, start + 1, … of each range with its count, one range after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - (ends - counts), counts) + np.arange(int(ends[-1]) if len(ends) else 0)


def best(scores: Array, k: int) -> Rows:
    """Return the places of the k highest scores, and of all that equal the last of them."""
    if k >= len(scores):
        return np.arange(len(scores))
    return np.flatnonzero(scores >= kth_best(scores, k))


def kth_best(scores: Array, k: int) -> float:
    """Return the k-th highest of at least k scores."""
    return float(np.partition(scores, len(scores) - k)[len(scores) - k])
