"""Keyword retrieval: BM25 over folded stems, weighted at query time.

What is stored for a row (its terms, how often each occurs) does not depend on other rows; the rarity of a term and the
average length of rows are counted over the rows present. So nothing stored changes when articles come and go. The
formula is Lucene's, with the roundings of bm25s 0.3.16, against which the tests compare it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.arrays import Array, Rows
from index.progress import Tick, no_tick
from index.storage.vectors import Slots, kth_best

_K1, _B = 1.2, 0.75
_SAMPLE = 8192  # rows of which the k-th best is looked for, as a bound on the k-th best of all
_FEW = 0.02  # share of the rows up to which looking them up in a term's postings is faster than going through these


@dataclass(frozen=True)
class Postings:
    """The terms of one segment's chunks."""

    vocabulary: dict[str, int]
    """Number of each term."""
    starts: Rows
    """Start of each term's postings, and at the end their total number."""
    chunks: Any
    """Chunk of each posting, ascending within a term; int32."""
    counts: Any
    """How often the term occurs in that chunk; int32."""
    lengths: Any
    """Number of terms in each chunk, repeated ones included; int32."""

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], tick: Tick = no_tick) -> Postings:
        """Build postings from lists of terms, one list per chunk."""
        found: set[str] = set()
        for row in rows:
            tick()
            found.update(row)
        vocabulary = {term: number for number, term in enumerate(sorted(found))}
        said = np.empty(sum(map(len, rows)), dtype=np.int64)
        end = 0
        for row in rows:
            tick()
            start, end = end, end + len(row)
            said[start:end] = [vocabulary[term] for term in row]
        return cls.of_numbers(vocabulary, said, np.array([len(row) for row in rows], dtype=np.int64))

    @classmethod
    def of_numbers(cls, vocabulary: dict[str, int], said: Rows, lengths: Rows) -> Postings:
        """Build postings from term numbers, those of all chunks in a row, and the number of terms in each chunk."""
        n = max(len(lengths), 1)
        pairs, counts = np.unique(said * n + np.repeat(np.arange(len(lengths)), lengths), return_counts=True)
        return cls._sorted(vocabulary, pairs // n, pairs % n, counts, lengths)

    @classmethod
    def merged(cls, parts: Sequence[Postings], slots: Slots) -> Postings:
        """Merge the postings of the rows of several segments."""
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
        """Build from postings sorted by term number, then by chunk."""
        starts = np.searchsorted(terms, np.arange(len(vocabulary) + 1))
        return cls(vocabulary, starts, *(each.astype(np.int32) for each in (chunks, counts, lengths)))

    def of_term(self, term: str) -> tuple[Any, Any]:
        """Return the chunks that contain a term, and how often each does."""
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
        """Return the BM25 score of every row for a query's terms: float32, shape (n,), 0 where no term occurs."""
        found = np.zeros(self._n_rows, dtype=np.float32)
        for term in terms:
            rarity = self._rarity(term)
            for rows, counts in self._postings(term):
                found[rows] += self._parts(rarity, rows, counts)
        return found

    def scores_of(self, terms: Sequence[str], rows: Rows) -> Array:
        """Return the same for some rows only, looked up in the postings: float32, shape (len(rows),)."""
        found = np.zeros(len(rows), dtype=np.float32)
        places = list(self._slots.split(rows))
        for term in terms:
            rarity = self._rarity(term)
            for segment, which, chunks in places:
                holding, counts = self._tables[segment].of_term(term)
                if len(holding):
                    sought = chunks.astype(holding.dtype)  # else numpy would convert all that it searches
                    at = np.minimum(np.searchsorted(holding, sought), len(holding) - 1)
                    here = np.flatnonzero(holding[at] == sought)
                    found[which[here]] += self._parts(rarity, rows[which[here]], counts[at[here]])
        return found

    def best(self, terms: Sequence[str], k: int, among: Rows | None = None) -> list[tuple[int, float]]:
        """Return the k rows with the highest scores above 0 and their scores, best first; of equal rows the first ones.

        Exact, by MaxScore (Turtle and Flood 1995): a row that has only frequent terms is skipped when all of these
        together weigh less than what k rows have already.
        """
        weighed = sorted(((self._rarity(term), term) for term in terms if self.knows(term)), reverse=True)
        left = sum(rarity for rarity, _ in weighed)  # a term adds less than its rarity to any row
        slack = 3e-7 * (len(weighed) + 8) * left  # more than two sums in single precision are off, in any order
        chosen = np.zeros(self._n_rows if among is not None else 0, dtype=bool)
        chosen[among if among is not None else slice(0)] = True
        rough, least = np.zeros(self._n_rows, dtype=np.float32), 0.0  # the k-th best has at least that
        for rarity, term in weighed:
            some = np.flatnonzero(rough >= least - left - slack) if least > left + slack else None
            left -= rarity
            if some is not None and len(some) < _FEW * self._n_rows:
                rough[some] += self.scores_of([term], some)
                least = max(least, kth_best(rough[some], k))
                continue
            for rows, counts in self._postings(term):
                if among is not None:
                    rows, counts = rows[chosen[rows]], counts[chosen[rows]]
                rough[rows] += self._parts(rarity, rows, counts)
                if len(rows) >= k:
                    least = max(least, kth_best(rough[rows[: max(k, _SAMPLE)]], k))
        some = np.flatnonzero(rough >= least - slack if least > slack else rough)
        if len(some) > k:
            some = some[rough[some] >= kth_best(rough[some], k) - slack]
        scores = self.scores_of(terms, some)
        order = np.argsort(-scores, kind="stable")[:k]
        return list(zip(some[order].tolist(), scores[order].tolist(), strict=True))

    def knows(self, term: str) -> bool:
        """Return whether any row contains this term."""
        return bool(self._n_holding(term))

    def rows_with(self, term: str) -> Rows:
        """Return the rows that contain this term, segment by segment."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(rows for rows, _ in self._postings(term))])

    def _rarity(self, term: str) -> float:
        n = self._n_holding(term)
        return float(np.float32(math.log(1 + (self._n_rows - n + 0.5) / (n + 0.5))))

    def _n_holding(self, term: str) -> int:
        n = 0
        for table, alive in zip(self._tables, self._slots.alive, strict=True):
            chunks = table.of_term(term)[0]
            n += len(chunks) if alive is None else int(np.count_nonzero(alive[chunks]))
        return n

    def _parts(self, rarity: float, rows: Rows, counts: Any) -> Array:
        """Return the term's BM25 contribution for rows with these counts."""
        return np.asarray((rarity * (counts / (self._norms.take(rows) + counts))).astype(np.float32))

    def _postings(self, term: str) -> Iterator[tuple[Rows, Any]]:
        """Yield for each segment that has any the rows that contain a term, and how often each does."""
        for table, first, alive in zip(self._tables, self._slots.firsts[:-1], self._slots.alive, strict=True):
            chunks, counts = table.of_term(term)
            if len(chunks):
                rows = self._slots.rows.take(first + chunks)
                yield (rows, counts) if alive is None else (rows[rows >= 0], counts[rows >= 0])
