"""A draft against the articles of a library: each sentence with what they say of it, and each quotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.models import Embedder
from index.storage import Library
from rag.evidence import cite
from rag.fact_checking.drafts import Statement, statements
from rag.fact_checking.evidence import Evidence, Finder, is_about
from rag.fact_checking.quotes import CheckedQuote, check_quote
from rag.fact_checking.verdicts import Finding, Judgement, Said, judge
from rag.types import Citation
from rag.verification import EXACT, Support, Verifier, is_word_for_word

MOST_WORDS = 60
"""Words of a sentence up to which the checker reads it whole; what it does not read it does not carry."""

_FINDINGS: tuple[Finding, ...] = ("carried", "contradicted", "not_said")


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A sentence of a draft with what the articles say of it."""

    statement: Statement
    verdict: Finding | None
    """None for a heading or a question, which claims nothing."""
    score: float = 0.0
    """Probability that the lines looked at carry it, the best of them."""
    citations: tuple[Citation, ...] = ()
    """The lines that carry or contradict it."""
    lacks: Support | None = None
    """Of one that is not carried: what an exact rule finds missing in its lines, or in the nearest."""
    is_too_long: bool = False
    """It was not checked: it has more words than the checker reads."""
    quotes: tuple[CheckedQuote, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the wire format."""
        lacks = self.lacks
        return {
            "text": self.statement.text,
            "first": self.statement.first,
            "last": self.statement.last,
            "language": self.statement.language,
            "verdict": self.verdict,
            "score": round(self.score, 4),
            "citations": [citation.to_dict() for citation in self.citations],
            "lacks": {"kind": lacks.kind, "missing": list(lacks.missing)} if lacks else None,
            "is_too_long": self.is_too_long,
            "quotes": [quote.to_dict() for quote in self.quotes],
        }


class FactChecker:
    """Checks drafts against one library; safe from one thread at a time."""

    def __init__(self, library: Library, embedder: Embedder, checker: Verifier) -> None:
        self.library = library
        self._finder = Finder(library, embedder)
        self._checker = checker

    def check_text(self, draft: str) -> Iterator[CheckedStatement]:
        """Yield the sentences of a draft as they are checked, in their order."""
        for statement in statements(draft):
            yield self.check(statement)

    def check(self, statement: Statement) -> CheckedStatement:
        """Return a sentence with what the articles say of it, and how its quotations stand in them."""
        quotes = tuple(check_quote(quote, statement, self._finder) for quote in statement.quotes)
        if not statement.is_claim:
            return CheckedStatement(statement, None, quotes=quotes)
        if len(statement.text.split()) > MOST_WORDS:
            return CheckedStatement(statement, "not_said", is_too_long=True, quotes=quotes)
        said = Said(statement.text, statement.language)
        return self._decide(statement, said, self._finder.find(said), quotes)

    def _decide(
        self, statement: Statement, said: Said, found: Sequence[Evidence], quotes: tuple[CheckedQuote, ...]
    ) -> CheckedStatement:
        """Take the first lines that carry a claim, else those that contradict it the most and are about the same."""
        judged: list[tuple[Judgement, Evidence]] = []
        for evidence in found:
            if is_word_for_word(said.text, evidence.sentence.text):  # word for word
                return CheckedStatement(statement, "carried", 1.0, (evidence.sentence.citation(),), quotes=quotes)
            judgement = judge(said, evidence.lines(), self._checker)
            if judgement.verdict == "carried":
                lines = (self._cited(said, evidence, "carried"),)
                return CheckedStatement(statement, "carried", judgement.carries, lines, quotes=quotes)
            judged.append((judgement, evidence))
        score = max((judgement.carries for judgement, _ in judged), default=0.0)
        about = [each for each in judged if is_about(said, each[1])]
        # Another figure in one line is no contradiction where another line has the claim's own.
        has_own = any(each.support.kind not in EXACT for each, _ in about)
        against = [
            (judgement, evidence)
            for judgement, evidence in about
            if judgement.verdict == "contradicted" and not (has_own and judgement.support.kind in EXACT)
        ]
        if against:
            judgement, evidence = max(against, key=lambda each: each[0].contradicts)
            lines = (self._cited(said, evidence, "contradicted"),)
            return CheckedStatement(statement, "contradicted", score, lines, _lacking(judgement), quotes=quotes)
        lacks = _lacking(judged[0][0]) if judged else None
        return CheckedStatement(statement, "not_said", score, (), lacks, quotes=quotes)

    def _cited(self, said: Said, evidence: Evidence, verdict: Finding) -> Citation:
        """The sentence alone if it says by itself what it says with those beside it, else all of them."""
        if judge(said, evidence.line(), self._checker).verdict == verdict:
            return evidence.sentence.citation()
        return cite(evidence.article, evidence.start, evidence.end)


def summary(checked: Sequence[CheckedStatement]) -> dict[str, Any]:
    """Return how many sentences and quotations there are of each kind."""
    verdicts = Counter(each.verdict for each in checked if each.verdict)
    standings = Counter(quote.standing for each in checked for quote in each.quotes)
    return {
        "sentences": verdicts.total(),
        **{finding: verdicts[finding] for finding in _FINDINGS},
        "quotes": {"all": standings.total(), **dict(sorted(standings.items()))},
    }


def report(library: Library, checked: Sequence[CheckedStatement]) -> dict[str, Any]:
    """Return the wire format of a checked draft, the same in every interface; keys are only ever added."""
    return {
        "sentences": [each.to_dict() for each in checked],
        "summary": summary(checked),
        "library": {"path": str(library.path), "generation": library.generation},
    }


def _lacking(judgement: Judgement) -> Support | None:
    return judgement.support if judgement.is_refused else None
