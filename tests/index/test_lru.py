"""What was used last is kept."""

from __future__ import annotations

from index.lru import Lru


def test_what_was_used_longest_ago_goes_first():
    """Looking a value up is using it; a value that is none of Python's truths is a value."""
    kept = Lru(2)
    kept.put("a", 0)
    kept.put("b", 1)
    assert kept.get("a") == 0
    kept.put("c", 2)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (0, None, 2, 2)
    kept.clear()
    assert kept.get("a") is None and len(kept) == 0
