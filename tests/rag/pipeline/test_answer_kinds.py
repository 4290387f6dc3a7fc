"""Other questions than facts, from the question to the checked Answer, with a scripted model."""

import re
from dataclasses import replace

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.ingestion.indexing import build
from rag.generation.prompts import prefix
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader


class Reader(OverlapReader):
    """Like the trained one, it does not insist on the question's numbers."""

    def read(self, query, windows):
        return super().read(replace(query, text=re.sub(r"\d+(?: millions)?", "", query.text)), windows)


@pytest.fixture
def answerer(tmp_path):
    """An Answerer on articles a.txt, b.txt … with a model that says these replies."""

    def answerer(texts, *replies):
        folder = tmp_path / "shelf"
        folder.mkdir()
        for name, text in zip("abc", texts, strict=False):
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        build(tmp_path / "lib", BagEmbedder(), [folder])
        return Answerer(tmp_path / "lib", BagEmbedder(), Reader(), ScriptedLlm(*replies) if replies else None)

    return answerer


BRIDGE = "Le pont de Vernay a coûté 3,2 millions d’euros.\n\nLe maire de Vernay est Luc Ferrandi, élu en 2020."


def test_a_number_the_line_contradicts_is_a_no(answerer):
    """What is asked is not what the article says; the article is not left out for it."""
    question = "Le pont de Vernay a-t-il coûté 5 millions d’euros ?"
    answer = answerer([BRIDGE], "Non, le pont de Vernay a coûté 3,2 millions d’euros.").ask(question)
    assert (answer.kind, answer.status) == ("yes_no", "grounded")
    assert answer.text == "Non, le pont de Vernay a coûté 3,2 millions d’euros."


def test_a_wrong_yes_is_never_shown(answerer):
    """The model agrees with the question, the line does not."""
    question = "Le pont de Vernay a-t-il coûté 5 millions d’euros ?"
    answer = answerer([BRIDGE], "Oui, le pont de Vernay a coûté 5 millions d’euros.").ask(question)
    assert answer.status == "quoted"
    assert "3,2 millions" in answer.text and "Oui" not in answer.text


def test_the_year_of_a_building_may_be_another_than_asked(answerer):
    """The article without the year of the question answers it."""
    texts = ["Le pont de Vernay, construit en 1967, est fermé."]
    answer = answerer(texts, "Non, le pont de Vernay a été construit en 1967.").ask(
        "Le pont de Vernay a-t-il été construit en 1975 ?"
    )
    assert answer.text == "Non, le pont de Vernay a été construit en 1967."


def test_two_questions_are_answered_one_after_the_other(answerer):
    """Each with its own lines, in their order."""
    a = answerer([BRIDGE], "Le pont de Vernay a coûté 3,2 millions d’euros.", "Le maire de Vernay est Luc Ferrandi.")
    answer = a.ask("Combien d’euros a coûté le pont de Vernay et qui est le maire de Vernay ?")
    assert (answer.kind, answer.status) == ("several", "grounded")
    assert answer.text == "Le pont de Vernay a coûté 3,2 millions d’euros. Le maire de Vernay est Luc Ferrandi."
    assert [str(claim.citations[0].span) for claim in answer.claims] == ["a.txt:1", "a.txt:3"]
    assert answer.usage.completion_tokens > 8


def test_a_part_that_is_not_in_the_articles_is_said(answerer):
    """Beside the other part's answer, and no claim."""
    a = answerer([BRIDGE], "Le maire de Vernay est Luc Ferrandi.")
    answer = a.ask("Qui est le maire de Vernay, et quelle est la capitale du Japon ?")
    assert answer.status == "grounded"
    assert answer.text == (
        "Le maire de Vernay est Luc Ferrandi. Pour « quelle est la capitale du Japon » : ce n’est pas dans vos articles."
    )


def test_a_stream_of_two_parts_ends_once(answerer):
    """Only the last Answer is done, and each carries the question as it was typed."""
    a = answerer([BRIDGE], "Le pont de Vernay a coûté 3,2 millions d’euros.", "Le maire de Vernay est Luc Ferrandi.")
    question = "Combien d’euros a coûté le pont de Vernay et qui est le maire de Vernay ?"
    answers = list(a.stream(question))
    assert [each.done for each in answers].count(True) == 1 and answers[-1].done
    assert {each.question for each in answers} == {question}
    assert answers[0].hits


def test_the_instruction_of_a_kind_stands_behind_the_question(answerer):
    """So the prefix is the one the model has read already."""
    a = answerer([BRIDGE], "Le pont de Vernay a coûté 3,2 millions d’euros.")
    a.ask("Le pont de Vernay a-t-il coûté 3,2 millions d’euros ?")
    (prompt,) = a.llm.prompts
    assert prompt[:-1] == prefix("fr")
    assert "Oui ou Non" in prompt[-1].content.split("Question :")[1]


def test_articles_that_disagree_are_both_cited(answerer):
    """The model's sentence, then the other article's line with its name."""
    texts = ["L’incendie de Lureval a blessé 14 personnes.", "L’incendie de Lureval a blessé 17 personnes."]
    a = answerer(texts, "L’incendie de Lureval a blessé 14 personnes.")
    answer = a.ask("Combien de personnes a blessé l’incendie de Lureval ?")
    assert answer.status == "grounded"
    assert answer.text == (
        "L’incendie de Lureval a blessé 14 personnes. b.txt (1) : « L’incendie de Lureval a blessé 17 personnes. »"
        " Vos articles donnent 2 réponses différentes."
    )


def test_a_false_premise_is_not_affirmed(answerer):
    """The bridge fell; the reader gets the line."""
    texts = ["Le pont de Vernay, sur la Loire, est tombé le 11 mars."]
    answer = answerer(texts, "Le pont de Vernay a brûlé le 11 mars.").ask(
        "Quel jour le pont de Vernay a brûlé sur la Loire ?"
    )
    assert "brûlé" not in answer.text
    assert answer.status in ("quoted", "abstained")
