"""Are the answers right, the lines right, and is nothing said where there is nothing?

    python -m bench.answers --piaf piaf-v1.0.json [--n 300] [--half held-out] [--llm none]
    python -m bench.answers --written same [--n 300] [--llm none]     (bench/written)
    python -m bench.answers [--llm none] [--embedder NAME]     (seeds/)

PIAF: each paragraph is an article with one sentence a line. A question is asked three times: with everything there,
with its paragraph hidden (near miss), with all of its article hidden (off corpus).
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import written
from bench.squad import Item, halves, load
from index.ingestion.indexing import build
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder
from index.text.sentence_splitting import sentences
from index.types import Span
from rag.evaluation import runner as evaluate
from rag.evaluation.runner import Case, HidingAnswerer, Outcome, figures


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _with_typo(text: str) -> str:
    """Two letters swapped inside the longest word."""
    word = max(re.findall(r"\w+", text), key=len)
    k = len(word) // 2
    return text.replace(word, word[: k - 1] + word[k] + word[k - 1] + word[k + 1 :], 1) if len(word) > 3 else text


PERTURBATIONS = {
    "typo": _with_typo,
    "no-accents-no-capitals": lambda text: _without_accents(text).lower(),
    "capitals": str.upper,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
}


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
        cases.append(Case(item.id, item.question, "answerable", (item.answer,), (Span(id, line, line),)))
        cases.append(Case(item.id, item.question, "near_miss", hidden=(id,)))
        cases.append(Case(item.id, item.question, "off_corpus", hidden=(id.split("/")[0] + "/",)))
    return cases


def piaf_sample(piaf: Path, folder: Path, n: int, half: str) -> list[Case]:
    """The cases of a seeded sample of at most n questions of a half; its paragraphs are written to `folder`."""
    places = piaf_folder(piaf, folder)
    tuning, held_out = halves(load(piaf, "fr"))
    items = held_out if half == "held-out" else tuning
    return piaf_cases(random.Random(7).sample(items, min(n, len(items))), places)


def seed_cases(path: Path) -> list[Case]:
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        q = json.loads(line)
        gold = tuple(Span(g["article"], g["first"], g["last"]) for g in q["gold"])
        answers = tuple(q["answer"]) + tuple(q.get("answer_translated") or ())
        cases.append(Case(q["id"], q["question"], q["kind"], answers, gold))
    return cases


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


def measure(
    piaf: Path | None,
    n: int,
    half: str,
    llm: str,
    library: Path | None = None,
    perturb: str = "",
    embedder: str = DEFAULT_EMBEDDER,
    by_hand: str = "",
) -> list[Outcome]:
    """Ask n questions of a half of a SQuAD-format file, or all of bench/written or seeds/ when there is none."""
    with tempfile.TemporaryDirectory() as temporary:
        library = library or Path(temporary) / "library"
        if piaf:
            folder = Path(temporary) / "piaf"
            folder.mkdir()
            cases = piaf_sample(piaf, folder, n, half)
        elif by_hand:
            folder = written.FOLDER / "articles"
            cases = written.cases(by_hand == "across")
            cases = random.Random(5).sample(cases, min(n, len(cases)))
        else:
            folder = Path(__file__).parent.parent / "seeds" / "articles"
            cases = seed_cases(folder.parent / "questions.jsonl")
        if perturb:
            cases = [replace(case, question=PERTURBATIONS[perturb](case.question)) for case in cases]
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(embedder), [folder])
        return run(HidingAnswerer.load(library, llm=llm, embedder=embedder), cases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ without it")
    parser.add_argument("--written", choices=["same", "across"], default="", help="bench/written")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--library", type=Path, help="keep the index here between runs")
    parser.add_argument("--perturb", choices=[*PERTURBATIONS], default="")
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--verbose", action="store_true", help="print what was wrong")
    args = parser.parse_args()
    results = measure(args.piaf, args.n, args.half, args.llm, args.library, args.perturb, args.embedder, args.written)
    for name, value in report(results):
        print(f"| {name} | {value} |")
    if args.verbose:
        for r in results:
            if not r.is_right:
                print(r.case.kind, r.case.question, "gold", r.case.answers[:2], r.case.gold[:2], sep=" | ")
                print("   ", r.status, [str(span) for span in r.cited], r.text[:160])


if __name__ == "__main__":
    main()
