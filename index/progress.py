"""How far a build has come, and where it hears that it is to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a phase ("reading", "preparing", "embedding", "publishing"), how much of it is done, how much there is.

What it raises ends the build: nothing is published, and what was embedded is kept for the next one.
"""

Tick = Callable[[], None]
"""Called inside long steps, as often as one likes; what it raises ends them."""

_SECONDS = 0.2


def no_tick() -> None:
    """For whoever has nothing to stop."""


class Pulse:
    """A Progress that can be told again where it stands: `tick` does so, at most every 0.2 seconds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._at = ("reading", 0, 1)
        self._next = time.monotonic() + _SECONDS

    def __call__(self, phase: str, done: int, total: int) -> None:
        self._at = (phase, done, total)
        self._progress(phase, done, total)
        self._next = time.monotonic() + _SECONDS

    def tick(self) -> None:
        """Still there."""
        if time.monotonic() >= self._next:
            self(*self._at)
