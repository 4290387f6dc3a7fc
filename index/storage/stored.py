"""A generation whose segments are in Milvus: what is found there is what is found in files, to the bit.

The server only says which vectors may be the nearest. Theirs are fetched, and their cosines worked out here, as for a
table on disk; the server's own products can be off by roundings, so it is proved that no better row was left out. With
an approximate index (HNSW) that proof holds among what the index looked at. It loses many rows under a filter, so the
vectors that a narrow one keeps are all fetched.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from index.arrays import Array, Mask, Rows
from index.disk import OpenFile
from index.errors import LibraryDamaged
from index.milvus import MOST, Published, Store, VectorRows
from index.storage.segment import Files, Segment
from index.storage.vectors import ROUNDING, Table, VectorTable, best, kth_best, products

_MOST_NEAR = 512  # rows up to which HNSW finds nearly all of the nearest, as measured (docs/scale.md)
_MORE = 16  # rows asked for beyond twice as many as are wanted
_CALLS = 8  # at once, while a library is opened
_RUNS = 64  # of places, up to which they are asked for as ranges
_VECTORS = re.compile(r"(vectors|sentences)-([0-9]{1,9})\.(f32|f16)")
Contents = dict[str, bytes | memoryview]
_KINDS = {"vectors": ("chunks", "<f4"), "sentences": ("sentences", "<f2")}


class StoredTable(Table):
    """Rows of numbers in Milvus."""

    def __init__(self, rows: VectorRows, size: int, dtype: str) -> None:
        """Wrap a collection that holds `size` bytes of rows. Raises ValueError if these are no whole rows."""
        self.rows, self.dim, self._dtype = rows, rows.dim, np.dtype(dtype)
        self._width = rows.dim * self._dtype.itemsize
        self._n = size // self._width
        if size % self._width:
            raise ValueError(f"{size} bytes are no rows of {self._width}")

    @property
    def in_memory(self) -> Array | None:
        return None

    def take(self, places: Rows) -> Array:
        return self.rows.take(places).astype(self._dtype, copy=False)


class StoredVectors(VectorTable):
    """The vectors of one segment's chunks in Milvus."""

    def nearest(self, query: Array, k: int, alive: Mask | None) -> tuple[Rows, Array]:
        assert isinstance(self.vectors, StoredTable)
        places = None if alive is None else np.flatnonzero(alive)
        n, n_alive = len(self.vectors), len(self.vectors) if places is None else len(places)
        n_wanted = (2 * k + _MORE) * n // max(n_alive, 1)  # so that enough of them are alive
        is_narrow = n_wanted > _MOST_NEAR and n_alive <= MOST and self.vectors.rows.index != "FLAT"
        if k >= n_alive or is_narrow:
            everything = np.arange(n) if places is None else places
            cosines = products(query, self.vectors.take(everything))
            keep = best(cosines, k)
            return everything[keep], cosines[keep]
        most = min(n, MOST)
        if n_wanted <= most or n_alive > 4 * MOST:
            n_asked = min(n_wanted, most)
            while True:
                found = self._among(query, k, n_asked, alive, n_asked == n)
                if found is not None and len(found[0]) >= k:
                    return found
                if n_asked == most:
                    break
                n_asked = min(4 * n_asked, most)
        parts = self._by_lists(query, k, np.arange(n) if places is None else places)
        at, cosines = (np.concatenate(each) for each in zip(*parts, strict=True))
        keep = best(cosines, k)
        return at[keep], cosines[keep]

    def _among(
        self, query: Array, k: int, n_asked: int, alive: Mask | None, is_all: bool, within: str = ""
    ) -> tuple[Rows, Array] | None:
        """Return the k nearest if it is proved that they are among the first `n_asked`, else None."""
        assert isinstance(self.vectors, StoredTable)
        places, rough = self.vectors.rows.nearest(query, n_asked, within)
        if len(places) and not 0 <= places.min() <= places.max() < len(self.vectors):
            raise LibraryDamaged(f"{self.vectors.rows.name} has vectors that nobody wrote: citeline index --rebuild")
        least = rough[-1] if len(rough) else 0.0
        if alive is not None:
            kept = alive[places]
            places, rough = places[kept], rough[kept]
        slack = 2 * ROUNDING * max(1.0, float(np.linalg.norm(query)))
        if len(places) < k:
            if not is_all:
                return None
            near = places
        else:
            bound = kth_best(rough, k) - slack
            if not is_all and least >= bound:
                return None
            near = places[rough >= bound]
        cosines = products(query, self.vectors.take(near))
        keep = best(cosines, k)
        return near[keep], cosines[keep]

    def _by_lists(self, query: Array, k: int, places: Rows) -> list[tuple[Rows, Array]]:
        """Return the k nearest of each part of some places; the server is told which places may be found."""
        found = []
        for first in range(0, len(places), MOST):
            part = places[first : first + MOST]
            n_asked = min(2 * k + _MORE, len(part))
            nearest = None
            while nearest is None:
                nearest = self._among(query, k, n_asked, None, n_asked == len(part), expression(part))
                n_asked = min(4 * n_asked, len(part))
            found.append(nearest)
        return found


