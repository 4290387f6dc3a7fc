"""Words of a question that narrow the articles: explicit ones, those that may, and those that must not."""

from datetime import date

import pytest

from rag.filters.dates import Calendar
from rag.filters.detection import Known, find
from rag.filters.publishers import source_keys
from rag.filters.wording import ALL_ARTICLES, line, nothing, scope
from rag.query.intent import recognise
from rag.types import Filter

PAPERS = ("AFP", "Le Monde", "The Guardian", "Reuters", "Lakes Wire", "lefigaro.fr", "Nature")
KNOWN = Known(
    Calendar(date(2026, 11, 22), frozenset({"2024-03-12", "2023-11"})),
    {key: name for name in PAPERS for key in source_keys(name)},
)


def found(question, language):
    """(is it explicit, first day, last day, sources, what is asked of the articles), None when nothing narrows."""
    each = find(question, language, KNOWN)
    return each and (each.is_explicit, each.first, each.last, each.sources, each.question)


MARCH, LAST_WEEK = ("2024-03-01", "2024-03-31"), ("2026-11-09", "2026-11-15")


@pytest.mark.parametrize(
    ("language", "question", "days", "sources", "asked"),
    [
        ("fr", "Dans les articles de mars, combien de blessés ?", MARCH, (), "Combien de blessés ?"),
        ("fr", "Combien de blessés dans les articles de mars 2024 ?", MARCH, (), "Combien de blessés ?"),
        ("fr", "Combien de blessés, d’après mes articles de mars ?", MARCH, (), "Combien de blessés ?"),
        ("fr", "Que disent les articles de mars sur le pont ?", MARCH, (), "Que disent les articles sur le pont ?"),
        ("fr", "Quels articles ai-je de la semaine dernière ?", LAST_WEEK, (), "Quels articles ai-je ?"),
        ("fr", "Résume les articles de la semaine dernière", LAST_WEEK, (), "Résume les articles"),
        ("fr", "Que s’est-il passé la semaine dernière ?", LAST_WEEK, (), "Quels articles ai-je ?"),
        (
            "fr",
            "Que disent les articles parus en 2023 ?",
            ("2023-01-01", "2023-12-31"),
            (),
            "Que disent les articles ?",
        ),
        ("fr", "Qui, dans l’article du 12 mars 2024, est cité ?", ("2024-03-12",) * 2, (), "Qui est cité ?"),
        ("fr", "Que disent les dépêches de l’AFP de mars 2024 ?", MARCH, ("AFP",), "Que disent les dépêches ?"),
        ("fr", "Que dit Le Monde sur le pont ?", ("", ""), ("Le Monde",), "Que disent les articles sur le pont ?"),
        ("en", "In articles from last week, who resigned?", LAST_WEEK, (), "Who resigned?"),
        ("en", "Who resigned, according to the articles from March 2024?", MARCH, (), "Who resigned?"),
        ("en", "What do last week's articles say about it?", LAST_WEEK, (), "What do the articles say about it?"),
        ("en", "What happened last week?", LAST_WEEK, (), "What articles do I have?"),
        ("en", "In Reuters articles, who resigned?", ("", ""), ("Reuters",), "Who resigned?"),
        ("en", "In articles published before June 2023, who won?", ("", "2023-05-31"), (), "Who won?"),
        ("en", "Per the Reuters dispatch of March 2024, who won?", MARCH, ("Reuters",), "Who won?"),
        ("en", "What did Reuters articles from March say?", MARCH, ("Reuters",), "What did the articles say?"),
        ("fr", "Qui est cité dans les papiers du Monde ?", ("", ""), ("Le Monde",), "Qui est cité ?"),
        ("es", "En los artículos de marzo de 2024, ¿quién ganó?", MARCH, (), "¿quién ganó?"),
        ("es", "¿Qué dicen los artículos de la semana pasada?", LAST_WEEK, (), "¿Qué dicen los artículos?"),
        ("de", "Was sagen die Artikel vom März 2024?", MARCH, (), "Was sagen die Artikel?"),
        ("de", "Wer trat laut den Artikeln von letzter Woche zurück?", LAST_WEEK, (), "Wer trat zurück?"),
        ("it", "Negli articoli di marzo 2024, chi ha vinto?", MARCH, (), "Chi ha vinto?"),
        ("it", "Cosa dicono gli articoli della settimana scorsa?", LAST_WEEK, (), "Cosa dicono gli articoli?"),
        ("pt", "Nos artigos de março de 2024, quem venceu?", MARCH, (), "Quem venceu?"),
        ("pt", "O que dizem os artigos da semana passada?", LAST_WEEK, (), "O que dizem os artigos?"),
    ],
)
def test_words_about_articles_are_explicit_and_left_out_of_what_is_asked(language, question, days, sources, asked):
    """A word for articles with a date or a source beside it; what remains is a question."""
    assert found(question, language) == (True, *days, sources, asked)


