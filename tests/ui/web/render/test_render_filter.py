"""The line that says which articles an answer is from, and the button that asks all of them."""

import pytest

from rag.filters.application import everywhere_of
from rag.types import Answer, Filter
from ui.formats.plain import answer_text
from ui.web.render.answer import answer_html
from ui.web.render.filter import filter_html, without_filter

MARCH = Filter(
    "Dans les articles de mars", "2024-03-01", "2024-03-31", (), True, question="Qui gagne ?", n_articles=3, is_applied=True
)  # fmt: skip
TRIED = Filter("hier", "2026-11-21", "2026-11-22", question="Qui gagne ?")


def answer(found, language="fr"):
    return Answer("Dans les articles de mars, qui gagne ?", language, filter=found)


def test_without_a_filter_there_is_no_line():
    """Neither on the page nor in the terminal."""
    assert filter_html(answer(None), "fr") == ""
    assert "cl-filter" not in answer_html(answer(None), {}, "fr")
    assert "(" not in answer_text(answer(None))


@pytest.mark.parametrize(
    ("lang", "month", "button"),
    [("fr", "mars 2024 (3)", "chercher partout"), ("en", "March 2024 (3)", "search everywhere")],
)
def test_the_line_says_which_articles_and_lifts_the_filter(lang, month, button):
    """In the language of the page; the button's question is understood as one to all articles."""
    html = answer_html(answer(MARCH), {}, lang)
    assert month in html and f">{button}</button>" in html
    assert 'data-question="Qui gagne ? (dans tous les articles)"' in html
    assert everywhere_of(without_filter(answer(MARCH))) == ("Qui gagne ?", True)


@pytest.mark.parametrize("language", ["fr", "en", "es", "de", "it", "pt", "ru"])
def test_the_buttons_words_lift_the_filter_in_every_language(language):
    """In the language of the question, English for one that has no words of its own."""
    assert everywhere_of(without_filter(answer(MARCH, language)))[1]


def test_a_filter_that_was_only_tried_has_no_button():
    """There is nothing to lift; what was tried is said."""
    html = filter_html(answer(TRIED), "fr")
    assert "21–22 nov. 2026" in html and "<button" not in html


def test_nothing_typed_becomes_markup():
    """Words of the question and names of sources are text."""
    evil = Filter(
        "<b>", sources=('"><script>',), question='"><script>alert(1)</script> ?', is_explicit=True, is_applied=True
    )
    for each in (evil, Filter("<b onload=x>", "2024-03-01", is_explicit=True, question="a b")):
        html = filter_html(answer(each), "fr")
        assert "<script" not in html and "<b" not in html.replace("<button", "")


def test_the_terminal_says_it_in_one_line():
    """Before the answer, in the question's language."""
    assert answer_text(answer(MARCH)).splitlines()[0] == "(Articles retenus : mars 2024 (3))"
    assert answer_text(answer(MARCH, "de")).splitlines()[0] == "(Durchsuchte Artikel: März 2024 (3))"
