"""What was found last, by what it was found for."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lru(Generic[K, V]):
    """The `most` values that were used last. Safe across threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._kept: dict[K, V] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return the value of a key, None when it is not there (any more)."""
        with self._lock:
            if key not in self._kept:
                return None
            value = self._kept[key] = self._kept.pop(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Keep a value; the one that was used longest ago goes when there is no room."""
        with self._lock:
            self._kept[key] = value
            if len(self._kept) > self.most:
                del self._kept[next(iter(self._kept))]

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
