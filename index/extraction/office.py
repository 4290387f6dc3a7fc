""".docx and .epub to paragraphs: zip files of XML, of which a few named members are read, up to a limit."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from index.extraction.html import blocks, parse
from index.extraction.layout import MAX_CHARS, Extracted, Paragraph, lay_out, tidy
from index.skip_reason import NotAnArticle
from index.text import LEXICON

MAX_UNPACKED = 60_000_000
"""Maximum number of bytes unpacked from one file; one that unpacks to more is a zip bomb, or holds pictures as text."""
MAX_CHAPTERS = 3000

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADINGS = LEXICON.pattern("heading_styles", r"(?:{})", re.IGNORECASE)


class _Zip:
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


def _xml(data: bytes, what: str) -> Any:
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
    file = _Zip(data, "Word document")
    tree = _xml(file.read("word/document.xml"), "Word document")
    found = list(_word_paragraphs(tree))
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        if name in file.names:
            found += [(text, "") for text, _ in _word_paragraphs(_xml(file.read(name), "Word document"))]
    if not found:
        raise NotAnArticle("no_text")
    title = next((text for text, style in found[:10] if _HEADINGS.fullmatch(style) and len(text) <= 220), "")
    return lay_out([Paragraph(text) for text, _ in found], title=title)


def _word_paragraphs(tree: Any) -> Iterator[tuple[str, str]]:
    """Yield (text, style) of each paragraph; a table row is one paragraph."""
    for element in tree.iter(f"{WORD}p", f"{WORD}tr"):
        inside = {parent.tag for parent in element.iterancestors()}
        if _FALLBACK in inside or f"{WORD}tr" in inside:
            continue
        if element.tag == f"{WORD}tr":
            cells = (tidy(" ".join(map(_word_text, cell.iter(f"{WORD}p")))) for cell in element.iter(f"{WORD}tc"))
            text, style = " | ".join(filter(None, cells)), ""
        else:
            named = element.find(f"{WORD}pPr/{WORD}pStyle")
            text, style = tidy(_word_text(element)), str(named.get(f"{WORD}val")) if named is not None else ""
        if text:
            yield text, style


def _word_text(paragraph: Any) -> str:
    """Return the text of a paragraph's own runs, with accepted insertions and without deletions."""
    said = []
    for element in paragraph.iter(*(WORD + name for name in ("t", "tab", "br", "cr", "noBreakHyphen"))):
        own = next(parent for parent in element.iterancestors() if parent.tag == f"{WORD}p")
        if own is not paragraph or any(parent.tag == _FALLBACK for parent in element.iterancestors()):
            continue  # of a text box, which is a paragraph of its own
        name = element.tag[len(WORD) :]
        if name == "tab" and element.getparent().tag != f"{WORD}r":
            continue  # a tab stop of the paragraph's layout
        said.append(element.text or "" if name == "t" else "-" if name == "noBreakHyphen" else " ")
    return "".join(said)


# --- EPUB ---------------------------------------------------------------------------------------------------------


def extract_epub(data: bytes) -> Extracted:
    """Extract the chapters of an EPUB in order, and the title, date, language and publisher it declares."""
    file = _Zip(data, "EPUB")
    if "META-INF/encryption.xml" in file.names and b"obfuscation" not in file.read("META-INF/encryption.xml"):
        raise NotAnArticle("drm")
    root = next((e.get("full-path") for e in _xml(file.read("META-INF/container.xml"), "EPUB").iter("{*}rootfile")), "")
    package = _xml(file.read(root or "content.opf"), "EPUB")
    folder = posixpath.dirname(root or "")
    items = {
        item.get("id"): posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
        for item in package.iter("{*}item")
        if "nav" not in (item.get("properties") or "").split() and "html" in (item.get("media-type") or "")
    }
    chapters = [items[ref.get("idref")] for ref in package.iter("{*}itemref") if ref.get("idref") in items]
    paragraphs: list[Paragraph] = []
    missing = n_chars = 0
    for name in chapters[:MAX_CHAPTERS]:
        if name not in file.names:
            missing += 1
            continue
        found = [Paragraph(text) for text in blocks(parse(file.read(name)))]
        paragraphs += found
        n_chars += sum(len(each.text) for each in found)
        if n_chars > MAX_CHARS:
            break
    if not paragraphs:
        raise NotAnArticle("no_text")

    def said(name: str) -> str:
        elements = package.iter("{http://purl.org/dc/elements/1.1/}" + name)
        return next((text for each in elements if (text := tidy(each.text or ""))), "")

    return lay_out(
        paragraphs,
        title=said("title")[:300],
        date=said("date")[:40],
        language=said("language")[:2].lower(),
        source=(said("publisher") or said("creator"))[:120],
        note=f"{missing} chapters are missing in it" if missing else "",
    )
