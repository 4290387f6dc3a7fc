"""Find the lines of an article that a person means by `FILE:LINE`."""

from __future__ import annotations

import re
from typing import NamedTuple

from index.storage import Library
from index.text import fold
from index.types import Article
from rag.errors import ExpectError

_EXPECTED = re.compile(r"(?P<name>.+):(?P<first>\d{1,9})(?:[-–](?P<last>\d{1,9}))?", re.DOTALL)


class Expected(NamedTuple):
    """The lines that somebody expected to be cited, as typed."""

    name: str
    first: int
    last: int


def parse(text: str) -> Expected:
    """Parse `FILE:LINE` or `FILE:FIRST-LAST`. Raises ExpectError if it is neither."""
    match = _EXPECTED.fullmatch(text.strip())
    if not match:
        raise ExpectError(f"“{text}” does not name a line: type FILE:LINE or FILE:FIRST-LAST, such as paris.txt:12")
    first = int(match["first"])
    last = int(match["last"] or first)
    if not 1 <= first <= last:
        raise ExpectError(
            f"“{text}” does not name lines: they count from 1, the first before the last, as in paris.txt:12-14"
        )
    return Expected(match["name"].replace("\\", "/"), first, last)


def locate(expected: Expected, library: Library) -> Article | None:
    """Return the article that is meant, or None.

    It is found by its id, the end of its path or, if no other article has it, its file name. Raises ExpectError if
    several articles have that name.
    """
    name = expected.name.removeprefix("./")
    if name in library.by_id:
        return library.by_id[name]
    found = [a for a in library.articles if name.endswith("/" + a.id) or f"/{a.id}".endswith("/" + name)]
    found = found or [a for a in library.articles if f"/{fold(a.id)}".endswith("/" + fold(name))]
    if len(found) > 1:
        some = ", ".join(article.id for article in found[:3]) + (" …" if len(found) > 3 else "")
        raise ExpectError(
            f"{len(found)} articles are called {name}: {some}. Type the folder too, as in citeline status"
        )
    return found[0] if found else None
