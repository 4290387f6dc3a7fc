"""Have the model rewrite a follow-up question so that it stands alone, and check that it changed nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.text import STEMMERS, fold, sentences
from rag.generation import Llm
from rag.language import PACKS, content, names, numbers, same_stem
from rag.types import Message

if TYPE_CHECKING:
    from rag.conversation.turns import Turn

REWRITE_TOKENS = 40
SHOWN_ANSWER_CHARS = 240
MAX_CHARS = 300

_SYSTEM = PACKS.texts("rewriting.system")
_EXAMPLES = PACKS.table("rewriting.examples", list[dict[str, str]])


def rewrite(question: str, turns: Sequence[Turn], language: str, llm: Llm) -> str | None:
    """Return the model's rewriting if it passes the check, else None. `turns` is oldest first. Raises LlmError."""
    code = language if language in _SYSTEM else "en"
    messages = [Message("system", _SYSTEM[code])]
    for each in _EXAMPLES.get(code, ()):
        shown = "{question}\n{answer}\n→ {follow_up}".format(**each)
        messages += [Message("user", shown), Message("assistant", each["whole"])]
    said = "\n".join(f"{turn.question}\n{turn.answer[:SHOWN_ANSWER_CHARS]}".strip() for turn in turns[-2:])
    messages.append(Message("user", f"{said}\n→ {question}"))
    reply = "".join(piece.text for piece in llm.stream(messages, REWRITE_TOKENS)).strip()
    return reply if keeps(reply, question, turns, language) else None


def keeps(reply: str, question: str, turns: Sequence[Turn], language: str) -> bool:
    """Return whether a rewriting is one question that adds only words of the conversation.

    It must keep the words of `question`.
    """
    if not reply or len(reply) > MAX_CHARS or "\n" in reply or not reply.endswith(("?", "？")):
        return False
    if fold(reply).strip(" ?¿") == fold(question).strip(" ?¿"):
        return False
    if len(list(sentences(reply))) != 1:
        return False
    told = " ".join([question, *(f"{turn.question} {turn.answer}" for turn in turns)])
    last = f"{question} {turns[-1].question} {turns[-1].answer}" if turns else question
    known = set(content(told, language).values())
    written = set(content(reply, language).values())
    asked = set(content(question, language).values())
    if language not in STEMMERS and not asked:
        return False
    adds_nothing = all(any(same_stem(word, other) for other in known) for word in written)
    keeps_all = all(any(same_stem(word, other) for other in written) for word in asked)
    named = set(names(reply, language)) <= {*names(told, language), *told.split()} or language == "de"
    return (
        adds_nothing
        and keeps_all
        and named
        and numbers(question, language) <= numbers(reply, language) <= numbers(last, language)
    )
