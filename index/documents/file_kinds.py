"""The kinds of file that are read, and their size limits."""

from __future__ import annotations

from pathlib import Path

KINDS = (
    ".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".epub", ".jsonl", ".odt", ".rtf", ".eml", ".mbox",
    ".mhtml", ".mht", ".csv", ".tsv", ".json", ".xml", ".rss", ".atom", ".rdf", ".zip",
)  # fmt: skip
KINDS_WORDS = ".txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub, .jsonl, .json, .csv, .eml, .mbox, .mhtml, .rss, .zip"
MAX_BYTES = 10_000_000
LARGER = {
    **dict.fromkeys(
        (".html", ".htm", ".pdf", ".jsonl", ".json", ".csv", ".mbox", ".mhtml", ".mht", ".zip"), 100_000_000
    ),
    **dict.fromkeys((".docx", ".epub", ".odt", ".rtf", ".eml", ".rdf"), 50_000_000),
}
"""Size limits, in bytes, for kinds that hold pictures or many articles."""
READERS = {
    ".html": 5, ".htm": 5, ".epub": 4, ".docx": 3, ".pdf": 4, ".jsonl": 4, ".txt": 4, ".md": 4, ".markdown": 4,
    ".mhtml": 4, ".mht": 4, ".zip": 4, ".odt": 3, ".rtf": 3, ".eml": 2, ".mbox": 2, ".csv": 3, ".tsv": 3, ".json": 3,
    ".xml": 2, ".rss": 2, ".atom": 2,
}  # fmt: skip
"""Versions of what reads each kind of file, 1 for the others. Increase one whenever such files would be read otherwise:
a library that was built with another version reads its files of that kind again."""
MOST_BYTES = max(LARGER.values())
MAX_MARKUP = 50_000_000
"""Maximum bytes of a web page without the pictures in it."""


def most_bytes(path: Path) -> int:
    """Return the size limit for a file of this kind, in bytes."""
    return LARGER.get(path.suffix.lower(), MAX_BYTES)
