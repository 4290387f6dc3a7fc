"""Lines shown as they are, with their article's name."""

from dataclasses import replace

import pytest

from index.documents.encoding import split_lines
from index.text.chunking import chunks
from index.types import Article, Hit
from rag.evidence import cut
from rag.query.query import Query
from rag.verification.quotation import differing, disagree, quote, quotes


def passage(id, text, answer, score=3.0, language="fr"):
    a = Article(id, "Titre", "2024", language, split_lines(text), "0" * 64, f"/{id}")
    chunk = next(c for c in chunks(a) if answer in c.text)
    at = chunk.text.index(answer)
    return cut(Hit(chunk, 1.0, 0.5, 1.0), a, (at, at + len(answer)), score)


def test_the_quote_is_exactly_the_cited_characters_and_whole():
    """The speaker at its end is part of it."""
    text = (
        "Le pont de Vernay, fermé depuis le mois de mars à cause de la corrosion, rouvrira lundi matin à six heures, a "
        "annoncé la maire devant une foule de curieux venus assister à la levée des barrières."
    )
    (claim,) = quotes([passage("a.txt", text, "lundi matin")], Query("Quand rouvre le pont ?", "fr"))
    assert (claim.origin, claim.text, claim.citations[0].quote) == ("quote", text, text)
    assert claim.introduced("fr") == f"a.txt (1) : « {text} »"


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("", ", sous réserve de l’accord du préfet"),
        ("", ", à moins que la crue ne revienne d’ici là"),
        ("", ", tonne le chef de l’opposition"),
        ("", ", glisse-t-elle"),
        ("", ", avec le feu vert des experts pour seule condition"),
        ("En 1987, ", ""),
        ("Au conseil, rien ne prouve que ", ""),
        ("Dans le roman de Paul Renaud, ", ""),
    ],
)
def test_a_long_sentence_is_quoted_whole(before, behind):
    """Whatever may stand at an end of it, and however far away."""
    streets = ", ".join(f"rue {n}" for n in range(40))
    for text in (
        f"{before}{streets}, le pont rouvre lundi matin{behind}.",
        f"{before}le pont rouvre lundi matin, {streets}{behind}.",
    ):
        (claim,) = quotes([passage("a.txt", text, "lundi matin")], Query("Quand rouvre le pont ?", "fr"))
        assert claim.text == claim.citations[0].quote == text


def test_another_article_with_another_number_is_quoted_too():
    """Though it is a less sure answer, or in another language; the same number or another unit is none."""
    best = passage("a.txt", "L’accident a fait 17 blessés.", "17 blessés")
    other = passage("b.txt", "L’accident a fait 16 blessés.", "16 blessés", 0.1)
    claims = quotes([best, other], Query("Combien de blessés ?", "fr"))
    assert [c.citations[0].span.article_id for c in claims] == ["a.txt", "b.txt"]
    for text, answer, score, language in (
        ("L’accident a fait 17 blessés.", "17 blessés", 0.1, "fr"),
        ("L’accident a duré 16 heures.", "16 heures", 0.1, "fr"),
        ("L’accident a fait 16 blessés.", "16 blessés", -0.1, "fr"),
        ("The accident left 17 injured.", "17 injured", 0.1, "en"),
    ):
        assert not differing(
            quotes([best], Query("", "fr")), [best, passage("b.txt", text, answer, score, language)], Query("", "fr")
        )


def test_another_month_another_language_and_people_counted_otherwise_disagree_too():
    """The unit is what matters: people may be called people."""
    best = passage("a.txt", "L’accident a fait 17 blessés.", "17 blessés")
    query = Query("Combien de blessés ?", "fr")
    for text, answer, language in (
        ("The accident left 16 injured.", "16 injured", "en"),
        ("En tout 16 personnes ont été blessées.", "16 personnes", "fr"),
    ):
        assert disagree(best, passage("b.txt", text, answer, 0.1, language), query)
    assert not disagree(best, passage("b.txt", "L’accident a fait 16 morts.", "16 morts"), query)
    month = passage("a.txt", "Le tram roulera en mai 2026.", "mai 2026")
    later = passage("b.txt", "Le tram roulera en juin 2026.", "juin 2026")
    when = Query("Quand roulera le tram ?", "fr")
    assert disagree(month, later, when) and not disagree(month, month, when)


@pytest.mark.parametrize(
    ("question", "one", "other", "expected"),
    [
        ("Combien de morts ?", "La crue a fait sept morts et six disparus.", "Le bilan est de neuf morts.", True),
        ("Combien de morts ?", "La crue a fait neuf morts et six disparus.", "Le bilan est de neuf morts.", False),
        ("Combien de disparus ?", "La crue a fait sept morts et six disparus.", "Le bilan est de 8 morts.", False),
        ("Combien de vaches ?", "La ferme a perdu douze vaches.", "La ferme a perdu 15 vaches.", True),
        ("Combien de vaches ?", "La ferme a perdu douze vaches.", "La ferme a perdu 15 poules.", False),
        ("How many cows?", "The farm lost twelve cows and two barns.", "Fifteen cows died, and two barns burnt.", True),
        (
            "How many barns?",
            "The farm lost twelve cows and two barns.",
            "Fifteen cows died, and two barns burnt.",
            False,
        ),
        ("Qui a pleuré ?", "PARIS, 2 mai 2024 — Le maire a pleuré.", "PARIS, 3 mai 2024 — La reine a pleuré.", False),
        ("Combien de bilans ?", "C’est un nouveau bilan.", "Ce serait un autre bilan.", False),
    ],
)
def test_figures_are_compared_for_what_the_question_counts(question, one, other, expected):
    """Also where a line counts several things, or one that is in no table of units."""
    language = "en" if question.startswith("How") else "fr"
    a, b = (passage(f"{n}.txt", each, each.rstrip("."), 1.0, language) for n, each in enumerate((one, other)))
    assert disagree(a, b, Query(question, language)) is expected


