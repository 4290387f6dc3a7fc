"""Folders of articles -> a new generation of a library: only text that is new is embedded."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import struct
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index import disk
from index.articles import (
    KINDS_WORDS,
    Found,
    Unreadable,
    display_name,
    is_there,
    parts,
    read_article,
    read_bytes,
    require_there,
    scan,
    walk,
)
from index.count import keep_pace
from index.embed import Array, Embedder
from index.errors import CorpusError, LibraryError, LibraryOutdated, NoLibrary
from index.extract import Extractor
from index.keywords import Postings
from index.library import (
    Library,
    Manifest,
    added_folder,
    collect,
    current_generation,
    known_sources,
    publish,
    require_embedder,
    sweep,
)
from index.places import require_ordinary
from index.prepare import analysis, is_current, is_same, prepare
from index.progress import Progress, Pulse
from index.records import MOST_NAMED
from index.segment import ROW, Segment, merged, vector_table
from index.store import Rows, Sentences, key_list
from index.types import Article, BuildReport, Excluded, Skipped

_GROUP = 8  # texts encoded between two writes of the journal; a question waits no longer for the embedder
_SMALL = 64  # chunks; segments smaller than this are written again with what is new rather than kept apart
_RECORD = re.compile(r"\.jsonl\+*#\d+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Changes:
    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int


def build(
    path: Path,
    embedder: Embedder,
    sources: Sequence[Path] = (),
    *,
    forget: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    rebuild: bool = False,
    may_be_empty: bool = False,
    progress: Progress = lambda phase, done, total: None,
) -> BuildReport:
    """Bring the library at `path` up to date with its folders, `sources` added to them and `forget` taken off.

    The articles whose ids are in `exclude` are taken off and stay off, whatever their files become, until `include`
    puts them back. Publishes a new generation unless nothing changed. Raises CorpusError when a folder is missing or
    holds no article (unless a new library `may_be_empty`), or an id is none, LibraryBusy when another process writes,
    LibraryMismatch when the embedder is not the one the library was built with; `rebuild` starts from nothing instead.
    """
    began = time.monotonic()
    pulse = Pulse(progress)
    try:
        disk.make_folder(path)
    except OSError as error:
        raise LibraryError(_nowhere(path, error.strerror)) from None
    with _in_words(path), disk.writer_lock(path):
        sweep(path)
        disk.tighten(path)
        old = _open_old(path, embedder, rebuild)
        known, off = (old.manifest.sources, old.manifest.excluded) if old else known_sources(path)
        folders = _sources(known, path, sources, forget)
        excluded = _excluded(off, old, exclude, include, forget)
        known_files = {_file_of(article) for article in old.articles} if old else set()
        found, skipped = scan(folders, path.resolve(), known_files, pulse.tick)
        _require_some([each for each in folders if each != added_folder(path)], found, old)
        articles, more_skipped, notes = _read(found, old, {each.key for each in excluded}, pulse)
        skipped = sorted([*skipped, *more_skipped], key=lambda each: each.path)
        if not articles and not excluded and not may_be_empty and (old is None or not old.articles):
            raise CorpusError(_nothing_found(folders, skipped))
        if old is None and known and not rebuild:
            notes.append("the library was in the format of an earlier citeline: every text was embedded again")
        changes = _compare(old, articles)
        report = BuildReport(
            generation=old.generation if old else 0,
            added=changes.added,
            changed=changes.changed,
            renamed=changes.renamed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            skipped=tuple(skipped),
            n_articles=len(articles),
            n_chunks=len(old.rows) if old else 0,
            notes=tuple(notes),
        )
        kept = (tuple(map(str, folders)), tuple(skipped), excluded)
        journal = _Journal(path / "pending.bin", embedder)
        if (
            old is not None
            and report.is_noop
            and kept == (old.manifest.sources, old.manifest.skipped, old.manifest.excluded)
            and all(map(_is_same_but_path, old.articles, articles))
        ):
            if journal.vectors().keys() <= _keys_of(old):  # left by a build that was killed once it had published
                journal.clear()
            collect(path)
            return replace(report, seconds=time.monotonic() - began)
        indexing = time.monotonic()
        segments, order, n_embedded = _index(articles, old, embedder, journal, pulse)
        keep_pace(path, embedder.name, n_embedded, time.monotonic() - indexing)
        n_chunks = _n_chunks(segments, order)
        pulse("publishing", 0, 1)
        manifest = Manifest(
            generation=0, created=0.0, embedder=embedder.name, fingerprint=embedder.fingerprint, dim=embedder.dim,
            sources=tuple(map(str, folders)), n_articles=len(articles), n_chunks=n_chunks, skipped=tuple(skipped),
            excluded=excluded,
        )  # fmt: skip
        generation = publish(path, manifest, segments, order, old.folder if old else None, pulse.tick)
        journal.clear()
        pulse("publishing", 1, 1)
        return replace(
            report,
            generation=generation,
            n_chunks=n_chunks,
            n_embedded=n_embedded,
            seconds=time.monotonic() - began,
        )


def make_empty(path: Path, embedder: Embedder) -> None:
    """Make a library without an article, whose own folder is there for copies. Raises LibraryError."""
    disk.make_folder(path)
    disk.make_folder(added_folder(path))
    build(path, embedder, [added_folder(path)], may_be_empty=True)


def check(
    path: Path,
    sources: Sequence[Path] = (),
    *,
    forget: Sequence[Path] = (),
    exclude: Sequence[str] = (),
    include: Sequence[str] = (),
    embedder: tuple[str, str] | None = None,
) -> None:
    """Raise what `build` would raise for what is asked of it, before an embedder is loaded.

    `embedder` is the name and the fingerprint that it will have; None when the library is to be built anew.
    """
    there = next(each for each in (path, *path.absolute().parents) if each.exists() or each.is_symlink())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        why = errno.EACCES if there.is_dir() else errno.ENOTDIR if there.exists() else errno.ENOENT
        raise LibraryError(_nowhere(path, os.strerror(why)))
    known, off = known_sources(path)
    folders = _sources(known, path, sources, forget)
    for each in folders:
        require_there(each)
    if embedder:
        require_embedder(path, *embedder)
    if exclude or include:
        _excluded(off, Library.open(path), exclude, include, forget)
    if not current_generation(path):
        skipped: list[Skipped] = []
        if not any(True for each in folders for _ in walk(each, path.resolve(), skipped)):
            raise CorpusError(_nothing_found(folders, skipped))


def _nowhere(path: Path, why: str | None) -> str:
    return f"no library can be kept at {path}: {why}. Name another folder: --library"


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What the disk refuses while a library is written, as a LibraryError."""
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"the new state could not be written to {path}: {error.strerror}. What was published before is still "
            "served; make room and run citeline index again"
        ) from None


