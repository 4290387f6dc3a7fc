"""Answers as a terminal and a program are told them."""

import re

from served import COST, PARKING, PEDESTRIANS, REOPENS

from rag.types import Answer, Claim
from ui.api.openai import content
from ui.formats import answer_text
from ui.web.render.answer import answer_html

SHARED = Answer(
    "Q ?",
    "fr",
    (
        Claim("Le pont rouvre.", "supported", (REOPENS,)),
        Claim("Les piétons d’abord.", "supported", (PEDESTRIANS, REOPENS, PEDESTRIANS)),
        Claim(f"{COST.quote}…", "supported", (COST,), origin="quote"),
        Claim("Le parking suit.", "supported", (PARKING, COST)),
    ),
)
"""Citations that two claims, or one claim twice, have in common; and a quote beside the model's sentences."""


def test_a_citation_has_one_number_wherever_it_is_shown():
    """The terminal's numbers are the page's and those of OpenAI's interface: each citation once."""
    text, *places = answer_text(SHARED).split("\n")
    assert re.findall(r"\[(\d)\]", text) == ["1", "2", "1", "3", "4", "3"]
    assert [place[:3] for place in places] == ["[1]", "[2]", "[3]", "[4]"]
    page = answer_html(SHARED, {}, "fr")
    assert re.findall(r'data-claim="\d">(\d)<', page) == ["1", "2", "1", "3", "4", "3"]
    assert re.findall(r"\[(\d)\]", content(SHARED).partition("\n\n")[0]) == ["1", "2", "1", "3", "4", "3"]


def test_a_quote_is_introduced_alike_wherever_it_is_shown():
    """A claim holds the quote alone; its article's name and lines stand before it on every way out."""
    shown = f"pont.txt (9) : « {COST.quote}… »"
    assert SHARED.claims[2].text == f"{COST.quote}…"
    record = SHARED.to_dict()["claims"][2]
    assert (record["text"], record["origin"], record["quote"]) == (shown, "quote", f"{COST.quote}…")
    for text in (SHARED.text, answer_text(SHARED), content(SHARED)):
        assert text.count(shown) == 1
    assert (
        answer_html(SHARED, {}, "fr").count("pont.txt (9) : « Le chantier") == 2
    )  # the sentence, and how it was checked
