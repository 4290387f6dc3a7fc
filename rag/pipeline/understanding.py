"""What was typed -> a Query: the only place where a question is taken apart.

It stands in this package because it asks both the conversation before and the articles' dates and sources, and the
packages for those come after the Query itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from index.storage import Library
from index.text import detect
from rag.config import Config
from rag.conversation import History, followed, language_of, standalone, turns_of
from rag.filters import Known, everywhere_of, scope_of
from rag.generation import Llm
from rag.query import Query, recognise


@dataclass(frozen=True, slots=True)
class Catalog:
    """What has to be known of a library to understand a question that is asked of it on a certain day."""

    library: Library
    today: date
    known: Known
    """Dates and sources, which take a walk through all articles to gather."""

    @classmethod
    def of(cls, library: Library, today: date) -> Catalog:
        """Return the catalog of one generation of a library."""
        return cls(library, today, Known.of(library.articles, today))

    @property
    def language(self) -> str:
        """The language of a question whose words do not tell: the one most articles are in."""
        return (*self.library.languages, "fr")[0]


def understand(
    typed: str,
    history: History,
    catalog: Catalog,
    config: Config,
    llm: Llm | None = None,
    everywhere: bool = False,
) -> Query:
    """Return what is asked by a question on one line (`clean`) after a conversation, oldest turn first.

    A question that leans on the conversation is completed by rules, else by the `llm`. With `everywhere`, which the
    words "in all articles" at its end say too, no words of it narrow the articles. Raises LlmError.
    """
    question, is_lifted = everywhere_of(typed)
    understood, language = _alone(question, history, catalog, config, llm)
    text = understood or question
    language = language or detect(text, default=catalog.language)
    scope = scope_of(text, language, catalog.known, catalog.library.articles, everywhere or is_lifted)
    query = Query(scope.question, language) if scope.is_empty else Query.of(scope.question, language)
    query = replace(query, typed=typed, understood=understood, filter=scope.filter, within=scope.ids)
    if query.parts:  # what may narrow one part only could not be shown
        parts = (replace(part, typed=part.text, filter=scope.filter, within=scope.ids) for part in query.parts)
        return replace(query, parts=tuple(parts))
    if scope.implied and not query.intent:
        less = scope.implied
        return replace(query, narrowed=replace(query, text=less.question, filter=less.filter, within=less.ids))
    return query


def _alone(question: str, history: History, catalog: Catalog, config: Config, llm: Llm | None) -> tuple[str, str]:
    """The question that one after a conversation stands for, "" if it stands alone, and its language, "" if untold."""
    if not history:
        return "", ""
    intent = recognise(question)
    if intent and intent.kind != "about":  # "Parle-moi de ce pont" leans like any other
        return "", ""
    turns = turns_of(history)
    language = language_of(question, turns, default=catalog.language)
    narrowed = followed(question, turns[-1].question, language, catalog.known) if turns else None
    found = narrowed or standalone(question, turns, language, llm)
    return ("" if found == question or len(found) > config.question_chars else found), language
