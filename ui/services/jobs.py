"""What changes a library from the page: one job after the other in a thread of its own, which can be stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from index.errors import CitelineIndexError
from index.ingestion import build
from index.types import BuildReport
from ui.i18n import Trouble

if TYPE_CHECKING:
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""How long indexing stands aside for questions, and then works on beside them: it ends under any load."""
MAX_WAITING = 100
"""Wishes that may wait for the one that runs."""
MAX_ENDED = 20
"""Jobs whose outcome can still be asked for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done to a library. Without anything its folders are looked through again."""

    sources: tuple[Path, ...] = ()
    forget: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    delete: tuple[Path, ...] = ()
    """Copies that the library itself keeps; never a file of its owner."""


@dataclass(frozen=True, slots=True)
class Job:
    """How far the last wish has come."""

    state: Literal["idle", "running", "done", "stopped", "failed"] = "idle"
    number: int = 0
    """Of the wish, from 1."""
    phase: str = ""
    """As `index.ingestion.indexing` names it."""
    done: int = 0
    total: int = 0
    report: BuildReport | None = None
    """Once it is done."""
    error: str = ""
    """One line for a person, once it has failed."""


class Stopped(Exception):
    """Ends a build from its progress callback; what was embedded waits in the library's journal."""


class Shelf:
    """The jobs of one library. A question that is being answered goes first; the old generation answers it."""

    def __init__(self, answerer: Answerer, patience_s: float = PATIENCE_S) -> None:
        self.answerer = answerer
        self.job = Job()
        self.ended: deque[Job] = deque(maxlen=MAX_ENDED)
        self.troubles: tuple[Trouble, ...] = ()
        """What keeps changes in the folders from being seen now, where they are watched."""
        self.n_troubles = 0
        """How often that has changed."""
        self._patience_s = patience_s
        self._stop = threading.Event()
        self._changing = threading.Lock()
        self._waiting: deque[Wish] = deque()
        self._works = False
        self._free_until = 0.0

    @property
    def path(self) -> Path:
        return self.answerer.library_path

    def wish(self, wish: Wish) -> bool:
        """Have it done, after what was wished for before; False when too much waits already."""
        with self._changing:
            if len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.append(wish)
            if not self._works:
                self._works = True
                self._stop.clear()
                self.job = Job("running", self.job.number + 1)
                threading.Thread(target=self._work, name="citeline-shelf", daemon=True).start()
        return True

    def trouble(self, troubles: tuple[Trouble, ...]) -> None:
        """Say what keeps changes from being seen, in place of what did before; nothing when all is well again."""
        self.troubles = troubles
        self.n_troubles += 1

    def stop(self) -> None:
        """End the job that runs, and forget those that wait. Nothing that was published is lost."""
        with self._changing:
            self._waiting.clear()
            if self._works:
                self._stop.set()

    def _work(self) -> None:
        while wish := self._next():
            self._try(lambda wish=wish: self._do(wish))  # type: ignore[misc]

    def _next(self) -> Wish | None:
        with self._changing:
            if not self._waiting:
                self._works = False
                return None
            self._stop.clear()
            number = self.job.number + (self.job.state != "running")
            self.job = Job("running", number)
            return self._waiting.popleft()

    def _try(self, do: Callable[[], BuildReport]) -> None:
        try:
            report = do()
            _ = self.answerer.library  # opens the new generation here, not under a question
            self.job = replace(self.job, state="done", report=report)
        except Stopped:
            self.job = replace(self.job, state="stopped")
        except CitelineIndexError as error:
            self.job = replace(self.job, state="failed", error=str(error))
        except Exception as error:  # the thread's end: whatever it was, the page must not wait for ever
            log.exception("the library could not be changed")
            self.job = replace(self.job, state="failed", error=f"{type(error).__name__}: see the terminal of citeline")
        if self.ended and self.job.error and self.ended[-1].error == self.job.error:
            self.ended.pop()  # it is tried every minute, and said once
        self.ended.append(self.job)

    def _do(self, wish: Wish) -> BuildReport:
        for path in wish.delete:
            path.unlink(missing_ok=True)
        return build(
            self.path,
            self.answerer.embedder,
            wish.sources,
            forget=wish.forget,
            exclude=wish.exclude,
            include=wish.include,
            progress=self._progress,
        )

    def _progress(self, phase: str, done: int, total: int) -> None:
        self.job = replace(self.job, phase=phase, done=done, total=total)
        if phase != "publishing":
            self._stand_aside()
        if self._stop.is_set() and (phase != "publishing" or done < total):  # what is published is not taken back
            raise Stopped

    def _stand_aside(self) -> None:
        """Wait while a question is being answered, unless indexing has waited long enough."""
        now = time.monotonic()
        if now < self._free_until:
            time.sleep(0.001)  # lets a thread that waits for the embedder's lock have it: locks are not fair
            return
        while not self._stop.is_set() and not self.answerer.asking.wait(0.1):
            if time.monotonic() - now >= self._patience_s:
                self._free_until = time.monotonic() + self._patience_s
                return
