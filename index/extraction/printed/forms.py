"""What was filled into the fields of a form, beside or below the labels that are printed on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from index.extraction.printed.lines import Line

_ABOVE = 30.0  # points between a field and a label above it
_BESIDE = 250.0  # points between a field and a label in front of it
_MARK = "[x]"


class Field(NamedTuple):
    """The value of a field, the field's name, and its place in points, y upwards."""

    value: str
    name: str
    left: float
    right: float
    bottom: float
    top: float


def with_values(lines: list[Line], fields: Iterable[Field], page: int) -> list[Line]:
    """Put each value behind its label, a cross in front of it; without a label the field's name stands for it."""
    found = list(lines)
    for field in fields:
        places = [n for n, line in enumerate(found) if line.page == page and not line.turn]
        best = min(places, key=lambda n: _distance(found[n], field), default=None)
        if best is not None and _distance(found[best], field) < float("inf"):
            label = found[best]
            value = field.value
            text = f"{value} {label.text}" if value == _MARK else f"{label.text}{_joint(label.text)}{value}"
            found[best] = replace(label, text=text, cells=(), is_row=True)
        else:
            text = f"{field.name} : {field.value}" if field.name else field.value
            size = found[-1].size if found else 10.0
            found.append(Line(text, page, field.left, field.right, field.bottom, size, 0.0, False, is_row=True))
    return found


def _joint(label: str) -> str:
    return " " if label.endswith((":", "?", "|", "…", ".")) or ": " in label else " : "


def _distance(line: Line, field: Field) -> float:
    """Return how far a line is from a field whose label it may be, in points; infinity if it cannot be."""
    middle = line.y + line.size / 2
    is_level = field.bottom - 2 < middle < field.top + 2
    if field.value == _MARK:
        gap = line.left - field.right if line.left > field.left else field.left - line.right
        return max(0.0, gap) if is_level and gap < _BESIDE else float("inf")
    if is_level and line.left < field.left:
        gap = max(0.0, field.left - line.right)
        return gap / 10 if gap < _BESIDE else float("inf")
    gap = line.y - field.top
    is_over = line.left < field.right and line.right > field.left
    return 25 + gap if -3 < gap < _ABOVE and is_over else float("inf")
