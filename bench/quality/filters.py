"""Do dates and sources in a question narrow the articles when they should, and only then?

    python -m bench filters [--llm none] [--library FOLDER] [--verbose]
    python -m bench filters --piaf piaf-v1.0.json [--n 150] [--piaf-library FOLDER]

bench/quality/filters.jsonl holds questions about seeds/ with the day they are asked on, and gold lines: explicit,
implicit and relative dates, sources, traps (the date is that of what happened), and scopes in which nothing answers.
Each is asked with filters and without. Then the questions of seeds/, and of a PIAF file, that mean no filter: how often
do words fire, and does an answer change?
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bench.command import Parser
from bench.data.cases import piaf_sample, seed_cases
from bench.data.squad import load
from bench.paths import SEEDS
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from index.storage.library import Library
from index.text.detection import detect
from index.types import Article, Span
from rag.conversation.turns import History
from rag.evaluation.metrics import rate
from rag.evaluation.runner import Case
from rag.filters.application import scope_of
from rag.filters.detection import Known, find
from rag.filters.wording import scope as scope_words
from rag.pipeline.answerer import Answerer
from rag.pipeline.understanding import Catalog
from rag.query.query import Query
from rag.types import Answer

QUESTIONS = Path(__file__).with_name("filters.jsonl")
_AGENCY = re.compile(r"\((AGL|Meridian|Lakes Wire)\)")


class Filtering(Answerer):
    """Articles have for a source the agency of their dateline."""

    def _open(self) -> Library:
        library = super()._open()
        library.articles = [replace(article, source=_agency(article)) for article in library.articles]
        return library


class Unfiltered(Filtering):
    """What citeline is without filters: a question is asked as it stands, of all articles."""

    def understand(self, question: str, history: History, catalog: Catalog, everywhere: bool) -> Query:
        return replace(Query.of(question, detect(question, default=catalog.language)), typed=question)


def _agency(article: Article) -> str:
    found = _AGENCY.search(article.text[:200])
    return found.group(1) if found else ""


@dataclass(frozen=True)
class Asked:
    """A question of the file, and what it got with filters and without."""

    kind: str
    case: Case
    with_filter: Answer
    without: Answer

    def is_right(self, answer: Answer) -> bool:
        """Every citation is in an article with gold lines and one is on them; without gold, nothing is answered."""
        spans = [citation.span for claim in answer.supported for citation in claim.citations]
        if not self.case.gold:
            return not spans
        inside = all(any(span.article_id == gold.article_id for gold in self.case.gold) for span in spans)
        return inside and any(_touch(span, gold) for span in spans for gold in self.case.gold)


def _touch(span: Span, gold: Span) -> bool:
    return span.article_id == gold.article_id and span.first <= gold.last and gold.first <= span.last


def written(filtering: Filtering, unfiltered: Unfiltered, kinds: Sequence[str] | None = None) -> list[Asked]:
    """The questions of the file, of these kinds or all, each asked on its day."""
    asked = []
    for record in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines()):
        if kinds and record["kind"] not in kinds:
            continue
        gold = tuple(Span(g["article"], g["first"], g["last"]) for g in record["gold"])
        case = Case(record["id"], record["question"], record["kind"], tuple(record["answer"]), gold)
        for answerer in (filtering, unfiltered):
            answerer.today = lambda day=record["today"]: date.fromisoformat(day)
        asked.append(Asked(record["kind"], case, filtering.ask(case.question), unfiltered.ask(case.question)))
    return asked


def report(asked: Sequence[Asked]) -> list[tuple[str, str, str]]:
    """Rows of (kind, right with filters, right without)."""
    groups = {kind: [each for each in asked if each.kind == kind] for kind in dict.fromkeys(a.kind for a in asked)}
    return [
        (kind, rate([a.is_right(a.with_filter) for a in group]), rate([a.is_right(a.without) for a in group]))
        for kind, group in [*groups.items(), ("all", list(asked))]
    ]


def fires(answerer: Answerer, case: Case) -> bool:
    """Do words of a question narrow the articles? Where none do, it is asked as it always was."""
    library = answerer.library
    known = Known.of(library.articles, answerer.today())
    scope = scope_of(case.question, detect(case.question), known, library.articles)
    return bool(scope.filter or scope.implied)


def changed(filtering: Answerer, unfiltered: Answerer, cases: Iterable[Case]) -> list[tuple[Case, Answer, Answer]]:
    """The cases, of those in which words narrow, whose answer is another one with filters."""
    found = []
    for case in cases:
        one, other = filtering.ask(case.question), unfiltered.ask(case.question)
        if (one.text, one.claims) != (other.text, other.claims):
            found.append((case, one, other))
    return found


def firing(piaf: Path) -> None:
    """Print the questions of a PIAF file in which words narrow, in a library of dated articles of many papers."""
    papers = "AFP|Le Monde|Reuters|Libération|La Croix|Le Figaro|Le Parisien|L'Express|Le Point|Nature|Science|L'Équipe"
    shelf = [
        Article(str(n), "", f"20{n:02d}-03-01", "fr", (), "", "", name) for n, name in enumerate(papers.split("|"))
    ]
    known = Known.of(shelf, date(2026, 11, 22))
    questions = [item.question for item in load(piaf, "fr")]
    found = [(q, each) for q in questions if (each := find(" ".join(q.split()), "fr", known))]
    for name, group in (
        ("explicit", [each for each in found if each[1].is_explicit]),
        ("implicit", [each for each in found if not each[1].is_explicit]),
    ):
        print(f"| words fire, {name} | {len(group)} of {len(questions)} |")
        for question, each in group:
            print(f"    {question}  [{each.words}: {scope_words(each, 'fr')}]")


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--llm", default="none")
    parser.add_argument("--library", type=Path, help="a library of seeds/articles; built for the run without it")
    parser.add_argument("--piaf", type=Path)
    parser.add_argument("--n", type=int, default=150)
    parser.add_argument("--piaf-library", type=Path, help="keep the index of PIAF here between runs")
    parser.add_argument("--kind", action="append", help="only these questions of the file")
    parser.add_argument("--verbose", action="store_true", help="print what was wrong")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        if args.piaf:
            firing(args.piaf)
            library, folder = args.piaf_library or Path(temporary) / "library", Path(temporary) / "piaf"
            folder.mkdir()
            cases = [case for case in piaf_sample(args.piaf, folder, args.n, "held-out") if not case.hidden]
        else:
            library, folder = args.library or Path(temporary) / "library", SEEDS / "articles"
            cases = seed_cases(SEEDS / "questions.jsonl")
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(), [folder])
        one = Filtering.load(library, llm=args.llm)
        other = Unfiltered(library, one.embedder, one.reader, one.llm, one.config, one.judge)
        if not args.piaf:
            asked = written(one, other, args.kind)
            print("| kind | right with filters | right without |\n|---|---|---|")
            for row in report(asked):
                print("| " + " | ".join(row) + " |")
            for each in asked if args.verbose else ():
                marks = "".join(".✗"[not each.is_right(a)] for a in (each.with_filter, each.without))
                print(f"  {marks} {each.case.id} {each.kind} | {each.case.question} | {_shown(each.with_filter)}")
                print(f"       without: {_shown(each.without)}")
        one.today = other.today = lambda: date(2026, 11, 22)
        narrowing = [case for case in cases if fires(one, case)]
        differing = changed(one, other, narrowing)
        print(f"| words fire | {len(narrowing)} of {len(cases)} |")
        print(f"| answers that change | {len(differing)} of {len(cases)} |")
        for case, with_filter, without in differing:
            print(f"    {case.question}\n      {_shown(with_filter)}\n      without: {_shown(without)}")


def _shown(answer: Answer) -> str:
    narrowed = answer.filter
    said = f"[{scope_words(narrowed, 'fr')} {narrowed.n_articles} {narrowed.is_applied}] " if narrowed else ""
    spans = [str(citation.span) for claim in answer.supported for citation in claim.citations]
    return f"{said}{answer.status} {spans} {answer.text[:110]}"
