"""What a question asks for, told by its words."""

import pytest

from rag.query.question_kind import asks, kind_of, question_word

KINDS = [
    ("fr", "yes_no", "Le pont a-t-il rouvert ?"),
    ("fr", "yes_no", "Est-ce que le pont a rouvert ?"),
    ("fr", "yes_no", "Y a-t-il eu des morts ?"),
    ("fr", "yes_no", "Savez-vous si le pont a rouvert ?"),
    ("fr", "yes_no", "L'homme qui a volé le tableau a-t-il été arrêté ?"),
    ("en", "yes_no", "Did Markus Lindqvist resign?"),
    ("en", "yes_no", "In 2020, did the ferry run?"),
    ("en", "yes_no", "Can you tell me whether the bridge reopened?"),
    ("es", "yes_no", "¿Ha dimitido el ministro?"),
    ("es", "yes_no", "¿Dimitió el ministro?"),
    ("de", "yes_no", "Ist der Minister zurückgetreten?"),
    ("it", "yes_no", "È stato riaperto il ponte?"),
    ("pt", "yes_no", "Foi reaberta a ponte?"),
    ("fr", "list", "Quels pays sont endettés ?"),
    ("fr", "list", "Cite trois blessés"),
    ("fr", "list", "Dans quelles villes le train s'arrête-t-il ?"),
    ("en", "list", "Which countries are in debt?"),
    ("en", "list", "Name three injured people"),
    ("es", "list", "¿Qué países limitan con Francia?"),
    ("de", "list", "Welche Länder liegen an der Ostsee?"),
    ("it", "list", "Quali paesi confinano con la Francia?"),
    ("pt", "list", "Quais são os países vizinhos?"),
    ("fr", "reason", "Pourquoi le pont est-il tombé ?"),
    ("fr", "reason", "Peux-tu me dire pourquoi le pont est tombé ?"),
    ("fr", "reason", "Comment est mort le peintre ?"),
    ("en", "reason", "Why is the plant late?"),
    ("en", "reason", "How did the painting get stolen?"),
    ("es", "reason", "¿Por qué se derrumbó el puente?"),
    ("de", "reason", "Warum ist die Brücke eingestürzt?"),
    ("it", "reason", "Perché è crollato il ponte?"),
    ("pt", "reason", "Por que caiu a ponte?"),
]

FACTS = [
    ("fr", "Qui est le maire ?"),
    ("fr", "À partir de quand les pensions seront-elles augmentées ?"),
    ("fr", "Qu'y a-t-il au bout du quai ?"),
    ("fr", "En quelle année a-t-il été construit ?"),
    ("fr", "Le pont a-t-il été construit en quelle année ?"),
    ("fr", "Auprès de qui cherche-t-il une place ?"),
    ("fr", "Comment s'appelle le chauffeur ?"),
    ("fr", "Comment appelle-t-on ce papier ?"),
    ("fr", "Quelles ont été les ventes en 2019 ?"),
    ("fr", "Quelles est la date du traité ?"),
    ("fr", "Le pont est-il ouvert ou fermé ?"),
    ("fr", "Déficit public prévu en 2025 ?"),
    ("en", "How old is the driver?"),
    ("en", "What news did the mayor give?"),
    ("en", "What were the losses in 2019?"),
    ("en", "Can you tell me who won the race?"),
    ("es", "¿Cómo se llama el alcalde?"),
    ("de", "Wie heißt der Bürgermeister?"),
    ("de", "Wie viele Verletzte gab es?"),
    ("it", "Come si chiama il sindaco?"),
    ("ru", "Почему мост закрыт?"),
]


@pytest.mark.parametrize(("language", "kind", "question"), KINDS)
def test_a_question_is_told_by_its_words(language, kind, question):
    """Each kind in each language, politeness before it or not."""
    assert kind_of(question, language) == kind


@pytest.mark.parametrize(("language", "kind", "question"), KINDS)
def test_capitals_make_no_difference(language, kind, question):
    """All in capitals, all in small letters."""
    assert kind_of(question.upper(), language) == kind
    assert kind_of(question.lower(), language) == kind


@pytest.mark.parametrize(
    "question", ["le pont a t il rouvert", "est ce que le pont a rouvert", "les ecoles ont-elles ferme ?"]
)
def test_accents_hyphens_and_marks_may_be_missing(question):
    """As people type."""
    assert kind_of(question, "fr") == "yes_no"


@pytest.mark.parametrize(("language", "question"), FACTS)
def test_in_doubt_it_is_a_fact(language, question):
    """Another question word, an alternative, a figure in the plural, a language without rules."""
    assert kind_of(question, language) == "fact"


def test_the_question_word_comes_as_it_is_written():
    """With its preposition and its capital; a text that does not ask has none."""
    assert question_word("En quelle année", "fr") == "En quelle"
    assert question_word("Where was it", "en") == "Where"
    assert question_word("Le pont rouvre", "fr") == ""
    assert asks("Where was it", "en") and asks("Le pont a-t-il rouvert", "fr") and not asks("Le pont rouvre", "fr")
