"""A web page's tree: what it says of its article, which of it is the article, and what stands around that."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.extraction.pages.boxes import remove_boxes
    from index.extraction.pages.facts import facts_of
    from index.extraction.pages.passages import BLOCKS, SILENT, is_hidden, is_same
    from index.extraction.pages.restoration import restored
    from index.extraction.pages.surroundings import blocks_of, parted
else:
    __getattr__ = face(
        __name__,
        boxes="remove_boxes",
        facts="facts_of",
        passages="BLOCKS SILENT is_hidden is_same",
        restoration="restored",
        surroundings="blocks_of parted",
    )

__all__ = [
    "BLOCKS",
    "SILENT",
    "blocks_of",
    "facts_of",
    "is_hidden",
    "is_same",
    "parted",
    "remove_boxes",
    "restored",
]
