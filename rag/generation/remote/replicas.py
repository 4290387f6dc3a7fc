"""Several servers of one language model: the least busy one is asked, another one when it fails."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import Interrupted, LlmError
from rag.generation.base import DEADLINE_S, Piece
from rag.generation.remote.address import Destination
from rag.generation.remote.openai_compatible import OpenAiLlm
from rag.types import Message

SLOTS = 4
"""Prompts that one server is given at once; others wait for the first that is free."""
FRESH_S = 10.0
"""For how long a server that answered is known to be well."""
HEALTH_S = 2.0
"""Seconds for a server to say that it is well before it is given a prompt."""
MOST_AWAY_S = 30.0
"""Longest time for which a server that failed is asked only if all others have failed too."""
_BETWEEN = re.compile(r",\s*(?=https?://)", re.IGNORECASE)


class Otherwise(LlmError):
    """A server words an answer otherwise than the one that broke off in the middle of it."""


class Replica:
    """One server, what is known of its health, and how many prompts it has."""

    def __init__(self, llm: OpenAiLlm) -> None:
        self.llm = llm
        self.n_open = 0
        self.last_asked = self.well_until = self.away_until = 0.0
        self._n_failures = 0

    def answered(self) -> None:
        self._n_failures, self.away_until = 0, 0.0
        self.well_until = time.monotonic() + FRESH_S

    def failed(self) -> None:
        self._n_failures += 1
        self.well_until = 0.0
        self.away_until = time.monotonic() + min(MOST_AWAY_S, 2.0**self._n_failures)


@dataclass
class Shown:
    """What of a reply was given away already, whoever wrote it."""

    text: str = ""


class Replicas:
    """An Llm that is several servers. They are expected to serve the same model; each prompt goes to one of them.

    When a server breaks off, the next one writes the reply anew: what was shown is left out if it begins the same, and
    if it does not, that server does not count. So a reply is never doubled, and never two halves of different ones.
    """

    def __init__(self, urls: Sequence[str], seconds: float = DEADLINE_S, slots: int = SLOTS) -> None:
        """Use the servers at `urls`. Raises LlmError for an invalid address. A reply may take `seconds` in all."""
        self._replicas = [Replica(OpenAiLlm(url, seconds)) for url in dict.fromkeys(urls)]
        self._seconds, self._slots = seconds, slots
        self._changed = threading.Condition()
        self._waiting: deque[object] = deque()
        self._n_interruptions = 0
        self.name = ",".join(each.llm.name for each in self._replicas)
        away = list(dict.fromkeys(str(each.llm.destination) for each in self._replicas if each.llm.destination))
        self.destination = Destination(", ".join(away)) if away else None
        """Where the prompts may go; None if they stay on this machine."""

    def count_tokens(self, text: str) -> int:
        return self._replicas[0].llm.count_tokens(text)

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        until, n_interruptions = time.monotonic() + self._seconds, self._n_interruptions
        left, failures, shown = list(self._replicas), list[str](), Shown()
        while left:
            replica = self._take(left, until, n_interruptions)
            if replica is None:
                failures.append("the others are busy and the time is up")
                break
            left.remove(replica)
            try:
                time_left = until - time.monotonic()
                self._require_well(replica, time_left)
                pieces = replica.llm.stream(messages, max_tokens, time_left, time_left / (len(left) + 1))
                yield from _rest(pieces, shown, until)
                replica.answered()
                return
            except Interrupted:
                raise
            except Otherwise as error:
                failures.append(f"{replica.llm.name}: {error}")
            except LlmError as error:
                replica.failed()
                failures.append(str(error))
            finally:
                self._give_back(replica)
        n, reasons = len(self._replicas), " — ".join(failures)
        raise LlmError(f"none of the {n} language models gave an answer. {reasons}")

    def read(self, messages: Sequence[Message]) -> None:
        """Do nothing: what the servers keep of a prompt is their own affair."""

    def interrupt(self) -> None:
        with self._changed:
            self._n_interruptions += 1
            self._changed.notify_all()
        for each in self._replicas:
            each.llm.interrupt()

    def _take(self, left: Sequence[Replica], until: float, n_interruptions: int) -> Replica | None:
        """Wait for a place at one of these, first come, first served. None when the time is up. Raises Interrupted."""
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            try:
                while True:
                    if self._n_interruptions != n_interruptions:
                        raise Interrupted("the model was told to stop")
                    found = self._free(left) if self._is_next(ticket, left) else None
                    if found:
                        found.n_open += 1
                        found.last_asked = time.monotonic()
                        return found
                    if (remaining := until - time.monotonic()) <= 0:
                        return None
                    self._changed.wait(remaining)
            finally:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _is_next(self, ticket: object, left: Sequence[Replica]) -> bool:
        """Return whether nobody waits longer. Who has few servers left must not wait for who waits for others."""
        return self._waiting[0] is ticket or len(left) < len(self._replicas)

    def _free(self, left: Sequence[Replica]) -> Replica | None:
        """Return the least busy server, of those that are well if any is; None if it has no place."""
        now = time.monotonic()
        well = [each for each in left if each.away_until <= now]
        found = min(well or left, key=lambda each: (each.n_open, 0.0 if well else each.away_until, each.last_asked))
        return found if found.n_open < self._slots else None

    def _give_back(self, replica: Replica) -> None:
        with self._changed:
            replica.n_open -= 1
            self._changed.notify_all()

    def _require_well(self, replica: Replica, seconds: float) -> None:
        """Raise LlmError unless the server answered lately or does so now."""
        if time.monotonic() >= replica.well_until:
            replica.llm.check(min(HEALTH_S, seconds))


def addresses(spec: str) -> list[str]:
    """Return the addresses in "URL,URL". Raises LlmError if what follows a comma is none."""
    found = [each.strip() for each in _BETWEEN.split(spec)]
    if len(found) > 1 and any("," in each for each in found):
        raise LlmError("--llm takes addresses with a comma between them, such as http://A:8000/v1,http://B:8000/v1")
    return found


def _rest(pieces: Iterator[Piece], shown: Shown, until: float) -> Iterator[Piece]:
    """Yield what of a reply was not shown yet. Raises Otherwise as soon as it does not begin with what was."""
    text = ""
    for text_, usage in pieces:
        text += text_
        if not (text.startswith(shown.text) or shown.text.startswith(text)):
            raise _otherwise()
        new = text[len(shown.text) :]
        if new or not text_:
            shown.text += new
            yield Piece(new, usage)
    if len(text) < len(shown.text) and time.monotonic() < until:
        raise _otherwise()


def _otherwise() -> Otherwise:
    return Otherwise("it words the answer otherwise than the server that broke off in the middle of it. Ask again")
