"""Similarity of a query and a few texts by their letters: a typo, a joined word or another ending changes little."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from index.text import fold

SIZE = 4
"""Letters per n-gram; 5 measures the same (docs/experiments.md)."""
_K1, _B = 1.2, 0.75


def likeness(query: str, texts: Sequence[str]) -> list[float]:
    """Score each text by BM25 over the query's 4-letter pieces: in [0, 1], 1.0 for the best, all 0 if none is shared.

    A piece weighs more the fewer of these very texts contain it, so no index is needed: this ranks candidates, it finds
    none.
    """
    if not texts:
        return []
    lines = "\n".join([text.replace("\n", " ") for text in texts])
    folded = [f" {' '.join(line.split())} " for line in fold(lines).split("\n")]  # one call is faster than a hundred
    lengths = np.array([len(text) for text in folded], dtype=np.float64)
    norms = _K1 * (1 - _B + _B * lengths / lengths.mean())
    counts = _counts(_grams(query), folded)
    holding = np.count_nonzero(counts, axis=1).tolist()
    rarity = np.array([math.log(1 + (len(folded) - n + 0.5) / (n + 0.5)) for n in holding])
    scores = np.zeros(len(folded))
    for each in rarity[:, None] * counts * (_K1 + 1) / (counts + norms):
        scores += each
    top = float(scores.max())
    found: list[float] = (scores / top if top else scores).tolist()
    return found


def _grams(query: str) -> list[str]:
    text = f" {' '.join(fold(query).split())} "
    return sorted({text[i : i + SIZE] for i in range(len(text) - SIZE + 1)})


def _counts(grams: Sequence[str], texts: Sequence[str]) -> Any:
    """Count how often each n-gram occurs in each text, as `str.count` does: shape (n, len(texts)).

    All texts are processed at once, as numbers made of the places of four letters among those of the n-grams.
    """
    if not grams:
        return np.zeros((0, len(texts)))
    known = np.unique(_letters("".join(grams)))
    alphabet = np.zeros(0x110000, dtype=np.uint8 if len(known) < 256 else np.uint16)
    alphabet[known] = np.arange(1, len(known) + 1)
    wanted = _numbers(alphabet[_letters("".join(grams))])[::SIZE]
    numbers = _numbers(alphabet.take(_letters("\n".join(texts))))  # no gram holds a line's end
    is_likely = np.zeros(1 << 16, dtype=bool)
    is_likely[_digest(wanted)] = True
    places = np.flatnonzero(is_likely.take(_digest(numbers)))
    order = np.argsort(wanted)
    gram = order[np.minimum(np.searchsorted(wanted[order], numbers[places]), len(grams) - 1)]
    is_it = wanted[gram] == numbers[places]
    ends = np.cumsum([len(text) + 1 for text in texts])
    text_of = np.searchsorted(ends, places, side="right")
    pairs = gram[is_it] * len(texts) + text_of[is_it]
    counts = np.bincount(pairs, minlength=len(grams) * len(texts)).reshape(len(grams), len(texts))
    for n, each in enumerate(grams):
        if any(each.startswith(each[i:]) for i in range(1, SIZE)):  # it may overlap itself, and is then counted once
            counts[n] = [text.count(each) for text in texts]
    return counts[counts.any(axis=1)]


def _letters(text: str) -> Any:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def _numbers(places: Any) -> Any:
    """Return the number of each run of SIZE letters, with as many bits per letter as `places` has."""
    n = max(len(places) - SIZE + 1, 0)
    runs = np.ndarray(n, f"u{SIZE * places.itemsize}", places.tobytes(), strides=(places.itemsize,))
    return runs.copy()


def _digest(numbers: Any) -> Any:
    """Return 16 bits of each number."""
    bits = 8 * numbers.itemsize
    return numbers * numbers.dtype.type(0x9E3779B97F4A7C15 >> (64 - bits)) >> numbers.dtype.type(bits - 16)
