"""Do several libraries of the same articles give the same cited lines?

    python -m bench same_lines LIBRARY OTHER [OTHER]... [--n 200] [--embedder NAME]
    python -m bench same_lines --ray 3 [--n 200] [--embedder NAME]

Each is a folder or an address in Milvus, built from seeds/articles by whatever means. With --ray, two are built: by
this machine alone, and by so many raylets on the same one (pip install 'citeline[ray]'). They are asked the same
questions, those of seeds/ and some of bench/quality/filters.jsonl, whose words narrow the articles; no language model
is used, so the answers are quotes. Every library is compared with the first.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.command import Parser
from bench.data.builds import index, raylets
from bench.data.cases import seed_cases
from bench.paths import SEEDS
from bench.quality.filters import QUESTIONS as FILTERING
from index.milvus import settle
from index.models.embedder import DEFAULT_EMBEDDER
from index.types import Hit
from rag.pipeline.answerer import Answerer

DAY = date(2026, 11, 22)
"""The day on which all are asked."""


@dataclass(frozen=True)
class Compared:
    """What one question got from two libraries."""

    question: str
    same_lines: bool
    """The same claims, each with the same characters of the same lines; or both found nothing."""
    same_hits: bool
    """The same chunks in the same order."""
    moved: int
    """By how many ranks the chunk that moved most did; the number of hits for one that only one of them has."""
    off: float
    """Largest difference of two scores of the same chunk."""


def questions(n: int) -> list[str]:
    """Return n questions: those of seeds/, and evenly spread ones whose words narrow the articles."""
    own = [case.question for case in seed_cases(SEEDS / "questions.jsonl")]
    narrowing = [json.loads(line)["question"] for line in FILTERING.read_text(encoding="utf-8").splitlines()]
    n_more = min(max(n - len(own), 0), len(narrowing))
    return [*own[:n], *(narrowing[at * len(narrowing) // n_more] for at in range(n_more))]


def compare(one: Answerer, other: Answerer, asked: Iterable[str]) -> list[Compared]:
    """Ask both the same questions, one after the other."""
    for answerer in (one, other):
        answerer.today = lambda: DAY
    found = []
    for question in asked:
        answers = one.ask(question), other.ask(question)
        same = answers[0].status == answers[1].status and answers[0].supported == answers[1].supported
        hits = [answer.hits for answer in answers]
        order = [[str(hit.chunk.span) + f"+{hit.chunk.start}" for hit in each] for each in hits]
        found.append(Compared(question, same, order[0] == order[1], _moved(*order), _off(*hits)))
    return found


def _moved(one: list[str], other: list[str]) -> int:
    ranks = [{chunk: n for n, chunk in enumerate(each)} for each in (one, other)]
    far = max(len(one), len(other))
    moves = [
        abs(ranks[0][chunk] - ranks[1][chunk]) if chunk in one and chunk in other else far for chunk in one + other
    ]
    return max(moves, default=0)


def _off(one: Sequence[Hit], other: Sequence[Hit]) -> float:
    scores = {hit.chunk: hit.score for hit in one}
    return max((abs(scores[hit.chunk] - hit.score) for hit in other if hit.chunk in scores), default=0.0)


def rows(compared: Sequence[Compared]) -> list[tuple[str, str]]:
    """The table of one comparison."""
    n = len(compared)
    return [
        ("the same cited lines", f"{sum(each.same_lines for each in compared)} of {n}"),
        ("the same hits in the same order", f"{sum(each.same_hits for each in compared)} of {n}"),
        ("most ranks a hit moved", f"{max((each.moved for each in compared), default=0)}"),
        ("largest difference of scores", f"{max((each.off for each in compared), default=0.0):.2g}"),
    ]


def built(folder: Path, n_raylets: int, embedder: str) -> list[Path]:
    """Build a library of the seeds by this machine alone, and one by so many raylets, by the command."""
    alone, shared = folder / "alone", folder / "ray"
    index([SEEDS / "articles"], alone, embedder)
    with raylets(n_raylets) as address:
        index([SEEDS / "articles"], shared, embedder, "--ray", address)
    return [alone, shared]


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("libraries", nargs="*", type=settle, metavar="LIBRARY")
    parser.add_argument("--ray", type=int, metavar="N", help="build two: alone, and by N raylets")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.set_defaults(llm="none")
    args = parser.parse_args()
    if bool(args.ray) == bool(args.libraries) or len(args.libraries) == 1 or (args.ray or 1) < 1:
        parser.error("name two libraries or more, or --ray N")
    with tempfile.TemporaryDirectory() as folder:
        tell(args.libraries or built(Path(folder), args.ray, args.embedder), args.n, args.embedder)


def tell(libraries: Sequence[Path], n: int, embedder: str) -> None:
    """Print how each library compares with the first."""
    first = Answerer.load(libraries[0], llm="none", embedder=embedder)
    for path in libraries[1:]:
        other = first.beside(path)
        compared = compare(first, other, questions(n))
        print(f"\n{other.library.place}, compared with {first.library.place}:\n")
        for name, value in rows(compared):
            print(f"| {name} | {value} |")
        for each in compared:
            if not (each.same_lines and each.same_hits):
                print(f"  {'lines' if not each.same_lines else 'hits'} differ: {each.question}")
