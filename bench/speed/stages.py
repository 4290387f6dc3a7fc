"""How long a question takes, stage by stage, and how much the model reads for it.

    python -m bench stages [--piaf piaf-v1.0.json --library FOLDER] [--n 60] [--llm none]

Questions of seeds/ or, with --piaf, of PIAF's held-out half, half of them with their paragraph hidden. The first one is
cold: models are in memory, nothing has been read. Each stage is timed where it is called; "whole answer" is what a
caller of `ask` waits. Then each question is asked as on the page, where the models read ahead in a pause of the typing:
once in a pause before Enter, once in one before the last two words. What was remembered of a question is forgotten
before it is asked again. The machine's noise is in all of them alike.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.data.cases import piaf_sample, seed_cases
from bench.paths import SEEDS
from bench.speed.scale import alone
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from rag.evaluation.runner import Case, HidingAnswerer
from rag.pipeline import stages
from rag.types import Answer

STAGES = ("embed the question", "search beside it", "read the windows", "choose the evidence", "check the claims")


class Stopwatch:
    """Seconds by stage of one question; what is called inside another stage is taken off that one."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    def wrap(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """`call`, timed as a stage."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            self._inside.append(0.0)
            try:
                return call(*args, **kwargs)
            finally:
                spent = time.perf_counter() - began
                inner = self._inside.pop()
                if self._inside:
                    self._inside[-1] += spent
                self.seconds[stage] = self.seconds.get(stage, 0.0) + spent - inner

        return timed


def instrument(answerer: HidingAnswerer) -> Stopwatch:
    """Time every stage of an Answerer from now on."""
    watch = Stopwatch()
    embedder: Any = answerer.embedder
    reader: Any = answerer.reader
    embedder.encode_query = watch.wrap(STAGES[0], embedder.encode_query)
    answerer.search = watch.wrap(STAGES[1], answerer.search)  # type: ignore[method-assign]
    reader.read = watch.wrap(STAGES[2], reader.read)
    names: Any = stages
    names.select = watch.wrap(STAGES[3], names.select)
    names.check_draft = watch.wrap(STAGES[4], names.check_draft)
    return watch


class Timed:
    """What one question took, in seconds, and what the model read and wrote for it."""

    def __init__(self, answerer: HidingAnswerer, watch: Stopwatch, case: Case, typed: str = "") -> None:
        """Ask a case that nothing is remembered of; `typed` is read before, in a pause that is not counted."""
        answerer.hidden = case.hidden
        forget(answerer)
        if typed:
            answerer.read_ahead(typed)
        watch.seconds.clear()
        began = time.perf_counter()
        self.sources = self.found = self.first_word = 0.0
        last: Answer | None = None
        for answer in answerer.stream(case.question):
            now = time.perf_counter() - began
            self.sources = self.sources or now
            if answer.found and not self.found:
                self.found = now
            if answer.draft and not self.first_word:
                self.first_word = now
            last = answer
        assert last is not None
        self.whole = time.perf_counter() - began
        self.stages = dict(watch.seconds)
        self.answer = last
        self.is_by_retrieval = not self.stages.get(STAGES[2])
        used = last.usage
        self.n_read = used.prompt_tokens - used.cached_tokens
        self.n_cached, self.n_written = used.cached_tokens, used.completion_tokens


def forget(answerer: HidingAnswerer) -> None:
    """Drop what the models know of a question that was asked, but for the instructions."""
    reader: Any = answerer.reader
    llm: Any = answerer.llm
    embedder: Any = answerer.embedder
    reader._kept.clear()
    embedder._queries.clear()
    if llm:
        del llm._llama._steps[1:]


def row(label: str, values: Sequence[float], unit: str = "s") -> str:
    """A line of the table: median, 95th percentile and n; "-" when there was none."""
    if not values:
        return f"| {label} | - | - | 0 |"
    ordered = sorted(values)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    form = "{:.3f} {}" if unit == "s" else "{:.0f} {}"
    return f"| {label} | {form.format(statistics.median(ordered), unit)} | {form.format(late, unit)} | {len(ordered)} |"


