"""Files copied into a library's own folder: each gets its name when it is complete and on the disk, or never.

Until then it is a hidden file on which its writer holds a lock. The kernel frees the lock when the process ends,
however it ends, so a hidden file without a lock was left by a process that was killed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from index import disk

PREFIX = ".incoming-"
_OLD_NAME = ".*.new"  # what an upload of an earlier citeline was called; nothing says who writes it
_OLD_SECONDS = 86_400.0
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


class Incoming:
    """A file being copied into a folder piece by piece. On exit (`with`), only what was named remains.

    Every method raises OSError if the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        """Create the folder if necessary."""
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            disk.fsync(folder.parent)
        self.n_bytes = 0
        self._digest = hashlib.sha256()
        self._path, descriptor = _held(folder)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes | memoryview) -> None:
        """Append to the file."""
        self._file.write(data)
        self._digest.update(data)
        self.n_bytes += len(data)

    def is_same(self, path: Path) -> bool:
        """Return whether a regular file holds exactly the bytes that were written."""
        if path.is_symlink() or not path.is_file() or path.stat().st_size != self.n_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == self._digest.digest()

    def name(self, path: Path) -> bool:
        """Give the file its name, in the same folder, once it is on the disk. Return False if the name is taken."""
        self._file.flush()
        os.fsync(self._file.fileno())
        try:
            _link(self._path, path)
        except FileExistsError:
            return False
        try:
            disk.remove(self._path)
            disk.fsync(path.parent)
        except OSError:
            disk.remove(path)
            raise
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            disk.remove(self._path)
        with suppress(OSError):  # what a full disk did not take is written once more, and refused once more
            self._file.close()


def sweep(folder: Path) -> None:
    """Remove what killed uploads left. Files that any process is still writing stay."""
    for leftover in folder.glob(f"{PREFIX}*"):
        disk.remove_unheld(leftover)  # what could not be removed is swept the next time
    for leftover in folder.glob(_OLD_NAME):
        with suppress(OSError):
            if leftover.is_file() and time.time() - leftover.stat().st_mtime > _OLD_SECONDS:
                disk.remove(leftover)


def _held(folder: Path) -> tuple[Path, int]:
    """Create a hidden file for its owner only, open for writing, with a lock that tells `sweep` to leave it alone."""
    while True:
        path = folder / f"{PREFIX}{secrets.token_hex(8)}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return path, descriptor
        except (BlockingIOError, FileNotFoundError):  # swept before it was held
            pass
        except OSError:
            os.close(descriptor)
            disk.remove(path)
            raise
        os.close(descriptor)


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, never over another file. Raises FileExistsError, or OSError."""
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No hard links, as on a memory stick: the name is taken first, and stays if the process is killed right here.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        try:
            disk.rename(source, target)
        except OSError:
            disk.remove(target)
            raise
