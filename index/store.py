"""Vectors of chunks and the exact search among them, vectors of their sentences. The only module that imports faiss."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.embed import Array

Rows = np.ndarray[Any, np.dtype[np.int64]]


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

    def search(self, query: Array, k: int, among: Rows | None = None) -> list[tuple[int, float]]:
        """The k rows nearest to a vector of shape (dim,) with their cosines, best first; only rows `among` these."""
        import faiss

        if not len(self) or (among is not None and not len(among)):
            return []
        chosen = None if among is None else faiss.IDSelectorBatch(np.ascontiguousarray(among, dtype=np.int64))
        params = None if chosen is None else faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        scores, rows = self._index.search(query.reshape(1, -1), min(k, len(self)), params=params)
        return [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]

    def row(self, row: int) -> Array:
        """One vector, shape (dim,)."""
        return np.asarray(self._index.reconstruct(row), dtype=np.float32)

    def all(self) -> Array:
        """Every vector, float32 of shape (n, dim)."""
        return np.asarray(self._index.reconstruct_n(0, len(self)), dtype=np.float32).reshape(len(self), self.dim)


class SentenceVectors:
    """Vectors of each chunk's sentences, in half precision: they sort chunks that were found, they find none."""

    def __init__(self, keys: Any, vectors: Any, which: Any, ends: Any) -> None:
        """`vectors[which[ends[row - 1] : ends[row]]]` are a row's; `keys` (32 bytes each) say of which texts."""
        self.keys, self.vectors, self.which, self.ends = keys, vectors, which, ends
        self._listed: list[bytes] | None = None

    @classmethod
    def of(cls, rows: Sequence[Sequence[bytes]], known: dict[bytes, Array], dim: int) -> SentenceVectors:
        """The vectors in `known` of every row's keys; a sentence that stands in several chunks is kept once."""
        places: dict[bytes, int] = {}
        which = [places.setdefault(key, len(places)) for row in rows for key in row]
        table = np.zeros((len(places), dim), dtype=np.float16)
        for key, place in places.items():
            table[place] = known[key]
        ends = np.cumsum([len(row) for row in rows], dtype=np.int64) if rows else np.zeros(0, dtype=np.int64)
        return cls(np.array(list(places), dtype="S32"), table, np.array(which, dtype=np.int64), ends)

    @classmethod
    def from_bytes(cls, data: bytes) -> SentenceVectors:
        """What `to_bytes` gave."""
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return cls(*(arrays[name] for name in ("keys", "vectors", "which", "ends")))

    def to_bytes(self) -> bytes:
        buffer = io.BytesIO()
        np.savez(buffer, keys=self.keys, vectors=self.vectors, which=self.which, ends=self.ends)
        return buffer.getvalue()

    def __len__(self) -> int:
        """How many chunks it knows the sentences of."""
        return len(self.ends)

    def by_key(self) -> dict[bytes, Any]:
        """Every vector, float16 of shape (dim,), by the key of its text."""
        return dict(zip(self._all_keys(), self.vectors, strict=True))

    def keys_of(self, row: int) -> list[bytes]:
        """The keys of a chunk's sentences, in their order."""
        keys = self._all_keys()
        start = int(self.ends[row - 1]) if row else 0
        return [keys[place] for place in self.which[start : int(self.ends[row])]]

    def _all_keys(self) -> list[bytes]:
        if self._listed is None:  # numpy drops zeros at a key's end
            self._listed = [key.ljust(32, b"\0") for key in self.keys.tolist()]
        return self._listed

    def nearest(self, query: Array, row: int) -> float | None:
        """The best cosine of a vector of shape (dim,) with a sentence of a chunk; None when it has none."""
        start = int(self.ends[row - 1]) if row else 0
        places = self.which[start : int(self.ends[row])]
        return float((self.vectors[places].astype(np.float32) @ query).max()) if len(places) else None
