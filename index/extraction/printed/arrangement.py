"""The lines of a page in the order in which they are read: tables row by row, columns one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.extraction.printed.lines import Cell, Line

_MIN_ROWS = 3
_MAX_INITIALS = 40  # of a page
_BULLET = re.compile(r"[•▪■◦‣·*–—-]|\(?\w{1,3}[.)°]|\[\d+\]|\d{1,3}(?:\.\d{1,3})*")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_FIGURE = re.compile(r"\d")
_INITIAL = re.compile(r"[^\W\d_]’?'?")

Gap = tuple[float, float]


@dataclass(slots=True)
class _Row:
    """What stands on one level of a page, and the lines it is of."""

    cells: list[Cell]
    lines: list[Line]

    @property
    def y(self) -> float:
        return self.lines[0].y

    @property
    def size(self) -> float:
        return self.lines[0].size

    @property
    def gaps(self) -> list[Gap]:
        return [(a.right, b.left) for a, b in pairwise(self.cells) if b.left - a.right > 0.5 * self.size]


def arrange(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page, those of tables as rows and those of columns written side by side in their order.

    What is written upwards or downwards on a page that is not comes last; large initials join their word.
    """
    count = [sum(len(line.text) for line in lines if line.turn == turn) for turn in range(4)]
    main = max(range(4), key=count.__getitem__)
    turned = [line for line in lines if line.turn != main]
    rows = _rows(_with_initials([line for line in lines if line.turn == main]))
    found: list[Line] = []
    at = 0
    while at < len(rows):
        gaps, end = _block(rows, at)
        block = rows[at:end]
        written = _written(block, gaps, rows[end:]) if end > at else None
        if written is None:
            end = max(end, at + 1)
            found += [line for row in rows[at:end] for line in row.lines]
            at = end
        else:
            found += written[0]
            at = end + written[1]
    return found + turned


def _with_initials(lines: list[Line]) -> list[Line]:
    """Join an initial that is several lines high to the line that begins beside it."""
    caps = [line for line in lines if _INITIAL.fullmatch(line.text) and line.text[0].isupper()]
    for cap in caps[:_MAX_INITIALS]:
        n = next(place for place, line in enumerate(lines) if line is cap)
        top = cap.y + cap.size
        beside = [
            each
            for each in (*lines[n + 1 : n + 12], *lines[max(0, n - 12) : n])
            if cap.size > 1.7 * each.size
            and 0 <= each.left - cap.right + 0.3 * each.size < 2.5 * each.size
            and cap.y - 0.6 * each.size < each.y < top
        ]
        if not beside:
            continue
        first = max(beside, key=lambda each: each.y)
        glue = (
            " " if first.text[:1].isupper() and len(first.text.split()[0]) > 1 and not first.text[1].isupper() else ""
        )
        text = cap.text + (" " if cap.text == "À" else glue) + first.text
        joined = replace(first, text=text, left=cap.left, first_word=first.first_word + first.left - cap.left, cells=())
        others = {id(each) for each in beside if each is not first}
        lines = [
            joined if each is first else replace(each, left=cap.left) if id(each) in others else each
            for each in lines
            if each is not cap
        ]
    return lines


def _rows(lines: Sequence[Line]) -> list[_Row]:
    rows: list[_Row] = []
    for line in lines:
        cells = list(line.cells) or [Cell(line.text, line.left, line.right)]
        before = rows[-1] if rows else None
        if (
            before is not None
            and abs(before.y - line.y) < 0.4 * line.size
            and abs(before.size - line.size) < 0.3 * line.size
            and line.left > before.cells[-1].right - 0.3 * line.size
        ):
            before.cells += cells
            before.lines.append(line)
        else:
            rows.append(_Row(cells, [line]))
    return rows


def _block(rows: Sequence[_Row], start: int) -> tuple[list[Gap], int]:
    """Return the gaps that rows from `start` on have in common, and where those rows end; `start` if they are few."""
    gaps = rows[start].gaps
    end, n_parted = start + 1, 1
    for n in range(start + 1, len(rows)):
        row = rows[n]
        step = rows[n - 1].y - row.y
        if not gaps or not 0 < step < 3.2 * row.size:
            break
        free = [(float("-inf"), row.cells[0].left), *row.gaps, (row.cells[-1].right, float("inf"))]
        shared = [(max(a, c), min(b, d)) for a, b in gaps for c, d in free if min(b, d) - max(a, c) > 0.5 * row.size]
        if not shared:
            break
        if len(row.cells) == 1:
            if n - end > 1:
                break
            continue  # perhaps the second line of a cell: another row behind it tells
        gaps, end, n_parted = shared, n + 1, n_parted + 1
    return (gaps, end) if n_parted >= _MIN_ROWS else ([], start)


