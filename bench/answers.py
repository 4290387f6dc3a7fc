"""Are the answers right, the lines right, and is nothing said where there is nothing?

    python -m bench.answers --piaf piaf-v1.0.json [--n 300] [--half held-out] [--llm none]
    python -m bench.answers [--llm none]                   (seeds/)

PIAF: each paragraph is an article with one sentence a line. A question is asked three times: with everything there,
with its paragraph hidden (near miss), with all of its article hidden (off corpus).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.metrics import contains, f1, mean, rate
from bench.squad import Item, halves, load
from index.build import build
from index.chunk import sentences
from index.embed import SentenceTransformerEmbedder
from index.library import Library
from index.search import search
from index.types import Hit
from rag.answerer import Answerer
from rag.types import Answer, Citation


@dataclass(frozen=True)
class Case:
    """A question with what would be right."""

    id: str
    question: str
    kind: str
    answers: tuple[str, ...] = ()
    gold: tuple[tuple[str, int, int], ...] = ()
    hidden: str = ""
    """Articles whose id starts so are not there."""


@dataclass
class Result:
    case: Case
    answer: Answer
    seconds: float = 0.0


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


PERTURBATIONS = {
    "no-accents-no-capitals": lambda text: _without_accents(text).lower(),
    "capitals": str.upper,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
}


class HidingAnswerer(Answerer):
    """An Answerer that cannot see some articles, so that one library serves every case."""

    hidden = ""

    def search(self, library: Library, question: str, language: str) -> list[Hit]:
        if not self.hidden:
            return super().search(library, question, language)
        hits = search(library, self.embedder, question, language, self.config.n_hits + 40)
        return [h for h in hits if not h.chunk.span.article_id.startswith(self.hidden)][: self.config.n_hits]


def piaf_folder(path: Path, folder: Path) -> dict[tuple[str, int], tuple[str, list[tuple[int, int]]]]:
    """Write each paragraph as an article, one sentence a line: (title, number) -> (id, sentence spans)."""
    places: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]] = {}
    for t, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for p, paragraph in enumerate(article["paragraphs"]):
            text = paragraph["context"]
            spans = list(sentences(text))
            id = f"{t:03d}/{p:03d}.txt"
            (folder / id).parent.mkdir(exist_ok=True)
            (folder / id).write_text("\n".join(" ".join(text[a:b].split()) for a, b in spans), encoding="utf-8")
            places[article["title"], p] = id, spans
    return places


def piaf_cases(items: Sequence[Item], places: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]]) -> list[Case]:
    cases = []
    for item in items:
        id, spans = places[item.article, item.paragraph]
        line = next((n for n, (a, b) in enumerate(spans, start=1) if a <= item.start < b), 1)
        cases.append(Case(item.id, item.question, "answerable", (item.answer,), ((id, line, line),)))
        cases.append(Case(item.id, item.question, "near_miss", hidden=id))
        cases.append(Case(item.id, item.question, "off_corpus", hidden=id.split("/")[0] + "/"))
    return cases


def seed_cases(path: Path) -> list[Case]:
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        q = json.loads(line)
        gold = tuple((g["article"], g["first"], g["last"]) for g in q["gold"])
        answers = tuple(q["answer"]) + tuple(q.get("answer_translated") or ())
        cases.append(Case(q["id"], q["question"], q["kind"], answers, gold))
    return cases


def run(answerer: HidingAnswerer, cases: Sequence[Case]) -> list[Result]:
    results = []
    for n, case in enumerate(cases):
        answerer.hidden = case.hidden
        began = time.monotonic()
        results.append(Result(case, answerer.ask(case.question), time.monotonic() - began))
        if sys.stderr.isatty() or n % 25 == 24:
            print(f"{n + 1}/{len(cases)}", file=sys.stderr)
    return results


def report(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval)."""
    answerable = [r for r in results if r.case.gold]
    shown = [r for r in answerable if r.answer.status != "abstained"]
    rows = [
        ("gold answer contained, answer of at most 30 words", rate([_right(r) for r in answerable])),
        ("gold answer contained, any length", rate([_contained(r) for r in answerable])),
        ("token F1, refusal = 0", mean([_f1(r) for r in answerable])),
        ("words of a shown answer, median", str(_median([len(r.answer.text.split()) for r in shown]))),
        ("line_hit of shown answers", rate([_line_hit(r) for r in shown])),
        ("cite_precision", rate([hit for r in shown for hit in _cited(r)])),
        ("cited lines, median", str(_median([c.span.last - c.span.first + 1 for r in shown for c in _citations(r)]))),
        ("quote_exact", rate([_is_exact(c, r.answer) for r in results for c in _citations(r)])),
        ("status grounded, of shown", rate([r.answer.status == "grounded" for r in shown])),
        ("false refusal", rate([r.answer.status == "abstained" for r in answerable])),
    ]
    for kind in sorted({r.case.kind for r in results if not r.case.gold}):
        rows.append(
            (f"refused, {kind}", rate([r.answer.status == "abstained" for r in results if r.case.kind == kind]))
        )
    times = sorted(r.seconds for r in results)
    rows.append(("seconds a question, median / 95th", f"{_median(times)} / {times[int(0.95 * (len(times) - 1))]:.2f}"))
    return rows


