"""Names of a question that no article has: who is asked for is nobody else."""

import pytest

from rag.language import nowhere, unmet

ARTICLE = ("Le maire de Corvassey, Paul Renaud, ouvre le musée de la Marine. L’Union européenne paie.", "fr")


def found(question, language="fr", is_spoken=True):
    known = {"corvassey", "paul", "renaud", "maire", "musée", "marine", "union"}
    return nowhere(question, [ARTICLE], language, lambda word: word.lower() in known, is_spoken)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Qui est le maire de Lyon ?", ["Lyon"]),
        ("Que dit Claire Vidal à Corvassey ?", ["Claire Vidal"]),
        ("Qui préside la Suisse ?", ["Suisse"]),
        ("Qui est le maire de Corvassey ?", []),
        ("Que dit Paul Renaux ?", []),  # a letter wrong
        ("Que paie l’UE ?", []),  # initials
        ("Dans quelle région de Suisse est Corvassey ?", []),  # a country around a place that is there
        ("Qui est le PDG du musée de Corvassey ?", []),  # initials beside a name that is there
        ("Qui entraîne le PSG ?", ["PSG"]),
        ("qui est le maire ?", []),
    ],
)
def test_a_name_that_no_article_has(question, names):
    """With its first names; a misspelt one, initials and a country around a place are overlooked."""
    assert found(question) == names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is the mayor of Lyon?", ["Lyon"]),
        ("What did Margaret Pym say?", ["Margaret Pym"]),
        ("Who is the French Minister of Culture?", []),
        ("Who is the Mayor?", []),
        ("Who paid for the Navy museum?", []),
        ("Who is the mayor of Corvassey?", []),
    ],
)
def test_where_no_article_is_in_the_questions_language_a_capital_is_not_enough(question, names):
    """Titles and adjectives have one too: only a row of them, or a place behind its preposition, is surely a name."""
    assert found(question, "en", is_spoken=False) == names


def test_the_beginning_of_a_name_with_hyphens_is_that_name_and_a_title_is_none():
    """As people say it for short; "Mme" is not said everywhere."""
    assert unmet("Qui dirige Saint-Aubin ?", "La mairie de Saint-Aubin-les-Forges.", "fr", "fr") == []
    assert unmet("Qui dirige Saint-Aubin ?", "La mairie de Saint-Pons-les-Forges.", "fr", "fr") == ["Saint-Aubin"]
    assert unmet("Que craint Mme Vergnes ?", "Anne Vergnes craint la crue.", "fr", "fr") == []
