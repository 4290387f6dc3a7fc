"""Hits -> what the reader found in them, what it is worth, and, for each, what was decided and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.library import Library
from index.types import Article, Hit
from rag.abstain import Judge, features
from rag.evidence import Passage, cut
from rag.polarity import without_asked_year
from rag.reader import Reader, Reading
from rag.verify import unmet

NAMELESS = 2.0
"""Log odds off an article in another language that has none of the question's names in any spelling that is known."""


@dataclass(frozen=True, slots=True)
class Window:
    """A hit and what became of it: left out (`unmet`), not read (no `reading`), empty (no `passage`) or judged."""

    hit: Hit
    article: Article
    unmet: tuple[str, ...]
    """Names and years of the question for which the article is taken to be about something else and left out."""
    reading: Reading | None = None
    """What the reader points at; None when it did not read this hit."""
    features: tuple[float, ...] = ()
    """What the judge's score is made of, in the order of `rag.abstain.FEATURES`; empty without a judge."""
    is_nameless: bool = False
    """NAMELESS was taken off the score."""
    score: float | None = None
    """From 0 up the passage counts as an answer; log odds with a judge. None when it was not read."""
    passage: Passage | None = None
    """None when it was not read, or when the reader points at no sentence."""


def read(
    question: str,
    language: str,
    library: Library,
    hits: Sequence[Hit],
    reader: Reader,
    judge: Judge | None,
    n_windows: int,
) -> tuple[Window, ...]:
    """One Window a hit, in their order; the first `n_windows` with the question's names and years are read.

    Without a judge the reader's own threshold is the 0 of the score.
    """
    articles = {key: library.by_id[key] for key in dict.fromkeys(hit.chunk.span.article_id for hit in hits)}
    named = without_asked_year(question, language)
    lacking = {key: unmet(named, _all_text(a), language, a.language, bool) for key, a in articles.items()}
    other = {key: _about_another(lacking[key], language, a, library) for key, a in articles.items()}
    to_read = [at for at, hit in enumerate(hits) if not other[hit.chunk.span.article_id]][:n_windows]
    readings = dict(zip(to_read, reader.read(question, [hits[at].chunk.text for at in to_read]), strict=True))
    windows = []
    for at, hit in enumerate(hits):
        article = articles[hit.chunk.span.article_id]
        reading = readings.get(at)
        if reading is None:
            windows.append(Window(hit, article, other[article.id]))
            continue
        known = features(reading.score, hit, article, question, language) if judge else ()
        score = judge.score(known) if judge else reading.score - reader.threshold(language)
        is_nameless = language != article.language and bool(lacking[article.id])
        score -= NAMELESS if is_nameless else 0.0
        passage = cut(hit, article, (reading.start, reading.end), score)
        windows.append(
            Window(hit, article, (), reading, known, is_nameless, score, passage if passage.answering() else None)
        )
    return tuple(windows)


def best_first(windows: Sequence[Window]) -> list[Passage]:
    """The passages of the windows that were read, by their score."""
    return sorted((window.passage for window in windows if window.passage), key=lambda passage: -passage.score)


def _about_another(lacking: Sequence[str], language: str, article: Article, library: Library) -> tuple[str, ...]:
    """Of the names and years an article lacks those for which it is left out: across languages, where a name may be
    spelled in a way that is not known, a name only when it stands, as it is, elsewhere in the library."""
    if language == article.language:
        return tuple(lacking)
    return tuple(each for each in lacking if each[0].isdigit() or library.says(each))


def _all_text(article: Article) -> str:
    return "\n".join((article.title, article.date, article.text))
