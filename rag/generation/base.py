"""Messages in, text out: what every language model can do, and how one is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from rag.config import Config
from rag.types import Message, Usage


class Piece(NamedTuple):
    """Some more of a reply, and the tokens used up to here."""

    text: str
    usage: Usage


class Llm(Protocol):
    """Anything that continues a conversation.

    The messages before the last one are ours, the same for many questions; the last one holds evidence, an empty line
    and what is asked of it. A prompt gets the same reply whatever was read before it.
    """

    name: str

    def count_tokens(self, text: str) -> int:
        """Tokens of a text as this model cuts it (an estimate where the model is elsewhere)."""
        ...

    def stream(self, messages: Sequence[Message], max_tokens: int) -> Iterator[Piece]:
        """The reply, greedily, piece by piece; closing the iterator stops the model. Raises LlmError."""
        ...

    def read(self, messages: Sequence[Message]) -> None:
        """Read all but what is asked, so that `stream` need not. Raises Interrupted, and LlmError as `stream` does."""
        ...

    def interrupt(self) -> None:
        """Stop what another thread lets the model do now, a prompt half read too: that call raises Interrupted."""
        ...


DEADLINE_S = Config().deadline_s
