"""A question and the turns before it -> a question that stands alone: by rule, by the model where no rule reaches.

"Et à Moscou ?" takes the question before with another place (`ellipsis`), "Pourquoi y est-il allé ?" says who and where
(`coreference`). The model is asked only when a question leans on what came before and the rules cannot say on what;
what it writes must keep the question's words and add only words of the conversation. Otherwise what was spoken of is
put behind it.
A question that stands alone comes back as it is, letter for letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text import ALPHABETS, STOP_WORDS, detect, words
from rag.conversation import coreference as pronouns
from rag.conversation import ellipsis
from rag.conversation.llm_rewriting import rewrite
from rag.conversation.turns import LOOK_BACK, Turn
from rag.generation import Llm
from rag.language import PACKS, SPOKEN, is_place_preposition

SHORT_WORDS = 4
"""A question of this many words or fewer may be in the language of the turn before without showing it."""


def standalone(question: str, history: Sequence[Turn], language: str, llm: Llm | None = None) -> str:
    """Return the question as it would be asked without a conversation; the same object if it stands alone.

    `history` is oldest first. Raises LlmError if the model is needed and fails.
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
    """Append what was last spoken of, in brackets, to the question; return it unchanged if nothing was."""
    for turn in turns:
        found = pronouns.spoken(turn.question, turn.language)
        free = [m for m in found if m.kind == "thing" and m.named] or [m for m in found if m.named] or found
        if free:
            best = next((m for m in free if not is_place_preposition(m.prep, turn.language)), free[0])
            text = best.text[:1].lower() + best.text[1:] if best.start == 0 and best.kind == "thing" else best.text
            return f"{question} ({text})"
    return question


def language_of(question: str, history: Sequence[Turn], default: str) -> str:
    """Return the language a follow-up is typed in; that of the turn before if it is too short to tell ("Moscou ?")."""
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
_ALSO = PACKS.texts("grammar.short_questions")
