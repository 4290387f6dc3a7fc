"""`citeline eval`: figures, the file of questions, what a CI is told, and how an interrupted run goes on."""

import json
import re

import pytest
from command import one_line, run
from fakes import BagEmbedder, ScriptedLlm

from index.storage.library import Library
from index.types import Span
from rag.errors import LlmError
from rag.evaluation.metrics import bootstrap, contains, f1, rate, wilson
from rag.evaluation.runner import Case, HidingAnswerer, Outcome, ask, figures
from rag.reader.lexical import OverlapReader
from ui.cli.eval.command import evaluate
from ui.cli.eval.report import ask_cases, check_limits, make_cases, read_limits, report_text
from ui.cli.eval.sheet import EvalError, Sheet, read_cases

COST = "Combien d’euros ont coûté les travaux à Vernay ?"
GOLD = (Span("pont.txt", 7, 7),)
ANSWERABLE = Case("q1", COST, "number", ("3,2 millions",), GOLD, (), "fr")
REMOVED = Case("q2", COST, "removed", hidden=("pont.txt",), language="fr")


class Both:
    """A model that writes one question for the cost of the bridge and answers it; counts what it is asked."""

    name = "both"

    def __init__(self):
        self.written = self.answered = 0

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, messages, max_tokens):
        last = messages[-1].content.rpartition("\n\n")[2]
        if "Réponse : " in last or "Answer: " in last:
            self.written += 1
            reply = COST if "3,2 millions" in last else "Hm."
        else:
            self.answered += 1
            reply = "Les travaux ont coûté 3,2 millions d’euros."
        return ScriptedLlm(reply).stream(messages, max_tokens)


def quiet(phase, done, total):
    pass


@pytest.fixture
def answerer(library):
    return HidingAnswerer(library, BagEmbedder(), OverlapReader(), Both())


@pytest.fixture
def fake_models(monkeypatch):
    """The command loads these instead of the weights; returns the models it has loaded."""
    loaded = []

    def load(cls, path, llm, embedder):
        loaded.append(Both() if llm != "none" else None)
        return HidingAnswerer(path, BagEmbedder(), OverlapReader(), loaded[-1])

    monkeypatch.setattr(HidingAnswerer, "load", classmethod(load))
    monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder", lambda spec: BagEmbedder())
    return loaded


def file_of(tmp_path, *records, name="questions.jsonl"):
    path = tmp_path / name
    path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
    return path


def outcome(case, status="grounded", text="Les travaux ont coûté 3,2 millions d’euros.", cited=GOLD, seconds=1.0):
    return Outcome(case, status, text, cited, tuple(True for _ in cited), seconds)


# --- measures -----------------------------------------------------------------------------------------------------


def test_metrics_by_hand():
    """Words in a row, tokens shared, Wilson's interval for 8 of 10."""
    assert contains("Le pont a coûté 3,2 millions d'euros.", "3.2 millions")
    assert not contains("Le pont a coûté 13,2 millions.", "3,2 millions")
    assert f1("les travaux chers", "travaux") == pytest.approx(2 / 3)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-3)
    assert rate([True] * 8 + [False] * 2) == "0.800 [0.490, 0.943] n=10"
    assert rate([]) == "- n=0" and bootstrap([]) == (0.0, 0.0)


def test_figures_by_hand():
    """One right, one on the wrong line, one refused in vain, one rightly refused, one answered in vain."""
    wrong_line = outcome(ANSWERABLE, text="Il dure six mois.", cited=(Span("pont.txt", 5, 5),), seconds=3.0)
    vain = outcome(ANSWERABLE, "abstained", "Ce n’est pas dans vos articles.", ())
    refused = outcome(REMOVED, "abstained", "Ce n’est pas dans vos articles.", ())
    found = {f.key: f for f in figures([outcome(ANSWERABLE), wrong_line, vain, refused, outcome(REMOVED)])}
    assert (found["contained"].value, found["contained"].n) == (pytest.approx(1 / 3), 3)
    assert (found["line_hit"].value, found["line_hit"].n) == (0.5, 2)
    assert (found["false_refusal"].value, found["false_refusal"].lower_is_better) == (pytest.approx(1 / 3), True)
    assert (found["refused_removed"].value, found["refused_removed"].n) == (0.5, 2)
    assert found["seconds"].value == 1.0 and found["quote_exact"].n == 3
    assert found["line_hit"].low < 0.5 < found["line_hit"].high
    assert [o.is_right for o in (outcome(ANSWERABLE), wrong_line, vain, refused)] == [True, False, False, True]


def test_a_long_answer_is_not_a_right_one():
    """It may hold the words; that is another figure."""
    long = outcome(ANSWERABLE, text="mot " * 30 + "3,2 millions")
    found = {f.key: f.value for f in figures([long])}
    assert (found["contained"], found["contained_any"]) == (0.0, 1.0)


