"""Calculate machines, hours, bytes and memory for your own numbers of articles and readers.

Nothing is measured here: measured figures are read from bench/results/*.json and from cutting seeds/articles into
chunks, each named under the table, and multiplied. Beyond the sizes that were measured the result is an extrapolation.
"""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import dataclass
from typing import Any

from bench.command import Parser
from bench.paths import RESULTS, SEEDS

ARTICLES = (10_000, 1_000_000, 10_000_000)
CORES = 2
"""Of the machine on which everything was measured; a machine below is one like it."""


@dataclass(frozen=True)
class Measured:
    """The figures that everything is calculated from, and where each is written."""

    words_per_chunk: float
    chunks_per_second: float
    publish_seconds: float
    """A chunk: everything in a first build but the embedder."""
    disk_bytes: float
    """A chunk."""
    memory_bytes: float
    """A chunk of an open library."""
    build_bytes: float
    """A chunk of a build in one go, at most."""
    search_seconds: float
    """A chunk and question, on top of what a question costs in a small library."""
    answer_seconds: float
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What some articles and readers take."""

    chunks: float
    ingest_hours: float
    ingest_core_hours: float
    disk_gb: float
    memory_gb: float
    build_gb: float
    question_seconds: float
    readers_a_minute: float
    """Questions that one machine answers in a minute, one after the other."""
    machines: int
    """That answer, so that each is busy for no more than the wanted share of the time."""
    wait_seconds: float
    """Mean time before a question's turn, if questions come at random."""


def cell(result: str, row: str, column: int = 1) -> str:
    """Return the text of a cell of a result by the name of its row. Exits with a line if it is not there."""
    path = RESULTS / f"{result}.json"
    rows: list[Any] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    for each in rows:
        if each[0] == row:
            found = each[column]
            return str(found["text"] if isinstance(found, dict) else found)
    sys.exit(f"bench: {path.name} has no row {row!r} any more: measure it again, or mend bench/report/capacity.py")


def number(pattern: str, text: str) -> float:
    """Return the number in `text` that the group of `pattern` finds. Exits with a line if there is none."""
    found = re.search(pattern, text)
    if not found:
        sys.exit(f"bench: no figure like {pattern!r} in {text!r}")
    return float(found[1].replace(",", ""))


def words_per_chunk() -> tuple[float, int, int]:
    """Cut the articles of seeds/ as indexing does. Return words a chunk, and how many words and chunks there are."""
    from index.documents import Found, parts, read_article
    from index.text import chunks

    articles = [
        read_article(*parts(Found(path, path.name), path.read_bytes()))[0]
        for path in sorted((SEEDS / "articles").iterdir())
        if path.suffix in (".txt", ".md")
    ]
    n_words = sum(len(article.text.split()) for article in articles)
    n_chunks = sum(len(chunks(article)) for article in articles)
    return n_words / n_chunks, n_words, n_chunks


def measured() -> Measured:
    """Read what was measured."""
    per_chunk, n_words, n_chunks = words_per_chunk()
    rate = number(r"([\d.]+)", cell("indexing", "`citeline index`, whole"))
    build = "first build beside its encoding, 10,000 articles, 30,000 chunks"
    publish = number(r"([\d.]+) s", cell("scale", build))
    disk = number(r"([\d,]+) MB on disk", cell("scale", build, 2))
    memory = [cell("scale", f"memory it takes, {n} chunks") for n in ("9,999", "99,999")]
    small, large = (number(r"^([\d,]+) MB", each) for each in memory)
    low, high = (number(r"at most ([\d,]+) MB", each) for each in memory)
    quick, slow = (number(r"^([\d.]+) ms", cell("scale", f"search, {n} chunks")) for n in ("9,999", "99,999"))
    answer = number(r"([\d.]+) s", cell("stages", "whole answer, shown"))
    more = 90_000
    return Measured(
        per_chunk, rate, publish / 30_000, disk * 1e6 / 30_000, (large - small) * 1e6 / more, (high - low) * 1e6 / more,
        (slow - quick) / 1e3 / more, answer,
        (
            f"{per_chunk:.0f} words a chunk: seeds/articles, {n_words:,} words in {n_chunks} chunks, cut just now",
            f"{rate:g} chunks/s: bench/results/indexing.json, `citeline index`, whole (EmbeddingGemma, {CORES} cores)",
            f"{publish:g} s and {disk:g} MB, 30,000 chunks, beside the embedder: bench/results/scale.json, first build",
            f"{small:g} and {large:g} MB open, {low:g} and {high:g} MB at most, 9,999 and 99,999 chunks: "
            "bench/results/scale.json, memory it takes (the difference is taken as the cost of 90,000 chunks; at most "
            "is the bench's whole process, which builds the library and opens it)",
            f"{quick:g} and {slow:g} ms a search in as many chunks: bench/results/scale.json (taken to grow in a line)",
            f"{answer:g} s a whole answer, median: bench/results/stages.json (default models, {CORES} cores)",
        ),
    )  # fmt: skip


