"""Do several libraries of the same articles give the same cited lines?

    python -m bench same_lines LIBRARY OTHER [OTHER]... [--n 200] [--embedder NAME] [--keep FOLDER]
    python -m bench same_lines [--ray 3] [--milvus] [--n 200] [--embedder NAME] [--keep FOLDER]

Each is a folder or an address in Milvus, built from seeds/articles by whatever means. With --ray and --milvus, they are
built here: by this machine alone, by so many raylets on the same one (pip install 'citeline[ray]'), and on a Milvus
server that runs while the bench does (pip install 'citeline[milvus]' milvus==2.3.5). They are asked the same questions,
those of seeds/ and some of bench/quality/filters.jsonl, whose words narrow the articles; no language model is used, so
the answers are quotes. Every library is compared with the first.

With --keep, libraries and answers stay in FOLDER, and the same command goes on where it was stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from bench.command import Parser
from bench.data.builds import index, raylets
from bench.data.cases import seed_cases
from bench.data.milvus_server import milvus
from bench.paths import SEEDS
from bench.quality.filters import QUESTIONS as FILTERING
from index.errors import CitelineIndexError
from index.milvus import settle
from index.models.embedder import DEFAULT_EMBEDDER
from index.storage import Library, current_generation
from rag.pipeline.answerer import Answerer

DAY = date(2026, 11, 22)
"""The day on which all are asked."""
_RECOVERY_S = 180.0
"""Longest time for which a Milvus server that was started again is waited for to serve what it has."""


@dataclass(frozen=True)
class Given:
    """What one question got from a library."""

    lines: str
    """The status and the supported claims, each with the characters of its lines, as JSON."""
    hits: tuple[tuple[str, float], ...]
    """The place of each chunk, best first, with its score."""

    @classmethod
    def by(cls, answerer: Answerer, question: str) -> Given:
        """Ask it."""
        answerer.today = lambda: DAY
        answer = answerer.ask(question)
        lines = json.dumps([answer.status, *map(asdict, answer.supported)], ensure_ascii=False)
        return cls(lines, tuple((f"{hit.chunk.span}+{hit.chunk.start}", hit.score) for hit in answer.hits))


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

    @classmethod
    def of(cls, question: str, one: Given, other: Given) -> Compared:
        """Compare what two libraries gave."""
        order = [[chunk for chunk, _ in each.hits] for each in (one, other)]
        scores = dict(one.hits)
        off = max((abs(scores[chunk] - score) for chunk, score in other.hits if chunk in scores), default=0.0)
        return cls(question, one.lines == other.lines, order[0] == order[1], _moved(*order), off)


def questions(n: int) -> list[str]:
    """Return n questions: those of seeds/, and evenly spread ones whose words narrow the articles."""
    own = [case.question for case in seed_cases(SEEDS / "questions.jsonl")]
    narrowing = [json.loads(line)["question"] for line in FILTERING.read_text(encoding="utf-8").splitlines()]
    n_more = min(max(n - len(own), 0), len(narrowing))
    return [*own[:n], *(narrowing[at * len(narrowing) // n_more] for at in range(n_more))]


def compare(one: Answerer, other: Answerer, asked: Iterable[str]) -> list[Compared]:
    """Ask both the same questions, one after the other."""
    return [Compared.of(each, Given.by(one, each), Given.by(other, each)) for each in asked]


def _moved(one: list[str], other: list[str]) -> int:
    ranks = [{chunk: n for n, chunk in enumerate(each)} for each in (one, other)]
    far = max(len(one), len(other))
    moves = [
        abs(ranks[0][chunk] - ranks[1][chunk]) if chunk in one and chunk in other else far for chunk in one + other
    ]
    return max(moves, default=0)


def rows(compared: Sequence[Compared]) -> list[tuple[str, str]]:
    """The table of one comparison."""
    n = len(compared)
    return [
        ("the same cited lines", f"{sum(each.same_lines for each in compared)} of {n}"),
        ("the same hits in the same order", f"{sum(each.same_hits for each in compared)} of {n}"),
        ("most ranks a hit moved", f"{max((each.moved for each in compared), default=0)}"),
        ("largest difference of scores", f"{max((each.off for each in compared), default=0.0):.2g}"),
    ]


class Kept:
    """Answers in a file, a line each, so that a question is asked once whatever stops the bench."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._given: dict[tuple[str, str], Given] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            try:
                each = json.loads(line)
            except ValueError:  # cut off when the bench was
                continue
            hits = tuple((chunk, score) for chunk, score in each["hits"])
            self._given[each["library"], each["question"]] = Given(each["lines"], hits)

    def by(self, name: str, answerer: Answerer, question: str) -> Given:
        """Ask the library that is called so, or return what it gave before."""
        key = f"{name} {_made(answerer.library)} {answerer.embedder_name}", question
        if key not in self._given:
            given = self._given[key] = Given.by(answerer, question)
            said = {"library": key[0], "question": question, **asdict(given)}
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"\n{json.dumps(said, ensure_ascii=False)}")
        return self._given[key]


