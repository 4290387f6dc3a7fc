"""A handful of first questions that a library answers: written by the model or by rules, each tried with the reader."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from index.tables import Pattern
from index.types import Article
from rag.errors import Interrupted
from rag.evaluation.question_generator import Quiz
from rag.generation import Llm, Piece
from rag.language import PACKS, THE, either
from rag.query import Query, recognise
from rag.reader import best_first
from rag.types import Message

if TYPE_CHECKING:
    from rag.pipeline import Answerer

N_STARTERS = 4
MOST_SECONDS = 90.0
"""Seconds after which the model writes no more of them."""
MAX_CHARS = 90
"""Maximum length of a question that is read at a glance."""
MIN_SCORE = 0.5
"""Minimum score of the passage that answers one; 0 is the threshold of an answer."""
MAX_TRIES = 12

_WHO = PACKS.texts("suggestions.who")
_CONTENTS = PACKS.texts("suggestions.contents")
# Somebody whose part the text names: "la maire d'Orvanne, Hélène Castan", "Paul Renaud, head of the port"
_ROLES = PACKS.rules("suggestions.roles")
_PERSON = r"[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+(?:-[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+)?\s[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+(?:-[A-ZÀ-ÖØ-Þ][a-zà-ÿ]+)?"
_PEOPLE = (
    Pattern(lambda: rf"(?<![\w’'-])({_PERSON}), (?:(?:{either(THE)})\s)?(?:{_roles()})\b"),
    Pattern(lambda: rf"\b(?:{_roles()})\b[^.!?\n]{{0,40}}?, ({_PERSON})(?=[,.;)])"),
)


def starters(answerer: Answerer, is_free: Callable[[], bool] = lambda: True, n: int = N_STARTERS) -> tuple[str, ...]:
    """Return up to `n` short questions, about different articles if possible, in the language of their article.

    The model writes as long as `is_free`, then the rules do; the last one asks what the articles are about.
    """
    library = answerer.library
    last = _CONTENTS.get((*library.languages, "")[0], "")
    found: list[str] = []
    for question in chain(_written(answerer, is_free, n - 2), _by_rule(answerer)):
        if question not in found:
            found.append(question)
        if len(found) == n - 1 or not is_free():
            break
    return (*found, last) if last and recognise(last) and library.articles else tuple(found)


def _written(answerer: Answerer, is_free: Callable[[], bool], n: int) -> Iterator[str]:
    if answerer.llm is None:
        return
    quiz = Quiz(answerer.library, answerer.reader, _Polite(answerer.llm, is_free, MOST_SECONDS))
    taken: set[str] = set()
    try:
        for made in quiz.make():
            case = made.case
            where = case.gold[0].article_id
            if where not in taken and _answers(answerer, case.question, case.language, where):
                taken.add(where)
                yield case.question
            if len(taken) >= n:
                return
    except (_Interrupted, Interrupted):
        return


def _by_rule(answerer: Answerer) -> Iterator[str]:
    """Ask who somebody is whose role an article names, newest articles first, one person per article."""
    tries = 0
    for article in sorted(answerer.library.articles, key=lambda each: each.date, reverse=True):
        person = _person(article)
        if not person or article.language not in _WHO:
            continue
        tries += 1
        if tries > MAX_TRIES:
            return
        question = _WHO[article.language].format(person)
        if _answers(answerer, question, article.language, article.id):
            yield question


def _person(article: Article) -> str:
    found = [match.group(1) for rule in _PEOPLE for match in rule.finditer(article.text)]
    return max(dict.fromkeys(found), key=article.text.count, default="")


def _roles() -> str:
    return "|".join(_ROLES.values())


def _answers(answerer: Answerer, question: str, language: str, article_id: str) -> bool:
    """Return whether the reader finds a sure answer to a short question in the article it was made from."""
    if len(question) > MAX_CHARS:
        return False
    library = answerer.library
    hits = answerer.search(library, question, language)
    passages = best_first(answerer.read(Query(question, language), library, hits))
    return bool(passages) and passages[0].score >= MIN_SCORE and passages[0].article.id == article_id


class _Interrupted(Exception):
    """Somebody else needs the model, or the time is up."""


class _Polite:
    """A language model that stops as soon as it is not free any more, or after some seconds."""

    def __init__(self, llm: Llm, is_free: Callable[[], bool], seconds: float) -> None:
        self.name = llm.name
        self._llm = llm
        self._is_free = is_free
        self._deadline = time.monotonic() + seconds

    def count_tokens(self, text: str) -> int:
        return self._llm.count_tokens(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        for piece in self._llm.stream(messages, max_tokens):
            if not self._is_free() or time.monotonic() > self._deadline:
                raise _Interrupted
            yield piece

    def read(self, messages: Sequence[Message]) -> None:
        self._llm.read(messages)

    def interrupt(self) -> None:
        self._llm.interrupt()
