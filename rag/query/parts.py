"""The parts of a question, and the words that join them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.language import PACKS


@dataclass(frozen=True, slots=True)
class Part:
    """A question to answer by itself, and what the reader is told it was about if nothing answers it."""

    question: str
    about: str


@dataclass(frozen=True, slots=True)
class Split:
    kind: Literal["several", "comparison"]
    parts: tuple[Part, ...]


MAX_PARTS = 3

AND = PACKS.rules("parts.and")
# Words that also begin a clause about a noun ("the bridge that … and that …", "la ville où … et où …").
RELATIVE = PACKS.rules("parts.relative")
