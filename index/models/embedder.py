"""Text to vectors. The only module that imports sentence_transformers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from index.arrays import Array
from index.errors import ModelDamaged
from index.lru import Lru
from index.models import shared_key_attention as attention
from index.models.catalogue import profile_of
from index.models.registry import fingerprint, resolve
from index.models.threads import share_cores
from index.models.token_table import leave_on_disk

DEFAULT_EMBEDDER = "embeddinggemma-300m"
N_QUERIES = 32
"""Questions whose vectors are cached: what was read ahead is asked a moment later."""


class Embedder(Protocol):
    """Anything that gives texts with similar meanings vectors in similar directions."""

    name: str
    fingerprint: str
    """Changes when the same text would get another vector; stored in a library's manifest."""
    dim: int

    def passage(self, title: str, text: str) -> str:
        """Return the exact string that represents a chunk of an article; equal strings need encoding only once."""
        ...

    def encode(self, texts: Sequence[str]) -> Array:
        """Encode strings as they are: float32, shape (len(texts), dim), L2-normalised, so a dot product is a cosine."""
        ...

    def encode_query(self, query: str) -> Array:
        """Encode a question, shape (dim,), for comparison with passages."""
        ...


@dataclass(frozen=True, slots=True)
class Passages:
    """Title and text of a chunk to the string that represents it: all that cutting needs of an embedder."""

    prompt: str

    def __call__(self, title: str, text: str) -> str:
        if "title: none | text: " in self.prompt:
            return f"title: {title or 'none'} | text: {text}"
        return f"{self.prompt}{title}\n{text}"


class SentenceTransformerEmbedder:
    """A sentence-transformers folder, in bfloat16 if the processor computes in it, otherwise in float32.

    On a GPU ("cuda") it is loaded as its publisher made it, in float32.
    """

    def __init__(self, spec: str = DEFAULT_EMBEDDER, device: str = "cpu") -> None:
        """Load the weights. Raises ModelNotFound, UnknownModel or ModelDamaged; nothing is downloaded."""
        folder = resolve(spec, "embedder")
        self.name, self.fingerprint = _identity(spec, folder)
        self.lock = threading.RLock()
        self.model = _load(folder, device)
        self._batch = 8 if device == "cpu" else 128
        encoder = getattr(self.model[0], "auto_model", None)
        if encoder and device == "cpu":
            attention.use(encoder)
            leave_on_disk(encoder, folder)
        self.dim = int(self.model.get_embedding_dimension() or 0)
        self._queries: Lru[str, Array] = Lru(N_QUERIES)
        prompts = dict(self.model.prompts)
        profile = profile_of(self.name)
        self._query_prompt = prompts.get("query") or profile.query
        self.passage = Passages(prompts.get("document") or profile.document)

    @property
    def encoder(self) -> Any:
        """The transformer inside, which the reader shares."""
        return self.model[0].auto_model

    @property
    def tokenizer(self) -> Any:
        return self.model.tokenizer

    def encode(self, texts: Sequence[str]) -> Array:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self.lock:
            found = self.model.encode(list(texts), prompt="", batch_size=self._batch, show_progress_bar=False)
        vectors = np.asarray(found, dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(vectors).all() or (norms == 0).any():
            raise ModelDamaged(
                f"{self.name} returned a vector of zeros or non-finite numbers. Check it: citeline models verify"
            )
        return np.asarray(vectors / norms, dtype=np.float32)

    def encode_query(self, query: str) -> Array:
        found = self._queries.get(query)
        if found is None:
            with self.lock:
                found = np.asarray(self.encode([self._query_prompt + query])[0], dtype=np.float32)
                self._queries.put(query, found)
        return found.copy()


def similarity_by(embedder: Embedder) -> Callable[[str, str], float]:
    """The cosine of two sentences as the embedder compares them."""
    prompt = profile_of(embedder.name).similarity

    def similarity(a: str, b: str) -> float:
        return float(np.dot(*embedder.encode([prompt + a, prompt + b])))

    return similarity


def identity(spec: str) -> tuple[str, str]:
    """Return the name and fingerprint that an embedder will have, without loading it. Raises what loading it raises."""
    return _identity(spec, resolve(spec, "embedder"))


def _identity(spec: str, folder: Path) -> tuple[str, str]:
    return spec if "/" not in spec else folder.name, fingerprint(folder)


def has_native_bfloat16() -> bool:
    """Return whether the processor multiplies in bfloat16. Elsewhere it is emulated and a hundred times slower."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _load(folder: Path, device: str) -> Any:
    import os

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    share_cores()
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    dtype = torch.bfloat16 if device == "cpu" and has_native_bfloat16() else torch.float32
    try:
        return SentenceTransformer(
            str(folder), device=device, local_files_only=True, trust_remote_code=False, model_kwargs={"dtype": dtype}
        )
    except (OSError, ValueError, KeyError) as error:
        raise ModelDamaged(f"{folder} is not a sentence-transformers model: {str(error).splitlines()[0]}") from None
