"""The newest word: a later article that gives another figure or date is believed, and that they differ is said."""

from dataclasses import replace

import pytest
from fakes import BagEmbedder, ScriptedLlm

from index.documents.encoding import split_lines
from index.ingestion.indexing import build
from index.text.chunking import chunks
from index.types import Article, Hit
from rag.evidence import cut
from rag.pipeline.answerer import Answerer
from rag.pipeline.updates import is_later, newest_first, said_of
from rag.query import Query
from rag.reader.lexical import OverlapReader
from rag.types import Filter
from rag.verification import check_draft, quotes

ASKED = Query("Combien de blessés l’accident de Vernay a-t-il faits ?", "fr")


def passage(day, text, answer, score, language="fr"):
    a = Article(f"{day} {answer}.txt", "Titre", day, language, split_lines(text), "0" * 64, "/x")
    (chunk,) = chunks(a)
    at = chunk.text.index(answer)
    return cut(Hit(chunk, 1.0, 0.5, 1.0), a, (at, at + len(answer)), score)


FIRST = passage("2024-03-12", "L’accident de Vernay a fait 14 blessés.", "14 blessés", 4.0)
SECOND = passage("2024-03-13", "L’accident de Vernay a fait 17 blessés.", "17 blessés", 3.0)
REPORT = passage("2024-05", "The Vernay crash left 16 injured.", "16 injured", 2.0, "en")


def order(found):
    return [each.answer_text for each in found]


def test_the_latest_article_comes_first_and_those_it_updates_no_longer_count_as_much():
    """In whichever language it is; none falls under the threshold."""
    found = newest_first([FIRST, SECOND, REPORT], ASKED)
    assert order(found) == ["16 injured", "14 blessés", "17 blessés"]
    assert found[0].score == FIRST.score and all(0 <= each.score < FIRST.score - 0.5 for each in found[1:])


@pytest.mark.parametrize(
    "other",
    [
        replace(SECOND, score=-0.1),  # does not answer
        replace(FIRST, score=3.0),  # the same article
        passage("2024-03", "L’accident de Vernay a fait 17 blessés.", "17 blessés", 3.0),  # of the same month, or day
        passage("2023-12-30", "L’accident de Vernay a fait 17 blessés.", "17 blessés", 3.0),  # older
        passage("", "L’accident de Vernay a fait 17 blessés.", "17 blessés", 3.0),
        passage("2024-05-01", "L’accident de Vernay a fait 14 blessés.", "14 blessés", 3.0),  # the same figure
        passage("2024-05-01", "L’accident de Vernay a coûté 17 euros.", "17 euros", 3.0),  # of something else
        passage("2024-05-01", "L’accident de Vernay a fait 17 blessés.", "17 blessés", 0.5),  # far behind
    ],
)
def test_anything_else_leaves_the_order_as_it_is(other):
    """The reader's own."""
    assert newest_first([FIRST, other], ASKED) == [FIRST, other]


@pytest.mark.parametrize(
    "query",
    [
        Query("Quel était le premier bilan de l’accident de Vernay ?", "fr"),
        Query("How many were injured, as originally reported?", "en"),
        Query("Combien de blessés l’accident de Vernay de 2024 a-t-il faits ?", "fr"),
        replace(ASKED, filter=Filter(ASKED.text, "en mars")),
        replace(ASKED, kind="list"),
    ],
)
def test_what_was_said_at_first_can_be_asked_for(query):
    """In words, or by a date."""
    assert newest_first([FIRST, SECOND], query) == [FIRST, SECOND]


def test_an_article_about_something_else_is_no_newer_word():
    """It lacks a noun of the question that the first one has; it is not counted as another answer either."""
    query = Query("Combien coûtera le stade de Brume ?", "fr")
    first = passage("2024-01", "Le stade de Brume coûtera 12 millions d’euros.", "12 millions d’euros", 5.0)
    pool = passage("2024-03", "La piscine de Brume coûtera 15 millions d’euros.", "15 millions d’euros", 3.0)
    same = passage("2024-04", "Le stade de Brume coûtera 14 millions d’euros.", "14 millions d’euros", 3.0)
    assert newest_first([first, pool], query) == [first, pool]
    assert order(newest_first([first, pool, same], query))[0] == "14 millions d’euros"
    claims = quotes([first, pool], query)
    assert len(claims) == 2 and said_of(claims, [first, pool], query) == ""


