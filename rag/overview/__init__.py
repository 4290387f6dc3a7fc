"""Questions about the articles as a whole: contents, summaries, what they say about a topic."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.overview.overviews import overview
else:
    __getattr__ = face(
        __name__,
        overviews="overview",
    )

__all__ = ["overview"]
