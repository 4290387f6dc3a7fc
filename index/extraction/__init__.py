"""Web pages, PDFs, Word files and EPUBs to lines of text, in a process of its own; title and date of a text."""

from typing import TYPE_CHECKING

from index.faces import face

if TYPE_CHECKING:
    from index.extraction.accounting import Block, measured, total
    from index.extraction.header import find_date, read_header
    from index.extraction.layout import (
        MAX_CHARS,
        Extracted,
        Paragraph,
        digest_of,
        lay_out,
        n_letters,
        tidy,
        web_address,
    )
    from index.extraction.ocr import Ocr
    from index.extraction.sandbox import Extractor
else:
    __getattr__ = face(
        __name__,
        accounting="Block measured total",
        header="find_date read_header",
        layout="Extracted MAX_CHARS Paragraph digest_of lay_out n_letters tidy web_address",
        ocr="Ocr",
        sandbox="Extractor",
    )

__all__ = [
    "MAX_CHARS",
    "Block",
    "Extracted",
    "Extractor",
    "Ocr",
    "Paragraph",
    "digest_of",
    "find_date",
    "lay_out",
    "measured",
    "n_letters",
    "read_header",
    "tidy",
    "total",
    "web_address",
]
