"""Folders that are watched: what changes in them is taken in by itself. The only module that imports watchfiles.

What keeps changes from being seen is said once, and once more when it is over; it ends no watching. Where the system
watches no folders, they are looked at every AGAIN_S.
"""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from index.documents import display_name
from index.errors import CitelineIndexError, LibraryError, LibraryUnreadable
from index.ingestion import build
from index.models import Embedder
from index.storage import added_folder, read_manifest
from ui.formats import report_text, shown
from ui.i18n import Trouble, shelf_words, trouble_words
from ui.services.jobs import Wish
from ui.services.open_library import OpenLibrary

log = logging.getLogger(__name__)

DEBOUNCE_MS = 1000
"""How long a folder must be quiet, at most this many times sixteen: an editor or a copy writes in several steps."""
TICK_MS = 1500
"""How often folders that are gone are looked for, and the library's list of folders is read again."""
AGAIN_S = 60.0
"""How often is looked again at what could not be read, watched or taken in."""

Tell = Callable[[tuple[Trouble, ...]], None]
"""Called with all that keeps changes from being seen, whenever that is another; with nothing when it is over."""


def keep_up(
    library: Path,
    embedder: Embedder,
    sources: tuple[Path, ...],
    say: Callable[[str], None],
    stop: threading.Event,
    again_s: float = AGAIN_S,
) -> None:
    """Build whenever a folder changes, until `stop` is set; a line to `say` for what was done or is wrong.

    Raises what `build` raises the first time, when there is nothing to watch yet; later errors are said, once each,
    and what could not be taken in is tried again every `again_s` seconds.
    """
    report = build(library, embedder, sources)
    say(report_text(report))
    wrong = ""
    told: tuple[Trouble, ...] = ()

    def tell(troubles: tuple[Trouble, ...]) -> None:
        nonlocal told
        troubles = tuple(each for each in troubles if each.kind != "gone")  # which `build` says, and what to type
        for each in troubles:
            if each not in told:
                say(shown(trouble_words(each, "en")))
        if told and not troubles:
            say(shelf_words("en")["watch_again"])
        told = troubles

    def is_behind() -> bool:
        return bool(wrong)

    for _ in changes(library, stop, tell, is_behind, again_s):
        try:
            report = build(library, embedder)
        except (CitelineIndexError, OSError) as error:
            if str(error) != wrong:
                wrong = str(error)
                say(shown(f"not indexed: {' '.join(wrong.split())}"))
            continue
        if wrong or not report.is_noop:
            say(report_text(report))
        wrong = ""


def keep_shelf(library: OpenLibrary, stop: threading.Event, again_s: float = AGAIN_S) -> None:
    """Have the page take in whatever changes in its library's folders, until `stop` is set."""
    library.loaded.wait()
    if (shelf := library.jobs) is None:
        return

    def tell(troubles: tuple[Trouble, ...]) -> None:
        for each in troubles:
            if each not in shelf.troubles:
                log.warning("%s", shown(trouble_words(each, "en")))
        if not troubles:
            log.warning("%s", shelf_words("en")["watch_again"])
        shelf.trouble(troubles)

    while not stop.is_set():
        try:
            for _ in changes(shelf.path, stop, tell, lambda: shelf.job.state == "failed", again_s):
                shelf.wish(Wish())
        except Exception:  # the thread's edge: whatever it was, the folders are watched again
            log.exception("watching the folders failed; it begins again")
            stop.wait(again_s)


