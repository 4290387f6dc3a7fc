"""Whose turn it is: there is one language model, and whoever asks, on the page or over a wire, waits in one queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

from rag.query import is_greeting
from ui.services.read_ahead import ReadAhead

if TYPE_CHECKING:
    from rag.conversation import History
    from rag.pipeline import Answerer
    from rag.types import Answer

QUEUE_SIZE = 8
"""Questions that may wait for the one language model; the next one is told that it is busy."""
WAIT_SECONDS = 0.2
"""How often one that waits looks whether it is still wanted."""

UPDATE_SECONDS = 0.125
"""Least time between two updates of who listens while an answer grows."""
STOP_SECONDS = 0.05
"""How often a model is told to stop that had not begun when it was told first."""

T = TypeVar("T")


class QueueFull(Exception):
    """As many wait as may; its text is one line for a person."""


class ModelQueue:
    """First come, first served: one has the model, at most `size` wait for it. While nobody asks, it may read ahead."""

    def __init__(self, size: int = QUEUE_SIZE) -> None:
        self.size = size
        self._changed = threading.Condition()
        self._places: deque[Place] = deque()
        self._ahead = ReadAhead(self._changed)

    def join(self, answerer: Answerer | None = None, question: str = "") -> Place:
        """A place at the end, to be run or left; what is read ahead gives way, unless it is this question.

        Raises QueueFull when there is none.
        """
        with self._changed:
            if len(self._places) > self.size:
                raise QueueFull(f"{self.size} questions are waiting already: ask this one again in a moment")
            place = Place(self, answerer, question)
            self._places.append(place)
            place.clear_way()
            return place

    def stream(self, answerer: Answerer, question: str, history: History = (), everywhere: bool = False) -> Growing:
        """The Answers to a question, which takes a place at the end. Raises QueueFull at once when there is none.

        A greeting needs no model: it takes no place and waits for nobody.
        """
        place = None if is_greeting(question) else self.join(answerer, question)
        return Growing(place, answerer, question, history, everywhere)

    def in_turn(self, act: Callable[[], T], is_wanted: Callable[[], bool] = lambda: True) -> T | None:
        """Return what `act` returns, called when it is its turn; None if it is not wanted any more before that.

        Raises QueueFull at once when there is no place.
        """
        with closing(self.join().run(lambda: (act() for _ in (None,)))) as turn:
            for found in turn:
                if found is not None or not is_wanted():
                    return found
        return None

    def read_ahead(self, answerer: Answerer, question: str, history: History = ()) -> None:
        """Let the models read what is being typed, in a thread of its own. Nothing happens while somebody asks."""
        with self._changed:
            if not self._places:
                self._ahead.read(answerer, question, history)

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
            if self._places[0] is place:
                place.clear_way()  # once more: it may only have begun when it was told first
            return self._changed.wait_for(lambda: self._places[0] is place and not place.is_hindered, seconds)

    def _leave(self, place: Place) -> None:
        with self._changed:
            if place in self._places:
                self._places.remove(place)
                self._changed.notify_all()


class Place:
    """A place in the queue; `run` or `leave` gives it up."""

    def __init__(self, queue: ModelQueue, answerer: Answerer | None, question: str) -> None:
        self._queue, self._answerer, self._question = queue, answerer, question
        self._is_running = False

    @property
    def is_hindered(self) -> bool:
        """Is something else being read ahead? What is read for this very question is only done once."""
        return self._queue._ahead.is_in_the_way(self._answerer, self._question)

    @property
    def is_left(self) -> bool:
        with self._queue._changed:
            return self not in self._queue._places

    @property
    def n_before(self) -> int:
        """Questions that have the model, or have it before this one; 0 when it is given up."""
        with self._queue._changed:
            places = self._queue._places
            return places.index(self) if self in places else 0

    def clear_way(self) -> None:
        self._queue._ahead.give_way(self._answerer, self._question)

    def run(self, begin: Callable[[], Iterator[T]]) -> Generator[T | None]:
        """None every WAIT_SECONDS until it is this one's turn, then what `begin()` yields.

        Closing it stops the waiting or closes the iterator that was begun; the place is given up in any case.
        """
        try:
            while not self._queue._await(self, WAIT_SECONDS):
                yield None
            self._is_running = True
            yield from begin()
        finally:
            self.leave()

    def while_running(self, act: Callable[[], None]) -> None:
        """Call `act` if the model works for this place, which does not end meanwhile."""
        with self._queue._changed:
            if self._is_running:
                act()

    def leave(self) -> None:
        """Give the place up; nothing happens when that was done."""
        with self._queue._changed:
            self._is_running = False
            self._queue._leave(self)


class Growing:
    """Growing Answers, a few a second, after a None now and then while others are before. To be closed in any case."""

    def __init__(
        self, place: Place | None, answerer: Answerer, question: str, history: History = (), everywhere: bool = False
    ) -> None:
        """Without a place it begins at once, and there is nothing to stop."""

        def begin() -> Generator[Answer]:
            return throttled(answerer.stream(question, history, everywhere), UPDATE_SECONDS)

        self._place, self._answerer = place, answerer
        self._stream: Generator[Answer | None] = place.run(begin) if place else begin()
        self._stopping = threading.Lock()

    def __iter__(self) -> Iterator[Answer | None]:
        return self._stream

    @property
    def n_before(self) -> int:
        """Questions that come before this one; 0 for what needs no place."""
        return self._place.n_before if self._place else 0

    def stop(self) -> None:
        """From another thread: let the iteration raise Interrupted when the model reads or writes for this question.

        Now if it does now, and else, unless the iteration ends before, as soon as it does.
        """
        if self._place and self._stopping.acquire(blocking=False):
            self._place.while_running(self._answerer.interrupt)
            threading.Thread(target=self._stop_again, args=(self._place,), name="citeline-stop", daemon=True).start()

    def _stop_again(self, place: Place) -> None:
        while not place.is_left:
            time.sleep(STOP_SECONDS)
            place.while_running(self._answerer.interrupt)

    def close(self) -> None:
        """From the thread that iterates: stop the model, or the waiting for it."""
        self._stream.close()
        if self._place:
            self._place.leave()


def throttled(stream: Iterator[Answer], seconds: float) -> Generator[Answer]:
    """The first Answer, the first with what was found, the last; between them at most one every `seconds`.

    Closing it closes `stream`.
    """
    try:
        shown, is_pointed = float("-inf"), False
        for answer in stream:
            now = time.monotonic()
            if answer.done or now - shown >= seconds or (answer.found and not is_pointed):
                shown, is_pointed = now, is_pointed or bool(answer.found)
                yield answer
    finally:
        close = getattr(stream, "close", None)
        if close is not None:
            close()
