"""The citations of an answer, numbered."""

from __future__ import annotations

from rag.types import Answer, Citation


def numbered(answer: Answer) -> dict[Citation, int]:
    """The citations of an answer in the order they are read, each numbered once, from 1."""
    numbers: dict[Citation, int] = {}
    for claim in answer.supported:
        for citation in claim.citations:
            numbers.setdefault(citation, len(numbers) + 1)
    return numbers
