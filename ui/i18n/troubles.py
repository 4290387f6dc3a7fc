"""What keeps changes in a library's folders from being seen, in words for the page and the terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ui.i18n.catalog import shelf_words
from ui.i18n.skip_reasons import error_words


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong, until it is not."""

    kind: Literal["library", "gone", "folder", "system"]
    """The library cannot be read; a folder is gone; one cannot be watched; the system watches no more folders."""
    what: str
    """The library's or the folder's path, as it is shown."""
    why: str = ""
    """The system's own words, in English."""


def trouble_words(trouble: Trouble, lang: str) -> str:
    """One line in "fr" or "en"."""
    wording = shelf_words(lang)[f"watch_{trouble.kind}"]
    return wording.format(what=trouble.what, why=error_words(trouble.why, lang))
