"""What is shown is written down for a reader to judge, and counted only when all of it is judged."""

import json

import pytest

from bench.quality import trust
from index.types import Span
from rag.types import Answer, Citation, Claim


def test_a_row_says_what_was_shown_with_its_lines():
    """Refused sentences are not shown; the judge sees what must not be asserted."""
    quote = "Le maire dément."
    claims = (
        Claim(quote, "supported", (Citation(Span("a.txt", 2, 2), quote, 0, len(quote)),), origin="quote"),
        Claim("Le maire avoue.", "unsupported", reason="…"),
    )
    row = trust.row_of(
        {"id": "q1", "question": "?", "must_not": ["Il avoue."], "lang": "fr"}, Answer("?", "fr", claims)
    )
    assert row["must_not"] == ["Il avoue."] and row["status"] == "grounded"
    assert row["shown"] == [{"text": quote, "origin": "quote", "lines": [f"a.txt:2: {quote}"], "false": None}]
    assert json.loads(json.dumps(row)) == row


def test_shares_are_of_what_is_shown():
    """Each origin by itself, and answers with anything false in them."""

    def row(status, *shown):
        return {"status": status, "shown": [{"origin": origin, "false": false} for origin, false in shown]}

    rows = [row("grounded", ("model", True), ("quote", False)), row("quoted", ("quote", False)), row("abstained")]
    found = dict(trust.count(rows))
    assert found["sentences of the model shown as checked that are false"].startswith("1.000")
    assert found["quoted lines that mislead"].startswith("0.000") and "n=2" in found["quoted lines that mislead"]
    assert found["answers with a false sentence"].startswith("0.333")
    assert found["questions not answered"].startswith("0.333")
    with pytest.raises(ValueError, match="not every shown sentence is judged"):
        trust.count([row("grounded", ("model", None))])
