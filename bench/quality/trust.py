"""Of the sentences shown as checked, and of the lines quoted, how many are false?

    python -m bench trust ask OUT.jsonl [--articles FOLDER --questions FILE.jsonl] [--library FOLDER] [--llm MODEL]
    python -m bench trust count OUT.jsonl

`ask` puts questions to articles full of denials, rumours, conditions and corrections (bench/training/claim_pairs/
held_out, which nothing is trained on) and writes a line for every question: what was shown, with its lines, and what an
answer must not assert. A person reads it and sets `false` of each shown sentence to true or false: false is what a
reader would come to believe though the article does not say it. `count` prints the shares, with n and interval. A run
that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.paths import ROOT
from index.ingestion.indexing import build
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder
from rag.config import DEFAULT_LLM
from rag.evaluation.metrics import rate
from rag.pipeline.answerer import Answerer
from rag.types import Answer

HELD_OUT = ROOT / "bench" / "training" / "claim_pairs" / "held_out"


def row_of(case: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """What a question got, to be judged by a reader."""
    shown = [
        {
            "text": claim.text,
            "origin": claim.origin,
            "lines": [f"{c.span}: {c.quote}" for c in claim.citations],
            "false": None,
        }
        for claim in answer.supported
    ]
    known = {key: case[key] for key in ("id", "question", "must_not", "true") if key in case}
    return known | {"status": answer.status, "message": answer.message, "shown": shown}


def ask(args: argparse.Namespace) -> None:
    """Append a row for each question that has none."""
    lines = args.out.read_text(encoding="utf-8").splitlines() if args.out.exists() else []
    done = {json.loads(line)["id"] for line in lines}
    cases = [json.loads(line) for line in args.questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as temporary:
        library = args.library or Path(temporary) / "library"
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(args.embedder), [args.articles])
        answerer = Answerer.load(library, llm=args.llm, embedder=args.embedder)
        with args.out.open("a", encoding="utf-8") as out:
            for n, case in enumerate(cases, start=1):
                if case["id"] in done:
                    continue
                out.write(json.dumps(row_of(case, answerer.ask(case["question"])), ensure_ascii=False) + "\n")
                out.flush()
                print(f"\r{n}/{len(cases)}", end="", file=sys.stderr)


def count(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval). Raises ValueError while a sentence is not judged."""
    shown = [each | {"status": row["status"]} for row in rows for each in row["shown"]]
    if any(not isinstance(each["false"], bool) for each in shown):
        raise ValueError("not every shown sentence is judged: set its “false” to true or false")

    def false(some: list[dict[str, Any]]) -> str:
        return rate([each["false"] for each in some])

    return [
        ("sentences of the model shown as checked that are false", false([e for e in shown if e["origin"] == "model"])),
        ("quoted lines that mislead", false([e for e in shown if e["origin"] == "quote"])),
        ("answers with a false sentence", rate([any(e["false"] for e in row["shown"]) for row in rows])),
        ("questions not answered", rate([row["status"] == "abstained" for row in rows])),
    ]


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("what", choices=["ask", "count"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=Path, default=HELD_OUT / "hostile")
    parser.add_argument("--questions", type=Path, default=HELD_OUT / "questions.jsonl")
    parser.add_argument("--library", type=Path, help="keep the index here between runs")
    parser.add_argument("--llm", default=DEFAULT_LLM)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    args = parser.parse_args()
    if args.what == "ask":
        ask(args)
        return
    try:
        figures = count([json.loads(line) for line in args.out.read_text(encoding="utf-8").splitlines()])
    except ValueError as error:
        sys.exit(f"{args.out}: {error}")
    print("| | |\n|---|---|")
    for name, value in figures:
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
