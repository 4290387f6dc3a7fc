"""The keyword leg: BM25 over folded stems, weighed when it is asked for.

What is stored of a row (its terms, how often each stands there) does not depend on the other rows; how rare a term is
and how long rows are on average is counted over the rows that are there. So nothing stored changes when articles come
and go. The formula is Lucene's, with the roundings of bm25s 0.3.16, which is what the tests compare it to.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.embed import Array
from index.store import Rows, Slots

_K1, _B = 1.2, 0.75


@dataclass(frozen=True)
class Postings:
    """The terms of one segment's chunks."""

    vocabulary: dict[str, int]
    """Each term's number."""
    starts: Rows
    """Where the postings of each term begin, and at the end how many there are."""
    chunks: Any
    """The chunk of each posting, ascending for a term; int32."""
    counts: Any
    """How often the term stands in it; int32."""
    lengths: Any
    """How many terms each chunk has, repeated ones too; int32."""

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]]) -> Postings:
        """The postings of lists of terms, one list a chunk."""
        words = sorted({term for row in rows for term in row})
        vocabulary = {term: number for number, term in enumerate(words)}
        said = np.array([vocabulary[term] for row in rows for term in row], dtype=np.int64)
        return cls.of_numbers(vocabulary, said, np.array([len(row) for row in rows], dtype=np.int64))

    @classmethod
    def of_numbers(cls, vocabulary: dict[str, int], said: Rows, lengths: Rows) -> Postings:
        """The same of the terms' numbers, those of all chunks one after the other, and how many each chunk has."""
        n = max(len(lengths), 1)
        pairs, counts = np.unique(said * n + np.repeat(np.arange(len(lengths)), lengths), return_counts=True)
        return cls._sorted(vocabulary, pairs // n, pairs % n, counts, lengths)

    @classmethod
    def merged(cls, parts: Sequence[Postings], slots: Slots) -> Postings:
        """The postings of the rows of several segments, as one."""
        words = sorted(set().union(*(part.vocabulary for part in parts)))
        vocabulary = {term: number for number, term in enumerate(words)}
        terms, chunks, counts, lengths = [], [], [], []
        for part, first, end in zip(parts, slots.firsts[:-1], slots.firsts[1:], strict=True):
            numbers = np.array([vocabulary[term] for term in part.vocabulary], dtype=np.int64)
            row = slots.rows[first:end][part.chunks]
            kept = row >= 0
            terms.append(np.repeat(numbers, np.diff(part.starts))[kept])
            chunks.append(row[kept])
            counts.append(part.counts[kept])
            lengths.append(part.lengths)
        term, chunk, count = map(np.concatenate, (terms, chunks, counts))
        order = np.lexsort((chunk, term))
        held = np.unique(term)
        words = [words[number] for number in held.tolist()]
        numbers = np.searchsorted(held, term[order])
        vocabulary = {word: number for number, word in enumerate(words)}
        return cls._sorted(vocabulary, numbers, chunk[order], count[order], np.concatenate(lengths)[slots.of_row])

    @classmethod
    def _sorted(cls, vocabulary: dict[str, int], terms: Rows, chunks: Any, counts: Any, lengths: Any) -> Postings:
        """From postings sorted by the number of their term, then by chunk."""
        starts = np.searchsorted(terms, np.arange(len(vocabulary) + 1))
        return cls(vocabulary, starts, *(each.astype(np.int32) for each in (chunks, counts, lengths)))

    def of_term(self, term: str) -> tuple[Any, Any]:
        """The chunks that hold a term, and how often each does."""
        number = self.vocabulary.get(term)
        if number is None:
            return self.chunks[:0], self.counts[:0]
        here = slice(int(self.starts[number]), int(self.starts[number + 1]))
        return self.chunks[here], self.counts[here]


class Keywords:
    """BM25 over the terms of a library's rows."""

    def __init__(self, tables: Sequence[Postings], slots: Slots) -> None:
        self._tables = tables
        self._slots = slots
        self._n_rows = len(slots.of_row)
        lengths = np.concatenate([np.zeros(0, dtype=np.int32), *(each.lengths for each in tables)])[slots.of_row]
        mean = float(lengths.mean()) if lengths.any() else 1.0
        self._norms = _K1 * ((1 - _B) + _B * lengths / mean)

    def scores(self, terms: Sequence[str]) -> Array:
        """BM25 score of every row for a query's terms, float32 of shape (n,); 0 where no term stands."""
        found = np.zeros(self._n_rows, dtype=np.float32)
        for term in terms:
            rows, counts = self._postings(term)
            if len(rows):
                rarity = np.float32(math.log(1 + (self._n_rows - len(rows) + 0.5) / (len(rows) + 0.5)))
                found[rows] += (float(rarity) * (counts / (self._norms[rows] + counts))).astype(np.float32)
        return found

    def knows(self, term: str) -> bool:
        """Does any row hold this term?"""
        return bool(len(self._postings(term)[0]))

    def _postings(self, term: str) -> tuple[Rows, Any]:
        """The rows that hold a term, and how often each does."""
        rows, counts = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int32)]
        for table, first, alive in zip(self._tables, self._slots.firsts[:-1], self._slots.alive, strict=True):
            chunks, count = table.of_term(term)
            if len(chunks):
                row = self._slots.rows[first + chunks]
                kept = slice(None) if alive is None else row >= 0
                rows.append(row[kept])
                counts.append(count[kept])
        return np.concatenate(rows), np.concatenate(counts)
