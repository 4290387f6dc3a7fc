"""Questions with known lines, asked and counted: what `citeline eval` does between its options and its table."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.evaluation import JUDGED, RATES, SURE, Case, Figure, Outcome, figures, most_wrong
from ui.cli.eval.sheet import EvalError, Sheet
from ui.formats import shown

if TYPE_CHECKING:
    from index.progress import Progress
    from rag.evaluation import HidingAnswerer, Quiz
    from ui.conversations import Feedback

DERIVED = ("removed", "altered")
"""Kinds of questions without an answer that are made from those with one."""
TIMES = ("seconds", "seconds_95")
DROPPED = {
    "unusable": "gave the answer away, asked for something else or were not questions",
    "vague": "named nothing from their article, or were not about their line",
    "unread": "could not be answered by the reader from the very lines they were written from",
}


def make_cases(quiz: Quiz, n: int, sheet: Sheet, progress: Progress) -> tuple[list[Case], Counter[str]]:
    """n questions with an answer, half as many of each kind without, and how many were dropped for what reason.

    Those in the sheet count. Raises EvalError when none can be made, LlmError when the model stops working.
    """
    kept = sheet.made()
    sheet.add(*kept)
    dropped = sum((Counter(each) for _, each in kept), Counter[str]())
    cases = [case for case, _ in kept if case.kind not in DERIVED]
    if len(cases) < n:
        progress("writing questions", len(cases), n)
        for made in quiz.make(after=cases[-1].id if cases else ""):
            cases.append(made.case)
            dropped.update(dict(made.dropped))
            sheet.add((made.case, dict(made.dropped)))
            progress("writing questions", len(cases), n)
            if len(cases) >= n:
                break
    if not cases:
        raise EvalError(
            f"no question could be made from these articles{_tried(quiz)}. Use articles with whole sentences, another "
            "--llm, or questions of your own: --questions FILE"
        )
    known = {case.id: case for case, _ in kept}
    for derive in (quiz.removed, quiz.altered):
        found = [new for case in cases[:] if case.kind not in DERIVED and (new := derive(case))][: (n + 1) // 2]
        cases += [known.get(new.id, new) for new in found]
        sheet.add(*((known.get(new.id, new), {}) for new in found))
    return cases, dropped


def _tried(quiz: Quiz) -> str:
    n = sum(quiz.dropped.values())
    return f": {n} were written, none was usable" if n else ""


def ask_cases(answerer: HidingAnswerer, cases: Sequence[Case], sheet: Sheet, progress: Progress) -> Iterator[Outcome]:
    """Ask what the sheet does not know yet and note it there, one after the other."""
    from rag.evaluation import ask

    for done, case in enumerate(cases):
        progress("asking", done, len(cases))
        outcome = sheet.result(case)
        if outcome is None:
            outcome = ask(answerer, case)
            sheet.note(outcome)
        yield outcome
    progress("asking", len(cases), len(cases))


# --- what a CI asks for -----------------------------------------------------------------------------------------------


def read_limits(text: str, kinds: Sequence[str], judged: bool = False) -> dict[str, float]:
    """ "line_hit=0.9,false_refusal=0.1" as bounds; a number alone is the least line_hit, of judged answers `judged`.

    `kinds` are those of the questions without an answer. Raises EvalError for a figure or number that is none.
    """
    rates = list(JUDGED) if judged else [*RATES, *(f"refused_{kind}" for kind in kinds)]
    known = [*rates, *TIMES]
    limits = {}
    for part in text.split(","):
        key, _, number = part.rpartition("=")
        key = key.strip() or ("judged" if judged else "line_hit")
        if key not in known:
            raise EvalError(f"--fail-under: there is no figure {shown(key)}; the figures are {', '.join(known)}")
        if not re.fullmatch(r"\d+(\.\d+)?|\.\d+", number.strip()) or (key not in TIMES and float(number) > 1):
            wanted = "seconds" if key in TIMES else "a number between 0 and 1"
            raise EvalError(f"--fail-under {shown(key)} takes {wanted}, not {shown(number.strip()) or 'nothing'}")
        limits[key] = float(number)
    return limits


def check_limits(found: Sequence[Figure], limits: Mapping[str, float]) -> None:
    """Raises EvalError naming every figure that misses its bound, what was measured and what was wanted."""
    by_key = {figure.key: figure for figure in found}
    missed = []
    for key, wanted in limits.items():
        figure = by_key.get(key)
        if figure is None or figure.value is None:
            missed.append(f"{key} could not be measured (n=0)")
        elif figure.value > wanted if figure.lower_is_better else figure.value < wanted:
            bound = "at most" if figure.lower_is_better else "at least"
            missed.append(f"{key} is {figure.value:.3f} (n={figure.n}), wanted {bound} {wanted:g}")
    if missed:
        raise EvalError("; ".join(missed))


# --- what is printed --------------------------------------------------------------------------------------------------


def report_text(outcomes: Sequence[Outcome], dropped: Mapping[str, int] | None, most_wrong: int = 10) -> str:
    """The figures with their intervals, and under them the questions that went wrong."""
    lines = [_made_text(outcomes, dropped)] if dropped is not None else []
    found = figures(outcomes)
    width = max(len(figure.key) for figure in found)
    values = max(len(str(figure)) for figure in found)
    lines += [f"{figure.key:{width}}  {figure!s:{values}}  {figure.label}" for figure in found]
    lines.append("Brackets show 95 % intervals: a difference within them may be chance.")
    wrong = [outcome for outcome in outcomes if not outcome.is_right]
    if wrong:
        lines.append(f"{len(wrong)} of {len(outcomes)} went wrong:")
    for outcome in wrong[:most_wrong]:
        lines += _wrong_text(outcome)
    if len(wrong) > most_wrong:
        lines.append(f"  … and {len(wrong) - most_wrong} more: --out FILE.jsonl saves them all")
    return "\n".join(map(shown, lines))


def _made_text(outcomes: Sequence[Outcome], dropped: Mapping[str, int]) -> str:
    n = sum(1 for outcome in outcomes if outcome.case.gold)
    reasons = "; ".join(f"{dropped[key]} {text}" for key, text in DROPPED.items() if dropped.get(key))
    unread = dropped.get("unread", 0)
    text = f"{n} questions written by the model from the articles; {sum(dropped.values())} more were dropped"
    text += f": {reasons}." if reasons else "."
    return text + (
        f" The reader cannot answer those {unread} at all, so these figures are optimistic: read the questions (--out)."
        if unread
        else " They are only as good as the model's questions: read them (--out)."
    )


def _wrong_text(outcome: Outcome) -> list[str]:
    case = outcome.case
    wanted = _wanted(case)
    got = outcome.text if outcome.is_shown else "no answer"
    cited = f" ({', '.join(map(str, outcome.cited[:3]))})" if outcome.cited else ""
    hidden = f" [without {', '.join(case.hidden)}]" if case.hidden else ""
    return [f"  {case.question}{hidden}", f"    wanted {wanted}; got {got[:160]}{cited}"]


def _wanted(case: Case) -> str:
    if judged := case.judged:
        before = f"“{judged.text[:160]}” ({', '.join(map(str, judged.cited[:3]))})" if judged.cited else "no answer"
        return {"right": "again", "wrong": "something other than", "line": "lines other than"}[
            judged.judgement
        ] + f" {before}"
    return "no answer" if not case.gold else f"{' / '.join(case.answers[:2])} ({case.gold[0]})"


WANTED = 0.1
"""Share of wrong answers that marks are asked for to rule out."""


def marks_text(feedback: Feedback) -> str:
    """What the marks by themselves guarantee of answers like the marked ones, and how many more would say more."""
    n, wrong = feedback.n_marked, feedback.n_marked_wrong
    bound = most_wrong(wrong, n)
    text = f"Marks: {wrong} of {n} answers with lines were wrong or had a wrong line. "
    if bound < 1:
        text += f"Of answers to questions like these at most {bound:.1%} are ({SURE:.0%} sure, whatever the articles)."
    else:
        text += "That says nothing yet of the others."
    if bound > WANTED:
        more = next(more for more in itertools.count(1) if most_wrong(wrong, n + more) <= WANTED)
        text += f" {more} more marked right would bring that to {WANTED:.0%}."
    return text


def report_dict(
    outcomes: Sequence[Outcome], dropped: Mapping[str, int] | None, sheet: Sheet, feedback: Feedback | None = None
) -> dict[str, Any]:
    """The same as a dictionary; `dropped` is null when the questions came from a file, `marks` when none were read."""
    marks = feedback and {
        "n": feedback.n_marked,
        "wrong": feedback.n_marked_wrong,
        "at_most": round(most_wrong(feedback.n_marked_wrong, feedback.n_marked), 4),
        "sure": SURE,
    }
    return {
        "marks": marks,
        "models": sheet.models,
        "articles": sheet.articles,
        "n": len(outcomes),
        "dropped": None if dropped is None else dict(dropped),
        "figures": {
            figure.key: {
                "label": figure.label,
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "n": figure.n,
                "lower_is_better": figure.lower_is_better,
            }
            for figure in figures(outcomes)
        },
        "wrong": [outcome.case.id for outcome in outcomes if not outcome.is_right],
    }
