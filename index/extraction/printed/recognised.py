"""What tesseract says it sees on a picture of a page (its TSV) to printed lines, in the order of its blocks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from index.extraction.layout import Extracted, tidy
from index.extraction.printed.hyphens import HYPHENS
from index.extraction.printed.lines import Line

SURE = 80.0
"""Confidence below which a word is doubtful. In percent, as tesseract gives it.

On bad copies of one page (60 to 120 dots per inch) it finds 69 % of the wrong words; half of those it names are wrong.
"""
MAX_WORDS = 20_000
"""Maximum number of words that are taken from one page."""
_SPECKS = 30.0
"""A line whose words all are below this is no print but something in a picture."""
_LEVEL = 0.25
"""Share by which the height of a line may differ from the page's usual one to count as the same size of print."""
_MARGIN = 0.15  # of the page's height
_DUST = 60.0
_HALF_SURE = 50.0
"""A page whose letters mostly are below this is a picture without print."""
_GAP = 1.5
"""A wider space than this may part two columns. In sizes of print."""
_DIGIT = re.compile(r"\d")
_PAGE, _WORD = "1", "5"
_COLUMNS = 12
_DESCENDS = re.compile(r"[gjpqyçQ,;()\[\]|_]")
_PIXELS = re.compile(r"\d{1,6}")


class _Word(NamedTuple):
    """A word and its box in pixels, y downwards."""

    text: str
    sureness: float
    left: int
    top: int
    right: int
    bottom: int


def recognised_lines(tsv: bytes, page: int, width: float, height: float) -> tuple[list[Line], frozenset[str]]:
    """Return the lines of a page of that size in points, none if it is a picture without print, and its doubtful words.

    A word is doubtful if tesseract is not sure of it, unless it is sure of the same word elsewhere on the page; a
    number is not made sure by another one.
    """
    rows = [row for row in _rows(tsv) if len(row) == _COLUMNS and all(map(_PIXELS.fullmatch, row[6:10]))]
    size = next(((int(row[8]), int(row[9])) for row in rows if row[0] == _PAGE), (0, 0))
    if not all(size):
        return [], frozenset()
    lines: dict[tuple[str, ...], list[_Word]] = defaultdict(list)
    for row in [row for row in rows if row[0] == _WORD][:MAX_WORDS]:
        left, top, wide, high = map(int, row[6:10])
        word = _Word(tidy(row[11]), _number(row[10]), left, top, left + wide, top + high)
        if word.text and not _is_dust(word):
            lines[tuple(row[2:5])].append(word)
    kept = {key: words for key, words in lines.items() if _is_print(words)}
    words = [word for each in kept.values() for word in each]
    if 2 * sum(len(word.text) for word in words if word.sureness >= _HALF_SURE) < sum(len(word.text) for word in words):
        return [], frozenset()
    sizes = _sizes(kept)
    scale = (width / size[0], height / size[1])
    found = [
        _line(piece, page, scale, height, sizes[key])
        for key, each in kept.items()
        for piece in _pieces(each, sizes[key])
    ]
    return found, _doubtful(list(kept.values()))


def doubtful_lines(said: Extracted, doubtful: Mapping[int, frozenset[str]]) -> tuple[int, ...]:
    """Return the number of the line, from 1, of each doubtful word, given those of each page."""
    found = []
    for n, line in enumerate(said.lines, start=1):
        # The last sentence of a page goes on at the top of the next one, behind an empty line.
        pages = {bisect_right(said.pages, n), bisect_right(said.pages, n + 2)}
        known = [doubtful[page] for page in pages if page in doubtful]
        found += [n for word in line.split(" ") if any(word in words for words in known)]
    return tuple(found)


def _doubtful(lines: Sequence[Sequence[_Word]]) -> frozenset[str]:
    sure = {word.text for line in lines for word in line if word.sureness >= SURE and not _DIGIT.search(word.text)}
    found = {word.text for line in lines for word in line if word.sureness < SURE}
    for line, following in pairwise(lines):
        if line[-1].text[-1] in HYPHENS and min(line[-1].sureness, following[0].sureness) < SURE:
            found |= {line[-1].text[:-1] + following[0].text, line[-1].text + following[0].text}
    return frozenset(found - sure)


def _pieces(words: Sequence[_Word], size: float) -> Iterator[list[_Word]]:
    """Yield the words of a line, parted where a gap may be that between two columns."""
    begun: list[_Word] = []
    for word in words:
        if begun and word.left - begun[-1].right > _GAP * size:
            yield begun
            begun = []
        begun.append(word)
    yield begun


def _rows(tsv: bytes) -> Iterator[list[str]]:
    for line in tsv.decode("utf-8", "replace").split("\n"):
        yield line.rstrip("\r").split("\t")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _is_dust(word: _Word) -> bool:
    """Return whether it is a sign or a letter that tesseract hardly believes in itself."""
    is_sign = not any(map(str.isalnum, word.text))
    return (is_sign and word.sureness < _DUST) or (len(word.text) == 1 and word.sureness < _SPECKS)


def _is_print(words: Sequence[_Word]) -> bool:
    has_text = any(char.isalnum() for word in words for char in word.text)
    return has_text and any(word.sureness >= _SPECKS for word in words)


def _sizes(lines: dict[tuple[str, ...], list[_Word]]) -> dict[tuple[str, ...], float]:
    """Return the size of print of each line in pixels: that of its paragraph, or the page's usual one if that is near.

    The height of a single line depends on which letters are in it.
    """
    heights = {key: float(max(w.bottom for w in words) - min(w.top for w in words)) for key, words in lines.items()}
    usual = median(heights.values()) if heights else 0.0
    together: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for key, height in heights.items():
        together[key[:2]].append(height)
    sizes = {key: median(some) for key, some in together.items()}
    return {key: usual if abs(sizes[key[:2]] - usual) <= _LEVEL * usual else sizes[key[:2]] for key in lines}


def _line(words: Sequence[_Word], page: int, scale: tuple[float, float], height: float, size: float) -> Line:
    level = [word for word in words if not _DESCENDS.search(word.text)] or words
    y = height - median(word.bottom for word in level) * scale[1]
    return Line(
        " ".join(word.text for word in words),
        page,
        left=min(word.left for word in words) * scale[0],
        right=max(word.right for word in words) * scale[0],
        y=y,
        size=max(1.0, size * scale[1]),
        first_word=(words[0].right - words[0].left) * scale[0],
        is_margin=not _MARGIN * height < y < (1 - _MARGIN) * height,
    )