def changed_since(library: Library) -> dict[str, str]:
    """Articles whose files are no longer what was indexed: id -> "changed", "removed" or "new"."""
    try:
        by_file = _by_file(library.articles)
        found, _ = scan([Path(each) for each in library.manifest.sources], library.path.resolve(), by_file)
    except CorpusError:
        return {article.id: "removed" for article in library.articles}
    known_skipped = {each.path for each in library.manifest.skipped}
    excluded = {each.key for each in library.manifest.excluded}
    states = {article.id: "removed" for article in library.articles}
    for file in found:
        if Excluded(file.id, "", str(file.path)).key in excluded:
            continue
        try:
            pieces = parts(file, _bytes_of(file))
        except Unreadable:  # it may be what it was
            pieces = [] if states.keys() & (held := _held_in(file, by_file)).keys() else [(file, b"")]
            states |= dict.fromkeys(held, "")
        except ValueError:
            pieces = []
            if file.path.suffix.lower() != ".jsonl" and file.id not in library.by_id:
                pieces = [(file, b"")]  # a file that is there and cannot be read now
        for part, data in pieces:
            names = {display_name(str(file.path)), _where(file, part)}
            if (article := library.by_id.get(part.id)) is not None:
                states[part.id] = "" if disk.sha256(data) == article.sha256 else "changed"
            elif not names & known_skipped and Excluded(part.id, "", str(file.path)).key not in excluded:
                states[part.id] = "new"
    return {id: state for id, state in states.items() if state}


def _where(file: Found, part: Found) -> str:
    """The file that an article is in, as it is shown, and behind it which line of a .jsonl."""
    return display_name(str(file.path)) + part.id[len(file.id) :]