@pytest.mark.parametrize(
    ("language", "question", "days", "sources"),
    [
        ("fr", "Combien de blessés au pont en mars 2024 ?", MARCH, ()),
        ("fr", "Qu’a dit le maire hier ?", ("2026-11-21", "2026-11-22"), ()),
        ("fr", "Combien de blessés entre janvier et mars 2024 ?", ("2024-01-01", "2024-03-31"), ()),
        ("fr", "Selon l’AFP, combien de blessés ?", ("", ""), ("AFP",)),
        ("fr", "combien de blessés selon l'afp ?", ("", ""), ("AFP",)),
        ("fr", "D’après Le Figaro, combien de blessés ?", ("", ""), ("lefigaro.fr",)),
        ("fr", "Qui est cité dans Le Monde du 12 mars 2024 ?", ("2024-03-12", "2024-03-12"), ("Le Monde",)),
        ("en", "How many were hurt in March 2024?", MARCH, ()),
        ("en", "Who resigned last week?", LAST_WEEK, ()),
        ("en", "According to the Guardian, who resigned?", ("", ""), ("The Guardian",)),
        ("es", "Según Reuters, ¿quién dimitió?", ("", ""), ("Reuters",)),
        ("de", "Laut Reuters, wer trat zurück?", ("", ""), ("Reuters",)),
        ("it", "Secondo Reuters, chi si è dimesso?", ("", ""), ("Reuters",)),
        ("pt", "Segundo a Reuters, quem se demitiu?", ("", ""), ("Reuters",)),
    ],
)
def test_other_words_are_not_explicit(language, question, days, sources):
    """They may be about what happened: the caller decides by what answers."""
    assert found(question, language)[:4] == (False, *days, sources)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("fr", "Qui a gagné la finale en 2018 ?"),
        ("fr", "Quel roman paru en 1862 a fait scandale ?"),
        ("fr", "Que prévoit l’article 49 de la Constitution de 1958 ?"),
        ("fr", "Combien d’articles compte la loi de 1905 ?"),
        ("fr", "Combien de personnes vivent dans le monde ?"),
        ("fr", "Selon le maire, qui est responsable ?"),
        ("fr", "Selon Le Monde Diplomatique, qui est responsable ?"),
        ("fr", "Qui dirige Le Monde ?"),
        ("fr", "Que s’est-il passé le 12 mars 2024 ?"),
        ("fr", "Combien coûte aujourd’hui un billet ?"),
        ("fr", "Le chômage a-t-il baissé en mars 2024 ou en avril 2024 ?"),
        ("fr", "Qui a annoncé lundi la fermeture ?"),
        ("en", "Which Articles of Confederation were signed in 1777?"),
        ("en", "Who won the final in 2018?"),
        ("en", "May the court decide?"),
        ("en", "What lives in nature?"),
        ("en", "What do last month's figures say?"),
        ("en", "According to Reuters Institute figures, who reads?"),
        ("de", "Wer arbeitet hier?"),
        ("es", "¿Quién ganó en 2018?"),
        ("it", "Chi ha vinto nel 2018?"),
        ("pt", "Quem venceu em 2018?"),
    ],
)
def test_words_that_narrow_nothing(language, question):
    """Years and days of events, laws, capitals that are missing, other papers: the question stays as it is."""
    assert found(question, language) is None


