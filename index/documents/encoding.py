"""Decode a text file and split it into lines."""

from __future__ import annotations

import re

from index.skip_reason import NotAnArticle

_LINE_END = re.compile(r"\r\n|\r|\n")
_MAGIC = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"PK\x03\x04": "a zip file",
          b"\x1f\x8b": "a compressed file", b"\x7fELF": "a program", b"GIF8": "a picture",
          b"\xd0\xcf\x11\xe0": "an old or locked Office file", b"{\\rtf": "an RTF file"}  # fmt: skip

# Of what a page may declare; codecs that are slow on purpose are not among them.
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*(utf-?8|iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|shift_jis|"
    rb"euc-(?:jp|kr)|gb(?:2312|k|18030)|big5|macintosh|us-ascii)\b",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


def split_lines(text: str) -> tuple[str, ...]:
    """Return the lines an editor shows: only \\r\\n, \\r and \\n end one. A final line ending starts no new line."""
    lines = _LINE_END.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return tuple(lines)


def decode(data: bytes) -> tuple[str, str]:
    """Decode a file.

    Return its text and a note on how it was read ("" for plain UTF-8). Raises ValueError for binary data.
    """
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            ending = {"a PDF": "; if it is to be read, it must end in .pdf"}.get(what, "")
            raise NotAnArticle("not_text", thing=what, ending=ending)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            raise NotAnArticle("utf16") from None
        if "\0" in text:
            raise NotAnArticle("utf32")
        return text, "read as UTF-16"
    if b"\0" in data[:8192]:
        raise NotAnArticle("binary")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", errors="replace")
    n_bad = text.count("\ufffd")
    if sum(char > "\x7f" for char in text) > 3 * n_bad:  # accents that are right say UTF-8, a few wrong bytes aside
        return text, f"{n_bad} bytes that are not UTF-8 are shown as \ufffd"
    text = data.decode("cp1252", errors="replace")
    if "\ufffd" in text or len(_CONTROL.findall(text)) > len(text) // 200:
        raise NotAnArticle("encoding")
    return text, "not UTF-8, read as Windows-1252"


def decode_page(data: bytes) -> tuple[str, str]:
    """Decode a web page in the character set that it declares, or like any other text. Return its text and a note."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and b"\0" not in data[:8192]:
        name = declared[1].decode("ascii").lower()
        try:
            return data.decode("cp1252" if name in ("iso-8859-1", "us-ascii") else name), ""
        except (UnicodeDecodeError, LookupError):
            pass  # the page is not what it says
    return decode(data)
