"""Folders of articles to a new generation of a library."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.ingestion.estimate import Counted, count, pace_of
    from index.ingestion.indexing import build, check, make_empty
    from index.ingestion.preparation import Prepared, analysis, prepare
    from index.ingestion.reading import changed_since
    from index.ingestion.sources import correct_date
    from index.ingestion.workers import Reader, ThisProcess, Workers, bytes_of
else:
    __getattr__ = face(
        __name__,
        estimate="Counted count pace_of",
        indexing="build check make_empty",
        preparation="Prepared analysis prepare",
        reading="changed_since",
        sources="correct_date",
        workers="Reader ThisProcess Workers bytes_of",
    )

__all__ = [
    "Counted",
    "Prepared",
    "Reader",
    "ThisProcess",
    "Workers",
    "analysis",
    "build",
    "bytes_of",
    "changed_since",
    "check",
    "correct_date",
    "count",
    "make_empty",
    "pace_of",
    "prepare",
]
