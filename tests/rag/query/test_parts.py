"""One question into the questions that are in it, and their answers into one."""

import pytest

from index.types import Span
from rag.pipeline.merging import joined
from rag.query.decomposition import split
from rag.query.query import Query
from rag.types import Answer, Citation, Claim

SEVERAL = [
    (
        "fr",
        "Combien a coûté le pont de Vernay et quand a-t-il été construit ?",
        ["Combien a coûté le pont de Vernay ?", "Quand le pont de Vernay a-t-il été construit ?"],
    ),
    ("fr", "Quand et où est né le peintre ?", ["Quand est né le peintre ?", "Où est né le peintre ?"]),
    (
        "fr",
        "Où s'est effondré le pont et pourquoi ?",
        ["Où s'est effondré le pont ?", "Pourquoi s'est effondré le pont ?"],
    ),
    ("fr", "Qui est Paul Renaud et que fait-il ?", ["Qui est Paul Renaud ?", "Que fait Paul Renaud ?"]),
    (
        "fr",
        "Qui est le maire de Vernay et combien coûtera le pont ?",
        ["Qui est le maire de Vernay ?", "Combien coûtera le pont de Vernay ?"],
    ),
    ("en", "Why did the ferry stop? Who owned it?", ["Why did the ferry stop?", "Who owned the ferry?"]),
    (
        "en",
        "How much did the Teller Falls library cost and when did it reopen?",
        ["How much did the Teller Falls library cost?", "When did the Teller Falls library reopen?"],
    ),
    (
        "es",
        "¿Cuánto costó el puente de Vernay y cuándo se construyó?",
        ["¿Cuánto costó el puente de Vernay?", "¿Cuándo se construyó el puente de Vernay?"],
    ),
    (
        "de",
        "Wer ist der Bürgermeister von Brenn und wann beginnt die Arbeit?",
        ["Wer ist der Bürgermeister von Brenn?", "Wann beginnt die Arbeit?"],
    ),
]

COMPARISONS = [
    (
        "fr",
        "Le tramway de Brenn est-il plus cher que celui de Vernay ?",
        ["Combien coûte le tramway de Brenn ?", "Combien coûte le tramway de Vernay ?"],
    ),
    (
        "fr",
        "Quelle est la différence de prix entre le tram de Brenn et le pont de Vernay ?",
        ["Prix du tram de Brenn ?", "Prix du pont de Vernay ?"],
    ),
    (
        "fr",
        "différence de fréquentation entre 2019 et 2023 à la bibliothèque",
        ["Fréquentation à la bibliothèque en 2019 ?", "Fréquentation à la bibliothèque en 2023 ?"],
    ),
    ("en", "Which is older, the bridge or the hut?", ["How old is the bridge?", "How old is the hut?"]),
    (
        "en",
        "Is the library more expensive than the bridge?",
        ["How much did the library cost?", "How much did the bridge cost?"],
    ),
    (
        "en",
        "Compare the cost of the bridge and the tram",
        ["What is the cost of the bridge?", "What is the cost of the tram?"],
    ),
]

ONE = [
    ("fr", "Quel est le pays qui a gagné et qui a perdu la guerre ?"),
    ("fr", "Le pont a-t-il coûté plus cher que prévu ?"),
    ("fr", "Le pont a-t-il coûté plus de 5 millions ?"),
    ("fr", "Qui a construit le pont et la route ?"),
    ("en", "Who is the man who wrote and who sang this song?"),
    ("en", "Did Voltherra sell more batteries than expected?"),
    ("en", "Which country is larger than France?"),
    ("fr", "Quel club italien a remporté plus de titres que la Juventus ?"),
    ("ru", "Кто и когда?"),
]


@pytest.mark.parametrize(("language", "question", "parts"), SEVERAL)
def test_two_questions_are_two_that_stand_alone(language, question, parts):
    """The second takes from the first what it leans on: its subject, or all but its question word."""
    found = split(question, language)
    assert found.kind == "several"
    assert [part.question for part in found.parts] == parts


@pytest.mark.parametrize(("language", "question", "parts"), COMPARISONS)
def test_a_comparison_is_a_question_a_side(language, question, parts):
    """What is compared becomes what is asked of each."""
    found = split(question, language)
    assert found.kind == "comparison"
    assert [part.question for part in found.parts] == parts


@pytest.mark.parametrize(("language", "question"), ONE)
def test_one_question_stays_one(language, question):
    """A clause about a noun, "more than expected", "and" between nouns, a language without rules."""
    assert split(question, language) is None


def told(text="", hits=()):
    citation = Citation(Span("a.txt", 1, 1), "x", 0, 1)
    claims = (Claim(text, "supported", (citation,)),) if text else ()
    return Answer("q", "fr", claims=claims, hits=hits, message="" if text else "Ce n’est pas dans vos articles.")


def test_a_part_without_an_answer_is_said_beside_the_others():
    """It is no claim, and the status is that of what is claimed."""
    parts = Query.of("Qui est le maire, et quand rouvre le pont ?", "fr").parts
    answer = joined(parts, Answer("q", "fr"), [told("Luc est le maire."), told()])
    assert answer.status == "grounded"
    assert answer.text == "Luc est le maire. Pour « quand rouvre le pont » : ce n’est pas dans vos articles."
    assert [claim.text for claim in answer.claims] == ["Luc est le maire."]


def test_no_part_with_an_answer_is_one_refusal():
    """Said once."""
    parts = Query.of("Qui est le maire, et quand rouvre le pont ?", "fr").parts
    answer = joined(parts, Answer("q", "fr"), [told(), told()])
    assert answer.status == "abstained"
    assert answer.text == "Ce n’est pas dans vos articles."


def test_what_two_parts_both_say_is_said_once():
    """The same sentence answers both."""
    parts = Query.of("Qui est le maire, et quand rouvre le pont ?", "fr").parts
    answer = joined(parts, Answer("q", "fr"), [told("Luc rouvre lundi."), told("Luc rouvre lundi.")])
    assert answer.text == "Luc rouvre lundi."
