"""A conversation in the terminal, and many questions with the turns before them."""

import io
import json

import pytest
from fakes import BagEmbedder

from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from ui.cli.batch import ask_many
from ui.cli.chat import converse
from ui.cli.commands import CliError, chat
from ui.conversations.save import SaveFile
from ui.conversations.verification import read_export, verify

FIRST = "Quand le pont de Vernay rouvrira-t-il ?"


def answerer(library):
    return Answerer(library, BagEmbedder(), OverlapReader(), None)


def test_a_conversation_remembers(library, monkeypatch, capsys):
    """Piped, a question a line: the follow-up says how it was understood, the first does not; blank lines are
    nothing."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{FIRST}\n\nCombien d’euros ont coûté ses travaux ?\n"))
    converse(answerer(library))
    out = capsys.readouterr().out
    assert out.count("compris comme") == 1
    assert "(compris comme : Combien d’euros ont coûté les travaux du pont de Vernay ?)" in out
    assert "3,2 millions" in out


def test_a_bad_question_does_not_end_it(library, monkeypatch, capsys):
    """One line on stderr, then the next question."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"?\n{FIRST}"))
    converse(answerer(library))
    said = capsys.readouterr()
    assert said.err.startswith("citeline: the question is empty") and len(said.err.splitlines()) == 1
    assert "rouvrira" in said.out


def test_a_conversation_is_saved(library, tmp_path, monkeypatch, capsys):
    """After every answer, for its owner only: as JSON that can be verified, as Markdown in the first answer's
    language."""
    for name in ("talk.json", "talk.md"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"Bonjour\n{FIRST}\nCombien d’euros ont coûté ses travaux ?\n"))
        converse(answerer(library), SaveFile(tmp_path / name))
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    cited = read_export(tmp_path / "talk.json")
    assert {each.turn for each in cited} == {1, 2} and "Compris comme" in (tmp_path / "talk.md").read_text("utf-8")
    assert {each.standing.state for each in verify(cited, answerer(library).articles())} == {"holds"}


@pytest.mark.parametrize("name", ["there.json", "talk.txt", "none/talk.json"])
def test_nothing_is_overwritten(tmp_path, name):
    """A file that is there, of another kind, or in no folder: one line before anything is loaded."""
    (tmp_path / "there.json").write_text("mine")
    with pytest.raises(CliError, match=r"--save takes a new \.json or \.md file"):
        chat(save=tmp_path / name)
    assert (tmp_path / "there.json").read_text() == "mine"


def test_ctrl_c_ends_it(library, monkeypatch):
    """No traceback, no exception."""

    class Interrupted(io.StringIO):
        def readline(self, *_):
            raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", Interrupted())
    converse(answerer(library))


def test_a_question_of_a_file_may_bring_its_history(library, tmp_path):
    """It is answered as understood; asked again with another history it is not taken for done."""
    asked, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    question = "Combien d’euros ont coûté ses travaux ?"
    for earlier in ("Quand le pont de Vernay rouvrira-t-il ?", "Quand le port de Brenn rouvrira-t-il ?"):
        record = {"id": 1, "question": question, "history": [{"question": earlier, "answer": "Lundi."}]}
        asked.write_text(json.dumps(record), encoding="utf-8")
        ask_many(asked, out, lambda: answerer(library))
        found = json.loads(out.read_text(encoding="utf-8"))
        thing = earlier.removeprefix("Quand le ").removesuffix(" rouvrira-t-il ?")
        assert found["question"] == question
        assert found["understood"] == f"Combien d’euros ont coûté les travaux du {thing} ?"
