"""Count folders before they are read: how many articles of which kinds, what is skipped, about how long it takes."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.disk import Own, write_file
from index.documents import most_bytes, walk
from index.skip_reason import SkipReason
from index.types import Skipped

FILE = Own.PACE
"""Name of the file in a library that records how fast its last texts were embedded on this machine."""
CHUNK_BYTES = 600
"""Estimated text per chunk, in bytes; most chunks end before their limit, at the end of a paragraph."""
SHARE = {
    ".html": 0.2, ".htm": 0.2, ".pdf": 0.05, ".docx": 0.3, ".epub": 0.8, ".odt": 0.3, ".rtf": 0.5, ".eml": 0.2,
    ".mbox": 0.2, ".mhtml": 0.05, ".mht": 0.05, ".xml": 0.5, ".zip": 0.5,
}  # fmt: skip
"""Share of a file that is text, for kinds that also hold other things. A guess: pictures and markup vary."""
PACE = {"embeddinggemma-300m": 6.4, "multilingual-e5-small": 24.0}
"""Chunks per second, with their sentences, on two cores, for a library that has measured none."""
SLOWEST = PACE["embeddinggemma-300m"]
LEAST_CHUNKS = 32
"""A pace measured on fewer chunks says more about starting than about continuing."""


@dataclass(slots=True)
class Counted:
    """What is in some folders, by names and sizes alone: no file has been opened."""

    n_files: int = 0
    n_bytes: int = 0
    n_chunks: float = 0.0
    """Estimated number of chunks."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Number of files by ending; ".markdown" and ".htm" count with the more usual ending."""
    passed_over: Counter[SkipReason] = field(default_factory=Counter)
    """Number of skipped files by reason."""
    is_whole: bool = True
    """False if counting was ended before everything was seen."""

    def seconds(self, pace: float) -> float:
        """Return about how long embedding takes, in seconds, at a pace in chunks per second."""
        return self.n_chunks / pace


def count(
    sources: Sequence[Path],
    library: Path,
    known: Collection[str] = (),
    go_on: Callable[[int], bool] = lambda n: True,
) -> Counted:
    """Count what `build` would read in `sources` for the library at `library`, without the files at `known` paths.

    `go_on` is called now and then with the number of files seen so far, and ends the count by returning False. No file
    is read; counting 100,000 takes seconds.
    """
    counted, skipped, n_seen = Counted(), list[Skipped](), 0
    seen = set(known)  # a folder may be named twice, or one that lies in another
    leave_out = library.expanduser().resolve()
    for source in sources:
        for path, _, _ in walk(source.expanduser().resolve(), leave_out, skipped):
            n_seen += 1
            if n_seen % 200 == 0 and not go_on(n_seen):
                counted.is_whole = False
                break
            if str(path) not in seen:
                seen.add(str(path))
                _add(counted, path)
        if not counted.is_whole:
            break
    counted.passed_over.update(each.why for each in dict.fromkeys(skipped) if each.why)
    return counted


def _add(counted: Counted, path: Path) -> None:
    try:
        size = path.stat().st_size
    except OSError as error:
        counted.passed_over[SkipReason("cannot_read", (("error", str(error.strerror)),))] += 1
        return
    if size > most_bytes(path):
        counted.passed_over[SkipReason("too_large")] += 1
        return
    kind = {".markdown": ".md", ".htm": ".html"}.get(path.suffix.lower(), path.suffix.lower())
    counted.n_files += 1
    counted.n_bytes += size
    counted.n_chunks += max(1.0, size * SHARE.get(kind, 1.0) / CHUNK_BYTES)
    counted.kinds[kind] += 1


def pace_of(library: Path, embedder: str) -> float:
    """Return chunks per second: as measured when the library was last added to, or as usual for the embedder."""
    try:
        kept = json.loads((library / FILE).read_text(encoding="utf-8"))
        pace = float(kept["chunks_per_second"])
        if kept["embedder"] == embedder and math.isfinite(pace) and pace > 0:
            return pace
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return PACE.get(embedder, SLOWEST)


def keep_pace(library: Path, embedder: str, n_chunks: int, seconds: float) -> None:
    """Record how long so many chunks took; do nothing if they were few, or the disk is full."""
    if n_chunks < LEAST_CHUNKS or seconds <= 0:
        return
    kept = {"embedder": embedder, "chunks_per_second": round(n_chunks / seconds, 2), "measured": int(time.time())}
    try:
        write_file(library / FILE, json.dumps(kept).encode())
    except OSError:
        return
