"""The date of an article, and what says so, in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.types import Article

FROM = {
    "export": "from the export",
    "metadata": "from the file's metadata",
    "dateline": "from the dateline",
    "line": "from a line near the top",
    "filename": "from the file's name",
    "corrected": "corrected by hand",
    "": "",
}


def date_words(article: Article) -> str:
    """Return an article's date and where it is from."""
    if not article.date:
        return "no date"
    told = FROM.get(article.date_from, article.date_from)
    return f"{article.date}, {told}" if told else article.date
