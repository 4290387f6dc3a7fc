"""Messages in the question's language, with what never changes in front."""

import pytest

from rag.generation.prompts import messages, prefix
from rag.language.messages import LANGUAGE_NAMES, NOT_FOUND, WORDINGS, is_nothing, wording


@pytest.mark.parametrize("language", WORDINGS)
def test_the_prefix_of_a_language_never_depends_on_the_question(language):
    """All prompts of a language start with the same messages, so that they are read once."""
    a = messages(language, ["Un fait."], "Qui ?")
    b = messages(language, ["Autre chose.", "Encore."], "Où ?")
    assert a[:-1] == b[:-1] == prefix(language)
    assert a[-1] != b[-1]


@pytest.mark.parametrize("language", WORDINGS)
def test_the_examples_teach_both_the_answer_and_the_refusal(language):
    """One example at least answers and one refuses, with the words that are recognised as a refusal."""
    replies = [m.content for m in prefix(language) if m.role == "assistant"]
    assert any(is_nothing(reply, language) for reply in replies)
    assert any(not is_nothing(reply, language) for reply in replies)
    assert wording(language).nothing in prefix(language)[0].content


def test_evidence_is_numbered_and_comes_before_the_question():
    """Sentences keep their order and fit on a line each."""
    content = messages("fr", ["Un\nfait.", "Deux."], "Qui\nest là ?")[-1].content
    assert content == "Phrases :\n[1] Un fait.\n[2] Deux.\n\nQuestion : Qui est là ?"


def test_an_unknown_language_is_named_to_the_model():
    """A question in Polish gets English instructions that ask for Polish."""
    assert "Answer in Polish" in prefix("pl")[0].content
    assert "Answer in English" in prefix("xx")[0].content


def test_not_in_your_articles_is_said_in_every_language_that_is_named_to_the_model():
    """The reader of a question in Romanian is refused in Romanian, not in English."""
    assert LANGUAGE_NAMES.keys() <= NOT_FOUND.keys()
    assert wording("ro").not_found == "Nu este în articolele dumneavoastră."
    assert wording("xx") is wording("en")


@pytest.mark.parametrize(
    "reply", ["Pas dans les articles.", " pas dans les articles", "", " \n", "Not in the articles.", "[1]"[:0]]
)
def test_a_refusal_is_recognised(reply):
    """However it is written, and an empty reply is one too."""
    assert is_nothing(reply, "fr")


def test_an_answer_is_not_a_refusal():
    """Words that begin otherwise are an answer."""
    assert not is_nothing("Le pont est dans les articles.", "fr")
