""".docx and .epub to paragraphs: zip files of XML, of which a few named members are read, up to a limit."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

from index.extraction.accounting import Block, measured
from index.extraction.html import blocks, parse
from index.extraction.layout import MAX_CHARS, Extracted, Paragraph, lay_out, tidy
from index.extraction.note_calls import raised
from index.extraction.pages import blocks_of
from index.skip_reason import NotAnArticle
from index.text import LEXICON

MAX_UNPACKED = 60_000_000
"""Maximum number of bytes unpacked from one file; one that unpacks to more is a zip bomb, or holds pictures as text."""
MAX_CHAPTERS = 3000

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_PARTS = re.compile(r"word/(?:(?:diagrams|charts)/)?(footnotes|endnotes|comments|header|footer|data|chart)\d*\.xml")
"""Members of a Word document, besides its text, that say something."""
_EDGES = {"header": "running_head", "footer": "running_head", "comments": "remark"}
_HEADINGS = LEXICON.pattern("heading_styles", r"(?:{})", re.IGNORECASE)


class ZipFile:
    """A zip file in memory that counts what is read from it."""

    def __init__(self, data: bytes, what: str) -> None:
        try:
            self._file = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
            raise NotAnArticle("damaged_zip", file=what) from None
        self._what = what
        self._left = MAX_UNPACKED
        self.names = frozenset(self._file.namelist())

    def read(self, name: str) -> bytes:
        """Return the bytes of a member. Raises ValueError if it is missing, damaged, encrypted or too large."""
        try:
            with self._file.open(name) as member:
                data = member.read(self._left + 1)
        except KeyError:
            raise NotAnArticle("missing_member", file=self._what, name=name) from None
        except RuntimeError:
            raise NotAnArticle("password") from None
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]
            raise NotAnArticle("damaged_member", file=self._what, name=name) from None
        self._left -= len(data)
        if self._left < 0:
            raise NotAnArticle("unpacked", n=MAX_UNPACKED)
        return data


def xml_tree(data: bytes, what: str) -> Any:
    """Parse XML without expanding entities or loading anything. Raises ValueError if it is not well-formed."""
    import lxml.etree

    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = lxml.etree.fromstring(data, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        reason = str(error).split(" (<string>")[0].split(", see ")[0]
        raise NotAnArticle("damaged_xml", file=what, detail=reason[:100]) from None
    declared = tree.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):
        raise NotAnArticle("entities", file=what)
    return tree


# --- Word ---------------------------------------------------------------------------------------------------------


def extract_docx(data: bytes) -> Extracted:
    """Extract the text of a Word document with all its changes accepted and its notes at the end."""
    file = ZipFile(data, "Word document")
    tree = xml_tree(file.read("word/document.xml"), "Word document")
    styles = xml_tree(file.read("word/styles.xml"), "Word document") if "word/styles.xml" in file.names else None
    word = _Word(tree, styles)
    found = list(word.paragraphs(tree))
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in file.names:
            found += [(text, "") for text, _ in word.paragraphs(xml_tree(file.read(name), "Word document"))]
    if not found:
        raise NotAnArticle("no_text")
    title = next((text for text, style in found[:10] if _HEADINGS.fullmatch(style) and len(text) <= 220), "")
    n_files = sum(name.startswith("word/embeddings/") for name in file.names)
    note = f"{n_files} files embedded in it are not read" if n_files else ""
    said = lay_out([Paragraph(text) for text, _ in found], title=title, note=note)
    there = [*_there(file, tree, word), *(Block("other", text) for text, _ in found)]
    return replace(said, coverage=measured(there, said.lines, is_whole=said.note == note))


def _there(file: ZipFile, tree: Any, word: _Word) -> Iterator[Block]:
    """Yield what a Word document says besides the text that is read of it: hidden, deleted, beside, at the edge."""
    for name in sorted(file.names):
        part = _PARTS.fullmatch(name)
        if name != "word/document.xml" and not part:
            continue
        root = tree if not part else xml_tree(file.read(name), "Word document")
        for paragraph in root.iter(f"{WORD}p", f"{_DRAWING}p"):
            held: dict[str, str] = {}
            for reason, text in word.unsaid(paragraph):
                reason = _EDGES.get(part[1], reason) if part else reason
                held[reason] = held.get(reason, "") + text
            yield from (Block(reason, said) for reason, text in held.items() if reason and (said := tidy(text)))


class _Word:
    """What a Word document says of its text elsewhere: which styles hide or raise it, and the numbers of its notes."""

    def __init__(self, tree: Any, styles: Any = None) -> None:
        self._hidden: set[str] = set()
        self._raised: set[str] = set()
        for style in () if styles is None else styles.iter(f"{WORD}style"):
            name = style.get(f"{WORD}styleId") or ""
            self._hidden |= {name} if _is_on(style.find(f"{WORD}rPr/{WORD}vanish")) else set()
            self._raised |= {name} if _is_raised(style.find(f"{WORD}rPr")) else set()
        self._calls: dict[tuple[str, str], int] = {}
        calls = tree.iter(f"{WORD}footnoteReference", f"{WORD}endnoteReference")
        for call in (each for each in calls if not _is_on(each, f"{WORD}customMarkFollows", "0")):
            self._calls.setdefault((call.tag[len(WORD) :][:-9], call.get(f"{WORD}id") or ""), len(self._calls) + 1)

    def paragraphs(self, tree: Any) -> Iterator[tuple[str, str]]:
        """Yield (text, style) of each paragraph; a table row is one paragraph."""
        for element in tree.iter(f"{WORD}p", f"{WORD}tr"):
            inside = {parent.tag for parent in element.iterancestors()}
            if {_FALLBACK, f"{WORD}tr", f"{WORD}moveFrom"} & inside:
                continue
            if element.tag == f"{WORD}tr":
                text, style = self._row(element), ""
            else:
                named = element.find(f"{WORD}pPr/{WORD}pStyle")
                style = str(named.get(f"{WORD}val")) if named is not None else ""
                text = "" if style in self._hidden else tidy(self._text(element))
            if text:
                yield text, style

    def _row(self, row: Any) -> str:
        """Return the cells of a row; what a table in a cell holds stands once, its rows apart."""
        cells: dict[Any, list[str]] = {}
        before = None
        for paragraph in row.iter(f"{WORD}p"):
            inside = list(takewhile(lambda each: each is not row, paragraph.iterancestors()))
            if any(each.tag in (_FALLBACK, f"{WORD}moveFrom") for each in inside):
                continue
            text = tidy(self._text(paragraph))
            inner = [each for each in inside if each.tag == f"{WORD}tr"]
            cell = next((each for each in reversed(inside) if each.tag == f"{WORD}tc"), row)
            said = cells.setdefault(cell, [])
            if text and said and inner and before is not None and inner[0] is not before:
                text = f"; {text}"
            if text:
                said.append(text)
                before = inner[0] if inner else None
        return " | ".join(filter(None, map(" ".join, cells.values())))

    def _text(self, paragraph: Any) -> str:
        """Return the text of a paragraph's own runs: insertions accepted, nothing deleted, moved away or hidden."""
        said = ""
        for element in paragraph.iter(*(WORD + name for name in _SAID)):
            own = next(parent for parent in element.iterancestors() if parent.tag == f"{WORD}p")
            if own is not paragraph or any(
                each.tag in (_FALLBACK, f"{WORD}moveFrom") for each in element.iterancestors()
            ):
                continue  # of a text box, which is a paragraph of its own, or said where it was moved to
            name, run = element.tag[len(WORD) :], element.getparent()
            if name == "tab" and run.tag != f"{WORD}r":
                continue  # a tab stop of the paragraph's layout
            props = run.find(f"{WORD}rPr")
            if self._is_hidden(props):
                continue
            if name.endswith("Reference"):
                number = self._calls.get((name[:-9], element.get(f"{WORD}id") or ""))
                said += f"[{number}]" if number else ""
            elif name.endswith("Ref"):
                said += self._mark_of(element, name[:-3])
            elif name == "t":
                text = element.text or ""
                said += raised(text, said[-24:]) if _is_raised(props) or self._style(props) in self._raised else text
            else:
                said += "-" if name == "noBreakHyphen" else " "
        return said

    def unsaid(self, paragraph: Any) -> Iterator[tuple[str, str]]:
        """Yield (why it is not read, text) of the runs of a paragraph, "" for why if it is read."""
        named = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
        is_hidden = named is not None and named.get(f"{WORD}val") in self._hidden
        for element in paragraph.iter(f"{WORD}t", f"{WORD}delText", f"{_DRAWING}t"):
            above = {each.tag for each in element.iterancestors()}
            own = next(each for each in element.iterancestors() if each.tag in (f"{WORD}p", f"{_DRAWING}p"))
            if own is not paragraph or _FALLBACK in above:
                continue
            reason = "hidden" if is_hidden or self._is_hidden(element.getparent().find(f"{WORD}rPr")) else ""
            reason = "drawing" if element.tag == f"{_DRAWING}t" else reason
            reason = "deleted" if element.tag == f"{WORD}delText" or f"{WORD}moveFrom" in above else reason
            yield reason, element.text or ""

    def _is_hidden(self, props: Any) -> bool:
        if props is None:
            return False
        own = props.find(f"{WORD}vanish")
        return _is_on(own) if own is not None else self._style(props) in self._hidden

    def _style(self, props: Any) -> str:
        named = props.find(f"{WORD}rStyle") if props is not None else None
        return str(named.get(f"{WORD}val")) if named is not None else ""

    def _mark_of(self, element: Any, kind: str) -> str:
        """Return the number that stands before a note."""
        note = next((each for each in element.iterancestors() if each.tag == WORD + kind), None)
        number = self._calls.get((kind, note.get(f"{WORD}id") or "")) if note is not None else None
        return f"[{number}]" if number else ""


