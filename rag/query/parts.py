"""The parts of a question, and the words that join them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Part:
    """A question to answer by itself, and what the reader is told it was about when nothing answers it."""

    question: str
    about: str


@dataclass(frozen=True, slots=True)
class Split:
    kind: Literal["several", "comparison"]
    parts: tuple[Part, ...]


MAX_PARTS = 3

AND = {
    "fr": "et(?: aussi)?|ainsi que",
    "en": "and(?: also)?",
    "es": "y(?: tambien)?|e",
    "de": "und(?: auch)?",
    "it": "e(?: anche)?|ed",
    "pt": "e(?: tambem)?",
}
# Words that also begin a clause about a noun ("the bridge that … and that …", "la ville où … et où …").
RELATIVE = {
    "fr": "qui|que|ou|quand|comment|pourquoi|dont",
    "en": "who|which|that|where|when|how|why|what|whose",
    "es": "que|quien|donde|cuando|como",
    "de": "wie|wo|was|wer|wann|warum",
    "it": "che|chi|dove|come|quando|cui",
    "pt": "que|quem|onde|como|quando",
}
