"""The model's state after reading the beginning of a prompt, on disk: no process reads the same instructions twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index import disk
from index.models import models_dir

MOST = 16
"""Number of states kept, about 9 MB each for the default model; the least recently used one goes first."""
ABANDONED_S = 3600.0
"""Seconds after which a half-written file counts as left by a killed process: a state is written in milliseconds."""

_DIGEST = hashlib.sha256().digest_size


class Prefixes:
    """States of one model as written by one build of llama.cpp, by the tokens that were read."""

    def __init__(self, model: str, folder: Path | None = None) -> None:
        """`model` is whatever makes a state differ besides the tokens; the folder is created at the first save."""
        self._model = model.encode()
        self._folder = folder or models_dir().parent / "prefixes"

    def load(self, tokens: Sequence[int]) -> bytes | None:
        """Return the state after these tokens; None if it was not saved, or is damaged."""
        path = self._path(tokens)
        try:
            data = path.read_bytes()
            if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                path.unlink()
                return None
            os.utime(path)
        except OSError:
            return None
        return data[_DIGEST:]

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Save a state; if the disk refuses, only time is lost."""
        with contextlib.suppress(OSError):
            disk.make_folder(self._folder)
            disk.atomic_write(self._path(tokens), hashlib.sha256(state).digest() + state, is_durable=False)
            self._collect()

    def _path(self, tokens: Sequence[int]) -> Path:
        ids = np.asarray(tokens, dtype="<i4").tobytes()
        return self._folder / f"{hashlib.sha256(self._model + b'|' + ids).hexdigest()[:40]}.state"

    def _collect(self) -> None:
        """Remove what exceeds MOST, and what killed processes left half written."""
        kept = sorted(self._folder.glob("*.state"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[MOST:]:
            path.unlink(missing_ok=True)
        for path in self._folder.iterdir():
            is_half = path.suffix == ".new" or path.suffix[1:].isdecimal()  # as an earlier citeline called them
            if is_half and time.time() - path.stat().st_mtime > ABANDONED_S:
                path.unlink(missing_ok=True)
