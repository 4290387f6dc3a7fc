"""A library in Milvus: collections of vectors, one each a segment, files in pieces, and rows that name generations.

    citeline_NAME_state          a row for each generation that may be read, and the tickets of writers
    citeline_NAME_files          everything of a generation but its vectors, by the number of who wrote it
    citeline_NAME_g3_chunks      vectors of the chunks of the segment that generation 3 wrote
    citeline_NAME_g3_sentences   vectors of its sentences

Everything of a generation is written and counted before its one row is: that row makes it the current one. Whoever dies
before leaves what the next writer sweeps away.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Lock

from index import disk
from index.arrays import Array
from index.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryUnreadable, NoLibrary
from index.milvus import files
from index.milvus.address import Address, address_at
from index.milvus.client import Client, Gone, Row
from index.milvus.rows import VectorRows
from index.milvus.ticket import Ticket
from index.progress import Tick

KEPT_S = 600.0
"""For how long a generation that is no longer the current one can still be read."""
POLL_S = 1.0
"""How often the server is asked, at most, whether there is a newer generation."""
_AWAY_S = 5.0
_TICK_S = 0.2
_GENERATION = 0
_STATE: list[tuple[str, str, Row]] = [
    ("id", "VARCHAR", {"max_length": 200}),
    ("kind", "INT64", {}),
    ("n", "INT64", {}),
    ("text", "VARCHAR", {"max_length": 8192}),
    ("vector", "FLOAT_VECTOR", {"dim": 2}),
]
_FLAT = {"index_type": "FLAT", "params": {}}
_MANIFEST = "manifest.json"
_CACHE = disk.Own.CACHE
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Published:
    """The row of a generation."""

    number: int
    sha256: str
    """Of its manifest."""
    size: int
    """Bytes of its manifest."""
    segments: tuple[int, ...]
    created: float
    id: str

    @property
    def numbers(self) -> set[int]:
        """Numbers whose rows it needs."""
        return {self.number, *self.segments}


class Store:
    """One library on one server."""

    def __init__(self, address: Address, folder: Path) -> None:
        self.address, self.folder = address, folder
        self.client = Client(address)
        self._prefix = f"citeline_{address.name}"
        self._state = f"{self._prefix}_state"
        self.files = files.Files(self.client, f"{self._prefix}_files")
        self._seen, self._asked, self._polling = 0, 0.0, Lock()
        self._ticket: Ticket | None = None

    # --- reading ----------------------------------------------------------------------------------------------------

    def current(self) -> int:
        """Return the number of the current generation, 0 if there is none; as it was a moment ago, never waits long.

        While the server is away, the number that was last seen.
        """
        if self._polling.acquire(blocking=False):
            try:
                if time.monotonic() >= self._asked:
                    self._asked = time.monotonic() + _AWAY_S
                    self._seen = self._poll()
                    self._asked = time.monotonic() + POLL_S
            except LibraryUnreadable:
                pass
            finally:
                self._polling.release()
        return self._seen

    def published(self) -> Published:
        """Return the current generation, as it is now. Raises NoLibrary and LibraryUnreadable."""
        found = self._generations()
        if not found:
            raise NoLibrary(
                f"there is no library at {self.address} yet. Make one: citeline index FOLDER --library {self.address}"
            )
        self._seen = found[-1].number
        return found[-1]

    def manifest(self, of: Published) -> bytes:
        """Return the manifest of a generation. Raises FileNotFoundError, LibraryDamaged and LibraryUnreadable."""
        return self.file(of.number, _MANIFEST, of.size, of.sha256)

    def file(self, number: int, name: str, size: int, sha256: str) -> bytes:
        """Return a file from this machine's cache, or from the server. Raises what `manifest` raises."""
        if not _SHA.fullmatch(sha256):
            raise self._damaged(f"{name} has no SHA-256")
        cached = self.folder / _CACHE / sha256  # named by what it must be, so that no name of a file becomes a path
        with contextlib.suppress(OSError):
            content = cached.read_bytes()
            if disk.sha256(content) == sha256:
                return content
        content = self.files.read(number, name, size)
        if disk.sha256(content) != sha256:
            raise self._damaged(f"{name} has a different SHA-256 than when it was written")
        with contextlib.suppress(OSError):  # a full disk: it is fetched again next time
            disk.make_folder(cached.parent)
            disk.atomic_write(cached, content, is_durable=False)
        return content

    def forget_others(self, sha256s: set[str]) -> None:
        """Remove from this machine's cache what is not among these."""
        with contextlib.suppress(OSError):
            for each in (self.folder / _CACHE).iterdir():
                if each.name not in sha256s:
                    disk.remove(each)

    def chunks(self, number: int, dim: int) -> VectorRows:
        """Return the vectors of a segment's chunks."""
        return VectorRows(self.client, f"{self._prefix}_g{number}_chunks", dim, self.address.index)

    def sentences(self, number: int, dim: int) -> VectorRows:
        """Return the vectors of a segment's sentences."""
        return VectorRows(self.client, f"{self._prefix}_g{number}_sentences", dim)

    # --- writing ----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Be the one writer. The caller holds the lock of the folder. Raises LibraryBusy and LibraryUnreadable."""
        there = self.client.names()
        if self._state not in there:
            self.client.create(self._state, _STATE, _FLAT)
        if self.files.name not in there:
            self.client.create(self.files.name, files.FIELDS, _FLAT)
        place = str(self.folder.resolve())
        with Ticket(self.client, self._state, place, _row).held() as self._ticket:
            try:
                yield
            finally:
                self._ticket = None

    def next_number(self) -> int:
        """Return a number that no generation had, nor one that was begun and not published."""
        begun = [int(found[1]) for name in self.client.names() if (found := self._of_segment(name))]
        return 1 + max([0, *begun, *self.files.numbers(), *(each.number for each in self._generations())])

    def publish(
        self,
        number: int,
        contents: Mapping[str, bytes | memoryview],
        vectors: Mapping[str, tuple[int, Array]],
        manifest: bytes,
        segments: tuple[int, ...],
        tick: Tick,
    ) -> None:
        """Write a generation, then make it the current one.

        Args:
            number: From `next_number`.
            contents: Its new files by name.
            vectors: "chunks" and "sentences" of its new segment, if it has one: dimensions, and the vectors in any
                precision, shape (n, dim).
            manifest: Its manifest.
            segments: The numbers of its segments.
            tick: Called between two calls; an exception it raises keeps the old generation.

        Raises:
            LibraryBusy: Another writer took over.
            LibraryUnreadable: The server fails; the old generation is still the current one.
        """
        writes: list[Callable[[Tick], None]] = [partial(self.files.write, number, {**contents, _MANIFEST: manifest})]
        for kind, (dim, table) in vectors.items():
            rows = self.chunks(number, dim) if kind == "chunks" else self.sentences(number, dim)
            writes.append(partial(rows.write, iter([table]), len(table)))
        _together(writes, tick)
        self.client.flush(self.files.name)
        if self._ticket is None:
            raise LibraryBusy(f"{self.address} is written without a ticket")
        about = {"sha256": disk.sha256(manifest), "size": len(manifest), "segments": segments, "created": time.time()}
        id_ = f"generation-{number:09d}-{secrets.token_hex(4)}"
        self._ticket.require()
        try:
            self.client.insert(self._state, [_row(id_, _GENERATION, number, json.dumps(about))])
        except LibraryUnreadable:
            if all(each.id != id_ for each in self._generations()):
                raise
        self._seen = number
        with contextlib.suppress(LibraryError):  # it is published and lasts; what it seals is for later restarts
            self.client.flush(self._state)

    def collect(self) -> None:
        """Remove generations that nobody needs, and what an interrupted writer left. The caller is the writer.

        The current one stays, the one before, and those that were current in the last ten minutes.
        """
        found = self._generations()
        until = {each.id: later.created for each, later in itertools.pairwise(found)}
        kept = [each for each in found[:-2] if until[each.id] > time.time() - KEPT_S] + found[-2:]
        self.client.delete(self._state, [each.id for each in found if each not in kept])
        self._sweep(set().union(*(each.numbers for each in kept)))

    def _sweep(self, needed: set[int]) -> None:
        for name in self.client.names():
            of_segment = self._of_segment(name)
            if of_segment and int(of_segment[1]) not in needed:
                self.client.drop(name)
        with contextlib.suppress(Gone):
            for number, ids in self.files.numbers().items():
                if number not in needed:
                    for first in range(0, len(ids), 1000):
                        self.client.delete(self.files.name, ids[first : first + 1000])

    # ----------------------------------------------------------------------------------------------------------------

    def _generations(self) -> list[Published]:
        """Return the generations that may be read, the current one last."""
        try:
            rows = self.client.query(self._state, f"kind == {_GENERATION}", ["id", "n", "text"])
        except Gone:
            return []
        try:
            return sorted((_published(row) for row in rows), key=lambda each: (each.number, each.id))
        except (ValueError, KeyError, TypeError):
            raise self._damaged("a generation is described by something else") from None

    def _poll(self) -> int:
        try:
            rows = self.client.query(self._state, f"kind == {_GENERATION}", ["n"], is_strong=False, patience=1.0)
        except Gone:
            return 0
        return max((int(row["n"]) for row in rows), default=0)

    def _of_segment(self, name: str) -> re.Match[str] | None:
        return re.fullmatch(rf"{re.escape(self._prefix)}_g(\d{{1,9}})_(?:chunks|sentences)", name)

    def _damaged(self, what: str) -> LibraryDamaged:
        return LibraryDamaged.of(str(self.address), what)


