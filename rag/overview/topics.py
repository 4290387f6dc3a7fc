"""Which articles are about a topic, and which one a person means by its file, its title or its topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from index.storage import Library
from index.text import fold, sentences, stem, words
from index.types import Article, Hit
from rag.evidence import cite
from rag.language import content, names, unmet
from rag.query import ENDING
from rag.types import Citation

NEAR = 0.245
"""Least cosine of a topic and a chunk for an article to be about it, unless it has the topic's very words
(docs/experiments.md)."""

NEAR_WITH_WORDS = 0.12
"""The same if all the topic's words are in the article."""

SAME_TOPIC = 0.3
"""From this cosine on, a name may be spelled in an unknown way in the article's language."""

BESIDE = 0.75
"""An article that lacks some of the topic's words needs this share of the best article's cosine."""

BESIDE_ACROSS = 0.6
"""The same for an article in another language."""

_ENDING = re.compile(ENDING)


def relevant(topic: str, language: str, hits: Sequence[Hit], library: Library) -> list[Article]:
    """Return the articles of the hits that are about a topic, best first; none if the topic is in no article."""
    found: list[Article] = []
    nearest = best_hits(hits)
    best = max((hit.dense for hit in nearest.values()), default=0.0)
    for key, hit in nearest.items():
        article, cosine = library.by_id[key], hit.dense
        if _is_another(topic, language, article, library, cosine):
            continue
        chunks = (f"{article.title}\n{each.chunk.text}" for each in hits if each.chunk.span.article_id == key)
        share = max(coverage(topic, language, text, article.language) for text in chunks)
        across = language != article.language
        may_differ = share > 0 or across or cosine == best  # other words, the same thing
        near = max(NEAR, (BESIDE_ACROSS if across else BESIDE) * best)
        if (share == 1.0 and cosine >= NEAR_WITH_WORDS) or (may_differ and cosine >= near):
            found.append(article)
    return found


def best_hits(hits: Sequence[Hit]) -> dict[str, Hit]:
    """Return each article's hit that is nearest to the query, articles in the order of the hits."""
    nearest: dict[str, Hit] = {}
    for hit in hits:
        key = hit.chunk.span.article_id
        nearest[key] = max(hit, nearest.get(key, hit), key=lambda each: each.dense)
    return nearest


def _is_another(topic: str, language: str, article: Article, library: Library, cosine: float) -> bool:
    """Return whether an article lacks a name or a year of the topic."""
    asked = f"x {topic}"  # a capital at the start of a topic is a name's, not a sentence's
    text = article.all_text
    if unmet(asked, text, language, article.language, library.says):
        return True
    across = language != article.language and bool(names(asked, language))
    return across and cosine < SAME_TOPIC and bool(unmet(asked, text, language, article.language, bool))


def coverage(topic: str, language: str, text: str, source_language: str) -> float:
    """Return the share in [0, 1] of a topic's content words in a text, as words of its language; 0 without any."""
    asked = set(content(topic, language).values())
    there = {stem(word, source_language) for word in words(text, source_language)}
    return sum(stem(word, source_language) in there for word in asked) / len(asked) if asked else 0.0


def by_file(topic: str, library: Library) -> Article | None:
    """Return the article whose file a person names, with or without folder and ending, or by the beginning of its name.

    None if there is none or more than one.
    """
    asked = fold(topic)
    bare = _ENDING.sub("", asked)
    known = [(article, fold(article.id)) for article in library.articles]
    for fits in (
        [article for article, id in known if id == asked],
        [article for article, id in known if PurePosixPath(id).name == asked],
        [article for article, id in known if bare in (_ENDING.sub("", id), PurePosixPath(id).stem)],
        [article for article, id in known if re.match(re.escape(bare) + r"[\W_]", PurePosixPath(id).stem)],
    ):
        if fits:
            return fits[0] if len(fits) == 1 else None
    return None


def by_topic(
    topic: str, language: str, hits: Sequence[Hit], library: Library, articles: Sequence[Article]
) -> list[Article]:
    """Return those of `articles` that a person may mean, most likely first.

    First those with all its words in the title or file name, then those about it; within each, in the order of the
    search.
    """
    about = relevant(topic, language, hits, library)
    titled = [article for article in articles if coverage(topic, language, _heading(article), article.language) == 1.0]
    rank = {article.id: place for place, article in reversed(list(enumerate(about)))}
    titled.sort(key=lambda article: rank.get(article.id, len(rank)))
    seen = {article.id for article in titled}
    return [*titled, *(article for article in about if article.id not in seen)]


def title_citation(article: Article) -> Citation:
    """Cite the title where it is; the first sentence if the title is only its beginning, or nowhere."""
    text = article.text
    opening = article.title.removesuffix(" …")
    start = text.find(opening)
    if start < 0:
        start = next((a for a, _ in sentences(text)), 0)
    elif opening == article.title:
        return cite(article, start, start + len(opening))
    end = next((b for a, b in sentences(text) if a <= start < b), len(text))
    return cite(article, start, end)


def _heading(article: Article) -> str:
    return f"{article.title}\n{re.sub(r'[_/-]+', ' ', PurePosixPath(article.id).stem)}"
