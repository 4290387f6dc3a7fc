"""What a growing library costs: search by number of chunks, and an update of 10,000 articles.

    python -m bench.scale [--chunks 1000 10000 100000] [--articles 10000]

Vectors come from the words of a text by a seed, not from a model: what is measured is the search, the reading and the
writing. The texts are words drawn by Zipf's law, so that keywords have the lengths of lists that they have in life.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.build import build
from index.embed import Array
from index.library import Library, added_folder
from index.search import search

DIM = 768
N_WORDS = 30_000
QUERIES = 40
SENTENCE_WORDS = 18
LINES = 12


class SeededEmbedder:
    """A unit vector for each text, drawn with the text as the seed."""

    name, fingerprint, dim = "seeded", "seeded-1", DIM

    def __init__(self) -> None:
        self.seconds = 0.0

    def passage(self, title: str, text: str) -> str:
        return f"{title}\n{text}"

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text, float32, of length 1."""
        began = time.perf_counter()
        found = np.empty((len(texts), DIM), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
            row[:] = np.random.default_rng(seed).standard_normal(DIM, dtype=np.float32)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        self.seconds += time.perf_counter() - began
        return found

    def encode_query(self, query: str) -> Array:
        """Of shape (dim,)."""
        return np.asarray(self.encode([query])[0], dtype=np.float32)


def text_of(n: int) -> str:
    """An article of LINES sentences about nothing, always the same for a number."""
    draw = np.random.default_rng(n)
    lines = []
    for _ in range(LINES):
        ranks = np.minimum(draw.zipf(1.2, SENTENCE_WORDS), N_WORDS)
        lines.append(" ".join(["Mot", *(f"m{rank:x}q" for rank in ranks)]) + ".")
    return "\n".join([f"Article numéro {n}", "", *lines]) + "\n"


def write(folder: Path, n: int) -> None:
    """n articles, a hundred a folder."""
    for i in range(n):
        path = folder / f"{i // 100:04d}" / f"{i:06d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text_of(i), encoding="utf-8")


def searched(library: Library, embedder: SeededEmbedder) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds, of a search with the words of a sentence, without its encoding."""
    draw = np.random.default_rng(3)
    found = []
    for _ in range(QUERIES):
        query = " ".join(f"m{rank:x}q" for rank in np.minimum(draw.zipf(1.2, 8), N_WORDS))
        embedder.seconds = 0.0
        began = time.perf_counter()
        search(library, embedder, query, "fr")
        found.append(1000 * (time.perf_counter() - began - embedder.seconds))
    return statistics.median(found), sorted(found)[int(0.95 * QUERIES)]


def search_rows(sizes: Sequence[int], folder: Path) -> Iterator[str]:
    """A line of the table for each number of chunks."""
    embedder = SeededEmbedder()
    for size in sizes:
        texts, path = folder / f"texts-{size}", folder / f"library-{size}"
        write(texts, 1)
        build(path, embedder, [texts])
        per_article = len(Library.open(path).rows)
        write(texts, max(1, size // per_article))
        build(path, embedder, [])
        began = time.perf_counter()
        library = Library.open(path)
        opened = time.perf_counter() - began
        library.keywords.scores(["warm"])
        searched(library, embedder)
        middle, late = searched(library, embedder)
        yield f"| search, {len(library.rows):,} chunks | {middle:.1f} ms, 95th {late:.1f} ms | n={QUERIES} |"
        yield f"| open the library, {len(library.rows):,} chunks | {opened:.2f} s | n=1 |"
        print(f"{size} done", file=sys.stderr)


def update_rows(n: int, folder: Path) -> Iterator[str]:
    """What a first build, one article more, one fewer and nothing at all cost beside the encoding."""
    embedder = SeededEmbedder()
    texts, path = folder / "texts", folder / "library"
    write(texts, n)

    def timed(label: str) -> str:
        embedder.seconds = 0.0
        began = time.perf_counter()
        report = build(path, embedder, [texts])
        spent = time.perf_counter() - began
        return f"| {label}, {n:,} articles, {report.n_chunks:,} chunks | {spent - embedder.seconds:.2f} s | n=1 |"

    yield timed("first build beside its encoding")
    yield timed("nothing changed")
    (texts / "new.txt").write_text(text_of(n + 7), encoding="utf-8")
    yield timed("one article added, beside its encoding")
    (texts / "new.txt").unlink()
    yield timed("one article removed")
    size = sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    yield f"| the library on disk, two generations | {size / 1e6:.0f} MB | |"
    assert not added_folder(path).exists()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--articles", type=int, default=10_000)
    args = parser.parse_args()
    print("| what | time | |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as temporary:
        for line in search_rows(args.chunks, Path(temporary)):
            print(line, flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        for line in update_rows(args.articles, Path(temporary)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
