"""How long an answer takes beside other work: on a quiet machine, and with two busy processes beside it.

    python -m bench loaded [--library FOLDER] [--n 20] [--rounds 2] [--spins 5000 300000]

Each way for threads to wait is a process of its own that answers the same questions of seeds/ first as the machine is,
then beside as many busy processes as the machine has cores. The ways take turns, round after round, so that noise hits
all alike.
300,000 is what OpenMP does by itself; the first of --spins is what citeline sets, and the others are compared with it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.command import Parser
from bench.data.cases import seed_cases
from bench.paths import ROOT, SEEDS
from bench.speed.scale import alone
from bench.speed.stages import forget, make
from index.models.threads import SPINS
from rag.evaluation.runner import HidingAnswerer

OPENMP = "300000"


@contextlib.contextmanager
def busy(n: int) -> Iterator[None]:
    """Keep `n` cores busy."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(n)]
    time.sleep(0.5)
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def whole_answers(library: Path, llm: str, n: int, n_beside: int) -> dict[str, list[float]]:
    """Seconds from question to checked answer of `n` answerable questions: quiet, then beside busy processes."""
    cases = [case for case in seed_cases(SEEDS / "questions.jsonl") if case.gold]
    chosen = random.Random(3).sample(cases, n + 1)
    answerer = HidingAnswerer.load(library, llm=llm)
    answerer.warm()
    answerer.ask(chosen[-1].question)
    seconds: dict[str, list[float]] = {}
    for state, n_others in (("quiet", 0), ("busy", n_beside)):
        with busy(n_others):
            for case in chosen[:n]:
                forget(answerer)
                began = time.perf_counter()
                answerer.ask(case.question)
                seconds.setdefault(state, []).append(time.perf_counter() - began)
                print(f"{state} {seconds[state][-1]:.2f} s", file=sys.stderr, flush=True)
    return seconds


def in_a_process(args: argparse.Namespace, library: Path, spins: str) -> dict[str, list[float]]:
    """`whole_answers` of a fresh process in which threads look `spins` times before they sleep."""
    command = [sys.executable, "-m", "bench", "loaded", "--one", "--library", str(library), "--llm", args.llm]
    command += ["--n", str(args.n), "--beside", str(args.beside)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "GOMP_SPINCOUNT": spins}, stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


def rows(table: dict[str, dict[str, list[float]]]) -> Iterator[str]:
    """The table, line by line; the first way is the one that others are compared with."""
    yield "| looks before a thread sleeps | quiet, median | busy, median | busy / quiet | quiet / last quiet | n |"
    yield "|---|---|---|---|---|---|"
    last = list(table.values())[-1]
    for spins, found in table.items():
        quiet, loaded = found["quiet"], found["busy"]
        slower = _ratio(loaded, quiet)
        against = _ratio(quiet, last["quiet"])
        yield (
            f"| {spins} | {statistics.median(quiet):.2f} s | {statistics.median(loaded):.2f} s | {slower} | {against} "
            f"| {len(quiet)} |"
        )


def _ratio(a: Sequence[float], b: Sequence[float]) -> str:
    """The ratio of two medians over the same questions, with the bootstrap's 95 % interval."""
    pairs = list(zip(a, b, strict=True))

    def ratio(of: Sequence[tuple[float, float]]) -> float:
        return statistics.median(x for x, _ in of) / statistics.median(y for _, y in of)

    draw = random.Random(0)
    ratios = sorted(ratio(draw.choices(pairs, k=len(pairs))) for _ in range(1000))
    return f"{ratio(pairs):.2f} [{ratios[25]:.2f}, {ratios[974]:.2f}]"


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--library", type=Path, help="of seeds/; built without it")
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--spins", nargs="+", default=[SPINS, OPENMP])
    parser.add_argument("--beside", type=int, default=len(os.sched_getaffinity(0)), help="busy processes")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        print(json.dumps(whole_answers(args.library, args.llm, args.n, args.beside)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        library = args.library or Path(temporary) / "library"
        if not (library / "CURRENT").exists():
            alone(make, library, SEEDS / "articles")
        table: dict[str, dict[str, list[float]]] = {spins: {"quiet": [], "busy": []} for spins in args.spins}
        for turn in range(args.rounds):
            for spins in args.spins if turn % 2 == 0 else list(reversed(args.spins)):
                for state, seconds in in_a_process(args, library, spins).items():
                    table[spins][state] += seconds
    print("\n".join(rows(table)))