def _is_same_but_path(one: Article, other: Article) -> bool:
    return one is other or one == replace(other, path=one.path)


def _open_old(path: Path, embedder: Embedder, rebuild: bool) -> Library | None:
    """The generation to start from, None for none. A rebuild keeps only the list of folders, and that elsewhere."""
    try:
        old = Library.open(path)
    except (NoLibrary, LibraryOutdated):
        return None
    except LibraryError:
        if rebuild:
            return None
        raise
    if not rebuild:
        old.check_embedder(embedder.name, embedder.fingerprint, embedder.dim)
        return old
    return Library(path, replace(old.manifest, skipped=()), [], np.zeros((0, 2), dtype=np.int64))


def _sources(before: Sequence[str], path: Path, sources: Sequence[Path], forget: Sequence[Path]) -> list[Path]:
    known = [Path(each) for each in before]
    dropped = {Path(each).expanduser().resolve() for each in forget}
    if unknown := dropped - {each.resolve() for each in known}:
        raise CorpusError(f"{min(unknown)} is not among the library's folders: {', '.join(map(str, known)) or 'none'}")
    for source in sources:
        source = Path(source).expanduser()
        if not is_there(source):
            raise CorpusError(f"no such folder or file: {source}. Name a folder that holds articles ({KINDS_WORDS})")
        require_ordinary(source, path)
        if source.resolve() not in known:
            known.append(source.resolve())
    kept = [each for each in known if each not in dropped]
    for each in kept:
        require_ordinary(each, path, known=True)
    if not kept and not dropped:
        raise CorpusError(f"the library at {path} has no folder yet. Name one: citeline index FOLDER")
    added = added_folder(path)
    if added in kept:
        disk.make_folder(added)
    # A folder inside another one that is indexed would name its articles twice; the library's own is never entered.
    inside = {each for each in kept if any(each != other and each.is_relative_to(other) for other in kept)}
    return [each for each in kept if each not in inside or each == added]


def _excluded(
    before: Sequence[Excluded],
    old: Library | None,
    exclude: Sequence[str],
    include: Sequence[str],
    forget: Sequence[Path],
) -> tuple[Excluded, ...]:
    """What is off the library now. What lay in a folder that is forgotten goes with it."""
    dropped = [each.expanduser().resolve() for each in forget]
    off = {each.id: each for each in before if not any(Path(each.path).is_relative_to(each_) for each_ in dropped)}
    for id in include:
        if off.pop(id, None) is None:
            raise CorpusError(f"{display_name(id)} was not taken off this library. What was: citeline status")
    for id in exclude:
        article = old.by_id.get(id) if old else None
        if article is None:
            raise CorpusError(f"there is no article {display_name(id)} in this library. Its articles: citeline status")
        off[id] = Excluded(id, article.title, article.path)
    return tuple(off.values())


def _read(
    found: Sequence[Found], old: Library | None, excluded: set[tuple[str, str]], pulse: Pulse
) -> tuple[list[Article], list[Skipped], list[str]]:
    """Every article as it is now but the `excluded`; those whose bytes are known are not parsed again, and those of a
    file that cannot be read now stay as they were."""
    known = {(article.id, article.sha256): article for article in old.articles} if old else {}
    by_file = _by_file(old.articles) if old else {}
    articles: list[Article] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    now = time.time()
    with Extractor() as extractor:
        for done, each in enumerate(found):
            pulse("reading", done, len(found))
            if Excluded(each.id, "", str(each.path)).key in excluded:
                continue
            wrong: list[Skipped] = []
            try:
                pieces = parts(each, _bytes_of(each))
            except Unreadable as error:
                pieces, held = [], _held_in(each, by_file)
                there = [a for a in held.values() if Excluded(a.id, "", str(each.path)).key not in excluded]
                articles += there
                if there and not each.barred:  # else it was said of the folder
                    wrong = [Skipped(display_name(str(each.path)), f"{error}; its articles are kept as they were")]
                elif not each.barred:
                    wrong = [Skipped(display_name(str(each.path)), str(error))]
            except ValueError as error:
                pieces, wrong = [], [Skipped(display_name(str(each.path)), str(error))]
            for part, data in pieces:
                pulse.tick()
                if Excluded(part.id, "", str(each.path)).key in excluded:
                    continue
                # The title may come from the file's name, so only a file of the same name is taken as it was.
                same = known.get((part.id, disk.sha256(data)))
                if same is not None and same.indexed:
                    articles.append(same if same.path == str(each.path) else replace(same, path=str(each.path)))
                    continue
                try:
                    article, note = read_article(part, data, extractor, pulse.tick)
                except ValueError as error:
                    wrong.append(Skipped(_where(each, part), str(error)))
                    continue
                articles.append(replace(article, indexed=now if same is None else same.indexed))
                if note:
                    notes.append(f"{part.id}: {note}")
            skipped += _named(each, wrong)
    pulse("reading", len(found), len(found))
    return articles, skipped, notes


