"""Words of a question that narrow the articles by date or source."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.filters.application import Scope, everywhere_of, scope_of
    from rag.filters.dates import When, when_at, whens
    from rag.filters.detection import Known, find
    from rag.filters.offsets import Folded
    from rag.filters.publishers import said_by
    from rag.filters.wording import ALL_ARTICLES, OPENERS, line, nothing, written_date
else:
    __getattr__ = face(
        __name__,
        application="Scope everywhere_of scope_of",
        dates="When when_at whens",
        detection="Known find",
        offsets="Folded",
        publishers="said_by",
        wording="ALL_ARTICLES OPENERS line nothing written_date",
    )

__all__ = [
    "ALL_ARTICLES",
    "OPENERS",
    "Folded",
    "Known",
    "Scope",
    "When",
    "everywhere_of",
    "find",
    "line",
    "nothing",
    "said_by",
    "scope_of",
    "when_at",
    "whens",
    "written_date",
]