def _written(block: list[_Row], gaps: list[Gap], rest: Sequence[_Row]) -> tuple[list[Line], int] | None:
    """Return the lines of a block and how many rows of the `rest` belong to it; None if it is neither of both."""
    borders = [(a + b) / 2 for a, b in gaps]
    table = [_in_columns(row, borders) for row in block]
    columns = list(zip(*table, strict=True))
    if all(cell is None or _BULLET.fullmatch(cell.text) for cell in columns[0]):
        return None
    size = block[0].size
    if not all(_is_aligned([cell for cell in column if cell], size) for column in columns[1:]):
        return None
    step = median([a.y - b.y for a, b in pairwise(block)])
    if step < 1.7 * size and sum(map(_is_prose, columns)) >= 2 and len(columns) < 7:
        if not all(_is_prose(column) for column in columns):
            return None
        more = 0
        last = block[-1]
        for row in rest:
            if len(row.cells) > 1 or not 0 < last.y - row.y < 1.3 * step or abs(row.size - size) > 0.12 * size:
                break
            if any(row.cells[0].left < border < row.cells[0].right for border in borders):
                break
            table.append(_in_columns(row, borders))
            last, more = row, more + 1
        return _columns([*block, *rest[:more]], table), more
    return _table_rows(block, table, size), 0


def _in_columns(row: _Row, borders: list[float]) -> list[Cell | None]:
    found: list[Cell | None] = [None] * (len(borders) + 1)
    for cell in row.cells:
        place = sum((cell.left + cell.right) / 2 > border for border in borders)
        before = found[place]
        found[place] = cell if before is None else Cell(f"{before.text} {cell.text}", before.left, cell.right)
    return found


def _is_aligned(cells: Sequence[Cell], size: float) -> bool:
    """Return whether most cells of a column begin, end or have their middle at one place."""

    def agree(places: list[float]) -> bool:
        middle = median(places)
        return sum(abs(each - middle) < 0.7 * size for each in places) >= 0.7 * len(places)

    ends = [
        [each.left for each in cells],
        [each.right for each in cells],
        [(each.left + each.right) / 2 for each in cells],
    ]
    return bool(cells) and any(map(agree, ends))


def _is_prose(column: Sequence[Cell | None]) -> bool:
    """Return whether the cells of a column are the lines of a running text."""
    texts = [cell.text for cell in column if cell]
    if len(texts) < _MIN_ROWS:
        return False
    n_words = sum(len(text.split()) for text in texts) / len(texts)
    lower = sum(text[:1].islower() for text in texts)
    return n_words >= 2.8 and sum(map(len, texts)) / len(texts) >= 15 and lower >= 0.3 * len(texts)


def _columns(rows: Sequence[_Row], table: Sequence[list[Cell | None]]) -> list[Line]:
    found = []
    for column in zip(*table, strict=True):
        for row, cell in zip(rows, column, strict=True):
            if cell:
                whole = row.lines[0]
                width = (cell.right - cell.left) * len(cell.text.split()[0]) / max(1, len(cell.text))
                found.append(
                    replace(whole, text=cell.text, left=cell.left, right=cell.right, first_word=width, cells=())
                )
    return found


def _table_rows(block: Sequence[_Row], table: list[list[Cell | None]], size: float) -> list[Line]:
    """Return a line a row, each cell with the label of its column if the table has a row of labels."""
    steps = [a.y - b.y for a, b in pairwise(block)]
    rows: list[list[str]] = []
    lines: list[Line] = []
    for n, (row, cells) in enumerate(zip(block, table, strict=True)):
        texts = [cell.text if cell else "" for cell in cells]
        if n and not texts[0] and steps[n - 1] < min(1.35 * size, 0.8 * max(steps)):  # the second line of a cell
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], texts, strict=True)]
            continue
        rows.append(texts)
        whole = row.lines[0]
        lines.append(replace(whole, text="", right=row.cells[-1].right, cells=(), is_row=True))
    labels = rows[0] if _is_header(rows) else None
    for line, texts in zip(lines, rows, strict=True):
        line.text = _row_text(texts, labels if texts is not labels else None)
    return lines


def _is_header(rows: Sequence[list[str]]) -> bool:
    """Return whether the first row says what the columns are: words or years, above a column of figures."""
    first, *others = rows
    if len(others) < 2 or not all(first[1:]) or len(set(first)) < len(first):
        return False
    if any(_FIGURE.match(text) and not _YEAR.fullmatch(text) for text in first):
        return False
    columns = list(zip(*others, strict=True))[1:]
    return any(sum(bool(_FIGURE.search(text)) for text in column) > 0.6 * len(others) for column in columns)


def _row_text(texts: Sequence[str], labels: Sequence[str] | None) -> str:
    """Write a row: "Orlon | Habitants : 420 | Surface : 8 km²"."""
    first, *others = texts
    if labels:
        others = [text and f"{label.rstrip(' :')} : {text}" for label, text in zip(labels[1:], others, strict=True)]
    text = " | ".join(filter(None, [first, *others]))
    return re.sub(r" ?: \| ", " : ", text)
