"""Every write to a library's files, in one place, so that a test can fail or kill the program at each of them.

numpy.save and faiss.write_index can lose the end of a file on a full disk without an error; a plain write, flush and
fsync cannot. Whatever goes into a library is therefore turned into bytes first and written here.

Files are readable by their owner alone, whatever the umask: a library holds articles that others may not read.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import io
import os
import re
import secrets
import shutil
import stat
import time
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from index.errors import LibraryBusy


def sha256(data: bytes | memoryview) -> str:
    """Return the SHA-256 of `data` in hex."""
    return hashlib.sha256(data).hexdigest()


class OpenFile:
    """A file kept open for reading, unaffected by what happens to its name; closed when nothing refers to it.

    It is read, not mapped: a disk that is unplugged or a file that is truncated raises an error, where a mapping would
    crash the process.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._descriptor)
        found = os.fstat(self._descriptor)
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        self.size = found.st_size

    def read_into(self, buffer: memoryview, start: int) -> None:
        """Fill a buffer with the bytes from offset `start`. Raises OSError, also when the file ends too early."""
        done = 0
        try:  # not `_named`, which would take longer than reading a row
            while done < len(buffer):
                count = os.preadv(self._descriptor, [buffer[done:]], start + done)
                if not count:
                    raise OSError(errno.EIO, "it ends too early")
                done += count
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def read_all(self) -> bytes:
        """Return all its bytes."""
        with self._named(), io.FileIO(self._descriptor, closefd=False) as file:
            file.seek(0)
            return file.readall()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Add the file's name to the system's errors, which do not know it for an open file."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from None

    def has(self, sha: str) -> bool:
        """Return whether `sha` is its SHA-256. Hashes a file once per process, or when its size or time changes."""
        stamp = _stamp(os.fstat(self._descriptor))
        if _verified.get(stamp) == sha:
            return True
        digest, buffer = hashlib.sha256(), memoryview(bytearray(min(self.size, 1 << 20)))
        for start in range(0, self.size, 1 << 20):
            piece = buffer[: min(1 << 20, self.size - start)]
            self.read_into(piece, start)
            digest.update(piece)
        if digest.hexdigest() != sha:
            return False
        _remember(stamp, sha)
        return True


_Stamp = tuple[int, int, int, int]
_verified: dict[_Stamp, str] = {}
_SETTLED_NS = 100_000_000  # a file changed so shortly ago could change again without getting another time


def _stamp(file: os.stat_result) -> _Stamp:
    return file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns


def _remember(stamp: _Stamp, sha: str) -> None:
    if time.time_ns() - stamp[3] > _SETTLED_NS:
        _verified[stamp] = sha


def was_written(path: Path, sha: str) -> None:
    """Record that this process wrote the file and knows its SHA-256, so that it need not hash it again."""
    _remember(_stamp(path.stat()), sha)


