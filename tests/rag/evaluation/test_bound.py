"""The bound that marks put on wrong answers."""

from __future__ import annotations

import math

import pytest

from rag.evaluation.metrics import most_wrong


@pytest.mark.parametrize(("wrong", "n"), [(0, 29), (1, 46), (2, 61), (5, 100), (40, 3000)])
def test_so_few_are_as_rare_as_promised(wrong, n):
    """Were that share wrong, so few wrong ones among n would be seen one time in twenty, counted exactly."""
    share = most_wrong(wrong, n)
    seen = math.fsum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(wrong + 1))
    assert seen == pytest.approx(0.05, abs=1e-6)


def test_the_bound_at_its_ends():
    """29 faultless answers bound it at 10 %; none, or only wrong ones, bound nothing; surer is wider."""
    assert 0.09 < most_wrong(0, 29) < 0.1 < most_wrong(0, 28)
    assert most_wrong(0, 0) == most_wrong(3, 3) == 1
    assert most_wrong(0, 29, sure=0.99) > most_wrong(0, 29)
