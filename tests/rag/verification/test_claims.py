"""What a model's sentence needs to be shown, for each kind of question."""

import numpy as np
import pytest

from index.documents.encoding import split_lines
from index.text.chunking import chunks
from index.types import Article, Hit
from rag.evidence import cut, select
from rag.language import is_nothing
from rag.query.query import Query
from rag.verification.claims import check_draft, is_asked_back, support_claim
from rag.verification.meaning import LIKELY


class Verifier:
    """Says how likely anything is carried, and keeps what it was asked."""

    def __init__(self, carried):
        self.carried, self.asked = carried, []

    def verdicts(self, pairs):
        self.asked += pairs
        return np.array([[self.carried, 0.0, 1 - self.carried]] * len(pairs), dtype=np.float32)


def check(text, answer, question, draft, kind, language="fr", source="fr", cosine=0.9, checker=None):
    a = Article("a.txt", "Titre", "2024", source, split_lines(text), "0" * 64, "/a.txt")
    (chunk,) = chunks(a)
    at = chunk.text.index(answer)
    passage = cut(Hit(chunk, 1.0, 0.5, 1.0), a, (at, at + len(answer)), 3.0)
    evidence = select([passage], 300, lambda t: len(t.split()), kind).shown
    checked = check_draft(draft, Query(question, language, kind), evidence, [passage], lambda a, b: cosine, checker)
    return tuple(each.claim for each in checked)


OPEN = "Le pont de Vernay a rouvert le 3 juin."
ASKED = "Le pont de Vernay a-t-il rouvert ?"


def test_a_yes_that_is_proved_stays():
    """The model says it and the line proves it."""
    (claim,) = check(OPEN, "rouvert", ASKED, "Oui, le pont de Vernay a rouvert le 3 juin.", "yes_no")
    assert (claim.verdict, claim.text) == ("supported", "Oui, le pont de Vernay a rouvert le 3 juin.")


@pytest.mark.parametrize(
    ("text", "draft", "shown"),
    [
        (OPEN, "Non, le pont de Vernay a rouvert le 3 juin.", "Le pont de Vernay a rouvert le 3 juin."),
        (
            "Le pont de Vernay rouvrira le 3 juin.",
            "Oui, le pont de Vernay rouvrira le 3 juin.",
            "Le pont de Vernay rouvrira le 3 juin.",
        ),
    ],
)
def test_a_word_the_line_does_not_prove_is_taken_away(text, draft, shown):
    """The fact stays, without yes or no."""
    (claim,) = check(text, "3 juin", ASKED, draft, "yes_no")
    assert (claim.verdict, claim.text) == ("supported", shown)


def test_a_question_is_no_evidence_for_its_own_answer():
    """What only the question says is not in the lines."""
    (claim,) = check(
        "Le pont de Vernay est long de 200 mètres.", "200 mètres", "Le pont de Vernay a-t-il brûlé en juin ?",
        "Oui, le pont de Vernay a brûlé en juin.", "yes_no",
    )  # fmt: skip
    assert claim.verdict == "unsupported"


def test_across_languages_both_must_deny_it():
    """The claim answers the question, the line agrees with the claim and is close to it."""
    line, draft = "Markus Lindqvist has not resigned.", "Non, Markus Lindqvist n’a pas démissionné."
    asked = "Markus Lindqvist a-t-il démissionné ?"
    (claim,) = check(line, "resigned", asked, draft, "yes_no", source="en")
    assert claim.text == "Non, Markus Lindqvist n’a pas démissionné."
    (claim,) = check("Markus Lindqvist has resigned.", "resigned", asked, draft, "yes_no", source="en")
    assert not claim.text.startswith("Non") or claim.verdict == "unsupported"
    (claim,) = check(line, "resigned", asked, draft, "yes_no", source="en", cosine=0.7)
    assert claim.text == "Markus Lindqvist n’a pas démissionné."


CAUSES = "Le prix a grimpé en juin.\nEn cause : la hausse de l’acier.\nUne nécropole a été trouvée sous la place."


def test_a_list_may_take_its_items_from_several_lines_and_cites_each():
    """Every item stands in one of them."""
    question = "Quelles sont les causes du prix ?"
    (claim,) = check(
        CAUSES, "la hausse de l’acier", question, "La hausse de l’acier et une nécropole trouvée sous la place.", "list"
    )
    assert claim.verdict == "supported"
    assert [str(c.span) for c in claim.citations] == ["a.txt:2", "a.txt:3"]


