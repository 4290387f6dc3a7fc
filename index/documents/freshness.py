"""Whether the file of an article is still what was indexed; `index.ingestion.changed_since` says it of a library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from index.disk import sha256
from index.documents.articles import Unreadable, parts, path_of, read_bytes
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
    path = path_of(article.path)
    try:
        if path.stat().st_size > MAX_BYTES:
            return ""
        return "" if is_as_indexed(path, read_bytes(path), [article], many_sha256) else "changed"
    except OSError as error:
        return "removed" if is_gone(error) else ""
    except Unreadable:
        return ""
    except ValueError:  # what is there now is no file for an article
        return "changed"


def is_as_indexed(path: Path, data: bytes, articles: Sequence[Article], many_sha256: str = "") -> bool:
    """Return whether a file with these bytes still holds articles that were read from it; True for none.

    `many_sha256` is that of a file of several articles when it was read. Of a file that has to be taken apart, any
    change counts.
    """
    if not articles or sha256(data) in (articles[0].sha256, many_sha256):
        return True
    if path.suffix.lower() != ".jsonl":
        return False
    try:
        now = {each.found.id: each.sha256 for each in parts(Found(path, file_id(articles[0].id)), data)}
    except ValueError:  # it is no file of its kind any more
        return False
    return all(now.get(each.id) == each.sha256 for each in articles)