@pytest.mark.parametrize(
    "question",
    [
        "Quel est le dernier bilan de l’accident de Vernay ?",
        "D’après l’article le plus récent, combien de blessés l’accident de Vernay a-t-il faits ?",
        "How many were injured in Vernay, to date?",
    ],
)
def test_who_asks_for_the_newest_gets_no_other(question):
    """Whether or not their figures can be compared; what is not known to be earlier stays."""
    undated = passage("", "L’accident de Vernay a fait 15 blessés.", "15 blessés", 3.0)
    words = passage("2024-06", "Tous les blessés de Vernay sont sortis de l’hôpital.", "Tous les blessés", 2.5)
    query = replace(ASKED, text=question)
    assert order(newest_first([FIRST, SECOND, undated, words], query)) == ["Tous les blessés", "15 blessés"]
    assert order(newest_first([SECOND, FIRST], query)) == ["17 blessés"]


def test_a_later_line_just_under_the_threshold_counts_where_it_speaks_alike():
    """A denial of the earlier date hardly looks like an answer; two words that both sentences have show that it is."""
    query = Query("Quand roulera le tram ?", "fr")
    first = passage("2023-11", "La mise en service du tram est prévue en décembre 2026.", "décembre 2026", 2.2)
    later = passage(
        "2024-06",
        "Le tram tarde. Il ne sera pas mis en service, pas de mise avant septembre 2027.",
        "septembre 2027",
        -0.9,
    )
    found = newest_first([first, later], query)
    assert order(found) == ["septembre 2027", "décembre 2026"] and found[0].score == first.score
    other = passage("2024-06", "La gare ne fermera pas avant septembre 2027.", "septembre 2027", -0.9)
    assert newest_first([first, other], query) == [first, other]
    assert newest_first([first, replace(later, score=-1.1)], query) == [first, replace(later, score=-1.1)]


def test_how_many_answers_there_are_and_which_is_the_latest_is_said():
    """No date where one is missing or two are the same; nothing where they agree."""
    claims = quotes(newest_first([FIRST, SECOND, REPORT], ASKED), ASKED)
    assert len(claims) == 3
    assert said_of(claims, [FIRST, SECOND, REPORT], ASKED) == (
        "Vos articles donnent 3 réponses différentes ; la plus récente : mai 2024."
    )
    again = passage("2024-03-12", "L’accident de Vernay a fait 15 blessés.", "15 blessés", 3.9)
    claims = quotes([FIRST, again], ASKED)
    assert said_of(claims, [FIRST, again], ASKED) == "Vos articles donnent 2 réponses différentes."
    assert said_of(claims[:1], [FIRST, again], ASKED) == ""


def test_a_date_is_later_only_where_that_is_certain():
    """As precise as the less precise one."""
    assert is_later("2024-05", "2024-04-30") and is_later("2025", "2024-12-31")
    assert not is_later("2024", "2024-03-01") and not is_later("", "2024") and not is_later("2024-03", "2024-03-01")


def test_the_model_answers_with_the_latest_and_the_earlier_line_stands_beside_it(tmp_path):
    """And the message says which is which."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    texts = {
        "2024-03-12_a.txt": "L’accident de Vernay a fait 14 blessés lundi.",
        "2024-05-02_b.txt": "L’accident de Vernay a fait 16 blessés, dit le rapport.",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(tmp_path / "lib", BagEmbedder(), [folder])

    def ask(reply):
        return Answerer(tmp_path / "lib", BagEmbedder(), OverlapReader(), ScriptedLlm(reply)).ask(ASKED.text)

    answer = ask("L’accident de Vernay a fait 16 blessés.")
    assert answer.status == "grounded" and answer.claims[0].text == "L’accident de Vernay a fait 16 blessés."
    assert "14 blessés" in answer.claims[1].text
    assert answer.message == "Vos articles donnent 2 réponses différentes ; la plus récente : 2 mai 2024."


def test_a_sentence_that_gives_the_earlier_figure_is_refused():
    """Though a line carries it."""
    found = newest_first([FIRST, SECOND], ASKED)
    lines = [each.sentences[0] for each in found]
    for said, verdict in (
        ("L’accident a fait 17 blessés.", "supported"),
        ("L’accident a fait 14 blessés.", "unsupported"),
    ):
        (checked,) = check_draft(said, ASKED, lines, found, lambda a, b: 0.9)
        assert checked.claim.verdict == verdict
