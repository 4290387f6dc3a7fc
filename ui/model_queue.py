"""Whose turn it is: there is one language model, and whoever asks, on the page or over a wire, waits in one queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rag.answerer import Answerer
    from rag.followup import History
    from rag.types import Answer

QUEUE_SIZE = 8
"""Questions that may wait for the one language model; the next one is told that it is busy."""
WAIT_SECONDS = 0.2
"""How often one that waits looks whether it is still wanted."""

UPDATE_SECONDS = 0.125
"""Least time between two updates of who listens while an answer grows."""

T = TypeVar("T")


class QueueFull(Exception):
    """As many wait as may; its text is one line for a person."""


class ModelQueue:
    """First come, first served: one has the model, at most `size` wait for it."""

    def __init__(self, size: int = QUEUE_SIZE) -> None:
        self.size = size
        self._changed = threading.Condition()
        self._places: deque[Place] = deque()

    def join(self) -> Place:
        """A place at the end, to be run or left. Raises QueueFull at once when there is none."""
        with self._changed:
            if len(self._places) > self.size:
                raise QueueFull(f"{self.size} questions are waiting already: ask this one again in a moment")
            place = Place(self)
            self._places.append(place)
            return place

    def stream(
        self, answerer: Answerer, question: str, history: History = (), everywhere: bool = False
    ) -> Generator[Answer | None]:
        """Growing Answers, a few a second, after a None now and then while others are before. Raises QueueFull at once.

        Closing it stops the model.
        """
        return self.join().run(lambda: throttled(answerer.stream(question, history, everywhere), UPDATE_SECONDS))

    @property
    def n_waiting(self) -> int:
        """Questions behind the one that is being answered."""
        return max(0, len(self._places) - 1)

    @property
    def is_busy(self) -> bool:
        return bool(self._places)

    def _await(self, place: Place, seconds: float) -> bool:
        """Whether it is `place`'s turn, at the latest after `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._places[0] is place, seconds)

    def _leave(self, place: Place) -> None:
        with self._changed:
            if place in self._places:
                self._places.remove(place)
                self._changed.notify_all()


class Place:
    """A place in the queue; `run` or `leave` gives it up."""

    def __init__(self, queue: ModelQueue) -> None:
        self._queue = queue

    def run(self, begin: Callable[[], Iterator[T]]) -> Generator[T | None]:
        """None every WAIT_SECONDS until it is this one's turn, then what `begin()` yields.

        Closing it stops the waiting or closes the iterator that was begun; the place is given up in any case.
        """
        try:
            while not self._queue._await(self, WAIT_SECONDS):
                yield None
            yield from begin()
        finally:
            self.leave()

    def leave(self) -> None:
        """Give the place up; nothing happens when that was done."""
        self._queue._leave(self)


def throttled(stream: Iterator[Answer], seconds: float) -> Iterator[Answer]:
    """The first Answer, the last, and between them at most one every `seconds`. Closing it closes `stream`."""
    try:
        shown = float("-inf")
        for answer in stream:
            now = time.monotonic()
            if answer.done or now - shown >= seconds:
                shown = now
                yield answer
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
