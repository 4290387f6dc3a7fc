"""A checked draft as a terminal shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.fact_checking import summary
from ui.formats import shown

if TYPE_CHECKING:
    from rag.fact_checking import CheckedQuote, CheckedStatement
    from rag.types import Citation

_INDENT = " " * 4
_VERDICTS = {"carried": "carried", "contradicted": "CONTRADICTED", "not_said": "NOT SAID", None: "no claim"}
_STANDINGS = {
    "found": "found",
    "altered": "ALTERED",
    "cut": "CUT",
    "other_speaker": "ANOTHER SPEAKER",
    "nowhere": "FOUND NOWHERE",
}


def statement_text(checked: CheckedStatement) -> str:
    """A sentence of a draft, what the articles say of it, and under it their lines and how its quotations stand."""
    statement = checked.statement
    lines = [f"line {statement.first}: {_VERDICTS[checked.verdict]}: {statement.text}"]
    lines += [_INDENT + _cited(citation) for citation in checked.citations]
    if checked.is_too_long:
        lines.append(f"{_INDENT}too long to be checked: make it two sentences")
    if checked.lacks and checked.lacks.missing:
        said = ", ".join(checked.lacks.missing)
        lines.append(f"{_INDENT}{'these' if checked.citations else 'the nearest'} lines do not have: {said}")
    for quote in checked.quotes:
        lines += [_INDENT + line for line in _quote_lines(quote)]
    return "\n".join(map(shown, lines))


def summary_text(checked: Sequence[CheckedStatement]) -> str:
    """ "12 sentences: 7 carried, 2 contradicted, 3 not said", and its quotations when there are some."""
    counts = summary(checked)
    verdicts = ", ".join(f"{counts[key]} {key.replace('_', ' ')}" for key in ("carried", "contradicted", "not_said"))
    said = f"{_number(counts['sentences'], 'sentence')}: {verdicts}"
    quotes = dict(counts["quotes"])
    if n := quotes.pop("all"):
        standings = ", ".join(f"{quotes[key]} {_STANDINGS[key].lower()}" for key in _STANDINGS if key in quotes)
        said += f"; {_number(n, 'quotation')}: {standings}"
    return said


def _quote_lines(quote: CheckedQuote) -> list[str]:
    lines = [f"“{quote.text}”: {_STANDINGS[quote.standing]}"]
    if quote.citation:
        lines.append(f"  {_cited(quote.citation)}")
    lines += [f"  “{said or '…'}” is “{there or '…'}” in the article" for said, there in quote.differences]
    if quote.left_out:
        lines.append(f"  left out: {quote.left_out}")
    if quote.speakers:
        lines.append(f"  said there by: {' '.join(quote.speakers)}")
    return lines


def _cited(citation: Citation) -> str:
    page = f" (p. {citation.page})" if citation.page else ""
    return f"{citation.span}{page}  {' '.join(citation.quote.split())}"


def _number(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