_SAID = (
    "t", "tab", "br", "cr", "noBreakHyphen", "footnoteReference", "endnoteReference", "footnoteRef", "endnoteRef",
)  # fmt: skip


def _is_on(element: Any, name: str = f"{WORD}val", default: str = "1") -> bool:
    """Return whether a switch of Word's is there and not turned off."""
    return element is not None and (element.get(name) or default) not in ("0", "false", "off")


def _is_raised(props: Any) -> bool:
    align = props.find(f"{WORD}vertAlign") if props is not None else None
    return align is not None and align.get(f"{WORD}val") == "superscript"


# --- EPUB ---------------------------------------------------------------------------------------------------------


def _decoded(chapter: bytes) -> str | bytes:
    """Return a chapter as text if it is UTF-8, which it need not declare; else its bytes, for the parser to tell."""
    try:
        return chapter.decode("utf-8-sig")
    except UnicodeDecodeError:
        return chapter


def extract_epub(data: bytes) -> Extracted:
    """Extract the chapters of an EPUB in order, and the title, date, language and publisher it declares."""
    file = ZipFile(data, "EPUB")
    if "META-INF/encryption.xml" in file.names and b"obfuscation" not in file.read("META-INF/encryption.xml"):
        raise NotAnArticle("drm")
    root = next(
        (e.get("full-path") for e in xml_tree(file.read("META-INF/container.xml"), "EPUB").iter("{*}rootfile")), ""
    )
    package = xml_tree(file.read(root or "content.opf"), "EPUB")
    folder = posixpath.dirname(root or "")
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in package.iter("{*}item")
        if "nav" not in (item.get("properties") or "").split() and "html" in (item.get("media-type") or "")
    }
    chapters = [items[ref.get("idref")] for ref in package.iter("{*}itemref") if ref.get("idref") in items]
    paragraphs: list[Paragraph] = []
    there: list[Block] = []
    missing = n_chars = 0
    for name in chapters[:MAX_CHAPTERS]:
        if name not in file.names:
            missing += 1
            continue
        tree = parse(_decoded(file.read(name)))
        there += blocks_of(tree)
        found = [Paragraph(text) for text in blocks(tree)]
        paragraphs += found
        n_chars += sum(len(each.text) for each in found)
        if n_chars > MAX_CHARS:
            break
    if not paragraphs:
        raise NotAnArticle("no_text")

    def said(name: str) -> str:
        elements = package.iter("{http://purl.org/dc/elements/1.1/}" + name)
        return next((text for each in elements if (text := tidy(each.text or ""))), "")

    note = f"{missing} chapters are missing in it" if missing else ""
    made = lay_out(
        paragraphs,
        title=said("title")[:300],
        date=said("date")[:40],
        language=said("language")[:2].lower(),
        source=(said("publisher") or said("creator"))[:120],
        note=note,
    )
    return replace(made, coverage=measured(there, made.lines, is_whole=made.note == note))
