"""Whether the file of an article is still what was indexed; `index.ingestion.changed_since` says it of a library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from index.disk import sha256
from index.documents.articles import Unreadable, parts, read_bytes
from index.documents.discovery import Found, is_gone
from index.types import Article

MAX_BYTES = 20_000_000
"""Size limit of a file that is read again each time its article is opened; a larger one counts as unchanged."""


def file_state(article: Article) -> Literal["", "changed", "removed"]:
    """Compare an article with its file, and read only that file.

    Returns:
        "" if the file holds the article as it was indexed, or cannot be read for now; otherwise "changed" or "removed".
    """
    path = Path(os.fsdecode(article.path.encode("utf-8", "surrogateescape")))
    name = article.id.rsplit("#", 1)[0] if path.suffix.lower() == ".jsonl" else article.id
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        now = {each.id: sha256(data) for each, data in parts(Found(path, name), read_bytes(path))}
    except OSError as error:
        return "removed" if is_gone(error) else ""
    except Unreadable:
        return ""
    except ValueError:  # it is no file of its kind any more
        return "changed"
    return "" if now.get(article.id) == article.sha256 else "changed"
