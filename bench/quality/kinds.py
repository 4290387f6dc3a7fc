"""Are other questions than "who", "when" and "how many" answered as they are asked?

    python -m bench kinds [--llm none] [--library FOLDER] [--only KIND …] [--n PER_KIND] [--verbose]
    python -m bench kinds --count piaf-v1.0.json       (what `kind_of` makes of a SQuAD-format file's questions)

The questions of bench/quality/kinds.jsonl are about seeds/articles: for each kind what a right answer holds, what it
must not say and the lines it must cite. A yes or no that is not said is counted apart from one that is wrong.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.data.squad import load
from bench.paths import SEEDS
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from index.text.normalize import fold
from rag.config import DEFAULT_LLM
from rag.evaluation.metrics import contains, rate
from rag.pipeline.answerer import Answerer
from rag.query.decomposition import split
from rag.query.question_kind import kind_of
from rag.types import Answer
from rag.verification.yes_no import word_of

QUESTIONS = Path(__file__).with_name("kinds.jsonl")


@dataclass(frozen=True)
class Result:
    case: dict[str, Any]
    answer: Answer

    @property
    def says_all(self) -> bool:
        """Each thing that is wanted stands in the text, in one of its forms."""
        text = self.answer.text
        return all(
            any(contains(text, one) or fold(one) in fold(text) for one in group) for group in self.case["contains"]
        )

    @property
    def says_wrong(self) -> bool:
        """What must not be said is said in the model's words, outside quotation marks."""
        written = [c.text for c in self.answer.supported if c.origin == "model" and self.answer.status == "grounded"]
        said = " ".join(text for text in written if "«" not in text)
        return any(fold(each) in fold(said) for each in self.case["forbids"])

    @property
    def cites_all(self) -> bool:
        """A line of each group is cited."""
        spans = [c.span for claim in self.answer.supported for c in claim.citations]
        return all(
            any(s.article_id == g["article"] and s.first <= g["line"] <= s.last for s in spans for g in group)
            for group in self.case["gold"]
        )

    @property
    def word(self) -> str:
        """ "yes", "no" or "" as the answer begins."""
        return word_of(self.answer.text, self.answer.language)[0] if self.answer.status == "grounded" else ""

    @property
    def is_right(self) -> bool:
        if self.case["kind"] == "false_premise":
            return not self.says_wrong
        is_shown = self.answer.status != "abstained"
        missing = self.case.get("missing", "")
        is_wrong_word = self.case["kind"] == "yes_no" and self.word not in ("", self.case["word"])
        return (
            is_shown
            and self.says_all
            and self.cites_all
            and not is_wrong_word
            and fold(missing) in fold(self.answer.text)
        )


def report(results: list[Result]) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval)."""
    rows = []
    for kind in dict.fromkeys(r.case["kind"] for r in results):
        of = [r for r in results if r.case["kind"] == kind]
        rows.append((f"{kind}: right", rate([r.is_right for r in of])))
        if kind == "false_premise":
            rows.append((f"{kind}: refused", rate([r.answer.status == "abstained" for r in of])))
            rows.append((f"{kind}: premise affirmed", rate([r.says_wrong for r in of])))
            continue
        rows.append((f"{kind}: every line wanted is cited", rate([r.cites_all for r in of])))
        rows.append((f"{kind}: refused", rate([r.answer.status == "abstained" for r in of])))
        if kind == "yes_no":
            worded = [r for r in of if r.word]
            rows.append((f"{kind}: yes or no said", rate([bool(r.word) for r in of])))
            rows.append((f"{kind}: of these wrong", rate([r.word != r.case["word"] for r in worded])))
    rows.append(("told as the kind it is", rate([_is_told(r) for r in results])))
    return rows


def _is_told(r: Result) -> bool:
    wanted = {"speech": "fact", "disagree": "fact"}.get(r.case["kind"], r.case["kind"])
    return wanted == "false_premise" or r.answer.kind == wanted


def count(path: Path) -> list[tuple[str, str]]:
    """How many questions of a file are of each kind."""
    items = load(path, "fr")
    found = [split(i.question, "fr") for i in items]
    kinds = Counter(s.kind if s else kind_of(i.question, "fr") for i, s in zip(items, found, strict=True))
    return [(kind, f"{n} of {len(items)}") for kind, n in kinds.most_common()]


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--llm", default=DEFAULT_LLM)
    parser.add_argument("--library", type=Path, help="a library of seeds/articles; built anew without it")
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--n", type=int, default=0, help="at most so many questions of a kind")
    parser.add_argument("--count", type=Path, help="only count the kinds of a SQuAD-format file's questions")
    parser.add_argument("--verbose", action="store_true", help="print every answer")
    args = parser.parse_args()
    for name, value in (
        count(args.count) if args.count else report(measure(args.llm, args.library, args.only, args.n, args.verbose))
    ):
        print(f"| {name} | {value} |")


def measure(llm: str, library: Path | None, only: list[str], n: int, verbose: bool) -> list[Result]:
    """Ask what is asked for of the questions of kinds.jsonl."""
    cases = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked: Counter[str] = Counter()
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        if library is None:
            library = Path(temporary) / "library"
            build(library, SentenceTransformerEmbedder(), [SEEDS / "articles"])
        answerer = Answerer.load(library, llm=llm)
        for case in cases:
            asked[case["kind"]] += 1
            if (only and case["kind"] not in only) or (n and asked[case["kind"]] > n):
                continue
            result = Result(case, answerer.ask(case["question"]))
            results.append(result)
            if verbose:
                mark = "right" if result.is_right else "WRONG"
                print(f"{mark} {case['id']} [{result.answer.kind} {result.answer.status}] {case['question']}")
                print(f"    {result.answer.text}", flush=True)
                for claim in result.answer.claims:
                    if claim.verdict != "supported":
                        print(f"    ({claim.text} <- {claim.reason})", flush=True)
            elif sys.stderr.isatty():
                print(f"{len(results)}", file=sys.stderr)
    return results
