"""What a growing library costs: search by number of chunks, and an update of 10,000 articles.

    python -m bench scale [--chunks 1000 10000 100000] [--vectors 100000 1000000] [--articles 10000] [--plot FILE.svg]

The texts are words drawn by Zipf's law, so that keywords have the lengths of lists that they have in life. A text's
vector is the sum of its words' vectors, rare words heavier: texts that share words are near each other, as with a
model. Each library is opened and updated in a process of its own, as a person's next command would. `--vectors` is the
vector search alone, on vectors in groups within groups, beside FAISS's exhaustive and inverted-file searches.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.command import Parser
from index import disk
from index.arrays import Array
from index.ingestion.indexing import build
from index.retrieval.hybrid import search
from index.storage.library import Library
from index.storage.segment import vector_table
from index.storage.vectors import Table, VectorTable

DIM = 768
N_WORDS = 30_000
QUERIES = 60
SENTENCE_WORDS = 18
LINES = 12
K = 50


class SeededEmbedder:
    """The sum of a text's words' directions, each drawn with the word as the seed and weighed by its rarity."""

    name, fingerprint, dim = "seeded", "seeded-2", DIM

    def __init__(self) -> None:
        self.seconds = 0.0
        self._table = np.random.default_rng(7).standard_normal((N_WORDS + 1, DIM), dtype=np.float32)
        self._table *= np.log2(np.arange(N_WORDS + 1, dtype=np.float32)[:, None] + 2)

    def passage(self, title: str, text: str) -> str:
        return f"{title}\n{text}"

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text, float32, of length 1."""
        began = time.perf_counter()
        found = np.empty((len(texts), DIM), dtype=np.float32)
        for row, text in zip(found, texts, strict=True):
            self._table[[_rank(word) for word in text.split()] or [0]].sum(axis=0, out=row)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        self.seconds += time.perf_counter() - began
        return found

    def encode_query(self, query: str) -> Array:
        """Of shape (dim,)."""
        return np.asarray(self.encode([query])[0], dtype=np.float32)


def _rank(word: str) -> int:
    if word.startswith("m") and word.endswith(("q", "q.")):
        return int(word.strip("mq."), 16)
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little") % N_WORDS


class Encoded:
    """Vectors of queries that were made before, so that memory is the library's own."""

    def __init__(self, vectors: dict[str, Array]) -> None:
        self.vectors = vectors

    def encode_query(self, query: str) -> Array:
        return self.vectors[query]


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


def alone(function: Callable[..., Any], *args: Any) -> Any:
    """What a function gives in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, args)


def spread_of(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile, in milliseconds."""
    found = sorted(1000 * each for each in seconds)
    return statistics.median(found), found[int(0.95 * len(found))]


