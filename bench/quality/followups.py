"""Are follow-up questions understood, are questions of their own left alone, and does it find the lines?

    python -m bench followups [--llm none] [--library FOLDER] [--rules]

bench/quality/followups.jsonl holds conversations about seeds/: each turn has the question as typed, as it would stand
alone, words that the understood question must and must not have, gold lines, and the answer the next turn is asked
after. With --rules no model is loaded and only the rewriting is measured.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.command import Parser
from bench.paths import SEEDS
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from index.text.normalize import fold
from rag.conversation.followup import language_of, standalone
from rag.conversation.turns import Turn, turn_of
from rag.evaluation.metrics import rate
from rag.pipeline.answerer import Answerer
from rag.types import Answer

CONVERSATIONS = Path(__file__).with_name("followups.jsonl")


@dataclass(frozen=True)
class Case:
    """A question with the turns before it, each as it would stand alone."""

    id: str
    question: str
    standalone: str
    must: tuple[str, ...]
    """Words the understood question has to hold; "a|b" is either."""
    must_not: tuple[str, ...]
    gold: tuple[tuple[str, int], ...]
    history: tuple[tuple[str, str], ...]

    @property
    def leans(self) -> bool:
        return self.standalone != self.question


@dataclass
class Result:
    case: Case
    understood: str
    asked: Answer | None = None
    """With the history."""
    alone: Answer | None = None
    """The words as typed, without it."""


def cases(path: Path = CONVERSATIONS) -> Iterator[Case]:
    """The follow-ups of the file, in order."""
    for line in path.read_text(encoding="utf-8").splitlines():
        talk = json.loads(line)
        first, *rest = talk["turns"]
        history = [(first["question"], first["answer"])]
        for n, turn in enumerate(rest, start=1):
            gold = tuple((place.rpartition(":")[0], int(place.rpartition(":")[2])) for place in turn["gold"])
            yield Case(
                f"{talk['id']}.{n}", turn["question"], turn["standalone"], tuple(turn["must"]), tuple(turn["must_not"]),
                gold, tuple(history),
            )  # fmt: skip
            history.append((turn["standalone"], turn["answer"]))


def is_right(case: Case, understood: str) -> bool:
    """A leaning question has become one with the right words in it; one that stands alone is what it was."""
    if not case.leans:
        return understood == case.question
    text = fold(understood)
    has = all(any(fold(word) in text for word in each.split("|")) for each in case.must)
    return understood != case.question and has and not any(fold(word) in text for word in case.must_not)


def by_rule(case: Case) -> str:
    """The question as the rules alone understand it."""
    turns: list[Turn] = [turn_of(each) for each in case.history]
    return standalone(case.question, turns, language_of(case.question, turns, "fr"))


def measure(answerer: Answerer) -> list[Result]:
    results = []
    for case in cases():
        asked = answerer.ask(case.question, case.history)
        alone = answerer.ask(case.question) if asked.understood else asked
        results.append(Result(case, asked.understood or case.question, asked, alone))
    return results


def report(results: Sequence[Result]) -> list[tuple[str, str]]:
    """Rows of (figure, value with interval)."""
    leaning = [r for r in results if r.case.leans]
    alone = [r for r in results if not r.case.leans]
    rows = [
        ("leaning questions understood", rate([is_right(r.case, r.understood) for r in leaning])),
        ("questions of their own left alone", rate([is_right(r.case, r.understood) for r in alone])),
    ]
    if any(r.asked is None for r in results):
        return rows
    for name, group in (("leaning", leaning), ("of their own", alone)):
        for how in ("asked", "alone"):
            suffix = "with the conversation" if how == "asked" else "as typed, without it"
            rows.append((f"gold line among the hits, {name}, {suffix}", rate([_found(r, how) for r in group])))
            rows.append((f"gold line cited, {name}, {suffix}", rate([_cited(r, how) for r in group])))
    return rows


def _found(r: Result, how: str) -> bool:
    spans = [hit.chunk.span for hit in getattr(r, how).hits]
    return any(s.article_id == article and s.first <= line <= s.last for s in spans for article, line in r.case.gold)


def _cited(r: Result, how: str) -> bool:
    spans = [c.span for claim in getattr(r, how).supported for c in claim.citations]
    return any(s.article_id == article and s.first <= line <= s.last for s in spans for article, line in r.case.gold)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--llm", default="none")
    parser.add_argument("--library", type=Path, help="a library of seeds/articles; built for the run without it")
    parser.add_argument("--rules", action="store_true", help="measure the rewriting by rule only")
    parser.add_argument("--verbose", action="store_true", help="print what was wrong")
    args = parser.parse_args()
    if args.rules:
        results = [Result(case, by_rule(case)) for case in cases()]
    else:
        with tempfile.TemporaryDirectory() as temporary:
            library = args.library or Path(temporary) / "library"
            if not (library / "CURRENT").exists():
                build(library, SentenceTransformerEmbedder(), [SEEDS / "articles"])
            results = measure(Answerer.load(library, llm=args.llm))
    for name, value in report(results):
        print(f"| {name} | {value} |")
    if args.verbose:
        for r in results:
            if not is_right(r.case, r.understood):
                print(r.case.id, r.case.history[-1][0], r.case.question, f"-> {r.understood}", sep=" | ")
