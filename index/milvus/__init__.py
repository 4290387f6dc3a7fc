"""A library kept in Milvus: rows of vectors, files in pieces, and which generation is the current one."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.milvus.address import Address, address_of, settle
    from index.milvus.rows import MOST, VectorRows
    from index.milvus.store import Published, Store, store_at
else:
    __getattr__ = face(
        __name__,
        address="Address address_of settle",
        rows="MOST VectorRows",
        store="Published Store store_at",
    )

__all__ = ["MOST", "Address", "Published", "Store", "VectorRows", "address_of", "settle", "store_at"]
