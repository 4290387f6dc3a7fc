"""Whether the file of an article is still what was indexed; `index.ingestion.changed_since` says it of a library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from index.disk import sha256
from index.documents.articles import Unreadable, parts, read_bytes
from index.documents.discovery import Found, file_id, is_gone
from index.types import Article

MAX_BYTES = 20_000_000
"""Size limit of a file that is read again each time its article is opened; a larger one counts as unchanged."""


def file_state(article: Article, many_sha256: str = "") -> Literal["", "changed", "removed"]:
    """Compare an article with its file, and read only that file.

    Args:
        article: The article.
        many_sha256: SHA-256 of its file when it was read, if the file holds several articles (`Manifest.many`).

    Returns:
        "" if the file holds the article as it was indexed, or cannot be read for now; otherwise "changed" or "removed".
        Of a file that has to be taken apart, any change counts.
    """
    path = Path(os.fsdecode(article.path.encode("utf-8", "surrogateescape")))
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        data = read_bytes(path)
        digest = sha256(data)
        if digest in (article.sha256, many_sha256):
            return ""
        if path.suffix.lower() != ".jsonl":
            return "changed"
        now = {each.found.id: each.sha256 for each in parts(Found(path, file_id(article.id)), data)}
    except OSError as error:
        return "removed" if is_gone(error) else ""
    except Unreadable:
        return ""
    except ValueError:  # it is no file of its kind any more
        return "changed"
    return "" if now.get(article.id) == article.sha256 else "changed"
