"""Factiva's exports: as a page of div.article or of tables with codes (HD, BY, PD …), or as paragraphs of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.extraction.accounting import Block
from index.extraction.exports.europresse import DAY, newspaper
from index.extraction.exports.part import Entry, inside
from index.extraction.html import blocks
from index.extraction.layout import tidy
from index.extraction.pages import blocks_of

MARK = re.compile(r"class\s*=\s*[\"']?(?:[\w-]+ )*(?:[a-z]{2}Article\b|[a-z]{2}Headline\b)|<(?:b|strong)>\s*HD\s*</")
"""What only this export has: classes such as deArticle and enHeadline, or the code HD in bold."""
CODES = frozenset(
    "SE HD CLM BY CR WC PD ET SN SC ED PG VOL LA CY CX LP TD ART AN CO IN NS RE IPC IPD PUB RF DE".split()
)
ACCESSION = re.compile(r"^(?:Document|Dokument|Documento)\s+([A-Z][A-Z0-9]{2,11}\d{8}[a-z0-9]{4,16})\s*$")
_AN = re.compile(r"\b([A-Z][A-Z0-9]{2,11}\d{8}[a-z0-9]{4,16})\b")
_WORDS = re.compile(r"^[\d ,.\u00a0\u202f']+\s(?:words?|mots?|Wörter|Wort|palabras?|parol[ae]|palavras?)$")
_TIME = re.compile(r"^\d{1,2}[:.h]\d\d(?:\s?(?:GMT|UTC|CET|[ap]m))?$", re.IGNORECASE)
_CODE = re.compile(r"^[A-Z][A-Z0-9]{2,11}$")
_PAGE = re.compile(r"^(?:(?:page|seite|página|pagina|p\.)\s*)?(\d{1,4}[A-Z]?|[A-Z]{1,2}\d{1,3})$", re.IGNORECASE)
_COPYRIGHT = re.compile(r"^(?:copyright\b|©|\(c\)|tous droits|alle rechte)", re.IGNORECASE)
_LINE = re.compile(r"^([A-Z]{2,3})(?:\s{2,}|\t|\s*$|\s(?=\S))(.*)$")
_HEADER_LINES = 16
_REASONS = {**dict.fromkeys(CODES, "fact"), **dict.fromkeys(("HD", "LP", "TD", "ART"), "other"), "CY": "footer"}
"""Why what stands behind a code would be left out."""


def entries(tree: Any) -> Iterator[Entry]:
    """Yield the articles of a page."""
    found = [each for each in tree.iter("div") if _is_article(each)]
    outer = [each for each in found if not any(_is_article(parent) for parent in each.iterancestors("div"))]
    for element in outer or [tree]:
        rows = [*_rows(element)]
        codes = {code for code, _ in rows}
        if "HD" in codes and codes & {"PD", "SN", "AN"} and codes & {"LP", "TD", "ART"}:
            yield from of_codes(rows)
        elif outer:
            yield _displayed(element)


def _is_article(element: Any) -> bool:
    names = (element.get("class") or "").split()
    return "article" in names or any(re.fullmatch("[a-z]{2}Article", name) for name in names)


def _rows(element: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield (code, paragraphs) of each row of a table whose first cell is a code."""
    for row in element.iter("tr"):
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        code = tidy(cells[0].text_content()).strip("\u00a0 :") if len(cells) > 1 else ""
        if code in CODES:
            yield code, [text for cell in cells[1:] for text in inside(cell, blocks)]


def of_codes(rows: Iterable[tuple[str, list[str]]]) -> Iterator[Entry]:
    """Yield the articles of rows (code, paragraphs); one ends with its AN, or where another HD or SE begins."""
    held: dict[str, list[str]] = {}
    for code, said in rows:
        if code in held and code in ("HD", "SE", "CLM") and "HD" in held:
            yield _coded(held)
            held = {}
        held.setdefault(code, []).extend(said)
        if code == "AN":
            if "HD" in held or "LP" in held or "TD" in held:
                yield _coded(held)
            held = {}
    if "HD" in held:
        yield _coded(held)


def _coded(held: dict[str, list[str]]) -> Entry:
    def one(*codes: str) -> str:
        return " ".join(next((held[code] for code in codes if held.get(code)), []))

    number = _AN.search(one("AN"))
    return Entry(
        title=one("HD"),
        number=number[1] if number else "",
        date=one("PD"),
        source=newspaper(one("SN")),
        author=one("BY"),
        section=one("SE", "CLM"),
        page=_page(one("PG")),
        text=[each for code in ("LP", "TD", "ART") for each in held.get(code, ())],
        there=[Block(_REASONS.get(code, "other"), each) for code, said in held.items() for each in said],
    )


