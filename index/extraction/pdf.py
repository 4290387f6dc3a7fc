"""PDF to paragraphs with their pages: without running heads, with printed lines and hyphenated words joined."""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile, pairwise, takewhile
from statistics import median
from typing import Any, NamedTuple

from index.extraction.layout import MAX_CHARS, Extracted, Paragraph, lay_out
from index.skip_reason import NotAnArticle

MAX_PAGES = 2000
_HYPHENS = "-\u2010\u00ad"
_MARGIN = 0.15  # of the page's height
_LINE_END_HYPHEN = 2  # PDFium's character for a hyphen that ends a printed line
_ENDS = re.compile(r"[.!?…:;][\"»”’')\]\s]*$")
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_BULLET = re.compile(r"[•▪■◦‣]\s")
_ITEM = re.compile(r"(?:[·*–—-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
_WORD = re.compile(r"[^\W_]+(?:[-\u2010’'][^\W_]+)*")
# Second parts that a French or English hyphen belongs before; there it is kept.
_CLITICS = frozenset(
    "il elle on ils elles je tu nous vous ce ci là la le les moi toi lui leur y en t même mêmes être dire vis".split()
)
_FIRST_PARTS = frozenset(
    "dix vingt trente quarante cinquante soixante quatre demi vice twenty thirty forty fifty sixty seventy eighty "
    "ninety self half".split()
)


class _Char(NamedTuple):
    """A character and its box in points, y upwards; no box for one that is only implied, like many spaces."""

    char: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0


@dataclass(slots=True)
class _Line:
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


def extract_pdf(data: bytes) -> Extracted:
    """Extract the text of a PDF in the order of its content.

    Raises ValueError with the reason if there is none to read.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise NotAnArticle("password") from None
        if "security" in str(error).lower():
            raise NotAnArticle("protection") from None
        raise NotAnArticle("damaged_pdf") from None
    n_pages = len(document)
    lines: list[_Line] = []
    pictures, n_damaged, n_chars, last = [], 0, 0, 0
    for number in range(1, min(n_pages, MAX_PAGES) + 1):
        try:
            found = list(_lines_of(document[number - 1], number))
        except pypdfium2.PdfiumError:
            found, n_damaged = [], n_damaged + 1
        if not any(char.isalnum() for line in found for char in line.text):
            pictures.append(number)
        lines += found
        n_chars += sum(len(line.text) for line in found)
        last = number
        if n_chars > MAX_CHARS:
            break
    if n_damaged == last:
        raise NotAnArticle("damaged_pages")
    _require_text(lines, last)
    paragraphs = _paragraphs(_without_running_heads(lines, last))
    told = _notes(n_pages, last, pictures)
    return lay_out(
        paragraphs,
        n_pages=last,
        title=_title(paragraphs, str(document.get_metadata_dict().get("Title", ""))),
        note="; ".join(told),
    )


def _require_text(lines: Sequence[_Line], n_pages: int) -> None:
    text = "".join(line.text for line in lines)
    n_alnum = sum(char.isalnum() for char in text)
    if not n_alnum:
        raise NotAnArticle("no_text_layer")
    bad = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in text)
    if bad > n_alnum / 4:
        raise NotAnArticle("unreadable_text")


def _notes(n_pages: int, last: int, pictures: Sequence[int]) -> list[str]:
    told = []
    if last < n_pages:
        told.append(f"only its first {last:,} pages of {n_pages:,} were read")
    if pictures:
        named = ", ".join(map(str, pictures[:5])) + (" …" if len(pictures) > 5 else "")
        told.append(f"no text on {len(pictures)} of {last} pages ({named}): pictures need OCR")
    return told


# --- printed lines ------------------------------------------------------------------------------------------------


def _lines_of(page: Any, number: int) -> Iterator[_Line]:
    """Yield the printed lines of a page in the order of its content, which nearly always is the reading order."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    raw, box = textpage.raw, pdfium.FS_RECTF()
    box_of, place = pdfium.FPDFText_GetLooseCharBox, ctypes.byref(box)
    _, foot, _, head = page.get_bbox()
    margins = foot + _MARGIN * (head - foot), head - _MARGIN * (head - foot)
    chars: list[_Char] = []
    bottom = top = 0.0  # of the last character that was printed
    for index in range(min(pdfium.FPDFText_CountChars(raw), MAX_CHARS)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in (10, 13):
            yield from _line(chars, number, margins)
            chars = []
        elif code < 32 and code not in (_LINE_END_HYPHEN, 9):
            continue
        elif not box_of(raw, index, place) or box.right <= box.left:
            chars.append(_Char(chr(max(32, code))))
        else:
            if chars and (box.bottom > top or box.top < bottom):  # beside nothing of the line so far
                yield from _line(chars, number, margins)
                chars = []
            bottom, top = box.bottom, box.top
            char = "-" if code == _LINE_END_HYPHEN else chr(max(32, code))
            chars.append(_Char(char, box.left, box.right, bottom, top))
            if code == _LINE_END_HYPHEN:
                yield from _line(chars, number, margins)
                chars = []
    yield from _line(chars, number, margins)
    textpage.close()
    page.close()


def _line(chars: Sequence[_Char], page: int, margins: tuple[float, float]) -> Iterator[_Line]:
    """Yield the line that some characters form; nothing if they are only spaces."""
    text = "".join(each.char for each in chars).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _LIGATURE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), unicodedata.normalize("NFC", text))
    text = re.sub(r"\u00ad(?=.)|[\ufeff\u200b]", "", text)
    text = re.sub(r"([\u00a0\u202f])? +", lambda space: space[1] or " ", text).strip(" ")
    seen = [each for each in chars if each.top > each.bottom and not each.char.isspace()]
    if not text or not seen:
        return
    begun = list(dropwhile(lambda each: each.char.isspace(), chars))
    word = [each for each in takewhile(lambda each: not each.char.isspace(), begun) if each.top > each.bottom]
    yield _Line(
        text,
        page,
        left=min(each.left for each in seen),
        right=max(each.right for each in seen),
        y=(y := median(each.bottom for each in seen)),
        size=median(each.top - each.bottom for each in seen),
        is_margin=not margins[0] < y < margins[1],
        first_word=max((each.right for each in word), default=0.0) - min((each.left for each in word), default=0.0),
    )


