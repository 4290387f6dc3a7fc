"""Europresse's export as a web page: the documents one after the other, their parts told by class."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from index.extraction.accounting import Block
from index.extraction.exports.part import Entry, inside
from index.extraction.html import blocks
from index.extraction.layout import tidy, web_address
from index.extraction.pages import parted

MARK = "DocPublicationName"
"""A class that only this export has."""
NUMBER = re.compile(r"\b((?:news|pub|web|rep|bio)[·•.:]\d{8}[·•.:][\w-]{1,20}(?:[·•.:][\w-]{1,60}){0,3})")
"""The number of a document, such as news·20240312·OEM·0."""
DAY = re.compile(
    r"(?:\b[^\W\d]+\.?,?\s+)?\b(?:\d{1,2}(?:er)?\.?\s+(?:de\s+)?[^\W\d]{3,}\.?\s+(?:de\s+)?(?:19|20)\d\d|"
    r"[^\W\d]{3,}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)\b"
)
_PAGE = re.compile(r"\bpp?\.\s*([\w-]+(?:\s*[,;-]\s*\w+)*)\s*$")
_ISSUE = re.compile(r"\s*[,;(\[]*\s*\b(?:no|n°|nº|vol)\.?\s*[\w-]*\d[\w-]*.*$", re.IGNORECASE)
_WEB = re.compile(
    r"\s*\((?:réf\.\s*)?(?:site web|web site|website|web|sitio web|tablette|blog)[^)]*\)\s*$", re.IGNORECASE
)
_TITLES = ("titreArticleVisu", "titreArticle", "rdp__articletitle", "DocTitle")
_TEXTS = ("docOcurrContainer", "DocText")
_SUBTITLES = ("rdp__subtitle", "DocSubTitle", "sousTitreArticle", "titreArticleSous")
_AUTHORS = ("docAuthors", "DocAuthors", "sm-margin-bottomNews", "authors")
_FOOT = ("docCert", "publiC-lblNodoc", "DocFooter", "copyright")
_KNOWN = (_TEXTS, _TITLES, _SUBTITLES, _AUTHORS, _FOOT)


def entries(tree: Any) -> tuple[list[Entry], list[Block]]:
    """Return the documents of an export, each from the newspaper's name or an <article> on, and what stands before."""
    reading, done = _Reading(), list[_Reading]()
    left = [tree]
    while left:
        element = left.pop()
        if not isinstance(element.tag, str):
            continue
        if (element.tag == "article" or _is(element, (MARK,))) and reading.is_begun(element):
            done.append(reading)
            reading = _Reading()
        if reading.take(element):
            left += reversed(list(element))
    found = [each for each in [*done, reading] if each.begins is not None]
    before, *said = parted(tree, [each.begins for each in found])
    return [each.finish(there) for each, there in zip(found, said, strict=True)], before


class _Reading:
    """The document that is being read."""

    def __init__(self) -> None:
        self.entry = Entry()
        self.begins: Any = None
        """The element that begins it, None until it is met."""
        self._loose: list[str] = []

    def is_begun(self, element: Any) -> bool:
        """Return whether an element that can begin a document begins another one than this."""
        return self.begins is not None if element.tag == "article" else bool(self.entry.source)

    def take(self, element: Any) -> bool:
        """Read an element of a known class; return whether to look inside it."""
        entry = self.entry
        if element.tag == "article":
            self._begin(element)
            return True
        known = next((each for each in _KNOWN if _is(element, each)), None)
        if known is _TITLES and any(_is(each, _SUBTITLES) for each in element.iterdescendants()):
            return True
        if known:
            return self._take_known(element, known)
        if _is(element, (MARK,)):
            entry.source = newspaper(element.text_content())
            self._begin(element)
            return False
        if _is(element, ("DocHeader",)):
            read_header_line(entry, element.text_content())
            return False
        if element.tag == "a":
            self._linked(element)
        if element.tag == "p":
            text = tidy(element.text_content())
            if not self._numbered(text):
                self._loose.append(text)
            self._linked(element)
            return False
        self._numbered(element.text or "")
        return True

    def _take_known(self, element: Any, known: tuple[str, ...]) -> bool:
        entry, text = self.entry, tidy(element.text_content())
        if known is _TEXTS:
            entry.text = entry.text or inside(element, blocks)
            self._begin(element)
        elif known is _TITLES:
            entry.title = entry.title or text
            self._begin(element)
        elif known is _SUBTITLES:
            entry.head.append(text)
        elif known is _AUTHORS:
            entry.author = entry.author or text
        else:
            self._numbered(text)
            self._linked(element)
        return False

    def _linked(self, element: Any) -> None:
        """Take the address that the newspaper gave the document from a link outside its text."""
        for link in element.iter("a"):
            self.entry.url = self.entry.url or _outside(link.get("href") or "")

    def _numbered(self, text: str) -> bool:
        """Take the document's number from a text, if it is there."""
        match = NUMBER.search(text)
        if match and not self.entry.number:
            self.entry.number = match[1]
        return bool(match)

    def _begin(self, element: Any) -> None:
        self.begins = element if self.begins is None else self.begins

    def finish(self, there: list[Block]) -> Entry:
        """Return the document, given all that the page says in its place."""
        if not self.entry.text:
            self.entry.text = [each for each in self._loose if each]
        self.entry.there = there
        return self.entry


def newspaper(text: str) -> str:
    """Return a newspaper's name without the number of the issue and without "(site web)"."""
    name = tidy(text)
    return _WEB.sub("", _ISSUE.sub("", name)).rstrip(" ,;-") or name


def read_header_line(entry: Entry, text: str) -> None:
    """Read section, date and page from a line such as "Culture, mardi 12 mars 2024 407 mots, p. 14"."""
    line = tidy(text)
    if day := DAY.search(line):
        entry.date = day.group()
        entry.section = line[: day.start()].strip(" ,;-–")
    if page := _PAGE.search(line):
        entry.page = page[1]


def _is(element: Any, names: tuple[str, ...]) -> bool:
    return not set(names).isdisjoint((element.get("class") or "").split())


def _outside(href: str) -> str:
    """Return the address of an article on its newspaper's own site, or ""."""
    address = web_address(href)
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return "" if host.endswith(("europresse.com", "cedrom-sni.com", "eureka.cc")) else address
