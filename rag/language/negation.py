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
