"""A question as it was understood, once: what every later stage goes by and none works out again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from index.text import fold
from rag.language import content, names, numbers
from rag.query.decomposition import split
from rag.query.intent import Intent, recognise
from rag.query.question_kind import kind_of
from rag.types import Filter, Kind


@dataclass(frozen=True)
class Query:
    """What is asked, in which language, of which articles; made from what was typed by `rag.pipeline.understand`."""

    text: str
    """What is searched for and read with: it stands alone, without the words of the filter that is applied."""
    language: str
    """ISO 639-1."""
    kind: Kind = "fact"
    typed: str = ""
    """On one line, otherwise as the person wrote it."""
    understood: str = ""
    """The whole question that stands alone when what was typed leans on those before it; else ""."""
    about: str = ""
    """Of a part: the words it was asked with, to say that nothing answers it."""
    intent: Intent | None = None
    """What is asked about the articles themselves; None for a question that their lines answer."""
    parts: tuple[Query, ...] = ()
    """The questions that are in this one, each answered by itself; () for a single question."""
    filter: Filter | None = None
    """Words that narrow the articles, whether or not they are applied."""
    within: frozenset[str] | None = None
    """Ids of the articles that may answer; None for all."""
    narrowed: Query | None = None
    """The same question of fewer articles: its words may be a filter or may be about what happened."""

    @classmethod
    def of(cls, text: str, language: str) -> Query:
        """Return what a question asks that stands alone and narrows nothing."""
        if intent := recognise(text):
            return cls(text, intent.language, intent.kind, intent=intent)
        if found := split(text, language):
            parts = (
                cls(each.question, language, kind_of(each.question, language), about=each.about) for each in found.parts
            )
            return cls(text, language, found.kind, parts=tuple(parts))
        return cls(text, language, kind_of(text, language))

    @property
    def is_hopeless(self) -> bool:
        """Whether no article passes the filter, so that none need be searched."""
        return self.within is not None and not self.within

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of people and places in the text."""
        return tuple(names(self.text, self.language))

    @cached_property
    def numbers(self) -> frozenset[float]:
        """Values of the numbers in the text."""
        return frozenset(numbers(self.text, self.language))

    @property
    def folded(self) -> str:
        """The text in lower case, without accents."""
        return fold(self.text)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """Content words of the text: stem -> the word, folded."""
        return content(self.text, self.language)
