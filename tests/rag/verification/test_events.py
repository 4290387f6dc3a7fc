"""What a question takes for granted must stand in the lines."""

import pytest

from rag.verification.presuppositions import not_said

FELL = "Une travée du pont s’est affaissée le 11 mars, faisant 14 blessés."


@pytest.mark.parametrize(
    ("claim", "text", "language", "source"),
    [
        ("Le pont a brûlé le 11 mars.", FELL, "fr", "fr"),
        ("The bridge burned down on 11 March.", FELL, "en", "fr"),
        (
            "Delvaux a démissionné après un différend.",
            "Delvaux n’a pas démissionné. Un différend l’oppose à elle.",
            "fr",
            "fr",
        ),
        ("Lindqvist dimitió en julio.", "Lindqvist has not resigned, the company said in July.", "es", "en"),
        ("14 passagers sont morts.", FELL, "fr", "fr"),
    ],
)
def test_what_did_not_happen_is_not_affirmed(claim, text, language, source):
    """Another thing happened, or the lines deny it; in another language too."""
    assert not_said(claim, text, language, source)


@pytest.mark.parametrize(
    ("claim", "text", "language", "source"),
    [
        ("Le pont s’est effondré le 11 mars.", FELL, "fr", "fr"),
        ("The bridge collapsed on 11 March.", FELL, "en", "fr"),
        ("Delvaux n’a pas démissionné.", "Delvaux n’a pas démissionné.", "fr", "fr"),
        ("Le minister quitte son poste.", "Le ministre a démissionné lundi, mais n’a rien dit.", "fr", "fr"),
        ("La maire a annoncé la réouverture.", "La maire l’a dit.", "fr", "fr"),
    ],
)
def test_what_happened_may_be_said_in_other_words(claim, text, language, source):
    """One of the words for it is enough, and a "not" in another clause is no denial."""
    assert not not_said(claim, text, language, source)
