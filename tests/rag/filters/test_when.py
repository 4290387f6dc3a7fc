"""Dates in words, in six languages: the days they name, and words that only look like one."""

from datetime import date

import pytest

from index.text.normalize import fold
from rag.filters.dates import Calendar, when_at, whens

SUNDAY = Calendar(date(2026, 11, 22), frozenset({"2023-11", "2024-03-12", "2024-08", "2026-12-24"}))


def days(text, language, calendar=SUNDAY):
    """First and last day of a text that is one date, "" for an open end; None when it is not one."""
    found = when_at(fold(text), 0, language, calendar)
    if found is None or found.end != len(fold(text)):
        return None
    return tuple(day.isoformat() if day else "" for day in (found.first, found.last))


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        ("fr", "en mars 2024", "2024-03-01", "2024-03-31"),
        ("fr", "en février 2024", "2024-02-01", "2024-02-29"),
        ("fr", "au mois d’août 2024", "2024-08-01", "2024-08-31"),
        ("fr", "fin décembre 2023", "2023-12-01", "2023-12-31"),
        ("fr", "le 1er mars 2024", "2024-03-01", "2024-03-01"),
        ("fr", "du 3 au 9 juin 2024", "2024-06-03", "2024-06-09"),
        ("fr", "du 28 février au 2 mars 2024", "2024-02-28", "2024-03-02"),
        ("fr", "entre novembre et mars 2024", "2023-11-01", "2024-03-31"),
        ("fr", "de 2019 à 2021", "2019-01-01", "2021-12-31"),
        ("fr", "depuis 2020", "2020-01-01", ""),
        ("fr", "après mars 2024", "2024-04-01", ""),
        ("fr", "avant le 15 mai 2024", "", "2024-05-14"),
        ("fr", "jusqu’en juin 2024", "", "2024-06-30"),
        ("fr", "du 12/03/2024", "2024-03-12", "2024-03-12"),
        ("fr", "2024-03", "2024-03-01", "2024-03-31"),
        ("en", "in March 2024", "2024-03-01", "2024-03-31"),
        ("en", "on March 12, 2024", "2024-03-12", "2024-03-12"),
        ("en", "on the 12th of March 2024", "2024-03-12", "2024-03-12"),
        ("en", "between January and March 2024", "2024-01-01", "2024-03-31"),
        ("en", "from March to May 2024", "2024-03-01", "2024-05-31"),
        ("en", "before June 2023", "", "2023-05-31"),
        ("en", "since 2019", "2019-01-01", ""),
        ("es", "en marzo de 2024", "2024-03-01", "2024-03-31"),
        ("es", "antes de junio de 2023", "", "2023-05-31"),
        ("de", "im März 2024", "2024-03-01", "2024-03-31"),
        ("de", "am 3. Mai 2024", "2024-05-03", "2024-05-03"),
        ("de", "zwischen Januar und März 2024", "2024-01-01", "2024-03-31"),
        ("it", "nel 2023", "2023-01-01", "2023-12-31"),
        ("it", "a marzo 2024", "2024-03-01", "2024-03-31"),
        ("it", "prima di giugno 2023", "", "2023-05-31"),
        ("pt", "em março de 2024", "2024-03-01", "2024-03-31"),
        ("pt", "entre janeiro e março de 2024", "2024-01-01", "2024-03-31"),
    ],
)
def test_calendar_dates(language, text, first, last):
    """Days, months, years, from, to and between: the first and the last day that is meant."""
    assert days(text, language) == (first, last)


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        ("fr", "hier", "2026-11-21", "2026-11-21"),
        ("fr", "avant-hier", "2026-11-20", "2026-11-20"),
        ("fr", "la semaine dernière", "2026-11-09", "2026-11-15"),
        ("fr", "cette semaine", "2026-11-16", "2026-11-22"),
        ("fr", "le mois dernier", "2026-10-01", "2026-10-31"),
        ("fr", "l’année dernière", "2025-01-01", "2025-12-31"),
        ("fr", "depuis lundi", "2026-11-16", ""),
        ("fr", "dimanche dernier", "2026-11-15", "2026-11-15"),
        ("fr", "ces trois derniers jours", "2026-11-19", "2026-11-22"),
        ("en", "yesterday", "2026-11-21", "2026-11-21"),
        ("en", "last week", "2026-11-09", "2026-11-15"),
        ("en", "this month", "2026-11-01", "2026-11-30"),
        ("en", "last Friday", "2026-11-20", "2026-11-20"),
        ("en", "in the last two weeks", "2026-11-08", "2026-11-22"),
        ("en", "in the past 3 months", "2026-08-22", "2026-11-22"),
        ("es", "la semana pasada", "2026-11-09", "2026-11-15"),
        ("es", "ayer", "2026-11-21", "2026-11-21"),
        ("de", "letzte Woche", "2026-11-09", "2026-11-15"),
        ("de", "letzten Monat", "2026-10-01", "2026-10-31"),
        ("de", "seit Montag", "2026-11-16", ""),
        ("it", "la settimana scorsa", "2026-11-09", "2026-11-15"),
        ("it", "il mese scorso", "2026-10-01", "2026-10-31"),
        ("pt", "na semana passada", "2026-11-09", "2026-11-15"),
        ("pt", "no ano passado", "2025-01-01", "2025-12-31"),
    ],
)
def test_dates_counted_from_today(language, text, first, last):
    """Whole weeks from Monday, whole months and years; "the last two weeks" end today."""
    assert days(text, language) == (first, last)


def test_across_a_year_and_a_short_month():
    """In January last month is December; a month back from the 31st is the month's last day."""
    assert days("le mois dernier", "fr", Calendar(date(2026, 1, 31))) == ("2025-12-01", "2025-12-31")
    assert days("the past month", "en", Calendar(date(2026, 3, 31))) == ("2026-02-28", "2026-03-31")


def test_a_month_without_a_year_is_the_last_one_there_is_an_article_of():
    """Not one that is still to come; without an article, the last one that has been."""
    assert days("en mars", "fr") == ("2024-03-01", "2024-03-31")
    assert days("en décembre", "fr") == ("2025-12-01", "2025-12-31")
    assert days("in November", "en") == ("2023-11-01", "2023-11-30")
    assert days("entre janvier et mars", "fr") == ("2024-01-01", "2024-03-31")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wer arbeitet hier?"),
        ("fr", "Qui a vu lundi ?"),
        ("en", "May the court decide?"),
        ("en", "What did Mars look like?"),
        ("fr", "2019 euros"),
        ("fr", "Il a parcouru 2 019 km en mer"),
        ("en", "the last week of the campaign"),
        ("fr", "les dernières années du camp"),
        ("en", "unmarched"),
        ("fr", "de 1 500 à 2 000 personnes"),
        ("it", "Qual è la marca?"),
    ],
)
def test_what_is_no_date(language, text):
    """ "hier" is "here" in German, a weekday alone is that of what happened, a number with a unit is no year."""
    assert list(whens(fold(text), language, SUNDAY)) == []


def test_a_year_out_of_the_press_is_not_left_standing():
    """ "en septembre 1760" is no September of this century."""
    assert days("en septembre 1760", "fr") == ("1760-09-01", "1760-09-30")
