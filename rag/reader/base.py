"""What every reader gives."""

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
    """The next spans that are nearly as good and overlap neither it nor each other, best first: items of a list."""


class Reader(Protocol):
    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        """Return one Reading a window, in their order."""
        ...

    def threshold(self, language: str = "") -> float:
        """Return the score under which a window counts as "not here" for a question in `language`."""
        ...
