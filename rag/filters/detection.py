"""Find words of a question that narrow the articles by date or source. Pure.

Most dates in a question are those of an event, not of the article about it. So only words that speak of articles ("dans
les articles de mars", "articles from last week") are an explicit filter, which always holds. Others ("en mars 2024",
"selon l'AFP", "hier") are a preference: see `Answerer`. A date is read by `rag.filters.dates`; a source counts only if
an article has it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from index.tables import NEVER
from index.text import fold
from index.types import Article
from rag.filters.dates import Calendar, When, when_at, whens
from rag.filters.offsets import Folded
from rag.filters.publishers import rule_of, said_by, source_at, source_keys
from rag.filters.wording import ARTICLES, HAS_THE, IN_ARTICLES, NEWS, OF_SOURCE, PUBLISHED, SAY, SAYS_ABOUT, YOURS
from rag.query import recognise
from rag.types import Filter

MIN_SHARE = 0.5
"""Share of the articles that must have a date for a non-explicit date to count."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the articles carry, and today's date."""

    calendar: Calendar
    sources: Mapping[str, str]
    """`source_key` of a name -> the name as the articles spell it."""
    dated: float = 1.0
    """Share of the articles with a date."""

    @classmethod
    def of(cls, articles: Collection[Article], today: date) -> Known:
        """Collect what these articles carry."""
        n = max(1, len(articles))
        names = {article.source for article in articles if article.source}
        return cls(
            Calendar(today, frozenset(article.date for article in articles if article.date)),
            {key: name for name in sorted(names) for key in source_keys(name)},
            sum(bool(article.date) for article in articles) / n,
        )


def find(question: str, language: str, known: Known) -> Filter | None:
    """Return the filter in a question's words, without its counts; None if nothing narrows."""
    text = Folded.of(question)
    return _explicit(text, language, known) or _of_intent(text, language, known) or _implicit(text, language, known)


# --- explicit ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tail:
    """What is next to a word for articles: dates and sources, one after the other, up to `end`."""

    end: int
    when: When | None = None
    source: str = ""


def _explicit(text: Folded, language: str, known: Known) -> Filter | None:
    """Return a filter in words that speak of the articles: "dans les articles de mars", "last week's articles"."""
    for noun in _nouns(language).finditer(text.folded):
        behind, before = _tail(text, noun.end(), language, known), _tail_before(text, noun, language, known)
        front = before[0] if before else noun.start("noun")
        when = behind.when or (before[1].when if before else None)
        source = behind.source or (before[1].source if before else "")
        is_loose = noun["loose"] and not (noun["yours"] or source or (when and when.is_relative))
        if not (when or source) or is_loose:
            continue
        start, end, instead = noun.end(), behind.end, ""
        if leading := _leading(language).search(text.folded[:front]):  # "in the articles of March": all of it goes
            start = leading.start()
        elif before:  # "what do last week's articles say"
            start = front
            instead = "articles" if HAS_THE.search(text.folded[:start]) else "the articles"
        rest = text.without(start, end, instead)
        if any(char.isalnum() for char in rest):
            words = text.typed(start, end).strip(" ,;:()")
            return _filter(words, when, source, rest, is_explicit=True)
    return None


def _of_intent(text: Folded, language: str, known: Known) -> Filter | None:
    """Return a filter in a question about the articles: "Quels articles ai-je de mars ?", "Que dit Le Monde ?"."""
    news, contents = NEWS.get(language, (NEVER, ""))
    for start, end, when, source in _candidates(text, language, known):
        rest = text.without(start, end)
        intent = recognise(rest) if any(char.isalnum() for char in rest) else None
        if when and when.is_relative and re.fullmatch(rf"\W*(?:{news})\W*", fold(rest)):  # "what happened last week?"
            return _filter(text.typed(start, end).strip(), when, source, contents, is_explicit=True)
        if intent and intent.kind == "contents":
            return _filter(text.typed(start, end).strip(), when, source, rest, is_explicit=True)
    rule, instead = SAYS_ABOUT.get(language, (NEVER, ""))
    for match in re.finditer(rf"^\W*(?:{rule})\s+", text.folded):
        if found := source_at(text, match.end(), known.sources):
            behind = SAY.match(text.folded[found[1] :])  # "what does X say"
            rest = text.without(0, found[1] + (behind.end() if behind else 0), instead)
            if (intent := recognise(rest)) and intent.kind == "about":
                return _filter(text.typed(match.end(), found[1]), None, found[0], rest, is_explicit=True)
    return None