def _without_running_heads(lines: Sequence[_Line], n_pages: int) -> list[_Line]:
    """Remove lines that are at the same height at the top or foot of page after page, whatever number they contain."""
    pages: dict[int, list[_Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    edges: dict[tuple[bool, str], list[_Line]] = defaultdict(list)
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


# --- paragraphs ---------------------------------------------------------------------------------------------------


def _paragraphs(lines: Sequence[_Line]) -> list[Paragraph]:
    """Join printed lines that continue in the next one: across the end of a line, a column or a page."""
    edges = _right_edges(lines)
    pitch = _pitch(lines)
    known = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
    found: list[Paragraph] = []
    before: _Line | None = None
    for n, line in enumerate(lines):
        if before is not None and _goes_on(before, line, edges[n - 1], pitch):
            _append(found[-1], line, known)
        else:
            found.append(Paragraph(line.text, [(0, line.page)], line.size))
        before = line
    return found


def _right_edges(lines: Sequence[_Line]) -> list[float]:
    """Return for each line how far to the right the lines of its column reach, in points."""
    columns: dict[tuple[int, int], float] = {}
    keys = [(line.page, round(line.left / 20)) for line in lines]
    for key, line in zip(keys, lines, strict=True):
        columns[key] = max(columns.get(key, 0.0), line.right)
    return [
        max(columns.get((page, place + step), 0.0) for step in (-1, 0, 1)) for page, place in keys
    ]  # an indent must not make a column of its own


def _pitch(lines: Sequence[_Line]) -> dict[int, float]:
    """Return the usual distance between two lines for each rounded size of print, in points."""
    steps: dict[int, list[float]] = defaultdict(list)
    for a, b in pairwise(lines):
        if a.page == b.page and 0 < a.y - b.y < 3 * a.size and abs(a.size - b.size) < 0.12 * a.size:
            steps[round(a.size)].append(a.y - b.y)
    return {size: median(found) for size, found in steps.items()}


def _goes_on(a: _Line, b: _Line, edge: float, pitch: dict[int, float]) -> bool:
    """Return whether line `b` continues the paragraph of line `a` before it."""
    if abs(a.size - b.size) > 0.12 * max(a.size, b.size):
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
    if a.text[-1] in _HYPHENS:
        return True
    if b.left > a.left + 0.7 * a.size and not is_open:  # an indent
        return False
    return not _has_room(a, b, edge)


def _has_room(a: _Line, b: _Line, edge: float) -> bool:
    """Return whether the first word of `b` would have fitted after `a`, so that the line was ended on purpose."""
    return edge - a.right > b.first_word + 0.75 * a.size


def _append(paragraph: Paragraph, line: _Line, known: Counter[str]) -> None:
    text = paragraph.text
    if text[-1] in _HYPHENS and len(text) > 1 and text[-2].isalpha() and line.text[:1].isalpha():
        head = _WORD.findall(text[:-1])[-1]
        tail = _WORD.match(line.text)
        text = text[:-1] + ("" if _is_divided(text[-1], head, tail[0] if tail else "", known) else "-")
    else:
        text += " "
    if paragraph.places[-1][1] != line.page:
        paragraph.places.append((len(text), line.page))
    paragraph.text = text + line.text


def _is_divided(hyphen: str, head: str, tail: str, known: Counter[str]) -> bool:
    """Return whether the hyphen between `head` and `tail` belongs to the line break only, not to the word."""
    if not tail[:1].islower():
        return False
    joined, spelled = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
    if known[joined] != known[spelled]:
        return known[joined] > known[spelled]
    if hyphen != "-":  # a soft hyphen, or one that the program put in
        return True
    first = re.split(r"[-\u2010’']", tail.lower())[0]
    if first in _CLITICS or head.lower() in _FIRST_PARTS or "-" in head:
        return False
    return not (known[head.lower()] > 1 and known[tail.lower()] > 1)


def _title(paragraphs: Sequence[Paragraph], declared: str) -> str:
    """Return the headline: the largest print at the top of the first page.

    Else the PDF's own title, if its text contains it.
    """
    first = [each for each in paragraphs[:8] if each.places[0][1] == 1]
    if not first:
        return ""
    sizes = [each.size for each in paragraphs for _ in range(1 + len(each.text) // 80)]
    largest = max(first, key=lambda each: each.size)
    if largest.size > 1.15 * median(sizes) and 3 < len(largest.text) <= 220:
        return largest.text
    squeezed = "".join(declared.split()).lower()
    if squeezed and squeezed in "".join("".join(each.text.split()) for each in first).lower():
        return " ".join(declared.split())
    return ""