def rows(cold: Timed, warm: Sequence[Timed], paused: Sequence[Timed], early: Sequence[Timed]) -> Iterator[str]:
    """The table, line by line: asked from nowhere, after a pause before Enter, and before the last two words."""
    written = [t for t in warm if t.first_word]
    shown = [t for t in warm if t.answer.status != "abstained"]
    refused = [t for t in warm if t.answer.status == "abstained"]
    yield "| | median | 95th | n |"
    yield "|---|---|---|---|"
    yield row("sources found", [t.sources for t in warm])
    yield row("answer found by the reader, lit on its line", [t.found for t in warm if t.found])
    yield row("first word of the draft", [t.first_word for t in written])
    yield row("the same, read ahead in a pause before Enter", [t.first_word for t in paused if t.first_word])
    yield row("the same, read ahead before the last two words", [t.first_word for t in early if t.first_word])
    yield row("whole answer, shown", [t.whole for t in shown])
    yield row("“not in your articles”, by the reader", [t.whole for t in refused if not t.n_written])
    yield row("“not in your articles”, by the model", [t.whole for t in refused if t.n_written])
    yield row("the first question, cold: sources", [cold.sources])
    yield row("the first question, cold: whole answer", [cold.whole])
    for stage in STAGES:
        yield row(f"stage: {stage}", [t.stages[stage] for t in warm if stage in t.stages])
    yield row("stage: read the prompt", [_reading(t) for t in written])
    yield row("stage: write the draft", [t.whole - t.first_word - t.stages.get(STAGES[4], 0.0) for t in written])
    yield row("tokens read beyond the kept prefix", [t.n_read for t in written], "")
    yield row("tokens kept from before", [t.n_cached for t in written], "")
    yield row("tokens written", [t.n_written for t in written], "")
    yield row("peak resident memory since the models are loaded", [peak_mb()], "MB")


def peak_mb() -> float:
    """Most memory this process has held since its start or `reset_peak`."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1000 * 1.024


def reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _reading(timed: Timed) -> float:
    before = sum(timed.stages.get(stage, 0.0) for stage in STAGES[:4])
    return max(0.0, timed.first_word - before)


def cases_of(piaf: Path | None, n: int, folder: Path) -> list[Case]:
    """n questions, answerable and not, in a fixed mixed order."""
    if piaf is None:
        cases = seed_cases(SEEDS / "questions.jsonl")
    else:
        kept = piaf_sample(piaf, folder, n // 2, "held-out")
        cases = [case for case in kept if case.kind in ("answerable", "near_miss")]
    return random.Random(11).sample(cases, min(n, len(cases)))


def make(library: Path, articles: Path) -> None:
    build(library, SentenceTransformerEmbedder(), [articles])


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ without it")
    parser.add_argument("--n", type=int, default=60)
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--library", type=Path, help="keep the index here between runs")
    parser.add_argument("--plain", action="store_true", help="only from nowhere, not as on the page")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "piaf"
        folder.mkdir()
        cases = cases_of(args.piaf, args.n, folder)
        library = args.library or Path(temporary) / "library"
        if not (library / "CURRENT").exists():
            alone(make, library, folder if args.piaf else SEEDS / "articles")  # memory is then the Answerer's own
        answerer = HidingAnswerer.load(library, llm=args.llm)
    loading = peak_mb()
    reset_peak()
    watch = instrument(answerer)
    cold = Timed(answerer, watch, cases[0])
    answerer.warm()
    warm, paused, early = [], [], []
    for n, case in enumerate(cases[1:], start=2):
        warm.append(Timed(answerer, watch, case))
        if not args.plain:
            paused.append(Timed(answerer, watch, case, case.question))
            early.append(Timed(answerer, watch, case, " ".join(case.question.rstrip(" ?").split()[:-2])))
        if n % 20 == 0:
            print(f"{n}/{len(cases)}", file=sys.stderr)
    print("\n".join(rows(cold, warm, paused, early)))
    print(row("peak resident memory while they are loaded", [loading], "MB"))
