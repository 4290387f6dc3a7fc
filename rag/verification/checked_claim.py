"""A sentence of the model's with all that was compared to decide on it."""

from __future__ import annotations

from dataclasses import dataclass

from rag.evidence import Sentence
from rag.types import Claim
from rag.verification.support import CHECKS, Support


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A sentence the model wrote, and how each sentence of the evidence carries it, the one that counts first."""

    claim: Claim
    language: str
    checks: tuple[tuple[Support, Sentence], ...]

    def verdicts(self) -> dict[str, str]:
        """Each check against the sentence that counts: "passed", "failed" or "not reached"; empty without evidence.

        Across languages neither opposites nor negations are compared, and words by their meaning.
        """
        if not self.checks:
            return {}
        support, sentence = self.checks[0]
        failed = support.kind
        across = sentence.article.language != self.language
        order = [each for each in CHECKS if not across or each not in ("opposite", "negation")]
        order += [failed] if failed and failed not in order else []
        at = order.index(failed) if failed else len(order)
        return {each: "passed" if i < at else "failed" if i == at else "not reached" for i, each in enumerate(order)}
