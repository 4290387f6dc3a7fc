"""Folders of articles to a new generation of a library: only text that is new is embedded."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from index import disk
from index.documents import (
    KINDS_WORDS,
    Found,
    display_name,
    require_there,
    scan,
    walk,
)
from index.errors import CorpusError, LibraryError, LibraryOutdated, NoLibrary
from index.extraction import Extractor, Ocr
from index.ingestion.changes import compare
from index.ingestion.estimate import keep_pace
from index.ingestion.journal import Journal
from index.ingestion.planning import count_chunks, keys_of, segments_of
from index.ingestion.reading import file_of, read_all
from index.ingestion.sources import excluded_of, folders_of, moved
from index.ingestion.workers import ThisProcess, Workers
from index.models import Embedder
from index.objects import passed_over, shown_path
from index.progress import Progress, Pulse, no_progress
from index.storage import (
    Library,
    Manifest,
    added_folder,
    collect,
    current_generation,
    known_dates,
    known_sources,
    publish,
    require_embedder,
    writing,
)
from index.types import Article, BuildReport, Skipped


# Long, for it is one transaction under one lock, whose steps are functions of their own; half is its signature and
# its docstring.
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
    workers: Workers | None = None,
    ocr: bool = True,
    progress: Progress = no_progress,
) -> BuildReport:
    """Bring the library at `path` up to date with its folders, and publish a new generation unless nothing changed.

    Args:
        path: Folder of the library.
        embedder: The embedder the library was built with.
        sources: Folders or files to add.
        forget: Folders to remove, with their articles.
        exclude: Ids of articles to remove; they stay removed, whatever happens to their files.
        include: Ids of removed articles to restore.
        rebuild: Start from nothing, as after a change of embedder.
        may_be_empty: Allow a new library without an article.
        workers: Who reads, cuts and embeds; None for this process.
        ocr: Read pages that are pictures by tesseract, if it is installed.
        progress: Called with phase, amount done and total; an exception it raises stops the build.

    Raises:
        CorpusError: A folder is missing or holds no article, or an id is unknown.
        LibraryBusy: Another process is writing.
        LibraryMismatch: The embedder is not the one the library was built with.
    """
    began = time.monotonic()
    pulse = Pulse(progress)
    try:
        disk.make_folder(path)
    except OSError as error:
        raise LibraryError(_nowhere(path, error.strerror)) from None
    is_here, workers = workers is None, workers or ThisProcess()
    with _in_words(path), writing(path):
        disk.tighten(path)
        old = _open_old(path, embedder, rebuild)
        known, off = (old.manifest.sources, old.manifest.excluded) if old else known_sources(path)
        folders = folders_of(known, path, sources, forget)
        excluded = excluded_of(off, old, exclude, include, forget)
        known_files = {file_of(article) for article in old.articles} if old else set()
        found, skipped = scan(folders, path.resolve(), known_files, pulse.tick)
        skipped += [each for folder in folders for each in passed_over(folder)]
        _require_some([each for each in folders if each != added_folder(path)], found, old)
        pictures = Ocr(path / disk.Own.OCR, lambda done, total: pulse("recognising", done, total))
        with Extractor(ocr=pictures if ocr else None) as here:
            read = read_all(found, old, {each.key for each in excluded}, pulse, workers, here)
        articles, notes = read.articles, read.notes
        skipped = sorted([*skipped, *read.skipped], key=lambda each: each.path)
        if not articles and not excluded and not may_be_empty and (old is None or not old.articles):
            raise CorpusError(_nothing_found(folders, skipped))
        if old is None and known and not rebuild:
            notes.append("the library was in the format of an earlier citeline: every text was embedded again")
        changes = compare(old, articles)
        report = BuildReport(
            generation=old.generation if old else 0,
            added=changes.added,
            changed=changes.changed,
            renamed=changes.renamed,
            removed=changes.removed,
            unchanged=changes.unchanged,
            skipped=tuple(skipped),
            many=tuple(read.many_now),
            n_articles=len(articles),
            n_chunks=len(old.rows) if old else 0,
            notes=tuple(notes),
            recognised=tuple(read.recognised),
        )
        kept = (tuple(map(str, folders)), tuple(skipped), excluded, tuple(read.many), read.readers)
        journal = Journal(path / disk.Own.PENDING, embedder)
        if (
            old is not None
            and report.is_noop
            and kept == _kept_by(old.manifest)
            and all(map(_is_same_but_path, old.as_read, articles))
        ):
            if journal.vectors().keys() <= keys_of(old):  # left by a build that was killed once it had published
                journal.clear()
            pictures.clear()
            collect(path)
            return replace(report, seconds=time.monotonic() - began)
        indexing = time.monotonic()
        segments, order, n_embedded = segments_of(articles, old, embedder, journal, pulse, workers)
        if is_here:  # the pace of others says nothing of this machine
            keep_pace(path, embedder.name, n_embedded, time.monotonic() - indexing)
        n_chunks = count_chunks(segments, order)
        pulse("publishing", 0, 1)
        manifest = Manifest(
            generation=0, created=0.0, embedder=embedder.name, fingerprint=embedder.fingerprint, dim=embedder.dim,
            sources=tuple(map(str, folders)), n_articles=len(articles), n_chunks=n_chunks, skipped=tuple(skipped),
            excluded=excluded, many=tuple(read.many), readers=read.readers,
            dates=moved(old.manifest.dates if old else known_dates(path), changes.renamed),
        )  # fmt: skip
        generation = publish(path, manifest, segments, order, old.folder if old else None, pulse.tick)
        journal.clear()
        pictures.clear()
        pulse("publishing", 1, 1)
        return replace(
            report,
            generation=generation,
            n_chunks=n_chunks,
            n_embedded=n_embedded,
            seconds=time.monotonic() - began,
        )


def make_empty(path: Path, embedder: Embedder) -> None:
    """Create a library without an article, with its own folder for copies. Raises LibraryError."""
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
    """Raise what `build` would raise for the same request, before an embedder is loaded.

    `embedder` is the name and fingerprint it will have; None if the library is to be rebuilt.
    """
    there = next(each for each in (path, *path.absolute().parents) if each.exists() or each.is_symlink())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        why = errno.EACCES if there.is_dir() else errno.ENOTDIR if there.exists() else errno.ENOENT
        raise LibraryError(_nowhere(path, os.strerror(why)))
    known, off = known_sources(path)
    folders = folders_of(known, path, sources, forget)
    for each in folders:
        require_there(each)
    if embedder:
        require_embedder(path, *embedder)
    if exclude or include:
        excluded_of(off, Library.open(path), exclude, include, forget)
    if not current_generation(path):
        skipped: list[Skipped] = []
        if not any(True for each in folders for _ in walk(each, path.resolve(), skipped)):
            raise CorpusError(_nothing_found(folders, skipped))


def _nowhere(path: Path, why: str | None) -> str:
    return f"no library can be created at {path}: {why}. Name another folder: --library"


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn what the disk refuses while a library is written into a LibraryError."""
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"the new state could not be written to {path}: {error.strerror}. What was published before is still "
            "served; make room and run citeline index again"
        ) from None


