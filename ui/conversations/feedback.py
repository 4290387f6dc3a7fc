"""What the readers of a page said of its answers, as questions for `citeline eval --from-feedback`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.evaluation import Case, Judged
from rag.verification import standing
from ui.conversations.records import KeptTurn
from ui.conversations.store import History

if TYPE_CHECKING:
    from index.storage import Library
    from index.types import Article


@dataclass(frozen=True, slots=True)
class Feedback:
    """The judgements of a library as cases, and how many could not be used and why."""

    cases: tuple[Case, ...]
    n_lost: int
    """Judgements of answers none of whose lines stands in the articles any more."""
    n_repeated: int
    """Judgements that say the same of the same answer as another one."""
    n_older: int
    """Of the cases: how many answers were judged on an earlier generation of the library."""
    n_marked: int
    """Answers with lines that were judged, each once, whether or not they can be asked again."""
    n_marked_wrong: int
    """Of those: how many were judged wrong, or right with a wrong line."""

    def __str__(self) -> str:
        """How many there are, and what is missing, in one line."""
        kinds: Counter[str] = Counter(case.judged.judgement for case in self.cases if case.judged)
        words = {"right": "right", "wrong": "wrong", "line": "with a wrong line"}
        text = f"{len(self.cases)} judged answers: "
        text += ", ".join(f"{kinds[each]} {word}" for each, word in words.items() if kinds[each])
        if self.n_lost:
            text += f"; {self.n_lost} left out: lines no longer in the articles"
        if self.n_repeated:
            text += f"; {self.n_repeated} repeated"
        if self.n_older:
            text += f"; {self.n_older} judged on an earlier generation, which may have had other articles"
        return f"{text}."


def read_feedback(history: History, library: Library) -> Feedback:
    """The judgements that readers left, the oldest first; lines that were moved since are looked for where they are."""
    cases: dict[tuple[str, str, str], Case] = {}
    marked: dict[tuple[str, str], bool] = {}
    n_lost = n_repeated = n_older = 0
    by_sha256 = {article.sha256: article for article in library.articles}
    for turn in judged_turns(history):
        if turn.answer.citations:
            marked[turn.answer.question, turn.answer.text] = turn.judgement != "right"
        case = _case(turn, library, by_sha256)
        if case is None:
            n_lost += 1
            continue
        assert case.judged is not None
        key = (case.question, case.judged.judgement, f"{case.judged.text}\n{case.judged.cited}")
        if key in cases:
            n_repeated += 1
            continue
        cases[key] = case
        n_older += turn.answer.generation != library.generation
    return Feedback(tuple(cases.values()), n_lost, n_repeated, n_older, len(marked), sum(marked.values()))


def judged_turns(history: History) -> Iterator[KeptTurn]:
    """The turns of all conversations that a reader judged, oldest conversation first."""
    for summary in reversed(history.conversations()):
        yield from (turn for turn in history.open(summary.id).turns if turn.judgement)


def _case(turn: KeptTurn, library: Library, by_sha256: Mapping[str, Article]) -> Case | None:
    """The question as it was understood; None when none of the lines of its answer stands any more."""
    answer = turn.answer
    if not turn.judgement:
        return None
    spans = []
    for citation in answer.citations:
        source = turn.articles.get(citation.span.article_id)
        now = standing(citation, source.sha256 if source else "", library.by_id, by_sha256).span
        if now:
            spans.append(now)
    if answer.citations and not spans:
        return None
    judged = Judged(turn.judgement, answer.text, tuple(dict.fromkeys(spans)))
    gold = judged.cited if turn.judgement == "right" else ()
    question = answer.understood or answer.question
    return Case(turn.id, question, judged.kind, gold=gold, language=answer.language, judged=judged)