# Long, for it is one loop with its settings in its signature.
def changes(
    library: Path,
    stop: threading.Event,
    tell: Tell = lambda troubles: None,
    is_behind: Callable[[], bool] = lambda: False,
    again_s: float = AGAIN_S,
) -> Iterator[None]:
    """Yield when something may have changed in the folders of a library, whichever those are by then.

    The first time at once: what changed before the watch began is seen too. While `is_behind`, which says that the
    last change could not be taken in, every `again_s` seconds. What the system refuses goes to `tell` and ends nothing.
    """
    told: tuple[Trouble, ...] = ()
    seen, yielded = b"", time.monotonic()

    def say(*troubles: Trouble) -> None:
        nonlocal told
        if troubles != told:
            told = troubles
            tell(troubles)

    def is_due() -> bool:
        return time.monotonic() - yielded >= again_s and is_behind()

    while not stop.is_set():
        try:
            there = _there(library)
            folders = [each for each, identity in there.items() if identity]
            gone = [Trouble("gone", display_name(str(each))) for each in there if each not in folders]
            for is_changed in _ticks(folders, library.resolve(), stop):
                say(*gone)
                seen = b""
                if is_changed or is_due():
                    yield
                    yielded = time.monotonic()
                if _there(library) != there:
                    break
            continue
        except LibraryError as error:
            why = error.why if isinstance(error, LibraryUnreadable) else str(error)
            say(Trouble("library", display_name(str(library)), why))
        except _Unwatched as error:
            if any(_identity(each) != identity for each, identity in there.items()):
                stop.wait(TICK_MS / 1000)  # it went between the look and the watch
                continue
            looked, closed = _look(folders, library.resolve())
            say(*gone, closed or Trouble("system", "", str(error)))
            if looked != seen or is_due():
                seen = looked
                yield
                yielded = time.monotonic()
        stop.wait(again_s)


_Identity = tuple[int, int]


class _Unwatched(Exception):
    """The system does not say what changes in a folder; the text is its reason."""


def _there(library: Path) -> dict[Path, _Identity | None]:
    """The folders of a library, and which folder each name stands for now: None for none. Raises LibraryError."""
    for attempt in (1, 2):
        try:
            return {Path(each): _identity(Path(each)) for each in read_manifest(library).sources}
        except OSError as error:
            if attempt == 2 or not isinstance(error, FileNotFoundError):  # else it was collected since CURRENT was read
                raise LibraryUnreadable(f"{error.filename}: {error.strerror}", error.strerror or "") from None
    raise AssertionError


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _matters(path: Path, library: Path) -> bool:
    """Whether an article may be there: not in a hidden file, and of the library itself only in what was copied in."""
    is_inside = path.is_relative_to(library) and not path.is_relative_to(added_folder(library))
    return not path.name.startswith(".") and not is_inside


def _ticks(folders: Sequence[Path], library: Path, stop: threading.Event) -> Iterator[bool]:
    """A bool every TICK_MS or sooner: whether something changed. True first, once the folders are being watched.

    Raises _Unwatched when they cannot be, or no longer.
    """
    if not folders:
        yield True
        while not stop.wait(TICK_MS / 1000):
            yield False
        return
    from watchfiles import watch

    is_first = True
    try:
        for found in watch(
            *folders,
            watch_filter=lambda _, name: _matters(Path(name), library),
            debounce=DEBOUNCE_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            stop_event=stop,
            raise_interrupt=True,
        ):
            yield bool(found) or is_first
            is_first = False
            if any(_is_closed(Path(name)) for _, name in found):
                return  # what is made in it later would not be seen, nor that it is: the next watch says so
    except (OSError, RuntimeError) as error:  # watchfiles' own error is a RuntimeError
        raise _Unwatched(re.sub(r" \(os error \d+\).*", "", str(error), flags=re.DOTALL).rpartition(": ")[2]) from None


def _is_closed(path: Path) -> bool:
    try:
        return path.is_dir() and not os.access(path, os.R_OK | os.X_OK)
    except OSError:
        return False


def _look(folders: Sequence[Path], library: Path) -> tuple[bytes, Trouble | None]:
    """What names, sizes and times in the folders come to, and the first folder that cannot be opened."""
    closed: list[Trouble] = []

    def refused(error: OSError) -> None:
        if error.errno != errno.ENOTDIR:  # a source may be a file
            closed.append(Trouble("folder", display_name(str(error.filename)), error.strerror or ""))

    digest = hashlib.sha256()
    for source in folders:
        if source.is_file():
            digest.update(_seen(source))
        for folder, names, files in os.walk(source, onerror=refused):
            here = Path(folder)
            names[:] = sorted(name for name in names if _matters(here / name, library))
            for name in sorted(files):
                if _matters(here / name, library):
                    digest.update(_seen(here / name))
    return digest.digest(), closed[0] if closed else None


def _seen(path: Path) -> bytes:
    with suppress(OSError):
        found = path.stat()
        return repr((str(path), found.st_ino, found.st_size, found.st_mtime_ns)).encode()
    return repr(str(path)).encode()