def _bytes_of(file: Found) -> bytes:
    if file.barred:
        raise Unreadable(file.barred)
    return read_bytes(file.path, file.real)


def _file_of(article: Article) -> Path:
    return Path(os.fsdecode(article.path.encode("utf-8", "surrogateescape")))


def _by_file(articles: Sequence[Article]) -> dict[Path, list[Article]]:
    """The articles of each file."""
    found: dict[Path, list[Article]] = {}
    for article in articles:
        found.setdefault(_file_of(article), []).append(article)
    return found


def _held_in(file: Found, by_file: Mapping[Path, Sequence[Article]]) -> dict[str, Article]:
    """The articles that were read from a file, by their ids; those they would get today are put in."""
    held: dict[str, Article] = {}
    for article in by_file.get(file.path, ()):
        record = _RECORD.search(article.id)
        id = file.id + (article.id[article.id.rindex("#") :] if record else "")
        held[article.id] = article if article.id == id else replace(article, id=id)
    return held


def _named(file: Found, wrong: list[Skipped]) -> list[Skipped]:
    """What is passed over in one file; when that is too much to name, the rest as one."""
    if len(wrong) <= MOST_NAMED:
        return wrong
    n, first = len(wrong) - MOST_NAMED, wrong[MOST_NAMED].reason
    rest = Skipped(display_name(str(file.path)), f"{n:,} more of its lines, the first for this: {first}")
    return [*wrong[:MOST_NAMED], rest]


def _compare(old: Library | None, articles: Sequence[Article]) -> _Changes:
    """What became of each article; one whose bytes stood under a name that is gone was renamed.

    The lines of a .jsonl move when one is put in or taken out above them: that is a new name, not another text.
    """
    before = {article.id: article.sha256 for article in old.articles} if old else {}
    after = {article.id: article.sha256 for article in articles}
    same = {id for id, sha in after.items() if before.get(id) == sha}
    left: dict[str, list[str]] = {}
    for id, sha in before.items():
        if id not in same and (id not in after or _RECORD.search(id)):
            left.setdefault(sha, []).append(id)
    movable = [id for id in after if id not in same and (id not in before or _RECORD.search(id))]
    renamed = tuple((left[after[id]].pop(0), id) for id in movable if left.get(after[id]))
    settled = same | {new for _, new in renamed}
    gone = set(before) - same - {former for former, _ in renamed}
    fresh = [id for id in after if id not in settled]
    return _Changes(
        added=tuple(id for id in fresh if id not in gone),
        changed=tuple(id for id in fresh if id in gone),
        renamed=renamed,
        removed=tuple(id for id in before if id in gone and id not in fresh),
        unchanged=len(same),
    )


