"""Decode a text file and split it into lines."""

from __future__ import annotations

import html
import re

from index.documents.code_pages import NAMES, best_page
from index.skip_reason import NotAnArticle

_LINE_END = re.compile(r"\r\n|\r|\n")
_MAGIC = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"PK\x03\x04": "a zip file",
          b"\x1f\x8b": "a compressed file", b"\x7fELF": "a program", b"GIF8": "a picture",
          b"\xd0\xcf\x11\xe0": "an old or locked Office file", b"{\\rtf": "an RTF file"}  # fmt: skip

# Of what a page may declare; codecs that are slow on purpose are not among them.
_CHARSET = re.compile(
    rb"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,80}?encoding)\s*=\s*[\"']?\s*(utf-?8|iso-8859-\d{1,2}|windows-125\d|cp125\d|"
    rb"koi8-[ru]|shift_jis|euc-(?:jp|kr)|gb(?:2312|k|18030)|big5|macintosh|us-ascii)\b",
    re.IGNORECASE,
)
# Declared with a smaller character set than what is used.
_WIDER = {
    "us-ascii": "cp1252", "iso-8859-1": "cp1252", "windows-1252": "cp1252", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc-kr": "cp949", "macintosh": "mac_roman", "iso-8859-9": "cp1254",
}  # fmt: skip
_INLINED_MARK = b"data:"
_INLINED = re.compile(
    rb"(?<=[\"'(=\s])data:[\w.+-]{1,40}/[\w.+-]{1,80}(?:;[\w=.+-]{1,60}){0,4},"
    rb"[A-Za-z0-9+/=_%-]{60,}+(?:\\?\r?\n[ \t]{0,8}[A-Za-z0-9+/=_%-]++)*+"
)
_MARKS = ((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_FEW = 0.02
"""Share of a text's other than ASCII characters that may be damaged."""
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[A-Za-z]{2,8}\d{0,2});")
_ELEMENT = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


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
    text, note = _decoded(data)
    text, is_mended = mended(text)
    if is_mended:
        note = "; ".join(filter(None, [note, "UTF-8 that was encoded twice, mended"]))
    return text, note


def decode_text(data: bytes) -> tuple[str, str]:
    """Decode a plain text as `decode` does, and turn entities into the letters they stand for if it is full of them.

    That is: it has at least two, hardly any letter with an accent beside them, and no element.
    """
    text, note = decode(data)
    found = _ENTITY.findall(text)
    n_letters = sum(char > "\x7f" for char in text) if len(found) > 1 else 0
    if len(found) < 2 or 4 * n_letters > len(found) or _ELEMENT.search(text):
        return text, note
    said = _ENTITY.sub(lambda match: _of_entity(match.group()), text)
    if said == text:
        return text, note
    return said, "; ".join(
        filter(None, [note, f"{len(found)} HTML entities read as characters"])
    ) if said != text else note


def decode_page(data: bytes) -> tuple[str, str]:
    """Decode a web page in the character set that it declares, unless it is UTF-8 or makes no text so.

    Return its text and a note.
    """
    declared = _CHARSET.search(data[:8192])
    if declared is None or data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) or b"\0" in data[:8192]:
        return decode(data)
    said = declared[1].decode("ascii").lower()
    name = _WIDER.get(said, said)
    try:
        if data.decode("utf-8"):
            text, note = decode(data)
            is_so = data.isascii() or name in ("utf-8", "utf8")
            return text, note if is_so else "; ".join(filter(None, [f"UTF-8, though it says {said}", note]))
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return decode(data)  # the page is not what it says
    if name == "cp1252" and best_page(data) != "cp1252":
        return decode(data)
    return text, ""


def without_pictures(data: bytes) -> bytes:
    """Return a page without the pictures, fonts and sounds that were saved into it, which can be most of its bytes."""
    return _INLINED.sub(b"data:,", data) if _INLINED_MARK in data else data


