"""Sentences that the model wrote to claims, each supported by lines of the articles or refused."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.verification.checked_claim import CheckedClaim
    from rag.verification.checker import VERDICTS, Checker, Pair, shipped
    from rag.verification.citation_status import STANDS, Standing, State, holds, standing
    from rag.verification.claims import check_draft, support_claim
    from rag.verification.meaning import Verifier, is_same, is_word_for_word
    from rag.verification.quotation import CLOSE, differing, disagree, quotes, same_thing, speak_alike
    from rag.verification.support import CHECKS, EXACT, Support, check
else:
    __getattr__ = face(
        __name__,
        checked_claim="CheckedClaim",
        checker="Checker Pair VERDICTS shipped",
        citation_status="STANDS Standing State holds standing",
        claims="check_draft support_claim",
        meaning="Verifier is_same is_word_for_word",
        quotation="CLOSE differing disagree quotes same_thing speak_alike",
        support="CHECKS EXACT Support check",
    )

__all__ = [
    "CHECKS",
    "CLOSE",
    "EXACT",
    "STANDS",
    "VERDICTS",
    "CheckedClaim",
    "Checker",
    "Pair",
    "Standing",
    "State",
    "Support",
    "Verifier",
    "check",
    "check_draft",
    "differing",
    "disagree",
    "holds",
    "is_same",
    "is_word_for_word",
    "quotes",
    "same_thing",
    "shipped",
    "speak_alike",
    "standing",
    "support_claim",
]