def test_nothing_measured_is_no_rate():
    """No answerable question: a dash, not 0 or 1."""
    found = {f.key: f for f in figures([outcome(REMOVED, "abstained", "", ())])}
    assert found["line_hit"].value is None and str(found["line_hit"]) == "- n=0"


def test_a_hidden_article_is_not_found(answerer):
    """The same question with its article out of sight, and with it there again."""
    assert ask(answerer, ANSWERABLE).is_right
    hidden = ask(answerer, REMOVED)
    assert hidden.status == "abstained" and hidden.is_right
    assert ask(answerer, ANSWERABLE).on_gold == [True]
    answerer.hidden = ("pont.txt",)
    assert {h.chunk.span.article_id for h in answerer.search(answerer.library, COST, "fr")} == {"port.txt"}


def test_quotes_are_compared_with_the_article(answerer):
    """quote_exact looks at the lines as they were indexed."""
    assert ask(answerer, ANSWERABLE).exact == (True,)


# --- a file of questions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "is not JSON"),
        ('"Qui ?"', "is not {"),
        ('{"answer": []}', "is not {"),
        ('{"question": "  "}', "no question that can be asked"),
        ('{"question": 7}', "no question that can be asked"),
        (json.dumps({"question": "x" * 1001}), "no question that can be asked"),
        ('{"question": "Qui est là ?", "gold": "pont.txt:7"}', '"gold" that is not a list'),
        ('{"question": "Qui est là ?", "gold": [{"article": "pont.txt"}]}', '"gold" that is not {'),
        ('{"question": "Qui est là ?", "gold": [{"article": ["a"], "first": 1, "last": 1}]}', '"gold" that is not {'),
        ('{"question": "Qui est là ?", "gold": [{"article": "a", "first": 1e999, "last": 1}]}', '"gold" that is not {'),
        ('{"question": "Qui est là ?", "gold": [{"article": "a.txt", "first": 1, "last": 1}]}', "the article a.txt"),
        ('{"question": "Qui est là ?", "gold": [{"article": "pont.txt", "first": 7, "last": 99}]}', "lines 1 to 7"),
        ('{"question": "Qui est là ?", "answer": [7], "gold": []}', "something other than text"),
        ('{"question": "Qui est là ?", "answer": ["Paul"], "gold": []}', 'no "gold" lines'),
        ('{"id": "a", "question": "Qui est là ?"}', "the same id as an earlier line, a"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, library, line, told):
    """Its number, what it has and what to do; nothing is asked."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": "a", "question": "Qui est Paul ?"}\n\n' + line + "\n", encoding="utf-8")
    with pytest.raises(EvalError, match=r"questions\.jsonl:3 ") as error:
        read_cases(path, Library.open(library))
    assert told in str(error.value) and "\n" not in str(error.value)


def test_the_seeds_are_such_a_file(tmp_path):
    """seeds/questions.jsonl reads as it is, against its articles."""
    from pathlib import Path

    from index.ingestion.indexing import build

    seeds = Path(__file__).parents[3] / "seeds"
    build(tmp_path / "lib", BagEmbedder(), [seeds / "articles"])
    cases = read_cases(seeds / "questions.jsonl", Library.open(tmp_path / "lib"))
    assert len(cases) > 150
    assert {case.kind for case in cases if not case.gold} == {"near_miss", "off_corpus", "wrong_entity", "wrong_year"}


def test_an_empty_or_missing_file_is_named(tmp_path, library):
    """One line each."""
    for path, told in ((tmp_path / "none.jsonl", "no such file"), (file_of(tmp_path), "contains no questions")):
        with pytest.raises(EvalError, match=told):
            read_cases(path, Library.open(library))


# --- --fail-under ---------------------------------------------------------------------------------------------------


def test_limits_are_read():
    """Names with bounds, or one number for line_hit."""
    assert read_limits("line_hit=0.9, false_refusal=.1", ()) == {"line_hit": 0.9, "false_refusal": 0.1}
    assert read_limits("0.8", ()) == {"line_hit": 0.8}
    assert read_limits("seconds=12,refused_removed=0.9", ("removed",)) == {"seconds": 12, "refused_removed": 0.9}


@pytest.mark.parametrize(
    ("text", "told"),
    [("speed=1", "no figure speed"), ("line_hit=90", "between 0 and 1"), ("line_hit=", "nothing"), ("", "nothing"),
     ("line_hit=nan", "nan"), ("refused_removed=0.9", "no figure refused_removed"), ("seconds=-1", "takes seconds")],
)  # fmt: skip
def test_a_limit_that_is_none_is_named(text, told):
    """The figure or the number."""
    with pytest.raises(EvalError, match=re.escape(told)):
        read_limits(text, ())


def test_a_missed_limit_says_what_was_measured_and_wanted():
    """Both directions, several at once, and a figure that could not be measured."""
    found = figures([outcome(ANSWERABLE, cited=(Span("pont.txt", 1, 1),)), outcome(ANSWERABLE, "abstained", "", ())])
    check_limits(found, {"line_hit": 0.0, "false_refusal": 0.5, "seconds": 1.0})
    with pytest.raises(EvalError) as error:
        check_limits(found, {"line_hit": 0.9, "false_refusal": 0.1, "refused_removed": 0.5})
    assert "line_hit is 0.000 (n=1), wanted at least 0.9" in str(error.value)
    assert "false_refusal is 0.500 (n=2), wanted at most 0.1" in str(error.value)
    assert "refused_removed could not be measured" in str(error.value)


# --- the run ----------------------------------------------------------------------------------------------------------


def test_questions_are_made_asked_and_told(library, fake_models, capsys, tmp_path):
    """The whole command on the library there is: a table with n and intervals, and an honest word on what was
    dropped."""
    out = tmp_path / "out.jsonl"
    evaluate(library=library, n=5, out=out)
    text = capsys.readouterr().out
    assert re.search(r"line_hit +1\.000 \[0\.\d+, 1\.000\] n=1", text)
    assert "1 questions written by the model" in text and "dropped: " in text and "gave the answer away" in text
    assert "refused_removed" in text and "refused_altered" in text
    kinds = [json.loads(line)["kind"] for line in out.read_text(encoding="utf-8").split("\n") if line]
    assert kinds == ["number", "removed", "altered"]
    assert fake_models[0].written > 3


def test_a_folder_becomes_a_library_of_its_own(folder, fake_models, capsys, tmp_path, monkeypatch):
    """It goes away again, and the default library is not touched."""
    monkeypatch.setenv("CITELINE_LIBRARY", str(tmp_path / "mine"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    evaluate(folder=folder, n=1, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["figures"]["contained"]["n"] == 1 and report["models"]["llm"] == "both"
    assert sum(report["dropped"].values()) > 0
    assert not list(tmp_path.glob("citeline-eval-*")) and not (tmp_path / "mine").exists()


def test_a_second_run_goes_on_where_the_first_stopped(library, fake_models, capsys, tmp_path):
    """Nothing is written or asked twice; the figures are the same."""
    out = tmp_path / "out.jsonl"
    evaluate(library=library, n=1, out=out, as_json=True)
    first = json.loads(capsys.readouterr().out)
    evaluate(library=library, n=1, out=out, as_json=True)
    assert json.loads(capsys.readouterr().out) == first
    assert (fake_models[1].written, fake_models[1].answered) == (0, 0)


def test_what_was_made_can_be_corrected_and_asked_again(library, fake_models, capsys, tmp_path):
    """--questions takes the file of --out, hidden articles and all; only what was changed is asked again."""
    out = tmp_path / "out.jsonl"
    evaluate(library=library, n=1, out=out, as_json=True)
    capsys.readouterr()
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
    records[0]["question"] = "Combien les travaux ont-ils coûté d’euros à Vernay ?"
    corrected = file_of(tmp_path, *records, name="corrected.jsonl")
    evaluate(library=library, questions=corrected, out=corrected, as_json=True)
    report = json.loads(capsys.readouterr().out)
    assert report["dropped"] is None and report["wrong"] == []
    assert (fake_models[1].written, fake_models[1].answered) == (0, 1)
    kept = [json.loads(line) for line in corrected.read_text(encoding="utf-8").split("\n") if line]
    assert [record["question"] for record in kept] == [record["question"] for record in records]
    assert all("result" in record for record in kept)


def test_another_model_answers_the_same_questions_again(answerer, tmp_path):
    """Results belong to models; questions do not."""
    path = tmp_path / "out.jsonl"
    for n, models in enumerate(({"llm": "a"}, {"llm": "b"}, {"llm": "b"})):
        sheet = Sheet(path, answerer.library, models)
        sheet.add((ANSWERABLE, {}))
        assert len(list(ask_cases(answerer, [ANSWERABLE], sheet, quiet))) == 1
        assert answerer.llm.answered == (1, 2, 2)[n]


def test_an_interrupted_run_keeps_what_is_finished(answerer, tmp_path):
    """The model stops at the second question: the first one's result is in the file, both questions are."""
    path = tmp_path / "out.jsonl"
    second = Case("q3", "Combien d’euros ont coûté les travaux du pont à Vernay ?", "number", ("3,2 millions",), GOLD)
    sheet = Sheet(path, answerer.library, {"llm": "a"})
    sheet.add((ANSWERABLE, {}), (second, {}))
    asked = ask_cases(answerer, [ANSWERABLE, second], sheet, quiet)
    next(asked)
    answerer.llm = ScriptedLlm(LlmError("stopped"))
    with pytest.raises(LlmError):
        next(asked)
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert ["result" in record for record in records] == [True, False]
    again = Sheet(path, answerer.library, {"llm": "a"})
    assert again.result(ANSWERABLE) is not None and again.result(second) is None


