"""Risk and coverage as the threshold of abstaining moves, as a plot.

    python -m bench curve --piaf piaf-v1.0.json --library FOLDER [--n 300] [--out bench/results/risk_coverage.svg]

No language model: what is judged is whether the best passage's sentence is on a gold line, and how many unanswerable
questions would still be answered. Needs matplotlib (`pip install -e .[bench]`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.command import Parser
from bench.data.cases import piaf_sample
from bench.paths import RESULTS
from index.text.detection import detect
from rag.evaluation.runner import HidingAnswerer
from rag.query.query import Query
from rag.reader.windows import best_first

OUT = RESULTS / "risk_coverage.svg"


class Point(NamedTuple):
    """The best passage of one question: its score, whether its sentence is on a gold line, the kind of question."""

    score: float
    is_right: bool
    kind: str


def points(piaf: Path, library: Path, n: int, half: str) -> list[Point]:
    """Every question asked three times: with everything there, its paragraph hidden, its article hidden."""
    with tempfile.TemporaryDirectory() as temporary:
        cases = piaf_sample(piaf, Path(temporary), n, half)
    answerer = HidingAnswerer.load(library, llm="none")
    found = []
    for case in cases:
        answerer.hidden = case.hidden
        language = detect(case.question)
        hits = answerer.search(answerer.library, case.question, language)
        passages = best_first(answerer.read(Query.of(case.question, language), answerer.library, hits))
        if not passages:
            found.append(Point(float("-inf"), False, case.kind))
            continue
        spans = [sentence.citation().span for sentence in passages[0].answering()]
        is_right = any(
            span.article_id == gold.article_id and span.first <= gold.last and gold.first <= span.last
            for span in spans
            for gold in case.gold
        )
        found.append(Point(passages[0].score, is_right, case.kind))
    return found


def rows(found: list[Point]) -> list[tuple[float, float, float, float, float]]:
    """(threshold, coverage of the answerable, wrong of those shown, refused near miss, refused off corpus)."""
    answerable = [p for p in found if p.kind == "answerable"]
    table = []
    for threshold in sorted({p.score for p in answerable}, reverse=True):
        shown = [p for p in answerable if p.score >= threshold]
        refused = [
            sum(p.score < threshold for p in found if p.kind == kind) / sum(p.kind == kind for p in found)
            for kind in ("near_miss", "off_corpus")
        ]
        wrong = sum(not p.is_right for p in shown) / len(shown)
        table.append((threshold, len(shown) / len(answerable), wrong, *refused))
    return table


def plot(found: list[Point], out: Path) -> None:
    """Draw both curves, with the shipped threshold marked."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "citeline"
    from matplotlib import pyplot as plt

    table = rows(found)
    here = min(table, key=lambda row: abs(row[0]))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    coverage = [row[1] for row in table]
    left.plot(coverage, [row[2] for row in table], color="#1f6f5c")
    left.plot(here[1], here[2], "o", color="#b3541e", label="shipped threshold")
    left.set(xlabel="answerable questions answered", ylabel="of those, on a wrong line", xlim=(0, 1), ylim=(0, None))
    left.legend(frameon=False)
    for column, name, color in ((3, "near miss", "#1f6f5c"), (4, "off corpus", "#3b5b92")):
        right.plot([1 - each for each in coverage], [row[column] for row in table], color=color, label=name)
        right.plot(1 - here[1], here[column], "o", color="#b3541e")
    right.set(xlabel="answerable questions refused", ylabel="unanswerable ones refused", xlim=(0, 0.5), ylim=(0, 1))
    right.legend(frameon=False, loc="lower right")
    figure.suptitle(
        f"PIAF, held-out half, n = {sum(p.kind == 'answerable' for p in found)} of each kind, no language model"
    )
    figure.tight_layout()
    figure.savefig(out, metadata={"Date": None})


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    found = points(args.piaf, args.library, args.n, args.half)
    plot(found, args.out)
    print("| answered | on a wrong line | near miss refused | off corpus refused |\n|---|---|---|---|")
    table = rows(found)
    for wanted in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0):
        row = min(table, key=lambda each: abs(each[1] - wanted))
        print("| " + " | ".join(f"{value:.3f}" for value in row[1:]) + " |")
