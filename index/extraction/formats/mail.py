"""Mail (.eml, .mbox) and pages saved as mail (.mhtml): the text of each message, its attachments named."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from email.message import EmailMessage, Message
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice
from typing import Any

from index.extraction.accounting import Block
from index.extraction.exports.page import read_page
from index.extraction.exports.part import MOST_PARTS, Entry, Keys, Part, safe_key, said_beside
from index.extraction.html import blocks, parse
from index.extraction.layout import MAX_CHARS, tidy, web_address
from index.extraction.pages import blocks_of, is_hidden
from index.skip_reason import NotAnArticle, SkipReason

MAX_DEPTH = 20
"""Messages and groups within one another."""
MAX_PIECES = 1000
"""Pieces of one message."""
_FROM_LINE = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]{1,300}\d\d:\d\d[^\r\n]{1,60}\r?\n")
"""What begins a message: who sent it and when; a sentence that begins with "From" does not."""
_QUOTED_FROM = re.compile(r"^>(>*From )", re.MULTILINE)
_HTML_SHARE = 0.4  # of the letters of the HTML that a plain text has to have to be taken for the whole message


def read_mail(data: bytes) -> Iterator[Part]:
    """Yield the article of a message, then its attachments as passed over. Raises ValueError."""
    entry, attached = _message(data)
    if not any(char.isalnum() for each in entry.text for char in each):
        raise NotAnArticle("no_text")
    yield Part("", entry.extracted())
    yield from _attachments(Keys(), "", attached)


def read_mailbox(data: bytes) -> Iterator[Part]:
    """Yield the articles of a mailbox, a message each, with the attachments of each as passed over."""
    found = list(islice(_FROM_LINE.finditer(data), MOST_PARTS + 1))
    starts = [match.end() for match in found]
    if not starts:
        raise NotAnArticle("no_mailbox")
    keys = Keys()
    ends = [*(match.start() for match in found[1:]), len(data)]
    for n, (start, end) in enumerate(zip(starts, ends, strict=False)):
        if n >= MOST_PARTS:
            yield keys.too_many()
            return
        try:
            entry, attached = _message(data[start:end])
        except NotAnArticle as error:
            yield Part(keys.free(f"n{n + 1}"), reason=error.reason)
            continue
        entry.text = [_QUOTED_FROM.sub(r"\1", line) for line in entry.text]
        part = keys.part_of(entry)
        yield part
        yield from _attachments(keys, part.key, attached)


def _attachments(keys: Keys, key: str, names: Iterable[str]) -> Iterator[Part]:
    for name in names:
        reason = SkipReason("attachment", (("name", tidy(name)[:80] or "?"),))
        yield Part(keys.free(safe_key(f"{key}-{name}" if key else name)), reason=reason)


def _message(data: bytes) -> tuple[Entry, list[str]]:
    """Return a message as an Entry, and the names of its attachments."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    if not message.keys():
        raise NotAnArticle("no_mail")
    plain, rich, attached = [], [], []
    for piece in _pieces(message):
        if piece.get_content_disposition() == "attachment" or piece.get_content_maintype() != "text":
            attached.append(_filename(piece))
        elif piece.get_content_subtype() == "html":
            rich.append(_text(piece))
        else:
            plain.append(_text(piece))
    from_html = [line for text in rich if text.strip() for line in _lines_of_page(text)]
    from_text = [line for text in plain for line in unwrapped(text)]
    n_html, n_text = (sum(sum(map(str.isalpha, line)) for line in lines) for lines in (from_html, from_text))
    name, address = parseaddr(_header(message, "From"))
    entry = Entry(
        title=_header(message, "Subject"), number=_header(message, "Message-ID").strip("<> "), date=_date(message),
        source=name or address, author=name or address, url=_header(message, "Archived-At").strip("<> "),
        text=from_html if n_text < _HTML_SHARE * n_html else from_text,
    )  # fmt: skip
    for each in ("From", "To", "Cc", "Subject", "Date"):
        reason = {"From": "fact", "Date": "fact", "Subject": "other"}.get(each, "header")
        entry.there += [Block(reason, said)] if (said := _header(message, each)) else []
    is_rich = n_text < _HTML_SHARE * n_html
    entry.there += [Block("other_form" if is_rich else "other", line) for line in map(tidy, from_text) if line]
    for text in rich:
        there = blocks_of(parse(text)) if text.strip() else ()
        entry.there += there if is_rich else [Block("other_form", each.text) for each in there]
    return entry, attached


