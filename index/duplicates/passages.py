"""What of a copy another one holds: the same words, whatever their lines, accents, capitals and quotation marks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from index.duplicates.sketches import tokens
from index.text import fold

REPEATED = 0.6
"""Least share of a passage's runs of three words that stand in others for it to say the same again."""
BYLINE = 8
_RUN = 3


def holds(text: str, quote: str) -> bool:
    """Return whether a text has the words of a quote, in their order; False for a quote without words."""
    words = [word for word, _ in tokens(quote)]
    return bool(words) and f" {fold(' '.join(words))} " in f" {fold(' '.join(word for word, _ in tokens(text)))} "


def is_repeated(passage: str, others: Sequence[str], texts: Iterable[str]) -> bool:
    """Return whether a passage of a copy says again what other passages say.

    Most of its words are in `others`, and no figure or name of it is new to the whole `texts` that these are from: what
    a paper corrected or added is not said again. Lines of up to BYLINE words do not count: who wrote it and when.
    """
    runs = set(_runs(passage))
    there = {run for other in others for run in _runs(other)}
    if not runs or len(runs & there) < REPEATED * len(runs):
        return False
    known = {fold(word) for text in texts for word, _ in tokens(text)}
    lines = [found for line in passage.split("\n") if len(found := tokens(line)) > BYLINE]
    return all(fold(word) in known for line in lines for word, is_detail in line if is_detail)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = fold(" ".join(word for word, _ in tokens(text))).split()
    return zip(*(words[n:] for n in range(_RUN)), strict=False)
