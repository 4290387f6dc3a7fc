"""Where articles in object storage are, `s3://BUCKET/PREFIX`, and the folder on this machine that stands for it.

    $CITELINE_OBJECTS/DIGEST/ADDRESS     the address, in a line; DIGEST is made of it
    $CITELINE_OBJECTS/DIGEST/FETCHED     what was copied, as the bucket described it
    $CITELINE_OBJECTS/DIGEST/NAME/…      the copies, under the last part of the address

The last one is what a library has among its folders. The default is `objects` in citeline's data folder.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from index import disk
from index.errors import CorpusError

SCHEME = "s3://"
ADDRESS = "ADDRESS"
FOLDER = "CITELINE_OBJECTS"
"""Environment variable with the folder for copies: one that all machines see, where several read them."""
_SHAPE = re.compile(r"s3:/{1,2}([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/+(.*?))?/*", re.DOTALL)
_LONGEST_PART = 200
"""Bytes of a file's name, with room for what it is called until it is complete."""
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Source:
    """A bucket, or what lies under a prefix of one as in a folder."""

    bucket: str
    prefix: str = ""
    """Without a slash at its ends."""

    @property
    def start(self) -> str:
        """What the keys of its objects begin with."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def name(self) -> str:
        """Its last part, which names the folder of the copies."""
        return self.prefix.rpartition("/")[2] or self.bucket

    def __str__(self) -> str:
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")


def source_of(text: str) -> Source | None:
    """Return the source that a text is the address of; None if it is none, such as a folder.

    One slash after the colon will do: a `Path` has swallowed the other. Raises CorpusError for half of one.
    """
    if not re.match("s3:", text, re.IGNORECASE):
        return None
    found = _SHAPE.fullmatch(text)
    if not found or (found[2] and not is_path(found[2])):
        raise CorpusError(  # without the text, in which somebody may have put a password
            "that is no address in object storage: expected s3://BUCKET or s3://BUCKET/PREFIX, such as "
            "s3://archive/articles (keys belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
        )
    return Source(found[1], found[2] or "")


def is_path(key: str) -> bool:
    """Return whether a key, or the rest of one, names a file below a folder on every disk, and nothing else."""
    parts = key.split("/")
    are_names = all(part not in ("", ".", "..") and len(os.fsencode(part)) <= _LONGEST_PART for part in parts)
    return are_names and len(os.fsencode(key)) <= _LONGEST and not any(ord(c) < 32 or ord(c) == 127 for c in key)


def settle_source(text: str, make: bool = True) -> Path:
    """Return the folder that a text names: itself, or for an address in object storage the folder of its copies.

    That is made if need be, unless `make` is false. Raises CorpusError if it cannot be, is not there and not to be
    made, or the address is only half of one.
    """
    source = source_of(text)
    if source is None:
        return Path(text)
    kept = _root() / _digest(source)
    folder = kept / source.name
    if not make and address_at(folder) is None:
        raise CorpusError(f"{source} was never read on this machine. To list a library's folders: citeline status")
    try:
        if make and not (kept / ADDRESS).exists():
            disk.make_folder(kept)
            disk.atomic_write(kept / ADDRESS, f"{source}\n".encode())
        if make:
            disk.make_folder(folder)
    except OSError as error:
        raise CorpusError(
            f"no copies of {source} can be kept in {kept}: {error.strerror}. Name another folder: {FOLDER}=FOLDER"
        ) from None
    return folder


def address_at(folder: Path) -> Source | None:
    """Return the source of which a folder holds the copies; None for any other folder."""
    text = _address_in(folder.parent)
    source = source_of(text) if text.startswith(SCHEME) else None
    is_there = source is not None and (folder.name, folder.parent.name) == (source.name, _digest(source))
    return source if is_there else None


def shown_path(path: str) -> str:
    """Return a path as a person is shown it: a copy by its address in object storage, any other as it is."""
    root = str(_root())
    if not path.startswith(f"{root}/"):
        return path
    digest, _, rest = path[len(root) + 1 :].partition("/")
    source = address_at(Path(root, digest, rest.partition("/")[0]))
    return "/".join(filter(None, [str(source), rest.partition("/")[2]])) if source else path


def _digest(source: Source) -> str:
    return disk.sha256(str(source).encode())[:16]


def _root() -> Path:
    return Path(os.path.realpath(Path(os.environ.get(FOLDER) or disk.data_folder() / "objects").expanduser()))


def _address_in(kept: Path) -> str:
    try:
        with (kept / ADDRESS).open(encoding="utf-8", errors="replace") as file:
            return file.read(_LONGEST + 100).strip()
    except OSError:
        return ""