def _pieces(message: Message[str, str]) -> Iterator[EmailMessage]:
    """Yield the pieces of a message that hold no others. Raises ValueError beyond MAX_DEPTH."""
    left: list[tuple[Any, int]] = [(message, 0)]
    n = 0
    while left:
        piece, depth = left.pop()
        n += 1
        if depth > MAX_DEPTH or n > MAX_PIECES:
            raise NotAnArticle("nested_file")
        if piece.is_multipart():
            left += [(each, depth + 1) for each in reversed(piece.get_payload())]
        elif piece.get_content_type() != "application/pkcs7-signature" and piece.get_content_maintype() != "multipart":
            yield piece


def _text(piece: EmailMessage) -> str:
    """Return the text of a piece in its character set, or in UTF-8 or Windows-1252 if that is unknown or wrong."""
    data = piece.get_payload(decode=True)
    data = data[: 4 * MAX_CHARS] if isinstance(data, bytes) else b""
    for name in (piece.get_content_charset() or "utf-8", "utf-8"):
        try:
            return data.decode(name)
        except (LookupError, UnicodeError, OSError):
            continue
    return data.decode("cp1252", "replace")


def _lines_of_page(text: str) -> list[str]:
    """Return the paragraphs of a message in HTML that its reader sees."""
    tree = parse(text)
    for element in [each for each in tree.iter() if isinstance(each.tag, str) and is_hidden(each)]:
        if element.getparent() is not None:
            element.drop_tree()
    return list(blocks(tree))


def unwrapped(text: str) -> list[str]:
    """Return the paragraphs of a text whose lines were broken at some width: an empty line ends one."""
    found: list[str] = []
    lines = re.split(r"\r\n|\r|\n", text)
    width = max(map(len, lines), default=0)
    is_broken = width <= 100
    before = ""
    for line in lines:
        is_item = line.startswith((">", "-", "*", " "))
        if is_broken and before and line and len(before) > 0.6 * width and not is_item:
            found[-1] = f"{found[-1].rstrip()} {line}"
        elif line.strip():
            found.append(line)
        before = line.strip()
    return found


def _header(message: Message[str, str], name: str) -> str:
    try:
        return tidy(str(message.get(name, "")))[:1000]
    except Exception:  # a header that the library cannot take apart says nothing
        return ""


def _date(message: Message[str, str]) -> str:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return _header(message, "Date")


def _filename(piece: EmailMessage) -> str:
    try:
        return piece.get_filename() or piece.get_content_type()
    except Exception:  # a name that the library cannot take apart
        return "?"


def read_saved_page(data: bytes) -> Iterable[Part]:
    """Return the articles of a page saved as .mhtml. Raises ValueError if it holds no page."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    pages = [piece for piece in _pieces(message) if piece.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not pages:
        raise NotAnArticle("no_saved_page")
    page, *frames = pages
    url = web_address(_header(page, "Content-Location") or _header(message, "Snapshot-Content-Location"))
    parts = [
        replace(part, said=replace(part.said, url=part.said.url or url)) if part.said else part
        for part in read_page(_text(page))
    ]
    texts = filter(str.strip, map(_text, frames))
    return [*parts, *said_beside(Block("frame", each.text) for text in texts for each in blocks_of(parse(text)))]
