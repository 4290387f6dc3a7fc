"""The file of a backup: a plain tar with a fixed order of members and a SHA-256 for each.

    citeline-backup.json    says what this is, and in which format
    library/…               the files of one generation, unpacked into no other names than these
    talks/ID.jsonl          conversations
    originals/1, …          the articles' files; where each belongs is in the manifest
    manifest.jsonl          where everything was, then a line a member: name, bytes, SHA-256
    manifest.sha256         of the manifest

Members are read by the 512 bytes of their header alone. A link, a device, a name that is none of these, or an extension
of tar that could make a header large or a name long is not read at all, so no name in a file becomes a path.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from index.errors import BackupError
from index.progress import Tick, no_tick

FORMAT = 1
FIRST = "citeline-backup.json"
_MANIFEST, _SEAL = "manifest.jsonl", "manifest.sha256"
_NAMES = re.compile(
    r"library/(manifest\.json|(?:order|families)\.bin|[a-z]{1,20}-\d{1,9}\.[a-z0-9]{1,6})|talks/[0-9a-f]{24}\.jsonl|originals/\d{1,9}"
)
_BLOCK = 512
_PIECE = 1 << 20
_MAX_FIRST = 4096
_MAX_LINE = 1 << 22
"""Bytes of a line of the manifest: the first one lists every folder of a library."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the archive, and what the manifest says of it."""

    name: str
    n_bytes: int
    sha256: str
    at: int
    """Offset of its first byte in the archive."""
    mtime: int
    """Seconds since 1970."""
    more: Mapping[str, Any] = field(default_factory=dict)


class Writer:
    """Write an archive into an open file. `finish` makes it whole; without that nothing takes it for one."""

    def __init__(self, file: IO[bytes], version: str) -> None:
        self._file = file
        self._lines: list[bytes] = []
        self._put(FIRST, json.dumps({"format": FORMAT, "citeline": version}).encode("ascii"))

    def add(self, name: str, n_bytes: int, pieces: Iterable[bytes], mtime: float = 0, **more: Any) -> str:
        """Add a member of exactly `n_bytes` and return its SHA-256; `more` goes into the manifest.

        Raises BackupError if the pieces have another length: the file changed while it was read.
        """
        assert _NAMES.fullmatch(name)
        digest, left = hashlib.sha256(), n_bytes
        self._file.write(_header(name, n_bytes, mtime))
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                break
            digest.update(piece)
            self._file.write(piece)
        if left:
            raise BackupError(f"{name} changed while it was copied. Try again: citeline backup FILE")
        self._file.write(bytes(-n_bytes % _BLOCK))
        self._lines.append(_line({"name": name, "bytes": n_bytes, "sha256": digest.hexdigest()} | more))
        return digest.hexdigest()

    def finish(self, about: Mapping[str, Any], notes: Iterable[Mapping[str, Any]]) -> None:
        """Write the manifest: `about` is its first line, each of `notes` one after it, then a line a member."""
        manifest = b"".join([_line(about), *map(_line, notes), *self._lines])
        self._put(_MANIFEST, manifest)
        self._put(_SEAL, hashlib.sha256(manifest).hexdigest().encode("ascii"))
        self._file.write(bytes(2 * _BLOCK))

    def _put(self, name: str, content: bytes) -> None:
        self._file.write(_header(name, len(content), 0) + content + bytes(-len(content) % _BLOCK))