def test_an_item_that_stands_nowhere_takes_the_claim_down():
    """Nothing is added to a list."""
    question = "Quelles sont les causes du prix ?"
    draft = "La hausse de l’acier, la grève des ouvriers et une nécropole."
    (claim,) = check(CAUSES, "la hausse de l’acier", question, draft, "list")
    assert claim.verdict == "unsupported"


def test_a_cause_is_not_given_to_another_subject():
    """Words of one line put together over a long way say something it does not."""
    line = (
        "Le dirigeant russe sera parmi les invités du rassemblement annoncé lundi, anniversaire d’une politique qui a lourdement "
        "endetté la Zambie après avoir signé des contrats avec des entreprises chinoises."
    )
    question = "Pourquoi la Zambie est-elle endettée ?"
    draft = "La Zambie est endettée parce que le dirigeant russe a signé des contrats avec des entreprises chinoises."
    (claim,) = check(line, "signé des contrats", question, draft, "reason")
    assert claim.verdict == "unsupported"
    draft = "La politique a lourdement endetté la Zambie après avoir signé des contrats avec des entreprises chinoises."
    (claim,) = check(line, "signé des contrats", question, draft, "reason")
    assert claim.verdict == "supported"


def test_a_reply_cut_inside_a_word_is_not_shown_as_a_list():
    """The model ran out of room or time."""
    draft = "La hausse de l’acier et une nécropole trouv"
    (claim,) = check(CAUSES, "la hausse de l’acier", "Quelles sont les causes ?", draft, "list")
    assert claim.verdict == "unsupported"


@pytest.mark.parametrize(
    ("text", "answer", "question", "draft"),
    [
        (
            "L’association minéralogique de Bogny exploite les fossiles avec le musée.",
            "association minéralogique de Bogny", "Qui exploite les fossiles ?", "Le musée exploite les fossiles.",
        ),
        ("Le pic vient en été, selon le relevé des années 1990.", "en été", "Quand vient le pic ?", "Dans les années 1990."),
        ("Le four, peu polluant, date de 1850.", "peu polluant", "Le four pollue-t-il ?", "Le four est polluant."),
    ],
)  # fmt: skip
def test_a_sentence_that_leaves_the_answer_out_is_not_shown(text, answer, question, draft):
    """It may be true of the line, but it is not what was asked, or not all of it."""
    (claim,) = check(text, answer, question, draft, "fact")
    assert claim.verdict == "unsupported"


def test_most_of_the_answer_is_enough():
    """A word or two of a long answer may be left out."""
    text = "Le port de Vernay a été bâti par les ingénieurs Luc Ferrandi et Anna Weil."
    answer = "les ingénieurs Luc Ferrandi et Anna Weil"
    (claim,) = check(text, answer, "Qui a bâti le port de Vernay ?", "Luc Ferrandi et Anna Weil l’ont bâti.", "fact")
    assert claim.verdict == "supported"


@pytest.mark.parametrize(
    ("language", "source", "question", "draft", "verdict"),
    [
        ("ro", "en", "Când se redeschide podul?", "The bridge in Vernay will reopen on 3 June.", "unsupported"),
        ("fr", "en", "Quand le pont rouvre-t-il ?", "The bridge in Vernay will reopen on 3 June.", "unsupported"),
        ("fr", "en", "Quand le pont rouvre-t-il ?", "Le pont de Vernay rouvrira le 3 juin.", "supported"),
        ("en", "en", "When does the bridge reopen?", "The bridge in Vernay will reopen on 3 June.", "supported"),
    ],
)
def test_a_sentence_in_another_language_than_the_question_is_not_shown(language, source, question, draft, verdict):
    """A model that forgets the question's language is quoted from instead."""
    (claim,) = check("The bridge in Vernay will reopen on 3 June.", "3 June", question, draft, "fact", language, source)
    assert claim.verdict == verdict


def test_a_sentence_of_a_summary_is_in_the_language_that_was_asked_in():
    """A summary's sentences are checked like any other: one left in the article's language is not shown."""
    text = "The bridge in Vernay will reopen on 3 June."
    a = Article("a.txt", "Title", "2024", "en", split_lines(text), "0" * 64, "/a.txt")
    (chunk,) = chunks(a)
    evidence = cut(Hit(chunk, 1.0, 0.5, 1.0), a).sentences
    verdicts = [
        support_claim(text, Query("", asked_in), evidence, None, lambda a, b: 0.9).claim.verdict
        for asked_in in ("fr", "en")
    ]
    assert verdicts == ["unsupported", "supported"]


