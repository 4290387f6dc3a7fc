"""Names of a question that no article has: who is asked for is nobody else."""

import pytest

from index.text.stemming import terms
from rag.language import nowhere, unmet

ARTICLE = ("Le maire de Corvassey, Paul Renaud, ouvre le musée de la Marine. L’Union européenne paie.", "fr")


def found(question, language="fr", is_spoken=True):
    known = {"corvassey", "paul", "renaud", "maire", "musée", "marine", "union"}
    return nowhere(question, lambda: [ARTICLE], language, lambda word: word.lower() in known, is_spoken)


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


NEWS = (
    "Le président Vladimir Poutine a reçu Volodymyr Zelensky à Kiev, selon l’ONU. La France et l’Union européenne saluent "
    "la Banque centrale européenne. Hélène Marchand est maire de Corvassey.",
    "fr",
)
REPORT = ("Vladimir Putin met Volodymyr Zelenskyy in Kyiv, the United Nations and the ECB said.", "en")
BERICHT = ("Die Brücke in Weimar wird gesperrt, sagt Bürgermeister Peter Kleine.", "de")


def lacking(question, language, *articles):
    codes = {code for _, code in articles}
    known = {term for text, _ in articles for code in codes for term in terms(text, code)}
    return nowhere(
        question,
        lambda: articles,
        language,
        lambda word: any(t in known for c in codes for t in terms(word, c)),
        language in codes,
    )


@pytest.mark.parametrize(
    ("question", "language", "article"),
    [
        ("Bonjour Claude, qui est la maire de Corvassey ?", "fr", NEWS),
        ("Qui est la maire de Corvassey ? Merci, Sophie Bernard", "fr", NEWS),
        ("Qui est la maire de Corvassey, Gaston ?", "fr", NEWS),
        ("Selon Le Figaro, qui est la maire de Corvassey ?", "fr", NEWS),
        ("According to the BBC, who did Putin meet?", "en", REPORT),
        ("Que disent les Nations Unies ?", "fr", NEWS),
        ("Que dit l’ONU ?", "fr", REPORT),
        ("What did the UN say?", "en", NEWS),
        ("What does the European Central Bank do?", "en", NEWS),
        ("Que fait la BCE ?", "fr", REPORT),
        ("Que fait Vladimir Putin ?", "fr", NEWS),
        ("Que fait Zelenskyy à Kyiv ?", "fr", NEWS),
        ("Was macht Selenskyj?", "de", NEWS),
        ("Combien de Français et d’Américains votent ?", "fr", NEWS),
        ("Que dit le Ministre de la Culture ?", "fr", NEWS),
        ("Qu’a décidé le Conseil d’État lundi ?", "fr", NEWS),
        ("What did the Fire Department do on Monday?", "en", REPORT),
        ("Wie teuer ist die Sperrung?", "de", BERICHT),
        ("QUI EST LA MAIRE DE CORVASSEY ?", "fr", NEWS),
        ("qui est la maire de corvassey ?", "fr", NEWS),
        ("Wer ist Bürgermeister von Weimar?", "de", BERICHT),
        ("", "fr", NEWS),
        ("?", "fr", NEWS),
        ("Bonjour", "fr", NEWS),
    ],
)
def test_nothing_is_said_to_be_missing_where_that_is_not_sure(question, language, article):
    """Who is spoken to or signs, sources, other spellings, short names, people by country, offices, institutions."""
    assert lacking(question, language, article) == []


@pytest.mark.parametrize(
    ("question", "language", "article", "name"),
    [
        ("Bonjour Claude, qui est le maire de Lyon ?", "fr", NEWS, "Lyon"),
        ("Selon Le Figaro, qui est le maire de Lyon ?", "fr", NEWS, "Lyon"),
        ("QUI EST LE MAIRE DE LYON ?", "fr", NEWS, "LYON"),
        ("qui est le maire de lyon ?", "fr", NEWS, "lyon"),
        ("Who is the Mayor of Lyon?", "en", REPORT, "Lyon"),
        ("Wer ist Bürgermeister von Lyon?", "de", BERICHT, "Lyon"),
        ("Was sagt Margaret Pym zur Brücke?", "de", BERICHT, "Margaret Pym"),
        ("Que se passe-t-il à Toulouse ?", "fr", REPORT, "Toulouse"),  # the preposition has an accent
        ("Qui préside la Bolivie ?", "fr", NEWS, "Bolivie"),
    ],
)
def test_a_name_that_is_surely_missing_is_said(question, language, article, name):
    """However it is typed, whoever is greeted."""
    assert lacking(question, language, article) == [name]


def test_no_text_is_put_together_for_names_that_are_known():
    """Long articles are joined only to look for another spelling."""
    assert nowhere("Que dit Paul Renaud à Vernay ?", pytest.fail, "fr", lambda word: True, True) == []
