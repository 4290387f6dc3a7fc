"""The reader that needs no weights: for embedders that the trained adapter does not fit.

It finds the sentence that shares most of the question's content words and is sure of it if nearly all are there. It
refuses far less reliably than the adapter (docs/experiments.md).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from index.text import sentences
from rag.language import PACKS, content, numbers
from rag.query import Query
from rag.reader.base import Reading

MIN_SHARE = 0.5
"""Share of the question's content words from which a window counts as an answer."""

_HOW_MANY = PACKS.pattern("question.how_many", r"\b(?:{})\b", re.IGNORECASE)


class OverlapReader:
    """Scores a window by the share of the question's content words in it; the answer is its best sentence."""

    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        """Return one Reading per window, in their order; scores are in [-5, 5]."""
        language, asked, years = query.language, query.words.keys(), query.numbers
        wants_number = bool(_HOW_MANY.search(query.text))
        readings = []
        for window in windows:
            there = content(window, language).keys()
            met = not years - numbers(window, language, loose=True)
            share = len(asked & there) / len(asked) if asked and met else 0.0
            score = 10 * (share - MIN_SHARE)  # of the size of log odds, as the trained reader's
            best = max(
                sentences(window),
                key=lambda each: _share(window[slice(*each)], asked, wants_number, language),
                default=(0, 0),
            )
            readings.append(Reading(*best, score))
        return readings

    def threshold(self, language: str = "") -> float:
        """Return the score below which a window counts as "not here"."""
        return 0.0


def _share(sentence: str, asked: Collection[str], wants_number: bool, language: str) -> float:
    """Return how many of the question's content words a sentence contains, and whether it has the number asked for."""
    has_number = wants_number and bool(numbers(sentence, language))
    return len(set(asked) & content(sentence, language).keys()) + 0.5 * has_number
