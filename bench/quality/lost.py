"""Where is the line that answers lost: not found, found and not read, read and something else taken for the answer?

    python -m bench lost --piaf piaf-v1.0.json --library FOLDER [--n 300] [--weights reader.safetensors]
    python -m bench lost --piaf xquad.en.json --asked xquad.de.json --library FOLDER

The library is the one that `bench answers` keeps: each paragraph an article with one sentence a line. With --asked the
same questions are asked in another language. A chunk counts as right when it holds the gold line.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from bench.command import Parser
from bench.data.cases import piaf_sample
from bench.data.squad import load
from index.models.embedder import SentenceTransformerEmbedder
from index.retrieval.hybrid import search
from index.text.detection import detect
from index.types import Span
from rag.evaluation.metrics import rate
from rag.evaluation.runner import Case
from rag.pipeline.answerer import Answerer
from rag.query.query import Query
from rag.reader.span_reader import AdapterReader
from rag.reader.windows import best_first

DEPTH = 40
"""Hits that are looked at."""
RANKS = (1, 3, 5, 8, 10, 20, DEPTH)
FATES = (
    "not among the hits",
    "a hit, but not read",
    "read, but another chunk is believed",
    "its chunk is believed, for another line",
    "believed, but refused",
    "cited",
)


class Fate(NamedTuple):
    """What became of one question's gold line."""

    rank: int
    """Of the first hit that holds it; DEPTH + 1 when none of the first DEPTH does."""
    fate: str
    """One of FATES."""


def cases(piaf: Path, asked: Path | None, n: int, half: str) -> list[Case]:
    """The answerable questions of a seeded sample, in the words of `asked` when that is not None."""
    with tempfile.TemporaryDirectory() as temporary:
        found = [case for case in piaf_sample(piaf, Path(temporary), n, half) if case.gold]
    if asked is None:
        return found
    questions = {item.id: item.question for item in load(asked, "")}
    return [replace(case, question=questions[case.id]) for case in found if case.id in questions]


def fate(answerer: Answerer, case: Case) -> Fate:
    """Search, read and judge as an answer does, without a language model."""
    language = detect(case.question)
    hits = search(answerer.library, answerer.embedder, case.question, language, DEPTH)
    right = [holds_gold(hit.chunk.span, case) for hit in hits]
    rank = right.index(True) + 1 if any(right) else DEPTH + 1
    shown = hits[: answerer.config.n_hits]
    if not any(right[: len(shown)]):
        return Fate(rank, FATES[0])
    windows = answerer.read(Query.of(case.question, language), answerer.library, shown)
    if not any(window.reading for window, is_right in zip(windows, right, strict=False) if is_right):
        return Fate(rank, FATES[1])
    passages = best_first(windows)
    if not passages or not holds_gold(passages[0].hit.chunk.span, case):
        return Fate(rank, FATES[2])
    if not any(holds_gold(sentence.citation().span, case) for sentence in passages[0].answering()):
        return Fate(rank, FATES[3])
    return Fate(rank, FATES[5 if passages[0].score >= 0 else 4])


def holds_gold(span: Span, case: Case) -> bool:
    """Do these lines hold one of the case's gold lines?"""
    return any(span.article_id == g.article_id and span.first <= g.last and g.first <= span.last for g in case.gold)


def rows(found: Sequence[Fate]) -> list[tuple[str, str]]:
    """Shares of the questions, with their intervals."""
    ranked = [(f"in a chunk among the first {k}", rate([each.rank <= k for each in found])) for k in RANKS]
    return [*ranked, *((name, rate([each.fate == name for each in found])) for name in FATES)]


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("--piaf", type=Path, required=True, help="a SQuAD-format file")
    parser.add_argument("--asked", type=Path, help="the same file in the language that is asked in")
    parser.add_argument("--library", type=Path, required=True, help="built by `bench answers --piaf --library`")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--half", choices=["tuning", "held-out"], default="held-out")
    parser.add_argument("--weights", type=Path, help="of the reader; default: the shipped ones")
    args = parser.parse_args()
    answerer = Answerer.load(args.library, llm="none")
    if args.weights:
        encoder = answerer.embedder
        assert isinstance(encoder, SentenceTransformerEmbedder)
        answerer.reader = AdapterReader(encoder.encoder, encoder.tokenizer, args.weights, lock=encoder.lock)
    found = [fate(answerer, case) for case in cases(args.piaf, args.asked, args.n, args.half)]
    for name, value in rows(found):
        print(f"| {name} | {value} |")
