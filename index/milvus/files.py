"""Files as rows of text: compressed, in pieces that fit into a field."""

from __future__ import annotations

import base64
import errno
import zlib
from collections.abc import Iterator, Mapping

from index.errors import LibraryDamaged
from index.milvus.client import Client, Gone, Row
from index.progress import Tick, no_tick

FIELDS: list[tuple[str, str, Row]] = [
    ("id", "VARCHAR", {"max_length": 200}),
    ("number", "INT64", {}),
    ("n_pieces", "INT64", {}),
    ("text", "VARCHAR", {"max_length": 65_535}),
    ("vector", "FLOAT_VECTOR", {"dim": 2}),
]
"""A collection must have vectors, so every row has one that says nothing."""
NOTHING = (0.0, 0.0)
_PIECE = 48_000  # bytes, 64,000 characters in base64
_AT_ONCE = 64  # pieces in one call: 4 MB
_BLOCK = 1 << 20
_MOST_GROWTH = 64  # bytes by which deflate may lengthen a block of what cannot be compressed, amply


class Files:
    """The files of a library's generations, in one collection."""

    def __init__(self, client: Client, name: str) -> None:
        self._client, self.name = client, name

    def write(self, number: int, files: Mapping[str, bytes | memoryview], tick: Tick = no_tick) -> None:
        """Write files that belong to one number; they are there for everyone once this returns."""
        rows: list[Row] = []
        for name, content in files.items():
            pieces = list(_pieces(content))
            for n, piece in enumerate(pieces):
                text = base64.b64encode(piece).decode("ascii")
                rows.append(
                    {"id": f"{number}/{name}/{n}", "number": number, "n_pieces": len(pieces), "text": text,
                     "vector": NOTHING}
                )  # fmt: skip
                if len(rows) == _AT_ONCE:
                    tick()
                    self._client.insert(self.name, rows)
                    rows = []
        if rows:
            self._client.insert(self.name, rows)

    def read(self, number: int, name: str, size: int) -> bytes:
        """Return a file of that many bytes.

        Raises FileNotFoundError if it is not there, LibraryDamaged if a part of it is not.
        """
        first = self._pieces_of([f"{number}/{name}/0"])
        if not first:
            raise FileNotFoundError(errno.ENOENT, "no such file in Milvus", name)
        n = int(first[0]["n_pieces"])
        if not 1 <= n <= 2 + (size + _MOST_GROWTH * (1 + size // _BLOCK)) // _PIECE:
            raise LibraryDamaged(f"{name} in Milvus has {n} pieces, too many for {size} bytes")
        inflate, found, left = zlib.decompressobj(), bytearray(), size + 1
        for start in range(0, n, _AT_ONCE):
            ids = [f"{number}/{name}/{at}" for at in range(start, min(start + _AT_ONCE, n))]
            rows = first if n == 1 else self._pieces_of(ids)
            rows.sort(key=lambda row: int(row["id"].rpartition("/")[2]))
            for row in rows:
                try:
                    found += inflate.decompress(base64.b64decode(row["text"], validate=True), max(left, 1))
                except (ValueError, zlib.error):
                    raise LibraryDamaged(f"{name} in Milvus cannot be decoded") from None
                left = size + 1 - len(found)
                if left <= 0:
                    raise LibraryDamaged(f"{name} in Milvus is longer than its {size} bytes")
        if len(found) != size or not inflate.eof:
            raise LibraryDamaged(f"{name} in Milvus has {len(found)} of {size} bytes")
        return bytes(found)

    def numbers(self) -> dict[int, list[str]]:
        """Return the ids of all rows by the number they belong to."""
        found: dict[int, list[str]] = {}
        for row in self._client.query_all(self.name, ["id", "number"]):
            found.setdefault(int(row["number"]), []).append(str(row["id"]))
        return found

    def _pieces_of(self, ids: list[str]) -> list[Row]:
        listed = ", ".join(f'"{each}"' for each in ids)
        try:
            return self._client.query(self.name, f"id in [{listed}]", ["id", "n_pieces", "text"])
        except Gone:
            return []


def _pieces(content: bytes | memoryview) -> Iterator[bytes]:
    deflate, waiting = zlib.compressobj(1), bytearray()
    view = memoryview(content)
    for start in range(0, len(view), _BLOCK):
        waiting += deflate.compress(view[start : start + _BLOCK])
        while len(waiting) >= _PIECE:
            yield bytes(waiting[:_PIECE])
            del waiting[:_PIECE]
    waiting += deflate.flush()
    for start in range(0, len(waiting), _PIECE):
        yield bytes(waiting[start : start + _PIECE])
