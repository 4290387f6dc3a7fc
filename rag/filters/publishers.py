"""Names of papers and agencies in a question, told from ordinary words by those that the articles carry. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from index.tables import Pattern, Rules
from index.text import fold
from rag.filters.dates import Calendar, When, when_at
from rag.filters.offsets import Folded
from rag.filters.wording import SAID_IN, SAYS
from rag.language import THE, either

MAX_SOURCE_WORDS = 6
_ARTICLE = Pattern(lambda: rf"^(?:{either(THE)})(?:\s+|(?<='))(?=\w)")


def source_keys(name: str) -> set[str]:
    """Return the forms by which a source is recognised: its letters, with and without its article or its web ending."""
    plain = re.sub(r"^(?:https?://)?(?:www\.)?", "", fold(name).strip())
    host = re.fullmatch(r"([\w-]+)(?:\.(?:co|com|org|net))?\.[a-z]{2,}", plain)
    plain = host.group(1) if host else plain
    bare = _ARTICLE.sub("", plain)
    return {key for each in (plain, bare) if (key := re.sub(r"[\W_]+", "", each))}


def source_at(text: Folded, at: int, sources: Mapping[str, str], is_name: bool = True) -> tuple[str, int] | None:
    """Return the longest name of a source that starts at a place, as the articles spell it, and where it ends.

    With `is_name` it must be written as one: "Le Monde", not "le monde".
    """
    if not sources:
        return None
    ends = [m.end() for m in re.finditer(r"[\w.&-]*\w", text.folded[at : at + 80])][:MAX_SOURCE_WORDS]
    for end in reversed(ends):
        typed = text.typed(at, at + end)
        name = next((sources[key] for key in source_keys(typed) if key in sources), None)
        if name and (_is_written_as_name(typed, name) or not is_name):
            return name, at + end
    return None


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch that says who says something, and of when it is."""

    start: int
    end: int
    source: str
    when: When | None


def said_by(text: Folded, language: str, sources: Mapping[str, str], calendar: Calendar) -> Said | None:
    """A known source behind "selon", or, written as the articles write it, behind "dans", with the date behind it."""
    for rule, is_name in ((SAYS, False), (SAID_IN, True)):
        for match in rule_of(rule, language).finditer(text.folded):
            found = source_at(text, match.end(), sources, is_name)
            behind = text.question[text.places[found[1]] :][:2] if found else ""
            if not found or behind.strip(" -").isupper():  # "le Monde Diplomatique" is another one
                continue
            at = found[1] + len(text.folded[found[1] :]) - len(text.folded[found[1] :].lstrip())
            when = when_at(text.folded, at, language, calendar)
            return Said(match.start(), when.end if when else found[1], found[0], when)
    return None


def _is_written_as_name(typed: str, source: str) -> bool:
    """Does what was typed have a capital where the source has one ("dans Le Monde", not "dans le monde")?

    A name in capitals ("AFP") is no other word.
    """
    last = re.findall(r"\w+", typed)[-1:]
    return source.isupper() or (bool(last) and (last[0][:1].isupper() or source.islower()))


@cache
def _spaced(rule: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{rule})(?:\s+|(?<='))")


def rule_of(rules: Rules, language: str) -> re.Pattern[str]:
    """Return a language's words of a table as a pattern, with the space after them."""
    return _spaced(rules.of(language))