def _together(writes: Sequence[Callable[[Tick], None]], tick: Tick) -> None:
    """Run all at once, each with a tick that ends it when another one failed or the caller's tick raised."""
    is_stopped = Event()

    def go_on() -> None:
        if is_stopped.is_set():
            raise LibraryUnreadable("the others were stopped")

    with ThreadPoolExecutor(len(writes), thread_name_prefix="milvus") as pool:
        tasks = [pool.submit(write, go_on) for write in writes]
        try:
            while not all(task.done() for task in tasks):
                for task in wait(tasks, timeout=_TICK_S, return_when=FIRST_EXCEPTION).done:
                    task.result()
                tick()
            for task in tasks:
                task.result()
        finally:
            is_stopped.set()


def _row(id_: str, kind: int, n: int, text: str) -> Row:
    return {"id": id_, "kind": kind, "n": n, "text": text, "vector": files.NOTHING}


def _published(row: Row) -> Published:
    about = json.loads(row["text"])
    segments = tuple(int(each) for each in about["segments"])
    return Published(
        int(row["n"]), str(about["sha256"]), int(about["size"]), segments, float(about["created"]), row["id"]
    )


_stores: dict[tuple[Address, Path], Store] = {}
_lock = Lock()


def store_at(folder: Path) -> Store | None:
    """Return the store of the library whose folder this is; None if all of it is in the folder.

    Raises LibraryDamaged.
    """
    address = address_at(folder)
    if address is None:
        return None
    with _lock:
        return _stores.setdefault((address, folder), Store(address, folder))
