"""The papers that have a cited line too, in words."""

from __future__ import annotations

from rag.filters import written_date
from rag.language import also_in
from rag.types import Citation

MOST_NAMED = 8
"""Papers named in words; the Answer JSON has them all."""


def also_in_line(citation: Citation, language: str) -> str:
    """Return which papers have a cited line too, by publisher (else article) and date; "" if there is no copy."""
    names = [
        ", ".join(filter(None, [each.source or each.article, each.date and written_date(each.date, language)]))
        for each in citation.also_in[:MOST_NAMED]
    ]
    n_more = len(citation.also_in) - len(names)
    return also_in([*names, f"… (+{n_more})"] if n_more else names, language)
