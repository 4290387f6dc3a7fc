"""A conversation in the terminal, and many questions with the turns before them."""

import io
import json

from fakes import BagEmbedder

from rag.answerer import Answerer
from rag.overlap import OverlapReader
from ui.batch import ask_many
from ui.chat import converse

FIRST = "Quand le pont de Vernay rouvrira-t-il ?"


def answerer(library):
    return Answerer(library, BagEmbedder(), OverlapReader(), None)


def test_a_conversation_remembers(library, monkeypatch, capsys):
    """Piped, a question a line: the follow-up says how it was understood, the first does not; blank lines are nothing."""
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
