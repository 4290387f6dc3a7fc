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

    def __init__(self, bm25: Any, n_rows: int, said: tuple[Any, Any] | None = None, analysis: str = "") -> None:
        """`said`: the terms of all rows one after the other, as numbers of the vocabulary, and where each row ends."""
        self._bm25 = bm25
        self._n_rows = n_rows
        self._said = said
        self.analysis = analysis if said else ""
        """What the terms were made by; "" when they are not kept."""
        self._by_number: dict[int, str] | None = None

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], analysis: str = "") -> Keywords:
        """An index over lists of terms."""
        if not any(rows):
            return cls(None, len(rows))
        bm25 = _new()
        bm25.index([list(row) for row in rows], show_progress=False)
        vocabulary = bm25.vocab_dict
        numbers = np.array([vocabulary[term] for row in rows for term in row], dtype=np.int32)
        ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
        return cls(bm25, len(rows), (numbers, ends), analysis)

    def scores(self, terms: Sequence[str]) -> Array:
        """BM25 score of every row for a query's terms, float32 of shape (n,); 0 where no term stands."""
        known = [] if self._bm25 is None else [term for term in terms if term in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._n_rows, dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)

    def terms_of(self, row: int) -> list[str]:
        """The terms that a row was given, in their order; `analysis` must not be ""."""
        assert self._said is not None
        numbers, ends = self._said
        words = self._words()
        return [words[number] for number in numbers[int(ends[row - 1]) if row else 0 : int(ends[row])]]

    def _words(self) -> dict[int, str]:
        if self._by_number is None:
            self._by_number = {number: term for term, number in self._bm25.vocab_dict.items()}
        return self._by_number

    def knows(self, term: str) -> bool:
        """Does any row hold this term?"""
        return self._bm25 is not None and term in self._bm25.vocab_dict

    def to_bytes(self) -> dict[str, bytes]:
        """Files of this index, by name."""
        if self._bm25 is None:
            return {"keywords.json": json.dumps({"n": self._n_rows}).encode()}
        scores = self._bm25.scores
        buffer = io.BytesIO()
        said = dict(zip(("said", "ends"), self._said or (), strict=False))
        np.savez(buffer, data=scores["data"], indices=scores["indices"], indptr=scores["indptr"], **said)
        vocabulary = {"n": self._n_rows, "vocabulary": self._bm25.vocab_dict, "analysis": self.analysis}
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
        said = (arrays["said"], arrays["ends"]) if "said" in arrays else None
        return cls(bm25, meta["n"], said, meta.get("analysis", ""))


def _new() -> Any:
    import bm25s

    return bm25s.BM25(method="lucene", k1=1.2, b=0.75)
