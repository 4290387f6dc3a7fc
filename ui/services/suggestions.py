"""The first questions that a page offers, found in the background once a generation and kept beside the library."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from index.disk import Own, write_file
from index.errors import CitelineIndexError
from rag.errors import RagError
from rag.evaluation import N_STARTERS, starters

if TYPE_CHECKING:
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)

FILE = Own.FIRST_QUESTIONS


class FirstQuestions:
    """What `starters` finds for the generation that is served; nothing until it has."""

    def __init__(self, is_free: Callable[[], bool]) -> None:
        self._is_free = is_free
        self._lock = threading.Lock()
        self._busy = False
        self._of: tuple[Path, int, str] | None = None
        self._found: tuple[str, ...] = ()

    def get(self, answerer: Answerer) -> tuple[str, ...] | None:
        """The questions; None while they are being found, which this call starts when nobody has."""
        key = (answerer.library_path, answerer.generation, answerer.llm_name)
        with self._lock:
            if self._of == key:
                return self._found
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._find, args=(answerer, key), name="citeline-first", daemon=True).start()
        return None

    def _find(self, answerer: Answerer, key: tuple[Path, int, str]) -> None:
        found: tuple[str, ...] = ()
        try:
            kept = _read(key)
            found = starters(answerer, self._is_free) if kept is None else kept
            if kept is None and len(found) == N_STARTERS:
                _write(key, found)
        except (RagError, CitelineIndexError) as error:
            log.warning("no questions can be suggested: %s", error)
        except Exception:  # the thread's end: the page does without
            log.exception("no first questions")
        finally:
            with self._lock:
                self._busy, self._of, self._found = False, key, found


def _read(key: tuple[Path, int, str]) -> tuple[str, ...] | None:
    folder, generation, llm = key
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if (kept["generation"], kept["llm"]) == (generation, llm):
            return tuple(str(question) for question in kept["questions"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return None


def _write(key: tuple[Path, int, str], questions: tuple[str, ...]) -> None:
    folder, generation, llm = key
    text = json.dumps({"generation": generation, "llm": llm, "questions": questions}, ensure_ascii=False)
    try:
        write_file(folder / FILE, text.encode("utf-8", "replace"))
    except OSError:
        log.info("the suggested questions could not be saved")
