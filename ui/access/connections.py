"""The server's connections: as many as there are files for, none that asks nothing for long, few words of them."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import time
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.access.owner import PEER, Peer

log = logging.getLogger(__name__)

HEAD_SECONDS = 15.0
"""For the whole head of a request, however it trickles in."""
BODY_SECONDS = 60.0
"""Between two pieces of a body."""
SAY_SECONDS = 60.0
MOST_FILES = 4096
MOST_CONNECTIONS = 512

_SWEEP_SECONDS = 1.0
_MOST_KEPT = 256


def raise_file_limit() -> int:
    """Let this process hold more files and connections, as far as it may by itself. Returns how many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_FILES if soft == resource.RLIM_INFINITY else soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):
        return soft
    return wanted


class Connections:
    """All that are open. Beyond the most there may be, the one that has been asking nothing for longest is closed."""

    def __init__(self, most_files: int) -> None:
        self.most = max(16, min(MOST_CONNECTIONS, most_files // 4))
        self.backlog = max(8, min(128, most_files // 16))
        """Taken at a time: a few times so many can come before those too many are closed."""
        self._open: set[Connection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._said = float("-inf")

    def protocol(self, **given: Any) -> Connection:
        """What uvicorn makes of each connection."""
        return Connection(self, **given)

    def add(self, connection: Connection) -> None:
        self._open.add(connection)
        if len(self._open) > self.most:
            waiting = [each for each in self._open if each.is_waiting and not each.is_closed]
            min(waiting, key=lambda each: each.since, default=connection).close()
            if time.monotonic() - self._said > SAY_SECONDS:
                self._said = time.monotonic()
                log.warning("more than %d connections are open: idle ones are closed", self.most)
        if self._sweeper is None:
            self._sweeper = connection.loop.call_later(_SWEEP_SECONDS, self._sweep, connection.loop)

    def discard(self, connection: Connection) -> None:
        self._open.discard(connection)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        for each in list(self._open):
            if each.is_overdue(loop.time()):
                each.close()
        self._sweeper = loop.call_later(_SWEEP_SECONDS, self._sweep, loop) if self._open else None


class Connection(H11Protocol):
    """Uvicorn's, which knows its Peer and since when nothing has been asked."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._all = connections
        self.since = self._heard = self.loop.time()
        """When the wait for the head of a request began."""
        self.is_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, PEER: Peer(transport.get_extra_info("socket"))}
        super().connection_made(transport)
        self._all.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._all.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._heard = self.loop.time()
        super().data_received(data)

    def on_response_complete(self) -> None:
        self.since = self.loop.time()
        super().on_response_complete()

    def _unsupported_upgrade_warning(self) -> None:
        """Nothing: anybody can ask for a WebSocket, and gets the reply that the path has without one."""

    @property
    def is_waiting(self) -> bool:
        """Whether no request has come that is not answered yet."""
        return self.cycle is None or self.cycle.response_complete

    def is_overdue(self, now: float) -> bool:
        """Whether a head, or the next piece of a body, has been waited for too long."""
        if self.is_waiting:
            return now - self.since > HEAD_SECONDS
        return self.cycle.more_body and not self.flow.read_paused and now - self._heard > BODY_SECONDS

    def close(self) -> None:
        """At once: nobody waits for what is still to be sent."""
        self.is_closed = True
        self.transport.abort()


class OnceAMinute(logging.Filter):
    """Passes over what was said in the last minute; that no connection can be taken is one line."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is to be said."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            record.msg, record.args, record.exc_info = "no connection can be taken now: %s", (error.strerror,), None
        said, now = f"{record.getMessage()} {error!r}", time.monotonic()
        if now - self._said.get(said, float("-inf")) < SAY_SECONDS:
            return False
        if len(self._said) >= _MOST_KEPT:
            self._said.clear()
        self._said[said] = now
        return True


_ONCE = OnceAMinute()


def quieten() -> None:
    """Let asyncio and uvicorn say the same thing once a minute: others decide how often it happens."""
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(_ONCE)
