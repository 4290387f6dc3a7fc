"""Vectors as rows of a collection: written once, then read by place or searched."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.arrays import Array, Rows
from index.errors import LibraryDamaged, LibraryUnreadable
from index.milvus.client import Client, Gone, Row
from index.progress import Tick, no_tick

MOST = 16_384
"""Largest number of rows that Milvus returns, and of places in one expression."""
_BYTES = 4 << 20
"""Of vectors in one call; a message may have 64 MiB."""
_HNSW = {"M": 32, "efConstruction": 256}
EF = 256
"""Nearest rows that HNSW keeps while it looks for some."""


class VectorRows:
    """A collection of float32 vectors whose ids are their places, 0, 1, …"""

    index: str
    """FLAT, or an approximate one."""

    def __init__(self, client: Client, name: str, dim: int, index: str = "FLAT") -> None:
        self._client, self.name, self.dim, self.index = client, name, dim, index
        self._n_at_once = max(1, min(MOST, _BYTES // (4 * dim)))

    def write(self, vectors: Iterator[Array], n: int, tick: Tick = no_tick) -> None:
        """Create the collection and write blocks of vectors, n rows in all.

        Raises LibraryUnreadable if the server fails, or has another number of rows afterwards.
        """
        options = {"index_type": self.index, "params": _HNSW if self.index == "HNSW" else {}}
        fields = [("id", "INT64", {}), ("vector", "FLOAT_VECTOR", {"dim": self.dim})]
        self._client.create(self.name, fields, options)
        place = 0
        for block in vectors:
            for first in range(0, len(block), self._n_at_once):
                tick()
                part = np.asarray(block[first : first + self._n_at_once], dtype=np.float32)
                rows = [{"id": place + at, "vector": vector} for at, vector in enumerate(part)]
                self._client.insert(self.name, rows)
                place += len(part)
        tick()
        self._client.flush(self.name)
        found = self._client.count(self.name)
        if (place, found) != (n, n):
            raise LibraryUnreadable(
                f"the Milvus server at {self._client.address.server} has {found} of {n} vectors that were written. "
                "What was published before is still served: run citeline index again"
            )

    def take(self, places: Rows) -> Array:
        """Return some vectors, in the order asked for: float32, shape (len(places), dim), to the bit as written.

        Raises LibraryUnreadable, or LibraryDamaged if there are none of these places.
        """
        wanted, back = np.unique(places, return_inverse=True)
        found = np.empty((len(wanted), self.dim), dtype=np.float32)
        for first in range(0, len(wanted), self._n_at_once):
            part = wanted[first : first + self._n_at_once]
            rows = self._query(f"id in {part.tolist()}")
            at = np.searchsorted(part, [row["id"] for row in rows])
            if len(rows) != len(part):
                missing = f"{self.name}: {len(part) - len(rows)} vectors are missing"
                raise LibraryDamaged.of(str(self._client.address), missing)
            for row, place in zip(rows, at.tolist(), strict=True):
                found[first + place] = row["vector"]
        return found[back.reshape(-1)]

    def nearest(self, query: Array, k: int, expression: str = "") -> tuple[Rows, Array]:
        """Return the places of the k nearest vectors, best first, and their products as the server works them out."""
        vector = query.astype(np.float32).tolist()
        try:
            pairs = self._client.search(self.name, vector, k, expression, {"ef": max(EF, k)})  # only HNSW looks at it
        except Gone:
            raise self._gone() from None
        places, products = [place for place, _ in pairs], [product for _, product in pairs]
        return np.array(places, dtype=np.int64), np.array(products, dtype=np.float32)

    def look(self) -> int:
        """Return how many there are, and note how they are indexed, whatever this was made with."""
        try:
            self.index = self._client.index_of(self.name)
        except Gone:
            raise self._gone() from None
        return self.count()

    def count(self) -> int:
        try:
            return self._client.count(self.name)
        except Gone:
            raise self._gone() from None

    def _query(self, expression: str) -> list[Row]:
        try:
            return self._client.query(self.name, expression, ["id", "vector"], is_strong=False)
        except Gone:
            raise self._gone() from None

    def _gone(self) -> LibraryUnreadable:
        return LibraryUnreadable(
            f"the library {self._client.address} was brought up to date more than once meanwhile, and what was being "
            "read is removed. Nothing is lost: ask again"
        )