def test_ctrl_c_prints_what_is_known(library, fake_models, capsys, monkeypatch, tmp_path):
    """The figures so far, then the end; the file goes on from there."""
    import rag.evaluation.runner

    real, calls = rag.evaluation.runner.ask, []

    def ask_once(answerer, case):
        if calls:
            raise KeyboardInterrupt
        calls.append(case)
        return real(answerer, case)

    monkeypatch.setattr("rag.evaluation.runner.ask", ask_once)
    with pytest.raises(KeyboardInterrupt):
        evaluate(library=library, n=1, out=tmp_path / "out.jsonl")
    assert "1 of 3 questions were asked" in capsys.readouterr().out


def test_a_file_about_other_articles_is_not_mixed_in(library, fake_models, tmp_path, folder, embedder):
    """Its questions may have no answer here."""
    from index.ingestion.indexing import build

    out = tmp_path / "out.jsonl"
    evaluate(library=library, n=1, out=out)
    (folder / "port.txt").write_text("Un tout autre article sur le port de Brenn.", encoding="utf-8")
    build(library, embedder)
    with pytest.raises(EvalError, match="other articles"):
        evaluate(library=library, n=1, out=out)


def test_a_missed_limit_ends_the_command_with_an_error(library, fake_models, capsys, tmp_path):
    """The table is printed first; the line names figure, measured and wanted."""
    wrong = {"question": COST, "answer": ["9 millions"], "gold": [{"article": "pont.txt", "first": 7, "last": 7}]}
    questions = file_of(tmp_path, wrong)
    with pytest.raises(EvalError, match=r"contained is 0\.000 \(n=1\), wanted at least 0\.5"):
        evaluate(library=library, questions=questions, fail_under="contained=0.5")
    assert "went wrong" in capsys.readouterr().out
    evaluate(library=library, questions=questions, fail_under="line_hit=0.5")


