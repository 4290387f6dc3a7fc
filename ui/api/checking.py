"""A draft that came over a wire: checked sentence by sentence in a thread, each at its turn for the models."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from index.errors import CitelineIndexError
from rag.errors import RagError
from rag.fact_checking import CheckedStatement, FactChecker, Statement, report, statements
from ui.api.requests import BEAT_SECONDS, FAILED, RETRY_SECONDS, Refusal, answerer_of
from ui.services import QueueFull

if TYPE_CHECKING:
    from ui.services import LibraryHost

log = logging.getLogger(__name__)

MOST_CHARS = 20_000
"""Of a draft over a wire: some pages. A longer one is for `citeline check`."""
AGAIN_SECONDS = 0.5
"""How long a draft waits that finds the queue full between two of its sentences."""


class DraftCheck:
    """A draft being checked. Between its sentences questions have their turn. For use in an event loop."""

    def __init__(self, host: LibraryHost, draft: str, library: str = "") -> None:
        """Begin. Raises Refusal: 400 for a draft that claims nothing, 404 or 503 as `answerer_of`, 429, 501."""
        answerer = answerer_of(host, library)
        checker = answerer.checker
        if checker is None:
            raise Refusal(501, "there is no checker for this library's embedder: claims need embeddinggemma-300m")
        self.statements = statements(draft)
        if not self.statements:
            raise Refusal(400, "the text has no sentence that claims something: send one, such as “It is closed.”")
        if host.queue.n_waiting >= host.queue.size:
            raise Refusal(429, f"{host.queue.size} questions are waiting already: try again later", RETRY_SECONDS)
        self.n_checked = 0
        self._host, self._answerer = host, answerer
        self._fact_checker = FactChecker(answerer.library, answerer.embedder, checker)
        self._unwanted = threading.Event()
        self._result: asyncio.Future[dict[str, Any]] = asyncio.ensure_future(asyncio.to_thread(self._run))

    def cancel(self) -> None:
        """Stop before the next sentence; nothing happens after the end."""
        self._unwanted.set()

    async def answer(self) -> dict[str, Any]:
        """Return the whole report. Raises Refusal."""
        try:
            return await asyncio.shield(self._result)
        finally:
            self.cancel()

    async def beats(self) -> AsyncGenerator[int]:
        """How many sentences are checked, now and then until all are. Leaving the iteration stops it."""
        try:
            while not self._result.done():
                await asyncio.wait([self._result], timeout=BEAT_SECONDS)
                yield self.n_checked
        finally:
            self.cancel()

    def _run(self) -> dict[str, Any]:
        checked: list[CheckedStatement] = []
        try:
            with self._answerer.asking:
                for statement in self.statements:
                    found = self._check(statement)
                    if found is None:
                        break
                    checked.append(found)
                    self.n_checked += 1
            return report(self._fact_checker.library, checked)
        except (RagError, CitelineIndexError) as error:
            raise Refusal(500, str(error)) from None
        except Exception:  # the wire's edge: the caller gets one line, the terminal gets the traceback
            log.exception("a check failed")
            raise Refusal(500, FAILED) from None

    def _check(self, statement: Statement) -> CheckedStatement | None:
        """Check a sentence when it is its turn; None when nobody listens any more."""
        while not self._unwanted.is_set():
            try:
                return self._host.queue.in_turn(
                    lambda: self._fact_checker.check(statement), lambda: not self._unwanted.is_set()
                )
            except QueueFull:
                time.sleep(AGAIN_SECONDS)
        return None
