"""Library + query -> Hits: the dense and the keyword leg, fused by their scores."""

from __future__ import annotations

import numpy as np

from index.embed import Embedder
from index.errors import QueryError
from index.language import terms
from index.library import Library
from index.types import Hit

K = 8
CANDIDATES = 50
DENSE_WEIGHT = 0.6
"""Weight of the cosine beside BM25, both scaled to [0, 1]: best on PIAF (docs/experiments.md)."""


def search(library: Library, embedder: Embedder, query: str, language: str, k: int = K) -> list[Hit]:
    """The k chunks that fit a query best, best first, no two with the same text; `language` is the query's.

    Raises QueryError for an empty query.
    """
    if not query.strip():
        raise QueryError("the query is empty: type some words to look for")
    if not len(library.rows):
        return []
    vector = embedder.encode_query(query)
    dense = dict(library.vectors.search(vector, CANDIDATES))
    keyword_scores = library.keywords.scores(query_terms(library, query, language))
    best = np.argsort(-keyword_scores, kind="stable")[:CANDIDATES]
    keyword = {int(row): float(keyword_scores[row]) for row in best if keyword_scores[row] > 0}
    rows = sorted(dense.keys() | keyword.keys())
    cosines = {row: dense[row] if row in dense else float(vector @ library.vectors.row(row)) for row in rows}
    low, high = min(cosines.values()), max(cosines.values())
    top = max(keyword.values(), default=0.0)

    def fused(row: int) -> float:
        near = (cosines[row] - low) / (high - low) if high > low else 1.0
        said = float(keyword_scores[row]) / top if top else 0.0
        return DENSE_WEIGHT * near + (1 - DENSE_WEIGHT) * said

    dense_rank = {row: rank for rank, row in enumerate(dense, start=1)}
    keyword_rank = {row: rank for rank, row in enumerate(keyword, start=1)}
    hits: list[Hit] = []
    seen: set[str] = set()
    for row in sorted(rows, key=lambda each: (-fused(each), each)):
        chunk = library.chunk(row)
        if chunk.text in seen:  # the same dispatch in two files counts once
            continue
        seen.add(chunk.text)
        score = fused(row)
        hits.append(
            Hit(chunk, score, cosines[row], float(keyword_scores[row]), dense_rank.get(row), keyword_rank.get(row))
        )
        if len(hits) == k:
            break
    return hits


def query_terms(library: Library, query: str, language: str) -> list[str]:
    """A query's terms, stemmed as its own language and as the languages most articles are in, each once."""
    languages = dict.fromkeys((language, *library.languages[:3]))
    own = terms(query, language)
    found = dict.fromkeys(own)
    for other in languages:
        found |= dict.fromkeys(terms(query, other) if other != language else ())
    return list(found)
