"""Characters with their places on a printed page become lines: raised print told apart, wide gaps kept as cells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise, takewhile
from statistics import median
from typing import NamedTuple

from index.extraction.note_calls import raised

GAP = 0.9
"""A wider space than this may part two columns. In sizes of print."""

_LIGATURE = re.compile("[\ufb00-\ufb06]")


class Char(NamedTuple):
    """A character and its box in points, y upwards; no box for one that is only implied, like many spaces."""

    char: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0

    @property
    def is_printed(self) -> bool:
        return self.top > self.bottom and not self.char.isspace()


class Cell(NamedTuple):
    """A piece of a line between two wide gaps."""

    text: str
    left: float
    right: float


@dataclass(slots=True)
class Line:
    """A printed line and its position in points, y upwards; `first_word` is the width of its first word."""

    text: str
    page: int
    left: float
    right: float
    y: float
    size: float
    first_word: float
    is_margin: bool
    """Whether it is where a running head or a page number may be."""
    cells: tuple[Cell, ...] = ()
    """What stands between wide gaps, if there is one."""
    turn: int = 0
    """How it is written: 0 across, 1 downwards, 2 upside down, 3 upwards; its place is as if the page were turned."""
    is_row: bool = False
    """Whether it is a row of a table, a line of its own."""


def line_of(chars: Sequence[Char], page: int, margins: tuple[float, float], turn: int = 0) -> Iterator[Line]:
    """Yield the line that some characters form; nothing if they are only spaces."""
    seen = [each for each in chars if each.is_printed]
    if not seen:
        return
    size = median(each.top - each.bottom for each in seen)
    y = median(each.bottom for each in seen)
    text = _text(chars, size, y)
    if not text:
        return
    begun = list(dropwhile(lambda each: each.char.isspace(), chars))
    word = [each for each in takewhile(lambda each: not each.char.isspace(), begun) if each.top > each.bottom]
    yield Line(
        text,
        page,
        left=min(each.left for each in seen),
        right=max(each.right for each in seen),
        y=y,
        size=size,
        is_margin=not margins[0] < y < margins[1],
        first_word=max((each.right for each in word), default=0.0) - min((each.left for each in word), default=0.0),
        cells=_cells(chars, size, y),
        turn=turn,
    )


def is_raised(each: Char, size: float, base: float) -> bool:
    """Return whether a character is smaller than print of that size and higher than its base line."""
    return each.is_printed and each.top - each.bottom < 0.9 * size and each.bottom > base + 0.15 * size


def _text(chars: Sequence[Char], size: float, base: float) -> str:
    ups = [is_raised(each, size, base) for each in chars]
    said = ""
    at = 0
    while at < len(chars):
        end = at + 1
        while end < len(chars) and ups[end] == ups[at]:
            end += 1
        piece = "".join(each.char for each in chars[at:end])
        after = "".join(each.char for each in chars[end : end + 12])
        said += raised(piece, said[-24:], after) if ups[at] else piece
        at = end
    text = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))
    text = re.sub(r"\u00ad(?=.)|[\ufeff\u200b]", "", text)
    return re.sub(r"([\u00a0\u202f])? +", lambda space: space[1] or " ", text).strip(" ")


def _cells(chars: Sequence[Char], size: float, base: float) -> tuple[Cell, ...]:
    """Return the pieces of a line between gaps that may part columns; () if it has none."""
    places = [n for n, each in enumerate(chars) if each.is_printed]
    gaps = [b for a, b in pairwise(places) if chars[b].left - chars[a].right > GAP * size]
    if not gaps:
        return ()
    found = []
    for a, b in pairwise([0, *gaps, len(chars)]):
        piece = chars[a:b]
        seen = [each for each in piece if each.is_printed]
        found.append(Cell(_text(piece, size, base), min(e.left for e in seen), max(e.right for e in seen)))
    return tuple(found)
