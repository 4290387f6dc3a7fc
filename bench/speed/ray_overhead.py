"""What `citeline index --ray` costs beside the same run without: one worker on one raylet, in time and processor time.

    python -m bench ray_overhead [--folder seeds/articles] [--repeats 3] [--embedder NAME]

Needs pip install 'citeline[ray]'. Each repeat runs the command without Ray, then with it, from an empty library, each
with one thread; the raylet runs already, as one of a cluster does. Processor time is that of all processes together:
the command, the raylet and its workers. The last column is the median of the ratios within a repeat.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.command import Parser
from bench.data.builds import index, raylets
from bench.paths import SEEDS
from index.models.embedder import DEFAULT_EMBEDDER
from index.storage import Library

_TICK = os.sysconf("SC_CLK_TCK")
_PAUSE_S = 0.1


class ProcessorTime:
    """Processor seconds that this process's descendants use inside a `with`, those that end in it included.

    They are looked at every 0.1 s, so what a process uses after its last look is missed.
    """

    def __enter__(self) -> ProcessorTime:
        self._before = self._look()
        self._seen = dict(self._before)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._seen.update(self._look())
        self.seconds = sum(used - self._before.get(key, 0.0) for key, used in self._seen.items())

    def _watch(self) -> None:
        while not self._stop.wait(_PAUSE_S):
            self._seen.update(self._look())

    def _look(self) -> dict[tuple[int, int], float]:
        """Seconds of each process, by its number and start."""
        found: dict[int, tuple[int, int, float]] = {}
        for each in Path("/proc").iterdir():
            if each.name.isdigit():
                try:
                    words = (each / "stat").read_text().rpartition(")")[2].split()
                except OSError:  # it has just ended
                    continue
                found[int(each.name)] = int(words[1]), int(words[19]), (int(words[11]) + int(words[12])) / _TICK
        ours = {os.getpid()}
        while more := {pid for pid, (parent, *_) in found.items() if parent in ours} - ours:
            ours |= more
        return {(pid, found[pid][1]): found[pid][2] for pid in ours - {os.getpid()} if pid in found}


def measured(folders: Sequence[Path], library: Path, embedder: str, *options: str) -> tuple[float, float]:
    """Wall-clock seconds and processor seconds of one run."""
    began = time.monotonic()
    with ProcessorTime() as used:
        index(folders, library, embedder, *options)
    return time.monotonic() - began, used.seconds


def rows(local: Sequence[tuple[float, float]], ray: Sequence[tuple[float, float]]) -> Iterator[str]:
    """The table, line by line."""
    yield "| | without Ray | with Ray | added | times |"
    yield "|---|---|---|---|---|"
    for at, name in enumerate(("wall-clock time", "processor time")):
        one, other = [each[at] for each in local], [each[at] for each in ray]
        added = statistics.median(b - a for a, b in zip(one, other, strict=True))
        times = statistics.median(b / a for a, b in zip(one, other, strict=True))
        medians = f"{statistics.median(one):.1f} s | {statistics.median(other):.1f} s"
        yield f"| {name} | {medians} | {added:.1f} s | {times:.2f} |"


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--folder", type=Path, default=SEEDS / "articles", help="articles to index")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.set_defaults(llm="none")
    args = parser.parse_args()
    local, ray = [], []
    with tempfile.TemporaryDirectory() as folder, raylets(1) as address:
        for n in range(args.repeats):
            places = Path(folder, f"local{n}"), Path(folder, f"ray{n}")
            local.append(measured([args.folder], places[0], args.embedder))
            ray.append(measured([args.folder], places[1], args.embedder, "--ray", address))
            print(f"repeat {n + 1}: {local[-1]} without, {ray[-1]} with (wall, processor)", file=sys.stderr, flush=True)
        manifest = Library.open(Path(folder, "ray0")).manifest
    print(f"{manifest.n_articles} articles, {manifest.n_chunks} chunks, {args.repeats} repeats\n")
    for line in rows(local, ray):
        print(line)