def test_another_year_is_no_disagreement_unless_it_is_the_year_of_the_same_thing():
    """A year may be of anything; the sentence must speak of what is asked."""
    best = passage("a.txt", "Le pont fut inspecté en 2019.", "2019")
    same = passage("b.txt", "Le pont fut inspecté en 2016.", "2016", 0.1)
    other = passage("c.txt", "La route fut élargie en 2011.", "2011", 0.1)
    question = "Quand le pont a-t-il été inspecté ?"
    (claim,) = differing(quotes([best], Query(question, "fr")), [best, other, same], Query(question, "fr"))
    assert claim.citations[0].span.article_id == "b.txt"


def test_a_list_is_quoted_with_the_items_beside_it():
    """All lines of a bulleted list, not the text round it."""
    text = "Trois suspects :\n- un couvreur\n- un brocanteur\n- un agent\nVoilà."
    (claim,) = quotes([passage("a.txt", text, "brocanteur")], Query("Quels sont les suspects ?", "fr", "list"))
    assert claim.citations[0].quote == "- un couvreur\n- un brocanteur\n- un agent"


@pytest.mark.parametrize("heading", ["## Trois suspects", "Voici les suspects :"])
def test_the_heading_of_a_list_is_quoted_with_its_items(heading):
    """A heading alone answers nothing."""
    text = f"Avant.\n{heading}\n- un couvreur\n- un brocanteur\nVoilà."
    (claim,) = quotes([passage("a.txt", text, "suspects")], Query("Quels sont les suspects ?", "fr", "list"))
    assert claim.citations[0].quote == f"{heading}\n- un couvreur\n- un brocanteur"


def test_what_was_said_is_quoted_with_who_said_it():
    """The name may stand in the sentence before."""
    text = "La maire, Claire Vidal, est venue. « C’est une bonne nouvelle », a-t-elle dit."
    (claim,) = quotes([passage("a.txt", text, "une bonne nouvelle")], Query("Qu’a dit la maire du pont ?", "fr"))
    assert "Claire Vidal" in claim.citations[0].quote and "bonne nouvelle" in claim.citations[0].quote


def test_a_quote_that_answers_yes_or_no_keeps_its_not():
    """Cut only where neither a negation nor a doubt is lost."""
    text = (
        "Le ministre n’a pas, contrairement à ce que plusieurs journaux du matin et quelques sites avaient cru pouvoir "
        "écrire dès mercredi soir sur la foi d’une source anonyme, remis sa démission au président."
    )
    (claim,) = quotes([passage("a.txt", text, "remis sa démission")], Query("A-t-il démissionné ?", "fr", "yes_no"))
    assert "n’a pas" in claim.text


def test_a_list_is_quoted_from_each_place_the_reader_points_at():
    """In the order of the reader, once each; a question for a fact is answered from the best place alone."""
    text = "Le maire a invité Paul Vidal.\nLa salle était pleine.\nLa préfète a invité Anne Roux et Jean Petit."
    one = passage("a.txt", text, "Paul Vidal")
    further = [(text.index(each), text.index(each) + len(each)) for each in ("Anne Roux", "Jean Petit")]
    several = replace(one, further=tuple(further))
    listed = quotes([several], Query("Quelles personnes ont été invitées ?", "fr", "list"))
    assert [claim.citations[0].span.first for claim in listed] == [1, 3]
    assert [claim.citations[0].span.first for claim in quotes([several], Query("Qui a été invité ?", "fr"))] == [1]
    assert [s.text for s in several.listing()] == [text.split("\n")[0], text.split("\n")[2]]


@pytest.mark.parametrize(
    ("text", "quoted", "language"),
    [
        ("Elle noie son mari. Or elle n’a pas existé.", "Elle noie son mari. Or elle n’a pas existé.", "fr"),
        ("Nine batches are recalled. Nor is the cheddar.", "Nine batches are recalled. Nor is the cheddar.", "en"),
        ("Elle noie son mari. Organisée hier, la fête fut belle.", "Elle noie son mari.", "fr"),
        ("Elle noie son mari.\n\nMais la fête fut belle.", "Elle noie son mari.", "fr"),
    ],
)
def test_what_the_next_sentence_takes_back_is_quoted_with_it(text, quoted, language):
    """Within a paragraph."""
    found = quote(passage("a.txt", text, text.split()[1], language=language), Query("Pourquoi ?", language))
    assert found.text == quoted