def planned(articles: float, words: float, questions_an_hour: float, busy: float, from_: Measured) -> Plan:
    """Calculate what `articles` of `words` words and so many questions an hour take; `busy` is a share of the time."""
    chunks = articles * max(1, math.ceil(words / from_.words_per_chunk))
    hours = chunks * (1 / from_.chunks_per_second + from_.publish_seconds) / 3600
    seconds = from_.answer_seconds + chunks * from_.search_seconds
    load = questions_an_hour / 3600 * seconds
    machines = max(1, math.ceil(load / busy))
    share = load / machines
    return Plan(
        chunks, hours, hours * CORES, chunks * from_.disk_bytes / 1e9, chunks * from_.memory_bytes / 1e9,
        chunks * from_.build_bytes / 1e9, seconds, 60 / seconds, machines, seconds * share / (2 * (1 - share)),
    )  # fmt: skip


def positive(text: str) -> float:
    """Parse a number above 0, for argparse."""
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError
    return value


def share(text: str) -> float:
    """Parse a share between 0 and 1, for argparse."""
    value = positive(text)
    if value >= 1:
        raise ValueError
    return value


def table(plans: dict[float, Plan]) -> list[str]:
    """Return the lines of the table, one column for each number of articles."""
    rows = {
        "chunks": lambda plan: f"{plan.chunks:,.0f}",
        "hours to ingest, one machine": lambda plan: f"{plan.ingest_hours:,.1f}",
        "core-hours to ingest": lambda plan: f"{plan.ingest_core_hours:,.1f}",
        "GB on disk": lambda plan: f"{plan.disk_gb:,.2f}",
        "GB of memory for the open library, beside the models": lambda plan: f"{plan.memory_gb:,.2f}",
        "GB of memory for a build in one go, at most": lambda plan: f"{plan.build_gb:,.1f}",
        "seconds a question": lambda plan: f"{plan.question_seconds:.2f}",
        "questions a minute, one machine": lambda plan: f"{plan.readers_a_minute:.1f}",
        "machines that answer": lambda plan: f"{plan.machines}",
        "seconds before one's turn, mean": lambda plan: f"{plan.wait_seconds:.2f}",
    }
    head = " | ".join(f"{n:,.0f} articles" for n in plans)
    lines = [f"| | {head} |", f"|---|{'---:|' * len(plans)}"]
    return lines + [f"| {name} | {' | '.join(map(shown, plans.values()))} |" for name, shown in rows.items()]


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    parser.add_argument(
        "--articles", type=positive, nargs="+", default=list(ARTICLES), help="how many; several columns"
    )
    parser.add_argument("--words", type=positive, default=400, help="words an article (default: 400)")
    parser.add_argument("--readers", type=positive, default=200, help="people who ask (default: 200)")
    parser.add_argument("--questions", type=positive, default=6, help="questions a reader and hour (default: 6)")
    parser.add_argument(
        "--busy", type=share, default=0.6, help="share of the time a machine may be busy (default: 0.6)"
    )
    given = parser.parse_args()
    found = measured()
    asked = given.readers * given.questions
    plans = {n: planned(n, given.words, asked, given.busy, found) for n in given.articles}
    print(f"Calculated, not measured: {given.words:g} words an article, {asked:g} questions an hour.\n")
    print(*table(plans), "", "From what was measured:", *(f"- {each}" for each in found.sources), sep="\n")
    print(
        f"- A machine is one like that ({CORES} cores, {given.busy:g} of the time busy). One process writes a library, "
        "and a page answers one question at a time: more machines answer from copies of the library."
    )
