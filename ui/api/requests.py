"""A question that came over a wire: taken or refused at once, answered in a thread of its own, stopped when nobody
listens any more."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from index.errors import CitelineIndexError
from rag.config import Config
from rag.conversation import Turn, turn_of
from rag.errors import QuestionError, RagError
from rag.pipeline import clean
from rag.serialization import answer_from
from rag.types import Answer
from ui.services import QueueFull

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from ui.services import Backend

log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
"""A caller that waits hears something at least this often."""
MAX_HISTORY = 200
"""Turns that a caller may bring along; the last few are looked at."""
MAX_TURN_CHARS = 20_000
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


def answerer_of(backend: Backend, library: str = "") -> Answerer:
    """The Answerer for a library by its name, the main one for "". Raises Refusal: 404 unknown, 503 not loaded."""
    answerer = backend.answerer
    if library and not (answerer and library == answerer.library_path.name):
        if library not in backend.named:
            raise Refusal(404, f"there is no library {library[:80]!r}: GET /api/status lists them")
        backend = backend.named[library]
        answerer = backend.answerer
    if answerer is None:
        raise Refusal(503, backend.error) if backend.error else Refusal(503, LOADING, RETRY_SECONDS)
    return answerer


def question_of(value: Any) -> str:
    """A question as it will be asked. Raises Refusal 400."""
    try:
        return clean(value, Config().question_chars)
    except QuestionError as error:
        raise Refusal(400, str(error)) from None


def history_of(value: Any) -> list[Turn]:
    """A conversation, oldest first: Answers as they were sent, or {"question", "text"} of each. Raises Refusal 400."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_HISTORY:
        raise Refusal(400, f"history must be a list of at most {MAX_HISTORY} turns, oldest first")
    turns = [_turn(each) for each in value]
    return [turn for turn in turns if turn is not None]


def _turn(value: Any) -> Turn | None:
    """A turn of a history; None for one that a follow-up cannot lean on."""
    if not isinstance(value, dict):
        raise Refusal(400, 'a turn of the history must be {"question": "…", "text": "…"}, or an Answer as it was sent')
    if "claims" in value:
        try:
            answer = answer_from(value)
        except ValueError as error:
            raise Refusal(400, f"a turn of the history is not an Answer as it was sent: {error}") from None
        return None if answer.kind == "greeting" else turn_of(answer)
    return turn_of((_text(value.get("question")), _text(value.get("text", ""))))


def _text(value: Any) -> str:
    """Text of a turn without control characters and lone surrogates; "" stays ""."""
    if not isinstance(value, str) or len(value) > MAX_TURN_CHARS:
        raise Refusal(400, f"question and text of a turn must be texts of up to {MAX_TURN_CHARS:,} characters")
    try:
        return clean(value, MAX_TURN_CHARS)
    except QuestionError:
        return ""


class Asked:
    """A question with its place in the queue, being answered in a thread. For use in an event loop."""

    def __init__(
        self,
        backend: Backend,
        question: str,
        history: Sequence[Turn] = (),
        library: str = "",
        everywhere: bool = False,
    ) -> None:
        """Take the place and begin. Raises Refusal: 404 or 503 as `answerer_of`, 429 when too many wait."""
        answerer = answerer_of(backend, library)
        try:
            stream = backend.queue.stream(answerer, question, history, everywhere)
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
