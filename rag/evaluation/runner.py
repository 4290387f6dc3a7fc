"""Ask questions whose right lines are known, and measure what the answers are worth.

A Case says what would be right, `run` asks it, `figures` turns the outcomes into rates with their intervals. It makes
no difference where the cases come from: a bench, questions made from a library (question_generator.py), or a file that
a person wrote.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.retrieval import search
from index.storage import Library
from index.types import Hit, Span
from rag.evaluation.feedback import Judged
from rag.evaluation.metrics import bootstrap, contains, f1, wilson
from rag.language import names, numbers, stands
from rag.pipeline import Answerer
from rag.types import Answer
from rag.verification import holds

MAX_WORDS = 30
"""An answer that contains the right words counts as right up to this length: quoting everything is no answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """A question with what would be right. Without gold lines, abstaining is right."""

    id: str
    question: str
    kind: str
    answers: tuple[str, ...] = ()
    gold: tuple[Span, ...] = ()
    hidden: tuple[str, ...] = ()
    """Articles that are out of sight while it is asked: ids, or folders that end in "/"."""
    language: str = ""
    judged: Judged | None = None
    """What a reader said of the answer that the question got before; then it decides what is right."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a case got."""

    case: Case
    status: str
    text: str
    cited: tuple[Span, ...] = ()
    exact: tuple[bool, ...] = ()
    """For each citation: whether its lines, as they were indexed, contain its quote, character by character."""
    seconds: float = 0.0
    backed: tuple[bool, ...] = ()
    """For each sentence in the model's words: whether all its numbers and names are on the lines it cites."""

    @property
    def is_shown(self) -> bool:
        return self.status != "abstained"

    @property
    def on_gold(self) -> list[bool]:
        """Return for each citation whether it touches a gold line."""
        return [any(span.overlaps(gold) for gold in self.case.gold) for span in self.cited]

    @property
    def is_contained(self) -> bool:
        return self.is_shown and any(contains(self.text, gold) for gold in self.case.answers)

    @property
    def is_short(self) -> bool:
        return len(self.text.split()) <= MAX_WORDS

    @property
    def f1(self) -> float:
        return max((f1(self.text, gold) for gold in self.case.answers), default=0.0) if self.is_shown else 0.0

    @property
    def is_right(self) -> bool:
        """Whether it was answered with the known words and a known line, or rightly not answered at all."""
        if self.case.judged:
            return self.case.judged.holds(self.is_shown, self.text, self.cited)
        if not self.case.gold:
            return not self.is_shown
        return (self.is_contained or not self.case.answers) and any(self.on_gold)


class HidingAnswerer(Answerer):
    """An Answerer that cannot find some articles, so that one library serves every case."""

    hidden: tuple[str, ...] = ()

    def search(self, library: Library, question: str, language: str, within: frozenset[str] | None = None) -> list[Hit]:
        """The chunks to answer from, best first, none of a hidden article."""
        if not self.hidden:
            return super().search(library, question, language, within)
        hits = search(library, self.embedder, question, language, self.config.n_hits + 40, within)
        return [hit for hit in hits if not self._is_hidden(hit.chunk.span.article_id)][: self.config.n_hits]

    def _is_hidden(self, article_id: str) -> bool:
        return any(article_id == each or (each.endswith("/") and article_id.startswith(each)) for each in self.hidden)


def ask(answerer: HidingAnswerer, case: Case) -> Outcome:
    """Ask one case. Raises QuestionError or LlmError."""
    answerer.hidden = case.hidden
    began = time.monotonic()
    answer = answerer.ask(case.question)
    seconds = round(time.monotonic() - began, 3)  # as a sheet keeps it, so that a resumed run has the same figures
    exact = tuple(_stands(answerer, answer))
    backed = tuple(_backed(answerer, answer))
    return Outcome(case, answer.status, answer.text, tuple(c.span for c in answer.citations), exact, seconds, backed)


def run(answerer: HidingAnswerer, cases: Sequence[Case]) -> Iterator[Outcome]:
    """Ask the cases one after the other."""
    for case in cases:
        yield ask(answerer, case)


def _stands(answerer: Answerer, answer: Answer) -> Iterator[bool]:
    for citation in answer.citations:
        yield holds(answerer.article(citation.span.article_id), citation)


def _backed(answerer: Answerer, answer: Answer) -> Iterator[bool]:
    for claim in answer.supported:
        article = answerer.article(claim.citations[0].span.article_id)
        if claim.origin != "model" or any(" ".join(c.quote.split()) in claim.text for c in claim.citations):
            continue  # a quote, or a line that the model copied whole: `exact` looks at those
        on_lines = "\n".join(answerer.article(c.span.article_id).at(c.span) or "" for c in claim.citations)
        lacks = numbers(claim.text, answer.language) - numbers(on_lines, article.language, loose=True)
        named = names(claim.text, answer.language)
        yield not lacks and all(stands(name, on_lines, answer.language, article.language) for name in named)


