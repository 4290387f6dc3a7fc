"""The interface of every language model: messages in, text out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from rag.config import Config
from rag.types import Message, Usage


class Piece(NamedTuple):
    """The next part of a reply, and the tokens used so far."""

    text: str
    usage: Usage


class Llm(Protocol):
    """Anything that continues a conversation.

    The messages before the last one are ours, the same for many questions; the last one has the evidence, an empty line
    and the question. A prompt gets the same reply whatever was read before it.
    """

    name: str

    def count_tokens(self, text: str) -> int:
        """Return the tokens of a text for this model (an estimate if the model is remote)."""
        ...

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        """Yield the reply piece by piece, decoded greedily; closing the iterator stops the model. Raises LlmError."""
        ...

    def read(self, messages: Sequence[Message]) -> None:
        """Read everything but the question, so that `stream` need not.

        Raises Interrupted, and LlmError as `stream` does.
        """
        ...

    def interrupt(self) -> None:
        """Stop what the model does for another thread, even halfway through a prompt: that call raises Interrupted."""
        ...


DEADLINE_S = Config().deadline_s
