"""Messages in, text out: what every language model can do, and how one is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from index.models import is_url, require_here, resolve
from rag.config import Config
from rag.destination import Destination
from rag.prompt import Message
from rag.types import Usage


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


def require_llm(spec: str) -> None:
    """Raise what `load_llm` raises for a name that means nothing or a model that is not here; reads no weights."""
    if spec != "none" and not is_url(spec):
        require_here(spec, "llm")


def load_llm(spec: str, deadline_s: float = DEADLINE_S) -> Llm | None:
    """The model that `spec` names: a catalogue name, path, hf:OWNER/REPO/FILE or OpenAI-style URL; None for "none".

    A URL's has `deadline_s` seconds for a reply.
    Raises ModelNotFound, UnknownModel, ModelDamaged or LlmError; nothing is downloaded here.
    """
    if spec == "none":
        return None
    if is_url(spec):
        from rag.llm_remote import OpenAiLlm

        return OpenAiLlm(spec, deadline_s)
    from rag.llm_local import LlamaCppLlm

    return LlamaCppLlm(resolve(spec, "llm"), spec)


def destination(llm: Llm | None) -> Destination | None:
    """Where questions and lines of articles go when `llm` reads them; None when they stay on this machine."""
    from rag.llm_remote import OpenAiLlm

    return llm.destination if isinstance(llm, OpenAiLlm) else None
