"""Which questions are about the articles themselves, by rule, in six languages; every other question is about a fact.

A rule must fit the whole question (after "bonjour," or "please"), so that a fact is hardly ever taken for one:
docs/experiments.md counts it. Accents, capitals, hyphens and kinds of apostrophe make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import count

from index.tables import Pattern
from index.text import fold
from rag.query.intent_rules import (
    ABOUT,
    AFTER,
    BEFORE,
    CONTENTS,
    ENDING,
    FILE,
    GREETINGS,
    NO_TOPIC,
    PARTS,
    SUMMARY,
    THANKS,
    TOPIC_BEHIND,
)
from rag.types import Kind


def is_file_name(topic: str) -> bool:
    """Return whether a topic ends like the name of a text file."""
    return bool(re.search(ENDING, topic, re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Intent:
    """What is asked about the articles: greeting, contents, summary of one, or what they say about a topic."""

    kind: Kind
    language: str
    """Language of the words that gave it away: more certain than `detect` for one word ("hola")."""
    topic: str = ""
    """As typed: the article's name, or what to look for; "" for all articles, or if none is named."""
    is_thanks: bool = False

    @property
    def query(self) -> str:
        """What to search the articles for: the topic, "" if it is the name of a file."""
        return "" if is_file_name(self.topic) else self.topic


@lru_cache(maxsize=64)
def recognise(question: str) -> Intent | None:
    """Return what a question asks about the articles themselves, None if it asks for a fact."""
    plain, places = _plain(question)
    for language, pattern in THANKS.items():
        if re.fullmatch(pattern.replace("'", "[' ]"), plain):
            return Intent("greeting", language, is_thanks=True)
    for language, pattern in GREETINGS.items():
        if re.fullmatch(pattern.replace("'", "[' ]"), plain):
            return Intent("greeting", language)
    start, end = _without_politeness(plain)
    for kind, language, rule in _rules():
        match = rule.fullmatch(plain, start, end)
        if not match:
            continue
        named = [match.span(group) for group, text in match.groupdict().items() if text]
        if not named:
            return Intent(kind, language)
        first, last = named[0]
        topic = question[places[first] : places[last - 1] + 1].strip(" ?!.,;:…\"«»“”„‘’'()[]*")
        if not topic or _NO_TOPIC.match(fold(topic)) or len(topic.split()) > _MOST_WORDS:
            return None
        return Intent(kind, language, topic)
    return None


def is_greeting(question: str) -> bool:
    """Return whether a question needs no model at all."""
    found = recognise(question)
    return found is not None and found.kind == "greeting"


_MOST_WORDS = 14
# "tell me about how …" asks for a fact
_NO_TOPIC = Pattern(lambda: rf"(?:{NO_TOPIC.any})\b|.* (?:{TOPIC_BEHIND.any})")


def _plain(question: str) -> tuple[str, list[int]]:
    """Return the question folded, with marks and hyphens as single spaces, and where in it each character is."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(question):
        for folded in fold(char):
            folded = " " if folded in '?!¿¡,;:…"«»“”„-–—()[]*\n\t ' else folded
            if folded == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(folded)
            places.append(place)
    plain = "".join(letters)
    plain = plain.rstrip(" .")
    return plain, places


def _without_politeness(plain: str) -> tuple[int, int]:
    """Return where a request starts and ends in a folded question, without polite words around it."""
    before = BEFORE.match(plain)
    start = before.end() if before else 0
    after = AFTER.search(plain, start)
    return start, after.start() if after else len(plain)


@cache
def _rules() -> tuple[tuple[Kind, str, re.Pattern[str]], ...]:
    """Every rule with what it stands for; a summary of one file before what "the articles" say."""
    return tuple(
        (kind, language, re.compile(_filled(rule, language)))
        for kind, table in _TABLES
        for language, rules in table.items()
        for rule in rules
    )


_TABLES: tuple[tuple[Kind, Mapping[str, tuple[str, ...]]], ...] = (
    ("contents", CONTENTS),
    ("summary", SUMMARY),
    ("about", ABOUT),
)


def _filled(rule: str, language: str) -> str:
    for name in ("of_topic", "topic_the", "own", "one", "on"):
        rule = rule.replace("{" + name + "}", PARTS[language].get(name, ""))
    rule = rule.replace("'", "[' ]")  # "l article" is typed too
    number = count()
    return re.sub(r"\{(topic|file)\}", lambda part: rf"(?P<t{next(number)}>{_ANY[part[1]]})", rule)


_ANY = {"topic": r"\S.*", "file": FILE}
