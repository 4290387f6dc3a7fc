"""A draft as its sentences: what claims something, on which lines, and what it quotes."""

import time

import pytest

from rag.fact_checking.drafts import statements


def texts(draft):
    return [each.text for each in statements(draft) if each.is_claim]


@pytest.mark.parametrize(
    "draft",
    [
        "# Le pont rouvre",
        "Le pont rouvre\n==============",
        "Le pont rouvre lundi matin",
        "Le bilan :",
        "Est-ce sûr ?",
        "« Est-ce sûr ? »",
        "- Qui paiera ?",
        "---\n***\n* * *",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\nLe pont est ouvert.\n```",
        "---\ntitle: Le pont\ntags: [a]\n---",
        "![Le pont.](pont.png)",
        "<!-- Le pont est ouvert. -->",
        "\n \n\t\n",
        "… !",
    ],
)
def test_what_claims_nothing(draft):
    """Headings, questions, list marks, rules, tables, code, pictures, and what stands about the draft at its top."""
    assert texts(draft) == []


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("Le pont est ouvert. Il est long.", ["Le pont est ouvert.", "Il est long."]),
        ("- Le pont est ouvert\n* Il est long\n3. Il est bleu", ["Le pont est ouvert", "Il est long", "Il est bleu"]),
        ("> Le pont est ouvert.\n> > Il est long.", ["Le pont est ouvert.", "Il est long."]),
        ("**Le pont** de [Vernay](http://x) est _ouvert_.[^1]", ["Le pont de Vernay est ouvert."]),
        ("Le pont rouvre\nLe pont de Vernay rouvrira lundi.", ["Le pont de Vernay rouvrira lundi."]),
        (
            "Le pont de Vernay, fermé depuis\nmars, rouvrira lundi.",
            ["Le pont de Vernay, fermé depuis mars, rouvrira lundi."],
        ),
        ("Le pont est ouvert. Est-ce sûr ? Oui.", ["Le pont est ouvert.", "Oui."]),
        ("« Pourquoi ? » a demandé Paul.", ["« Pourquoi ? » a demandé Paul."]),
        ("Le pont est\r\nouvert.\rIl est long.", ["Le pont est ouvert.", "Il est long."]),
        ("Le pont est ouvert.\n```\nsans fin", ["Le pont est ouvert."]),
        ("Le\x1b[31m pont\x00 est \ud800ouvert.", ["Le [31m pont  est  ouvert."]),
        ("Il a 2 * 3 * 4 mètres.", ["Il a 2 * 3 * 4 mètres."]),
    ],
)
def test_what_claims_something(draft, found):
    """In plain text or Markdown, one line a paragraph or broken by a writing program."""
    assert texts(draft) == found


def test_each_sentence_knows_its_lines():
    """As an editor numbers them, also where a sentence goes over a line end."""
    draft = "# Le pont\n\nLe pont est ouvert. Il a été\nfermé en mars. Il est long.\n\n- Il est bleu"
    assert [(each.first, each.last) for each in statements(draft)] == [(3, 3), (3, 4), (4, 4), (6, 6)]


def test_a_sentence_has_its_own_language_when_it_is_long_enough_to_show_it():
    draft = "Le pont de Vernay est ouvert depuis lundi matin, et il est plus long que celui d’avant. The bridge was closed for nine months before that. Oui."
    assert [each.language for each in statements(draft)] == ["fr", "en", "fr"]


@pytest.mark.parametrize(
    "quoted",
    [
        "« tout ira bien »",
        "«tout ira bien»",
        "“tout ira bien”",
        '"tout ira bien"',
        "„tout ira bien“",
        "«\u00a0tout ira bien\u202f»",
    ],
)
def test_quotations_of_any_kind(quoted):
    """With what stands before and behind them in their sentence."""
    (statement,) = statements(f"Paul dit : {quoted}, et sort.")
    (quote,) = statement.quotes
    assert (quote.text, quote.before, quote.after) == ("tout ira bien", "Paul dit : ", ", et sort.")


def test_a_quotation_over_several_sentences_is_one():
    """It belongs to the sentence in which it begins; who said it stands in the last."""
    first, second = statements("« Nous partons demain. Rien ne nous arrêtera », a dit Paul.")
    assert [quote.text for quote in first.quotes] == ["Nous partons demain. Rien ne nous arrêtera"]
    assert first.quotes[0].after == ", a dit Paul." and second.quotes == ()


def test_headings_and_questions_are_there_for_their_quotations():
    heading, question = statements("# Le pont « de tous les dangers »\n\nA-t-il dit « jamais » ?")
    assert not heading.is_claim and heading.quotes[0].text == "de tous les dangers"
    assert not question.is_claim and question.quotes[0].text == "jamais"


def test_inches_and_empty_marks_quote_nothing():
    statement, _ = statements('Un écran de 5" et un de 6" sont là. Il y a « » et "" ici.')
    assert statement.quotes == ()


def test_the_time_grows_with_the_length_alone():
    """Whatever a draft consists of."""
    began = time.monotonic()
    for piece in (
        'Il dit : « oui ». "Non." ',
        '"',
        "« ",
        "*",
        "- ",
        "\n- a",
        "[",
        "<!--",
        "![](",
        "a" * 50 + "\n",
        " ",
    ):
        statements(piece * (300_000 // len(piece)))
    assert time.monotonic() - began < 60
