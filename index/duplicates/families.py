"""Which texts are copies of one another, and the families that they form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from index.arrays import Rows
from index.duplicates.sketches import SIZE, Sketches
from index.progress import Tick, no_tick

LEAST_RUNS = 40
"""A text with fewer is a brief, and what briefs have in common says nothing."""
HELD = 0.45
"""Least share of the shorter text's runs that the longer one has."""
ALIKE = 0.2
"""Least share of all their runs that both have: a digest of many texts is no copy of each."""
DETAILS = 0.45
"""Least share of the runs with a figure or a name that the longer one has of the shorter one: a form filled in twice
has its words in common, not what was filled in."""
FEW_DETAILS = 8
"""Of fewer no share is taken, and HELD_WITHOUT is asked instead of HELD."""
HELD_WITHOUT = 0.75

_WINDOW = 8  # of the texts with a run that very many have, each is compared with so many that follow
_SHARED = 3  # runs with a figure or a name that two texts must have in common, in their sketches, to be compared at all
_ENOUGH = 3 * FEW_DETAILS  # such runs of a text, that it is looked for by these alone
_STRANGE = 0.1  # share of runs under which two texts have nothing in common
_SHARE = 0.15  # of those of the one with fewer; less than DETAILS, as of a long text the sketch holds but a sample


class Likeness(NamedTuple):
    """How much two texts have in common, shares in [0, 1]."""

    held: float
    """Of the runs of the one with fewer."""
    alike: float
    """Of all runs (Jaccard)."""
    details: float
    """Of the runs with a figure or a name of the one with fewer of these; 0.0 without any."""
    n_details: int
    """Number of runs with a figure or a name of that one, in its sketch."""

    @property
    def is_copy(self) -> bool:
        if self.n_details < FEW_DETAILS:
            return self.held >= HELD_WITHOUT and self.alike >= ALIKE
        return self.held >= HELD and self.alike >= ALIKE and self.details >= DETAILS


def likeness(one: Any, other: Any) -> Likeness:
    """Compare two sketches."""
    top = min([each[-1] for each in (one, other) if len(each) == SIZE], default=None)
    if top is not None:  # beyond it one of them is not known
        one, other = one[: np.searchsorted(one, top, "right")], other[: np.searchsorted(other, top, "right")]
    fewer = min(len(one), len(other))
    if not fewer:
        return Likeness(0.0, 0.0, 0.0, 0)
    bit = np.uint64(1)
    there = np.minimum(np.searchsorted(other, one & ~bit), len(other) - 1)
    shared = one[other[there] >> bit == one >> bit]
    n_details = min(int(np.count_nonzero(each & bit)) for each in (one, other))
    details = min(1.0, int(np.count_nonzero(shared & bit)) / n_details) if n_details else 0.0
    return Likeness(len(shared) / fewer, len(shared) / (len(one) + len(other) - len(shared)), details, n_details)


def copies_of(sketches: Sketches, tick: Tick = no_tick) -> Iterator[tuple[int, int]]:
    """Yield the pairs of texts that are copies, the smaller number first."""
    for one, other in _candidates(sketches).tolist():
        tick()
        if likeness(sketches[one], sketches[other]).is_copy:
            yield one, other


def families_of(sketches: Sketches, tick: Tick = no_tick) -> Rows:
    """Return the number of each text's family, from 0 in the order of their first texts; -1 for one without copies.

    Each member is a copy of the fullest one, so that no chain of half copies makes one family of two. A text that holds
    others which have nothing in common is a digest of these, and a copy of none.
    """
    copies: dict[int, list[int]] = {}
    for one, other in copies_of(sketches, tick):
        copies.setdefault(one, []).append(other)
        copies.setdefault(other, []).append(one)
    family = np.full(len(sketches), -1, dtype=np.int64)
    digests: set[int] = set()
    for fullest in sorted(copies, key=lambda n: (-_n_runs(sketches[n]), n)):
        if family[fullest] >= 0:
            continue
        members, left = [fullest], list(copies[fullest])
        family[fullest] = fullest
        while left:  # not all pairs of a text in very many papers were compared
            n = left.pop()
            if family[n] < 0 and n not in digests and likeness(sketches[fullest], sketches[n]).is_copy:
                tick()
                family[n] = fullest
                members.append(n)
                left += copies[n]
        if any(likeness(sketches[members[1]], sketches[n]).held < _STRANGE for n in members[2:]):
            family[members] = -1
            digests.add(fullest)
    found, first, which, sizes = np.unique(family, return_index=True, return_inverse=True, return_counts=True)
    is_family = (found >= 0) & (sizes > 1)
    numbers = np.full(len(found), -1, dtype=np.int64)
    numbers[np.flatnonzero(is_family)[np.argsort(first[is_family])]] = np.arange(int(is_family.sum()))
    families: Rows = numbers[which.reshape(-1)]
    return families


def _n_runs(sketch: Any) -> float:
    """Return about how many runs a text has."""
    return len(sketch) if len(sketch) < SIZE else SIZE * 2.0**64 / float(sketch[-1])


def _candidates(sketches: Sketches) -> Rows:
    """Return the pairs of texts, shape (n, 2), that have _SHARED runs in common or more; none is a brief.

    Of a text with many figures and names only the runs with these are looked at: a form has all others in common with a
    thousand others.
    """
    lengths = np.diff(sketches.ends, prepend=0)
    holder = np.repeat(np.arange(len(sketches)), lengths)
    is_marked = (sketches.hashes & np.uint64(1)).astype(bool)
    n_marked = np.bincount(holder[is_marked], minlength=len(sketches))
    kept = np.flatnonzero((lengths[holder] >= LEAST_RUNS) & (is_marked | (n_marked[holder] < _ENOUGH)))
    runs, holder = sketches.hashes[kept] >> np.uint64(1), holder[kept]
    order = np.lexsort((holder, runs))
    runs, holder = runs[order], holder[order]
    found = []
    for step in range(1, _WINDOW + 1):
        same = np.flatnonzero(runs[step:] == runs[:-step]) if len(runs) > step else np.zeros(0, dtype=np.int64)
        found.append(holder[same] * len(sketches) + holder[same + step])
    pairs, counts = np.unique(np.concatenate(found), return_counts=True)
    both = np.stack([pairs // max(len(sketches), 1), pairs % max(len(sketches), 1)], axis=1)
    found_often: Rows = both[counts >= np.maximum(_SHARED, _SHARE * n_marked[both].min(axis=1))]
    return found_often
