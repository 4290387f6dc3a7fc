"""Libraries by their names: where they lie on this machine, and where their pages are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from index.disk import Own, is_own
from index.errors import CitelineIndexError, LibraryError, NoLibrary
from index.milvus import store_at
from index.storage import current_generation, default_path, require

MAIN = ""
"""The name of the library that is served at /."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class NameRefused(Exception):
    """A name for a new library that is none, or is taken."""


def is_name(name: str) -> bool:
    """Whether a new library may be called so: letters, digits, - and _."""
    return _NAME.fullmatch(name) is not None


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
    if store_at(path):
        with suppress(NoLibrary):
            require(path)
        return
    if path.is_dir() and (path / Own.CURRENT).exists():
        require(path)  # says what is wrong with it
    if not path.exists() or (path.is_dir() and all(is_own(each.name) for each in path.iterdir())):
        return
    if path.is_dir():
        raise LibraryError(
            f"{path} contains files but no library. To index those files: citeline index {path}. For an empty library, "
            "name a new folder: --library"
        )
    raise LibraryError(f"{path} is a file, and a library is a folder. Name another: --library")


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
