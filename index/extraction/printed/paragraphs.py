"""Printed lines to paragraphs: joined where one goes on in the next, over the end of a line, a column or a page."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from index.extraction.layout import Paragraph
from index.extraction.printed.hyphens import HYPHENS, WORD, joined
from index.extraction.printed.lines import Line

_ENDS = re.compile(r"[.!?…:;][\"»”’')\]\s]*$")
_BULLET = re.compile(r"[•▪■◦‣]\s")
_ITEM = re.compile(r"(?:[·*–—-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_NUMBERED = re.compile(r"\d{1,3}\s[A-ZÀ-Ý]")
_NEAR = 3  # lines before and behind one that tell how wide its column is there
_LEVEL = 2.5  # sizes of print by which lines of one width may differ


def paragraphs_of(lines: Sequence[Line]) -> list[Paragraph]:
    """Join printed lines that continue in the next one: across the end of a line, a column or a page."""
    edges = _right_edges(lines)
    pitch = _pitch(lines)
    known = Counter(word.lower() for line in lines for word in WORD.findall(line.text))
    found: list[Paragraph] = []
    before: Line | None = None
    for n, line in enumerate(lines):
        is_in_list = bool(found and _BULLET.match(found[-1].text) and _NUMBERED.match(line.text))
        if before is not None and not is_in_list and _goes_on(before, line, edges[n - 1], pitch):
            _append(found[-1], line, known)
        else:
            found.append(Paragraph(line.text, [(0, line.page)], line.size))
        before = line
    return found


def _right_edges(lines: Sequence[Line]) -> list[float]:
    """Return for each line how far to the right the lines of its column reach there, in points.

    A wide headline, or the wider lines above or below a picture, do not count.
    """
    columns: dict[tuple[int, int, int], float] = {}
    keys = [(line.page, round(line.left / 20), round(line.size)) for line in lines]
    for key, line in zip(keys, lines, strict=True):
        columns[key] = max(columns.get(key, 0.0), line.right)
    edges = []
    for n, (page, place, size) in enumerate(keys):
        near = [columns.get((page, place + step, size + more), 0.0) for step in (-1, 0, 1) for more in (-1, 0, 1)]
        edges.append(min([max(near), *_local_edges(lines, n)]))  # an indent must not make a column of its own
    return edges


def _local_edges(lines: Sequence[Line], n: int) -> list[float]:
    """Return how far the lines right before and right behind one reach, where those agree on it."""
    line = lines[n]
    if _ENDS.search(line.text):  # no sentence is parted there
        return []
    sides = []
    for step in (-1, 1):
        side = [line]
        while len(side) <= _NEAR:
            place = n + step * len(side)
            if not 0 <= place < len(lines) or not _is_beside(lines[place], side[-1], line):
                break
            side.append(lines[place])
        sides.append(side)
    found = []
    for (_, *near), order in zip(sides, (-1, 1), strict=True):
        if len(near) < 2 or abs(near[0].right - near[1].right) > _LEVEL * line.size:
            continue
        if any(_runs_on(*pair) for pair in pairwise([line, *near][::order])):  # else a list of names, say
            found.append(max(line.right, near[0].right, near[1].right))
    return found


def _runs_on(a: Line, b: Line) -> bool:
    return b.text[:1].islower() and not _ENDS.search(a.text)


def _is_beside(other: Line, nearer: Line, line: Line) -> bool:
    """Return whether a line continues the column of `line`, next to `nearer`."""
    return (
        other.page == line.page
        and abs(other.left - line.left) < 20
        and abs(other.size - line.size) < 0.12 * line.size
        and 0.4 * line.size < abs(other.y - nearer.y) < 3 * line.size
    )


def _pitch(lines: Sequence[Line]) -> dict[int, float]:
    """Return the usual distance between two lines for each rounded size of print, in points."""
    steps: dict[int, list[float]] = defaultdict(list)
    for a, b in pairwise(lines):
        if a.page == b.page and 0 < a.y - b.y < 3 * a.size and abs(a.size - b.size) < 0.12 * a.size:
            steps[round(a.size)].append(a.y - b.y)
    return {size: median(found) for size, found in steps.items()}


def _goes_on(a: Line, b: Line, edge: float, pitch: dict[int, float]) -> bool:
    """Return whether line `b` continues the paragraph of line `a` before it."""
    if a.is_row or b.is_row or a.turn != b.turn or abs(a.size - b.size) > 0.12 * max(a.size, b.size):
        return False
    is_open = not _ENDS.search(a.text)
    if a.page != b.page or b.y > a.y + 0.5 * a.size:  # the next page or column
        return is_open and not _BULLET.match(b.text) and (b.text[:1].islower() or not _has_room(a, b, edge))
    step = a.y - b.y
    if step < 0.4 * a.size:  # the same line further right, as in a table
        return b.left >= a.right - a.size
    if step > 1.3 * pitch.get(round(a.size), a.size * 1.2) + 0.5:
        return False
    if _BULLET.match(b.text) or (_ITEM.match(b.text) and not is_open):
        return False
    if is_open and b.text[:1].islower():
        return True
    if a.text[-1] in HYPHENS:
        return True
    if b.left > a.left + 0.7 * a.size and not is_open:  # an indent
        return False
    return not _has_room(a, b, edge)


def _has_room(a: Line, b: Line, edge: float) -> bool:
    """Return whether the first word of `b` would have fitted after `a`, so that the line was ended on purpose."""
    return edge - a.right > b.first_word + 0.75 * a.size


def _append(paragraph: Paragraph, line: Line, known: Counter[str]) -> None:
    text = joined(paragraph.text, line.text, known)
    if paragraph.places[-1][1] != line.page:
        paragraph.places.append((len(text), line.page))
    paragraph.text = text + line.text