FERRY = "Le bac de Saunes a coulé en mars au large de l'île, sans faire de victime."


@pytest.mark.parametrize(
    ("draft", "carried", "verdict"),
    [
        ("Il a sombré près de la côte en mars.", LIKELY + 0.01, "supported"),
        ("Il a sombré près de la côte en mars.", LIKELY - 0.01, "unsupported"),
        ("Le bac de Saunes a coulé en mars, sans victime.", LIKELY - 0.01, "unsupported"),
        ("Il a sombré près de la côte en avril.", 1.0, "unsupported"),
        ("Il a sombré en mars avec 12 passagers.", 1.0, "unsupported"),
        ("Il a sombré en mars près de Lorient.", 1.0, "unsupported"),
    ],
    ids=["likely", "not likely", "its words, not likely", "date", "number", "name"],
)
def test_other_words_need_a_checker_that_agrees_and_exact_rules_stand(draft, carried, verdict):
    """A month, a figure or a name that the line lacks is refused whatever the checker says."""
    (claim,) = check(
        FERRY, "en mars", "Quand le bac de Saunes a-t-il coulé ?", draft, "fact", checker=Verifier(carried)
    )
    assert claim.verdict == verdict


def test_without_a_checker_other_words_are_refused():
    """Nothing else reads what a sentence means."""
    (claim,) = check(FERRY, "en mars", "Quand le bac de Saunes a-t-il coulé ?", "Il a sombré en mars.", "fact")
    assert claim.verdict == "unsupported"


def test_of_lines_in_other_words_the_nearest_alone_is_read():
    """A line about something else is no way around the one that says the opposite."""
    text = "L'enquête dit que l'aiguilleur a inversé deux numéros. Le second train n'a jamais été en danger."
    asked, draft = (
        "L'aiguilleur a-t-il inversé deux numéros ?",
        "L'enquête ne dit pas que l'aiguilleur a inversé deux numéros.",
    )
    checker = Verifier(LIKELY - 0.01)
    (claim,) = check(text, "inversé deux numéros", asked, draft, "fact", checker=checker)
    assert claim.verdict == "unsupported"
    assert [pair.evidence for pair in checker.asked] == ["L'enquête dit que l'aiguilleur a inversé deux numéros."]


@pytest.mark.parametrize(
    ("reply", "language", "is_none"),
    [
        ("The sentences do not say who has to pay.", "en", True),
        ("The cost is not mentioned in the sentences.", "en", True),
        ("The sentences were upheld on appeal.", "en", False),
        ("L’article ne précise pas la date.", "fr", True),
        ("Le prix n'est pas précisé dans les phrases.", "fr", True),
        ("Le texte ne prévoit pas d'amende.", "fr", False),
        ("Die Sätze sagen nichts über den Preis.", "de", True),
        ("Las frases no mencionan el precio.", "es", True),
        ("Le frasi non indicano il prezzo.", "it", True),
    ],
)
def test_a_reply_about_the_lines_is_no_answer(reply, language, is_none):
    """A model that was told to write "Not in the articles." may say so in words of its own."""
    assert is_nothing(reply, language) is is_none


@pytest.mark.parametrize(
    ("claim", "question", "is_one"),
    [
        ("Le moulin a-t-il vraiment brûlé en novembre ?", "Le moulin a-t-il brûlé ?", True),
        (
            "La commune devait-elle débroussailler le tiers.",
            "Quelle part la commune devait-elle débroussailler ?",
            True,
        ),
        ("Peut-être viendra-t-il lundi.", "La commune devait-elle venir ?", False),
        ("Le rendez-vous est lundi.", "Quand a lieu le rendez-vous ?", False),
        ("Was the ticket bought in Orme?", "Where was the ticket bought?", True),
        ("The ticket was bought in Orme.", "Where was the ticket bought?", False),
    ],
)
def test_a_question_is_no_claim(claim, question, is_one):
    assert is_asked_back(claim, question) is is_one


def test_a_question_is_not_shown_as_checked():
    line = "Le moulin a-t-il brûlé, demandent les voisins."
    found = check(line, "moulin", "Le moulin a-t-il brûlé ?", "Le moulin a-t-il brûlé ?", "fact", checker=Verifier(1.0))
    assert found[0].verdict == "unsupported"
