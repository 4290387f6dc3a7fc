"""Questions and indexing share the embedder and two cores: a question goes first."""

from __future__ import annotations

import threading
from types import TracebackType


class Asking:
    """Entered (`with`) while a question is being answered, by as many threads as there are questions."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_asking = 0

    def __enter__(self) -> Asking:
        with self._changed:
            self._n_asking += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._n_asking -= 1
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Return whether no question is being answered, now or within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._n_asking, seconds)