def _index(
    articles: list[Article], old: Library | None, embedder: Embedder, journal: _Journal, pulse: Pulse
) -> tuple[list[Segment], Rows, int]:
    """The segments of the new generation, its `order`, and how many chunks were embedded.

    An article that is what it was stays in its segment. What is new is one more segment, and takes the articles of
    small segments with it, so that there are never many.
    """
    places = {article.id: n for n, article in enumerate(old.articles)} if old else {}
    before = np.full(len(articles), -1, dtype=np.int64)  # the place in `old` of what need not be prepared
    stays = np.zeros(len(articles), dtype=bool)  # in its segment
    for n, article in enumerate(articles):
        place = places.get(article.id, -1)
        if old is None or place < 0 or not is_current(old.segments[int(old.order[place, 0])].analysis):
            continue
        former = old.articles[place]
        if is_same(former, article):
            before[n] = place
            stays[n] = former == article
    fresh, n_embedded = _fresh([articles[n] for n in np.flatnonzero(before < 0)], old, embedder, journal, pulse)
    order = np.zeros((len(articles), 2), dtype=np.int64)
    order[:, 1] = np.arange(len(articles))
    if old is None or not (before >= 0).any():
        return [fresh], order, n_embedded
    held_by = np.where(before >= 0, old.order[before, 0], -1)
    kept = _kept(old, held_by[stays], before[stays], fresh)
    stays &= np.isin(held_by, kept)
    order[stays] = old.order[before[stays]]
    order[stays, 0] = np.searchsorted(kept, order[stays, 0])
    moved = np.flatnonzero(~stays)
    order[moved] = np.stack([np.full(len(moved), len(kept)), np.arange(len(moved))], axis=1)
    segments = [old.segments[n] for n in kept]
    if not len(moved):
        return segments, order, n_embedded
    if len(moved) == len(fresh.articles):
        return [*segments, fresh], order, n_embedded
    # Those moved: from a segment of `old`, or from the fresh one, which comes last in the list.
    source = np.where(before[moved, None] >= 0, old.order[before[moved]], len(old.segments))
    source[before[moved] < 0, 1] = np.arange(len(fresh.articles))
    used = np.unique(source[:, 0])
    source[:, 0] = np.searchsorted(used, source[:, 0])
    parts = [[*old.segments, fresh][n] for n in used]
    return [*segments, merged(parts, source, [articles[n] for n in moved])], order, n_embedded


def _kept(old: Library, held_by: Rows, places: Rows, fresh: Segment) -> list[int]:
    """The segments of `old` that the next generation keeps as they are, ascending: those that are on disk, mostly
    still needed, and at least twice as large as all that is written anew.

    So there are no more than the logarithm of the number of chunks, and a chunk is written again as often at most.
    `held_by`, `places`: the segments and the places of the articles that could stay.
    """
    n_of = np.bincount(old.rows["article"], minlength=len(old.articles))[places]
    live = np.bincount(held_by, weights=n_of, minlength=len(old.segments))
    kept, anew = [], len(fresh.chunks)
    for n in np.argsort(live, kind="stable").tolist():
        size = len(old.segments[n].chunks)
        is_worth_it = live[n] >= max(2 * anew, _SMALL) and 2 * live[n] >= size
        if old.segments[n].number and is_worth_it:
            kept.append(n)
        else:
            anew += int(live[n])
    return sorted(kept)


def _fresh(
    articles: Sequence[Article], old: Library | None, embedder: Embedder, journal: _Journal, pulse: Pulse
) -> tuple[Segment, int]:
    """A segment of articles that are prepared now, and how many of their chunks were embedded."""
    rows: list[tuple[int, int, int, bytes]] = []
    said: list[Sequence[bytes]] = []
    words: list[Sequence[str]] = []
    passages: dict[bytes, str] = {}
    for index, article in enumerate(articles):
        if not index % 50:
            pulse("preparing", index, len(articles))
        prepared = prepare(article, embedder, passages.setdefault, pulse.tick)
        rows += [(index, *row) for row in prepared.rows]
        said += prepared.said
        words += prepared.words
    chunk_keys = [key for *_, key in rows]
    known = journal.vectors()
    halves: dict[bytes, Any] = {}  # of half precision: good enough for sentences, not for chunks
    if old is not None:
        known |= _vectors_of(old, set(chunk_keys).union(*said))
        halves = _halves_of(old, set().union(*said) - known.keys())
    new_chunks = {key for key in chunk_keys if key not in known}
    new_sentences = {key for keys in said for key in keys if key not in known and key not in halves}
    missing = sorted(new_chunks | new_sentences, key=lambda key: (len(passages[key]), key))  # one length, no padding
    pulse("embedding", 0, len(missing))
    for start in range(0, len(missing), _GROUP):
        keys = missing[start : start + _GROUP]
        vectors = embedder.encode([passages[key] for key in keys])
        journal.add(keys, vectors)
        known |= dict(zip(keys, vectors, strict=True))
        pulse("embedding", start + len(keys), len(missing))
    pulse.tick()
    table = np.stack([known[key] for key in chunk_keys]) if rows else np.zeros((0, embedder.dim), dtype=np.float32)
    sentences = Sentences.of(said, halves | known, embedder.dim)
    pulse.tick()
    postings = Postings.of(words, pulse.tick)
    chunks = np.array(rows, dtype=ROW)
    return Segment(articles, chunks, vector_table(table), sentences, postings, analysis()), len(new_chunks)


