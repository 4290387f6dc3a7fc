"""Where a quote that was once cited is in an article today: on its lines, on others, or nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from index.types import Article, Span
from rag.types import Citation

State = Literal["holds", "edited", "moved", "changed", "gone"]
"""holds: same file, same lines, same characters. edited: the file has changed, the quote is still on its lines. moved:
the quote is on other lines or in a file with another name. changed: the article is there, the quote is not. gone: the
article is not there."""
STANDS: tuple[State, ...] = ("holds", "edited")
"""The states in which the cited lines still say what they were cited for."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a citation."""

    state: State
    span: Span | None
    """Where the quote is now, None if it is nowhere."""


def standing(
    citation: Citation, sha256: str, by_id: Mapping[str, Article], by_sha256: Mapping[str, Article]
) -> Standing:
    """Return what became of a citation of a file with this SHA-256 ("" if unknown).

    A renamed article is found by its SHA-256. An id is only ever looked up in `by_id`.
    """
    article = by_id.get(citation.span.article_id) or by_sha256.get(sha256)
    if article is None:
        return Standing("gone", None)
    span = citation.span
    in_place = article.id == span.article_id and holds(article, citation)
    if in_place:
        return Standing("holds" if article.sha256 == sha256 else "edited", span)
    found = _nearest(article, citation.quote, span.first)
    return Standing("moved", found) if found else Standing("changed", None)


def holds(article: Article, citation: Citation) -> bool:
    """Return whether the cited lines contain the quote at its place, character by character."""
    lines = article.at(citation.span)
    return lines is not None and lines[citation.start : citation.end] == citation.quote


def _nearest(article: Article, quote: str, first: int) -> Span | None:
    """Return the lines that contain the quote, nearest to line `first`; its line breaks may be elsewhere."""
    words, text = quote.split(), article.text
    if not words or len(quote) > 2 * len(text):
        return None
    spans = []
    for match in re.finditer(r"\s+".join(map(re.escape, words)), text):
        top = text.count("\n", 0, match.start()) + 1
        spans.append(Span(article.id, top, top + match.group().count("\n")))
    return min(spans, key=lambda span: abs(span.first - first), default=None)
