"""A library, its articles' files and its conversations into one file."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from index import disk
from index.backup.archive import Writer, is_backup
from index.documents import Unreadable, is_as_indexed, path_of, read_bytes
from index.errors import BackupError
from index.milvus import store_at
from index.progress import Progress, Pulse, no_progress
from index.storage import FORMAT, Library, added_folder
from index.types import Article

_PIECE = 1 << 20
_TALK = re.compile(r"[0-9a-f]{24}\.jsonl")
State = Literal["gone", "changed", "unreadable"]


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds, and which files are not in it as they were indexed."""

    n_articles: int
    n_files: int
    n_conversations: int
    n_bytes: int
    not_as_indexed: tuple[tuple[str, State], ...]
    """(path, what it is now): a changed file is in the backup as it is now, the others are not in it."""


def back_up(library: Path, file: Path, version: str = "", progress: Progress = no_progress) -> BackupReport:
    """Write the library at `library` with its files and conversations to `file`, which gets its name when it is whole.

    An earlier backup of that name is replaced; anything else is left alone.

    Args:
        library: Folder of the library. Others may read and index it meanwhile.
        file: Where the backup goes.
        version: Of this citeline, for whoever reads the backup.
        progress: Called with phase, amount done and total; an exception it raises leaves no new file.

    Raises:
        BackupError: `file` cannot be written, or is something else than a backup.
        LibraryError: The library cannot be opened.
    """
    pulse = Pulse(progress)
    file = _real(file)
    _require_place(file)
    pulse("checking the library", 0, 0)
    with ExitStack() as held:
        found, files = _opened(library, held)
        with _new_file(file) as out:
            writer = Writer(out, version)
            for name, each in files.items():
                size = os.fstat(each.fileno()).st_size
                writer.add(f"library/{name}", size, _pieces(each, size, pulse))
            n_talks = _add_talks(writer, found.path, pulse)
            n_files, states = _add_originals(writer, found, pulse)
            about = {"sources": list(found.manifest.sources), "added": str(added_folder(found.path))}
            writer.finish(about, [{"missing": path, "state": state} for path, state in states])
            n_bytes = out.tell()
    return BackupReport(found.manifest.n_articles, n_files, n_talks, n_bytes, tuple(states))


def _opened(path: Path, held: ExitStack) -> tuple[Library, dict[str, IO[bytes]]]:
    """Open a library and all files of its generation, which stay readable when a writer removes it."""
    if store := store_at(path):
        raise BackupError(
            f"{store.address} is in Milvus, and only what is in a folder is backed up. Copy it to one first: "
            f"citeline copy {store.address} --library FOLDER"
        )
    for attempt in (1, 2):
        library = Library.open(path)
        if library.manifest.format != FORMAT:
            raise BackupError(
                f"the library at {path} is in the format of an earlier citeline. Bring it up to date, then back it up: "
                "citeline index"
            )
        try:
            names = ["manifest.json", *sorted(library.manifest.files)]
            return library, {name: held.enter_context((library.folder / name).open("rb")) for name in names}
        except FileNotFoundError:
            if attempt == 2:
                raise
    raise AssertionError


def _add_talks(writer: Writer, library: Path, pulse: Pulse) -> int:
    """Add the conversations, each up to the end of its last whole line."""
    talks = library / disk.Own.TALKS
    names = sorted(each.name for each in talks.iterdir() if _TALK.fullmatch(each.name)) if talks.is_dir() else []
    for name in names:
        pulse.tick()
        try:
            descriptor = os.open(talks / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:  # deleted meanwhile
            continue
        with os.fdopen(descriptor, "rb") as file:
            data = file.read()
        data = data[: data.rfind(b"\n") + 1]
        writer.add(f"talks/{name}", len(data), [data])
    return len(names)


def _add_originals(writer: Writer, library: Library, pulse: Pulse) -> tuple[int, list[tuple[str, State]]]:
    """Add each file that articles were read from. Return how many, and those that are not what was indexed."""
    by_path: dict[str, list[Article]] = {each.path: [] for each in library.manifest.excluded}
    for article in library.articles:
        by_path.setdefault(article.path, []).append(article)
    many = {each.path: each.sha256 for each in library.manifest.many}
    states: list[tuple[str, State]] = []
    n_files = 0
    for n, (name, articles) in enumerate(sorted(by_path.items())):
        pulse("copying the articles' files", n, len(by_path))
        path = path_of(name)
        source = _source_of(path, library.manifest.sources)
        if source is None:
            raise BackupError(f"{name} is in none of the library's folders. Bring it up to date: citeline index")
        data = _data_of(path, Path(library.manifest.sources[source]))
        if not isinstance(data, bytes):
            states.append((name, data))
            continue
        if not is_as_indexed(path, data, articles, many.get(name, "")):
            states.append((name, "changed"))
        n_files += 1
        relative = os.fsencode(path)[len(os.fsencode(library.manifest.sources[source])) :].lstrip(b"/")
        with suppress(OSError):
            mtime = path.stat().st_mtime
        more = {"source": source, "path": relative.decode("utf-8", "surrogateescape")}
        writer.add(f"originals/{n_files}", len(data), [data], mtime, **more)
    return n_files, states


def _source_of(path: Path, sources: tuple[str, ...]) -> int | None:
    """Return which of a library's folders a file is in: the deepest."""
    held = [n for n, source in enumerate(sources) if path.is_relative_to(source)]
    return max(held, key=lambda n: len(sources[n]), default=None)


def _data_of(path: Path, source: Path) -> bytes | State:
    """Return the bytes of an article's file, or why there are none. A link that leads out of its folder is not read."""
    try:
        real = Path(os.path.realpath(path))
        if not real.exists():
            return "gone"
        if not real.is_relative_to(os.path.realpath(source)):
            return "unreadable"
        return read_bytes(path, str(real))
    except (OSError, Unreadable, ValueError):
        return "unreadable" if os.path.lexists(path) else "gone"


def _pieces(file: IO[bytes], size: int, pulse: Pulse) -> Iterator[bytes]:
    name = Path(file.name).name
    for start in range(0, size, _PIECE):
        pulse(f"copying {name}" if size > 64 * _PIECE else "copying the library", start, size)
        yield file.read(min(_PIECE, size - start))


def _real(file: Path) -> Path:
    """Return where a backup goes that is named by a link: a link stays one. Raises BackupError for an odd name."""
    try:
        return Path(os.path.realpath(file))
    except ValueError:
        raise BackupError("a name of a file cannot hold a NUL. Name another file for the backup") from None


def _require_place(file: Path) -> None:
    """Raise BackupError if a backup cannot be put there, before anything is read."""
    if not file.parent.is_dir():
        raise BackupError(f"there is no folder {file.parent}. Make it, or name another place for the backup")
    if os.path.lexists(file) and not is_backup(file):
        raise BackupError(f"{file} is there and is no backup of citeline, so it is left alone. Name a new file")


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """Write a file beside its place, for its owner alone; it gets its name on the disk and whole, or never.

    What a killed run left of the same name is removed first: nobody holds a lock on it.
    """
    for leftover in path.parent.glob(f".{_escaped(path.name)}.????????.new"):
        disk.remove_unheld(leftover)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(new, "xb", opener=disk.for_owner) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            file.flush()
            os.fsync(file.fileno())
            disk.rename(new, path)
        disk.fsync(path.parent)
    except OSError as error:
        raise BackupError(
            f"{path} cannot be written: {error.strerror}. What is there is as it was; name a place with more room, or "
            "one where you may write"
        ) from None
    finally:
        with suppress(OSError):
            disk.remove(new)


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)
