"""Score an answer against a known one, and give rates and means their intervals."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence

from index.text import words
from rag.language import PACKS

_UNSCORED = PACKS.all_words("spans.unscored")


def normalize(text: str) -> list[str]:
    """Return folded words without articles, numbers in one spelling."""
    return [word for word in words(text) if word not in _UNSCORED]


def contains(text: str, gold: str) -> bool:
    """Return whether the words of `gold` are in `text` in a row."""
    a, b = normalize(text), normalize(gold)
    return bool(b) and any(a[i : i + len(b)] == b for i in range(len(a) - len(b) + 1))


def f1(text: str, gold: str) -> float:
    """Return token F1 after `normalize`."""
    a, b = normalize(text), normalize(gold)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else 0.0


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a rate."""
    if not n:
        return 0.0, 1.0
    z = 1.96
    p = hits / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def bootstrap(values: Sequence[float], seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of a mean, from 1000 resamples with a fixed seed; (0, 0) of no values."""
    n = len(values)
    if not n:
        return 0.0, 0.0
    draw = random.Random(seed)
    means = sorted(sum(draw.choices(values, k=n)) / n for _ in range(1000))
    return means[25], means[974]


def rate(values: Sequence[bool]) -> str:
    """Format a rate with its interval: "0.930 [0.900, 0.950] n=300"."""
    return _written(values, wilson(sum(values), len(values)))


def mean(values: Sequence[float], seed: int = 0) -> str:
    """Format a mean with its bootstrap interval, like a rate."""
    return _written(values, bootstrap(values, seed))


def _written(values: Sequence[float], interval: tuple[float, float]) -> str:
    n = len(values)
    return f"{sum(values) / n:.3f} [{interval[0]:.3f}, {interval[1]:.3f}] n={n}" if n else "- n=0"


SURE = 0.95
"""How sure one may be of a bound."""


def most_wrong(wrong: int, n: int, sure: float = SURE) -> float:
    """Return the share of wrong answers that is not exceeded, as sure as that, after `wrong` of `n` were.

    It is the upper Clopper-Pearson bound: it holds exactly for any n and supposes nothing but that those n are a fair
    sample of what is asked. 1 where none was looked at.
    """
    if wrong >= n:
        return 1.0
    low, high, ks = wrong / n, 1.0, range(wrong + 1)
    for _ in range(50):
        middle = (low + high) / 2
        at_most = sum(math.exp(_ways(n, k) + k * math.log(middle) + (n - k) * math.log1p(-middle)) for k in ks)
        low, high = (middle, high) if at_most > 1 - sure else (low, middle)
    return high


def _ways(n: int, k: int) -> float:
    """Return the logarithm of the number of ways to choose k of n."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
