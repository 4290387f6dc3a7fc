"""The kinds of file that are read, and their size limits."""

from __future__ import annotations

from pathlib import Path

KINDS = (
    ".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".epub", ".jsonl", ".odt", ".rtf", ".eml", ".mbox",
    ".mhtml", ".mht", ".csv", ".tsv", ".json", ".xml", ".rss", ".atom", ".rdf", ".bib", ".ris", ".zip",
    ".png", ".jpg", ".jpeg", ".tif", ".tiff",
)  # fmt: skip
PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff")
KINDS_WORDS = (
    ".txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub, .jsonl, .json, .csv, .eml, .mbox, .mhtml, .rss, .zip, .png, "
    ".jpg, .tiff"
)
MAX_BYTES = 10_000_000
LARGER = {
    **dict.fromkeys(
        (".html", ".htm", ".pdf", ".jsonl", ".json", ".csv", ".mbox", ".mhtml", ".mht", ".zip"), 100_000_000
    ),
    **dict.fromkeys((".docx", ".epub", ".odt", ".rtf", ".eml", ".rdf", ".bib", ".ris", *PICTURES), 50_000_000),
}
"""Size limits, in bytes, for kinds that hold pictures or many articles."""
READERS = {
    ".html": 6, ".htm": 6, ".epub": 5, ".docx": 4, ".pdf": 5, ".jsonl": 5, ".txt": 5, ".md": 5, ".markdown": 5,
    ".mhtml": 5, ".mht": 5, ".zip": 5, ".odt": 4, ".rtf": 4, ".eml": 3, ".mbox": 3, ".csv": 4, ".tsv": 4, ".json": 4,
    ".xml": 3, ".rss": 3, ".atom": 3,
}  # fmt: skip
"""Versions of what reads each kind of file, 1 for the others. Increase one whenever such files would be read otherwise:
a library that was built with another version reads its files of that kind again."""
MOST_BYTES = max(LARGER.values())
MAX_MARKUP = 50_000_000
"""Maximum bytes of a web page without the pictures in it."""


def most_bytes(path: Path) -> int:
    """Return the size limit for a file of this kind, in bytes."""
    return LARGER.get(path.suffix.lower(), MAX_BYTES)
