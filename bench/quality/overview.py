"""Are questions about the articles themselves told from facts, answered from the right article, and honestly?

    python -m bench overview [--llm none] [--library FOLDER] [--piaf piaf-v1.0.json] [--kind about]

bench/quality/overview.jsonl asks seeds/articles; `articles` are those an answer may cite. A summary may be of any of
them; what articles say on a topic should cite all. With --piaf its questions, all about facts, are shown to the rules
too.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.command import Parser
from bench.paths import SEEDS
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from index.storage.library import Library
from rag.evaluation.metrics import contains, rate
from rag.overview.lexrank import body, ranked
from rag.pipeline.answerer import Answerer
from rag.query.intent import recognise
from rag.types import Answer, Citation

CASES = Path(__file__).with_name("overview.jsonl")
KINDS = ("greeting", "contents", "summary", "about", "fact")


@dataclass(frozen=True)
class Case:
    """A question about the articles, or about a fact, with what would be right."""

    question: str
    kind: str
    language: str
    articles: tuple[str, ...] = ()
    absent: bool = False
    """Its topic is in no article."""


@dataclass(frozen=True)
class Result:
    case: Case
    answer: Answer
    seconds: float


def load(path: Path = CASES) -> list[Case]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Case(**(row | {"articles": tuple(row["articles"])})) for row in rows]


def report_rules(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """What the rules alone make of each question: no model, no library."""
    told = {case: recognise(case.question) for case in cases}
    rows = []
    for kind in KINDS:
        found = [(intent.kind if (intent := told[case]) else "fact") == kind for case in cases if case.kind == kind]
        rows.append((f"kind right, {kind}", rate(found)))
    languages = [intent.language == case.language for case, intent in told.items() if intent]
    return [*rows, ("language right, where a rule fits", rate(languages))]


def report(results: Sequence[Result], answerer: Answerer) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval)."""
    asked = [r for r in results if r.case.articles and not r.case.absent]
    about = [r for r in asked if r.case.kind != "summary"]
    claims = [claim for r in results for claim in r.answer.claims]
    written = [
        claim for r in results if r.case.kind == "summary" and not r.answer.is_quote for claim in r.answer.claims
    ]
    summaries = [r for r in asked if r.case.kind == "summary"]
    times = sorted(r.seconds for r in results)
    return [
        ("answered, topic in an article", rate([r.answer.status != "abstained" for r in asked])),
        ("cites only the right articles, summary", rate([_cites_right(r) for r in summaries])),
        ("cites only the right articles, about and contents of a topic", rate([_cites_right(r) for r in about])),
        ("right articles that are cited, about", rate([hit for r in about for hit in _recall(r)])),
        ("claims about nothing, topic in no article", rate([not r.answer.supported for r in results if r.case.absent])),
        ("summary in the model's words", rate([r.answer.status == "grounded" for r in summaries])),
        ("of its sentences supported", rate([claim.verdict == "supported" for claim in written])),
        ("quote_exact", rate([_is_exact(c, answerer) for claim in claims for c in claim.citations])),
        ("words of a summary, median", _median([len(r.answer.text.split()) for r in summaries])),
        ("seconds, median / longest", f"{_median([r.seconds for r in results])} / {times[-1]:.1f}"),
    ]


def report_central(library: Library) -> list[tuple[str, str]]:
    """Of the gold answers in an article, those that its lead and two more sentences hold: central, first, any two."""
    questions = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    draw = random.Random(0)
    held: dict[str, list[bool]] = {"the most central": [], "the next": [], "any": []}
    for article in library.articles:
        found = body(article)
        picks = {
            "the most central": ranked(found)[:3],
            "the next": [0, 1, 2],
            "any": [0, *draw.sample(range(1, len(found)), 2)],
        }
        golds = [
            [*q["answer"], *(q.get("answer_translated") or ())]
            for q in questions
            if any(gold["article"] == article.id for gold in q["gold"])
        ]
        for name, places in picks.items():
            text = " ".join(found[place].text for place in places)
            held[name] += [any(contains(text, gold) for gold in each) for each in golds]
    return [(f"gold answers in the lead and two sentences, {name}", rate(values)) for name, values in held.items()]


def _cites_right(r: Result) -> bool:
    cited = {c.span.article_id for claim in r.answer.supported for c in claim.citations}
    one = r.case.kind != "summary" or len(cited) == 1
    return bool(cited) and cited <= set(r.case.articles) and one


def _recall(r: Result) -> list[bool]:
    cited = {c.span.article_id for claim in r.answer.supported for c in claim.citations}
    return [article in cited for article in r.case.articles]


def _is_exact(citation: Citation, answerer: Answerer) -> bool:
    span = citation.span
    lines = "\n".join(answerer.article(span.article_id).lines[span.first - 1 : span.last])
    return lines[citation.start : citation.end] == citation.quote


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f}" if values else "-"


def run(answerer: Answerer, cases: Sequence[Case], verbose: bool = False) -> list[Result]:
    results = []
    for case in cases:
        began = time.monotonic()
        results.append(Result(case, answerer.ask(case.question), time.monotonic() - began))
        if verbose:
            _show(results[-1])
    return results


def _show(r: Result) -> None:
    cited = sorted({str(c.span) for claim in r.answer.supported for c in claim.citations})
    print(f"{r.seconds:5.1f} s | {r.case.question} | {r.answer.status} | {', '.join(cited)}\n    {r.answer.text}")
    for claim in r.answer.claims:
        if claim.verdict == "unsupported":
            print(f"    x {claim.text} ({claim.reason})")


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--library", type=Path, help="keep the index of seeds/articles here between runs")
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file whose questions are all about facts")
    parser.add_argument("--kind", choices=KINDS, help="ask only these")
    parser.add_argument("--verbose", action="store_true", help="print every answer")
    args = parser.parse_args()
    cases = load()
    rows = report_rules(cases)
    if args.piaf:
        data = json.loads(args.piaf.read_text(encoding="utf-8"))["data"]
        facts = [qa["question"] for a in data for p in a["paragraphs"] for qa in p["qas"]]
        taken = [question for question in facts if recognise(question)]
        rows.append(("facts of the file taken for another kind", rate([q in set(taken) for q in facts])))
        print(*taken, sep="\n", end="\n" if taken else "")
    with tempfile.TemporaryDirectory() as temporary:
        library = args.library or Path(temporary) / "library"
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(), [SEEDS / "articles"])
        answerer = Answerer.load(library, llm=args.llm)
        asked = [case for case in cases if case.kind == args.kind or (not args.kind and case.kind != "fact")]
        rows += report(run(answerer, asked, args.verbose), answerer)
        rows += report_central(answerer.library)
    for name, value in rows:
        print(f"| {name} | {value} |")
