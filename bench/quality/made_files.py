"""Files for the bench on reading, made of plain text: Word, ODF, EPUB, PDF and archives.

In the text "# " begins a headline and "| a | b |" is a row of a table; ^x^ is raised, **x** bold, [[1]] calls note 1.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import Any

_MARK = re.compile(r"\^(?P<raised>[^^]+)\^|\*\*(?P<bold>[^*]+)\*\*|\[\[(?P<note>\d+)\]\]")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_ODF = " ".join(
    f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "text", "table", "style")
)


def note(number: str) -> str:
    """Return what a note says."""
    return f"Note {number} de la source."


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """Return a .zip; its first member is stored as it is."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        for n, (name, content) in enumerate(members.items()):
            made.writestr(name, content, zipfile.ZIP_DEFLATED if n else zipfile.ZIP_STORED)
    return data.getvalue()


def docx(text: str) -> bytes:
    """Return a Word document."""

    def run(kind: str, said: str) -> str:
        if kind == "note":
            return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{said}"/></w:r>'
        style = {"raised": '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>', "bold": "<w:rPr><w:b/></w:rPr>"}
        return f'<w:r>{style.get(kind, "")}<w:t xml:space="preserve">{escape(said)}</w:t></w:r>'

    def paragraph(line: str) -> str:
        style = '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' if line.startswith("# ") else ""
        return f"<w:p>{style}{_runs(line, run)}</w:p>"

    def table(rows: Sequence[Sequence[str]]) -> str:
        cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
        return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"

    notes = "".join(
        f'<w:footnote w:id="{n}"><w:p><w:r><w:footnoteRef/></w:r>{run("", " " + note(n))}</w:p></w:footnote>'
        for n in _notes(text)
    )
    parts = {"document": f"<w:document {_W}><w:body>{_body(text, paragraph, table)}</w:body></w:document>"}
    parts["footnotes"] = f"<w:footnotes {_W}>{notes}</w:footnotes>"
    types = "".join(f'<Override PartName="/word/{each}.xml" ContentType="{_WORD}.{each}+xml"/>' for each in parts)
    return archive(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>'.replace(
                "document+xml", "document.main+xml"
            ),
            "_rels/.rels": _relations("officeDocument", "word/document.xml"),
            "word/_rels/document.xml.rels": _relations("footnotes", "footnotes.xml"),
            **{f"word/{name}.xml": f'<?xml version="1.0" encoding="UTF-8"?>{part}' for name, part in parts.items()},
        }
    )


def odt(text: str) -> bytes:
    """Return an OpenDocument text."""

    def run(kind: str, said: str) -> str:
        if kind == "note":
            body = f"<text:note-body><text:p>{note(said)}</text:p></text:note-body>"
            cited = f"<text:note-citation>{said}</text:note-citation>"
            return f'<text:note text:id="ftn{said}" text:note-class="footnote">{cited}{body}</text:note>'
        return f'<text:span text:style-name="{kind}">{escape(said)}</text:span>' if kind else escape(said)

    def paragraph(line: str) -> str:
        if line.startswith("# "):
            return f'<text:h text:outline-level="1">{_runs(line, run)}</text:h>'
        return f"<text:p>{_runs(line, run)}</text:p>"

    def table(rows: Sequence[Sequence[str]]) -> str:
        cells = ("".join(f"<table:table-cell>{paragraph(cell)}</table:table-cell>" for cell in row) for row in rows)
        return f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in cells)}</table:table>"

    styles = (
        '<style:style style:name="raised" style:family="text"><style:text-properties '
        'style:text-position="super 58%"/></style:style>'
    )
    content = (
        f"<office:document-content {_ODF}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:text>{_body(text, paragraph, table)}</office:text></office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def epub(text: str) -> bytes:
    """Return an EPUB of one chapter."""

    def run(kind: str, said: str) -> str:
        if kind == "note":
            return f'<a epub:type="noteref" href="#n{said}">{said}</a>'
        tag = {"raised": "sup", "bold": "b"}.get(kind)
        return f"<{tag}>{escape(said)}</{tag}>" if tag else escape(said)

    def paragraph(line: str) -> str:
        tag = "h1" if line.startswith("# ") else "p"
        return f"<{tag}>{_runs(line, run)}</{tag}>"

    def table(rows: Sequence[Sequence[str]]) -> str:
        cells = ("".join(f"<td>{_runs(cell, run)}</td>" for cell in row) for row in rows)
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"

    notes = "".join(f'<aside epub:type="footnote" id="n{n}"><p>{note(n)}</p></aside>' for n in _notes(text))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/'
        '1.1/"><dc:language>fr</dc:language></metadata><manifest><item id="c" href="c.xhtml" media-type='
        '"application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf" '
        'media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>c</title>'
        f"</head><body>{_body(text, paragraph, table)}{notes}</body></html>"
    )
    return archive(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "b.opf": package,
            "c.xhtml": chapter,
        }
    )


