"""Copies of one text in an answer: one of them is cited, and the papers that have the line too are named."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.copies.citing import cited_once, one_each
    from rag.copies.comparing import Comparison, Difference, compare
    from rag.copies.wording import also_in_line
else:
    __getattr__ = face(
        __name__,
        citing="cited_once one_each",
        comparing="Comparison Difference compare",
        wording="also_in_line",
    )

__all__ = ["Comparison", "Difference", "also_in_line", "cited_once", "compare", "one_each"]
