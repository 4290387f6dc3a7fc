"""Hybrid search: what dense and keyword retrieval find, ranked by one score of both and of the letters."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

import numpy as np

from index.arrays import Array, Rows
from index.duplicates import is_repeated
from index.errors import QueryError
from index.models import Embedder
from index.retrieval.letters import likeness
from index.storage import Library
from index.text import terms
from index.types import Hit

K = 8
CANDIDATES = 50
DENSE_WEIGHT, KEYWORD_WEIGHT, LETTER_WEIGHT = 0.7, 0.1, 0.2
"""Weights of the cosine, BM25 and the likeness by letters, each scaled to [0, 1] (docs/experiments.md)."""


def search(
    library: Library,
    embedder: Embedder,
    query: str,
    language: str,
    k: int = K,
    within: Collection[str] | None = None,
) -> list[Hit]:
    """Return the k chunks that fit a query best, best first, no two with the same text or of copies of one text.

    Args:
        library: The open library.
        embedder: The embedder it was built with.
        query: What to search for.
        language: The query's language, ISO 639-1.
        k: Number of hits.
        within: Ids of articles: only their chunks are searched. Dense retrieval then finds exactly what it would in a
            library of these articles alone; in keyword retrieval words keep their weight in the whole library.

    Raises:
        QueryError: The query is empty.
    """
    hits: list[Hit] = []
    seen: set[str] = set()
    for hit in rank(library, embedder, query, language, within=within):
        if hit.chunk.text in seen or _is_copied(hit, hits, library):  # the same dispatch in two files counts once
            continue
        seen.add(hit.chunk.text)
        hits.append(hit)
        if len(hits) == k:
            break
    return hits


def _is_copied(hit: Hit, before: Sequence[Hit], library: Library) -> bool:
    """Return whether hits of other copies of the article have what this one has."""
    own = hit.chunk.span.article_id
    family = {article.id: article for article in library.families.of(own) if article.id != own}
    copies = [each.chunk for each in before if each.chunk.span.article_id in family]
    texts = (family[id_].text for id_ in {chunk.span.article_id for chunk in copies})
    said = hit.chunk.text.removeprefix(library.by_id[own].title)  # each paper has a headline of its own
    return bool(copies) and is_repeated(said, [chunk.text for chunk in copies], texts)


def rank(
    library: Library,
    embedder: Embedder,
    query: str,
    language: str,
    is_whole: bool = False,
    within: Collection[str] | None = None,
) -> Iterator[Hit]:
    """Yield the candidates, the best CANDIDATES of either retriever, by their fused score; repeated texts included.

    With `is_whole` every other chunk of the library follows them (a score may then be negative), and all have their
    ranks in both retrievers. With `within` there are only chunks of these articles. Raises QueryError for an empty
    query.
    """
    if not query.strip():
        raise QueryError("the query is empty: type some words to look for")
    among = None if within is None else library.rows_of(within)
    if not len(library.rows if among is None else among):
        return
    vector = embedder.encode_query(query)
    depth = len(library.rows) if is_whole else CANDIDATES
    dense = dict(library.vectors.search(vector, depth, among))
    terms_asked = query_terms(library, query, language)
    keyword = dict(library.keywords.best(terms_asked, depth, among))
    candidates = {*islice(dense, CANDIDATES), *islice(keyword, CANDIDATES)}
    rows = np.array(sorted(candidates | dense.keys()), dtype=np.int64)
    cosines = _cosines(library, vector, rows, dense)
    said = _completed(keyword, rows, partial(library.keywords.scores_of, terms_asked))
    sorted_candidates = sorted(candidates)
    letters = likeness(query, [library.text(row) for row in sorted_candidates])
    alike = dict(zip(sorted_candidates, letters, strict=True))
    low, high = (end(cosines[row] for row in candidates) for end in (min, max))
    top = max(keyword.values(), default=0.0)

    def fused(row: int) -> float:
        near = (cosines[row] - low) / (high - low) if high > low else 1.0
        words = said[row] / top if top else 0.0
        return DENSE_WEIGHT * near + KEYWORD_WEIGHT * words + LETTER_WEIGHT * alike.get(row, 0.0)

    dense_rank = {row: rank for rank, row in enumerate(dense, start=1)}
    keyword_rank = {row: rank for rank, row in enumerate(keyword, start=1)}
    scores = {row: fused(row) for row in said}
    for row in sorted(said, key=lambda each: (each not in candidates, -scores[each], each)):
        ranks = dense_rank.get(row), keyword_rank.get(row)
        yield Hit(library.chunk(row), scores[row], cosines[row], said[row], *ranks)


def _cosines(library: Library, vector: Array, rows: Rows, known: Mapping[int, float]) -> dict[int, float]:
    """Return the dense score of each row: the mean of its cosine (from `known` if there) and its nearest sentence's."""
    whole = _completed(known, rows, partial(library.vectors.cosines, vector))
    nearest = library.sentences.nearest(vector, rows)
    return {
        row: whole[row] if math.isnan(said) else (whole[row] + said) / 2
        for row, said in zip(rows.tolist(), nearest.tolist(), strict=True)
    }


def _completed(known: Mapping[int, float], rows: Rows, of: Callable[[Rows], Array]) -> dict[int, float]:
    """Return what is known of some rows, and what `of` returns for the others."""
    others = rows[[row not in known for row in rows.tolist()]]
    return {**known, **dict(zip(others.tolist(), of(others).tolist(), strict=True))}


def query_terms(library: Library, query: str, language: str) -> list[str]:
    """Return a query's terms, stemmed in its own language and in those of most articles, each once."""
    languages = dict.fromkeys((language, *library.languages[:3]))
    own = terms(query, language)
    found = dict.fromkeys(own)
    for other in languages:
        found |= dict.fromkeys(terms(query, other) if other != language else ())
    return list(found)
