"""The questions that were written by hand about articles of our own, beside near misses that these do not answer.

    python -m bench written [--model FOLDER] [--weights reader.safetensors] [--n 200]

826 questions over 40 French and 10 English articles (bench/quality/written/), on which nothing was trained or tuned.
The reader alone is given an article's chunks one by one, and the best reading counts; `bench answers --written` asks
the whole product.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

import index.models.shared_key_attention
from bench.command import Parser
from bench.quality.reader import auc, bootstrap, contains, f1, line, refused, wilson
from index.documents.articles import parts, read_article, read_bytes
from index.documents.discovery import scan
from index.models.registry import resolve
from index.text.chunking import chunks
from index.types import Span
from rag.evaluation.runner import Case
from rag.query.query import Query
from rag.reader.span_reader import AdapterReader

FOLDER = Path(__file__).with_name("written")
FALSE_REFUSALS = 0.08


@dataclass(frozen=True, slots=True)
class Written:
    """A question about one article; without an answer it is a near miss."""

    id: str
    article: str
    question: str
    asked_in: str
    told_in: str
    answer: str
    start: int
    """Of the answer, in characters of the article's file; -1 for a near miss."""
    pair_of: str = ""
    """The answerable question that a near miss was made from."""

    @property
    def pair(self) -> str:
        return self.asked_in if self.asked_in == self.told_in else f"{self.asked_in}, article {self.told_in}"


def load(folder: Path = FOLDER) -> list[Written]:
    """Read all questions of a folder, in their order."""
    rows = map(json.loads, (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Written(
            r["id"],
            r["article"],
            r["question"],
            r["lang_q"],
            r["lang_c"],
            r["answer"],
            _start(r, folder),
            r.get("pair", ""),
        )
        for r in rows
    ]


def _start(row: dict[str, str], folder: Path) -> int:
    """Return where the answer begins in its article; `context` tells which place where it stands more than once."""
    if "start" in row or not row["answer"]:
        return int(row.get("start", -1))
    text = (folder / "articles" / f"{row['article']}.txt").read_text(encoding="utf-8")
    context = row.get("context", row["answer"])
    return text.index(context) + context.index(row["answer"])


def cases(across: bool, folder: Path = FOLDER) -> list[Case]:
    """Make cases for the whole product: question and article in one language, or `across` two.

    A question that has an answer is asked once more with its article hidden: off corpus.
    """
    found = []
    for w in load(folder):
        if (w.asked_in != w.told_in) != across:
            continue
        if w.start < 0:
            found.append(Case(w.id, w.question, "near_miss", language=w.asked_in))
            continue
        text = (folder / "articles" / f"{w.article}.txt").read_text(encoding="utf-8")
        at = text.count("\n", 0, w.start) + 1
        gold = (Span(f"{w.article}.txt", at, at),)
        found.append(Case(w.id, w.question, "answerable", (w.answer,), gold, language=w.asked_in))
        found.append(Case(w.id, w.question, "off_corpus", hidden=(f"{w.article}.txt",), language=w.asked_in))
    return found


def windows_of(folder: Path) -> dict[str, list[str]]:
    """Return the texts of each article's chunks, in order: what search gives the reader; by the article's name."""
    windows = {}
    for found in scan([folder / "articles"], Path("nowhere"))[0]:
        article, _ = read_article(*parts(found, read_bytes(found.path)))
        windows[found.path.stem] = [chunk.text for chunk in chunks(article)]
    return windows


def best_of(reader: AdapterReader, question: str, language: str, windows: Sequence[str]) -> tuple[float, str]:
    """Read a question's windows. Return the best score, and what the reader points at there."""
    readings = reader.read(Query(question, language), windows)
    best, window = max(zip(readings, windows, strict=True), key=lambda pair: pair[0].score)
    return best.score, window[best.start : best.end]


def measure(reader: AdapterReader, rows: Sequence[Written], windows: dict[str, list[str]]) -> None:
    """Print what the reader finds and refuses in one pair of languages."""
    scores, spans = [], []
    for w in rows:
        score, found = best_of(reader, w.question, w.asked_in, windows[w.article])
        scores.append((score, w.start >= 0))
        if w.start >= 0:
            spans.append((f1(found, w.answer, w.told_in), contains(found, w.answer, w.told_in)))
    n, n_no = len(spans), len(scores) - len(spans)
    line("F1 of the span", sum(f for f, _ in spans) / n, bootstrap([f for f, _ in spans], lambda x: sum(x) / len(x)), n)
    held = sum(c for _, c in spans)
    line("gold answer contained", held / n, wilson(held, n), n)
    line("answerability AUC", auc(scores), bootstrap(scores, auc, 300), len(scores))
    at_bar = refused(scores, FALSE_REFUSALS)
    line(f"refused at {100 * FALSE_REFUSALS:.0f} % false refusals", at_bar, wilson(round(at_bar * n_no), n_no), n_no)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--model", type=Path, help="folder of EmbeddingGemma-300M; default: citeline's own")
    parser.add_argument("--weights", type=Path, help="default: the shipped ones")
    parser.add_argument("--n", type=int, default=1000, help="at most so many of a pair of languages, drawn with a seed")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    model = args.model or resolve("embeddinggemma-300m", "embedder")
    encoder = AutoModel.from_pretrained(model, dtype=torch.bfloat16).eval()
    index.models.shared_key_attention.use(encoder)
    reader = AdapterReader(encoder, AutoTokenizer.from_pretrained(model), args.weights)
    windows = windows_of(FOLDER)
    rows = load()
    for pair in dict.fromkeys(w.pair for w in rows):
        drawn = [w for w in rows if w.pair == pair]
        drawn = random.Random(5).sample(drawn, min(args.n, len(drawn)))
        print(f"\n{pair}")
        measure(reader, drawn, windows)


if __name__ == "__main__":
    main()
