"""How two articles differ, for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.storage import Library
    from index.types import Article
    from rag.copies import Comparison

KINDS = ("same", "changed", "cut", "added")


def is_copy(library: Library, a: Article, b: Article) -> bool:
    """Return whether the two are copies of one text."""
    return any(each.id == b.id for each in library.families.of(a.id))


def comparison_dict(library: Library, a: Article, b: Article, found: Comparison) -> dict[str, Any]:
    """A comparison as `citeline compare --json` prints it."""
    about = {
        name: {"article": each.id, "title": each.title, "source": each.source, "date": each.date}
        for name, each in (("a", a), ("b", b))
    }
    counts = {kind: found.count(kind) for kind in KINDS}
    return {
        **about,
        "is_copy": is_copy(library, a, b),
        "counts": counts,
        "not_compared": found.n_not_compared,
        "sentences": [each.to_dict() for each in found.differences],
    }
