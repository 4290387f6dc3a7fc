"""Sentences that the model wrote -> claims, each supported by lines of the articles or refused."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.verification.citation_status import STANDS, Standing, State, holds, standing
    from rag.verification.claims import check_draft, checks, support_claim
    from rag.verification.quotation import differing, quotes
    from rag.verification.support import CHECKS, Support
else:
    __getattr__ = face(
        __name__,
        citation_status="STANDS Standing State holds standing",
        claims="check_draft checks support_claim",
        quotation="differing quotes",
        support="CHECKS Support",
    )

__all__ = [
    "CHECKS",
    "STANDS",
    "Standing",
    "State",
    "Support",
    "check_draft",
    "checks",
    "differing",
    "holds",
    "quotes",
    "standing",
    "support_claim",
]
