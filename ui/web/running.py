"""Answers that are growing on the page, by session: one that was stopped shows nothing more."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 1.0
AGAIN_SECONDS = 0.05


class Run:
    """One answer that is growing."""

    def __init__(self) -> None:
        self.interrupt: Callable[[], None] = lambda: None
        """Makes the model stop if it works for this answer; called again until the answer has ended."""
        self.has_begun = False
        self._stopped = threading.Event()
        self._ended = threading.Event()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()


class Running:
    """The answers that are growing now.

    Gradio cancels an event without waiting for it: an update that was on its way would come after the page has been
    told that the answer is stopped, and the page would show it as growing for ever. So nothing is cancelled: what
    grows sees that it is stopped, and says so itself as its last update.
    """

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def expect(self, session: str) -> None:
        """A run of a browser window is about to begin: a stop that comes before it does is for it."""
        self._runs[session] = Run()

    @contextmanager
    def run(self, session: str) -> Iterator[Run]:
        """A Run of a browser window, until the end of the block: the one that was expected, if one was."""
        run = self._runs.get(session)
        if run is None or run.has_begun:
            run = self._runs[session] = Run()
        run.has_begun = True
        try:
            yield run
        finally:
            run._ended.set()
            if self._runs.get(session) is run:
                del self._runs[session]

    def stop(self, session: str, patience: float = PATIENCE_SECONDS) -> None:
        """Stop what grows for a session, and wait up to `patience` seconds until its last update has left."""
        if run := self._runs.get(session):
            run._stopped.set()
            until = time.monotonic() + patience
            while time.monotonic() < until:
                run.interrupt()
                if run._ended.wait(AGAIN_SECONDS):
                    return
