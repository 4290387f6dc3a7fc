"""A build whose reading, cutting and embedding is done by the machines of a Ray cluster."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.cluster.workers import Share, ray_workers
else:
    __getattr__ = face(__name__, workers="Share ray_workers")

__all__ = ["Share", "ray_workers"]
