"""A web page's tree: what it says of its article, which of it is the article, and what stands around that."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.extraction.pages.accounting import Block, blocks_of, coverage_of_page
    from index.extraction.pages.boxes import remove_boxes
    from index.extraction.pages.facts import facts_of
    from index.extraction.pages.passages import BLOCKS, SILENT, is_same
    from index.extraction.pages.restoration import restored
else:
    __getattr__ = face(
        __name__,
        accounting="Block blocks_of coverage_of_page",
        boxes="remove_boxes",
        facts="facts_of",
        passages="BLOCKS SILENT is_same",
        restoration="restored",
    )

__all__ = [
    "BLOCKS",
    "SILENT",
    "Block",
    "blocks_of",
    "coverage_of_page",
    "facts_of",
    "is_same",
    "remove_boxes",
    "restored",
]
