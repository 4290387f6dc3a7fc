"""A question that is still being typed, read by the models before it is asked; never in the way of one that is."""

from __future__ import annotations

import logging
import re
import threading
from typing import TYPE_CHECKING, Any

from rag.config import Config

if TYPE_CHECKING:
    from rag.conversation import History
    from rag.pipeline import Answerer

    _Typed = tuple[Answerer, str, History]

log = logging.getLogger(__name__)

_WORD = re.compile(r"\w+")


class ReadAhead:
    """What the models read while nobody asks them: one text at a time, of all that are being typed the newest.

    Texts are held until they have been read, and neither kept nor logged.
    """

    def __init__(self, changed: threading.Condition) -> None:
        """`changed` is the queue's own: it is held while `give_way` is called, and told when the models are free."""
        self._changed = changed
        self._next: _Typed | None = None
        self._reading: _Typed | None = None

    def is_in_the_way(self, answerer: Answerer | None, question: str) -> bool:
        """Do the models read anything else than this very question, which loses nothing by their going on?"""
        if self._reading is None:
            return False
        reader, text, _ = self._reading
        return reader is not answerer or _plain(text) != _plain(question)

    def read(self, answerer: Answerer, question: str, history: History = ()) -> None:
        """Begin to read, in a thread of its own; what was being read gives way to it.

        Where only a question mark was missing, what the language model reads already is read to the end: the evidence
        is most likely the same.
        """
        with self._changed:
            self._next = (answerer, question, history)
            if self._reading is not None:
                self._reading[0].give_way(at_once=_words(self._reading[1]) != _words(question))
                return
            self._reading = self._next
        threading.Thread(target=self._run, name="citeline-ahead", daemon=True).start()

    def give_way(self, answerer: Answerer | None, question: str) -> None:
        """Begin nothing more, and end what is in the way of a question within some 50 ms.

        For whoever holds `changed`; to be called again until nothing is. What is read for this very question ends
        too, so that the two do not take turns, but for the language model, which the answer waits for.
        """
        self._next = None
        if self._reading is not None:
            self._reading[0].give_way(at_once=self.is_in_the_way(answerer, question))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._reading, self._next = self._next, None
                if self._reading is None:
                    self._changed.notify_all()
                    return
                answerer, question, history = self._reading
            try:
                answerer.read_ahead(question, history)
            except Exception:  # the thread's end: whatever it was, the question itself will say it
                log.exception("reading ahead failed")


def _words(question: str) -> list[str]:
    return _WORD.findall(question)


def _plain(question: str) -> str:
    return " ".join(question.split())


def typed_text(event: Any) -> str:
    """What is being typed, as an event of the page carries it; "" for anything else and for what could not be asked."""
    text = event.get("text") if isinstance(event, dict) else None
    return text if isinstance(text, str) and len(text) <= Config().question_chars else ""
