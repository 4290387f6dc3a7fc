"""Sketches of texts: of each its runs of words, as the smallest of their hashes (Broder 1997, bottom-k MinHash).

A text of up to SIZE runs is kept whole, so that what two such texts share is exact; of a longer one the sample is large
enough to tell how much of it another one holds. One hash does for all: no permutations, and a cut text is recognised as
part of a longer one, which the signatures of classic MinHash do not say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from index.arrays import Rows
from index.progress import Tick, no_tick
from index.text import fold

RUN = 4
"""Words in a run."""
SIZE = 256
"""Most hashes kept of a text."""

_WORD = re.compile(
    r"([.!?:…\n«“\"–—][ \t\u00a0\u202f]*)?"  # behind it a capital says nothing
    r"([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]|\w+)"
)
_MULTIPLIERS = tuple(pow(0x9E3779B97F4A7C15, n, 1 << 64) for n in range(1, RUN + 1))


@dataclass(frozen=True)
class Sketches:
    """The sketches of some texts, one behind the other."""

    hashes: Any
    """uint64, ascending within a text. The lowest bit says whether the run has a detail: a figure or a name."""
    ends: Rows
    """Where each text's hashes end."""
    version: ClassVar[int] = 1
    """Increase it whenever the same text would give other hashes."""

    def __post_init__(self) -> None:
        """Raise ValueError unless the ends are those of the hashes."""
        if (np.diff(self.ends, prepend=0) < 0).any() or (int(self.ends[-1]) if len(self.ends) else 0) != len(
            self.hashes
        ):
            raise ValueError("the sketches are not whole")

    @classmethod
    def of(cls, texts: Iterable[str], tick: Tick = no_tick) -> Sketches:
        """Make the sketch of each text."""
        parts = []
        for text in texts:
            tick()
            parts.append(_sketch(text))
        return cls._of_parts(parts)

    @classmethod
    def _of_parts(cls, parts: Sequence[Any]) -> Sketches:
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        return cls(np.concatenate([np.zeros(0, dtype=np.uint64), *parts]), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, n: int) -> Any:
        """The hashes of a text."""
        return self.hashes[int(self.ends[n - 1]) if n else 0 : int(self.ends[n])]

    @classmethod
    def chosen(cls, parts: Sequence[Sketches | None], order: Rows) -> Sketches:
        """Return the sketches of the texts in `order`: a part and a place in it each, shape (n, 2).

        Those of a part that is None are empty, as of texts that are copies of none.
        """
        empty = np.zeros(0, dtype=np.uint64)
        return cls._of_parts([empty if (part := parts[n]) is None else part[at] for n, at in order.tolist()])


def tokens(text: str) -> list[tuple[str, bool]]:
    """Return the words of a text, each with whether it is a figure or, by its capital, a name."""
    return [
        (word, word[0].isdigit() or (not opening and word[0].isupper())) for opening, word in _WORD.findall(f"\n{text}")
    ]


def _sketch(text: str) -> Any:
    """Return the smallest hashes of a text's runs, ascending: uint64, shape (up to SIZE,)."""
    found = tokens(text)
    n = len(found) - RUN + 1
    if n <= 0:
        return np.zeros(0, dtype=np.uint64)
    numbers = np.array([_hash(word) for word, _ in found], dtype=np.uint64)
    marks = np.array([is_detail for _, is_detail in found], dtype=np.uint64)
    runs, is_detail = np.zeros(n, dtype=np.uint64), np.zeros(n, dtype=np.uint64)
    for at, multiplier in enumerate(_MULTIPLIERS):
        runs += numbers[at : at + n] * np.uint64(multiplier)
        is_detail |= marks[at : at + n]
    runs ^= runs >> np.uint64(29)
    runs *= np.uint64(0xBF58476D1CE4E5B9)
    runs ^= runs >> np.uint64(32)
    hashes = np.unique(runs & ~np.uint64(1) | is_detail)
    is_first = np.ones(len(hashes), dtype=bool)
    is_first[1:] = hashes[1:] >> np.uint64(1) != hashes[:-1] >> np.uint64(1)
    return hashes[is_first][:SIZE]


@lru_cache(maxsize=1 << 16)
def _hash(word: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(fold(word).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little"
    )
