"""The process that parses files for index/extraction/sandbox.py: bytes in, JSON out, nothing else can be opened."""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import struct
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from index.extraction.exports import iramuteq
from index.extraction.exports.europresse_pdf import read_export
from index.extraction.exports.flow import read_flow
from index.extraction.exports.page import read_page
from index.extraction.exports.part import Part, parts_of, require
from index.extraction.exports.record import read_fragment
from index.extraction.formats.archive import read_zip
from index.extraction.formats.bibliography import read_csl, read_rdf
from index.extraction.formats.mail import read_mail, read_mailbox, read_saved_page
from index.extraction.formats.office import WORD, extract_docx, extract_epub
from index.extraction.formats.pictures import as_pdf
from index.extraction.formats.references import read_bib, read_ris
from index.extraction.formats.rich_text import read_odt, read_rtf
from index.extraction.formats.structured import read_feed, read_json, read_table
from index.extraction.html import extract_html
from index.extraction.pdf import extract_pdf, extract_scan, scanned_pages
from index.extraction.printed.hyphens import compounds
from index.skip_reason import NotAnArticle, SkipReason

MEMORY = 3_000_000_000
"""Limit of the address space in bytes; a file of the largest size takes about 1,000,000,000."""

# A page with the letter A on it.
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 33>>stream
BT /F 12 Tf 20 50 Td (A) Tj ET   \nendstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""

# A message of two pieces with encoded words, so that all that takes one apart is loaded.
_MAIL = b"""From: =?utf-8?q?=C3=89lodie?= <a@example.org>
To: b@example.org
Subject: =?iso-8859-1?b?6Q==?=
Date: Tue, 12 Mar 2024 10:00:00 +0100
Message-ID: <1@example.org>
Content-Location: https://example.org/a
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset="iso-8859-15"
Content-Transfer-Encoding: quoted-printable

Some =E9 words.
--b
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PHA+U29tZSB3b3Jkcy48L3A+
--b
Content-Type: image/png
Content-Disposition: attachment; filename*=utf-8''%C3%A9.png

A
--b--
"""
_CODECS = (
    "ascii", "latin-1", "utf-7", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "koi8-r", "koi8-u",
    "mac-roman", "gb2312", "gbk", "gb18030", "big5", "shift_jis", "iso2022_jp", "euc_jp", "euc_kr", "idna", "hz",
    "cp932", "cp936", "cp949", "cp950", "cp437", "cp850", "cp852", "cp858", "cp866", "cp874",
    *(f"cp{n}" for n in range(1250, 1259)), *(f"iso8859-{n}" for n in (*range(1, 12), 13, 14, 15, 16)),
)  # fmt: skip

READERS: dict[str, Callable[[bytes], Iterable[Part]]] = {
    "html": lambda data: read_page(data.decode("utf-8", "replace")),
    "pdf": lambda data: read_export(extract_pdf(data)),
    "ocr": lambda data: read_export(extract_scan(data)),
    "docx": lambda data: read_flow(extract_docx(data)),
    "epub": lambda data: [Part("", extract_epub(data))],
    "odt": read_odt,
    "rtf": read_rtf,
    "eml": read_mail,
    "mbox": read_mailbox,
    "mht": read_saved_page,
    "csv": lambda data: read_table(data.decode("utf-8", "replace")),
    "json": read_json,
    "xml": read_feed,
    "iram": lambda data: require(list(parts_of(iramuteq.entries(data.decode("utf-8", "replace"))))),
    "frag": read_fragment,
    "rdf": read_rdf,
    "csl": read_csl,
    "bib": read_bib,
    "ris": read_ris,
}
"""What reads each kind of file, all of it after the process was shut."""
PIECES: dict[str, Callable[[bytes], Iterable[dict[str, object]]]] = {
    "zip": read_zip,
    "scan": scanned_pages,
    "pict": as_pdf,
}
"""What takes a file apart into pieces that others read."""


def main() -> None:
    """Answer each file on stdin (kind, size, bytes) with JSON (size, text) on stdout, until stdin ends."""
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    _warm()
    _shut()
    _say(sink.write, {})
    sink.flush()
    while head := source.read(12):
        kind, size = struct.unpack("<4sQ", head)
        for message in _messages(kind.rstrip(b"\0").decode("ascii"), source.read(size)):
            _say(sink.write, message)
        sink.flush()


def _messages(kind: str, data: bytes) -> Iterator[dict[str, object]]:
    """Yield a message for each part of a file, and at the end one with the reason if it could not be read."""
    reason = None
    try:
        if kind in PIECES:
            yield from PIECES[kind](data)
        for part in READERS[kind](data) if kind in READERS else ():
            said = asdict(part.said) if part.said else None
            coverage = asdict(part.coverage) if part.coverage else None
            why = part.reason.to_dict() if part.reason else None
            yield {"key": part.key, "said": said, "reason": why, "coverage": coverage}
    except NotAnArticle as error:
        reason = error.reason
    except MemoryError:
        reason = SkipReason("memory")
    except RecursionError:
        reason = SkipReason("nested_file")
    except Exception as error:  # of a library, about a file nobody has seen: it is passed over, the next one is read
        reason = SkipReason("failed", (("name", type(error).__name__), ("detail", str(error)[:100])))
    yield {"end": reason.to_dict() if reason else None}


def _say(write: Callable[[bytes], object], found: dict[str, object]) -> None:
    data = json.dumps(found).encode("ascii")
    write(struct.pack("<Q", len(data)) + data)


def _warm() -> None:
    """Read one small file of each kind: what a library loads late could not be opened any more."""
    from trafilatura.external import jt_stoplist_init

    compounds()
    jt_stoplist_init()  # lists of words that only a page with little text asks for
    for codec in _CODECS:
        codecs.lookup(codec)
    page = "<html lang='en'><head><title>A</title></head><body><article><h1>A</h1><p class='a'>3 March 2024</p><p>"
    extract_html(page + "Some words of a text. " * 30)  # with what asks for the words of the languages
    word = b'<w:document xmlns:w="%s"><w:p><w:r><w:t>A</w:t></w:r></w:p></w:document>' % WORD.strip("{}").encode()
    extract_docx(_zip({"word/document.xml": word}))
    extract_epub(
        _zip(
            {
                "META-INF/container.xml": b'<container><rootfile full-path="a"/></container>',
                "a": b'<package><item id="b" href="b" media-type="text/html"/><itemref idref="b"/></package>',
                "b": b"<p>A</p>",
            }
        )
    )
    extract_pdf(_PDF)
    list(scanned_pages(_PDF))
    list(read_mail(_MAIL))
    list(read_saved_page(_MAIL))
    read_rtf(b"{\\rtf1\\ansi Some words.}")
    with contextlib.suppress(NotAnArticle):
        read_table("a,b")
    list(read_zip(_zip({"a": b"A"})))
    for format, compression in (("PNG", None), ("JPEG", None), ("TIFF", "tiff_lzw"), ("TIFF", "group4")):
        list(as_pdf(_picture(format, compression)))
    "20240312".encode("idna")


def _picture(format: str, compression: str | None) -> bytes:
    from PIL import Image

    target = io.BytesIO()
    picture = Image.new("1" if compression == "group4" else "RGB", (200, 200))
    picture.save(target, format, **({"compression": compression} if compression else {}))
    return target.getvalue()


def _zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return target.getvalue()


def _shut() -> None:
    """Forbid opening files, connections and processes from here on, and limit memory."""
    try:
        import resource
    except ImportError:  # Windows has none of these limits
        return
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # a limit this system does not know, or a smaller one in force
            continue
