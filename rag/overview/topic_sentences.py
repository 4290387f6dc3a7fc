"""What one article says about a topic: its own sentences, the most central ones."""

from __future__ import annotations

from collections.abc import Sequence

from index.models import Embedder
from index.types import Article, Hit
from rag.evidence import Sentence
from rag.overview.lexrank import body, ranked
from rag.overview.topics import coverage

LIKE_THE_BEST = 0.8
"""Share of the nearest sentence's cosine from which another is on the topic too; of the nearest chunk's, for the first
chunk: then the whole article is."""


def on_topic(
    topic: str, language: str, article: Article, hits: Sequence[Hit], embedder: Embedder, most: int
) -> list[Sentence]:
    """Return at most `most` sentences of an article that say something about a topic, in reading order.

    `hits` are those of the topic; without one from this article it is the most central sentence. The embedder runs
    only if neither words nor the places of the hits decide, and then on the sentences of one chunk.
    """
    found = body(article)
    places = _places(topic, language, article, found, hits, embedder)[:most]
    return [found[place] for place in sorted(places)]


def _places(
    topic: str, language: str, article: Article, found: Sequence[Sentence], hits: Sequence[Hit], embedder: Embedder
) -> list[int]:
    """Return the places of the sentences on the topic, the most central first."""
    order = ranked(found)
    shares = [coverage(topic, language, each.text, article.language) for each in found]
    if coverage(topic, language, article.title, article.language) == 1.0:
        return [*order[:1], *sorted(order[1:], key=lambda place: -shares[place])]
    if max(shares, default=0.0) == 1.0:
        return sorted((place for place in order if shares[place] > 0), key=lambda place: -shares[place])
    mine = [hit for hit in hits if hit.chunk.span.article_id == article.id]
    if not mine:
        return order[:1]
    nearest, first = max(mine, key=lambda hit: hit.dense), min(mine, key=lambda hit: hit.chunk.start)
    if found and first.chunk.start <= found[0].start and first.dense >= LIKE_THE_BEST * nearest.dense:
        return sorted(order, key=lambda place: -shares[place])
    start, end = nearest.chunk.start, nearest.chunk.start + len(nearest.chunk.text)
    near = [place for place in order if start <= found[place].start < end]
    if not near:
        return order[:1]
    cosines = embedder.encode([embedder.passage("", found[place].text) for place in near]) @ embedder.encode_query(
        topic
    )
    by_cosine = sorted(zip(cosines.tolist(), near, strict=True), key=lambda each: -each[0])
    return [place for cosine, place in by_cosine if cosine >= LIKE_THE_BEST * by_cosine[0][0]]
