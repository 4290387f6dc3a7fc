"""The way of a question to its Answer."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.pipeline.answerer import Answerer, clean
    from rag.pipeline.merging import joined
    from rag.pipeline.stages import SURE
    from rag.pipeline.understanding import Catalog, understand
else:
    __getattr__ = face(
        __name__,
        answerer="Answerer clean",
        merging="joined",
        stages="SURE",
        understanding="Catalog understand",
    )

__all__ = ["SURE", "Answerer", "Catalog", "clean", "joined", "understand"]
