"""Whether the lines that a claim cites say what it says, as the trained checker reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.types import Article
from rag.language import names, numbers, stands
from rag.query import Query
from rag.types import Citation
from rag.verification.checker import Pair
from rag.verification.support import check
from rag.verification.yes_no import Similarity

LIKELY = 0.9
"""Least probability that the lines carry a sentence to which no exact rule objects (docs/experiments.md)."""

LIKELY_SAME = 0.5
"""The same of a translation and its original, of which each has to carry the other."""

MIN_SIMILARITY = 0.65
"""Minimum cosine of a claim and a sentence in another language for one to support the other (docs/experiments.md)."""

LEAST_WORDS = 4
"""Words from which a sentence says by itself what it claims (docs/experiments.md)."""


class Verifier(Protocol):
    """Reads claims beside evidence, as `rag.verification.checker.Checker` does."""

    def verdicts(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probabilities of carried, contradicted and not said for each pair, (pairs, 3)."""

    def threshold(self, across: bool = False) -> float:
        """Return the probability from which a claim counts as carried without any other rule."""


def is_carried(
    claim: str,
    query: Query,
    citations: Sequence[Citation],
    article: Article,
    checker: Verifier,
) -> bool:
    """Return whether the cited lines of an article carry a claim that answers a query.

    What is said word for word needs no checker; a fragment ("Six ans.") says too little for one, and is not carried.
    """
    if any(is_word_for_word(claim, citation.quote) for citation in citations):
        return True
    if len(claim.split()) < LEAST_WORDS:
        return False
    evidence = evidence_of(claim, query.language, citations, article)
    (probabilities,) = checker.verdicts([Pair(claim, evidence, query.text)])
    return bool(probabilities[0] >= LIKELY)


def is_same(
    translation: str, quote: str, languages: tuple[str, str], similarity: Similarity, checker: Verifier
) -> bool:
    """Return whether a translation says what a quote says and no more or less, by the rules and the checker.

    `languages` are the translation's and the quote's. Each must carry the other: what is added fails one way, what is
    left out the other.
    """
    language, source = languages
    if numbers(translation, language) != numbers(quote, source):
        return False
    if not check(translation, quote, quote, "", language, source).ok:
        return False
    if not check(quote, translation, translation, "", source, language).ok:
        return False
    if similarity(translation, quote) < MIN_SIMILARITY:
        return False
    there, back = checker.verdicts([Pair(translation, quote), Pair(quote, translation)])
    return bool(min(there[0], back[0]) >= LIKELY_SAME)


def evidence_of(claim: str, language: str, citations: Sequence[Citation], article: Article) -> str:
    """Return the cited lines in the article's order, behind its headline where they lack a name of the claim."""
    ordered = sorted(citations, key=lambda citation: (citation.span.first, citation.start))
    text = " ".join(" ".join(citation.quote.split()) for citation in ordered)
    if all(stands(name, text, language, article.language) for name in names(claim, language)):
        return text
    return f"{article.title.rstrip('. ')}. {text}"


def is_word_for_word(claim: str, line: str) -> bool:
    """Return whether a line says the same, but for capitals, apostrophes, an item's mark and the stop."""
    one, other = (
        " ".join(text.replace("’", "'").split()).strip("-–—•* ").rstrip(". ").casefold() for text in (claim, line)
    )
    return one == other
