"""Question + evidence -> messages, with instructions and examples in the question's language.

What does not change comes first, so that the model reads it once: system, examples, then evidence, the question last.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.language import LANGUAGE_NAMES, PACKS, WORDINGS, Wording, wording
from rag.types import Kind, Message

# What is asked for beside a plain fact. It stands behind the question, so that the prefix stays what the model has
# read.
INSTRUCTIONS = PACKS.table("instructions", dict[str, str])


def prefix(language: str) -> list[Message]:
    """The messages that are the same for every question in a language: instructions and examples."""
    said = wording(language)
    system = said.system
    if language not in WORDINGS and language in LANGUAGE_NAMES:
        system = system.replace("Answer in English", f"Answer in {LANGUAGE_NAMES[language]}")
    messages = [Message("system", system)]
    for sentences, question, answer in said.examples:
        messages += [Message("user", _ask(said, sentences, question)), Message("assistant", answer)]
    return messages


def messages(language: str, sentences: Sequence[str], question: str, kind: Kind = "fact") -> list[Message]:
    """The whole prompt: `prefix(language)`, then the evidence, the question and, for some kinds, an instruction."""
    instruction = INSTRUCTIONS.get(language, INSTRUCTIONS["en"]).get(kind, "")
    return [
        *prefix(language),
        Message("user", f"{_ask(wording(language), sentences, question)} {instruction}".rstrip()),
    ]


def translation_messages(language: str, sentence: str) -> list[Message]:
    """The prompt for a translation of one sentence into a language."""
    system = wording(language).translate
    if language not in WORDINGS and language in LANGUAGE_NAMES:
        system = system.replace("into English", f"into {LANGUAGE_NAMES[language]}")
    return [Message("system", system), Message("user", " ".join(sentence.split()))]


def _ask(said: Wording, sentences: Sequence[str], question: str) -> str:
    numbered = "\n".join(f"[{i}] {' '.join(text.split())}" for i, text in enumerate(sentences, start=1))
    return f"{said.sentences}\n{numbered}\n\n{said.question} {' '.join(question.split())}"
