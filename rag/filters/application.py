"""Apply a Filter to a library's articles: which articles a question is asked of, as far as its words say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from index.text import words
from index.types import Article
from rag.filters.detection import Known, find
from rag.filters.offsets import Folded
from rag.filters.wording import EVERYWHERE
from rag.types import Filter


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a question is asked of, and what is asked of them."""

    question: str
    """The question without the words of an explicit filter."""
    filter: Filter | None = None
    ids: frozenset[str] | None = None
    """Ids of the articles; None for all."""
    implied: Scope | None = None
    """The scope that words may mean which are not explicit; None when there are none, or they leave out nothing."""

    @property
    def is_empty(self) -> bool:
        """Whether no article fits what was said."""
        return self.ids is not None and not self.ids


def scope_of(
    question: str, language: str, known: Known, articles: Sequence[Article], everywhere: bool = False
) -> Scope:
    """The Scope that the words of a question say; with `everywhere` they are left out and nothing narrows."""
    found = find(question, language, known)
    if found is None:
        return Scope(question)
    if not found.is_explicit:
        return Scope(question, implied=None if everywhere else _implied(found, articles))
    ids = within(found, articles)
    found = counted(found, articles, ids)
    if everywhere or found.n_unknown == len(articles):  # nothing to go by: no article says when it is of
        return Scope(found.question, found)
    return Scope(found.question, replace(found, is_applied=True), ids)


def _implied(found: Filter, articles: Sequence[Article]) -> Scope | None:
    ids = within(found, articles)
    return Scope(found.question, counted(found, articles, ids), ids) if len(ids) < len(articles) else None


def within(found: Filter, articles: Iterable[Article]) -> frozenset[str]:
    """Return the ids of the articles within a filter. One dated "2024-03" may be of any day of that month."""
    return frozenset(
        article.id
        for article in articles
        if (not found.sources or article.source in found.sources) and _is_of(article.date, found.first, found.last)
    )


def counted(found: Filter, articles: Iterable[Article], ids: Collection[str]) -> Filter:
    """Return the filter with the number of articles within it, and of those for which that is unknown."""
    is_dated = bool(found.first or found.last)
    n_unknown = sum((is_dated and not a.date) or (bool(found.sources) and not a.source) for a in articles)
    return replace(found, n_articles=len(ids), n_unknown=n_unknown)


def _is_of(day: str, first: str, last: str) -> bool:
    if not (first or last):
        return True
    return bool(day) and day >= first[: len(day)] and (not last or day <= last[: len(day)])


def everywhere_of(question: str) -> tuple[str, bool]:
    """Return a question without "(in all articles)" and the like at its end, and whether it had that."""
    text = Folded.of(question)
    match = EVERYWHERE.search(text.folded)
    if not match:
        return question, False
    rest = question[: text.places[match.start()]].rstrip(" ,(—–-")
    return (rest, True) if len(words(rest)) > 1 else (question, False)
