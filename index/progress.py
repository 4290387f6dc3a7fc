"""Progress of a build, and the way to stop it."""

from __future__ import annotations

import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a phase ("reading", "recognising", "preparing", "embedding", "publishing"), the amount done and
the total.

An exception it raises ends the build: nothing is published, and what was embedded is kept for the next one.
"""

Tick = Callable[[], None]
"""Called inside long steps, any number of times; an exception it raises ends them."""

_SECONDS = 0.2


def no_tick() -> None:
    """Do nothing, for callers that have nothing to stop."""


def no_progress(phase: str, done: int, total: int) -> None:
    """Do nothing, for callers that show nothing."""


class Pulse:
    """A Progress that can repeat its last report: `tick` does so, at most every 0.2 seconds."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._at = ("reading", 0, 1)
        self._next = time.monotonic() + _SECONDS

    def __call__(self, phase: str, done: int, total: int) -> None:
        self._at = (phase, done, total)
        self._progress(phase, done, total)
        self._next = time.monotonic() + _SECONDS

    def tick(self) -> None:
        """Repeat the last report, if 0.2 seconds have passed."""
        if time.monotonic() >= self._next:
            self(*self._at)
