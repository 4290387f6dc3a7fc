"""Are the answers right, the lines right, and is nothing said where there is nothing?

    python -m bench answers --piaf piaf-v1.0.json [--n 300] [--half held-out] [--llm none]
    python -m bench answers --written same [--n 300] [--llm none]     (bench/quality/written)
    python -m bench answers [--llm none] [--embedder NAME]     (seeds/)

PIAF: each paragraph is an article with one sentence a line. A question is asked three times: with everything there,
with its paragraph hidden (near miss), with all of its article hidden (off corpus).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.command import Parser
from bench.data.cases import piaf_sample, seed_cases
from bench.data.perturbations import PERTURBATIONS
from bench.paths import SEEDS
from bench.quality import written
from index.ingestion.indexing import build
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder
from rag.evaluation import runner as evaluate
from rag.evaluation.runner import Case, HidingAnswerer, Outcome, figures


def run(answerer: HidingAnswerer, cases: Sequence[Case]) -> list[Outcome]:
    outcomes = []
    for n, outcome in enumerate(evaluate.run(answerer, cases)):
        outcomes.append(outcome)
        if sys.stderr.isatty() or n % 25 == 24:
            print(f"{n + 1}/{len(cases)}", file=sys.stderr)
    return outcomes


def report(outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval)."""
    return [(figure.label, str(figure)) for figure in figures(outcomes)]


def chosen(args: argparse.Namespace, folder: Path) -> tuple[list[Case], Path]:
    """Return the cases that the options name, and the folder of their articles; those of a file go to `folder`."""
    if args.piaf:
        folder.mkdir()
        return piaf_sample(args.piaf, folder, args.n, args.half), folder
    if args.written:
        cases = written.cases(args.written == "across")
        return random.Random(5).sample(cases, min(args.n, len(cases))), written.FOLDER / "articles"
    return seed_cases(SEEDS / "questions.jsonl"), SEEDS / "articles"


def measure(args: argparse.Namespace) -> list[Outcome]:
    """Ask what the options name, of a library that is built where --library holds none."""
    with tempfile.TemporaryDirectory() as temporary:
        library = args.library or Path(temporary) / "library"
        cases, articles = chosen(args, Path(temporary) / "piaf")
        if args.perturb:
            cases = [replace(case, question=PERTURBATIONS[args.perturb](case.question)) for case in cases]
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(args.embedder), [articles])
        return run(HidingAnswerer.load(library, llm=args.llm, embedder=args.embedder), cases)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ without it")
    parser.add_argument("--written", choices=["same", "across"], default="", help="bench/quality/written")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--library", type=Path, help="keep the index here between runs")
    parser.add_argument("--perturb", choices=[*PERTURBATIONS], default="")
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--verbose", action="store_true", help="print what was wrong")
    args = parser.parse_args()
    results = measure(args)
    for name, value in report(results):
        print(f"| {name} | {value} |")
    if args.verbose:
        for r in results:
            if not r.is_right:
                print(r.case.kind, r.case.question, "gold", r.case.answers[:2], r.case.gold[:2], sep=" | ")
                print("   ", r.status, [str(span) for span in r.cited], r.text[:160])
