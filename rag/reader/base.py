"""The interface of every reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.query import Query


@dataclass(frozen=True, slots=True)
class Reading:
    """The best answer in one window: `window[start:end]`, half-open characters, without surrounding spaces."""

    start: int
    end: int
    score: float
    """Best span minus "not here", in logits; comparable between windows and questions."""
    further: tuple[tuple[int, int], ...] = ()
    """Further spans, nearly as good, that overlap neither it nor each other, best first: items of a list."""


class Reader(Protocol):
    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        """Return one Reading per window, in their order."""
        ...

    def threshold(self, language: str = "") -> float:
        """Return the score below which a window counts as "not here" for a question in `language`."""
        ...
