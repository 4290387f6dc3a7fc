"""A saved page to its articles: an export of Europresse or Factiva, a page of several articles, or an ordinary page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

from index.extraction.accounting import Block, beside
from index.extraction.exports import europresse, factiva
from index.extraction.exports.part import Keys, Part, parts_of, require, safe_key, said_beside
from index.extraction.html import extract_html, parse
from index.extraction.layout import Extracted, tidy, web_address
from index.extraction.pages import blocks_of
from index.skip_reason import NotAnArticle

_ARTICLE = re.compile(r"<article[\s>]", re.IGNORECASE)
_SINGLE = re.compile(
    r"<meta[^>]{0,80}\bog:type[^>]{0,40}\bcontent\s*=\s*[\"']?article|[\"']@type[\"']\s*:\s*[\"'](?:\w*News)?Article[\"']",
    re.IGNORECASE,
)
_LEAST_LETTERS = 60
"""Letters outside headings and links that make an <article> more than the teaser of another page."""
_MAIN_SHARE = 0.8
"""One <article> with this share of all letters is the page's, and the others are beside it."""
_HEADINGS = ("h1", "h2", "h3", "h4")
_BESIDE = ("nav", "aside", "footer")


def read_page(text: str) -> Iterable[Part]:
    """Return the articles of a page's source. Raises ValueError if there is none."""
    if europresse.MARK in text:
        entries, before = europresse.entries(parse(text))
        return require([*parts_of(entries), *said_beside(beside(before, ()))])
    if factiva.MARK.search(text):
        tree = parse(text)
        found = list(parts_of(factiva.entries(tree), list(blocks_of(tree))))
        if any(part.said for part in found):
            return found
    if len(_ARTICLE.findall(text)) > 1 and not _SINGLE.search(text):
        tree = parse(text)
        if len(articles := _articles(tree)) > 1:
            return _several(tree, articles)
    return [Part("", extract_html(text))]


def _articles(tree: Any) -> list[Any]:
    """Return the outermost <article> elements that hold a text of their own, or [] if one of them is the page's."""
    found, letters = [], []
    for element in tree.iter("article"):
        if any(parent.tag == "article" or parent.tag in _BESIDE for parent in element.iterancestors()):
            continue
        n = sum(map(str.isalpha, _own_text(element)))
        if n >= _LEAST_LETTERS and any(True for _ in element.iter(*_HEADINGS)):
            found.append(element)
            letters.append(n)
    is_one = bool(letters) and max(letters) >= _MAIN_SHARE * sum(letters)
    return [] if is_one else found


def _own_text(element: Any) -> str:
    """Return an element's text without that of headings, links and menus."""
    said: list[str] = []
    left = [element]
    while left:
        node = left.pop()
        said.append(node.text or "")
        for child in node:
            said.append(child.tail or "")
            if isinstance(child.tag, str) and child.tag not in (*_HEADINGS, "a", "script", "style", *_BESIDE):
                left.append(child)
    return "".join(said)


def _several(tree: Any, articles: list[Any]) -> Iterator[Part]:
    """Yield each of a page's articles, read as a page of its own with the site's name."""
    keys, whole, within = Keys(), list(blocks_of(tree)), list[Block]()
    site = next((meta.get("content") for meta in tree.iter("meta") if meta.get("property") == "og:site_name"), "") or ""
    for element in articles:
        heading = next(iter(element.iter(*_HEADINGS)))
        title = tidy(heading.text_content())
        links = [*heading.iter("a"), *heading.iterancestors("a")]
        url = next(filter(None, (web_address(link.get("href") or "") for link in links)), "")
        named = element.get("id") or url or title
        key = safe_key(named) if named else ""
        there = list(blocks_of(element))
        within += there
        yield keys.part(key or safe_key("article"), _as_page(element, title, site, url, tree.get("lang") or ""), there)
    yield from said_beside(beside(whole, within))


def _as_page(element: Any, title: str, site: str, url: str, language: str) -> Extracted | None:
    import lxml.etree

    body = lxml.etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    text = (
        f'<html lang="{escape(language)}"><head><meta property="og:title" content="{escape(title)}">'
        f'<meta property="og:site_name" content="{escape(site)}"><link rel="canonical" href="{escape(url)}"></head>'
        f"<body>{body}</body></html>"
    )
    try:
        said = extract_html(text)
    except NotAnArticle:
        return None
    return said if any(line and line != title for line in said.lines) else None
