"""Where articles may lie: an ordinary folder, not the system's own, nobody's settings, nothing that citeline keeps."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

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
"""What is the system's, with all that lies below; a folder that holds one of these is the system's too."""
_ONLY_DEEPER = ("/usr/share", "/usr/local/share")
"""Too much for one library as a whole, while a folder in it may hold articles."""
_ORDINARY = ("/dev/shm/*", "/run/media/*", "/run/user/*/gvfs/*")
"""Disks of people that the system mounts among its own."""
_SECRET = frozenset((".ssh", ".gnupg", ".aws", ".kube", ".docker", ".password-store"))
"""Folders that hold keys, wherever they lie: in a copy of a home folder too."""
_HOMES = ("/home/*", "/root")

_WORDS: dict[str, str] = {
    "disk": "is the whole disk",
    "system": "belongs to the system",
    "settings": "contains settings or keys, not articles",
    "library": "is where citeline keeps a library",
    "cache": "is where citeline keeps its models",
}


def require_ordinary(path: Path, library: Path, known: bool = False) -> None:
    """Raise PlaceRefused when `path`, a file or folder, is no place for articles of the library at `library`.

    With `known` it is one of the library's folders already, and the message says how to take it off.
    """
    if why := refused(path, library):
        name = str(path).encode("utf-8", "backslashreplace").decode("utf-8")
        again = f"citeline index --forget {name}" if known else "citeline index FOLDER, such as ~/articles"
        then = "Remove it from the library" if known else "Name the folder that contains your articles"
        raise PlaceRefused(f"{name} {_WORDS[why]}, so it is not read. {then}: {again}", why)


def refused(path: Path, library: Path) -> Why:
    """Why `path` is no place for articles of the library at `library`, by its name and by where its links lead."""
    real = _real(path)
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 (links are not followed)
    if real.parent == real:
        return "disk"
    return _kept(real, library) or _refused(path) or _refused(real)


def is_kept_by_citeline(folder: Path, library: Path) -> bool:
    """Whether a folder that a search for articles comes upon is a library or the cache: never entered."""
    real = Path(os.path.realpath(folder))
    return real in (library, _real(models_dir().parent)) or _is_library(real)


def _kept(real: Path, library: Path) -> Why:
    """What citeline keeps there itself; copies of articles in this library are articles."""
    if real.is_relative_to(_real(added_folder(library))):
        return ""
    if real.is_relative_to(_real(models_dir().parent)):
        return "cache"
    own = (_real(library), _real(default_path()), _real(default_path()).parent / "libraries")
    is_own = any(real.is_relative_to(each) for each in own) or any(map(_is_library, (real, *real.parents)))
    return "library" if is_own else ""


def _is_library(folder: Path) -> bool:
    try:
        return (folder / "gen").is_dir() and current_generation(folder) > 0
    except OSError:  # a folder that may not be looked into
        return False


def _refused(path: Path) -> Why:
    """By name alone."""
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
    """What is the system's, by both names where one is a link."""
    return frozenset(Path(name) for each in _SYSTEM for name in (each, os.path.realpath(each)))


def _is_home(folder: Path) -> bool:
    """Somebody's home folder: this person's, wherever it is, or what lies where home folders do."""
    return folder in _own_homes() or any(folder.match(pattern) for pattern in _HOMES)


def _own_homes() -> set[Path]:
    """This person's home folder by both its names; none when it is the disk or the system's."""
    try:
        home = Path(os.path.abspath(Path.home()))  # noqa: PTH100 (links are not followed)
    except RuntimeError:
        return set()
    return {each for each in (home, _real(home)) if each.parent != each and str(each) not in (*_SYSTEM, "/usr", "/var")}


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path.expanduser()))
