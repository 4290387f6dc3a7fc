"""The shelf on the page: what its script may ask for. Nothing that it sends is trusted."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.documents import refused
from index.errors import CitelineIndexError, LibraryBusy
from index.ingestion import correct_date, pace_of
from index.ingestion import count as count_files
from index.storage import added_folder, current_generation, is_date
from ui.formats import escape, joined, unescape_key
from ui.i18n import count, date_words, dotted, shelf_words, words
from ui.services import LibraryHost, NameRefused, OpenLibrary, Shelf, Wish
from ui.web.library.copies import is_lone_copy
from ui.web.library.counting import counted_text
from ui.web.library.listing import PAGE_ROWS, SORTS, DiskWatch, Listing
from ui.web.library.view import (
    empty_html,
    ended_html,
    frame_html,
    job_html,
    libraries_html,
    phase_text,
    said_html,
    side_html,
    table_html,
    troubles_html,
)

if TYPE_CHECKING:
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)

MAX_QUERY = 200
MAX_PATH = 4096
COUNT_SECONDS = 5.0
"""How long a folder is counted while a reader waits."""
ASK_SECONDS = 60.0
"""From this estimate on a reader is asked."""
SAMPLES = Path(__file__).parents[3] / "seeds" / "articles"
"""The sample articles of a checkout; an installed package has none."""


_TEXTS = ("query", "sort", "do", "what", "date")
MAX_DATE = 40


class Refused(Exception):
    """A wish that is none; its text is one line for a person."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the script sent, with nonsense replaced by what says nothing."""

    lang: str = "fr"
    query: str = ""
    sort: str = "date"
    is_down: bool = True
    page: int = 0
    do: str = ""
    what: str = ""
    date: str = ""
    since: int = 0
    look: bool = False

    @classmethod
    def of(cls, wanted: Any) -> Asked:
        get = wanted.get if isinstance(wanted, dict) else {}.get
        text = {key: value if isinstance(value := get(key), str) else "" for key in _TEXTS}
        number = {key: value if isinstance(value := get(key), int) else 0 for key in ("page", "since")}
        return cls(
            lang="en" if get("lang") == "en" else "fr",
            query=text["query"][:MAX_QUERY],
            sort=text["sort"] if text["sort"] in SORTS else "date",
            is_down=get("down") is True,
            page=max(0, min(number["page"], 1_000_000)),
            do=text["do"],
            what=text["what"][: 4 * MAX_PATH],
            date=text["date"].strip()[:MAX_DATE],
            since=number["since"],
            look=get("look") is True,
        )


