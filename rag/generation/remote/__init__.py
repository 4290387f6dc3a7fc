"""A language model behind an OpenAI-compatible address."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.generation.remote.address import Destination
else:
    __getattr__ = face(
        __name__,
        address="Destination",
    )

__all__ = ["Destination"]
