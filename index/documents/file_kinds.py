"""The kinds of file that are read, and their size limits."""

from __future__ import annotations

from pathlib import Path

KINDS = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".epub", ".jsonl")
KINDS_WORDS = ".txt, .md, .html, .pdf, .docx, .epub, .jsonl"
MAX_BYTES = 10_000_000
LARGER = {".pdf": 100_000_000, ".docx": 50_000_000, ".epub": 50_000_000, ".jsonl": 100_000_000}
"""Size limits, in bytes, for kinds that hold pictures or many articles."""
MOST_BYTES = max(LARGER.values())


def most_bytes(path: Path) -> int:
    """Return the size limit for a file of this kind, in bytes."""
    return LARGER.get(path.suffix.lower(), MAX_BYTES)
