"""The keyword leg: BM25 over folded stems. The only module that imports bm25s."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.embed import Array


class Keywords:
    """BM25 (Lucene's variant) over lists of terms, one list a chunk; rows are those of the vectors."""

    def __init__(self, bm25: Any, n_rows: int) -> None:
        self._bm25 = bm25
        self._n_rows = n_rows

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> Keywords:
        """An index over lists of terms."""
        if not any(rows):
            return cls(None, len(rows))
        bm25 = _new()
        bm25.index([list(row) for row in rows], show_progress=False)
        return cls(bm25, len(rows))

    def scores(self, terms: Sequence[str]) -> Array:
        """BM25 score of every row for a query's terms, float32 of shape (n,); 0 where no term stands."""
        known = [] if self._bm25 is None else [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._n_rows, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def knows(self, term: str) -> bool:
        """Does any row hold this term?"""
        return self._bm25 is not None and term in self._bm25.vocab_dict

    def to_bytes(self) -> dict[str, bytes]:
        """Files of this index, by name."""
        if self._bm25 is None:
            return {"keywords.json": json.dumps({"n": self._n_rows}).encode()}
        scores = self._bm25.scores
        buffer = io.BytesIO()
        np.savez(buffer, data=scores["data"], indices=scores["indices"], indptr=scores["indptr"])
        vocabulary = {"n": self._n_rows, "vocabulary": self._bm25.vocab_dict}
        return {"keywords.npz": buffer.getvalue(), "keywords.json": json.dumps(vocabulary).encode()}

    @classmethod
    def from_bytes(cls, files: dict[str, bytes]) -> Keywords:
        """What `to_bytes` gave."""
        meta = json.loads(files["keywords.json"])
        if "vocabulary" not in meta:
            return cls(None, meta["n"])
        arrays = np.load(io.BytesIO(files["keywords.npz"]), allow_pickle=False)
        bm25 = _new()
        bm25.scores = {name: arrays[name] for name in ("data", "indices", "indptr")} | {"num_docs": meta["n"]}
        bm25.vocab_dict = meta["vocabulary"]
        bm25.nonoccurrence_array = None
        bm25.unique_token_ids_set = set(meta["vocabulary"].values())
        return cls(bm25, meta["n"])


def _new() -> Any:
    import bm25s

    return bm25s.BM25(method="lucene", k1=1.2, b=0.75)