def _contained(r: Result) -> bool:
    return r.answer.status != "abstained" and any(contains(r.answer.text, gold) for gold in r.case.answers)


def _right(r: Result) -> bool:
    return _contained(r) and len(r.answer.text.split()) <= 30


def _f1(r: Result) -> float:
    return 0.0 if r.answer.status == "abstained" else max((f1(r.answer.text, g) for g in r.case.answers), default=0.0)


def _citations(r: Result) -> list:
    return [c for claim in r.answer.supported for c in claim.citations]


def _cited(r: Result) -> list[bool]:
    return [
        any(
            c.span.article_id == article and c.span.first <= last and first <= c.span.last
            for article, first, last in r.case.gold
        )
        for c in _citations(r)
    ]


def _is_exact(citation: Citation, answer: Answer) -> bool:
    """Does the quote stand in what was read of its article? (The tests compare it with the files.)"""
    return any(citation.quote in hit.chunk.text for hit in answer.hits)


def _line_hit(r: Result) -> bool:
    return any(_cited(r))


def _median(values: Sequence[float]) -> float:
    return round(statistics.median(values), 2) if values else 0.0


def measure(
    piaf: Path | None, n: int, half: str, llm: str, library: Path | None = None, perturb: str = ""
) -> list[Result]:
    """Ask n questions of a half of a SQuAD-format file, or all of seeds/questions.jsonl when there is none."""
    with tempfile.TemporaryDirectory() as temporary:
        library = library or Path(temporary) / "library"
        if piaf:
            folder = Path(temporary) / "piaf"
            folder.mkdir()
            places = piaf_folder(piaf, folder)
            tuning, held_out = halves(load(piaf, "fr"))
            cases = piaf_cases(random.Random(7).sample(held_out if half == "held-out" else tuning, n), places)
        else:
            folder = Path(__file__).parent.parent / "seeds" / "articles"
            cases = seed_cases(folder.parent / "questions.jsonl")
        if perturb:
            cases = [replace(case, question=PERTURBATIONS[perturb](case.question)) for case in cases]
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(), [folder])
        return run(HidingAnswerer.load(library, llm=llm), cases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ without it")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--library", type=Path, help="keep the index here between runs")
    parser.add_argument("--perturb", choices=[*PERTURBATIONS], default="")
    parser.add_argument("--verbose", action="store_true", help="print what was wrong")
    args = parser.parse_args()
    results = measure(args.piaf, args.n, args.half, args.llm, args.library, args.perturb)
    for name, value in report(results):
        print(f"| {name} | {value} |")
    if args.verbose:
        for r in results:
            if (r.case.gold and not (_contained(r) and _line_hit(r))) or (
                not r.case.gold and r.answer.status != "abstained"
            ):
                cited = [str(c.span) for c in _citations(r)]
                print(r.case.kind, r.case.question, "gold", r.case.answers[:2], r.case.gold[:2], sep=" | ")
                print("   ", r.answer.status, cited, r.answer.text[:160])


if __name__ == "__main__":
    main()
