"""What a question can be asked for: whole dates, amounts, names, reasons and phrases, from sentences only."""

import pytest

from rag.evaluation.answer_spans import askable

FR = (
    "Société\n\nVERNAY, 12 mars 2024 (AGL) — Le pont de Vernay, fermé depuis le 3 février 2021, rouvrira en 2025 parce que le "
    "bac ne suffisait plus aux maraîchers. Les travaux ont coûté 3,2 millions d’euros et Claire Vidal s’en réjouit.\n"
)


def found(text, language, kind):
    return [text[each.start : each.end] for each in askable(text, language) if each.kind == kind]


def test_each_kind_is_found_whole():
    """The date with its year, the number with its unit, the full name, the reason up to the stop."""
    assert found(FR, "fr", "date") == ["3 février 2021", "2025"]
    assert found(FR, "fr", "number") == ["3,2 millions d’euros"]
    assert "Claire Vidal" in found(FR, "fr", "name")
    assert found(FR, "fr", "reason") == ["parce que le bac ne suffisait plus aux maraîchers"]


@pytest.mark.parametrize(
    ("language", "text", "kind", "answer"),
    [
        ("en", "The town hall paid 940 million euros for the new harbour.", "number", "940 million euros"),
        ("en", "The work began on March 3, 2021 near the old harbour wall.", "date", "March 3, 2021"),
        ("es", "El puente se cerró porque la barca ya no bastaba a nadie.", "reason", "porque la barca ya no bastaba a nadie"),
        ("de", "Die Brücke kostete die Stadt am Ende 3,2 Millionen Euro im Jahr.", "number", "3,2 Millionen Euro"),
        ("it", "Il ponte fu chiuso perché il traghetto non bastava più.", "reason", "perché il traghetto non bastava più"),
        ("pt", "A ponte custou 3,2 milhões de euros à cidade inteira.", "number", "3,2 milhões de euros"),
        ("fr", "Le vent, qui soufflait à 90 km/h lundi, a faibli.", "number", "90 km/h"),
    ],
)  # fmt: skip
def test_six_languages(language, text, kind, answer):
    """Each has rules of its own."""
    assert answer in found(text, language, kind)


def test_headlines_datelines_and_half_phrases_are_not_asked_for():
    """Nothing of a headline, of "VERNAY (AGL) —", no bare small figure, no phrase that a verb or preposition ends."""
    text = (
        "Le maire Paul Renaud démissionne\n" + FR + "Les syndicats de cheminots jugent 3 ou 4 des projets de la région."
    )
    told = {text[each.start : each.end] for each in askable(text, "fr")}
    assert not {"Paul Renaud", "VERNAY", "12 mars 2024", "3", "4"} & told
    assert not [each for each in told if each.endswith((" jugent", " de", " la", "ont"))]


def test_a_unit_is_a_noun():
    """ "24 et" is 24; "24 wagons" keeps its unit."""
    assert found("Il y avait ce jour-là 240 et puis 310 wagons sur la voie.", "fr", "number") == ["240", "310 wagons"]


def test_other_languages_have_numbers_and_names():
    """No rules for phrases, no failure."""
    assert "1 200" in " ".join(
        found("De brug van Peter Jansen kostte in totaal 1 200 gulden per jaar.", "nl", "number")
    )
    assert askable("", "nl") == []
