"""A library on disk: generations of segments, with vectors, postings and the articles' text."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.storage.bm25 import Postings
    from index.storage.corrections import is_date
    from index.storage.families import Families
    from index.storage.library import (
        FORMAT,
        Library,
        Manifest,
        added_folder,
        collect,
        copy,
        current_generation,
        default_path,
        known_dates,
        known_sources,
        publish,
        read_manifest,
        require,
        require_embedder,
        writing,
    )
    from index.storage.segment import ROW, Segment, merged, vector_table
    from index.storage.vectors import Sentences, key_list
else:
    __getattr__ = face(
        __name__,
        bm25="Postings",
        corrections="is_date",
        families="Families",
        library="FORMAT Library Manifest added_folder collect copy current_generation default_path known_dates "
        "known_sources publish read_manifest require require_embedder writing",
        segment="ROW Segment merged vector_table",
        vectors="Sentences key_list",
    )

__all__ = [
    "FORMAT",
    "ROW",
    "Families",
    "Library",
    "Manifest",
    "Postings",
    "Segment",
    "Sentences",
    "added_folder",
    "collect",
    "copy",
    "current_generation",
    "default_path",
    "is_date",
    "key_list",
    "known_dates",
    "known_sources",
    "merged",
    "publish",
    "read_manifest",
    "require",
    "require_embedder",
    "vector_table",
    "writing",
]
