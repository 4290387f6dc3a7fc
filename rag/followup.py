"""A question and the turns before it -> a question that stands alone: by rule, by the model where no rule reaches.

"Et à Moscou ?" takes the question before with another place (`ellipsis`), "Pourquoi y est-il allé ?" says who and where
(`pronouns`). The model is asked only when a question leans on what came before and the rules cannot say on what; what
it writes must keep the question's words and add only words of the conversation. Otherwise what was spoken of is put
behind it.
A question that stands alone comes back as it is, letter for letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.language import ALPHABETS, STOP_WORDS, detect, fold, words
from rag import ellipsis, pronouns
from rag.llm import Llm
from rag.mentions import SPOKEN, is_place_preposition
from rag.rewriting import rewrite
from rag.types import Answer

LOOK_BACK = 3
"""Turns that are looked at, the newest first."""
MAX_CHARS = 1000
"""Of a question or answer that a caller brings along."""
SHORT_WORDS = 4
"""A question of so few words may be in the language of the turn before without showing it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation, as it was understood, and what was answered."""

    question: str
    answer: str = ""
    """"" when the articles did not answer."""
    language: str = ""


History = Sequence[Answer | Turn | tuple[str, str]]
"""A conversation as a caller has it, oldest first."""


def turn_of(earlier: Answer | Turn | tuple[str, str]) -> Turn:
    """A Turn from an Answer or a pair (question, answer)."""
    if isinstance(earlier, Turn):
        return earlier if earlier.language else Turn(earlier.question, earlier.answer, detect(earlier.question))
    if isinstance(earlier, Answer):
        said = " ".join(claim.text for claim in earlier.supported)
        if earlier.is_quote:  # the claims begin with file names; what was read is the quotes
            said = " ".join(" ".join(c.quote.split()) for claim in earlier.supported for c in claim.citations)
        question = earlier.understood or earlier.question
        return Turn(question, said, detect(question, earlier.language) if earlier.understood else earlier.language)
    question, answer = (" ".join(str(each).split())[:MAX_CHARS] for each in earlier)
    return Turn(question, answer, detect(question))


def turns_of(history: History) -> list[Turn]:
    """The last turns that spoke of something, the oldest first: greetings are passed over."""
    said = [each for each in history if not (isinstance(each, Answer) and each.kind == "greeting")]
    return [turn_of(each) for each in said[-LOOK_BACK:]]


def standalone(question: str, history: Sequence[Turn], language: str, llm: Llm | None = None) -> str:
    """The question as it would be asked without a conversation before it; the same object when it stands alone.

    `history` is oldest first. Raises LlmError when the model is needed and fails.
    """
    turns = [turn for turn in history if turn.question][-LOOK_BACK:][::-1]
    if not turns:
        return question
    found = ellipsis.complete(question, language, turns[0].question, turns[0].language)
    if found is None:
        found = pronouns.resolve(question, language, turns)
    if found is None:
        return question
    if found:
        return found
    written = rewrite(question, turns[::-1], language, llm) if llm else None
    return written or beside(question, turns)


def beside(question: str, turns: Sequence[Turn]) -> str:
    """The question with what was last spoken of in brackets behind it; as it is when nothing was."""
    for turn in turns:
        found = pronouns.spoken(turn.question, turn.language)
        free = [m for m in found if m.kind == "thing" and m.named] or [m for m in found if m.named] or found
        if free:
            best = next((m for m in free if not is_place_preposition(m.prep, turn.language)), free[0])
            text = best.text[:1].lower() + best.text[1:] if best.start == 0 and best.kind == "thing" else best.text
            return f"{question} ({text})"
    return question


def language_of(question: str, history: Sequence[Turn], default: str) -> str:
    """The language a follow-up is typed in; that of the turn before when it is too short to tell ("Moscou ?")."""
    if not history:
        return detect(question, default=default)
    last = history[-1].language or default
    if len(question.split()) > SHORT_WORDS or any(ord(char) > 0x24F and char.isalpha() for char in question):
        return detect(question, default=last)
    found = set(words(question))
    accents = {char for char in question.lower() if char.isalpha() and char > "\x7f"}
    scores = {
        code: len(found & {*STOP_WORDS[code].split(), *_ALSO.get(code, "").split()})
        - 2 * len(accents - set(ALPHABETS[code]))
        for code in SPOKEN
    }
    if re.search("[¿¡]", question):
        return "es"
    best = max(scores.values())
    if best <= 0 or scores.get(last, 0) == best:
        return last
    return next(code for code in SPOKEN if scores[code] == best)


# Of the short questions, not in STOP_WORDS of the whole articles' languages.
_ALSO = {
    fold(code): row
    for code, row in {
        "it": "perche dove quanto e allora",
        "de": "und warum wo wieviel",
        "pt": "onde porque",
        "en": "about",
    }.items()
}