def _candidates(text: Folded, language: str, known: Known) -> Iterator[tuple[int, int, When | None, str]]:
    """Yield where dates and sources are, and what they are."""
    if said := said_by(text, language, known.sources, known.calendar):
        yield said.start, said.end, said.when, said.source
    for when in whens(text.folded, language, known.calendar):
        yield when.start, when.end, when, ""


def _tail(text: Folded, at: int, language: str, known: Known) -> _Tail:
    """Return dates and sources after a word for articles: "de l'AFP de mars 2024", "published last week by Reuters"."""
    found = _Tail(at)
    while True:
        here = _published(language).match(text.folded, found.end)
        here_at = here.end() if here else found.end
        when = None if found.when else when_at(text.folded, here_at, language, known.calendar)
        if when:
            found = replace(found, when=when, end=when.end)
            continue
        preposition = rule_of(OF_SOURCE, language).match(text.folded, here_at)
        source = None if found.source else source_at(text, preposition.end() if preposition else here_at, known.sources)
        if not source:
            return found
        found = replace(found, source=source[0], end=source[1])


def _tail_before(text: Folded, noun: re.Match[str], language: str, known: Known) -> tuple[int, _Tail] | None:
    """What stands before an English word for articles, and where: "last week's articles", "Reuters articles"."""
    if language != "en":
        return None
    end = noun.start("noun")
    for word in re.finditer(r"(?<![\w'-])\w", text.folded[:end]):
        when = when_at(text.folded, word.start(), language, known.calendar)
        if when and not when.relation and re.fullmatch(r"(?:'s?)? ", text.folded[when.end : end]):
            return word.start(), _Tail(when.end, when)
        source = source_at(text, word.start(), known.sources)
        if source and re.fullmatch(r"(?:'s?)? ", text.folded[source[1] : end]):
            return word.start(), _Tail(source[1], source=source[0])
    return None


# --- not explicit -----------------------------------------------------------------------------------------------------


def _implicit(text: Folded, language: str, known: Known) -> Filter | None:
    """Return a filter in words that may be about an event: a source that says it, or one date."""
    if said := said_by(text, language, known.sources, known.calendar):
        place, when, source = (said.start, said.end), said.when, said.source
    elif known.calendar.dates and known.dated >= MIN_SHARE:
        found = list(whens(text.folded, language, known.calendar))
        if len(found) != 1 or not _may_narrow(found[0], known.calendar.today):
            return None  # two dates are compared, or belong to each other
        if text.folded[found[0].end :].startswith("'s"):
            return None  # "last month's figures" are not what was published then
        (when,) = found
        place, source = (when.start, when.end), ""
    else:
        return None
    rest = text.without(*place)
    return _filter(text.typed(*place), when, source, rest) if any(char.isalnum() for char in rest) else None


def _may_narrow(when: When, today: date) -> bool:
    """Days and years are those of what happened; "today" mostly means "now"."""
    if when.is_relative:
        return when.first != today and not (when.is_partial and when.relation == "of")
    return when.unit == "month" and when.relation not in ("", "of")


def _filter(words: str, when: When | None, source: str, question: str, is_explicit: bool = False) -> Filter:
    if when and when.last and when.is_relative and when.unit == "day" and not is_explicit:
        when = replace(when, last=when.last + timedelta(1))  # what happened yesterday is told yesterday or today
    first = when.first.isoformat() if when and when.first else ""
    last = when.last.isoformat() if when and when.last else ""
    is_likely = bool(source) or (when is not None and when.is_relative and when.unit != "year")
    return Filter(words, first, last, (source,) if source else (), is_explicit, is_likely, question)


# --- rules ------------------------------------------------------------------------------------------------------------


@cache
def _nouns(language: str) -> re.Pattern[str]:
    strict, loose = ARTICLES.get(language, (NEVER, NEVER))
    yours = YOURS.of(language)
    return re.compile(rf"\b(?P<yours>(?:{yours})\s+)?(?P<noun>(?:{strict})|(?P<loose>{loose}))\b")


@cache
def _leading(language: str) -> re.Pattern[str]:
    """What stands before a word for articles, or before its date, when the whole is set off from the question."""
    return re.compile(rf"(?<![\w'-])(?:{IN_ARTICLES.of(language)})\s*$")


@cache
def _published(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s*,?\s*(?:(?:{PUBLISHED.of(language)})\s+)?")
