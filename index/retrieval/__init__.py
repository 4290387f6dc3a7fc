"""Find the chunks of a library that best fit a query."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.retrieval.hybrid import query_terms, rank, search
else:
    __getattr__ = face(
        __name__,
        hybrid="query_terms rank search",
    )

__all__ = ["query_terms", "rank", "search"]