def _decoded(data: bytes) -> tuple[str, str]:
    """Return the text of data in the encoding that makes a text of it, and a note."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(name)
            except UnicodeDecodeError:
                raise NotAnArticle("utf16") from None
            if "\0" in text:
                raise NotAnArticle("utf32")
            return text.lstrip("\ufeff"), f"read as {name.upper()}"
    if b"\0" in data[:8192]:
        return _without_mark(data)
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", errors="replace")
    n_bad = text.count("\ufffd")
    n_right = sum(char > "\x7f" for char in text) - n_bad
    by_line, note = _line_by_line(data) if n_right >= 2 else ("", "")
    if note and _is_text(by_line):
        return by_line, note
    if n_right > 2 * n_bad:  # accents that are right say UTF-8, a few wrong bytes aside
        return text, f"{n_bad} bytes that are not UTF-8 are shown as \ufffd"
    page = best_page(data)
    text = data.decode(page, errors="replace") if page else ""
    n_others = sum(char > "\x7f" for char in text)
    if not page or text.count("\ufffd") > _FEW * n_others or len(_CONTROL.findall(text)) > len(text) // 200:
        raise NotAnArticle("encoding")
    return text, f"not UTF-8, read as {NAMES[page]}" + _damage(text)


def _damage(text: str) -> str:
    n_bad = text.count("\ufffd")
    return f", {n_bad} damaged characters shown as \ufffd" if n_bad else ""


def _without_mark(data: bytes) -> tuple[str, str]:
    """Read UTF-16 or UTF-32 without a byte order mark, by where its zeros stand. Raises ValueError if it is binary."""
    zeros = [sum(byte == 0 for byte in data[at:8192:4]) for at in range(4)]
    low, high = zeros[0] + zeros[2], zeros[1] + zeros[3]
    n = min(len(data), 8192) // 4
    if min(zeros[1:]) > 0.9 * n or min(zeros[:3]) > 0.9 * n:
        name = "utf-32-le" if zeros[3] > zeros[0] else "utf-32-be"
    elif max(low, high) > 0.2 * n and min(low, high) <= 0.02 * max(low, high):
        name = "utf-16-le" if high > low else "utf-16-be"
    else:
        raise NotAnArticle("binary")
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        raise NotAnArticle("binary") from None
    if not _is_text(text):
        raise NotAnArticle("binary")
    return text, f"read as {name.upper()} without a byte order mark"


def _is_text(text: str) -> bool:
    """Are there letters, and hardly a control character?"""
    return any(map(str.isalpha, text[:8192])) and len(_CONTROL.findall(text)) <= len(text) // 200


def _line_by_line(data: bytes) -> tuple[str, str]:
    """Return a text some of whose lines are UTF-8 and the others in a code page, and a note; "" if it is none.

    A line with both keeps what is UTF-8 in it.
    """
    lines = re.split(rb"(\r\n|\r|\n)", data.removeprefix(b"\xef\xbb\xbf"))
    read = [line.decode("utf-8", errors="replace") for line in lines]
    others = {
        n
        for n, text in enumerate(read)
        if "\ufffd" in text and not any(char > "\x7f" and char != "\ufffd" for char in text)
    }
    page = best_page(b"\n".join(lines[n] for n in sorted(others))) if others else ""
    if not page or not any(text and not text.isascii() and "\ufffd" not in text for text in read):
        return "", ""
    for n in others:
        read[n] = lines[n].decode(page, errors="replace")
    text = "".join(read)
    return text, f"not UTF-8 in {len(others)} of its lines, read as {NAMES[page]} there" + _damage(text)


# --- what was encoded twice or escaped --------------------------------------------------------------------------------

_CP1252 = {chr(n): n for n in range(0x80, 0x100)} | {
    bytes([n]).decode("cp1252"): n for n in range(0x80, 0xA0) if n not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}
_BEHIND = "".join(re.escape(char) for char, n in _CP1252.items() if n < 0xC0)
_TWICE = re.compile(f"[\u00c2-\u00df][{_BEHIND}]|[\u00e0-\u00ef][{_BEHIND}]{{2}}")
_IN_FRENCH_TOO = frozenset("\xa0»«…’”“–—")
"""What may follow a capital with an accent in a text that is right: "OÙ\xa0?", "IRMÃ…"."""
_MOSTLY, _NEARLY_ALL = 0.7, 0.9
"""Shares of a line's other than ASCII characters that must be of letters encoded twice: Latin letters, others."""


def mended(text: str) -> tuple[str, bool]:
    """Return a text in which UTF-8 that was read as Windows-1252 and written again ("Ã©") is what it was, and whether
    there was any. A line with right accents besides stays as it is."""
    is_mended = False
    for _ in range(2):
        if not any(found[1] not in _IN_FRENCH_TOO and _of_twice(found) != found for found in _TWICE.findall(text)):
            break
        said = re.sub(r"[^\r\n]*[\xc2-\xef][^\r\n]*", lambda line: _mended_line(line.group()), text)
        if said == text:
            break
        text, is_mended = said, True
    return text, is_mended


def _mended_line(line: str) -> str:
    found = [chars for chars in _TWICE.findall(line) if _of_twice(chars) != chars]
    share = sum(map(len, found)) / max(1, sum(char > "\x7f" for char in line))
    is_latin = all(_is_latin(_of_twice(chars)) for chars in found)
    if not found or share < (_MOSTLY if is_latin else _NEARLY_ALL) or (not is_latin and len(found) < 4):
        return line
    line = _TWICE.sub(lambda match: _of_twice(match.group()), line)
    return re.sub(r"(?<![^\W\d_])Ã(?= )", "à", line)  # its second half was a no-break space


def _is_latin(char: str) -> bool:
    return char <= "\u017f" or "\u2010" <= char <= "\u2044" or char in _CP1252 or char == "−"


def _of_twice(chars: str) -> str:
    """Return the character whose UTF-8 these are, or themselves if it is not one of a text."""
    try:
        char = bytes(_CP1252[each] for each in chars).decode("utf-8")
    except UnicodeDecodeError:
        return chars
    return char if char.isalpha() or _is_latin(char) or "\u3000" <= char <= "\u30ff" else chars


def _of_entity(entity: str) -> str:
    """Return the character an entity stands for, or itself if that is none, or one that ends a line."""
    char = html.unescape(entity)
    return char if len(char) == 1 and (char.isprintable() or char in "\xa0\u202f") else entity
