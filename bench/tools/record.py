"""Record what citeline makes of questions and articles, to hold a change that should change nothing to it.

    python -m bench record OUT.jsonl [--library FOLDER] [--articles FOLDER] [--llm MODEL] [--embedder MODEL] [--n 20]
    python -m bench record BEFORE.jsonl --compare AFTER.jsonl

A line is one article as it was indexed, or one question: its whole Answer and what every stage made of it, as
`citeline explain --json` says it, without times. Asked are the questions of seeds/ and of bench/filters, kinds,
overview and followups (with their conversations), on the day that the file names. A run that was interrupted goes on
where it stopped when it is given the same OUT; one of other models or articles is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from bench.command import Parser
from bench.paths import ROOT, SEEDS
from bench.quality.followups import cases as followups
from index.ingestion.indexing import build
from index.models.embedder import DEFAULT_EMBEDDER, SentenceTransformerEmbedder
from index.storage.library import Library
from rag.config import DEFAULT_LLM
from rag.errors import QuestionError
from rag.explain.explanation import explain
from rag.pipeline.answerer import Answerer

QUESTIONS = ROOT / "bench" / "quality"
TODAY = "2026-11-22"
"""Of the questions whose file names no day."""
UNSTABLE = {"timings_ms", "cached_tokens", "path", "created", "indexed"}
"""Keys of what differs from run to run: times, what the model happened to remember, where the files are."""


@dataclass(frozen=True)
class Asked:
    """A question, and how it is called in a recording."""

    key: str
    text: str
    history: tuple[tuple[str, str], ...] = ()
    today: str = TODAY


def questions() -> Iterator[Asked]:
    """Every question, in the order of the files."""
    files = {"seeds": SEEDS / "questions.jsonl"}
    files |= {name: QUESTIONS / f"{name}.jsonl" for name in ("filters", "kinds", "overview")}
    for name, path in files.items():
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            case = json.loads(line)
            yield Asked(f"{name} {case.get('id', n)}", case["question"], today=case.get("today", TODAY))
    for case in followups():
        yield Asked(f"followups {case.id}", case.question, case.history)


def indexed(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, what a library holds of it) of each article, and of the files that were passed over."""
    library = Library.open(path)
    terms = [_terms(segment.postings) for segment in library.segments]
    yield "skipped", {each.path.rpartition("/")[2]: each.reason for each in library.manifest.skipped}
    for n, article in enumerate(library.articles):
        rows = np.flatnonzero(library.rows["article"] == n)
        place, at = library.order[n]
        segment = library.segments[place]
        chunks = np.arange(*segment.starts[at : at + 2])
        said, counts = segment.sentences.places(chunks)
        yield (
            f"article {article.id}",
            asdict(article)
            | {
                "chunks": [[row["start"].item(), row["length"].item(), row["key"].hex()] for row in library.rows[rows]],
                "vectors": _digest(library.vectors.take(rows)),
                "sentences": [counts.tolist(), _digest(segment.sentences.keys[said])],
                "sentence_vectors": _digest(segment.sentences.vectors.take(said)),
                "terms": [terms[place].get(chunk, "") for chunk in chunks.tolist()],
            },
        )


def _terms(postings: Any) -> dict[int, str]:
    """The terms of each chunk, each as often as it is said, as a digest."""
    found: dict[int, list[str]] = {}
    for term in sorted(postings.vocabulary):
        chunks, counts = postings.of_term(term)
        for chunk, count in zip(chunks.tolist(), counts.tolist(), strict=True):
            found.setdefault(chunk, []).append(f"{term} {count}")
    return {chunk: hashlib.sha256("\n".join(terms).encode("utf-8")).hexdigest() for chunk, terms in found.items()}


def _digest(array: Any) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def answered(answerer: Answerer, asked: Asked) -> dict[str, Any]:
    """What a question gets: its Answer, and where no conversation is before it what every stage made of it."""
    answerer.today = lambda: date.fromisoformat(asked.today)
    try:
        if asked.history:
            return {"answer": answerer.ask(asked.text, asked.history).to_dict()}
        return explain(answerer, asked.text).to_dict()
    except QuestionError as error:
        return {"error": str(error)}


def stable(made: Any) -> Any:
    """The same without the keys of UNSTABLE."""
    if isinstance(made, dict):
        return {key: stable(value) for key, value in made.items() if key not in UNSTABLE}
    return [stable(each) for each in made] if isinstance(made, list | tuple) else made


def read(path: Path) -> dict[str, Any]:
    """The lines of a recording by key; the last one is left out when it was not written to its end."""
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return {line["key"]: line["made"] for line in map(json.loads, lines[:-1])}


def record(out: Path, made: Iterator[tuple[str, Any]], known: dict[str, Any]) -> None:
    """Write what `made` gives after what is `known`, a line at a time."""
    with out.open("w", encoding="utf-8") as file:
        for key, value in known.items():
            file.write(_line(key, value))
        for n, (key, value) in enumerate(made, start=len(known) + 1):
            file.write(_line(key, stable(value)))
            file.flush()
            print(f"\r{n} {key:40.40}", end="", file=sys.stderr)


def _line(key: str, value: Any) -> str:
    return json.dumps({"key": key, "made": value}, ensure_ascii=False) + "\n"


def differing(before: Any, after: Any, at: str = "") -> Iterator[str]:
    """The places where two recorded values differ, with both values."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            yield from differing(before.get(key), after.get(key), f"{at}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for n, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differing(one, other, f"{at}[{n}]")
    elif before != after:
        yield f"{at}: {json.dumps(before, ensure_ascii=False)[:300]} -> {json.dumps(after, ensure_ascii=False)[:300]}"


def compare(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Print what differs, and return how many keys do."""
    n = 0
    for key in before | after:
        places = list(differing(before.get(key), after.get(key)))
        n += bool(places)
        for place in places[:5]:
            print(f"{key}{place}")
        if len(places) > 5:
            print(f"{key}: {len(places) - 5} places more")
    print(f"{n} of {len(before | after)} differ")
    return n


def everything(library: Path, args: argparse.Namespace, known: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """All that is recorded and not yet `known`."""
    yield from ((key, made) for key, made in indexed(library) if key not in known)
    left = [asked for asked in islice(questions(), args.n or None) if asked.key not in known]
    if left:
        answerer = Answerer.load(library, llm=args.llm, embedder=args.embedder)
        yield from ((asked.key, answered(answerer, asked)) for asked in left)


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    parser.add_argument("out", type=Path)
    parser.add_argument("--compare", type=Path, metavar="AFTER", help="say what differs between two recordings")
    parser.add_argument("--library", type=Path, help="a library of the articles; built anew without it")
    parser.add_argument("--articles", type=Path, default=SEEDS / "articles")
    parser.add_argument("--llm", default=DEFAULT_LLM)
    parser.add_argument("--embedder", default=DEFAULT_EMBEDDER)
    parser.add_argument("--n", type=int, default=0, help="only so many questions")
    args = parser.parse_args()
    if args.compare:
        sys.exit(1 if compare(read(args.out), read(args.compare)) else 0)
    known = read(args.out)
    settings = {"llm": args.llm, "embedder": args.embedder, "articles": args.articles.name}
    if known and known.get("settings") != settings:
        sys.exit(f"{args.out} was recorded with {known.get('settings')}. Name another file")
    with tempfile.TemporaryDirectory() as temporary:
        library = args.library or Path(temporary) / "library"
        if not (library / "CURRENT").exists():
            build(library, SentenceTransformerEmbedder(args.embedder), [args.articles])
        record(args.out, everything(library, args, [*known]), known or {"settings": settings})
