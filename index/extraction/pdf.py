"""PDF to paragraphs with their pages: without running heads, with printed lines and hyphenated words joined."""

from __future__ import annotations

import base64
import ctypes
import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from math import pi
from statistics import median
from typing import Any

from index.extraction.layout import MAX_CHARS, Extracted, Paragraph, lay_out, n_letters, summed, tidy
from index.extraction.printed.arrangement import arrange
from index.extraction.printed.forms import Field, with_values
from index.extraction.printed.lines import Char, Line, is_raised, line_of
from index.extraction.printed.paragraphs import paragraphs_of
from index.extraction.printed.recognised import doubtful_lines, recognised_lines
from index.extraction.printed.running_heads import without_running_heads
from index.skip_reason import NotAnArticle
from index.types import Coverage, LeftOut

MAX_PAGES = 2000
MAX_FIELDS = 5000
"""Maximum number of fields of a form that are read on one page."""
MAX_VALUE = 100_000
"""A longer value of a field is left out. In characters."""
MAX_SCANS = 500
"""Maximum number of pages of one file that are drawn for OCR."""
MAX_SIDE = 5000
"""Maximum width and height in pixels of a page that is drawn, those of A3; a larger one is drawn with less detail."""
_DPI = 300
_FEW_CHARS = 40
"""A scanner's or an archive's stamp has fewer letters."""
_FILLS = 0.6
"""Share of a page that its pictures cover if there are some letters beside."""
_HOLDS = 0.02
_MANY_PATHS = 200
"""Paths on a page without text: its letters are drawn."""
_MARGIN = 0.15  # of the page's height
_PASSWORD = 1 << 13  # the flag of a field
_NUMBER = re.compile(r"\W*(?:[^\W\d]{1,8}\.?\s*)?(?:\d{1,4}|[ivxlc]{1,7})\W*(?:(?:[^\W\d]{1,4}\s*)?\d{1,4}\W*)?", re.I)
_LINE_END_HYPHEN = 2  # PDFium's character for a hyphen that ends a printed line


def extract_pdf(data: bytes, said: Mapping[int, bytes] | None = None) -> Extracted:
    """Extract the text of a PDF in the order of its content.

    `said` is what tesseract says of some of its pages, by number. Raises ValueError with the reason if there is nothing
    to read.
    """
    document = _opened(data)
    if document.get_formtype():
        document.init_forms()
    n_pages = len(document)
    lines: list[Line] = []
    pages = _Pages()
    n_chars = 0
    for number in range(1, min(n_pages, MAX_PAGES) + 1):
        found = _read_page(document, number, said, pages)
        if not any(char.isalnum() for line in found for char in line.text):
            pages.pictures.append(number)
        lines += found
        n_chars += sum(len(line.text) for line in found)
        pages.last = number
        if n_chars > MAX_CHARS:
            break
    if pages.n_damaged == pages.last:
        raise NotAnArticle("damaged_pages")
    _require_text(lines, is_read=said is not None)
    kept = without_running_heads(lines, pages.last)
    paragraphs = paragraphs_of([line for _, page in groupby(kept, _page_of) for line in arrange(list(page))])
    laid_out = lay_out(
        paragraphs,
        n_pages=pages.last,
        title=_title(paragraphs, str(document.get_metadata_dict().get("Title", ""))),
    )
    doubtful = doubtful_lines(laid_out, pages.read)
    told = [*_notes(n_pages, pages, len(doubtful), is_read=said is not None), laid_out.note]
    note = "; ".join(filter(None, told))
    return replace(
        laid_out,
        note=note,
        unread=tuple(pages.unread),
        ocr=tuple(pages.read),
        doubtful=doubtful,
        coverage=_coverage(lines, kept, laid_out),
    )


@dataclass(slots=True)
class _Pages:
    """What became of the pages of a PDF, by number."""

    pictures: list[int] = field(default_factory=list)
    """Without text."""
    unread: list[int] = field(default_factory=list)
    """That OCR may read."""
    read: dict[int, frozenset[str]] = field(default_factory=dict)
    """By OCR, with the words that are doubtful."""
    n_damaged: int = 0
    last: int = 0


def _read_page(document: Any, number: int, said: Mapping[int, bytes] | None, pages: _Pages) -> list[Line]:
    """Return the lines of a page: those it holds, or those that were recognised on its picture."""
    import pypdfium2

    try:
        page = document[number - 1]
        found = list(_lines_of(page, number))
        if said is None and _is_scan(page, found):
            pages.unread.append(number)
        elif said and number in said:
            recognised, doubtful = recognised_lines(said[number], number, *page.get_size())
            if recognised:
                found, pages.read[number] = recognised, doubtful
        found = with_values(found, _fields_of(document, page), number)
        page.close()
    except pypdfium2.PdfiumError:
        pages.n_damaged += 1
        return []
    return found


