"""How much of a file's text an article has, and what was left out of it, counted in letters and digits."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import LeftOut

MOST_SHOWN = 12
"""Blocks of one reason whose first words are kept."""
_FIRST_CHARS = 80


def n_letters(*texts: str) -> int:
    """Return the number of letters and digits, which neither spaces nor marks of lists and tables change."""
    return sum(sum(map(str.isalnum, text)) for text in texts)


def summed(reason: str, texts: Sequence[str]) -> LeftOut:
    """Return what was left out for one reason, with the first words of the longest texts."""
    longest = sorted(sorted(range(len(texts)), key=lambda n: -len(texts[n]))[:MOST_SHOWN])
    return LeftOut(reason, n_letters(*texts), len(texts), tuple(_first_words(texts[n]) for n in longest))


def _first_words(text: str) -> str:
    return text if len(text) <= _FIRST_CHARS else text[:_FIRST_CHARS].rsplit(" ", 1)[0] + " …"