def test_what_happened_in_a_month_of_an_event_is_a_question_of_its_own():
    """Only a date counted from today makes "what happened" a question which articles there are."""
    assert found("Que s’est-il passé en mars 2020 ?", "fr")[0] is False


def test_a_source_is_one_only_when_an_article_has_it():
    """Without articles of the AFP "selon l’AFP" is left to the text."""
    assert find("Selon l’AFP, combien de blessés ?", "fr", Known(KNOWN.calendar, {})) is None


def test_a_date_that_is_not_explicit_needs_dated_articles():
    """Where most articles have no date it would hide most of them."""
    few = Known(KNOWN.calendar, {}, dated=0.4)
    assert find("Combien de blessés au pont en mars 2024 ?", "fr", few) is None
    assert find("Dans les articles de mars 2024, combien de blessés ?", "fr", few).is_explicit


@pytest.mark.parametrize(
    ("name", "typed"),
    [("Le Monde", "le monde"), ("L’Équipe", "l'equipe"), ("www.lemonde.fr", "Le Monde"), ("BBC News", "BBC  news"),
     ("The Guardian", "Guardian"), ("theguardian.co.uk", "The Guardian"), ("AFP", "l’AFP")],
)  # fmt: skip
def test_a_source_is_known_without_accents_article_or_web_ending(name, typed):
    """The letters count, with and without the article."""
    assert source_keys(name) & source_keys(typed)


@pytest.mark.parametrize("language", ALL_ARTICLES)
def test_every_language_says_what_a_filter_did(language):
    """Applied, tried, lifted, and that nothing is there: each names the days, and none is the same as another."""
    each = Filter("en mars", "2024-03-01", "2024-03-31", ("AFP",), True, n_articles=3, n_unknown=2, is_applied=True)
    tried = Filter("hier", "2026-11-21", "2026-11-22")
    lifted = Filter("en mars", "2024-03-01", "2024-03-31", is_explicit=True)
    said = [
        line(each, language),
        line(tried, language),
        line(lifted, language),
        nothing(each, language),
        nothing(lifted, language),
    ]
    assert len(set(said)) == 5
    assert "AFP" in said[0] and "2024" in said[0] and "(3)" in said[0] and said[0].endswith(": 2")
    assert "2026" in said[1] and "en mars" in said[2] and "en mars" in said[4]


def test_days_are_written_as_one_writes_them():
    """Whole months and years by name, a week as a range, open ends in words."""
    assert scope(Filter("", "2024-03-01", "2024-03-31"), "fr") == "mars 2024"
    assert scope(Filter("", "2024-01-01", "2024-12-31"), "de") == "2024"
    assert scope(Filter("", "2022-01-01", "2023-12-31"), "en") == "2022–2023"
    assert scope(Filter("", "2026-11-09", "2026-11-15"), "fr") == "9–15 nov. 2026"
    assert scope(Filter("", "2024-03-12", "2024-03-12"), "en") == "March 12, 2024"
    assert scope(Filter("", "2024-03-01", ""), "fr") == "à partir du 1er mars 2024"
    assert scope(Filter("", "2024-03-01", "2024-03-01"), "fr") == "1er mars 2024"
    assert scope(Filter("", "", "2024-03-31", ("AFP",)), "en") == "AFP, until March 31, 2024"


def test_what_stands_for_the_news_is_a_question_about_the_articles():
    """ "What happened last week?" becomes one that `rag.query.intent` knows, in every language."""
    asked = {"fr": "Quoi de neuf hier ?", "en": "What's new this week?", "es": "¿Qué pasó ayer?",
             "de": "Was ist letzte Woche passiert?", "it": "Cosa è successo ieri?", "pt": "O que aconteceu ontem?"}  # fmt: skip
    for language, question in asked.items():
        assert recognise(find(question, language, KNOWN).question).kind == "contents"