def _displayed(element: Any) -> Entry:
    """Read an article whose facts stand one below the other without codes."""
    headline = next((each for each in element.iter() if _has_class(each, "Headline")), None)
    texts = [each for each in element.iter("p") if _has_class(each, "Paragraph")]
    title = tidy(headline.text_content()) if headline is not None else ""
    author = next((tidy(each.text_content()) for each in element.iter("div") if _has_class(each, "author")), "")
    if texts:
        within = set(texts)
        leaves = (each for each in element.iter("div", "p") if each not in within and each.find("div") is None)
        head = [tidy(each.text_content()) for each in leaves if each.find("p") is None]
        number = next((match[1] for line in head if (match := ACCESSION.match(line))), "")
        entry = of_display(head, title)
        entry.text = [line for each in texts for line in inside(each, blocks)]
        entry.number = number
    else:
        entry = of_display(inside(element, blocks), title)
    entry.author = author or entry.author
    entry.there = list(blocks_of(element))
    return entry


def _has_class(element: Any, end: str) -> bool:
    names = (element.get("class") or "").split() if isinstance(element.tag, str) else ()
    return any(name == end or re.fullmatch(f"[a-z]{{2}}{end}|{end.lower()}{end}|article{end}", name) for name in names)


def of_display(lines: Sequence[str], title: str = "") -> Entry:
    """Read the lines of one article: section, headline, author, number of words, date, newspaper, code …, then text."""
    lines = [line for line in lines if line]
    number = next((match[1] for line in reversed(lines[-3:]) if (match := ACCESSION.match(line))), "")
    entry = Entry(title=title, number=number, there=[Block("other", line) for line in lines])
    at = next((n for n, line in enumerate(lines[:_HEADER_LINES]) if _WORDS.match(line)), -1)
    if at < 0:
        entry.text = [line for line in lines if not ACCESSION.match(line)]
        return entry
    _before_words(entry, lines[:at])
    at += 1
    if at < len(lines) and DAY.search(lines[at]):
        entry.date = lines[at]
        at += 1
    if at < len(lines) and _TIME.match(lines[at]):
        at += 1
    if at < len(lines):
        entry.source = newspaper(lines[at])
        at += 1
    until = next((n for n in range(at, min(at + 8, len(lines))) if _COPYRIGHT.match(lines[n])), -1)
    rest = range(at, until + 1) if until >= 0 else range(at, min(at + 4, len(lines)))
    for n in rest:
        line = lines[n]
        if match := _PAGE.match(line):
            entry.page = match[1]
        elif until < 0 and not _CODE.match(line) and len(line.split()) > 1:
            break
        at = n + 1
    entry.text = [line for line in lines[at:] if not ACCESSION.match(line)]
    return entry


def _before_words(entry: Entry, head: Sequence[str]) -> None:
    """Read what stands before the number of words: section, headline and author, as many as are there."""
    rest = list(head)
    if entry.title in rest:
        at = rest.index(entry.title)
    else:  # of two lines the headline is the longer one
        at = int(len(rest) > 2 or (len(rest) == 2 and len(rest[1]) > len(rest[0])))
    entry.section = " ".join(rest[:at])
    entry.title = entry.title or "".join(rest[at : at + 1])
    entry.author = " ".join(rest[at + 1 :])


def _page(text: str) -> str:
    match = _PAGE.match(text.strip())
    return match[1] if match else text[:20]


def coded_lines(lines: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (code, paragraphs) of lines that begin with a code; those without one go on with the code before."""
    code, said = "", list[str]()
    for line in lines:
        match = _LINE.match(line)
        if match and match[1] in CODES:
            if code:
                yield code, said
            code, said = match[1], [match[2].strip()] if match[2].strip() else []
        elif code and line.strip():
            said.append(line.strip())
    if code:
        yield code, said


def of_text(lines: Sequence[str]) -> list[Entry]:
    """Return the articles of a text in this export's form: with codes, or ended by "Document LEMOND0020240312…"."""
    ends = [n for n, line in enumerate(lines) if ACCESSION.match(line)]
    if {"HD", "PD", "LP"} <= {match[1] for line in lines if (match := _LINE.match(line))}:
        return list(of_codes(coded_lines(lines)))
    starts = [0, *(n + 1 for n in ends)]
    return [of_display(lines[a : b + 1]) for a, b in zip(starts, ends, strict=False)]