class Reader:
    """An archive of which every byte was checked before anything of it is used."""

    def __init__(self, path: Path, tick: Tick = no_tick) -> None:
        """Open and check it. Raises BackupError: not a backup, of a newer citeline, cut short, or damaged."""
        self._path = path
        self._file = _opened(path)
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            self._check_first()
            self.about, self.notes, self.members = self._checked(tick)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def pieces(self, member: Member) -> Iterator[bytes]:
        """Yield its bytes, and raise BackupError at the end if they are no longer those that were checked."""
        digest = hashlib.sha256()
        for piece in self._bytes(member.at, member.n_bytes):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != member.sha256:
            raise self.damaged(f"{member.name} changed while it was read")

    def _check_first(self) -> None:
        try:
            head = tarfile.TarInfo.frombuf(self._file.read(_BLOCK), "ascii", "strict")
            is_ours = (head.name, head.type) == (FIRST, tarfile.REGTYPE) and 0 < head.size <= _MAX_FIRST
        except (tarfile.HeaderError, ValueError):
            is_ours = False
        if not is_ours:
            raise BackupError(
                f"{self._path} is not a backup of citeline. Name a file that was written by: citeline backup FILE"
            )
        try:
            said = json.loads(b"".join(self._bytes(_BLOCK, head.size)))
            number = said["format"]
        except (ValueError, KeyError, TypeError, RecursionError):
            number = None
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise self.damaged(f"{FIRST} names no format")
        if number > FORMAT:
            raise BackupError(
                f"{self._path} is a backup in format {number}, this citeline reads {FORMAT}. Install the newer citeline"
            )

    def _heads(self, tick: Tick) -> Iterator[tuple[str, int, int, int]]:
        """Yield name, offset, bytes and time of every member. Raises BackupError unless the end is where it should."""
        at = 0
        while True:
            tick()
            self._file.seek(at)
            block = self._file.read(_BLOCK)
            if len(block) < _BLOCK:
                raise self._cut_short()
            if block == bytes(_BLOCK):
                break
            try:
                head = tarfile.TarInfo.frombuf(block, "ascii", "strict")
            except (tarfile.HeaderError, ValueError):
                raise self.damaged(f"what should be a header at byte {at:,} is none") from None
            is_known = head.name in (FIRST, _MANIFEST, _SEAL) or _NAMES.fullmatch(head.name)
            if not is_known or head.type != tarfile.REGTYPE or head.size < 0:
                raise self.damaged(f"it holds something that no backup holds, at byte {at:,}")
            yield head.name, at + _BLOCK, head.size, max(0, int(head.mtime))
            at += _BLOCK + head.size + -head.size % _BLOCK
        for piece in self._bytes(at, self._size - at):
            if piece.strip(b"\0"):
                raise self.damaged("something follows its end")

    def _checked(self, tick: Tick) -> tuple[dict[str, Any], list[dict[str, Any]], list[Member]]:
        found: list[tuple[str, int, int, int, str]] = []
        for name, at, size, mtime in self._heads(tick):
            digest = hashlib.sha256()
            for piece in self._bytes(at, size):
                tick()
                digest.update(piece)
            found.append((name, at, size, mtime, digest.hexdigest()))
        if [each[0] for each in (found[0], *found[-2:])] != [FIRST, _MANIFEST, _SEAL]:
            raise self._cut_short()
        (_, at, size, _, sha), (_, seal_at, seal_size, _, _) = found[-2:]
        if seal_size != 64 or b"".join(self._bytes(seal_at, seal_size)) != sha.encode("ascii"):
            raise self.damaged("its manifest is not the one that was written")
        lines = [self._record(line) for line in self._lines(at, size)]
        n_notes = len(lines) - 1 - len(found[1:-2])
        if n_notes < 0:
            raise self.damaged("its manifest lists other files than it holds")
        members = []
        for (name, at, size, mtime, sha), line in zip(found[1:-2], lines[1 + n_notes :], strict=True):
            if (line.get("name"), line.get("bytes"), line.get("sha256")) != (name, size, sha):
                raise self.damaged(f"{name} is not what was written")
            members.append(Member(name, size, sha, at, mtime, line))
        if len({each.name for each in members}) != len(members):
            raise self.damaged("it holds two files of one name")
        return lines[0], lines[1 : 1 + n_notes], members

    def _lines(self, at: int, size: int) -> Iterator[bytes]:
        rest = b""
        for piece in self._bytes(at, size):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > _MAX_LINE:
                break
        if rest:
            raise self.damaged("its manifest is not written in lines")

    def _record(self, line: bytes) -> dict[str, Any]:
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise self.damaged("its manifest is not written in lines of JSON")
        return found

    def _bytes(self, at: int, size: int) -> Iterator[bytes]:
        """Yield so many bytes from an offset. Raises BackupError when the file does not have them."""
        if at + size > self._size:
            raise self._cut_short()
        while size:
            self._file.seek(at)
            piece = self._file.read(min(size, _PIECE))
            if not piece:
                raise self._cut_short()
            at, size = at + len(piece), size - len(piece)
            yield piece

    def damaged(self, what: str) -> BackupError:
        """Return the error for something in it that no backup of ours holds."""
        return BackupError(f"{self._path} is damaged: {what}. Nothing was restored; take another copy of the backup")

    def _cut_short(self) -> BackupError:
        return BackupError(
            f"{self._path} is cut short: it ends after {self._size:,} bytes, before its manifest. "
            "Nothing was restored; take another copy of the backup"
        )


def is_backup(path: Path) -> bool:
    """Return whether a file begins as a backup does."""
    try:
        with _opened(path) as file:
            head = tarfile.TarInfo.frombuf(file.read(_BLOCK), "ascii", "strict")
    except (BackupError, OSError, tarfile.HeaderError, ValueError):
        return False
    return head.name == FIRST


def _opened(path: Path) -> IO[bytes]:
    """Open a regular file; a pipe or a device is not waited for. Raises BackupError."""
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}. Name a file that citeline backup wrote") from None
    except ValueError:
        raise BackupError("a name of a file cannot hold a NUL. Name a file that citeline backup wrote") from None
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise BackupError(f"{path} is no regular file. Name a file that citeline backup wrote")
    return file


def _header(name: str, n_bytes: int, mtime: float) -> bytes:
    head = tarfile.TarInfo(name)
    head.size, head.mode, head.mtime = n_bytes, 0o600, max(0, min(int(mtime), 0o77777777777))
    return head.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")  # one block: its names are short


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record).encode("ascii") + b"\n"
