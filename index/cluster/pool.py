"""Workers on the machines of a Ray cluster, and work handed out to them. The only module that imports ray.

A worker has one item at a time. What a lost machine had is done by another, and machines that join get workers too, so
an item is done once as far as its result is concerned, whatever dies. Which result is whose is known by its number.
"""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from index.errors import CitelineIndexError, ClusterError
from index.progress import Tick

_LISTEN_SECONDS = 0.2  # between two looks at whether it is to stop
_GROW_SECONDS = 2.0  # between two looks at which machines there are
_NOBODY_SECONDS = 30.0  # without a machine that has room for a worker
_CONNECT_SECONDS = 10.0
_MOST_TRIES = 5
"""Workers that an item may cost before it is taken to be what ends them."""
_LOCAL_STORE = 256 << 20  # bytes; results are fetched at once


@dataclass(frozen=True, slots=True)
class Share:
    """What a worker needs of its machine."""

    cpus: float = 1.0
    gpus: float = 0.0

    def __str__(self) -> str:
        return f"{self.cpus:g} CPU" + (f" and {self.gpus:g} GPU" if self.gpus else "")


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Be a part of a cluster: "auto" for the one this machine belongs to, "local" for one of this machine alone.

    Raises ClusterError if Ray is not installed or no cluster is there.
    """
    if address.startswith("ray://"):
        raise ClusterError(
            f"{address} is the address of a Ray client. Run citeline on a machine of the cluster: --ray auto"
        )
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing leaves the machine
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise ClusterError('Ray is not installed here. Type: pip install "citeline[ray]"') from None
    # It would print the logs of machines that die to this program's stdout, whatever it is told.
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
    own: dict[str, Any] = {"include_dashboard": False, "object_store_memory": _LOCAL_STORE}
    try:
        _require_listening(address)
        ray.init(address=address, log_to_driver=False, logging_level="CRITICAL", **(own if address == "local" else {}))
    except Exception as error:  # Ray raises many kinds
        raise ClusterError(
            f"no Ray cluster answers at {address}: {_first_line(error)}. Start one on the first machine: ray start "
            "--head --disable-usage-stats; on the others: ray start --address=HOST:6379; or use this machine alone: "
            "--ray local"
        ) from None
    try:
        yield
    finally:
        ray.shutdown()


class Pool:
    """As many workers as the cluster has room for, while `run` runs."""

    def __init__(self, make: Callable[[], Any], share: Share, start: Callable[[Any], Any]) -> None:
        """Take the class of a worker (`make`, with its arguments), its share, and the first call to each."""
        import ray

        self._ray = ray
        self._make = make
        self._share = share
        self._start = start
        self._starting: dict[Any, Any] = {}  # reference of the first call -> worker
        self._working: dict[Any, tuple[Any, int]] = {}  # reference of a result -> worker, number of the item
        self._idle: list[Any] = []
        self._n_lost_at_start = 0
        self._has_begun = False
        self._is_cut_off = False
        self._head = ray.get_runtime_context().gcs_address
        self.n_lost = 0
        """Workers that ended over their work, which others then did."""

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._is_cut_off:
            for worker in [*self._starting.values(), *(worker for worker, _ in self._working.values()), *self._idle]:
                self._ray.kill(worker)
        self._starting, self._working, self._idle = {}, {}, []

    def run(self, call: Callable[[Any, Any], Any], items: Sequence[Any], tick: Tick) -> Iterator[tuple[int, Any]]:
        """Yield the number of each item with its result, once, as they come.

        `call` is given a worker and an item and returns the reference of the result. What a worker raises on purpose is
        raised here.
        """
        waiting, tries = deque(range(len(items))), [0] * len(items)
        n_done, look, seen = 0, 0.0, time.monotonic()
        while n_done < len(items):
            with self._reached():
                now = time.monotonic()
                if now >= look:
                    seen = now if self._grow(len(waiting)) else seen
                    look = now + _GROW_SECONDS
                    if now - seen > _NOBODY_SECONDS:
                        raise ClusterError(self._nobody())
                while waiting and self._idle:
                    worker, n = self._idle.pop(), waiting.popleft()
                    self._working[call(worker, items[n])] = (worker, n)
                finished = self._finished(waiting, tries)
            n_done += len(finished)
            yield from finished
            tick()

    def _finished(self, waiting: deque[int], tries: list[int]) -> list[tuple[int, Any]]:
        """Return the numbers of items that have become ready, with their results; put back those that were lost."""
        found = []
        for reference in self._wait():
            worker, n = self._working.pop(reference, (None, -1))
            if worker is None:
                self._started(reference)
                continue
            done, result = self._result(reference, worker)
            if done:
                self._idle.append(worker)
                found.append((n, result))
                continue
            self.n_lost += 1
            tries[n] += 1
            if tries[n] == _MOST_TRIES:
                raise ClusterError(
                    f"{_MOST_TRIES} workers ended over the same work ({result}). If their machines ran out of "
                    "memory, let fewer share one: a larger --ray-cpus"
                )
            waiting.appendleft(n)
        return found

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Turn what Ray raises when this machine's part of the cluster, or its head, has ended into one line."""
        try:
            yield
        except CitelineIndexError:
            raise
        except Exception as error:  # Ray raises many kinds, an OSError among them, which would be taken for the disk's
            self._is_cut_off = True
            raise ClusterError(
                f"this machine lost its Ray cluster: {_first_line(error)}. Start it again and run the command again: "
                "what was embedded is kept"
            ) from None

    def _wait(self) -> list[Any]:
        """Return the references that have become ready."""
        pending = [*self._working, *self._starting]
        if not pending:
            time.sleep(_LISTEN_SECONDS)
            return []
        ready, _ = self._ray.wait(pending, num_returns=1, timeout=_LISTEN_SECONDS)
        return list(ready)

    def _started(self, reference: Any) -> None:
        worker = self._starting.pop(reference)
        done, result = self._result(reference, worker)
        if done:
            self._idle.append(worker)
            self._n_lost_at_start, self._has_begun = 0, True
            return
        self._n_lost_at_start += 1
        if "No module named 'index" in result:
            raise ClusterError("a machine of the cluster has no citeline. Install the same one on every machine")
        if self._n_lost_at_start == _MOST_TRIES:
            raise ClusterError(f"{_MOST_TRIES} workers ended before they had begun: {result}")

    def _result(self, reference: Any, worker: Any) -> tuple[bool, Any]:
        """Return True and a result, or False and what became of the worker; raise what it raised."""
        try:
            return True, self._ray.get(reference, timeout=60)
        except self._ray.exceptions.RayTaskError as error:
            cause = getattr(error, "cause", None)
            if isinstance(cause, CitelineIndexError):
                raise cause from None
            raise ClusterError(f"a worker failed: {_last_line(error)}") from None
        except self._ray.exceptions.RayError as error:
            self._ray.kill(worker)
            return False, " ".join(str(error).split())[:2000]

    def _grow(self, n_waiting: int) -> bool:
        """Ask for as many workers as there is room for and work for; return whether any machine has room."""
        _require_listening(self._head)  # else Ray would wait a minute, and then end this process
        n_there = len(self._starting) + len(self._working) + len(self._idle)
        room = sum(map(self._room_on, self._ray.nodes()))
        for _ in range(min(room - n_there, n_waiting - len(self._starting) - len(self._idle))):
            worker = self._make()
            self._starting[self._start(worker)] = worker
        return room > 0

    def _nobody(self) -> str:
        if self._has_begun:
            return (
                f"the machines of the cluster that had {self._share} for a worker are gone. Start one and run the "
                "command again: what was embedded is kept"
            )
        return f"no machine of the cluster has {self._share} for a worker. Give it less"

    def _room_on(self, node: dict[str, Any]) -> int:
        """Return how many workers a machine could have if it did nothing else."""
        if not node["Alive"]:
            return 0
        share, has = self._share, node["Resources"]
        most = int(has.get("CPU", 0) / share.cpus) if share.cpus else 1 << 10
        return min(most, int(has.get("GPU", 0) / share.gpus)) if share.gpus else most


def remote(kind: type, share: Share, *given: object) -> Callable[[], Any]:
    """Return what makes a worker of this class, somewhere with room for its share."""
    import ray

    # A lost one is replaced by the pool: Ray would wait for a machine with room, and let what it had wait too.
    made = ray.remote(num_cpus=share.cpus, num_gpus=share.gpus, max_restarts=0, max_task_retries=0)(kind)
    spread = made.options(scheduling_strategy="SPREAD")
    return lambda: spread.remote(*given)


def _require_listening(address: str) -> None:
    """Raise OSError if nobody listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.rpartition(":")
    if address not in ("auto", "local"):
        if not host or not port.isdecimal():
            raise OSError("it is none of auto, local and HOST:PORT")
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()


def _first_line(error: BaseException) -> str:
    return next((line.strip().rstrip(".") for line in str(error).split("\n") if line.strip()), type(error).__name__)


def _last_line(error: BaseException) -> str:
    return next((line.strip() for line in reversed(str(error).split("\n")) if line.strip()), type(error).__name__)
