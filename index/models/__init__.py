"""Models: which ones exist, which are on this machine, how to fetch one; the embedder."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.models.catalogue import models_dir
    from index.models.embedder import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder, identity, similarity_by
    from index.models.registry import fingerprint, is_url, require_here, resolve
    from index.models.threads import share_cores
    from index.models.token_table import leave_on_disk
else:
    __getattr__ = face(
        __name__,
        catalogue="models_dir",
        embedder="DEFAULT_EMBEDDER Embedder SentenceTransformerEmbedder identity similarity_by",
        registry="fingerprint is_url require_here resolve",
        threads="share_cores",
        token_table="leave_on_disk",
    )

__all__ = [
    "DEFAULT_EMBEDDER",
    "Embedder",
    "SentenceTransformerEmbedder",
    "fingerprint",
    "identity",
    "is_url",
    "leave_on_disk",
    "models_dir",
    "require_here",
    "resolve",
    "share_cores",
    "similarity_by",
]
