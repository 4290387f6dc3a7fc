"""The words by which a question narrows the articles, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta

from rag.language import PACKS
from rag.types import Filter

# Regular expressions over folded text. (words for articles, words that mean articles only beside "my" or "last week")
ARTICLES = PACKS.lists("filters.articles")
YOURS = PACKS.rules("filters.yours")
# Before them: the whole phrase is then left out of what is asked.
IN_ARTICLES = PACKS.rules("filters.in_articles")
PUBLISHED = PACKS.rules("filters.published")
# Before a source: who says it, and where it stands (there the name must be written as one: "dans Le Monde").
SAYS = PACKS.rules("filters.says")
SAID_IN = PACKS.rules("filters.said_in")
# "What does the Guardian say about": asked of the articles themselves, with the words that `rag.query.intent` knows.
SAYS_ABOUT = PACKS.lists("filters.says_about")
# What is left of "what happened last week?", and the question about the articles that it stands for.
NEWS = PACKS.lists("filters.news")
SAY = PACKS.pattern("filters.say", r"(?:\s+(?:{})\b)?")
HAS_THE = PACKS.pattern("filters.has_the", r"\b(?:{})\s*$|^\s*$")
OPENERS = PACKS.rules("filters.openers")
OF_SOURCE = PACKS.rules("filters.of_source")
# At the end of a question: what lifts every filter. The first is what the page types.
ALL_ARTICLES = PACKS.texts("filters.all_articles")
EVERYWHERE = PACKS.pattern("filters.everywhere", r"[\s,(—–-]*\b(?:{})[\s)]*[?.!]*\s*$")

_LINES = PACKS.lists("filters.lines")
_UNKNOWN = PACKS.lists("filters.unknown")
_NOTHING = PACKS.lists("filters.nothing")
_OPEN = PACKS.lists("filters.open")


def line(found: Filter, language: str) -> str:
    """Return one line on what was done with a filter, in a language of these tables or English."""
    applied, tried, lifted = _LINES.get(language, _LINES["en"])
    rule = applied if found.is_applied else lifted if found.is_explicit else tried
    said = rule.format(scope=scope(found, language), n=found.n_articles, words=found.words)
    if not (found.is_applied and found.n_unknown):
        return said
    unknown = _UNKNOWN.get(language, _UNKNOWN["en"])[0 if found.first or found.last else 1]
    return f"{said} · {unknown.format(n=found.n_unknown)}"


def nothing(found: Filter, language: str) -> str:
    """Return that no article within an applied filter answers, or that there is none."""
    unanswered, empty = _NOTHING.get(language, _NOTHING["en"])
    return unanswered if found.n_articles else empty.format(words=found.words, scope=scope(found, language))


def scope(found: Filter, language: str) -> str:
    """Return the sources and days of a filter: "AFP, mars 2024", "10–16 nov. 2026"."""
    return ", ".join(filter(None, (*found.sources, _days(found, language if language in _LINES else "en"))))


def written_date(iso: str, language: str) -> str:
    """Return an ISO date as a language writes it, as precise as it is ("2024-03" -> "mars 2024")."""
    from babel.dates import format_date, format_skeleton

    parts = [int(part) for part in iso.split("-")]
    if len(parts) == 1:
        return iso
    day = date(*(*parts, 1)[:3])
    locale = language if language in _LINES else "en"
    if len(parts) == 2:
        return str(format_skeleton("yMMMM", day, locale=locale))
    written = str(format_date(day, "long", locale=locale))
    return f"1er{written[1:]}" if locale == "fr" and day.day == 1 else written


def _days(found: Filter, language: str) -> str:
    from babel.dates import format_interval

    first, last = (date.fromisoformat(day) if day else None for day in (found.first, found.last))
    if first is None or last is None:
        day = first or last
        if day is None:
            return ""
        return _OPEN[language][0 if first else 1].format(written_date(day.isoformat(), language))
    if first == last:
        return written_date(first.isoformat(), language)
    if first.day == 1 and (last + timedelta(1)).day == 1:  # whole months
        if (first.month, last.month) == (1, 12):
            return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
        if (first.year, first.month) == (last.year, last.month):
            return written_date(first.isoformat()[:7], language)
        return str(format_interval(first, last, "yMMMM", locale=language))
    return str(format_interval(first, last, "yMMMd", locale=language))
