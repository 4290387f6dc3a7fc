"""A library: a folder of immutable generations, one of them current. What `build` publishes and `search` reads.

    library/
      lock                       held by the one writer
      CURRENT                    number of the served generation and the SHA-256 of its manifest
      gen/00000003/manifest.json what built it, and size and SHA-256 of every other file
      gen/00000003/…             articles.jsonl, chunks.bin, vectors.faiss, sentences.npz, keywords.json,
                                 keywords.npz
      gen/.tmp-…                 being written; swept away by the next writer
      pending.bin                vectors of a build that was interrupted, taken up by the next one
      added/                     articles that were copied in, as by drag and drop; one of the library's folders

Whoever dies at whatever moment leaves either the old generation current or the new one, whole.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from index import disk
from index.chunk import chunk_at
from index.errors import LibraryDamaged, LibraryMismatch, LibraryOutdated, NoLibrary
from index.keywords import Keywords
from index.language import terms
from index.store import Rows, SentenceVectors, Vectors
from index.types import Article, Chunk, Excluded, Skipped

FORMAT = 2
"""1 had no vectors of sentences."""

_CURRENT = re.compile(r"(\d{1,9}) ([0-9a-f]{64})\n?")
_ROW = np.dtype([("article", "<i4"), ("start", "<i4"), ("length", "<i4"), ("key", "S32")])


@dataclass(frozen=True, slots=True)
class Manifest:
    """What shaped a generation; checked when it is opened."""

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
    """Articles that were taken off, in the order they were; a manifest from before this was kept has none."""
    format: int = FORMAT
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """Name -> (bytes, SHA-256)."""


def default_path() -> Path:
    """Where a library is when none is named: $CITELINE_LIBRARY, or the user's data folder."""
    named = os.environ.get("CITELINE_LIBRARY")
    if named:
        return Path(named).expanduser()
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "citeline" / "library"


def added_folder(path: Path) -> Path:
    """Where the library at `path` keeps the articles that were copied into it."""
    return path.resolve() / "added"


def current_generation(path: Path) -> int:
    """Number of the generation that is served now, 0 when there is none. Reads one small file."""
    try:
        return _read_current(path)[0]
    except (NoLibrary, LibraryDamaged):
        return 0


def require(path: Path) -> None:
    """Raise what opening the library at `path` raises when there is nothing to open, before a model is loaded."""
    if not current_generation(path):
        Library.open(path)


def read_manifest(path: Path) -> Manifest:
    """The manifest of the current generation. Raises what `Library.open` raises, and FileNotFoundError."""
    generation, manifest_sha = _read_current(path)
    data = (path / "gen" / f"{generation:08d}" / "manifest.json").read_bytes()
    if disk.sha256(data) != manifest_sha:
        raise _damaged(path, "manifest.json is not the one that was published")
    return _manifest(data, path)


def known_sources(path: Path) -> tuple[tuple[str, ...], tuple[Excluded, ...]]:
    """The folders of a library in any format and what was taken off it, as far as its manifest can be read."""
    try:
        generation, manifest_sha = _read_current(path)
        data = (path / "gen" / f"{generation:08d}" / "manifest.json").read_bytes()
        found = json.loads(data) if disk.sha256(data) == manifest_sha else {"sources": []}
        return tuple(str(each) for each in found["sources"]), _excluded(found)
    except (NoLibrary, LibraryDamaged, OSError, ValueError, KeyError, TypeError):
        return (), ()


