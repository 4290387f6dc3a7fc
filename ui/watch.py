"""Folders that are watched: what changes in them is taken in by itself. The only module that imports watchfiles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from index.articles import is_there
from index.build import build
from index.embed import Embedder
from index.errors import CitelineIndexError
from index.library import added_folder, current_generation, known_sources
from ui.backend import Backend
from ui.shelf import Wish, shelf_of
from ui.terminal import report_text, shown

DEBOUNCE_MS = 1000
"""How long a folder must be quiet, at most this many times sixteen: an editor or a copy writes in several steps."""
TICK_MS = 1500
"""How often folders that are gone are looked for, and the library's list of folders is read again."""


def keep_up(
    library: Path, embedder: Embedder, sources: tuple[Path, ...], say: Callable[[str], None], stop: threading.Event
) -> None:
    """Build whenever a folder changes, until `stop` is set; a line to `say` for what was done or is wrong.

    Raises what `build` raises the first time, when there is nothing to watch yet; later errors are said, once each.
    """
    report = build(library, embedder, sources)
    say(report_text(report))
    wrong = ""
    for _ in changes(library, stop):
        try:
            report = build(library, embedder)
        except CitelineIndexError as error:
            if str(error) != wrong:
                wrong = str(error)
                say(shown(f"not taken in: {' '.join(wrong.split())}"))
            continue
        if wrong or not report.is_noop:
            say(report_text(report))
        wrong = ""


def keep_shelf(backend: Backend, stop: threading.Event) -> None:
    """Have the page take in whatever changes in its library's folders, until `stop` is set."""
    backend.loaded.wait()
    if (shelf := shelf_of(backend)) is not None:
        for _ in changes(shelf.path, stop):
            shelf.wish(Wish())


def changes(library: Path, stop: threading.Event) -> Iterator[None]:
    """Yield when something may have changed in the folders of a library, whichever those are by then.

    The first time at once: what changed before the watch began is seen too.
    """
    while not stop.is_set():
        sources = _sources(library)
        there = [each for each in sources if is_there(each)]
        for is_changed in _ticks(there, library.resolve(), stop):
            if is_changed:
                yield
            now = _sources(library)
            if now != sources or [each for each in now if is_there(each)] != there:
                break


def _sources(library: Path) -> list[Path]:
    return [Path(each) for each in known_sources(library)[0]] if current_generation(library) else []


def _ticks(folders: list[Path], library: Path, stop: threading.Event) -> Iterator[bool]:
    """A bool every TICK_MS or sooner: whether something changed. True first, once the folders are being watched."""
    if not folders:
        yield True
        while not stop.wait(TICK_MS / 1000):
            yield False
        return
    from watchfiles import watch

    own, is_first = added_folder(library), True

    def matters(_change: object, name: str) -> bool:
        path = Path(name)
        is_inside = path.is_relative_to(library) and not path.is_relative_to(own)
        return not path.name.startswith(".") and not is_inside

    try:
        for found in watch(
            *folders,
            watch_filter=matters,
            debounce=DEBOUNCE_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=True,
        ):
            yield bool(found) or is_first
            is_first = False
    except FileNotFoundError:  # it went between the look and the watch
        yield True