class ShelfView:
    """The shelf of one library. Until its models are loaded it is empty and says so."""

    def __init__(self, library: OpenLibrary, host: LibraryHost) -> None:
        self._library, self._host = library, host
        self._disk = DiskWatch()
        self._listing: Listing | None = None

    @property
    def shelf(self) -> Shelf | None:
        """The jobs of the library; None until its models are loaded."""
        return self._library.jobs

    def functions(self) -> list[Callable[[Any], Any]]:
        """What shelf.js may call, each with one dictionary, whatever it holds."""

        def shelf_frame(wanted: Any) -> str:
            lang = Asked.of(wanted).lang
            libraries = libraries_html(self._host, self._library.name, lang)
            return frame_html(lang, libraries, has_samples=SAMPLES.is_dir())

        def shelf_rows(wanted: Any) -> dict[str, Any]:
            return self.rows(Asked.of(wanted))

        def shelf_act(wanted: Any) -> dict[str, Any]:
            return self.act(Asked.of(wanted))

        def shelf_job(wanted: Any) -> dict[str, Any]:
            return self.job(Asked.of(wanted))

        return [shelf_frame, shelf_rows, shelf_act, shelf_job]

    def rows(self, asked: Asked) -> dict[str, Any]:
        """One page of the list: {list, side, note, checking}; {loading} while there is no library yet."""
        answerer = self._library.answerer
        if answerer is None:
            return {"loading": True, "list": empty_html(self._library.error or shelf_words(asked.lang)["loading"])}
        say, listing = shelf_words(asked.lang), self._of(answerer)
        states, is_checking = self._disk.states(listing.library, asked.look)
        found = listing.find(asked.query, asked.sort, asked.is_down, states)
        page = min(asked.page, max(0, (len(found) - 1) // PAGE_ROWS))
        shown = found[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
        by_id = listing.library.by_id
        copies = {row.id for row in shown if row.id in by_id and is_lone_copy(listing.library, by_id[row.id])}
        parts = [troubles_html(self.shelf.troubles if self.shelf else (), asked.lang)]
        if states:
            parts.append(said_html(say["some_changed"], "changed"))
        is_all = not asked.query.strip()
        parts.append(table_html(found, page, asked.sort, asked.is_down, asked.lang, is_all, copies))
        return {
            "list": joined(parts),
            "side": side_html(listing.library, asked.lang),
            "page": page,
            "checking": is_checking,
            "generation": listing.library.generation,
            "empty": not listing.library.articles and not listing.library.manifest.excluded,
        }

    def act(self, asked: Asked) -> dict[str, Any]:
        """Do one thing; {} when it is under way, {error} with one line when it is not."""
        shelf, say = self.shelf, shelf_words(asked.lang)
        if shelf is None:
            return {"error": say["loading"]}
        if asked.do == "stop":
            shelf.stop()
            return {}
        if asked.do in ("date", "undate"):
            return self._date(asked, shelf)
        if asked.do == "create":
            return self._create(asked.what.strip(), say["no_name"])
        try:
            wish = self._wish(asked, shelf)
            if asked.do == "add" and (sure := self._counted(wish.sources, shelf, asked.lang)):
                return {"sure": sure, "yes": say["go"], "no": say["cancel"]}
        except Refused as said:
            return {"error": escape(str(said))}
        return {} if shelf.wish(wish) else {"error": say["too_much"]}

    def _counted(self, sources: tuple[Path, ...], shelf: Shelf, lang: str) -> str:
        """What lies in a folder and how long it takes, to be asked about before it is read; "" when that is short."""
        library, until = shelf.answerer.library, time.monotonic() + COUNT_SECONDS
        known = {article.path for article in library.articles}
        counted = count_files(sources, shelf.path, known, lambda n: time.monotonic() < until)
        seconds = counted.seconds(pace_of(shelf.path, shelf.answerer.embedder_name))
        if counted.is_whole and seconds < ASK_SECONDS:
            return ""
        return counted_text(counted, seconds, lang)

    def _date(self, asked: Asked, shelf: Shelf) -> dict[str, Any]:
        """Give an article another date, or the one of its file: {said, generation}, or {error} with one line."""
        say, date = shelf_words(asked.lang), asked.date if asked.do == "date" else ""
        if asked.do == "date" and not is_date(date):
            return {"error": escape(say["date_wrong"].format(date=date))}
        what = _key(asked.what)
        if what not in shelf.answerer.library.by_id:
            return {"error": say["not_there"]}
        try:
            found = correct_date(shelf.path, what, date)
        except LibraryBusy:
            return {"error": say["date_busy"]}
        except CitelineIndexError as error:
            return {"error": escape(str(error))}
        why = words(asked.lang).get(f"date_from_{found.date_from}", "") if found.date else ""
        told = dotted(date_words(found.date, asked.lang) or say["date_none"], why)
        said = said_html(say["date_done"].format(what=found.title, date=told), "done")
        return {"said": said, "generation": shelf.answerer.library.generation}

    def _create(self, name: str, refusal: str) -> dict[str, str]:
        try:
            return {"go": self._host.create(name)}
        except NameRefused:
            return {"error": refusal}
        except CitelineIndexError as error:
            return {"error": escape(str(error))}

    def job(self, asked: Asked) -> dict[str, Any]:
        """How far the job has come, and what those after number `since` did: {state, number, ended, generation…}."""
        shelf = self.shelf
        if shelf is None:
            return {"state": "idle", "number": 0, "generation": 0}
        job = shelf.job
        told: dict[str, Any] = {
            "state": job.state,
            "number": job.number,
            "generation": current_generation(shelf.path) or shelf.answerer.generation,
            "troubles": shelf.n_troubles,
            "ended": [ended_html(each, asked.lang) for each in list(shelf.ended) if each.number > asked.since],
        }
        if not shelf.troubles:
            told["watched"] = said_html(shelf_words(asked.lang)["watch_again"], "done")
        if job.state == "running":
            told |= {"html": job_html(job, asked.lang), "text": phase_text(job, asked.lang)}
            told |= {"done": job.done, "total": job.total}
        else:
            n = count(len(shelf.answerer.articles()), "article", asked.lang)
            told["published"] = shelf_words(asked.lang)["published"].format(n=n)
        return told

    def _of(self, answerer: Answerer) -> Listing:
        library = answerer.library
        listing = self._listing
        if listing is None or listing.library is not library:
            listing = self._listing = Listing(library)
        return listing

    def _wish(self, asked: Asked, shelf: Shelf) -> Wish:
        """Raises Refused for whatever cannot be wished for."""
        say = shelf_words(asked.lang)
        if asked.do == "reindex":
            return Wish()
        if asked.do == "uploaded":
            return Wish(sources=(added_folder(shelf.path),))
        if asked.do in ("add", "read"):
            path = _path(asked.what, say["no_path"])
            if why := refused(path, shelf.path):
                raise Refused(say[f"place_{why}"].format(path=path))
            return Wish(sources=(path,))
        if asked.do == "samples" and SAMPLES.is_dir():
            return Wish(sources=(SAMPLES,))
        library = shelf.answerer.library
        what = _key(asked.what)
        if asked.do == "remove" and what in library.by_id:
            if is_lone_copy(library, library.by_id[what]):
                return Wish(delete=(Path(library.by_id[what].path),))
            return Wish(exclude=(what,))
        if asked.do == "restore" and any(each.id == what for each in library.manifest.excluded):
            return Wish(include=(what,))
        if asked.do == "forget" and what in library.manifest.sources:
            return Wish(forget=(Path(what),))
        raise Refused(say["not_there"])


def _key(text: str) -> str:
    try:
        return unescape_key(text)
    except ValueError:
        return ""


def _path(text: str, refusal: str) -> Path:
    """A folder or file that is there, by its whole path. Raises Refused."""
    text = text.strip().strip("\"'")
    try:
        path = Path(text).expanduser()
        if len(text) <= MAX_PATH and path.is_absolute() and path.exists() and os.access(path, os.R_OK):
            return path
    except (OSError, RuntimeError, ValueError):
        pass
    raise Refused(refusal)