class Library:
    """One generation, checked and in memory; what happens on disk afterwards does not touch it."""

    def __init__(self, path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> None:
        self.path = path
        self.manifest = manifest
        self.articles = [_article(line) for line in files["articles.jsonl"].splitlines()]
        self.rows = np.frombuffer(files["chunks.bin"], dtype=_ROW)
        self.vectors = Vectors.from_bytes(files["vectors.faiss"])
        self.sentences = SentenceVectors.from_bytes(files["sentences.npz"])
        self.keywords = Keywords.from_bytes({k: v for k, v in files.items() if k.startswith("keywords")})
        self._texts: dict[int, str] = {}

    @classmethod
    def open(cls, path: Path) -> Library:
        """The current generation of the library at `path`.

        Raises NoLibrary when none was published, LibraryDamaged when a file's size or SHA-256 is not the manifest's,
        LibraryMismatch when another version of citeline wrote it.
        """
        for attempt in (1, 2):
            try:
                return cls._open(path)
            except FileNotFoundError as error:  # two generations were published and collected since CURRENT was read
                if attempt == 2:
                    raise _damaged(path, f"{Path(str(error.filename)).name} is missing") from None
            except OSError as error:
                raise _damaged(path, f"{Path(str(error.filename)).name} cannot be read: {error.strerror}") from None
        raise AssertionError

    @classmethod
    def _open(cls, path: Path) -> Library:
        manifest = read_manifest(path)
        folder = path / "gen" / f"{manifest.generation:08d}"
        files = {}
        for name, (size, sha) in manifest.files.items():
            content = (folder / name).read_bytes()
            if len(content) != size or disk.sha256(content) != sha:
                raise _damaged(path, f"{name} has {len(content)} bytes and another SHA-256 than when it was written")
            files[name] = content
        library = cls(path, manifest, files)
        counts = (len(library.rows), len(library.vectors), len(library.sentences), library.vectors.dim)
        if (*counts, len(library.articles)) != (*[manifest.n_chunks] * 3, manifest.dim, manifest.n_articles):
            raise _damaged(path, "its vectors, chunks and articles do not belong together")
        return library

    @property
    def generation(self) -> int:
        return self.manifest.generation

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
        """Does an article hold this word, in a form that shares its stem in the article's language?"""
        return any(self.keywords.knows(term) for code in self.languages[:5] for term in terms(word, code))

    def rows_of(self, ids: Collection[str]) -> Rows:
        """The rows of these articles' chunks, ascending; ids that are none are passed over."""
        wanted = frozenset(ids)
        chosen = np.fromiter((article.id in wanted for article in self.articles), dtype=bool, count=len(self.articles))
        return np.flatnonzero(chosen[self.rows["article"]])

    def chunk(self, row: int) -> Chunk:
        """The chunk of a row of the vectors and keywords."""
        index, start, length, _ = self.rows[row].item()
        return chunk_at(self.articles[index], self._article_text(index), start, start + length)

    def text(self, row: int) -> str:
        """The text of a row's chunk, without its lines being counted."""
        index, start, length, _ = self.rows[row].item()
        return self._article_text(index)[start : start + length]

    def _article_text(self, index: int) -> str:
        if index not in self._texts:
            self._texts[index] = self.articles[index].text
        return self._texts[index]

    def check_embedder(self, name: str, fingerprint: str, dim: int) -> None:
        """Raises LibraryMismatch unless this library's vectors come from that very embedder."""
        if fingerprint != self.manifest.fingerprint:
            raise LibraryMismatch(
                f"the library at {self.path} was built with {self.manifest.embedder} (dim {self.manifest.dim}), "
                f"not {name} (dim {dim}). Use --embedder {self.manifest.embedder}, or rebuild: citeline index --rebuild"
            )


def publish(path: Path, manifest: Manifest, files: Mapping[str, bytes]) -> int:
    """Write a new generation and make it current, atomically. The caller holds the writer's lock. Returns its number.

    Raises OSError when the disk refuses; the old generation is then still current and whole.
    """
    root = path / "gen"
    root.mkdir(exist_ok=True)
    sweep(path)
    numbers = [int(each.name) for each in root.iterdir() if each.name.isdigit()]
    served = current_generation(path)
    generation = max([*numbers, served]) + 1  # past one that was written and never served, too
    digests = {name: (len(data), disk.sha256(data)) for name, data in files.items()}
    record = asdict(manifest) | {"generation": generation, "created": time.time(), "files": digests}
    description = json.dumps(record, indent=1).encode("ascii")
    temporary = root / f".tmp-{os.getpid()}"
    try:
        temporary.mkdir()
        for name, data in files.items():
            disk.write_file(temporary / name, data)
        disk.write_file(temporary / "manifest.json", description)
        disk.fsync(temporary)
        disk.rename(temporary, root / f"{generation:08d}")
        disk.fsync(root)
        disk.write_file(path / "CURRENT.new", f"{generation} {disk.sha256(description)}\n".encode())
        disk.rename(path / "CURRENT.new", path / "CURRENT")
        disk.fsync(path)
    except OSError:
        disk.remove(temporary)
        raise
    for old in numbers:
        if old != served:  # a reader may be opening it
            disk.remove(root / f"{old:08d}")
    return generation


def sweep(path: Path) -> None:
    """Remove what an interrupted writer left. The caller holds the writer's lock."""
    for leftover in (path / "gen").glob(".tmp-*"):
        disk.remove(leftover)
    disk.remove(path / "CURRENT.new")


def serialize(articles: list[Article], rows: list[tuple[int, int, int, bytes]]) -> dict[str, bytes]:
    """The files that hold the articles and where their chunks are: rows of (article, start, length, key)."""
    names = [each.name for each in fields(Article)]  # asdict would copy every line
    lines = [json.dumps({name: getattr(article, name) for name in names}) for article in articles]
    return {
        "articles.jsonl": "\n".join(lines).encode("ascii"),
        "chunks.bin": np.array(rows, dtype=_ROW).tobytes(),
    }


def _article(line: bytes) -> Article:
    fields = json.loads(line)
    # A generation from before source, url and pages were kept lacks them, and is read with their defaults.
    return Article(**(fields | {"lines": tuple(fields["lines"]), "pages": tuple(fields.get("pages", ()))}))


def _manifest(data: bytes, path: Path) -> Manifest:
    fields: dict[str, Any] = json.loads(data)
    if fields.get("format") != FORMAT:
        kind = LibraryOutdated if fields.get("format") in range(FORMAT) else LibraryMismatch
        raise kind(
            f"the library at {path} has format {fields.get('format')}, this citeline reads {FORMAT}. "
            "Rebuild: citeline index --rebuild, or install the newer citeline"
        )
    fields["skipped"] = tuple(Skipped(**each) for each in fields["skipped"])
    fields["sources"] = tuple(fields["sources"])
    fields["excluded"] = _excluded(fields)
    return Manifest(**fields)


def _excluded(fields: Mapping[str, Any]) -> tuple[Excluded, ...]:
    return tuple(Excluded(**each) for each in fields.get("excluded", ()))


def _read_current(path: Path) -> tuple[int, str]:
    try:
        text = (path / "CURRENT").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        raise NoLibrary(f"there is no library at {path} yet. Make one: citeline index FOLDER") from None
    match = _CURRENT.fullmatch(text)
    if not match:
        raise _damaged(path, "CURRENT names no generation")
    return int(match.group(1)), match.group(2)


def _damaged(path: Path, what: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"the library at {path} is damaged: {what}. Your articles are untouched. "
        "Repair: citeline index --rebuild FOLDER"
    )
