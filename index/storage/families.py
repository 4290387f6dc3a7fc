"""The copies of one text among a library's articles: a family has one article that stands for all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from index.arrays import Rows
from index.duplicates import Sketches, families_of
from index.progress import Tick, no_tick
from index.storage.segment import Segment
from index.types import Article

NEARLY_WHOLE = 0.9
"""Least share of the longest one's characters for an article to count as one of the fullest of its family."""


class Families:
    """Which articles of a library are copies of one text."""

    def __init__(self, articles: Sequence[Article], numbers: Rows | None = None) -> None:
        """Take the number of each article's family, -1 for one without copies; none has any without `numbers`.

        Raises ValueError unless there is one number an article.
        """
        if numbers is not None and len(numbers) != len(articles):
            raise ValueError("families of other articles")
        self._articles = articles
        self._numbers = numbers if numbers is not None else np.full(len(articles), -1, dtype=np.int64)

    def __len__(self) -> int:
        """Return the number of families."""
        return len(self._members)

    @property
    def n_copies(self) -> int:
        """Number of articles beside those that stand for their families."""
        return sum(len(members) - 1 for members in self._members)

    def of(self, article_id: str) -> tuple[Article, ...]:
        """Return an article and its copies, first the one that stands for them; () if it has no copy.

        That is the earliest of the fullest; the others follow from the fullest to the shortest.
        """
        return self._family_of.get(article_id, ())

    @cached_property
    def _members(self) -> list[tuple[Article, ...]]:
        found: dict[int, list[Article]] = {}
        for n in np.flatnonzero(self._numbers >= 0).tolist():
            found.setdefault(int(self._numbers[n]), []).append(self._articles[n])
        return [_ordered(members) for members in found.values()]

    @cached_property
    def _family_of(self) -> dict[str, tuple[Article, ...]]:
        return {article.id: members for members in self._members for article in members}


def numbers_of(segments: Sequence[Segment], order: Rows, tick: Tick = no_tick) -> Rows:
    """Return the number of the family of each article in `order`, as for `Library`; -1 for one without copies."""
    return families_of(Sketches.chosen([each.sketches for each in segments], order), tick)


def _ordered(members: Sequence[Article]) -> tuple[Article, ...]:
    lengths = {article.id: sum(map(len, article.lines)) for article in members}
    longest = max(lengths.values())

    def rank(article: Article) -> tuple[bool, str, int, str]:
        is_full = lengths[article.id] >= NEARLY_WHOLE * longest
        return not is_full, (article.date or "9") if is_full else "", -lengths[article.id], article.id

    return tuple(sorted(members, key=rank))
