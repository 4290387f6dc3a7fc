"""The copies of objects in a folder, brought up to date with their bucket: only what is new or changed is fetched.

A copy gets its name when it is complete, and is written down after that, so a run that ends anywhere is taken up by
the next one. Nothing is removed before the bucket was listed to its end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from index import disk
from index.documents import KINDS, KINDS_WORDS, display_name, most_bytes
from index.errors import CorpusError, LibraryBusy
from index.objects.address import Source, address_at, is_path
from index.objects.client import CONNECTIONS, Bucket, Closed, Gone, Listed, TooLarge
from index.progress import Progress, Pulse
from index.skip_reason import SkipReason
from index.types import Skipped

FETCHED = "FETCHED"
_LEFT_OUT = "LEFT_OUT"
_AT_ONCE = 4 * CONNECTIONS


@dataclass(slots=True)
class Refreshed:
    """What a run did for one source."""

    source: Source
    n_objects: int = 0
    """Objects that may be articles, after the run."""
    n_fetched: int = 0
    n_bytes: int = 0
    n_gone: int = 0
    """Copies removed because their objects went."""
    left_out: list[Skipped] = field(default_factory=list)
    """Objects that were not fetched, and why."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """A copy that was made: the etag of the object, and the file as it was written."""

    etag: str
    size: int
    mtime_ns: int


def refresh(folder: Path, progress: Progress) -> Refreshed:
    """Bring a folder of copies up to date with its source.

    `progress` is called with the phases "listing" and "fetching"; an exception it raises ends the run, and what was
    fetched is kept.

    Raises:
        CorpusError: The source cannot be read, has nothing now that had something before, or the disk refuses.
    """
    source = address_at(folder)
    assert source is not None
    pulse = Pulse(progress)
    bucket = Bucket(source)
    try:
        with disk.writer_lock(folder.parent):
            return _Mirror(folder, source).refresh(bucket, pulse)
    except LibraryBusy:
        raise CorpusError(f"{source} is being fetched by another citeline: wait until it has finished") from None
    except OSError as error:
        raise CorpusError(
            f"the copies of {source} cannot be written to {folder}: {error.strerror}. Make room, and run it again: "
            "what was fetched is kept"
        ) from None


def passed_over(folder: Path) -> list[Skipped]:
    """Return the objects that the last run did not fetch for a folder, with the reason; [] for any other folder."""
    if address_at(folder) is None:
        return []
    found = []
    for each in _records(folder.parent / _LEFT_OUT):
        with suppress(LookupError, TypeError, ValueError, AttributeError):  # of a list that was damaged
            found.append(Skipped.of(str(each["path"]), SkipReason.of(each["why"])))
    return found


class _Mirror:
    """One run over one folder, by the only process that writes there."""

    def __init__(self, folder: Path, source: Source) -> None:
        self._folder, self._source = folder, source
        self._log = folder.parent / FETCHED
        self._copies: dict[str, _Copy] = {}
        for each in _records(self._log):
            match each:
                case {"key": str(name), "etag": str(etag), "size": int(size), "mtime_ns": int(at)} if is_path(name):
                    self._copies[name] = _Copy(etag, size, at)
                case {"key": str(name)}:
                    self._copies.pop(name, None)
        self._done = Refreshed(source)
        self._lock = threading.Lock()

    def refresh(self, bucket: Bucket, pulse: Pulse) -> Refreshed:
        wanted = self._wanted(bucket, pulse)
        if not wanted and not self._copies:
            raise CorpusError(self._nothing())
        if not wanted:
            raise CorpusError(
                f"{self._source} had {len(self._copies)} objects to read and now has none; nothing was removed. If "
                f"they are gone for good: citeline index --forget {self._source}"
            )
        for name in self._copies.keys() - wanted.keys():
            self._remove(name)
            self._done.n_gone += 1
        stale = [name for name, listed in wanted.items() if not self._is_current(name, listed)]
        try:
            self._fetch(bucket, [(name, wanted[name]) for name in stale], pulse)
        finally:
            self._write_down()
        self._done.n_objects = len(self._copies)
        return self._done

    def _wanted(self, bucket: Bucket, pulse: Pulse) -> dict[str, Listed]:
        """List the source: the objects to copy, by their names below it."""
        wanted: dict[str, Listed] = {}
        pulse("listing", 0, 0)
        for n, listed in enumerate(bucket.listing()):
            if n % 1000 == 0:
                pulse("listing", n, 0)
            name = listed.key.removeprefix(self._source.start)
            if name == "" or name.endswith("/") or _is_hidden(name):
                continue  # what stands for a folder, and what is passed over on a disk too
            if (why := _refused(name, listed.size)) is None:
                wanted[name] = listed
            else:
                self._leave_out(name, why)
        below = [name for name in wanted if any(str(each) in wanted for each in PurePosixPath(name).parents)]
        for name in below:  # what is a file has nothing below it
            del wanted[name]
            self._leave_out(name, _NO_FILE)
        return wanted

    def _nothing(self) -> str:
        left_out = self._done.left_out
        why = f"; {len(left_out)} left out, such as {left_out[0].path}: {left_out[0].reason}" if left_out else ""
        return f"no articles ({KINDS_WORDS}) under {self._source}{why}. Check what comes after the bucket's name"

    def _is_current(self, name: str, listed: Listed) -> bool:
        copy = self._copies.get(name)
        if copy is None or not listed.etag or copy.etag != listed.etag:
            return False
        with suppress(OSError):
            found = (self._folder / name).lstat()
            return (found.st_size, found.st_mtime_ns) == (copy.size, copy.mtime_ns)
        return False

    def _fetch(self, bucket: Bucket, stale: list[tuple[str, Listed]], pulse: Pulse) -> None:
        """Fetch and write, several at a time. Whatever is complete is written down, also when another one fails."""
        if not stale:
            return
        pulse("fetching", 0, len(stale))
        stopped = threading.Event()

        def work(name: str, listed: Listed) -> None:
            if not stopped.is_set():
                found = self._copy(bucket, name, listed)
                with self._lock:
                    self._take(name, found)

        left, n_done = iter(stale), 0
        with ThreadPoolExecutor(CONNECTIONS, "objects") as threads:
            open_: set[Future[None]] = set()
            try:
                while True:
                    for name, listed in _next(left, _AT_ONCE - len(open_)):
                        open_.add(threads.submit(work, name, listed))
                    if not open_:
                        return
                    ended, open_ = wait(open_, 0.2, FIRST_COMPLETED)
                    for each in ended:
                        each.result()
                    n_done += len(ended)
                    pulse("fetching", n_done, len(stale))
            finally:
                stopped.set()

    def _copy(self, bucket: Bucket, name: str, listed: Listed) -> _Copy | SkipReason | None:
        """Fetch an object into its file. Return what was written, why it is none, or None if it went."""
        path = self._folder / name
        try:
            data, etag = bucket.fetch(listed.key, most_bytes(path))
        except Gone:
            return None
        except TooLarge:
            return SkipReason("n_bytes", (("n", max(listed.size, most_bytes(path) + 1)), ("most", most_bytes(path))))
        except Closed as error:
            return SkipReason("cannot_read", (("error", str(error)),))
        try:
            disk.make_folder(path.parent)
            disk.atomic_write(path, data, is_durable=False)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            return _NO_FILE
        return _Copy(etag, len(data), path.lstat().st_mtime_ns)

    def _take(self, name: str, found: _Copy | SkipReason | None) -> None:
        if isinstance(found, _Copy):
            self._copies[name] = found
            disk.append(self._log, _line(name, found))
            self._done.n_fetched += 1
            self._done.n_bytes += found.size
            return
        if name in self._copies:  # of what it was before
            self._remove(name)
        if found is not None:
            self._leave_out(name, found)

    def _remove(self, name: str) -> None:
        path = self._folder / name
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
        with suppress(OSError):  # a folder that is not empty
            for parent in path.parents:
                if parent == self._folder:
                    break
                parent.rmdir()
        del self._copies[name]
        disk.append(self._log, json.dumps({"key": name}).encode() + b"\n")

    def _leave_out(self, name: str, why: SkipReason) -> None:
        self._done.left_out.append(Skipped.of(display_name(f"{self._source}/{name}"), why))

    def _write_down(self) -> None:
        """Write both lists anew, without what was superseded."""
        disk.atomic_write(self._log, b"".join(_line(name, copy) for name, copy in sorted(self._copies.items())))
        left_out = [{"path": each.path, "why": each.why.to_dict()} for each in self._done.left_out if each.why]
        lines = b"".join(json.dumps(each).encode() + b"\n" for each in left_out)
        disk.atomic_write(self._folder.parent / _LEFT_OUT, lines)


_NO_FILE = SkipReason("cannot_read", (("error", "its key cannot be the name of a file"),))


def _is_hidden(name: str) -> bool:
    return is_path(name) and any(part.startswith(".") for part in name.split("/"))


def _refused(name: str, size: int) -> SkipReason | None:
    """Return why an object is not copied, from its name and size; None if it is."""
    if not is_path(name):
        return _NO_FILE
    path = Path(name)
    if path.suffix.lower() not in KINDS:
        kind = display_name(path.suffix) or "without an ending"
        return SkipReason("kind", (("kind", kind), ("kinds", ", ".join(KINDS))))
    most = most_bytes(path)
    return SkipReason("n_bytes", (("n", size), ("most", most))) if size > most else None


def _line(name: str, copy: _Copy) -> bytes:
    about = {"key": name, "etag": copy.etag, "size": copy.size, "mtime_ns": copy.mtime_ns}
    return json.dumps(about).encode() + b"\n"


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a list; a last one that was not written to its end is none."""
    with suppress(FileNotFoundError), path.open("rb") as file:
        for line in file:
            with suppress(ValueError, RecursionError):
                if isinstance(found := json.loads(line), dict):
                    yield found


def _next(items: Iterable[tuple[str, Listed]], n: int) -> Iterator[tuple[str, Listed]]:
    for _, item in zip(range(n), items, strict=False):
        yield item
