"""What citeline says about the articles as a whole, to a reader and to the model that sums one up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.language import PACKS, wording
from rag.types import Message


@dataclass(frozen=True, slots=True)
class OverviewWords:
    """Sentences in one language; {topic}, {names} and {n} are filled in."""

    hello: str
    thanks: str
    count: str
    """Closes a list that is not whole: {n} articles in all, {shown} of them shown."""
    whole: str
    """Closes a list that is whole."""
    copies: str
    """Said behind a number of articles: {n} of them are copies of others."""
    others: str
    """Other articles on the same topic: {names}."""
    mentions: str
    """In how many articles the words of {topic} stand."""
    which: str
    """Asked for a summary without saying of what."""
    nothing_on: str
    """No article on {topic}."""
    lacking: str
    """The articles shown are near the topic, but these words of it are in none: {names}."""
    no_file: str
    """No article called {topic}."""
    empty: str
    title: str
    """{title} in quotation marks."""
    system: str
    """Tells the model to sum up."""
    summary: str
    """Stands before the place where the model writes."""
    example: str
    """A summary of the example, "overview.example_lines"."""


WORDS = PACKS.table("overview", lambda said: OverviewWords(**said))


def words(language: str) -> OverviewWords:
    """Return what citeline says in a language; English for one it has no words in."""
    return WORDS.get(language, WORDS["en"])


def summary_messages(language: str, sentences: Sequence[str]) -> list[Message]:
    """Return the prompt for a summary: instructions and an example, the same for every article, then its sentences."""
    said = words(language)
    return [
        Message("system", said.system),
        Message("user", _ask(language, PACKS.shared("overview.example_lines"))),
        Message("assistant", said.example),
        Message("user", _ask(language, sentences)),
    ]


def _ask(language: str, sentences: Sequence[str]) -> str:
    numbered = "\n".join(f"[{i}] {' '.join(text.split())}" for i, text in enumerate(sentences, start=1))
    return f"{wording(language).sentences}\n{numbered}\n\n{words(language).summary}"
