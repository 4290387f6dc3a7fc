"""Whether a text says "not", or that something is doubted, only planned, or somebody's word."""

from __future__ import annotations

import re

from index.text import fold
from rag.language.packs import PACKS

_NEGATIONS = PACKS.rules("grammar.negation")
# What is said, wished, planned or doubted is not what is.
_UNSURE = PACKS.rules("verdict.unsure")
_SPEECH = PACKS.rules("verdict.speech")
_FRAMING = PACKS.rules("verdict.framing")
_ORDERS = PACKS.rules("verdict.orders")
# What models' own formats are written with.
_CONTROL = re.compile(
    r"<\|[\w ]*\|>|\[/?INST\]|<</?SYS>>|</?s>|<(?:start|end)_of_turn>"
    r"|^[ \t]*#+ *(?:instruction|response)s?\b|^[ \t]*system ?:",
    re.IGNORECASE | re.MULTILINE,
)


def is_negated(text: str, language: str) -> bool:
    """Return whether a text says "not" somewhere, in one of the languages whose negations are known."""
    return bool(re.search(_NEGATIONS.of(language), fold(text)))


def is_unsure(text: str, language: str) -> bool:
    """Return whether a text says, in known words, that something is only planned, wished or doubted."""
    return bool(re.search(rf"\b(?:{_UNSURE.of(language)})\b", fold(text)))


def is_qualified(text: str, language: str) -> bool:
    """Return whether a text may take back, doubt or attribute what is said beside it.

    Always for a language in which no words for that are known.
    """
    if language not in _FRAMING:
        return True
    frames = rf"\b(?:{_SPEECH.of(language)}|{_FRAMING.of(language)})(?<=['\w])(?!\w)"
    return bool(re.search(frames, fold(text))) or is_negated(text, language) or is_unsure(text, language)


def is_order(text: str, language: str) -> bool:
    """Return whether a text tells a reader or a model what to do or to answer, or imitates a question and its answer.

    Orders are known in some languages only, and English ones are known in all; control tokens too.
    """
    plain = fold(text)
    return bool(_CONTROL.search(text)) or any(re.search(_ORDERS.of(code), plain) for code in (language, "en"))
