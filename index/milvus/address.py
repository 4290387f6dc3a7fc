"""Where a library in Milvus is, `milvus://HOST[:PORT]/NAME`, and the folder that stands for it on this machine.

That folder holds what belongs to the machine (copied-in articles, conversations, the vectors of an interrupted build, a
cache of what was fetched) and a file STORE with the address. Everything that takes a library's folder takes it as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from index import disk
from index.errors import LibraryDamaged, LibraryError

SCHEMES = ("milvus://", "milvus+tls://")
STORE = disk.Own.STORE
PORT = 19530
INDEXES = ("FLAT", "HNSW")
"""How chunk vectors may be indexed: exactly, or approximately."""
_SHAPE = re.compile(
    r"milvus(\+tls)?:/{1,2}([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::([0-9]{1,5}))?/([A-Za-z][A-Za-z0-9_]{0,63})(?:\?index=([A-Za-z]{1,16}))?"
)
_EXPECTED = (
    "expected milvus://HOST:PORT/NAME, NAME of up to 64 letters without accents, digits and _, such as "
    "milvus://127.0.0.1:19530/articles"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and a library on it."""

    host: str
    name: str
    port: int = PORT
    is_tls: bool = False
    index: str = INDEXES[0]
    """How the chunk vectors that are written are indexed."""

    @property
    def server(self) -> str:
        """The server as a person writes it."""
        return f"{self.host}:{self.port}"

    @property
    def uri(self) -> str:
        """What pymilvus connects to."""
        return f"{'https' if self.is_tls else 'http'}://{self.server}"

    def __str__(self) -> str:
        index = "" if self.index == INDEXES[0] else f"?index={self.index}"
        return f"{SCHEMES[self.is_tls]}{self.server}/{self.name}{index}"


def address_of(text: str) -> Address | None:
    """Return the address that a text is, None if it is none, such as a folder. Raises LibraryError for half of one.

    One slash after the colon will do: a `Path` has swallowed the other.
    """
    if not re.match(r"milvus(\+[a-z]*)?:", text, re.IGNORECASE):
        return None
    found = _SHAPE.fullmatch(text)
    if not found or int(found[3] or PORT) > 65535 or (index := (found[5] or INDEXES[0]).upper()) not in INDEXES:
        raise LibraryError(f"{text} is no address of a library in Milvus: {_EXPECTED}")
    return Address(found[2].lower(), found[4], int(found[3] or PORT), bool(found[1]), index)


def folder_of(address: Address) -> Path:
    """Return the folder on this machine that stands for a library in Milvus, in the user's data folder."""
    host = re.sub(r"[^a-z0-9.-]+", "-", address.host).strip("-")
    folder = f"{host}-{address.port}{'-tls' if address.is_tls else ''}-{address.name}"
    return disk.data_folder() / "milvus" / folder


def settle(text: str) -> Path:
    """Return the folder of the library that a text names: a folder, or an address, whose folder is made if need be.

    Where the address does not say how vectors are indexed, that stays as it was said before. Raises LibraryError if it
    begins as an address and is none, or its folder cannot be made.
    """
    address = address_of(text)
    if address is None:
        return Path(text).expanduser()
    folder = folder_of(address)
    try:
        disk.make_folder(folder)
        before = _read(folder)
        if before is None or ("?" in text and before != str(address)):
            disk.atomic_write(folder / STORE, f"{address}\n".encode())
    except OSError as error:
        raise LibraryError(f"the folder of {address} cannot be made: {folder}: {error.strerror}") from None
    return folder


def address_at(folder: Path) -> Address | None:
    """Return where the library of a folder really is; None if it is in the folder. Raises LibraryDamaged."""
    text = _read(folder)
    if text is None:
        return None
    try:
        found = address_of(text)
    except LibraryError:
        found = None
    if found is None:
        raise LibraryDamaged(f"{folder / STORE} holds no address of a library in Milvus: {_EXPECTED}")
    return found


def _read(folder: Path) -> str | None:
    try:
        return (folder / STORE).read_text(encoding="ascii", errors="replace")[:1000].strip()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None  # whoever opens the library says that its folder is not there, or closed
    except OSError as error:
        raise LibraryDamaged(f"{folder / STORE} cannot be read: {error.strerror}") from None
