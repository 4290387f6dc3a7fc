"""Whether the lines that a claim cites say what it says, as the trained checker reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.text import sentences
from index.types import Article
from rag.query import Query
from rag.types import Citation
from rag.verification.checker import Pair

MOST_BESIDE = 60
"""Words up to which the sentence before or after a cited one is read with it."""


class Verifier(Protocol):
    """Reads claims beside evidence, as `rag.verification.checker.Checker` does."""

    def verdicts(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Return the probabilities of carried, contradicted and not said for each pair, (pairs, 3)."""

    def threshold(self, across: bool = False, beside_rules: bool = False) -> float:
        """Return the probability from which a claim counts as carried, alone or where rules have to let it pass too."""


def is_carried(claim: str, query: Query, citations: Sequence[Citation], article: Article, checker: Verifier) -> bool:
    """Return whether the cited lines of an article, with those beside them, carry a claim that answers a query.

    What is said word for word needs no checker.
    """
    if _plain(claim) in (_plain(citation.quote) for citation in citations):
        return True
    evidence = evidence_of(article, (_place(citation, article) for citation in citations))
    (probabilities,) = checker.verdicts([Pair(claim, evidence, query.text)])
    return bool(probabilities[0] >= checker.threshold(query.language != article.language, beside_rules=True))


def evidence_of(article: Article, spans: Iterable[tuple[int, int]]) -> str:
    """Return the sentences of an article that these characters touch, each with the one before and after it."""
    text = article.text
    held: set[tuple[int, int]] = set()
    for start, end in spans:
        top = text.rfind("\n\n", 0, start) + 2 if "\n\n" in text[:start] else 0
        bottom = text.find("\n\n", end)
        found = [(top + a, top + b) for a, b in sentences(text[top : bottom if bottom >= 0 else len(text)])]
        touched = [n for n, (a, b) in enumerate(found) if a < end and start < b]
        if not touched:
            continue
        held.update(found[touched[0] : touched[-1] + 1])
        for n in (touched[0] - 1, touched[-1] + 1):
            if 0 <= n < len(found) and len(text[slice(*found[n])].split()) <= MOST_BESIDE:
                held.add(found[n])
    return " ".join(" ".join(text[slice(*each)].split()) for each in sorted(held))


def _place(citation: Citation, article: Article) -> tuple[int, int]:
    """The half-open characters of the article that are cited."""
    start = sum(len(line) + 1 for line in article.lines[: citation.span.first - 1]) + citation.start
    return start, start + len(citation.quote)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).rstrip(". ").casefold()