def pdf(
    pages: Sequence[Sequence[Any]], size: Sequence[int], rotate: int = 0, fields: Sequence[Sequence[Any]] = ()
) -> bytes:
    """Return a PDF in Helvetica: pages of [x, y, text, size], fields of [left, bottom, right, top, text]."""
    objects = ["", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    for left, bottom, right, top, said in fields:
        objects.append(
            f"<</Type/Annot/Subtype/Widget/FT/Tx/T(c{len(objects)})/F 4/V{_string(said)}"
            f"/DA(/F 10 Tf 0 g)/Rect[{left} {bottom} {right} {top}]>>"
        )
    refs = " ".join(f"{n + 4} 0 R" for n in range(len(fields)))
    kids = []
    for n, page in enumerate(pages):
        stream = "\n".join(_drawn(*piece) for piece in page)
        objects.append(f"<</Length {len(stream)}>>stream\n{stream}\nendstream")
        annotations = f"/Annots[{refs}]" if refs and not n else ""
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size[0]} {size[1]}]/Rotate {rotate}{annotations}"
            f"/Contents {len(objects)} 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        )
        kids.append(f"{len(objects)} 0 R")
    form = f"/AcroForm<</Fields[{refs}]/DR<</Font<</F 3 0 R>>>>>>" if refs else ""
    objects[0] = f"<</Type/Catalog/Pages 2 0 R{form}>>"
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    body = "".join(f"{n} 0 obj{each}\nendobj\n" for n, each in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode("latin-1")


def _drawn(x: float, y: float, said: str, size: float) -> str:
    shown = []
    for kind, part in _pieces(said):
        height, rise = (size * 0.6, size * 0.35) if kind else (size, 0.0)
        shown.append(f"/F {height:.1f} Tf {rise:.1f} Ts {_string(part)} Tj")
    return f"BT 1 0 0 1 {x} {y} Tm {' '.join(shown)} ET"


def _string(said: str) -> str:
    data = said.encode("cp1252").decode("latin-1")
    return "(" + re.sub(r"([\\()])", r"\\\1", data) + ")"


def _pieces(line: str) -> list[tuple[str, str]]:
    """Return the runs of a line as (kind, text); the kind of plain text is ""."""
    found, at = [], 0
    for mark in _MARK.finditer(line):
        found += [("", line[at : mark.start()]), (mark.lastgroup or "", mark[mark.lastgroup or 0])]
        at = mark.end()
    return [(kind, said) for kind, said in [*found, ("", line[at:])] if said]


def _runs(line: str, run: Callable[[str, str], str]) -> str:
    return "".join(run(kind, said) for kind, said in _pieces(line.removeprefix("# ")))


def _body(text: str, paragraph: Callable[[str], str], table: Callable[[Sequence[Sequence[str]]], str]) -> str:
    made = []
    for is_table, lines in groupby(text.splitlines(), lambda line: line.startswith("| ")):
        if is_table:
            made.append(table([[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]))
        else:
            made += map(paragraph, lines)
    return "".join(made)


def _notes(text: str) -> list[str]:
    return [mark["note"] for mark in _MARK.finditer(text) if mark["note"]]


def _relations(kind: str, target: str) -> str:
    one = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'