def expression(places: Rows) -> str:
    """Return Milvus' words for some places, ascending: a few ranges, or a list."""
    breaks = np.flatnonzero(np.diff(places) != 1) + 1
    if len(breaks) >= _RUNS:
        return f"id in {places.tolist()}"
    firsts, lasts = places[[0, *breaks]].tolist(), places[[*(breaks - 1), -1]].tolist()
    return " or ".join(f"(id >= {first} and id <= {last})" for first, last in zip(firsts, lasts, strict=True))


def contents(store: Store, of: Published, files: Files, dim: int) -> dict[str, bytes | OpenFile | Table]:
    """Return the checked files of a generation: vectors as tables in Milvus, all others as bytes.

    Raises what `Store.file` raises, ValueError, and LibraryDamaged if a table does not have its number of rows.
    """

    def checked(name: str) -> bytes | OpenFile | Table:
        size, sha = files[name]
        if not (part := _VECTORS.fullmatch(name)):
            number = re.search(r"-([0-9]{1,9})\.", name)
            return store.file(int(number[1]) if number else of.number, name, size, sha)
        kind, dtype = _KINDS[part[1]]
        table = StoredTable(_rows(store, kind, int(part[2]), dim), size, dtype)
        if len(table) != (n := table.rows.look()):
            raise LibraryDamaged.of(str(store.address), f"{n} of {len(table)} vectors are in {table.rows.name}")
        return table

    with ThreadPoolExecutor(_CALLS, thread_name_prefix="milvus") as pool:  # each waits for the server
        found = dict(zip(files, pool.map(checked, files), strict=True))
    store.forget_others({of.sha256, *(sha for _, sha in files.values())})
    return found


def searched_there(segment: Segment) -> Segment:
    """Return a segment whose chunk vectors are searched where they are."""
    if isinstance(segment.vectors.vectors, StoredTable):
        return replace(segment, vectors=StoredVectors(segment.vectors.vectors))
    return segment


def split(written: Mapping[str, bytes | memoryview], dim: int) -> tuple[Contents, dict[str, tuple[int, Array]]]:
    """Return what `Segment.write` returned as files and tables: "chunks" and "sentences", with their dimensions."""
    files: Contents = {}
    tables: dict[str, tuple[int, Array]] = {}
    for name, content in written.items():
        if part := _VECTORS.fullmatch(name):
            kind, dtype = _KINDS[part[1]]
            tables[kind] = (dim, np.frombuffer(content, dtype=dtype).reshape(-1, dim))
        else:
            files[name] = content
    return files, tables


def without_codes(written: Mapping[str, bytes | memoryview]) -> Contents:
    """Return what `Segment.write` returned without the codes of vectors: the server has an index of its own."""
    return {name: content for name, content in written.items() if not name.startswith("codes-")}


def _rows(store: Store, kind: str, number: int, dim: int) -> VectorRows:
    return store.chunks(number, dim) if kind == "chunks" else store.sentences(number, dim)
