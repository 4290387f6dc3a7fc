"""Several libraries on one page: a name for each folder, the models loaded once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import CitelineIndexError, LibraryError, NoLibrary
from index.ingestion import make_empty
from index.storage import current_generation, default_path, require
from ui.services.backend import Backend

if TYPE_CHECKING:
    from rag.pipeline import Answerer

MAIN = ""
"""The name of the library that is served at /."""
_OWN = frozenset(("added", "gen", "lock", "pace.json", "pending.bin", "serving.json", "talks"))
"""What a library that was never finished may hold."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class NameRefused(Exception):
    """A name for a new library that is none, or is taken."""


def root() -> Path:
    """The folder in which named libraries lie, beside the default one."""
    return default_path().parent / "libraries"


def named() -> dict[str, Path]:
    """The libraries that were given a name, by name."""
    folder = root()
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {each.name: each for each in found if _NAME.fullmatch(each.name) and current_generation(each)}


def names_of(paths: Sequence[Path]) -> dict[str, Path]:
    """A name for each of these folders, made from the folder's; two of one name are told apart by a number."""
    found: dict[str, Path] = {}
    for path in paths:
        stem = re.sub(r"[^A-Za-z0-9_-]+", "-", path.resolve().name).strip("-_")[:30] or "library"
        name = next(name for n in range(1, len(paths) + 2) if (name := stem if n == 1 else f"{stem}-{n}") not in found)
        found[name] = path
    return found


def require_room(path: Path) -> None:
    """Raise LibraryError when no empty library can be made at `path`: something else is there, or cannot be read."""
    if path.is_dir() and (path / "CURRENT").exists():
        require(path)  # says what is wrong with it
    if not path.exists() or (path.is_dir() and all(each.name in _OWN for each in path.iterdir())):
        return
    if path.is_dir():
        raise LibraryError(
            f"{path} contains files but no library. To index those files: citeline index {path}. For an empty library, "
            "name a new folder: --library"
        )
    raise LibraryError(f"{path} is a file, and a library is a folder. Name another: --library")


class Libraries:
    """The pages of one server: the main library's at /, each other one's at /library/NAME/."""

    def __init__(self, main: Backend, others: Mapping[str, Path], main_name: str) -> None:
        self.main_name = main_name
        """What the main library is called on the page."""
        self.mount: Callable[[str, Backend], None] = lambda name, backend: None
        """Put the page of a library where its name says; the server sets it."""
        self._main = main
        self.backends: dict[str, Backend] = {MAIN: main}
        main.libraries = self
        for name, path in others.items():
            self.backends[name] = self._beside(name, path)

    def create(self, name: str) -> str:
        """Make an empty library and its page; returns the page's address. Raises NameRefused or CitelineIndexError."""
        answerer = self._main.answerer
        if not _NAME.fullmatch(name) or answerer is None or name.lower() in {each.lower() for each in self._taken()}:
            raise NameRefused
        path = root() / name
        make_empty(path, answerer.embedder)
        backend = self._beside(name, path)
        backend.start()
        self.mount(name, backend)
        self.backends[name] = backend
        return address(name)

    def _taken(self) -> set[str]:
        folder = root()
        return {*self.backends, *([each.name for each in folder.iterdir()] if folder.is_dir() else [])}

    def _beside(self, name: str, path: Path) -> Backend:
        backend = Backend(lambda: self._load(path))
        backend.queue, backend.name, backend.libraries = self._main.queue, name, self
        backend.when_loaded = self._main.when_loaded
        return backend

    def start(self) -> None:
        """Open the other libraries, each in a thread of its own, once the main one's models are there."""
        for name, backend in self.backends.items():
            if name != MAIN:
                backend.start()

    def _load(self, path: Path) -> Answerer:
        self._main.loaded.wait()
        if self._main.answerer is None:
            raise NoLibrary(self._main.error)
        if not current_generation(path):
            make_empty(path, self._main.answerer.embedder)
        return self._main.answerer.beside(path)


def address(name: str) -> str:
    """Where the page of a library is."""
    return f"/library/{name}/" if name else "/"


def table() -> list[str]:
    """What `citeline libraries` prints: a library a line, the default one first."""
    from index.storage import read_manifest

    lines = []
    for name, path in {"(default)": default_path(), **named()}.items():
        try:
            manifest = read_manifest(path)
            lines.append(f"{name:20}  {manifest.n_articles:6} articles  {path}")
        except (CitelineIndexError, OSError):
            lines.append(f"{name:20}  {'none yet':>15}  {path}")
    return lines
