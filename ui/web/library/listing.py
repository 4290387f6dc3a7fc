"""What a library holds as rows that can be searched and sorted, made once a generation."""

from __future__ import annotations

import logging
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.ingestion import changed_since
from index.storage import Library
from index.text import terms

log = logging.getLogger(__name__)

PAGE_ROWS = 50
SORTS = ("title", "date", "language", "lines", "indexed", "state")
MAX_QUERY_WORDS = 12
CHECK_SECONDS = 0.4
"""How long a listing waits for what changed on disk; after that it is shown without, and asked for again."""


@dataclass(frozen=True, slots=True)
class Row:
    """An article as the shelf lists it."""

    id: str
    title: str
    date: str = ""
    language: str = ""
    n_lines: int = 0
    indexed: float = 0.0
    state: str = ""
    """"" as it was indexed, else "changed", "removed" or "new"."""
    date_from: str = ""
    """What says the date, as in `Article.date_from`."""
    read: str = ""
    """The date that was read from the file, where a person corrected it."""
    is_in_text: bool = False
    """Only its text holds a word of the query, neither title nor file name does."""
    title_key: str = ""
    id_key: str = ""
    """Title and id as they are sorted."""


class Listing:
    """The rows of one generation."""

    def __init__(self, library: Library) -> None:
        self.library = library
        created = library.manifest.created
        self._rows = [
            Row(
                *(each.id, each.title, each.date, each.language, len(each.lines), each.indexed or created),
                date_from=each.date_from,
                read=read.date,
                title_key=folded(each.title),
                id_key=folded(each.id),
            )
            for each, read in zip(library.articles, library.as_read, strict=True)
        ]
        self._names = [folded(f"{each.title}\n{each.id}\n{each.date}") for each in library.articles]
        self._article_of = np.asarray(library.rows["article"], dtype=np.int64)

    def find(self, query: str, sort: str, is_down: bool, states: Mapping[str, str]) -> list[Row]:
        """Articles whose title, file name, date or text hold every word of `query`, all of them for none, sorted.

        Files that are new on disk come with their id for a title. Those found by name come before those by text.
        """
        words = folded(query).split()[:MAX_QUERY_WORDS]
        found = [
            replace(row, state=states[row.id]) if row.id in states else row for row in self._matching(words, query)
        ]
        found += [
            Row(id, id, state=state, title_key=folded(id), id_key=folded(id))
            for id, state in states.items()
            if state == "new" and all(word in folded(id) for word in words)
        ]
        found.sort(key=lambda row: row.id_key)
        found.sort(key=_KEYS.get(sort, _KEYS["title"]), reverse=is_down)
        if words:
            found.sort(key=lambda row: row.is_in_text)
        return found

    def _matching(self, words: Sequence[str], query: str) -> list[Row]:
        if not words:
            return self._rows
        in_text = self._in_text(query)
        found = []
        for n, (row, name) in enumerate(zip(self._rows, self._names, strict=True)):
            if all(word in name for word in words):
                found.append(row)
            elif n in in_text:
                found.append(replace(row, is_in_text=True))
        return found

    def _in_text(self, query: str) -> set[int]:
        """Numbers of the articles that hold each word of `query`, in a form that shares its stem."""
        found: set[int] | None = None
        for word in query.split()[:MAX_QUERY_WORDS]:
            forms = {tuple(terms(word, code)) for code in self.library.languages[:5]} - {()}
            if not forms:
                continue
            here = set().union(*map(self._holding, forms))
            found = here if found is None else found & here
        return found or set()

    def _holding(self, stems: Sequence[str]) -> set[int]:
        """Numbers of the articles with a chunk that holds all of these."""
        rows = np.ones(len(self._article_of), dtype=bool)
        for stem in stems:
            rows &= self.library.keywords.scores([stem]) > 0
        return set(self._article_of[rows].tolist())


_KEYS: dict[str, Callable[[Row], tuple[object, ...]]] = {
    "title": lambda row: (row.title_key,),
    "date": lambda row: (row.date,),
    "language": lambda row: (row.language,),
    "lines": lambda row: (row.n_lines,),
    "indexed": lambda row: (row.indexed,),
    "state": lambda row: (row.state,),
}


def folded(text: str) -> str:
    """`text` without case and accents, so that "élysée" is found by "Elysee"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


class DiskWatch:
    """Which files are no longer what a generation holds; looked up in a thread, for every file is read for it."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._found: tuple[int, dict[str, str]] = (0, {})

    def states(self, library: Library, look: bool) -> tuple[Mapping[str, str], bool]:
        """States by article id as last seen, and whether they are being looked up. `look` asks for a new look."""
        with self._changing:
            known = self._found[0] == library.generation
            if (look or not known) and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._look, args=(library,), name="citeline-disk", daemon=True)
                self._thread.start()
            thread = self._thread
        if thread is not None:
            thread.join(CHECK_SECONDS)
        generation, states = self._found
        is_looking = thread is not None and thread.is_alive()
        return (states if generation == library.generation else {}), is_looking

    def _look(self, library: Library) -> None:
        try:
            states = changed_since(library)
        except OSError as error:  # the list says nothing of what changed; a file that cannot be read now says so itself
            log.warning("which files have changed since they were indexed could not be checked: %s", error)
            states = {}
        self._found = (library.generation, states)
