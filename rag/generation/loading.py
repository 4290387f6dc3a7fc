"""Find and load the language model that a name means."""

from __future__ import annotations

from index.models import is_url, require_here, resolve
from rag.generation.base import DEADLINE_S, Llm
from rag.generation.remote.address import Destination


def require_llm(spec: str) -> None:
    """Raise what `load_llm` raises for an unknown name or a model that is not here; reads no weights."""
    if spec != "none" and not is_url(spec):
        require_here(spec, "llm")


def load_llm(spec: str, deadline_s: float = DEADLINE_S) -> Llm | None:
    """Load the model that `spec` names.

    A catalogue name, path, hf:OWNER/REPO/FILE, an OpenAI-style URL or several with commas between them; None for
    "none". A URL's model has `deadline_s` seconds for a reply. Raises ModelNotFound, UnknownModel, ModelDamaged or
    LlmError; nothing is downloaded.
    """
    if spec == "none":
        return None
    if is_url(spec):
        from rag.generation.remote.openai_compatible import OpenAiLlm
        from rag.generation.remote.replicas import Replicas, addresses

        urls = addresses(spec)
        return Replicas(urls, deadline_s) if len(urls) > 1 else OpenAiLlm(spec, deadline_s)
    from rag.generation.local_model import LlamaCppLlm

    return LlamaCppLlm(resolve(spec, "llm"), spec)


def destination(llm: Llm | None) -> Destination | None:
    """Return where questions and lines of articles go when `llm` reads them; None if they stay on this machine."""
    from rag.generation.remote.openai_compatible import OpenAiLlm
    from rag.generation.remote.replicas import Replicas

    return llm.destination if isinstance(llm, (OpenAiLlm, Replicas)) else None