def extract_scan(data: bytes) -> Extracted:
    """Extract the text of a PDF with what tesseract says of its pages, put before it as a line of JSON: {page: TSV}."""
    head, _, document = data.partition(b"\n")
    return extract_pdf(document, {int(number): tsv.encode() for number, tsv in json.loads(head).items()})


def scanned_pages(data: bytes) -> Iterator[dict[str, object]]:
    """Yield the pages of a PDF that are pictures, drawn in grey: number, width and height in pixels, a byte a pixel."""
    import pypdfium2

    document = _opened(data)
    numbers = []
    for number in range(1, min(len(document), MAX_PAGES) + 1):
        try:
            page = document[number - 1]
            numbers += [number] if _is_scan(page, list(_lines_of(page, number))) else []
            page.close()
        except pypdfium2.PdfiumError:
            continue
    for number in numbers[:MAX_SCANS]:
        try:
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(_DPI / 72, MAX_SIDE / max(1.0, width, height))
            drawn = page.render(scale=scale, grayscale=True)
            rows, stride = bytes(drawn.buffer), drawn.stride
            grey = b"".join(rows[n * stride : n * stride + drawn.width] for n in range(drawn.height))
            size = {"width": drawn.width, "height": drawn.height}
            drawn.close()
            page.close()
        except pypdfium2.PdfiumError:
            continue
        of = min(len(numbers), MAX_SCANS)
        yield {"page": number, "of": of, **size, "grey": base64.b64encode(grey).decode("ascii")}


def _opened(data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise NotAnArticle("password") from None
        if "security" in str(error).lower():
            raise NotAnArticle("protection") from None
        raise NotAnArticle("damaged_pdf") from None


def _is_scan(page: Any, lines: Sequence[Line]) -> bool:
    """Return whether a page is to be read from its picture.

    It has no text that can be read, or hardly any and a picture that fills it. A page with nothing on it is none.
    """
    import pypdfium2.raw as pdfium

    text = "".join(line.text for line in lines)
    n_alnum = sum(map(str.isalnum, text))
    if n_alnum >= _FEW_CHARS:
        return _is_unreadable(text)
    width, height = page.get_size()
    shares = [0.0]
    for each in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=2):
        left, bottom, right, top = each.get_bounds()
        shares.append((right - left) * (top - bottom) / max(1.0, width * height))
    n_paths = sum(1 for _ in islice(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=2), _MANY_PATHS))
    return sum(shares) >= (_FILLS if n_alnum else _HOLDS) or n_paths == _MANY_PATHS or _is_unreadable(text)


def _is_unreadable(text: str) -> bool:
    bad = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in text)
    return bad > sum(map(str.isalnum, text)) / 4


