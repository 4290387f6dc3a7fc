"""The newest word: where articles of different days answer differently, the later one is believed, and it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.evidence import Passage
from rag.filters import written_date
from rag.language import PACKS, articles_disagree
from rag.query import Query
from rag.reader import is_answered
from rag.types import Claim
from rag.verification import CLOSE, disagree, same_thing, speak_alike

MOST_BEHIND = 3.25
"""Log odds by which the reader may prefer an earlier article; beyond it the question is about what that one says."""

UNDER = 1.0
"""Log odds under the threshold that a later article's passage may be whose sentence speaks as the best one does: it is
about the same, and says otherwise ("will not open before …")."""

_EARLIER = PACKS.pattern("question.earlier", r"\b(?:{})\b")
_LATEST = PACKS.pattern("question.latest", r"\b(?:{})\b")


def newest_first(passages: Sequence[Passage], query: Query) -> list[Passage]:
    """Return passages best first, as they come, but one of a later article before those it updates.

    That is one over the threshold, or just under it where both sentences speak alike, whose answer differs from the
    best one's in a figure or date of the same thing. A question that asks for what was said at first, or that a date
    narrows, gets what it asks for; one that asks for the newest gets the newest answer, and no earlier one.
    """
    if not is_answered(passages) or query.kind != "fact" or query.filter or _EARLIER.search(query.folded):
        return list(passages)
    if any(1000 <= number < 2100 for number in query.numbers):  # what was so in that year
        return list(passages)
    best = passages[0]
    wants_latest = bool(_LATEST.search(query.folded))
    later = [
        each
        for each in passages[1:]
        if each.score >= max(-UNDER * speak_alike(best, each), best.score - MOST_BEHIND)
        and is_later(each.article.date, best.article.date)
        and (wants_latest or (disagree(best, each, query) and same_thing(best, each, query)))
    ]
    if wants_latest:
        newest = max([best, *later], key=lambda each: (each.article.date, each.score))
        rest = [each for each in passages if each.hit is not newest.hit]
        return [newest, *(each for each in rest if not is_later(newest.article.date, each.article.date))]
    if not later:
        return list(passages)
    newest = max(later, key=lambda each: (each.article.date, each.score))
    newest = replace(newest, score=max(best.score, 2 * CLOSE))
    rest = [_behind(each, newest, query) for each in passages if each.hit is not newest.hit]
    return [newest, *sorted(rest, key=lambda each: -each.score)]


def _behind(passage: Passage, newest: Passage, query: Query) -> Passage:
    """One that the newest updates is no longer as good an answer, though it stays one."""
    if passage.score < 0 or not disagree(newest, passage, query):
        return passage
    return replace(passage, score=min(passage.score, newest.score - 2 * CLOSE))


def said_of(claims: Sequence[Claim], passages: Sequence[Passage], query: Query) -> str:
    """Return that articles answer differently and which is the newest, where claims cite such; else ""."""
    cited = [c.span.article_id for claim in claims if claim.verdict == "supported" for c in claim.citations]
    by_article = {each.article.id: each for each in reversed(passages) if each.article.id in cited}
    answering = [by_article[id_] for id_ in dict.fromkeys(cited) if id_ in by_article]
    differing: list[Passage] = []
    for each in answering:
        if all(disagree(each, b, query) and same_thing(b, each, query) for b in differing):
            differing.append(each)
    if len(differing) < 2:
        return ""
    dates = [each.article.date for each in differing]
    newest = max(dates)
    alone = all(each == newest or is_later(newest, each) for each in dates) and dates.count(newest) == 1 and all(dates)
    return articles_disagree(len(differing), written_date(newest, query.language) if alone else "", query.language)


def is_later(one: str, other: str) -> bool:
    """Return whether one ISO date, of a day, month or year, is certainly after another."""
    n = min(len(one), len(other))
    return n > 0 and one[:n] > other[:n]
