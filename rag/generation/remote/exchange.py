"""A request that nobody has to wait for: it is made and read in a thread of its own, and can be abandoned at once."""

from __future__ import annotations

import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from typing import Generic, TypeVar

from rag.errors import Interrupted

T = TypeVar("T")


class TimeUp(Exception):
    """The time is over."""


class Exchange(Generic[T]):
    """What a generator reads from a connection, whatever delays it: a name, a connection, a byte that never comes."""

    def __init__(
        self, read: Callable[[Exchange[T]], Generator[T]], seconds: float, first_seconds: float | None = None
    ) -> None:
        """Begin to read. `read` gets this Exchange, calls its `connected`, and yields few things: all are kept.

        It may take `seconds`, of these `first_seconds` until it yields first.
        """
        now = time.monotonic()
        self._until = now + seconds
        self._first_until = now + (seconds if first_seconds is None else min(seconds, first_seconds))
        self._found: queue.SimpleQueue[T | Exception | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._connection: socket.socket | None = None
        self._is_closed = self._is_interrupted = False
        threading.Thread(target=self._run, args=(read,), name="citeline-llm", daemon=True).start()

    def results(self) -> Generator[T]:
        """Yield what is read, as it comes. Leaving it in any way closes the connection.

        Raises what `read` raises, Interrupted, and TimeUp when the time is over.
        """
        has_begun = False
        try:
            while True:
                until = self._until if has_begun else min(self._until, self._first_until)
                left = until - time.monotonic()
                try:
                    found = self._found.get(timeout=max(0.0, left))
                except queue.Empty:
                    raise TimeUp from None
                if self._is_interrupted:
                    raise Interrupted("the model was told to stop")
                if found is None:
                    return
                if isinstance(found, Exception):
                    raise found
                if left <= 0:
                    raise TimeUp
                has_begun = True
                yield found
        finally:
            self.close()

    def interrupt(self) -> None:
        """From another thread: make `results` raise Interrupted now."""
        self._is_interrupted = True
        self.close()
        self._found.put(None)

    def close(self) -> None:
        """Close the connection, even one that is still being made; do nothing if that was done."""
        with self._guard:
            self._is_closed = True
            connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):  # the other end has closed it
                connection.shutdown(socket.SHUT_RDWR)  # wakes who waits for it, as closing does not
            connection.close()

    # --- for `read`, in its thread ----------------------------------------------------------------------------------

    def connected(self, connection: socket.socket) -> None:
        """Set the connection that `close` closes. Raises Interrupted if that was called before: send nothing then."""
        own = socket.socket(fileno=os.dup(connection.fileno()))  # TLS takes the other one to pieces
        with self._guard:
            before, self._connection = self._connection, own
            is_closed = self._is_closed
        if before is not None:
            before.close()
        if is_closed:
            self.close()
            raise Interrupted("the model was told to stop")

    def hurry(self, seconds: float) -> None:
        """Leave only this many seconds for the rest; takes effect with the next thing that is yielded."""
        self._until = min(self._until, time.monotonic() + seconds)

    def _run(self, read: Callable[[Exchange[T]], Generator[T]]) -> None:
        end: Exception | None = None
        try:
            with closing(read(self)) as found:
                for each in found:
                    self._found.put(each)
        except Exception as error:  # whatever it is, who waits for it has to deal with it
            end = error
        self.close()
        self._found.put(end)