def _coverage(lines: Sequence[Line], kept: Sequence[Line], said: Extracted) -> Coverage:
    """Compare the printed lines with those of the article."""
    there = set(map(id, kept))
    running = [line.text for line in lines if id(line) not in there and n_letters(line.text)]
    numbers = [text for text in running if _NUMBER.fullmatch(text)]
    heads = [text for text in running if not _NUMBER.fullmatch(text)]
    left_out = [summed(why, texts) for why, texts in (("running_head", heads), ("page_number", numbers)) if texts]
    n_kept = n_letters(*said.lines)
    if (n_cut := n_letters(*(line.text for line in kept)) - n_kept) > 0:
        left_out.append(LeftOut("too_long" if n_kept > MAX_CHARS // 2 else "other", n_cut, 1))
    return Coverage(n_kept + sum(each.n_chars for each in left_out), n_kept, tuple(left_out))


def _page_of(line: Line) -> int:
    return line.page


def _require_text(lines: Sequence[Line], is_read: bool) -> None:
    text = "".join(line.text for line in lines)
    if not any(map(str.isalnum, text)):
        raise NotAnArticle("no_printed_words") if is_read else NotAnArticle("no_text_layer")
    if _is_unreadable(text):
        raise NotAnArticle("unreadable_text")


def _notes(n_pages: int, pages: _Pages, n_doubtful: int, is_read: bool) -> list[str]:
    told = []
    last, read, pictures = pages.last, pages.read, pages.pictures
    if last < n_pages:
        told.append(f"only its first {last:,} pages of {n_pages:,} were read")
    if read:
        told.append(f"{len(read)} of {last} pages read by OCR ({_some(read)}): {n_doubtful:,} doubtful words")
    if pictures:
        why = "OCR found none either" if is_read else "pictures need OCR"
        told.append(f"no text on {len(pictures)} of {last} pages ({_some(pictures)}): {why}")
    return told


def _some(numbers: Collection[int]) -> str:
    return ", ".join(map(str, islice(numbers, 5))) + (" …" if len(numbers) > 5 else "")


# --- printed lines ------------------------------------------------------------------------------------------------


def _lines_of(page: Any, number: int) -> Iterator[Line]:
    """Yield the printed lines of a page in the order of its content, which nearly always is the reading order."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    raw, box = textpage.raw, pdfium.FS_RECTF()
    box_of, place = pdfium.FPDFText_GetLooseCharBox, ctypes.byref(box)
    left, foot, right, head = page.get_bbox()
    heights = ((foot, head), (left, right), (-head, -foot), (-right, -left))  # of the page, for each turn
    margins = [(low + _MARGIN * (high - low), high - _MARGIN * (high - low)) for low, high in heights]
    chars: list[Char] = []
    last: Char | None = None  # that was printed
    turn, is_ended = 0, False
    for index in range(min(pdfium.FPDFText_CountChars(raw), MAX_CHARS)):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if code in (10, 13):
            is_ended = True  # unless what follows is raised, or stands beside what is
            continue
        if code < 32 and code not in (_LINE_END_HYPHEN, 9):
            continue
        each = Char("-" if code == _LINE_END_HYPHEN else chr(max(32, code)))
        if box_of(raw, index, place) and box.right > box.left:
            now = round(pdfium.FPDFText_GetCharAngle(raw, index) / (pi / 2)) % 4
            each = Char(each.char, *_turned(now, box.left, box.right, box.bottom, box.top))
            if chars and last and (now != turn or not _is_beside(last, each, is_ended)):
                yield from line_of(chars, number, margins[turn], turn)
                chars = []
            turn, last = now, each
        elif is_ended:
            yield from line_of(chars, number, margins[turn], turn)
            chars = []
        is_ended = code == _LINE_END_HYPHEN
        chars.append(each)
    yield from line_of(chars, number, margins[turn], turn)
    textpage.close()


def _fields_of(document: Any, page: Any) -> Iterator[Field]:
    """Yield what was filled into the form on a page, passwords left out."""
    import pypdfium2.raw as pdfium

    form = document.formenv and document.formenv.raw
    box = pdfium.FS_RECTF()
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), MAX_FIELDS) if form else 0):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
        is_secret = pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD
        if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
            value = "[x]" if pdfium.FPDFAnnot_IsChecked(form, annotation) else ""
        elif kind in (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
            value = "" if is_secret else _string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
        else:
            value = ""
        if value and pdfium.FPDFAnnot_GetRect(annotation, ctypes.byref(box)):
            name = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
            yield Field(
                value, name or _string(pdfium.FPDFAnnot_GetFormFieldName, form, annotation),
                box.left, box.right, box.bottom, box.top,
            )  # fmt: skip
        pdfium.FPDFPage_CloseAnnot(annotation)


def _string(ask: Any, form: Any, annotation: Any) -> str:
    """Return a string of a field, on one line and not without end."""
    import pypdfium2.raw as pdfium

    size = min(ask(form, annotation, None, 0), 2 * MAX_VALUE)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    if ask(form, annotation, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size) > size:
        return ""
    return tidy(buffer.raw.decode("utf-16-le", "replace").partition("\0")[0])


def _turned(turn: int, left: float, right: float, bottom: float, top: float) -> tuple[float, float, float, float]:
    """Return a box (left, right, bottom, top) as it would be if the page were turned so that its text runs across."""
    if turn == 1:
        return -top, -bottom, left, right
    if turn == 2:
        return -right, -left, -top, -bottom
    if turn == 3:
        return bottom, top, -right, -left
    return left, right, bottom, top


def _is_beside(last: Char, each: Char, is_ended: bool) -> bool:
    """Return whether a character is on the line of the last one.

    Where the program says that the line ended it still is if one of both is raised and it follows at once.
    """
    if each.bottom > last.top or each.top < last.bottom:
        return False
    if not is_ended:
        return True
    sizes = sorted((last.top - last.bottom, each.top - each.bottom))
    small, large = (last, each) if last.top - last.bottom == sizes[0] else (each, last)
    follows = -0.3 * sizes[1] < each.left - last.right < 0.6 * sizes[1]
    return follows and 0.4 * sizes[1] < sizes[0] and is_raised(small, sizes[1], large.bottom)


# --- headline ------------------------------------------------------------------------------------------------------


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
