"""Vectors of an interrupted build, kept for the next one."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import disk
from index.arrays import Array
from index.models import Embedder


class Journal:
    """Vectors of a build in progress, so that an interrupted one does not embed them again.

    A record is a 32-byte key, dim float32 values and a CRC-32; a torn or foreign record ends reading.
    """

    def __init__(self, path: Path, embedder: Embedder) -> None:
        self._path = path
        self._dim = embedder.dim
        self._head = hashlib.sha256(f"{embedder.fingerprint} {embedder.dim}".encode()).digest()

    def vectors(self) -> dict[bytes, Array]:
        if not self._path.exists():
            return {}
        data = self._path.read_bytes()
        size = 32 + 4 * self._dim
        found: dict[bytes, Array] = {}
        if not data.startswith(self._head):
            self.clear()
            return found
        end = 32
        while end + size + 4 <= len(data):
            record = data[end : end + size]
            if struct.unpack("<I", data[end + size : end + size + 4])[0] != zlib.crc32(record):
                break
            found[record[:32]] = np.frombuffer(record[32:], dtype="<f4")
            end += size + 4
        if end < len(data):
            with self._path.open("r+b") as file:  # what is added next must follow a whole record
                file.truncate(end)
        return found

    def add(self, keys: Sequence[bytes], vectors: Array) -> None:
        records = [key + vector.astype("<f4").tobytes() for key, vector in zip(keys, vectors, strict=True)]
        start = b"" if self._path.exists() else self._head
        disk.append(self._path, start + b"".join(r + struct.pack("<I", zlib.crc32(r)) for r in records))

    def clear(self) -> None:
        disk.remove(self._path)