# --- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: a share or mean with its 95 % interval, or a median without one."""

    key: str
    label: str
    value: float | None
    """None if there was nothing to measure it on."""
    n: int
    low: float | None = None
    high: float | None = None
    lower_is_better: bool = False

    def __str__(self) -> str:
        if self.value is None:
            return "- n=0"
        if self.low is None:
            return f"{self.value:g} n={self.n}"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] n={self.n}"


RATES = (
    "contained",
    "contained_any",
    "f1",
    "line_hit",
    "cite_precision",
    "quote_exact",
    "backed",
    "grounded",
    "false_refusal",
)
"""Figures between 0 and 1 that are always there; `refused_KIND` is added for each kind of unanswerable question."""


JUDGED = {
    "judged": "in keeping with what was said of the answer before, all of these",
    "still_right": "judged right: some of its lines are cited again",
    "wrong_gone": "judged wrong: neither its text nor its lines come again",
    "line_gone": "judged right with a wrong line: answered, without all of those lines",
    "still_silent": "rightly not answered: not answered again",
    "now_answered": "wrongly not answered: answered now, rightly or not",
}
"""The figures of judged questions (`Judged.kind`), which have no others."""


def figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Return everything that is measured, in the order it is shown."""
    if any(o.case.judged for o in outcomes):
        return _judged_figures(outcomes)
    answerable = [o for o in outcomes if o.case.gold]
    worded = [o for o in answerable if o.case.answers]
    shown = [o for o in answerable if o.is_shown]
    backed = [each for o in outcomes for each in o.backed]
    cited_lines = [span.last - span.first + 1 for o in shown for span in o.cited]
    right = [o.is_contained and o.is_short for o in worded]
    found = [
        _rate("contained", f"gold answer contained, answer of at most {MAX_WORDS} words", right),
        _rate("contained_any", "gold answer contained, any length", [o.is_contained for o in worded]),
        _mean("f1", "token F1, refusal = 0", [o.f1 for o in worded]),
        _median("words", "words of a shown answer, median", [len(o.text.split()) for o in shown]),
        _rate("line_hit", "line_hit of shown answers", [any(o.on_gold) for o in shown]),
        _rate("cite_precision", "cite_precision", [hit for o in shown for hit in o.on_gold]),
        _median("cited_lines", "cited lines, median", cited_lines),
        _rate("quote_exact", "quote_exact", [exact for o in outcomes for exact in o.exact]),
        _rate("backed", "model's sentences with all names and numbers on their lines", backed),
        _rate("grounded", "status grounded, of shown", [o.status == "grounded" for o in shown]),
        _rate("false_refusal", "false refusal", [not o.is_shown for o in answerable], lower_is_better=True),
    ]  # fmt: skip
    for kind in sorted({o.case.kind for o in outcomes if not o.case.gold}):
        refused = [not o.is_shown for o in outcomes if not o.case.gold and o.case.kind == kind]
        found.append(_rate(f"refused_{kind}", f"refused, {kind}", refused))
    return found + _seconds(outcomes)


def _judged_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    found = []
    for key, label in JUDGED.items():
        held = [o.is_right for o in outcomes if key in ("judged", o.case.kind)]
        if held:
            found.append(_rate(key, label, held))
    return found + _seconds(outcomes)


def _seconds(outcomes: Sequence[Outcome]) -> list[Figure]:
    seconds = sorted(o.seconds for o in outcomes)
    late = round(seconds[int(0.95 * (len(seconds) - 1))], 2) if seconds else None
    return [
        _median("seconds", "seconds a question, median", seconds, lower_is_better=True),
        Figure("seconds_95", "seconds a question, 95th", late, len(seconds), lower_is_better=True),
    ]


def _rate(key: str, label: str, values: Sequence[bool], lower_is_better: bool = False) -> Figure:
    n = len(values)
    if not n:
        return Figure(key, label, None, 0, lower_is_better=lower_is_better)
    return Figure(key, label, sum(values) / n, n, *wilson(sum(values), n), lower_is_better)


def _mean(key: str, label: str, values: Sequence[float]) -> Figure:
    n = len(values)
    return Figure(key, label, sum(values) / n, n, *bootstrap(values)) if n else Figure(key, label, None, 0)


def _median(key: str, label: str, values: Sequence[float], lower_is_better: bool = False) -> Figure:
    value = round(statistics.median(values), 2) if values else None
    return Figure(key, label, value, len(values), lower_is_better=lower_is_better)
