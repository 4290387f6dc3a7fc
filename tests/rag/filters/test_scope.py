"""A Filter put to the articles of a library: which they are, and when nothing is narrowed."""

from datetime import date

import pytest

from index.types import Article
from rag.filters.application import everywhere_of, scope_of, within
from rag.filters.detection import Known
from rag.types import Filter

ARTICLES = [
    Article(name, name, day, "fr", (name,), "", "", source)
    for name, day, source in (
        ("day", "2024-03-12", "AFP"),
        ("month", "2024-03", "Reuters"),
        ("year", "2024", "AFP"),
        ("later", "2024-04-01", ""),
        ("none", "", "Reuters"),
    )
]
KNOWN = Known.of(ARTICLES, date(2026, 11, 22))


@pytest.mark.parametrize(
    ("first", "last", "sources", "expected"),
    [
        ("2024-03-01", "2024-03-31", (), {"day", "month", "year"}),
        ("2024-03-13", "2024-03-31", (), {"month", "year"}),
        ("2024-04-01", "", (), {"year", "later"}),
        ("", "2024-03-11", (), {"month", "year"}),
        ("", "", ("AFP",), {"day", "year"}),
        ("2024-03-01", "2024-03-31", ("Reuters",), {"month"}),
        ("2019-01-01", "2019-12-31", (), set()),
    ],
)
def test_an_article_is_let_through_when_its_date_may_be_of_those_days(first, last, sources, expected):
    """One of which only the month is known may be of any day of it; one without a date or source is left out."""
    assert within(Filter("", first, last, sources), ARTICLES) == expected


def test_an_explicit_scope_holds_and_is_counted():
    """How many articles there are, and of how many that cannot be said."""
    scope = scope_of("Dans les articles de mars 2024, qui gagne ?", "fr", KNOWN, ARTICLES)
    assert scope.ids == {"day", "month", "year"} and scope.implied is None and scope.question == "Qui gagne ?"
    assert (scope.filter.n_articles, scope.filter.n_unknown, scope.filter.is_applied) == (3, 1, True)
    assert scope_of("Dans les articles de 2019, qui gagne ?", "fr", KNOWN, ARTICLES).is_empty


def test_everywhere_lifts_it_and_still_leaves_the_words_out():
    """The words are about articles: no article says them."""
    scope = scope_of("Dans les articles de mars 2024, qui gagne ?", "fr", KNOWN, ARTICLES, everywhere=True)
    assert scope.ids is None and scope.question == "Qui gagne ?" and not scope.filter.is_applied
    open_scope = scope_of("Qui gagne en mars 2024 ?", "fr", KNOWN, ARTICLES, everywhere=True)
    assert open_scope.filter is None and open_scope.implied is None


def test_where_no_article_has_a_date_nothing_can_be_narrowed():
    """All articles are asked; the filter says that it was not applied."""
    undated = [ARTICLES[4]]
    scope = scope_of("Dans les articles de mars 2024, qui ?", "fr", Known.of(undated, date(2026, 11, 22)), undated)
    assert scope.ids is None and scope.filter and not scope.filter.is_applied


def test_words_that_leave_nothing_out_imply_nothing():
    """A month that all articles may be of is no filter."""
    question = "Qui gagne en mars 2024 ?"
    assert scope_of(question, "fr", KNOWN, ARTICLES).implied.ids == {"day", "month", "year"}
    assert scope_of(question, "fr", KNOWN, ARTICLES[:3]).implied is None
    assert scope_of("Qui gagne ?", "fr", KNOWN, ARTICLES).implied is None


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Qui a gagné ? (dans tous les articles)", "Qui a gagné ?"),
        ("Qui a gagné dans tous mes articles ?", "Qui a gagné"),
        ("Who won? (in all articles)", "Who won?"),
        ("¿Quién ganó? (en todos los artículos)", "¿Quién ganó?"),
        ("Wer hat gewonnen? (in allen Artikeln)", "Wer hat gewonnen?"),
        ("Chi ha vinto? (in tutti gli articoli)", "Chi ha vinto?"),
        ("Quem venceu? (em todos os artigos)", "Quem venceu?"),
        ("Qui a gagné ?", None),
        ("Et dans tous les articles ?", None),
        ("Combien de fautes dans tous les articles de mars ?", None),
    ],
)
def test_the_words_that_lift_every_filter_stand_at_the_end(typed, asked):
    """They are what the page types for its button, and are left out of what is asked."""
    assert everywhere_of(typed) == ((asked, True) if asked else (typed, False))
