"""Vectors and the exact search among them. The only module that imports faiss."""

from __future__ import annotations

from typing import Any

import numpy as np

from index.embed import Array


class Vectors:
    """Unit vectors in rows; a dot product is a cosine. Immutable once made."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def of(cls, vectors: Array) -> Vectors:
        """An index over the rows of `vectors`, float32 of shape (n, dim)."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def from_bytes(cls, data: bytes) -> Vectors:
        """What `to_bytes` gave. The caller has checked the bytes' SHA-256: faiss itself checks nothing."""
        import faiss

        return cls(faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8)))

    def to_bytes(self) -> bytes:
        import faiss

        return bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        return int(self._index.d)

    def search(self, query: Array, k: int) -> list[tuple[int, float]]:
        """The k rows nearest to a vector of shape (dim,) with their cosines, best first."""
        if not len(self):
            return []
        scores, rows = self._index.search(query.reshape(1, -1), min(k, len(self)))
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def row(self, row: int) -> Array:
        """One vector, shape (dim,)."""
        return np.asarray(self._index.reconstruct(row), dtype=np.float32)

    def all(self) -> Array:
        """Every vector, float32 of shape (n, dim)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32).reshape(len(self), self.dim)
