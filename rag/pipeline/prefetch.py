"""Read ahead for a question that is still being typed: what stops it, and models that can be stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rag.generation import Llm, Piece
from rag.query import Query
from rag.reader import Reader, Reading
from rag.types import Message


class Stopped(Exception):
    """Nothing more is to be done ahead."""


class Stop:
    """Whether one reading ahead is to end, and the language model with it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_set = False
        self._llm: Llm | None = None

    def check(self) -> None:
        """Raise Stopped if it is to end."""
        if self._is_set:
            raise Stopped

    def set(self, at_once: bool = True) -> None:
        """Begin nothing more; `at_once` interrupts the language model too, otherwise it finishes what it is reading."""
        with self._guard:
            self._is_set = True
            if self._llm and at_once:
                self._llm.interrupt()

    def read(self, llm: Llm, messages: Sequence[Message]) -> None:
        """Let `llm` read, interruptible by `set`. Raises Stopped, and what `llm.read` raises."""
        with self._guard:
            self.check()
            self._llm = llm
        try:
            llm.read(messages)
        finally:
            with self._guard:
                self._llm = None


class Ahead:
    """What Answerers that share models are reading ahead."""

    def __init__(self) -> None:
        self._stops: set[Stop] = set()

    @contextmanager
    def begin(self) -> Iterator[Stop]:
        """Yield the Stop for what is read until the end of the block."""
        stop = Stop()
        self._stops.add(stop)
        try:
            yield stop
        finally:
            self._stops.discard(stop)

    def stop(self, at_once: bool = True) -> None:
        """End everything that is being read ahead, `at_once` or after what the language model is reading now."""
        for stop in tuple(self._stops):
            stop.set(at_once)


class StoppableReader:
    """A reader that checks between two windows whether to stop; each window is read as by `reader` alone."""

    def __init__(self, reader: Reader, stop: Stop) -> None:
        self._reader = reader
        self._stop = stop

    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        readings: list[Reading] = []
        for window in windows:
            self._stop.check()
            readings += self._reader.read(query, [window])
        return readings

    def threshold(self, language: str = "") -> float:
        return self._reader.threshold(language)


class ReadingLlm:
    """A language model that reads what it is given and leaves the answer for later."""

    def __init__(self, llm: Llm, stop: Stop) -> None:
        self.name = llm.name
        self._llm = llm
        self._stop = stop

    def count_tokens(self, text: str) -> int:
        return self._llm.count_tokens(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        """Read, yield nothing, and raise Stopped."""
        self.read(messages)
        raise Stopped
        yield  # an iterator, like any other model's reply

    def read(self, messages: Sequence[Message]) -> None:
        self._stop.read(self._llm, messages)

    def interrupt(self) -> None:
        self._llm.interrupt()