def _keys_of(old: Library) -> set[bytes]:
    """Keys of all that a library has a vector of."""
    return set(key_list(old.rows["key"])).union(*(key_list(each.sentences.keys) for each in old.segments))


def _vectors_of(old: Library, keys: set[bytes]) -> dict[bytes, Array]:
    """The vectors of chunks that a library has, of these keys."""
    rows = {key: n for n, key in enumerate(key_list(old.rows["key"])) if key in keys} if keys else {}
    return dict(zip(rows, old.vectors.take(np.array(list(rows.values()), dtype=np.int64)), strict=True))


def _halves_of(old: Library, keys: set[bytes]) -> dict[bytes, Any]:
    """The vectors of sentences that a library has, of these keys."""
    found: dict[bytes, Any] = {}
    for segment in old.segments if keys else ():
        held = {key: n for n, key in enumerate(key_list(segment.sentences.keys))}
        here = sorted(keys & held.keys(), key=held.__getitem__)
        vectors = segment.sentences.vectors.take(np.array([held[key] for key in here], dtype=np.int64))
        found |= dict(zip(here, vectors, strict=True))
    return found


def _n_chunks(segments: Sequence[Segment], order: Rows) -> int:
    return sum(int(np.diff(each.starts)[order[order[:, 0] == n, 1]].sum()) for n, each in enumerate(segments))


def _require_some(folders: Sequence[Path], found: Sequence[Found], old: Library | None) -> None:
    """Raises CorpusError for a folder that held articles and holds none now: more likely unmounted than emptied."""
    for folder in folders:
        before = sum(Path(article.path).is_relative_to(folder) for article in old.articles) if old else 0
        if before and not any(each.path.is_relative_to(folder) for each in found):
            raise CorpusError(
                f"{display_name(str(folder))} held {before} articles and holds none now; nothing was removed. "
                f"If they are gone for good: citeline index --forget {display_name(str(folder))}"
            )


def _nothing_found(folders: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(map(str, folders)) or "no folder"
    why = f"; {len(skipped)} passed over, such as {skipped[0].path}: {skipped[0].reason}" if skipped else ""
    return f"no article ({KINDS_WORDS}) found in {where}{why}. Name a folder that holds some: citeline index FOLDER"


class _Journal:
    """Vectors of a build on their way to a generation, so that an interrupted one does not embed them again.

    Records of a 32-byte key, dim float32 and a CRC-32; a torn or foreign record ends what is read.
    """

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path = path
        self._dim = embedder.dim
        self._head = hashlib.sha256(f"{embedder.fingerprint} {embedder.dim}".encode()).digest()

    def vectors(self) -> dict[bytes, Array]:
        if not self._path.exists():
            return {}
        data = self._path.read_bytes()
        size = 32 + 4 * self._dim
        found: dict[bytes, Array] = {}
        if not data.startswith(self._head):
            self.clear()
            return found
        end = 32
        while end + size + 4 <= len(data):
            record = data[end : end + size]
            if struct.unpack("<I", data[end + size : end + size + 4])[0] != zlib.crc32(record):
                break
            found[record[:32]] = np.frombuffer(record[32:], dtype="<f4")
            end += size + 4
        if end < len(data):
            with self._path.open("r+b") as file:  # what is added next must follow a whole record
                file.truncate(end)
        return found

    def add(self, keys: Sequence[bytes], vectors: Array) -> None:
        records = [key + vector.astype("<f4").tobytes() for key, vector in zip(keys, vectors, strict=True)]
        start = b"" if self._path.exists() else self._head
        disk.append(self._path, start + b"".join(r + struct.pack("<I", zlib.crc32(r)) for r in records))

    def clear(self) -> None:
        disk.remove(self._path)
