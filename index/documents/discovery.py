"""Find the files in folders that look like articles, before they are read."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.documents.file_kinds import KINDS, PICTURES
from index.documents.places import is_kept_by_citeline, refused
from index.errors import CorpusError
from index.progress import Tick, no_tick
from index.skip_reason import NotAnArticle, SkipReason
from index.types import Skipped


@dataclass(frozen=True, slots=True)
class Found:
    """A file that looks like an article, before it is read."""

    path: Path
    id: str
    barred: str = ""
    """What the system says when its folder does not open: whether it is still there is not known."""
    real: str = ""
    """Path without links where it was found; "" if its links need no check."""
    member: str = ""
    """Name of the file in the archive at `path`; "" if it is none."""

    @property
    def place(self) -> Path:
        """Where it stands among other files, the archive it is in being a folder."""
        return self.path / self.member if self.member else self.path

    @property
    def kind(self) -> str:
        """The ending of its name in lower case, with the dot."""
        return PurePosixPath(self.member or self.path).suffix.lower()

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return PurePosixPath(self.member or self.path).stem


def key_of(id: str) -> str:
    """Return the key of an article in a file of several: "3" of "a.jsonl#3", "" of the only one of its file.

    No file has an id with a key: what is read ends in one of KINDS, and no key holds a dot.
    """
    return id.rpartition(".")[2].partition("#")[2]


def file_id(id: str) -> str:
    """Return the id of an article's file: "a.jsonl" of "a.jsonl#3"."""
    key = key_of(id)
    return id[: -len(key) - 1] if key else id


def is_gone(error: OSError) -> bool:
    """Return whether an error says that there is no such file. No other error says anything about what is there."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


def scan(
    sources: Sequence[Path], leave_out: Path, known: Collection[Path] = (), tick: Tick = no_tick
) -> tuple[list[Found], list[Skipped]]:
    """Find the files under `sources` (folders or files) that look like articles.

    Symbolic links to folders are not followed, nor links to files outside the source. `leave_out` (the library itself),
    other libraries and the models are never entered.

    Args:
        sources: Folders or files.
        leave_out: The library.
        known: Files of the last build: those whose folder cannot be opened count as found, and barred.
        tick: Called for each file; an exception it raises ends the scan.

    Returns:
        The files, sorted by id, and those skipped with the reason.

    Raises:
        CorpusError: A source is gone: an unmounted disk is not an empty one.
    """
    found: dict[str, Found] = {}
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for source in sources:
        require_there(source)
        if source.parent == source:
            raise CorpusError(f"{source} is the whole disk: name the folder that contains your articles")
        for path, relative, barred in walk(source, leave_out, skipped, known):
            tick()
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            id = display_name(relative)
            if id in found:
                id = f"{display_name(source.name)}/{id}"
            while id in found:
                id += "+"
            found[id] = Found(path, id, barred, real)
    return sorted(found.values(), key=lambda each: each.id), skipped


def require_there(source: Path) -> None:
    """Raise CorpusError if one of a library's folders is gone."""
    if not is_there(source):
        raise CorpusError(f"no such folder or file: {source}. If it is gone for good: citeline index --forget {source}")


def is_there(path: Path) -> bool:
    """Return whether a file or folder exists; False for a name that no file can have (too long, a link to itself)."""
    try:
        return path.exists()
    except OSError:
        return False


def display_name(name: str) -> str:
    """Return a file name as text that can be printed and encoded: bytes that are not UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def walk(
    source: Path, leave_out: Path, skipped: list[Skipped], known: Collection[Path] = ()
) -> Iterator[tuple[Path, str, str]]:
    """Each file that looks like an article, its path under `source`, and why its folder does not open, or "".

    What is passed over is added to `skipped`.
    """
    if not source.is_dir():
        try:
            _require_article(source, source.parent, leave_out)
        except ValueError as error:
            skipped.append(Skipped.by(display_name(str(source)), error))
        else:
            yield source, source.name, ""
        return

    closed: list[OSError] = []
    for folder, names, files in os.walk(source, onerror=closed.append):
        here = Path(folder)
        for name in sorted(names):
            if _is_link(here / name):
                skipped.append(Skipped.of(display_name(str(here / name)), SkipReason("link_folder")))
        names[:] = sorted(n for n in names if not n.startswith(".") and not is_kept_by_citeline(here / n, leave_out))
        for name in sorted(files):
            path = here / name
            if name.startswith("."):
                continue
            try:
                _require_article(path, source, leave_out)
            except ValueError as error:
                skipped.append(Skipped.by(display_name(str(path)), error))
            else:
                yield path, path.relative_to(source).as_posix(), ""
    for refusal in closed:
        shut, reason = Path(refusal.filename), SkipReason("cannot_open", (("error", str(refusal.strerror)),))
        inside = [] if is_gone(refusal) else sorted(path for path in known if path.is_relative_to(shut))
        why = SkipReason("kept", (("reason", reason),)) if inside else reason
        skipped.append(Skipped.of(display_name(str(shut)), why))
        for path in inside:
            yield path, path.relative_to(source).as_posix(), str(refusal.strerror)


def _is_link(path: Path) -> bool:
    """Return whether it is a symbolic link, as far as its folder can be read."""
    try:
        return path.is_symlink()
    except OSError:
        return False


def _is_of_page(path: Path) -> bool:
    """Return whether a file is in the folder that a browser made beside a page it saved."""
    name, mark, _ = path.parent.name.rpartition("_")
    name = name if mark else path.parent.name.removesuffix(".files")
    folder = path.parent.parent
    return name != path.parent.name and any(is_there(folder / f"{name}{ending}") for ending in (".html", ".htm"))


def _require_article(path: Path, root: Path, leave_out: Path) -> None:
    """Raise ValueError with the reason if `path` is not read as an article, whatever it contains."""
    if path.suffix.lower() not in KINDS:
        raise NotAnArticle("kind", kind=display_name(path.suffix) or "without an ending", kinds=", ".join(KINDS))
    if path.suffix.lower() in PICTURES and _is_of_page(path):
        raise NotAnArticle("page_picture")
    if _is_link(path) and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise NotAnArticle("link_outside")
    if _is_link(path) and refused(path, leave_out):
        raise NotAnArticle("link_system")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise NotAnArticle("not_regular")
    except OSError as error:
        if is_gone(error):  # else whoever reads it is told, and may know what it was
            raise NotAnArticle("cannot_read", error=str(error.strerror)) from None