def test_no_question_at_all_is_said(answerer, tmp_path):
    """Articles of headlines only, or a model that writes none."""
    from rag.evaluation.question_generator import Quiz

    quiz = Quiz(answerer.library, OverlapReader(), ScriptedLlm(*["Hm."] * 50))
    with pytest.raises(EvalError, match=r"no question could be made from these articles: \d+ were written"):
        make_cases(quiz, 4, Sheet(None, answerer.library, {}), quiet)


def test_questions_from_a_file_need_no_language_model(library, fake_models, capsys, tmp_path):
    """--llm none quotes; only making questions needs a model."""
    questions = file_of(tmp_path, {"question": "Qui a gagné le tournoi de tennis ?", "answer": [], "gold": []})
    evaluate(library=library, questions=questions, llm="none", fail_under="refused_unanswerable=1")
    assert re.search(r"refused_unanswerable +1\.000", capsys.readouterr().out)


def test_what_an_article_says_cannot_write_to_the_terminal():
    """Control characters in a wrong answer are shown as escapes."""
    wrong = outcome(ANSWERABLE, text="\x1b[31mrouge", cited=(Span("\x1b.txt", 1, 1),))
    assert "\x1b" not in report_text([wrong], None)


# --- bad input, from the outside --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--llm", "none"), "--questions FILE"),
        (("nowhere",), "no such folder: nowhere"),
        ((".", "--library", "x"), "not both"),
        (("--fail-under", "speed=1"), "no figure speed"),
        (("--language", "xx"), "not xx"),
        (("--library", "nowhere", "--questions", "none.jsonl"), "citeline index FOLDER"),
    ],
)
def test_bad_input_is_one_line(arguments, told):
    """Exit code 1, no traceback, nothing loaded."""
    assert told in one_line(run("eval", *arguments))


def test_bad_files_are_one_line(tmp_path, library):
    """An empty folder, a question that is none, a folder of --out that is not there."""
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no article" in one_line(run("eval", empty)) or "empty" in one_line(run("eval", empty))
    bad = file_of(tmp_path, {"question": ""})
    assert "questions.jsonl:1" in one_line(run("eval", "--library", library, "--questions", bad))
    assert "--out" in one_line(run("eval", "--library", library, "--questions", bad, "--out", tmp_path / "no" / "out"))


def test_help():
    """It names what a CI needs."""
    result = run("eval", "--help")
    assert result.returncode == 0 and "--fail-under" in result.stdout
