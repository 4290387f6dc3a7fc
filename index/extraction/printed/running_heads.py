"""What stands at the head or foot of page after page: the newspaper's name, the date, the number of the page."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from index.extraction.printed.lines import Line


def without_running_heads(lines: Sequence[Line], n_pages: int) -> list[Line]:
    """Remove lines that are at the same height at the top or foot of page after page, whatever number they contain."""
    pages: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    edges: dict[tuple[bool, str], list[Line]] = defaultdict(list)
    for found in pages.values():
        heights = sorted({round(line.y) for line in found}, reverse=True)
        for line in found:
            place = heights.index(round(line.y))
            words = re.sub(r"\d+|^[ivxlc]+$", "#", line.text.lower())
            if not line.is_margin:
                continue
            if place < 2:
                edges[True, words].append(line)
            if place >= len(heights) - 2:
                edges[False, words].append(line)
    running: set[int] = set()
    for same in edges.values():
        height = median(line.y for line in same)
        level = [line for line in same if abs(line.y - height) < 6]
        n = len({line.page for line in level})
        if n >= 3 or (n == 2 and n_pages <= 4):
            running.update(map(id, level))
    return [line for line in lines if id(line) not in running]
