"""What readers said of answers, asked again: what holds, what is said and cited again, what cannot be told any more."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fakes import BagEmbedder, plain_answerer
from typer.testing import CliRunner

from index.ingestion.indexing import build
from index.storage.library import Library
from index.types import Span
from rag.evaluation.feedback import Judged
from rag.evaluation.runner import Case, HidingAnswerer, Outcome, ask, figures
from ui.cli.eval.report import marks_text, read_limits, report_text
from ui.cli.eval.sheet import EvalError
from ui.conversations.feedback import read_feedback
from ui.conversations.records import sources_of
from ui.conversations.store import History
from ui.web.turns import named

COST = "Combien d’euros ont coûté les travaux du pont de Vernay ?"
STRIKE = "Who called the strike avoidable?"
NOWHERE = "Wann öffnet das Schwimmbad?"
OLD, OTHER = Span("a.txt", 3, 4), Span("a.txt", 9, 9)


def judged(library, *judgements):
    """A history of answers with what was said of each: (question, judgement)."""
    answerer, history, talk = plain_answerer(library), History.of(library), ""
    for question, judgement in judgements:
        answer = answerer.ask(question)
        talk, turn = history.append(talk, answer, sources_of(answer, named(answerer, answer)))
        if judgement:
            history.judge(talk, turn.id, judgement)
    return history


@pytest.mark.parametrize(
    ("judgement", "old", "shown", "text", "cited", "is_right"),
    [
        ("right", (OLD,), True, "x", (Span("a.txt", 4, 4),), True),
        ("right", (OLD,), True, "x", (OTHER,), False),
        ("right", (OLD,), False, "", (), False),
        ("right", (OLD, OTHER), True, "x", (OTHER,), True),
        ("right", (), False, "", (), True),
        ("right", (), True, "x", (OLD,), False),
        ("wrong", (OLD,), True, "It WAS so.", (OTHER,), False),
        ("wrong", (OLD,), True, "x", (Span("a.txt", 2, 3),), False),
        ("wrong", (OLD,), True, "x", (OTHER,), True),
        ("wrong", (OLD,), True, "x", (Span("b.txt", 3, 4),), True),
        ("wrong", (OLD,), False, "", (), True),
        ("wrong", (OLD, OTHER), True, "x", (OTHER,), True),
        ("wrong", (), True, "x", (OTHER,), True),
        ("wrong", (), False, "", (), False),
        ("line", (OLD,), True, "it was so.", (OTHER,), True),
        ("line", (OLD,), True, "it was so.", (OLD, OTHER), False),
        ("line", (OLD, OTHER), True, "it was so.", (OLD,), True),
        ("line", (OLD,), False, "", (), False),
    ],
)
def test_what_a_judgement_says_of_the_next_answer(judgement, old, shown, text, cited, is_right):
    """The table of rag/evaluation/feedback.py, row by row."""
    case = Case("1", "?", "", judged=Judged(judgement, "It was so.", old))
    outcome = Outcome(case, "quoted" if shown else "abstained", text, cited)
    assert outcome.is_right is is_right


def test_judgements_become_cases(library):
    """Right: its lines are gold. Wrong and wrong line: nothing is gold. Not judged, or taken back: no case."""
    history = judged(library, (COST, "right"), (STRIKE, "wrong"), (COST, "line"), (NOWHERE, "right"), (STRIKE, ""))
    feedback = read_feedback(history, Library.open(library))
    assert [(case.question, case.judged.judgement) for case in feedback.cases] == [
        (COST, "right"),
        (STRIKE, "wrong"),
        (COST, "line"),
        (NOWHERE, "right"),
    ]
    assert feedback.cases[0].gold == feedback.cases[0].judged.cited == (Span("pont.txt", 7, 7),)
    assert not any(case.gold for case in feedback.cases[1:])
    assert [case.kind for case in feedback.cases] == ["still_right", "wrong_gone", "line_gone", "still_silent"]
    assert str(feedback) == "4 judged answers: 2 right, 1 wrong, 1 with a wrong line."


def test_the_same_said_twice_counts_once(library):
    """Two readers who agree on one answer are one question."""
    feedback = read_feedback(judged(library, (COST, "right"), (COST, "right"), (COST, "wrong")), Library.open(library))
    assert len(feedback.cases) == 2 and feedback.n_repeated == 1 and "1 repeated" in str(feedback)


def test_moved_lines_are_looked_for_where_they_are_now(library, folder):
    """Gold follows the quote; an answer whose quotes are gone is left out, and that is said."""
    history = judged(library, (COST, "right"), (STRIKE, "wrong"))
    text = (folder / "pont.txt").read_text(encoding="utf-8")
    (folder / "pont.txt").write_text("Une\n\n" + text, encoding="utf-8")
    (folder / "port.txt").write_text("Le port\n\nRien de neuf.", encoding="utf-8")
    build(library, BagEmbedder(), [folder])
    feedback = read_feedback(history, Library.open(library))
    assert [case.gold for case in feedback.cases] == [(Span("pont.txt", 9, 9),)]
    assert (feedback.n_lost, feedback.n_older) == (1, 1)
    assert "1 left out" in str(feedback) and "earlier generation" in str(feedback)


def asked(library, cases):
    plain = plain_answerer(library)
    answerer = HidingAnswerer(plain.library_path, plain.embedder, plain.reader, None)
    return [ask(answerer, case) for case in cases]


def test_what_is_asked_again_is_counted(library):
    """An answer that comes again as it was: right ones hold, wrong ones and wrong lines do not."""
    history = judged(library, (COST, "right"), (STRIKE, "wrong"), (COST, "line"), (NOWHERE, "right"))
    outcomes = asked(library, read_feedback(history, Library.open(library)).cases)
    found = {figure.key: (figure.value, figure.n) for figure in figures(outcomes)}
    assert found["judged"] == (0.5, 4)
    assert found["still_right"] == found["still_silent"] == (1, 1)
    assert found["wrong_gone"] == found["line_gone"] == (0, 1)
    assert "now_answered" not in found and "line_hit" not in found
    report = report_text(outcomes, None)
    assert "2 of 4 went wrong:" in report and "wanted something other than “port.txt (3)" in report


def test_a_figure_of_judgements_can_be_asked_for():
    """--fail-under knows them, and a number alone is all of them."""
    assert read_limits("0.9,still_right=1", (), judged=True) == {"judged": 0.9, "still_right": 1}
    with pytest.raises(EvalError, match="no figure line_hit"):
        read_limits("line_hit=1", (), judged=True)
    with pytest.raises(EvalError, match="no figure still_right"):
        read_limits("still_right=1", ())


@pytest.fixture
def command(monkeypatch, library):
    """`citeline eval --from-feedback` with an Answerer that needs no weights."""

    def load(cls, path, **_):
        plain = plain_answerer(path)
        return cls(plain.library_path, plain.embedder, plain.reader, None)

    monkeypatch.setattr("rag.evaluation.runner.HidingAnswerer.load", classmethod(load))

    def run(*arguments):
        from ui.cli.commands import app

        return CliRunner().invoke(app, ["eval", "--from-feedback", "--library", str(library), *map(str, arguments)])

    return run


def test_the_command_asks_again_and_can_fail(library, command, tmp_path):
    """Figures with their intervals; --fail-under misses; --out keeps what was asked and is taken up again."""
    judged(library, (COST, "right"), (STRIKE, "wrong"))
    done = command("--out", tmp_path / "out.jsonl")
    assert done.exit_code == 0 and "judged" in done.stdout and "[0.095, 0.905] n=2" in done.stdout
    assert "2 judged answers: 1 right, 1 wrong." in done.stderr
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["result"]["right"] for row in rows] == [True, False]
    again = command("--out", tmp_path / "out.jsonl")
    assert [row for row in again.stdout.split("\n") if "seconds" not in row] == [
        row for row in done.stdout.split("\n") if "seconds" not in row
    ]
    assert (tmp_path / "out.jsonl").read_text() == "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    failed = command("--fail-under", "still_right=1,judged=0.9")
    assert isinstance(failed.exception, EvalError) and "judged is 0.500 (n=2), wanted at least 0.9" in str(
        failed.exception
    )
    told = json.loads(command("--json").stdout)
    assert told["figures"]["still_right"]["value"] == 1
    assert told["marks"] == {"n": 2, "wrong": 1, "at_most": 0.9747, "sure": 0.95}
    assert "1 of 2 answers with lines were wrong" in done.stdout and "44 more marked right" in done.stdout


def test_marks_bound_what_is_wrong(library):
    """Every judged answer with lines counts once, also one whose lines are gone; a refusal is no answer with lines."""
    history = judged(library, (COST, "right"), (COST, "wrong"), (STRIKE, "right"), (NOWHERE, "wrong"))
    feedback = read_feedback(history, Library.open(library))
    assert (feedback.n_marked, feedback.n_marked_wrong) == (2, 1)
    told = marks_text(replace(feedback, n_marked=29, n_marked_wrong=0))
    assert "at most 9.8% are (95% sure" in told and "more marked right" not in told
    assert "29 more marked right would bring that to 10%" in marks_text(replace(feedback, n_marked=0, n_marked_wrong=0))


def test_without_a_judgement_there_is_nothing_to_ask(command, tmp_path):
    """One line that says where to press; so does one that is told two sources of questions."""
    assert "press Right, Wrong or Wrong line" in str(command().exception)
    assert "leave out FOLDER and --questions" in str(command("--questions", tmp_path / "x.jsonl").exception)
