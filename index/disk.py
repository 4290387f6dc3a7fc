"""Every effect on a library's files, in one place, so that a test can fail or kill the program at each of them.

numpy.save and faiss.write_index can lose the end of a file on a full disk without an error; a plain write, flush and
fsync cannot. Whatever goes into a library is therefore turned into bytes first and written here.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import LibraryBusy


def sha256(data: bytes) -> str:
    """Hex digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def write_file(path: Path, data: bytes) -> None:
    """Write and fsync a new file. Raises OSError when the disk did not take all of it."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file, flushed to the system but not to the disk: for work that may be redone."""
    with path.open("ab") as file:
        file.write(data)


def fsync(path: Path) -> None:
    """Make a file's bytes durable, or the names created or replaced in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def rename(source: Path, target: Path) -> None:
    """Rename within one file system, atomically, over what is there."""
    source.replace(target)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; nothing happens when there is none."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def writer_lock(folder: Path) -> Iterator[None]:
    """Hold the only right to write in `folder`; the kernel frees it when the process ends, however it ends.

    Raises LibraryBusy at once when another process holds it.
    """
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LibraryBusy(
                f"{folder} is being written by another citeline. Questions go on being answered from what was "
                "published before; try again when it has finished."
            ) from None
        yield
    finally:
        os.close(descriptor)
