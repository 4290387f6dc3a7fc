"""A web page to its article: main text without menus, banners and footers, and what its metadata says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from index.extraction.accounting import measured
from index.extraction.layout import Extracted, Paragraph, lay_out, tidy
from index.extraction.note_calls import write_raised
from index.extraction.pages import (
    BLOCKS,
    SILENT,
    blocks_of,
    facts_of,
    is_same,
    remove_boxes,
    restored,
)
from index.skip_reason import NotAnArticle
from index.text import LEXICON

MAX_ELEMENTS = 40_000
"""A page with more elements is read plainly, with everything around its text: telling them apart would take minutes."""

_SHORT = 5_000
"""Characters of an article that may be one line because the search for it fell back on the text of its element."""
_FEW = 2_000
"""Paragraphs of a page in which those of such a line are looked for."""
_TAG = re.compile(r"<(?:!doctype|!--|/?[a-z][a-z0-9-]*[\s/>])", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*>")  # looked for further in, a run of spaces would take its square
_RULE = re.compile(r"[|\s:-]+")
_LABEL = LEXICON.pattern("advertisements", r"(?:{})", re.IGNORECASE)


def extract_html(text: str) -> Extracted:
    """Extract the article from a web page's source. Raises ValueError if there is none."""
    if not _TAG.search(text):
        return lay_out([Paragraph(tidy(line)) for line in re.split(r"\r\n|\r|\n", text)], note="no HTML, read as text")
    tree = parse(text)
    removed = []
    is_small = next(islice(tree.iter(), MAX_ELEMENTS, None), None) is None
    if is_small:
        removed = remove_boxes(tree)
    there = list(blocks_of(tree))
    facts = facts_of(tree)
    title = facts["title"]
    paragraphs = _main_text(tree, title, facts["standfirst"]) if is_small else list(blocks(tree))
    if title and paragraphs and not any(is_same(title, line) for line in paragraphs[:3]):
        paragraphs.insert(0, title)
    if not paragraphs:
        raise NotAnArticle("empty_page")
    said = lay_out(
        [Paragraph(each) for each in paragraphs],
        title=title,
        date=facts["date"],
        language=facts["language"],
        source=facts["source"],
        url=facts["url"],
    )
    coverage = measured([*removed, *there], said.lines, is_whole=not said.note)
    return replace(said, date_from=facts["date_from"], author=facts["author"], coverage=coverage)


def parse(text: str | bytes) -> Any:
    """Parse HTML into an element tree, however broken it is; nothing is loaded. Raises ValueError if it holds none."""
    import lxml.etree
    import lxml.html

    if isinstance(text, str):
        text = _XML_HEAD.sub("", text, count=1).replace("\0", "")
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return write_raised(lxml.html.document_fromstring(text, parser=parser))
    except (lxml.etree.LxmlError, ValueError):
        raise NotAnArticle("no_text") from None


def blocks(tree: Any) -> Iterator[str]:
    """Yield every paragraph of a tree in order, without scripts and menus."""
    import lxml.etree

    said: list[str] = []
    silent = 0  # depth inside what is not read
    for event, element in lxml.etree.iterwalk(tree, events=("start", "end")):
        name = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        if event == "start":
            silent += name in SILENT
            if name in BLOCKS and (text := tidy("".join(said))):
                yield text
            if name in BLOCKS:
                said = []
            if name in ("td", "th") and said:
                said.append(" | ")
            if not silent and element.text:
                said.append(element.text)
            continue
        silent -= name in SILENT
        if name in BLOCKS and name != "br":
            if text := tidy("".join(said)):
                yield text
            said = []
        if not silent and element.tail:
            said.append(element.tail)
    if text := tidy("".join(said)):
        yield text


def _main_text(tree: Any, title: str, standfirst: str) -> list[str]:
    import trafilatura

    found = trafilatura.extract(tree, include_comments=False, include_tables=True, with_metadata=False) or ""
    lines = _parted(tree, [tidy(re.sub(r"^\|\s*|\s*\|\s*$", "", line)) for line in found.split("\n")])
    lines = [line for line in lines if line and not _RULE.fullmatch(line) and not _LABEL.fullmatch(line)]
    return restored(tree, lines, title, standfirst) if lines else list(blocks(tree))


def _parted(tree: Any, lines: list[str]) -> list[str]:
    """Return the paragraphs of a short article whose whole text was found as one line, else the lines as they are."""
    whole = "".join(lines[0].split())
    if len(lines) != 1 or len(whole) > _SHORT:
        return lines
    there = [(text, "".join(text.split())) for text in islice(blocks(tree), _FEW)]
    for first in range(len(there)):
        said = ""
        for last in range(first, len(there)):
            said += there[last][1]
            if said == whole:
                return [text for text, _ in there[first : last + 1]]
            if not whole.startswith(said):
                break
    return lines
