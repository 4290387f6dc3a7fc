"""A library of this process: its Answerer, loaded in a thread of its own so that the page is there at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from index.errors import CitelineIndexError
from rag.errors import RagError
from ui.services.jobs import Shelf
from ui.services.model_queue import ModelQueue
from ui.services.suggestions import FirstQuestions

if TYPE_CHECKING:
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)


class OpenLibrary:
    """A library and what works on it: until its models are loaded there is no Answerer and there are no jobs.

    `error` is set, to one line for a person, when they could not be loaded.
    """

    def __init__(
        self,
        load: Callable[[], Answerer],
        name: str,
        queue: ModelQueue,
        when_loaded: Sequence[Callable[[OpenLibrary], None]] = (),
    ) -> None:
        """`when_loaded` is called once there is an Answerer, in order, by the thread that has loaded it."""
        self.name = name
        """In the process, "" for its main library."""
        self.queue = queue
        self.answerer: Answerer | None = None
        self.jobs: Shelf | None = None
        self.suggestions = FirstQuestions(lambda: not queue.is_busy)
        self.error = ""
        self.loaded = threading.Event()
        """Set when there is an Answerer or an error."""
        self._load = load
        self._when_loaded = when_loaded

    def start(self) -> None:
        """Load the models in a thread of their own."""
        threading.Thread(target=self.load, name="citeline-load", daemon=True).start()

    def load(self) -> None:
        """Load the models in this thread. Whatever fails is said in `error`."""
        try:
            answerer = self._load()
            self.jobs = Shelf(answerer)  # first: whoever sees the Answerer finds its jobs
            self.answerer = answerer
            for act in self._when_loaded:
                act(self)
        except (CitelineIndexError, RagError) as error:
            self.error = str(error)
            log.error("%s", error)
        except Exception as error:  # the thread's end: whatever it was, the page must not wait for ever
            self.error = f"{type(error).__name__}. The details are in the terminal that runs citeline."
            log.exception("the models could not be loaded")
        finally:
            self.loaded.set()
