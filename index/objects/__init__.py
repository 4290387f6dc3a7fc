"""Articles in object storage, s3://BUCKET/PREFIX: copied into a folder, which is then read as any other."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.objects.address import address_at, settle_source, shown_path, source_of
    from index.objects.mirror import Refreshed, passed_over, refresh
else:
    __getattr__ = face(
        __name__,
        address="address_at settle_source shown_path source_of",
        mirror="Refreshed passed_over refresh",
    )

__all__ = ["Refreshed", "address_at", "passed_over", "refresh", "settle_source", "shown_path", "source_of"]