def anonymous_mb() -> float:
    """Memory of this process that is no copy of a file, in MB."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


# --- search --------------------------------------------------------------------------------------------------------


def opened(path: Path, vectors: dict[str, Array]) -> dict[str, Any]:
    """A fresh process: how long opening takes, then searches with the words of a sentence; half of them to warm up."""
    import faiss  # noqa: F401 - what is measured is the library's own

    before = anonymous_mb()
    began = time.perf_counter()
    library = Library.open(path)
    seconds = time.perf_counter() - began
    found = []
    for query in vectors:
        began = time.perf_counter()
        search(library, Encoded(vectors), query, "fr")  # type: ignore[arg-type]
        found.append(time.perf_counter() - began)
    return {
        "n": len(library.rows), "open": seconds, "search": spread_of(found[len(found) // 2 :]),
        "memory": anonymous_mb() - before, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def search_rows(sizes: Sequence[int], folder: Path, plotted: dict[str, list[Any]]) -> Iterator[str]:
    """Lines of the table for each number of chunks."""
    embedder = SeededEmbedder()
    draw = np.random.default_rng(3)
    queries = [" ".join(f"m{rank:x}q" for rank in np.minimum(draw.zipf(1.2, 8), N_WORDS)) for _ in range(2 * QUERIES)]
    vectors = {query: embedder.encode_query(query) for query in queries}
    for size in sizes:
        texts, path = folder / f"texts-{size}", folder / f"library-{size}"
        write(texts, 1)
        build(path, embedder, [texts])
        per_article = len(Library.open(path).rows)
        write(texts, max(1, size // per_article))
        build(path, embedder, [])
        found = alone(opened, path, vectors)
        n, (middle, late) = found["n"], found["search"]
        plotted.setdefault("whole search", []).append((n, middle, late))
        yield f"| search, {n:,} chunks | {middle:.1f} ms, 95th {late:.1f} ms | n={QUERIES} |"
        yield f"| open the library, {n:,} chunks, every byte checked | {found['open']:.2f} s | n=1 |"
        memory, peak = found["memory"], found["peak"]
        yield f"| memory it takes, {n:,} chunks | {memory:.0f} MB; the process at most {peak:.0f} MB | n=1 |"
        print(f"{size} done", file=sys.stderr)


# --- vectors alone -------------------------------------------------------------------------------------------------


def write_vectors(path: Path, n: int) -> Array:
    """n unit vectors in 200 topics of 25 matters each, all in one cone and in some dimensions wider than in others, as
    a model's are; returned: QUERIES vectors near some of them."""
    draw = np.random.default_rng(5)
    widths = (np.arange(1, DIM + 1) ** -0.3).astype(np.float32)
    common = 2 * draw.standard_normal(DIM, dtype=np.float32)
    topics = common + draw.standard_normal((200, DIM), dtype=np.float32)
    matters = topics[:, None] + 0.8 * draw.standard_normal((200, 25, DIM), dtype=np.float32)
    matters = matters.reshape(-1, DIM)
    queries: list[Array] = []
    with path.open("wb") as file:
        for first in range(0, n, 10_000):
            size = min(10_000, n - first)
            block = matters[draw.integers(0, len(matters), size)] + draw.standard_normal((size, DIM), dtype=np.float32)
            block *= widths
            if len(queries) < QUERIES:
                chosen = block[draw.integers(0, size, 1 + QUERIES * 10_000 // n)]
                queries += list(chosen + 0.5 * widths * draw.standard_normal(chosen.shape, dtype=np.float32))
            file.write((block / np.linalg.norm(block, axis=1, keepdims=True)).astype("<f4").tobytes())
    found = np.array(queries[:QUERIES], dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


def timed(query: Callable[[Array], Any], queries: Array) -> tuple[tuple[float, float], list[set[int]]]:
    """Median and 95th percentile in ms of a search, and the rows it finds."""
    seconds, rows = [], []
    for vector in queries:
        began = time.perf_counter()
        found = query(vector)
        seconds.append(time.perf_counter() - began)
        rows.append({int(row) for row in found})
    return spread_of(seconds), rows


def vector_rows(n: int, folder: Path, plotted: dict[str, list[Any]]) -> Iterator[str]:
    """Citeline's vector search and two of FAISS's, each with the share of the nearest rows that it finds."""
    import faiss

    faiss.omp_set_num_threads(1)
    path = folder / f"{n}.f32"
    queries = write_vectors(path, n)
    mapped = np.memmap(path, dtype="<f4", mode="r", shape=(n, DIM))
    flat = faiss.IndexFlatIP(DIM)
    flat.add(mapped)
    exhaustive, truth = timed(lambda vector: flat.search(vector[None], K)[1][0], queries)
    flat.reset()

    def line(name: str, found: tuple[tuple[float, float], list[set[int]]], note: str) -> str:
        (middle, late), rows = found
        recall = sum(len(a & b) for a, b in zip(rows, truth, strict=True)) / (K * len(truth))
        plotted.setdefault(name, []).append((n, middle, late))
        return (
            f"| vectors alone, {n:,}: {name} | {middle:.1f} ms, 95th {late:.1f} ms; recall@{K} {recall:.4f} | "
            f"n={len(truth)}; {note} |"
        )

    yield line("FAISS flat, 32 bits", (exhaustive, truth), f"{4 * n * DIM / 1e6:.0f} MB in memory")
    began = time.perf_counter()
    codes = vector_table(mapped).codes
    made = time.perf_counter() - began
    table = VectorTable(Table.of(disk.OpenFile(path), DIM), codes)

    def nearest(vector: Array) -> Array:
        places, cosines = table.nearest(vector, K, None)
        return np.asarray(places[np.argsort(-cosines)[:K]])

    timed(nearest, queries)
    yield line("citeline", timed(nearest, queries), f"{n * DIM / 1e6:.0f} MB in memory, codes made in {made:.1f} s")
    lists = 1 << int(np.log2(np.sqrt(n)))
    began = time.perf_counter()
    inverted = faiss.index_factory(DIM, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    inverted.train(np.ascontiguousarray(mapped[:: max(1, n // (40 * lists))]))
    for first in range(0, n, 50_000):
        inverted.add(np.ascontiguousarray(mapped[first : first + 50_000]))
    made = time.perf_counter() - began
    for probes in (8, 32):
        faiss.ParameterSpace().set_index_parameter(inverted, "nprobe", probes)
        found = timed(lambda vector: inverted.search(vector[None], K)[1][0], queries)
        yield line(f"FAISS IVF, {probes} lists", found, f"{lists} lists of 8-bit vectors, made in {made:.1f} s")
    path.unlink()
    print(f"{n} vectors done", file=sys.stderr)


# --- updates -------------------------------------------------------------------------------------------------------


def updated(path: Path, texts: Path) -> tuple[float, int, int]:
    """A build in a fresh process: seconds beside the encoding, how many chunks there are, bytes written to files."""
    embedder = SeededEmbedder()
    write(path.with_name("warm-texts"), 1)
    with tempfile.TemporaryDirectory() as warm:  # imports are not what is measured
        build(Path(warm), embedder, [path.with_name("warm-texts")])
    n_bytes = 0

    def counted(write: Callable[[Path, Any], None], path: Path, data: Any) -> None:
        nonlocal n_bytes
        n_bytes += len(data)
        write(path, data)

    embedder.seconds = 0.0
    with (
        patch.object(disk, "write_file", partial(counted, disk.write_file)),
        patch.object(disk, "append", partial(counted, disk.append)),
    ):
        began = time.perf_counter()
        report = build(path, embedder, [texts])
        seconds = time.perf_counter() - began
    return seconds - embedder.seconds, report.n_chunks, n_bytes


def disk_use(path: Path) -> int:
    """Bytes of a folder's files, each counted once however many names it has."""
    return sum({each.stat().st_ino: each.stat().st_size for each in path.rglob("*") if each.is_file()}.values())


def update_rows(n: int, folder: Path) -> Iterator[str]:
    """What a first build, one article more, one changed, one fewer and nothing at all cost beside the encoding."""
    texts, path = folder / "texts", folder / "library"
    write(texts, n)

    def line(label: str) -> str:
        seconds, n_chunks, written = alone(updated, path, texts)
        return (
            f"| {label}, {n:,} articles, {n_chunks:,} chunks | {seconds:.2f} s, {written / 1e6:.2f} MB written | n=1; "
            f"{disk_use(path) / 1e6:.0f} MB on disk |"
        )

    yield line("first build beside its encoding")
    yield line("nothing changed")
    (texts / "new.txt").write_text(text_of(n + 7), encoding="utf-8")
    yield line("one article added, beside its encoding")
    (texts / "0000" / "000007.txt").write_text(text_of(n + 8), encoding="utf-8")
    yield line("one article changed, beside its encoding")
    (texts / "new.txt").unlink()
    yield line("one article removed")


def plot(plotted: dict[str, list[Any]], out: Path) -> None:
    """Milliseconds of a search by number of chunks, both axes logarithmic."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "citeline"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for name, points in plotted.items():
        sizes, middles, lates = zip(*sorted(points), strict=True)
        (drawn,) = axes.plot(sizes, middles, "o-", label=name, markersize=4)
        axes.fill_between(sizes, middles, lates, color=drawn.get_color(), alpha=0.15, linewidth=0)
    axes.set(xscale="log", yscale="log", xlabel="chunks", ylabel="milliseconds, median to 95th percentile")
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, fontsize="small")
    figure.savefig(out, metadata={"Date": None})


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none", embedder="none")
    parser.add_argument("--chunks", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--vectors", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--plot", type=Path, help="an SVG file; needs matplotlib (pip install -e .[bench])")
    args = parser.parse_args()
    plotted: dict[str, list[Any]] = {}
    print("| what | figure | |\n|---|---|---|")
    parts: list[Callable[[Path], Iterator[str]]] = [lambda folder: search_rows(args.chunks, folder, plotted)]
    if args.articles:
        parts.append(lambda folder: update_rows(args.articles, folder))
    parts += [partial(vector_rows, n, plotted=plotted) for n in args.vectors]
    for part in parts:
        with tempfile.TemporaryDirectory() as temporary:
            for line in part(Path(temporary)):
                print(line, flush=True)
    if args.plot:
        plot(plotted, args.plot)
