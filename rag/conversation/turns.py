"""The turns of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.text import detect
from rag.types import Answer

LOOK_BACK = 3
"""Number of turns considered, newest first."""
MAX_CHARS = 1000
"""Maximum length of a question or answer that a caller passes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation, as understood, and its answer."""

    question: str
    answer: str = ""
    """"" if the articles did not answer."""
    language: str = ""


History = Sequence[Answer | Turn | tuple[str, str]]
"""A conversation as a caller has it, oldest first."""


def turn_of(earlier: Answer | Turn | tuple[str, str]) -> Turn:
    """Return a Turn from an Answer or a pair (question, answer)."""
    if isinstance(earlier, Turn):
        return earlier if earlier.language else Turn(earlier.question, earlier.answer, detect(earlier.question))
    if isinstance(earlier, Answer):
        said = " ".join(c.text if c.origin == "model" else c.verbatim for c in earlier.supported)
        question = earlier.understood or earlier.question
        return Turn(question, said, detect(question, earlier.language) if earlier.understood else earlier.language)
    question, answer = (" ".join(str(each).split())[:MAX_CHARS] for each in earlier)
    return Turn(question, answer, detect(question))


def turns_of(history: History) -> list[Turn]:
    """Return the last turns that spoke of something, oldest first: greetings are skipped."""
    said = [each for each in history if not (isinstance(each, Answer) and each.kind == "greeting")]
    return [turn_of(each) for each in said[-LOOK_BACK:]]
