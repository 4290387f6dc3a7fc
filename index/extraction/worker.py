"""The process that parses files for index/extraction/sandbox.py: bytes in, JSON out, nothing else can be opened."""

from __future__ import annotations

import codecs
import io
import json
import os
import struct
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict

from index.extraction.html import extract_html
from index.extraction.layout import Extracted
from index.extraction.office import WORD, extract_docx, extract_epub
from index.extraction.pdf import extract_pdf
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

_READERS: dict[str, Callable[[bytes], Extracted]] = {
    "html": lambda data: extract_html(data.decode("utf-8", "replace")),
    "pdf": extract_pdf,
    "docx": extract_docx,
    "epub": extract_epub,
}


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
        _say(sink.write, _read(kind.rstrip(b"\0").decode("ascii"), source.read(size)))
        sink.flush()


def _read(kind: str, data: bytes) -> dict[str, object]:
    try:
        return asdict(_READERS[kind](data))
    except NotAnArticle as error:
        return error.reason.to_dict()
    except MemoryError:
        return SkipReason("memory").to_dict()
    except RecursionError:
        return SkipReason("nested_file").to_dict()
    except Exception as error:  # of a library, about a file nobody has seen: it is passed over, the next one is read
        return SkipReason("failed", (("name", type(error).__name__), ("detail", str(error)[:100]))).to_dict()


def _say(write: Callable[[bytes], object], found: dict[str, object]) -> None:
    data = json.dumps(found).encode("ascii")
    write(struct.pack("<Q", len(data)) + data)


def _warm() -> None:
    """Read one small file of each kind: what a library loads late could not be opened any more."""
    from trafilatura.external import jt_stoplist_init

    jt_stoplist_init()  # lists of words that only a page with little text asks for
    for codec in ("ascii", "latin-1", "cp437", "cp1252", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        codecs.lookup(codec)
    extract_html("<html lang='en'><head><title>A</title></head><body><article><p>" + "Some words of a text. " * 30)
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