def link(source: Path, target: Path) -> None:
    """Give a file a second name, or copy it where the file system has no hard links. Raises OSError."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV, errno.ENOSYS):
            raise
        write_file(target, source.read_bytes())


def make_folder(path: Path) -> None:
    """Create a folder for its owner alone, and missing parents with the usual rights; leave an existing one alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_folders(path: Path) -> None:
    """Create a folder and its missing parents for their owner alone; leave those that exist alone."""
    if not path.is_dir():
        make_folders(path.parent)
        path.mkdir(mode=0o700)


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Write and fsync a new file. Raises OSError if the disk did not take all of it."""
    with open(path, "wb", opener=for_owner) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_new(path: Path, pieces: Iterable[bytes]) -> tuple[int, str]:
    """Write a new file piece by piece, for its owner alone, and return its bytes and SHA-256. `sync` makes it durable.

    Raises FileExistsError if there is anything of that name, OSError if the disk did not take all of it.
    """
    digest, n_bytes = hashlib.sha256(), 0
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)) as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            n_bytes += len(piece)
    return n_bytes, digest.hexdigest()


def sync() -> None:
    """Make durable all that was written: cheaper than a call for each of many files."""
    os.sync()


def atomic_write(path: Path, data: bytes | memoryview, *, mode: int = 0o600, is_durable: bool = True) -> None:
    """Write a file in the place of one that stays whole until then; for its owner only unless `mode` says more.

    When it is not durable, a power cut may leave something else: for what can be made again. Raises OSError when the
    disk did not take all of it; then nothing of it is left.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with open(new, "xb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, mode)) as file:
            file.write(data)
            if is_durable:
                file.flush()
                os.fsync(file.fileno())
        rename(new, path)
    except BaseException:
        remove(new)
        raise


def append(path: Path, data: bytes) -> None:
    """Append to a file, flushed to the system but not to the disk: for work that can be redone."""
    with open(path, "ab", opener=for_owner) as file:
        file.write(data)


def for_owner(path: str, flags: int) -> int:
    """Open a file for its owner alone: an `opener` for the built-in `open`."""
    return os.open(path, flags, 0o600)


def data_folder() -> Path:
    """Return citeline's folder among the user's data: $XDG_DATA_HOME/citeline, or ~/.local/share/citeline."""
    return Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "citeline"


class Own(StrEnum):
    """All that citeline itself writes in a library's folder, by the names it has there."""

    CURRENT = "CURRENT"
    """Which generation is the current one."""
    NEXT = "CURRENT.new"
    GENERATIONS = "gen"
    LOCK = "lock"
    PENDING = "pending.bin"
    """Vectors of a build that was interrupted."""
    ADDED = "added"
    """Articles that were copied into the library."""
    TALKS = "talks"
    """Conversations."""
    OCR = "ocr"
    """What a build that was interrupted had read by OCR."""
    PACE = "pace.json"
    SERVING = "serving.json"
    FIRST_QUESTIONS = "first_questions.json"
    STORE = "STORE"
    """The address of a library that is kept elsewhere."""
    CACHE = "cache"


_OWN = frozenset(Own)
_UNFINISHED = re.compile(r"\.(?P<name>.+)\.[a-z0-9_]{4,12}(?:\.new)?")


def is_own(name: str) -> bool:
    """Return whether a name in a library's folder is that of a file of citeline's, or of one half written."""
    unfinished = _UNFINISHED.fullmatch(name)
    return (unfinished["name"] if unfinished else name) in _OWN


def tighten(library: Path) -> None:
    """Remove the rights of others to a library, which an earlier citeline or a copy may have left.

    In a folder that holds other things too, only citeline's own files are touched. What cannot be changed stays as it
    is.
    """
    with suppress(OSError):
        entries = list(os.scandir(library))
        for entry in entries:
            if is_own(entry.name):
                _take_from_others(entry)
        if all(is_own(entry.name) for entry in entries) and not _is_shared_place(library):
            _close_to_others(library)


def _take_from_others(entry: os.DirEntry[str]) -> None:
    """Close a file, or a folder and what is in it; skip a folder that is closed already. Follows no link."""
    with suppress(OSError):
        is_open = bool(entry.stat(follow_symlinks=False).st_mode & 0o077)
        if entry.is_symlink() or not is_open:
            return
        if entry.is_dir(follow_symlinks=False):
            for each in os.scandir(entry.path):
                _take_from_others(each)
            _close_to_others(Path(entry.path))
        elif entry.is_file(follow_symlinks=False):
            _close_to_others(Path(entry.path))


def _close_to_others(path: Path) -> None:
    mode = path.stat().st_mode
    if mode & 0o077:
        path.chmod(stat.S_IMODE(mode) & ~0o077)


def _is_shared_place(path: Path) -> bool:
    """Return whether a folder is more than a library: somebody else's, a root, a home, or a place such as /tmp."""
    found = path.stat()
    is_foreign = found.st_uid != os.geteuid() or bool(found.st_mode & stat.S_ISVTX)
    return is_foreign or path.resolve() == Path.home().resolve() or os.path.ismount(path)


def fsync(path: Path) -> None:
    """Make durable a file's bytes, or the names created or replaced in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Rename within one file system, atomically, replacing what is there."""
    source.replace(target)


def remove(path: Path) -> None:
    """Remove a file, or a folder with its contents; do nothing if it does not exist."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_unheld(path: Path) -> None:
    """Remove a file or folder that a killed run left: one on which nobody holds a lock. No error is raised."""
    with suppress(OSError):  # somebody writes it, or it went
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(path)
        finally:
            os.close(descriptor)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the exclusive right to write in `folder`; the kernel frees it when the process ends, however it ends.

    Raises LibraryBusy at once if another process holds it.
    """
    descriptor = os.open(folder / Own.LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LibraryBusy(
                f"{folder} is being written by another citeline. Questions are still answered from what was "
                "published before; try again when it has finished."
            ) from None
        yield
    finally:
        os.close(descriptor)
