"""The Answerer behind the page: loaded in a thread of its own, so that the page is there at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from index.errors import CitelineIndexError
from rag.errors import RagError
from ui.services.model_queue import ModelQueue
from ui.services.suggestions import FirstQuestions

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from ui.services.jobs import Shelf
    from ui.services.libraries import Libraries

log = logging.getLogger(__name__)


class Backend:
    """The Answerer once its models are in memory; until then None, with `error` set when they could not be loaded."""

    def __init__(self, load: Callable[[], Answerer]) -> None:
        self.answerer: Answerer | None = None
        self.error = ""
        self.loaded = threading.Event()
        """Set when there is an Answerer or an error."""
        self.name = ""
        """Of the library among `libraries`, "" for the main one."""
        self.libraries: Libraries | None = None
        self.shelf: Shelf | None = None
        """What `ui.services.jobs.shelf_of` made of it."""
        self.queue = ModelQueue()
        self.named: dict[str, Backend] = {}
        """Other libraries of this process by their names, as programs ask for them."""
        self.first_questions = FirstQuestions(lambda: not self.queue.is_busy)
        self.when_loaded: list[Callable[[Backend], None]] = []
        """Called once there is an Answerer, by the thread that has loaded it; libraries beside this one share it."""
        self._load = load

    def start(self) -> None:
        threading.Thread(target=self._run, name="citeline-load", daemon=True).start()

    def _run(self) -> None:
        try:
            self.answerer = self._load()
            for act in self.when_loaded:
                act(self)
        except (CitelineIndexError, RagError) as error:
            self.error = str(error)
            log.error("%s", error)
        except Exception as error:  # the thread's end: whatever it was, the page must not wait for ever
            self.error = f"{type(error).__name__}. The details are in the terminal that runs citeline."
            log.exception("the models could not be loaded")
        finally:
            self.loaded.set()
