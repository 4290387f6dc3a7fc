"""The draft that `citeline check` is given: a file or stdin, and nothing that is no text."""

from __future__ import annotations

import sys
from pathlib import Path

from index.documents import decode
from ui.cli.check.claims import CheckError
from ui.formats import shown

MOST_BYTES = 1_000_000
"""Of a draft: a book. A longer one is cut by its writer, who does not wait for hours."""
KINDS = (".txt", ".md", ".markdown")


def read_draft(source: str) -> str:
    """Return the text of a file, or of stdin for "-". Raises CheckError for anything that is not a text to check."""
    name = "stdin" if source == "-" else shown(source)
    data = sys.stdin.buffer.read(MOST_BYTES + 1) if source == "-" else _bytes_of(Path(source).expanduser(), name)
    if len(data) > MOST_BYTES:
        raise CheckError(f"{name} has more than {MOST_BYTES:,} bytes: check it in parts")
    try:
        text, _ = decode(data)
    except ValueError as error:
        raise CheckError(f"{name}: {error}. Save the draft as plain text: {' or '.join(KINDS[:2])}") from None
    if not any(map(str.isalnum, text)):
        raise CheckError(f"{name} is empty: write what is to be checked into it")
    return text


def _bytes_of(path: Path, name: str) -> bytes:
    if path.is_dir():
        raise CheckError(f"{name} is a folder: name one file, such as {name.rstrip('/')}/draft.md")
    if not path.is_file():
        raise CheckError(f"no such file: {name}. Name a draft ({' or '.join(KINDS[:2])}), or - to read it from stdin")
    if path.suffix.lower() not in KINDS:
        raise CheckError(f"{name} does not end in {' or '.join(KINDS[:2])}: save the draft as plain text or Markdown")
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
