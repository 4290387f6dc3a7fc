"""Where articles may be: in an ordinary folder, not the system's, not settings or keys, not citeline's own."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

from index.disk import Own
from index.errors import PlaceRefused
from index.models import models_dir
from index.storage import added_folder, current_generation, default_path

Why = Literal["", "disk", "system", "settings", "library", "cache"]
"""Why a place is refused; "" for an ordinary one."""

_SYSTEM = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/lost+found", "/proc", "/run", "/sbin",
    "/snap", "/sys", "/usr/bin", "/usr/etc", "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec",
    "/usr/local/bin", "/usr/local/etc", "/usr/local/lib", "/usr/local/sbin", "/usr/sbin", "/var/backups", "/var/cache",
    "/var/lib", "/var/log", "/var/mail", "/var/run", "/var/spool",
)  # fmt: skip
"""Folders of the system, with everything below; a folder that contains one of these is the system's too."""
_ONLY_DEEPER = ("/usr/share", "/usr/local/share")
"""Folders too large for one library as a whole; a folder inside them may hold articles."""
_ORDINARY = ("/dev/shm/*", "/run/media/*", "/run/user/*/gvfs/*")
"""Mount points of people's disks among the system's folders."""
_SECRET = frozenset((".ssh", ".gnupg", ".aws", ".kube", ".docker", ".password-store"))
"""Names of folders that hold keys, wherever they are: in a copy of a home folder too."""
_HOMES = ("/home/*", "/root")

_WORDS: dict[str, str] = {
    "disk": "is the whole disk",
    "system": "belongs to the system",
    "settings": "contains settings or keys, not articles",
    "library": "is where citeline keeps a library",
    "cache": "is where citeline keeps its models",
}


def require_ordinary(path: Path, library: Path, known: bool = False) -> None:
    """Raise PlaceRefused if `path`, a file or folder, may not hold articles of the library at `library`.

    With `known` it is one of the library's folders already, and the message says how to remove it.
    """
    if why := refused(path, library):
        name = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
        again = f"citeline index --forget {name}" if known else "citeline index FOLDER, such as ~/articles"
        then = "Remove it from the library" if known else "Name the folder that contains your articles"
        raise PlaceRefused(f"{name} {_WORDS[why]}, so it is not read. {then}: {again}", why)


def refused(path: Path, library: Path) -> Why:
    """Return why `path` may not hold articles of the library at `library`.

    Judges its name and the target of its links.
    """
    real = _real(path)
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (links are not followed)
    if real.parent == real:
        return "disk"
    return _kept(real, library) or _refused(path) or _refused(real)


def is_kept_by_citeline(folder: Path, library: Path) -> bool:
    """Return whether a folder met while looking for articles is a library or the cache: those are never entered."""
    real = Path(os.path.realpath(folder))
    return real in (library, _real(models_dir().parent)) or _is_library(real)


def _kept(real: Path, library: Path) -> Why:
    """Return what citeline itself keeps there; copies of articles in this library are articles."""
    if real.is_relative_to(_real(added_folder(library))):
        return ""
    if real.is_relative_to(_real(models_dir().parent)):
        return "cache"
    own = (_real(library), _real(default_path()), _real(default_path()).parent / "libraries")
    is_own = any(real.is_relative_to(each) for each in own) or any(map(_is_library, (real, *real.parents)))
    return "library" if is_own else ""


def _is_library(folder: Path) -> bool:
    try:
        return (folder / Own.GENERATIONS).is_dir() and current_generation(folder) > 0
    except OSError:  # a folder that may not be looked into
        return False


def _refused(path: Path) -> Why:
    """Judge a path by its name alone."""
    within = (path, *path.parents)
    if _SECRET.intersection(path.parts):
        return "settings"
    homes = [each for each in within if _is_home(each)]
    if homes:
        below = path.relative_to(homes[-1]).parts
        is_data = below[:2] == (".local", "share") and len(below) > 2 and below[2] != "keyrings"
        return "settings" if below and below[0].startswith(".") and not is_data else ""
    if any(each.match(pattern) for pattern in _ORDINARY for each in within):
        return ""
    system = _system()
    if not system.isdisjoint(within) or any(each.is_relative_to(path) for each in system):
        return "system"
    return "system" if str(path) in _ONLY_DEEPER else ""


@cache
def _system() -> frozenset[Path]:
    """Return the system's folders, by both names where one is a link."""
    return frozenset(Path(name) for each in _SYSTEM for name in (each, os.path.realpath(each)))


def _is_home(folder: Path) -> bool:
    """Return whether it is a home folder: this person's, wherever that is, or one where home folders usually are."""
    return folder in _own_homes() or any(folder.match(pattern) for pattern in _HOMES)


def _own_homes() -> set[Path]:
    """Return this person's home folder by both its names; nothing if it is the root or the system's."""
    try:
        home = Path(os.path.abspath(Path.home()))  # noqa: PTH100 (links are not followed)
    except RuntimeError:
        return set()
    return {each for each in (home, _real(home)) if each.parent != each and str(each) not in (*_SYSTEM, "/usr", "/var")}


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path.expanduser()))