def _made(library: Library) -> str:
    """A name of all that is in a library."""
    return hashlib.sha256(json.dumps(library.manifest.files, sort_keys=True, default=str).encode()).hexdigest()[:12]


def built(folder: Path, n_raylets: int, has_milvus: bool, embedder: str, held: ExitStack) -> Iterator[tuple[str, Path]]:
    """Build libraries of the seeds by the command, each as its name says; yield them."""
    articles, alone, shared = [SEEDS / "articles"], folder / "alone", folder / "ray"
    if not current_generation(alone):
        print("building by this machine alone", file=sys.stderr)
        index(articles, alone, embedder)
    yield "one machine", alone
    if n_raylets:
        if not current_generation(shared):
            print(f"building by {n_raylets} raylets", file=sys.stderr)
            with raylets(n_raylets) as address:
                index(articles, shared, embedder, "--ray", address)
        yield f"Ray, {n_raylets} raylets", shared
    if has_milvus:
        os.environ["XDG_DATA_HOME"] = str(folder / "data")  # where its files are kept on this machine
        until = time.monotonic() + (_RECOVERY_S if (folder / "milvus").exists() else 0)
        address = held.enter_context(milvus(folder / "milvus")).address("same_lines")
        while not current_generation(settle(address)) and time.monotonic() < until:
            time.sleep(1)
        if not current_generation(settle(address)):
            print("building on a Milvus server", file=sys.stderr)
            index(articles, address, embedder)
        yield "Milvus", settle(address)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("libraries", nargs="*", type=settle, metavar="LIBRARY")
    parser.add_argument("--ray", type=int, default=0, metavar="N", help="build one by N raylets")
    parser.add_argument("--milvus", action="store_true", help="build one on a Milvus server, which is started")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep libraries and answers, or go on with them")
    parser.set_defaults(llm="none")
    args = parser.parse_args()
    builds = bool(args.ray or args.milvus)
    if builds == bool(args.libraries) or len(args.libraries) == 1 or args.ray < 0 or args.n < 1:
        parser.error("name two libraries or more, or --ray N, --milvus or both; --n from 1 on")
    with ExitStack() as held:
        folder = args.keep or Path(held.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        libraries = [(Library.open(each).place, each) for each in args.libraries]
        libraries = libraries or [*built(folder.resolve(), args.ray, args.milvus, args.embedder, held)]
        try:
            tell(libraries, questions(args.n), args.embedder, Kept(folder / "answers.jsonl"))
        except CitelineIndexError as error:
            sys.exit(f"bench: {error}" + (". The same command goes on where it was" if args.keep else ""))


def tell(libraries: Sequence[tuple[str, Path]], asked: Sequence[str], embedder: str, kept: Kept) -> None:
    """Ask each library each question, and print how each compares with the first."""
    names = [name for name, _ in libraries]
    first = Answerer.load(libraries[0][1], llm="none", embedder=embedder)
    answerers = [first, *(first.beside(path) for _, path in libraries[1:])]
    given, began = [], time.monotonic()
    for n, question in enumerate(asked, start=1):
        given.append([kept.by(*each, question) for each in zip(names, answerers, strict=True)])
        if n % 10 == 0 or n == len(asked):
            left = (time.monotonic() - began) / n * (len(asked) - n)
            print(f"{n} of {len(asked)} questions, about {left / 60:.1f} min more", file=sys.stderr, flush=True)
    compared = [
        [Compared.of(asked[n], each[0], each[at]) for n, each in enumerate(given)] for at in range(1, len(answerers))
    ]
    print(
        f"{len(first.articles())} articles, {first.library.manifest.n_chunks} chunks, {len(asked)} questions, ", end=""
    )
    print(f"{sum(json.loads(each[0].lines)[0] != 'abstained' for each in given)} of them answered\n")
    print("|".join(["", f" compared with {names[0]} ", *(f" {name} " for name in names[1:]), ""]))
    print("|---" * len(names) + "|")
    for cells in zip(*map(rows, compared), strict=True):
        print("|".join(["", f" {cells[0][0]} ", *(f" {value} " for _, value in cells), ""]))
    for name, pairs in zip(names[1:], compared, strict=True):
        for each in pairs:
            if not (each.same_lines and each.same_hits):
                print(f"  {name}: {'hits' if each.same_lines else 'lines'} differ: {each.question}")
