"""A question that stands alone, taken apart."""

from dataclasses import replace

import pytest

from rag.query.query import Query


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("Combien a coûté le pont ?", "fr", "fact"),
        ("Is the bridge open?", "en", "yes_no"),
        ("Warum ist die Brücke zu?", "de", "reason"),
        ("Quels articles ai-je ?", "fr", "contents"),
        ("Qui est le maire, et quand rouvre le pont ?", "fr", "several"),
        ("Quelle est la différence entre le pont et le port ?", "fr", "comparison"),
    ],
)
def test_the_kind_is_told_once(text, language, kind):
    query = Query.of(text, language)
    assert (query.text, query.language, query.kind) == (text, language, kind)
    assert bool(query.intent) == (kind == "contents") and bool(query.parts) == (kind in ("several", "comparison"))


def test_each_part_is_a_question_of_its_own():
    """With its own kind, and the words to say that nothing answers it."""
    number, why = Query.of("Combien a coûté le pont de Metz et pourquoi est-il fermé ?", "fr").parts
    assert (number.text, number.kind) == ("Combien a coûté le pont de Metz ?", "fact")
    assert (why.kind, why.about) == ("reason", "pourquoi est-il fermé") and "pont de Metz" in why.text


def test_a_question_about_the_articles_is_in_the_language_of_its_words():
    """One word tells it more surely than the detector, whose guess is passed in."""
    assert Query.of("hola", "fr").language == "es"


def test_names_numbers_and_words_are_those_of_the_text():
    """Also after the text was replaced: nothing is kept from before."""
    query = Query("Combien a coûté le pont de Metz en 2019 ?", "fr")
    assert query.names == ("Metz",) and query.numbers == {2019.0} and "pont" in query.words.values()
    other = replace(query, text="Qui dirige Vernay ?")
    assert other.names == ("Vernay",) and not other.numbers and "pont" not in other.words.values()
