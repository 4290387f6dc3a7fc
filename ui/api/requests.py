"""A question that came over a wire: taken or refused at once, answered in a thread of its own, stopped when nobody
listens any more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from index.errors import CitelineIndexError
from rag.conversation import Turn
from rag.errors import QuestionError, RagError
from rag.types import Answer
from ui.services import QueueFull

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from ui.services import LibraryHost

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
"""A caller that waits hears something at least this often."""
RETRY_SECONDS = 5
FAILED = "The answer failed. The details are in the terminal that runs citeline."
LOADING = "The models are loading: ask again in a few seconds."


class Refusal(Exception):
    """Why a caller gets no answer: an HTTP status and one line for a person."""

    def __init__(self, status: int, reason: str, retry_after: int = 0) -> None:
        super().__init__(" ".join(reason.split()))
        self.status = status
        self.retry_after = retry_after
        """Seconds after which it is worth trying again; 0: it is not."""


def answerer_of(host: LibraryHost, library: str = "") -> Answerer:
    """The Answerer for a library by its name, the main one for "". Raises Refusal: 404 unknown, 503 not loaded."""
    found = host.main
    answerer = found.answerer
    if library and not (answerer and library == answerer.library_path.name):
        if library not in host.libraries:
            raise Refusal(404, f"there is no library {library[:80]!r}: GET /api/status lists them")
        found = host.libraries[library]
        answerer = found.answerer
    if answerer is None:
        raise Refusal(503, found.error) if found.error else Refusal(503, LOADING, RETRY_SECONDS)
    return answerer


class Asked:
    """A question with its place in the queue, being answered in a thread. For use in an event loop."""

    def __init__(
        self,
        host: LibraryHost,
        question: str,
        history: Sequence[Turn] = (),
        library: str = "",
        everywhere: bool = False,
    ) -> None:
        """Take the place and begin. Raises Refusal: 404 or 503 as `answerer_of`, 429 when too many wait."""
        answerer = answerer_of(host, library)
        try:
            stream = host.queue.stream(answerer, question, history, everywhere)
        except QueueFull as full:
            raise Refusal(429, str(full), RETRY_SECONDS) from None
        self._loop = asyncio.get_running_loop()
        self._mail: asyncio.Queue[Answer | Refusal | None] = asyncio.Queue()
        self._unwanted = threading.Event()
        self._stream = stream
        threading.Thread(target=self._run, name="citeline-ask", daemon=True).start()

    def cancel(self) -> None:
        """Stop the model, or the waiting for it; nothing happens after the end."""
        if not self._unwanted.is_set():
            self._unwanted.set()
            self._stream.stop()

    async def answers(self) -> AsyncGenerator[Answer | None]:
        """Growing Answers, the last one `done`; None now and then while nothing is new. Raises Refusal.

        Leaving the iteration in any way stops the model.
        """
        try:
            while True:
                try:
                    found = await asyncio.wait_for(self._mail.get(), BEAT_SECONDS)
                except TimeoutError:
                    yield None
                    continue
                if isinstance(found, Refusal):
                    raise found
                if found is None:
                    return
                if found.done:
                    self._unwanted.set()
                yield found
                if found.done:
                    return
        finally:
            self.cancel()

    async def answer(self) -> Answer:
        """The whole Answer. Raises Refusal."""
        async for answer in self.answers():
            if answer is not None and answer.done:
                return answer
        raise Refusal(500, FAILED)

    def _run(self) -> None:
        try:
            with closing(self._stream) as stream:
                for answer in stream:
                    if self._unwanted.is_set():
                        return
                    if answer is not None:
                        self._post(answer)
        except (RagError, CitelineIndexError) as error:
            self._post(Refusal(400 if isinstance(error, QuestionError) else 500, str(error)))
        except Exception:  # the wire's edge: the caller gets one line, the terminal gets the traceback
            log.exception("a question failed")
            self._post(Refusal(500, FAILED))
        finally:
            self._post(None)

    def _post(self, found: Answer | Refusal | None) -> None:
        with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
            self._loop.call_soon_threadsafe(self._mail.put_nowait, found)
