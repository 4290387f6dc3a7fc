"""A question on its way to an Answer."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.pipeline.answerer import SURE, Answerer, clean
    from rag.pipeline.merging import joined
else:
    __getattr__ = face(
        __name__,
        answerer="Answerer SURE clean",
        merging="joined",
    )

__all__ = ["SURE", "Answerer", "clean", "joined"]