def _kept_by(manifest: Manifest) -> tuple[object, ...]:
    """Return all a manifest holds that a build can change besides the articles."""
    return (manifest.sources, manifest.skipped, manifest.excluded, manifest.many, manifest.readers)


def _is_same_but_path(one: Article, other: Article) -> bool:
    return one is other or one == replace(other, path=one.path)


def _open_old(path: Path, embedder: Embedder, rebuild: bool) -> Library | None:
    """Open the generation to start from, or return None. A rebuild keeps only the list of folders, elsewhere."""
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


def _require_some(folders: Sequence[Path], found: Sequence[Found], old: Library | None) -> None:
    """Raise CorpusError for a folder that held articles and holds none now: more likely unmounted than emptied."""
    for folder in folders:
        before = sum(Path(article.path).is_relative_to(folder) for article in old.articles) if old else 0
        if before and not any(each.path.is_relative_to(folder) for each in found):
            name = display_name(shown_path(str(folder)))
            raise CorpusError(
                f"{name} had {before} articles and now has none; nothing was removed. "
                f"If they are gone for good: citeline index --forget {name}"
            )


def _nothing_found(folders: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(shown_path(str(each)) for each in folders) or "no folder"
    first = f"{shown_path(skipped[0].path)}: {skipped[0].reason}" if skipped else ""
    why = f"; {len(skipped)} skipped, such as {first}" if skipped else ""
    return f"no articles ({KINDS_WORDS}) found in {where}{why}. Name a folder that contains some: citeline index FOLDER"
