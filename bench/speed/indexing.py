"""How much slower than its encoder is indexing?

    python -m bench indexing [--piaf piaf-v1.0.json] [--rounds 5] [--articles 20] [--embedder NAME] [--sizes 4 8 16 32]

Each round indexes other articles (of seeds/, or PIAF's paragraphs as `bench answers` writes them) into an empty
library, then gives the very texts that were embedded for it to the bare encoder, so that the machine's noise is in
both. Wall time decides; processor time says what of a difference is waiting.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.command import Parser
from bench.data.cases import piaf_folder
from bench.paths import SEEDS
from index.arrays import Array
from index.ingestion.indexing import build
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder


class Counting:
    """An embedder that keeps what it is asked to encode and how long that takes."""

    def __init__(self, embedder: SentenceTransformerEmbedder) -> None:
        self.inner = embedder
        self.name, self.fingerprint, self.dim = embedder.name, embedder.fingerprint, embedder.dim
        self.texts: list[str] = []
        self.of_chunks: set[str] = set()
        self.seconds = 0.0

    def passage(self, title: str, text: str) -> str:
        passage = self.inner.passage(title, text)
        if title:  # of sentences there is none
            self.of_chunks.add(passage)
        return passage

    def encode(self, texts: Sequence[str]) -> Array:
        self.texts += texts
        began = time.perf_counter()
        found = self.inner.encode(texts)
        self.seconds += time.perf_counter() - began
        return found

    def encode_query(self, query: str) -> Array:
        return self.inner.encode_query(query)


@dataclass
class Cost:
    """Seconds of one thing, round by round."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def of(self, call: Callable[[], object]) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        call()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)


@dataclass
class Measured:
    sizes: Sequence[int]
    whole: Cost = field(default_factory=Cost)
    inside: list[float] = field(default_factory=list)
    """Of the whole runs, seconds in the embedder."""
    bare: dict[int, Cost] = field(default_factory=dict)
    chunks_only: Cost = field(default_factory=Cost)
    n_chunks: int = 0
    n_texts: int = 0
    n_repeated: int = 0

    @property
    def best(self) -> int:
        """The batch size with which the bare encoder was fastest."""
        return min(self.bare, key=lambda size: sum(self.bare[size].wall))


def one_round(found: Measured, embedder: SentenceTransformerEmbedder, folder: Path, library: Path) -> None:
    """Index a folder, then encode the same texts bare with each batch size."""
    counting = Counting(embedder)
    reports = []
    found.whole.of(lambda: reports.append(build(library, counting, [folder])))
    found.inside.append(counting.seconds)
    found.n_chunks += reports[0].n_chunks
    found.n_texts += len(counting.texts)
    found.n_repeated += len(counting.texts) - len(set(counting.texts))
    for size in found.sizes:
        cost = found.bare.setdefault(size, Cost())
        cost.of(lambda size=size: bare(embedder, counting.texts, size))  # type: ignore[misc]
    found.chunks_only.of(lambda: bare(embedder, sorted(counting.of_chunks), found.sizes[0]))


def bare(embedder: SentenceTransformerEmbedder, texts: Sequence[str], size: int) -> None:
    """What sentence-transformers does by itself: it sorts by length and pads each batch to its longest."""
    embedder.model.encode(list(texts), prompt="", batch_size=size, show_progress_bar=False)


def rows(found: Measured) -> list[str]:
    n = len(found.whole.wall)
    best = found.bare[found.best]
    ratios = [b / w for b, w in zip(best.wall, found.whole.wall, strict=True)]
    share = sum(best.wall) / sum(found.whole.wall)
    processor = sum(best.processor) / sum(found.whole.processor)
    table = [
        "| | chunks/s | texts/s | s | n |",
        "|---|---|---|---|---|",
        _row("`citeline index`, whole", found, found.whole.wall),
        _row("of it, in the embedder", found, found.inside),
        *(_row(f"bare encoder, the same texts, batch of {size}", found, found.bare[size].wall) for size in found.sizes),
        f"| bare encoder, the chunks without their sentences, batch of {found.sizes[0]} | "
        f"{found.n_chunks / sum(found.chunks_only.wall):.2f} | | {sum(found.chunks_only.wall):.1f} | {n} |",
        f"| **whole run, of the bare encoder's rate (batch of {found.best})** | **{100 * share:.0f} %** (median "
        f"{100 * statistics.median(ratios):.0f} %, {100 * min(ratios):.0f} to {100 * max(ratios):.0f} %) | | | {n} |",
        f"| the same in processor time | {100 * processor:.0f} % | | | {n} |",
    ]
    return [
        *table,
        f"| texts encoded: chunks and their sentences | {found.n_chunks} chunks | {found.n_texts} texts | | {n} |",
        f"| of these, encoded before | | {found.n_repeated} | | {n} |",
    ]


def _row(label: str, found: Measured, seconds: Sequence[float]) -> str:
    total = sum(seconds)
    return f"| {label} | {found.n_chunks / total:.2f} | {found.n_texts / total:.1f} | {total:.1f} | {len(seconds)} |"


def shards(source: Path, folder: Path, n_rounds: int, n_articles: int) -> list[Path]:
    """Up to n_rounds folders of n_articles each, no article in two of them."""
    files = sorted(source.rglob("*.txt"))
    random.Random(5).shuffle(files)
    found = []
    for at in range(0, min(len(files), n_rounds * n_articles), n_articles):
        target = folder / f"{at:05d}"
        target.mkdir(parents=True)
        for file in files[at : at + n_articles]:
            name = "-".join(file.relative_to(source).parts)
            (target / name).write_bytes(file.read_bytes())
        found.append(target)
    return found


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ without it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=int, default=20, help="articles a round")
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16], help="batch sizes of the bare encoder")
    args = parser.parse_args()
    embedder = SentenceTransformerEmbedder(args.embedder)
    embedder.encode(["warm"])
    found = Measured(args.sizes)
    with tempfile.TemporaryDirectory() as temporary:
        source = SEEDS / "articles"
        if args.piaf:
            source = Path(temporary) / "piaf"
            source.mkdir()
            piaf_folder(args.piaf, source)
        for n, folder in enumerate(shards(source, Path(temporary) / "shards", args.rounds, args.articles)):
            one_round(found, embedder, folder, Path(temporary) / "libraries" / str(n))
    print("\n".join(rows(found)))
