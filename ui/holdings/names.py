"""Articles and files of a library by the names a person types for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.formats import shown

if TYPE_CHECKING:
    from index.storage import Library
    from index.types import Article

_LISTED = 8


class ShelfError(Exception):
    """A name that fits nothing in the library, or more than one thing; its text is one line for a person."""


def matching(names: Sequence[tuple[str, ...]], typed: str) -> list[int]:
    """Return the places of what a name fits, each thing having several names.

    What is called exactly so comes before what ends so after a "/", and that before what contains it in any capitals.
    """
    typed = typed.strip()
    if not typed:
        return []
    low = typed.casefold()
    for fits in (
        lambda name: name == typed,
        lambda name: name.endswith(f"/{typed.removeprefix('./')}"),
        lambda name: low in name.casefold(),
    ):
        if found := [n for n, all_names in enumerate(names) if any(map(fits, all_names))]:
            return found
    return []


def article_named(library: Library, typed: str) -> Article:
    """Return the article that a name fits: its id, the path or name of its file, its title, or a part of one.

    Raises ShelfError if it is none or several.
    """
    articles = library.articles
    found = matching([(each.id, each.path, each.title) for each in articles], typed)
    if len(found) == 1:
        return articles[found[0]]
    if not found:
        raise no_such(typed)
    listed = ", ".join(articles[n].id for n in found[:_LISTED]) + (" …" if len(found) > _LISTED else "")
    raise ShelfError(f'"{shown(typed)}" fits {len(found)} articles: {shown(listed)}. Type one of these names')


def no_such(typed: str) -> ShelfError:
    """Return the error for a name that nothing in the library has."""
    return ShelfError(f'nothing in the library is called "{shown(typed)}". To list what there is: citeline status')
