"""Read hits: what the reader found in each, what it is worth, what was decided and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.storage import Library
from index.types import Article, Hit
from rag.evidence import Passage, cut
from rag.language import unmet
from rag.query import Query, without_asked_year
from rag.reader.base import Reader, Reading
from rag.reader.not_in_articles import Judge, features

NAMELESS = 2.0
"""Log odds subtracted for an article in another language with none of the question's names in any known spelling."""


SHORT_TEXT = 1500
"""Characters up to which an article may well omit the name of what it is about; a longer one that never has a name of
the question is about something else."""


@dataclass(frozen=True, slots=True)
class Window:
    """A hit and what became of it: left out (`unmet`), not read (no `reading`), empty (no `passage`) or judged."""

    hit: Hit
    article: Article
    unmet: tuple[str, ...]
    """Names and years of the question whose absence makes the article count as being about something else."""
    reading: Reading | None = None
    """What the reader points at; None if it did not read this hit."""
    features: tuple[float, ...] = ()
    """What the judge's score is made of, in the order of `not_in_articles.FEATURES`; empty without a judge."""
    is_nameless: bool = False
    """NAMELESS was subtracted from the score."""
    score: float | None = None
    """From 0 up the passage counts as an answer; log odds with a judge. None if it was not read."""
    passage: Passage | None = None
    """None if it was not read, or the reader points at no sentence."""


def read(
    query: Query,
    library: Library,
    hits: Sequence[Hit],
    reader: Reader,
    judge: Judge | None,
    n_windows: int,
) -> tuple[Window, ...]:
    """Return one Window per hit, in their order.

    `n_windows` are read, those of articles with all the question's names first. Without a judge, the 0 of the score is
    the reader's own threshold.
    """
    articles = {key: library.by_id[key] for key in dict.fromkeys(hit.chunk.span.article_id for hit in hits)}
    language, named = query.language, without_asked_year(query)
    lacking = {key: unmet(named, a.all_text, language, a.language, bool) for key, a in articles.items()}
    other = {key: _about_another(lacking[key], language, a, library, judge) for key, a in articles.items()}
    to_read = [at for at, hit in enumerate(hits) if not other[hit.chunk.span.article_id]]
    to_read = sorted(to_read, key=lambda at: bool(_named(lacking, articles, hits[at], language)))[:n_windows]
    readings = dict(zip(to_read, reader.read(query, [hits[at].chunk.text for at in to_read]), strict=True))
    windows = []
    for at, hit in enumerate(hits):
        article = articles[hit.chunk.span.article_id]
        reading = readings.get(at)
        if reading is None:
            windows.append(Window(hit, article, other[article.id]))
            continue
        missing = _named(lacking, articles, hit, language)
        known = features(reading.score, hit, missing) if judge else ()
        is_across = language != article.language
        score = judge.score(known, is_across) if judge else reading.score - reader.threshold(language)
        is_nameless = is_across and bool(lacking[article.id])
        score -= NAMELESS if is_nameless else 0.0
        passage = cut(hit, article, (reading.start, reading.end), score, reading.further)
        windows.append(
            Window(hit, article, (), reading, known, is_nameless, score, passage if passage.answering() else None)
        )
    return tuple(windows)


def best_first(windows: Sequence[Window]) -> list[Passage]:
    """Return the passages of the windows that were read, best score first."""
    return sorted((window.passage for window in windows if window.passage), key=lambda passage: -passage.score)


def _about_another(
    lacking: Sequence[str], language: str, article: Article, library: Library, judge: Judge | None
) -> tuple[str, ...]:
    """Return the names and years lacking in an article that cause it to be left out.

    Across languages, where a name may be spelled in an unknown way, it counts only if exactly this name is elsewhere in
    the library. In one language it counts except in a short text, where a judge weighs it.
    """
    if language == article.language:
        is_weighed = judge is not None and len(article.text) <= SHORT_TEXT
        return tuple(each for each in lacking if each[0].isdigit() or not is_weighed)
    return tuple(each for each in lacking if each[0].isdigit() or library.says(each))


def _named(lacking: dict[str, list[str]], articles: dict[str, Article], hit: Hit, language: str) -> list[str]:
    """Return the names of the question that a hit's article, in the question's language, lacks."""
    key = hit.chunk.span.article_id
    if articles[key].language != language:
        return []
    return [each for each in lacking[key] if not each[0].isdigit()]
