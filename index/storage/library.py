"""A library: a folder of immutable generations, one of them current. What `build` publishes and `search` reads.

    library/
      lock                       held by the one writer
      CURRENT                    number of the served generation and the SHA-256 of its manifest
      gen/00000003/manifest.json what built it, its segments, and size and SHA-256 of every other file
      gen/00000003/order.bin     which articles of which segments are in it, in their order
      gen/00000003/families.bin  which of its articles are copies of one text (`index/storage/families.py`)
      gen/00000003/…-2.…         the segment that generation 2 wrote (`index/storage/segment.py`), by a hard link
      gen/.tmp-…                 being written; swept away by the next writer
      pending.bin                vectors of a build that was interrupted, taken up by the next one
      added/                     articles that were copied in, as by drag and drop; one of the library's folders
      added/.incoming-…          one that is being copied in (`index/incoming.py`)

Whoever dies at whatever moment leaves either the old generation current or the new one, whole. The module is long
because reading and publishing that format are proved side by side.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index import disk, incoming
from index.arrays import Rows
from index.errors import LibraryDamaged, LibraryError, LibraryMismatch, LibraryOutdated, LibraryUnreadable, NoLibrary
from index.milvus import Published, settle, store_at
from index.progress import Progress, Pulse, Tick, no_progress, no_tick
from index.skip_reason import SkipReason
from index.storage import format2, stored
from index.storage.bm25 import Keywords
from index.storage.corrections import corrected, is_date
from index.storage.families import Families, numbers_of
from index.storage.segment import Segment, merged, slots_of, stays_on_disk
from index.storage.vectors import SentenceVectors, Table, Vectors, data
from index.text import chunk_at, stop_words, terms, words
from index.types import Article, Chunk, Excluded, ManyRead, Skipped, coverage_of

FORMAT = 3
"""1 had no sentence vectors; 2 had no segments and can still be read (`index/storage/format2.py`)."""

_CURRENT = re.compile(r"(\d{1,9}) ([0-9a-f]{64})\n?")
_ORDER = "order.bin"
_FAMILIES = "families.bin"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What determined a generation; checked when it is opened."""

    generation: int
    created: float
    """Seconds since 1970."""
    embedder: str
    fingerprint: str
    dim: int
    sources: tuple[str, ...]
    n_articles: int
    n_chunks: int
    skipped: tuple[Skipped, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    """Articles that were removed, in order of removal; () in a manifest that did not record them yet."""
    many: tuple[ManyRead, ...] = ()
    """Files of several articles, as they were read."""
    readers: Mapping[str, int] = field(default_factory=dict)
    """Versions of what read each kind of file; 1 for one that is not named."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """Dates that a person gave, by the ids of the articles."""
    format: int = FORMAT
    segments: tuple[int, ...] = ()
    """Numbers of its segments; order.bin refers to their places in this list."""
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Name -> (bytes, SHA-256)."""


def default_path() -> Path:
    """Return where the library is if none is named: $CITELINE_LIBRARY, or the user's data folder.

    Raises LibraryError if the variable begins as an address in Milvus and is none.
    """
    named = os.environ.get("CITELINE_LIBRARY")
    if named:
        return settle(named)
    return disk.data_folder() / "library"


def added_folder(path: Path) -> Path:
    """Return where the library at `path` keeps articles copied into it."""
    return path.resolve() / disk.Own.ADDED


def current_generation(path: Path) -> int:
    """Return the number of the current generation, 0 if none can be read. Reads one small file, or row."""
    try:
        store = store_at(path)
        return store.current() if store else _read_current(path)[0]
    except (NoLibrary, LibraryDamaged, LibraryUnreadable):
        return 0


def require(path: Path) -> None:
    """Raise what opening the library at `path` would raise if there is nothing to open, before a model is loaded."""
    if not current_generation(path):
        Library.open(path)


def require_embedder(path: Path, name: str, fingerprint: str) -> None:
    """Raise LibraryMismatch if the library at `path` was built with another embedder than this one."""
    with contextlib.suppress(LibraryDamaged, LibraryOutdated, NoLibrary, OSError):  # for who opens it to say
        _require_embedder(path, read_manifest(path), name, fingerprint)


def read_manifest(path: Path) -> Manifest:
    """Return the manifest of the current generation. Raises what `Library.open` raises, and FileNotFoundError."""
    return _manifest(_read_published(path)[0], path)


def known_sources(path: Path) -> tuple[tuple[str, ...], tuple[Excluded, ...]]:
    """Return a library's folders and removed articles, in any format, as far as its manifest can be read.

    Raises LibraryUnreadable for one on a server that does not answer now: nothing may be put in its place.
    """
    try:
        found = json.loads(_read_published(path)[0])
        return tuple(str(each) for each in found["sources"]), _excluded(found)
    except (NoLibrary, LibraryDamaged, LibraryUnreadable, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, LibraryUnreadable) and store_at(path):
            raise
        return (), ()


def known_dates(path: Path) -> dict[str, str]:
    """Return the dates that a person gave to a library's articles, even if the library itself cannot be opened."""
    try:
        return dict(read_manifest(path).dates)
    except (LibraryError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


class Library:
    """One generation, checked and open; what happens on disk afterwards does not affect it.

    The exact vectors of a large segment stay in their files, which are held open, and are read where they are needed.
    """

    def __init__(
        self, path: Path, manifest: Manifest, segments: Sequence[Segment], order: Rows, families: Rows | None = None
    ) -> None:
        """Assemble a generation from its segments.

        `order` names the articles: a segment's place in `segments` and an article's place in it, shape (n, 2). For
        `families` see `Families`. Raises ValueError if one of them names something that does not exist.
        """
        self.path = path
        self.manifest = manifest
        self.segments = segments
        self.order = order
        slots, self.rows = slots_of(segments, order)
        self.as_read = [segments[n].articles[at] for n, at in order.tolist()]
        """The articles without what a person corrected."""
        self.articles = corrected(self.as_read, manifest.dates)
        self.families = Families(self.articles, families)
        self.vectors = Vectors([each.vectors for each in segments], slots, manifest.dim)
        self.sentences = SentenceVectors([each.sentences for each in segments], slots)
        self.keywords = Keywords([each.postings for each in segments], slots)
        self._texts: dict[int, str] = {}

    @classmethod
    def open(cls, path: Path) -> Library:
        """Open the current generation of the library at `path`.

        A large file that this process hashed before, with the same size and time, is not hashed again.

        Raises:
            NoLibrary: None was published.
            LibraryDamaged: The size or SHA-256 of a file differs from the manifest.
            LibraryMismatch: Another version of citeline wrote it.
            LibraryUnreadable: The system refuses to read it.
        """
        for attempt in (1, 2):
            try:
                return cls._open(path)
            except FileNotFoundError as error:  # two generations were published and collected since CURRENT was read
                if attempt == 2:
                    raise _damaged(path, f"{Path(str(error.filename)).name} is missing") from None
            except OSError as error:
                raise _unreadable(path, error) from None
        raise AssertionError

    @classmethod
    def _open(cls, path: Path) -> Library:
        described, published = _read_published(path)
        manifest = _manifest(described, path)
        contents: Mapping[str, bytes | disk.OpenFile | Table]
        try:
            if published and (store := store_at(path)):
                contents = stored.contents(store, published, manifest.files, manifest.dim)
            else:
                contents = _contents(path, manifest)
            if manifest.format == format2.FORMAT:
                segments = [format2.read({name: each for name, each in contents.items() if isinstance(each, bytes)})]
                order = format2.order(segments[0])
            else:
                segments = [
                    stored.searched_there(Segment.read(each, manifest.dim, contents, manifest.files))
                    for each in manifest.segments
                ]
                ordered = contents[_ORDER]
                assert isinstance(ordered, bytes)
                order = np.frombuffer(ordered, dtype="<i4").reshape(-1, 2).astype(np.int64)
            listed = contents.get(_FAMILIES)  # not there in a generation from before there were families
            families = np.frombuffer(listed, dtype="<i4").astype(np.int64) if isinstance(listed, bytes) else None
            library = cls(path, manifest, segments, order, families)
        except ValueError:
            raise _damaged(path, "its vectors, chunks and articles do not belong together") from None
        dims = {manifest.dim, *(each.vectors.vectors.dim for each in segments)}
        if (len(library.rows), len(library.articles)) != (manifest.n_chunks, manifest.n_articles) or len(dims) != 1:
            raise _damaged(path, "its vectors, chunks and articles do not belong together")
        return library

    @property
    def generation(self) -> int:
        return self.manifest.generation

    @property
    def place(self) -> str:
        """Where it is, for a person: its folder, or its address in Milvus."""
        store = store_at(self.path)
        return str(store.address if store else self.path)

    @property
    def folder(self) -> Path:
        """Folder with the files of this generation."""
        return self.path / disk.Own.GENERATIONS / f"{self.generation:08d}"

    @cached_property
    def by_id(self) -> dict[str, Article]:
        """Articles by id."""
        return {article.id: article for article in self.articles}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Languages of the articles, most frequent first."""
        counts: dict[str, int] = {}
        for article in self.articles:
            counts[article.language] = counts.get(article.language, 0) + 1
        return tuple(sorted(counts, key=counts.__getitem__, reverse=True))

    def says(self, word: str) -> bool:
        """Return whether an article contains this word, in a form that shares its stem in the article's language."""
        return any(self.keywords.knows(term) for code in self.languages[:5] for term in terms(word, code))

    def with_words(self, text: str, language: str) -> list[Article]:
        """Return the articles in which each content word of a text stands, in a form that shares its stem there.

        `language` is the text's, and decides what is no content word; none for a text without any.
        """
        found: set[int] | None = None
        for word in words(text, language):
            if word in stop_words(language):
                continue
            there = {
                index
                for code in self.languages
                for term in terms(word, code)
                for index in self.rows["article"][self.keywords.rows_with(term)].tolist()
                if self.articles[index].language == code
            }
            found = there if found is None else found & there
        return [self.articles[index] for index in sorted(found or ())]

    def rows_of(self, ids: Collection[str]) -> Rows:
        """Return the rows of these articles' chunks, ascending; unknown ids are ignored."""
        wanted = frozenset(ids)
        chosen = np.fromiter((article.id in wanted for article in self.articles), dtype=bool, count=len(self.articles))
        return np.flatnonzero(chosen[self.rows["article"]])

    def chunk(self, row: int) -> Chunk:
        """Return the chunk of a row of the vectors and keywords."""
        index, start, length, _ = self.rows[row].item()
        return chunk_at(self.articles[index], self._article_text(index), start, start + length)

    def text(self, row: int) -> str:
        """Return the text of a row's chunk without counting its lines."""
        index, start, length, _ = self.rows[row].item()
        return self._article_text(index)[start : start + length]

    def _article_text(self, index: int) -> str:
        if index not in self._texts:
            self._texts[index] = self.articles[index].text
        return self._texts[index]

    def check_embedder(self, name: str, fingerprint: str, dim: int) -> None:
        """Raise LibraryMismatch unless this library's vectors come from exactly this embedder."""
        _require_embedder(self.path, self.manifest, f"{name} (dim {dim})", fingerprint)


def publish(
    path: Path,
    manifest: Manifest,
    segments: Sequence[Segment],
    order: Rows,
    shared: Path | None = None,
    tick: Tick = no_tick,
) -> int:
    """Write a new generation and make it current, atomically. Return its number. The caller is the writer (`writing`).

    Args:
        path: Folder of the library.
        manifest: The new manifest.
        segments: Those with a number are in the generation at `shared` and get a second name; at most one without is
            written.
        order: The articles, as for `Library`.
        shared: Folder of the generation that has the numbered segments.
        tick: Called until the generation is current; an exception it raises keeps the old one.

    Raises:
        OSError: The disk refuses; the old generation is then still current and complete.
        LibraryUnreadable: The server does; likewise.
    """
    if store := store_at(path):
        generation = store.next_number()
        written, manifest = _written(generation, manifest, segments, order, tick, stored.without_codes)
        description = json.dumps(_described(manifest), indent=1).encode("ascii")
        store.publish(generation, *stored.split(written, manifest.dim), description, manifest.segments, tick)
        collect(path)
        return generation
    return _publish_here(path, manifest, segments, order, shared, tick)


# Long, for it is one transaction: the order of its steps is what makes a crash harmless, and is read in one piece.
def _publish_here(
    path: Path, manifest: Manifest, segments: Sequence[Segment], order: Rows, shared: Path | None, tick: Tick
) -> int:
    root = path / disk.Own.GENERATIONS
    if not root.is_dir():
        disk.make_folder(root)
        disk.fsync(path)  # else a disk could keep the name of what is current and not that of the folder it is in
    sweep(path)
    numbers = [int(each.name) for each in root.iterdir() if each.name.isdigit()]
    served = current_generation(path)
    generation = max([*numbers, served]) + 1  # past one that was written and never served, too
    written, manifest = _written(generation, manifest, segments, order, tick)
    description = json.dumps(_described(manifest), indent=1).encode("ascii")
    temporary = root / f".tmp-{os.getpid()}"
    try:
        temporary.mkdir(mode=0o700)
        for name, content in written.items():
            tick()
            disk.write_file(temporary / name, content)
        for name in manifest.files.keys() - written.keys():
            tick()
            assert shared is not None
            disk.link(shared / name, temporary / name)
        disk.write_file(temporary / "manifest.json", description)
        disk.fsync(temporary)
        tick()
        disk.rename(temporary, root / f"{generation:08d}")
        disk.fsync(root)
        disk.write_file(path / disk.Own.NEXT, f"{generation} {disk.sha256(description)}\n".encode())
        disk.rename(path / disk.Own.NEXT, path / disk.Own.CURRENT)
        disk.fsync(path)
    except BaseException:
        disk.remove(temporary)
        raise
    for name in written:
        if stays_on_disk(name, written):
            disk.was_written(root / f"{generation:08d}" / name, manifest.files[name][1])
    collect(path, served)
    return generation


def _written(
    generation: int,
    manifest: Manifest,
    segments: Sequence[Segment],
    order: Rows,
    tick: Tick,
    keep: Callable[[stored.Contents], stored.Contents] = lambda written: written,
) -> tuple[stored.Contents, Manifest]:
    """Return the contents of a generation's new files by name, those that are kept, and its manifest."""
    written: stored.Contents = {_ORDER: data(np.asarray(order, dtype="<i4"))}
    written[_FAMILIES] = data(np.asarray(numbers_of(segments, order, tick), dtype="<i4"))
    for segment in segments:
        if not segment.number:
            written |= segment.write(generation)
    written = keep(written)
    files = {name: entry for segment in segments for name, entry in segment.files.items()}
    for name, content in written.items():
        tick()
        files[name] = (len(content), disk.sha256(content))
    numbers = tuple(segment.number or generation for segment in segments)
    return written, replace(
        manifest, generation=generation, created=time.time(), segments=numbers, format=FORMAT, files=files
    )


def collect(path: Path, before: int = 0) -> None:
    """Remove the generations that nobody needs. The caller holds the writer's lock.

    The current one stays, and the one served before it (`before`), which a reader may be opening; if that is unknown,
    the newest older one.
    """
    if store := store_at(path):
        with contextlib.suppress(LibraryUnreadable):  # what is left the next writer removes
            store.collect()
        return
    numbers = [int(each.name) for each in (path / disk.Own.GENERATIONS).iterdir() if each.name.isdigit()]
    served = current_generation(path)
    before = before or max((each for each in numbers if each < served), default=0)
    for each in numbers:
        if each not in (before, served):
            disk.remove(path / disk.Own.GENERATIONS / f"{each:08d}")


def copy(source: Path, target: Path, progress: Progress = no_progress) -> int:
    """Copy the current generation of a library to a place that has none, in one segment. Return its number.

    Conversations and files that were copied into the library are not copied. All vectors pass through memory.

    Raises:
        LibraryError: There is a library at the target, or what opening one and writing one raise.
    """
    pulse = Pulse(progress)
    old = Library.open(source)
    disk.make_folder(target)
    with writing(target):
        with contextlib.suppress(NoLibrary):
            raise LibraryError(f"there is a library at {Library.open(target).place} already: name another place")
        pulse("publishing", 0, 1)
        analyses = {each.analysis for each in old.segments}
        whole = merged(old.segments, old.order, old.articles)
        whole = replace(whole, analysis=whole.analysis if len(analyses) == 1 else "")  # then it is prepared again
        order = np.stack([np.zeros(len(old.articles), dtype=np.int64), np.arange(len(old.articles))], axis=1)
        generation = publish(target, old.manifest, [whole], order, None, pulse.tick)
        pulse("publishing", 1, 1)
    return generation


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Be the one writer of the library at `path`, and sweep away what an interrupted one left.

    Raises LibraryBusy if there is another, LibraryUnreadable if the library is on a server that does not answer.
    """
    with disk.writer_lock(path), contextlib.ExitStack() as held:
        if store := store_at(path):
            held.enter_context(store.writing())
        sweep(path)
        yield


def sweep(path: Path) -> None:
    """Remove what an interrupted writer left. The caller holds the writer's lock."""
    for leftover in (path / disk.Own.GENERATIONS).glob(".tmp-*"):
        disk.remove(leftover)
    disk.remove(path / disk.Own.NEXT)
    incoming.sweep(added_folder(path))


def _contents(path: Path, manifest: Manifest) -> dict[str, bytes | disk.OpenFile]:
    """Return the checked files of a generation: small ones as bytes, the vectors of large segments as open files."""
    folder = path / disk.Own.GENERATIONS / f"{manifest.generation:08d}"

    def checked(name: str) -> bytes | disk.OpenFile:
        size, sha = manifest.files[name]
        file = disk.OpenFile(folder / name)
        found = file if stays_on_disk(name, manifest.files) else file.read_all()
        n_bytes = found.size if isinstance(found, disk.OpenFile) else len(found)
        if n_bytes == size and (found.has(sha) if isinstance(found, disk.OpenFile) else disk.sha256(found) == sha):
            return found
        raise _damaged(path, f"{name} has {n_bytes} bytes and a different SHA-256 than when it was written")

    with ThreadPoolExecutor(2) as pool:  # hashing lets go of the interpreter
        return dict(zip(manifest.files, pool.map(checked, manifest.files), strict=True))


def _described(manifest: Manifest) -> dict[str, Any]:
    """What `_manifest` reads."""
    skipped = [
        {"path": each.path, "reason": each.reason, "why": each.why.to_dict() if each.why else None}
        for each in manifest.skipped
    ]
    many = [
        asdict(replace(each, passed_over=())) | {"passed_over": [[why.to_dict(), n] for why, n in each.passed_over]}
        for each in manifest.many
    ]
    return asdict(replace(manifest, skipped=(), many=())) | {"skipped": skipped, "many": many}


def _manifest(data: bytes, path: Path) -> Manifest:
    fields: dict[str, Any] = json.loads(data)
    if fields.get("format") not in (FORMAT, format2.FORMAT):
        kind = LibraryOutdated if fields.get("format") in range(FORMAT) else LibraryMismatch
        raise kind(
            f"the library at {path} has format {fields.get('format')}, this citeline reads {FORMAT}. "
            "Rebuild: citeline index --rebuild, or install the newer citeline"
        )
    fields["skipped"] = tuple(map(_skipped, fields["skipped"]))
    fields["sources"] = tuple(fields["sources"])
    fields["segments"] = tuple(fields.get("segments", ()))
    fields["excluded"] = _excluded(fields)
    fields["many"] = tuple(map(_many, fields.get("many", ())))
    fields["dates"] = {id: date for id, date in fields.get("dates", {}).items() if is_date(date)}
    return Manifest(**fields)


def _skipped(record: Mapping[str, Any]) -> Skipped:
    """What was passed over, whether or not its reason was kept in parts."""
    why = SkipReason.of(record["why"]) if record.get("why") else None
    return Skipped(record["path"], record["reason"], why)


def _many(record: Mapping[str, Any]) -> ManyRead:
    """A file of several articles, as it was read."""
    passed_over = tuple((SkipReason.of(reason), n) for reason, n in record["passed_over"])
    return ManyRead(**(dict(record) | {"passed_over": passed_over, "coverage": coverage_of(record.get("coverage"))}))


def _excluded(fields: Mapping[str, Any]) -> tuple[Excluded, ...]:
    return tuple(Excluded(**each) for each in fields.get("excluded", ()))


def _require_embedder(path: Path, manifest: Manifest, name: str, fingerprint: str) -> None:
    if fingerprint != manifest.fingerprint:
        raise LibraryMismatch(
            f"the library at {path} was built with {manifest.embedder} (dim {manifest.dim}), not {name}. "
            f"Use --embedder {manifest.embedder}, or rebuild: citeline index --rebuild"
        )


def _read_published(path: Path) -> tuple[bytes, Published | None]:
    """Return the manifest of the current generation, and the row of that generation if it is in Milvus."""
    if store := store_at(path):
        published = store.published()
        return store.manifest(published), published
    generation, manifest_sha = _read_current(path)
    data = (path / disk.Own.GENERATIONS / f"{generation:08d}" / "manifest.json").read_bytes()
    if disk.sha256(data) != manifest_sha:
        raise _damaged(path, "manifest.json is not the one that was published")
    return data, None


def _read_current(path: Path) -> tuple[int, str]:
    try:
        text = (path / disk.Own.CURRENT).read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        raise NoLibrary(f"there is no library at {path} yet. Make one: citeline index FOLDER") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    match = _CURRENT.fullmatch(text)
    if not match:
        raise _damaged(path, "CURRENT names no generation")
    return int(match.group(1)), match.group(2)


def _unreadable(path: Path, error: OSError) -> LibraryError:
    """Translate the system's refusal: the file is damaged, or it cannot be read at the moment."""
    what = f"{Path(str(error.filename)).name} cannot be read: {error.strerror}"
    if error.errno in (errno.EIO, errno.EISDIR, errno.ELOOP):
        return _damaged(path, what)
    return LibraryUnreadable(
        f"the library at {path} cannot be opened now: {what}. Nothing is lost: "
        "make sure that its disk is there and that you may read it, then try again",
        error.strerror or "",
    )


def _damaged(path: Path, what: str) -> LibraryDamaged:
    return LibraryDamaged.of(f"at {path}", what)
