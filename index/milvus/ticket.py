"""One writer at a time, among all machines: tickets in the store itself, which a dead writer loses.

A writer adds its ticket, then reads all: of two that come at once at least one sees the other, and whoever sees a
living one withdraws. A ticket lives while its beat changes; nobody's clock is compared with another's.
"""

from __future__ import annotations

import contextlib
import json
import platform
import secrets
import threading
import time
from collections.abc import Callable, Iterator

from index.errors import LibraryBusy, LibraryError
from index.milvus.client import Client, Row

BEAT_S = 4.0
DEAD_S = 20.0
"""A ticket whose beat did not change for so long belongs to nobody."""
TICKET, BEAT = 1, 2
"""Kinds of rows."""

State = Callable[[str, int, int, str], Row]
"""Makes a row of the state: id, kind, number, text."""


class Ticket:
    """The right to write one library, as long as nobody took it away."""

    def __init__(self, client: Client, collection: str, place: str, row: State) -> None:
        """Prepare a ticket. `place` is a folder whose lock the caller holds: another ticket from there is left over."""
        self._client, self._collection, self._row = client, collection, row
        self._token = secrets.token_hex(8)
        self._whose = {"machine": platform.node(), "place": place}
        self._ended = threading.Event()

    @contextlib.contextmanager
    def held(self) -> Iterator[Ticket]:
        """Hold it. Raises LibraryBusy if somebody else writes the library."""
        beats = threading.Thread(target=self._beat, name="milvus-ticket", daemon=True)
        text = json.dumps(self._whose)
        self._client.insert(self._collection, [self._row(f"writer-{self._token}", TICKET, 0, text)])
        try:
            beats.start()
            self._require_alone()
            yield self
        finally:
            self._ended.set()
            beats.join()
            with contextlib.suppress(LibraryError):
                self._remove([self._token])

    def require(self) -> None:
        """Raise LibraryBusy unless it is still valid: this process may have slept for long."""
        if not self._client.query(self._collection, f'id == "writer-{self._token}"', ["id"]):
            raise LibraryBusy(
                f"another citeline writes {self._client.address} by now: this one was away for too long. Nothing is "
                "lost: run citeline index again"
            )

    def _require_alone(self) -> None:
        others = self._others()
        left_over = [token for token, whose in others.items() if whose == self._whose]
        self._remove(left_over)
        if set(others) == set(left_over):
            return
        before, until = self._beats(), time.monotonic() + DEAD_S
        while time.monotonic() < until:
            others = {token: whose for token, whose in self._others().items() if whose != self._whose}
            if not others:
                return
            now = self._beats()
            if alive := [token for token in others if now.get(token, 0) != before.get(token, 0)]:
                raise LibraryBusy(
                    f"{self._client.address} is being written by another citeline, on {others[alive[0]]['machine']}. "
                    "Questions are still answered from what was published before; try again when it has finished."
                )
            time.sleep(min(BEAT_S / 2, 1.0))
        self._remove(list(others))

    def _others(self) -> dict[str, dict[str, str]]:
        rows = self._client.query(self._collection, f"kind == {TICKET}", ["id", "text"])
        found = {str(row["id"]).removeprefix("writer-"): json.loads(row["text"]) for row in rows}
        return {token: whose for token, whose in found.items() if token != self._token}

    def _beats(self) -> dict[str, int]:
        rows = self._client.query(self._collection, f"kind == {BEAT}", ["id", "n"])
        return {str(row["id"]).removeprefix("beat-"): int(row["n"]) for row in rows}

    def _remove(self, tokens: list[str]) -> None:
        self._client.delete(self._collection, [f"{kind}-{token}" for kind in ("writer", "beat") for token in tokens])

    def _beat(self) -> None:
        n = 0
        while not self._ended.is_set():
            n += 1
            with contextlib.suppress(LibraryError):  # the server is away: the next beat may reach it
                self._client.upsert(self._collection, [self._row(f"beat-{self._token}", BEAT, n, "")])
            self._ended.wait(BEAT_S)
