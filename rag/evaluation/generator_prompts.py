"""What a model is told when it writes a question for a given answer, and what gives a bad one away."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from index.tables import NEVER, rule
from index.text import fold
from rag.evaluation.answer_spans import Kind
from rag.language import LANGUAGE_NAMES, PACKS, names
from rag.types import Message


class Wording(NamedTuple):
    """A language's side of the task: as the one of the paragraph (`paragraph`, `answers`) or of the question."""

    system: str
    text: str
    name: str
    answer: str
    paragraph: str
    answers: tuple[str, ...]
    """Of the paragraph, in the order of `questions`."""
    questions: tuple[str, ...]


def _wording(said: dict[str, Any]) -> Wording:
    return Wording(**said | {"answers": tuple(said["answers"]), "questions": tuple(said["questions"])})


WORDINGS = PACKS.table("generator", _wording)


NAME = "Morvelle"
"""The name that the examples are told to mention."""


def messages(text: str, name: str, answer: str, language: str, source_language: str) -> list[Message]:
    """The prompt for one question in `language` that mentions `name`, if any, and whose answer stands in `text`."""
    told = prefix(language, source_language, NAME if name else "")
    return [*told, Message("user", ask(text, name, answer, language))]


def prefix(language: str, source_language: str, name: str = "") -> list[Message]:
    """What is the same for all questions in a language about texts in another: instructions and examples."""
    said = WORDINGS.get(language, WORDINGS["en"])
    read = WORDINGS.get(source_language, WORDINGS["en"])
    system = said.system
    if language not in WORDINGS and language in LANGUAGE_NAMES:
        system = system.replace("in English", f"in {LANGUAGE_NAMES[language]}")
    told = [Message("system", system)]
    for n, (answer, question) in enumerate(zip(read.answers, said.questions, strict=True)):
        text = "" if n else read.paragraph
        told += [Message("user", ask(text, name, answer, language)), Message("assistant", question)]
    return told


def ask(text: str, name: str, answer: str, language: str) -> str:
    """The user's turn: a paragraph ("" for the one before), an answer and a name to mention, each on one line.

    The name comes last: a small model forgets what stands further up.
    """
    said = WORDINGS.get(language, WORDINGS["en"])
    paragraph = f"{said.text} {' '.join(text.split())}\n\n" if text else ""
    mention = f"\n{said.name} {name}" if name else ""
    return f"{paragraph}{said.answer} {' '.join(answer.split())}{mention}"


# --- what a question must look like ---------------------------------------------------------------------------------


class _Marks(NamedTuple):
    """Words by which a question of a language asks, folded; any of them, and those for one kind of answer."""

    asks: re.Pattern[str]
    amount: re.Pattern[str]
    time: re.Pattern[str]
    reason: re.Pattern[str]
    unnamed: re.Pattern[str]
    """Pointing at something that only the paragraph names."""


def _marks(said: dict[str, Any]) -> _Marks:
    return _Marks(*(re.compile(rf"\b(?:{rule(said.get(name, NEVER))})(?!\w)") for name in _Marks._fields))


MARKS = PACKS.table("marks", _marks)

_PRONOUNS = PACKS.rules("marks.pronouns")
_NOUNS = PACKS.rules("marks.nouns")


def asks_for(question: str, kind: Kind, language: str) -> bool:
    """Does a question ask for that kind of answer, and name what it is about rather than say "he" or "this text"?

    True for a language whose question words are not known.
    """
    marks, folded = MARKS.get(language), fold(question)
    if marks is None:
        return True
    if not marks.asks.search(folded) or marks.unnamed.search(folded):
        return False
    wanted = {"number": marks.amount, "date": marks.time, "reason": marks.reason}.get(kind)
    if wanted and not wanted.search(folded):
        return False
    pronoun = re.search(_PRONOUNS.of(language), folded)
    if pronoun is None:
        return True
    before = folded[: pronoun.start()]
    return bool(re.search(_NOUNS.of(language), before)) or any(
        fold(name) in before for name in names(question, language)
    )
