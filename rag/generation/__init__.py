"""The language model: prompts, llama.cpp in this process, and which model a name means."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from rag.generation.base import Llm, Piece
    from rag.generation.loading import destination, load_llm, require_llm
    from rag.generation.prompts import messages, translation_messages
else:
    __getattr__ = face(
        __name__,
        base="Llm Piece",
        loading="destination load_llm require_llm",
        prompts="messages translation_messages",
    )

__all__ = ["Llm", "Piece", "destination", "load_llm", "messages", "require_llm", "translation_messages"]
