"""Yes or no, only when a sentence proves it."""

import pytest

from rag.query.asked_year import without_asked_year
from rag.query.query import Query
from rag.verification.yes_no import polarity, word_of

PROVED = [
    (
        "fr",
        "yes",
        "Les travaux du pont ont-ils coûté 3,2 millions d’euros ?",
        "Les travaux du pont ont coûté 3,2 millions d’euros.",
    ),
    ("fr", "no", "Le pont a-t-il coûté 5 millions d’euros ?", "Les travaux du pont ont coûté 3,2 millions d’euros."),
    (
        "fr",
        "yes",
        "Les travaux ont-ils coûté plus de 3 millions d’euros ?",
        "Les travaux ont coûté 3,2 millions d’euros.",
    ),
    (
        "fr",
        "no",
        "Les travaux ont-ils coûté moins de 3 millions d’euros ?",
        "Les travaux ont coûté 3,2 millions d’euros.",
    ),
    ("fr", "yes", "Le pont rouvrira-t-il lundi ?", "Le pont de Vernay rouvrira lundi matin."),
    (
        "fr",
        "no",
        "Le ministre a-t-il démissionné ?",
        'Le ministre, donné partant, "n\'a pas démissionné", dit sa directrice.',
    ),
    ("fr", "no", "Le pont a-t-il été construit en 1975 ?", "Le pont, construit en 1967, est emprunté chaque jour."),
    (
        "fr",
        "no",
        "14 personnes ont-elles été blessées ?",
        "Elle a revu le bilan : 17 personnes ont été blessées, et non 14.",
    ),
    (
        "fr",
        "yes",
        "La Chine a-t-elle condamné les sanctions ?",
        "La Chine a condamné les sanctions, mais n’a pas répondu.",
    ),
    ("en", "no", "Did Markus Lindqvist resign?", "Chief executive Markus Lindqvist has not resigned."),
    (
        "en",
        "yes",
        "Did sales fall in the first half of 2024?",
        "Sales fell to 940 million euros in the first half of 2024.",
    ),
    (
        "en",
        "no",
        "Did sales rise in the first half of 2024?",
        "Sales fell to 940 million euros in the first half of 2024.",
    ),
    ("es", "no", "¿Ha dimitido el ministro?", "El ministro no ha dimitido."),
    ("de", "no", "Ist der Minister zurückgetreten?", "Der Minister ist nicht zurückgetreten."),
    ("en", "no", "Did Markus Lindqvist resign?", "Markus Lindqvist has not resigned, and will present a plan."),
]

NOT_PROVED = [
    ("fr", "Le pont a-t-il rouvert ?", "Le pont de Vernay rouvrira lundi matin."),
    ("fr", "Tous les passagers sont-ils blessés ?", "Les passagers sont blessés."),
    ("fr", "Le pont n’a-t-il pas rouvert ?", "Le pont a rouvert."),
    ("fr", "Le pont a-t-il perdu 5 stations en 2021 ?", "Le pont a perdu 5 stations en 2023."),
    ("en", "Is the library open on Mondays?", "The library is open six days a week and closed on Mondays."),
    ("en", "Did Margaret Pine ask for £400,000?", "Margaret Pym, the mayor, has asked for £400,000."),
    ("en", "Did the tram hit the bus?", "The bus hit the tram."),
    ("en", "Has a Croatian company bought the ferry?", "A Croatian company has offered to buy the ferry."),
]


@pytest.mark.parametrize(("language", "value", "question", "sentence"), PROVED)
def test_a_line_that_proves_it(language, value, question, sentence):
    """By its words, its numbers, its "not" or an opposite."""
    assert polarity(question, sentence, sentence, language) == value


@pytest.mark.parametrize(("language", "question", "sentence"), NOT_PROVED)
def test_a_line_that_only_seems_to(language, question, sentence):
    """Planned, asked for, of some, of another, in another order: no word rather than a wrong one."""
    assert polarity(question, sentence, sentence, language) == ""


@pytest.mark.parametrize(
    ("language", "reply", "word", "rest"),
    [
        ("fr", "Oui, le pont a rouvert.", "yes", "Le pont a rouvert."),
        ("fr", "Non. Il est fermé.", "no", "Il est fermé."),
        ("es", "Sí, ha dimitido.", "yes", "Ha dimitido."),
        ("en", "No passenger was hurt.", "", "No passenger was hurt."),
        ("fr", "Le pont a rouvert.", "", "Le pont a rouvert."),
        ("en", "Yes", "yes", ""),
    ],
)
def test_the_word_a_reply_begins_with(language, reply, word, rest):
    """Told from a sentence that happens to begin so by the comma or stop behind it."""
    assert word_of(reply, language) == (word, rest)


def test_the_year_of_what_happens_once_is_what_is_asked():
    """An article with another year answers it; what happens each year needs its own."""
    assert "1975" not in without_asked_year(Query.of("Le pont a-t-il été construit en 1975 ?", "fr"))
    assert "2021" in without_asked_year(Query.of("Le glacier a-t-il reculé en 2021 ?", "fr"))
    assert "1975" in without_asked_year(Query.of("Qui a construit le pont en 1975 ?", "fr"))


def test_a_name_may_stand_in_the_sentence_before_but_not_in_the_one_after():
    """ "The minister" is who was just named; somebody named later is somebody else."""
    line = "Le ministre des Transports n’a pas démissionné, a dit Sandrine Albouy."
    question = "Antoine Delvaux a-t-il démissionné ?"
    assert polarity(question, line, f"Antoine Delvaux reste à son poste. {line}", "fr") == "no"
    assert polarity(question, line, f"{line} Antoine Delvaux était en voyage.", "fr") == ""
