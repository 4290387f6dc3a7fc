"""The first questions of a page: short, answered by the library, in the language of their article."""

from __future__ import annotations

import time

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from rag.errors import Interrupted
from rag.evaluation import suggestions as module
from rag.evaluation.suggestions import starters
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from ui.services.suggestions import FILE, FirstQuestions

TEXTS = {
    "pont.txt": "Le pont de Vernay\n\nLe pont rouvre lundi, a annoncé la maire de Vernay, Hélène Castan. Elle est élue depuis 2020.",
    "port.txt": "Port strike ends\n\nPaul Renaud, head of the port, called the strike avoidable on Monday.",
    "lac.txt": "Le lac gèle\n\nLe lac a gelé hier, a dit un passant. Personne n’a été blessé.",
}


@pytest.fixture
def answerer(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(tmp_path / "library", BagEmbedder(), [folder])
    return Answerer(tmp_path / "library", BagEmbedder(), OverlapReader(), None)


def test_without_a_model_people_are_asked_about_in_their_articles_language(answerer, monkeypatch):
    """Whoever has a part in an article, where the reader finds it; then what the articles are about."""
    monkeypatch.setattr(module, "MIN_SCORE", -10.0)
    found = starters(answerer)
    assert set(found[:-1]) == {"Qui est Hélène Castan ?", "Who is Paul Renaud?"}
    assert found[-1] in ("De quoi parlent mes articles ?", "What are my articles about?")


def test_a_question_that_the_reader_does_not_answer_is_not_offered(answerer, monkeypatch):
    """However well it is written."""
    monkeypatch.setattr(module, "MIN_SCORE", 1000.0)
    assert len(starters(answerer)) == 1


def test_the_model_is_left_as_soon_as_somebody_asks(answerer):
    """Its first word is not waited for twice."""
    answerer.llm = ScriptedLlm(*["Qui est la maire de Vernay ?"] * 5)
    assert len(starters(answerer, lambda: False)) <= 2 and len(answerer.llm.prompts) == 1


def test_who_takes_the_model_away_does_not_take_the_questions(answerer, monkeypatch):
    """It is interrupted for somebody else: the rules go on."""
    monkeypatch.setattr(module, "MIN_SCORE", -10.0)
    answerer.llm = ScriptedLlm(*[Interrupted("told to stop")] * 5)
    assert "Qui est Hélène Castan ?" in starters(answerer) and len(answerer.llm.prompts) == 1


def test_they_are_found_once_a_generation(answerer, tmp_path, monkeypatch):
    """The first call starts the search and has nothing yet; what was found is kept beside the library."""
    asked = []
    monkeypatch.setattr(
        "ui.services.suggestions.starters", lambda *_: asked.append(1) or ("Une ?", "Deux ?", "Trois ?", "Quatre ?")
    )
    for _ in range(2):  # a second process reads the file
        first = FirstQuestions(lambda: True)
        assert first.get(answerer) is None
        for _ in range(200):
            if (found := first.get(answerer)) is not None:
                break
            time.sleep(0.02)
        assert found == ("Une ?", "Deux ?", "Trois ?", "Quatre ?")
    assert asked == [1] and (tmp_path / "library" / FILE).is_file()
