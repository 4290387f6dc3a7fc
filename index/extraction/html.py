"""A web page to its article: main text without menus, banners and footers, and what its metadata says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from index.extraction.header import TITLE_CHARS, clip
from index.extraction.layout import Extracted, Paragraph, lay_out, tidy, web_address
from index.extraction.note_calls import write_raised
from index.skip_reason import NotAnArticle
from index.text import LEXICON

MAX_ELEMENTS = 40_000
"""A page with more elements is read plainly, with everything around its text: telling them apart would take minutes."""

_TAG = re.compile(r"<(?:!doctype|!--|/?[a-z][a-z0-9-]*[\s/>])", re.IGNORECASE)
_XML_HEAD = re.compile(r"\A\s*<\?xml[^>]*>")  # looked for further in, a run of spaces would take its square
_TITLE_LOOKED_AT = 1000
"""Maximum length in characters; a longer title is ignored, because separating it from its site's name takes quadratic
time."""
_TITLE_PARTS = re.compile(r"\s+[|–—·-]\s+")
_RULE = re.compile(r"[|\s:-]+")
_LABEL = LEXICON.pattern("advertisements", r"(?:{})", re.IGNORECASE)
_ARTICLES = {"Article", "NewsArticle", "ReportageNewsArticle", "OpinionNewsArticle", "BlogPosting", "Report", "WebPage"}
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.issued", "dcterms.created", "pubdate", "publishdate", "publish-date", "publication_date",
    "sailthru.date", "parsely-pub-date", "citation_publication_date",
)  # fmt: skip
_SOURCES = (
    "og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title", "application-name",
)  # fmt: skip
# Elements that begin and end a paragraph, in the plain reading of a page (an EPUB's chapters, and when all else fails).
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody tfoot thead tr "
    "ul".split()
)
_SILENT = frozenset(
    "script style head title template noscript svg math iframe object embed canvas select textarea button nav audio "
    "video map rp rt".split()
)


def extract_html(text: str) -> Extracted:
    """Extract the article from a web page's source. Raises ValueError if there is none."""
    if not _TAG.search(text):
        return lay_out([Paragraph(tidy(line)) for line in re.split(r"\r\n|\r|\n", text)], note="no HTML, read as text")
    tree = parse(text)
    facts = _facts(tree)
    paragraphs = _main_text(tree)
    title = facts["title"]
    if title and paragraphs and not any(_same(title, line) for line in paragraphs[:3]):
        paragraphs.insert(0, title)
    if not paragraphs:
        raise NotAnArticle("empty_page")
    return lay_out(
        [Paragraph(each) for each in paragraphs],
        title=title,
        date=facts["date"],
        language=facts["language"],
        source=facts["source"],
        url=facts["url"],
    )


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
            silent += name in _SILENT
            if name in _BLOCKS and (text := tidy("".join(said))):
                yield text
            if name in _BLOCKS:
                said = []
            if name in ("td", "th") and said:
                said.append(" | ")
            if not silent and element.text:
                said.append(element.text)
            continue
        silent -= name in _SILENT
        if name in _BLOCKS and name != "br":
            if text := tidy("".join(said)):
                yield text
            said = []
        if not silent and element.tail:
            said.append(element.tail)
    if text := tidy("".join(said)):
        yield text


def _main_text(tree: Any) -> list[str]:
    import trafilatura

    if next(islice(tree.iter(), MAX_ELEMENTS, None), None) is not None:
        return list(blocks(tree))
    found = trafilatura.extract(tree, include_comments=False, include_tables=True, with_metadata=False) or ""
    lines = [tidy(re.sub(r"^\|\s*|\s*\|\s*$", "", line)) for line in found.split("\n")]
    lines = [line for line in lines if line and not _RULE.fullmatch(line) and not _LABEL.fullmatch(line)]
    return lines or list(blocks(tree))


def _same(a: str, b: str) -> bool:
    return re.sub(r"\W+", "", a).lower() == re.sub(r"\W+", "", b).lower()


# --- metadata -----------------------------------------------------------------------------------------------------


def _facts(tree: Any) -> dict[str, str]:
    """Return title, date, language, source and url as the page declares them, "" for what it does not."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        metas.setdefault(name.strip().lower(), tidy(meta.get("content") or ""))
    data = _linked_data(tree)
    site = next((metas[name] for name in _SOURCES if metas.get(name)), "") or _name(data.get("publisher"))
    return {
        "title": clip(_headline(tree, metas, data, site), TITLE_CHARS),
        "date": _date(tree, metas, data),
        "language": (tree.get("lang") or metas.get("og:locale", ""))[:2].lower(),
        "source": clip(site, 120),
        "url": next(filter(None, map(web_address, _addresses(tree, metas, data))), ""),
    }


def _headline(tree: Any, metas: dict[str, str], data: dict[str, Any], site: str) -> str:
    heads = [text for head in tree.iter("h1") if (text := tidy(head.text_content()))]
    title = tidy(next((each.text_content() for each in tree.iter("title")), ""))[:_TITLE_LOOKED_AT]
    declared = metas.get("og:title") or (data["headline"] if isinstance(data.get("headline"), str) else "")
    for head in heads:
        if head and (head in title or head in declared):
            return head
    if declared:
        return tidy(declared)
    if len(heads) == 1:
        return heads[0]
    smaller = {tidy(head.text_content()) for head in tree.iter("h2", "h3")}
    return next((part for part in _TITLE_PARTS.split(title) if part in smaller), _without_site(title, site))


def _without_site(title: str, site: str) -> str:
    """Remove the name of its site from the end of a page's title."""
    head, mark, tail = re.sub(r"\s+[|–—·-]\s+(?=[^|–—·]*$)", "\n", title).partition("\n")
    return head if mark and (tail == site or (not site and len(tail) < len(head) / 2)) else title


def _date(tree: Any, metas: dict[str, str], data: dict[str, Any]) -> str:
    if isinstance(data.get("datePublished"), str):
        return str(data["datePublished"])[:40]
    if found := next((metas[name] for name in _DATES if metas.get(name)), ""):
        return found[:40]
    times = [each for each in tree.iter("time") if each.get("datetime")]
    first = [t for t in times if {"itemprop", "pubdate"} & set(t.keys()) or "publish" in (t.get("class") or "")]
    return str((first or times)[0].get("datetime"))[:40] if times and (first or len(times) == 1) else ""


def _linked_data(tree: Any) -> dict[str, Any]:
    """Return the page's JSON-LD record of an article, or {}."""
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() != "application/ld+json" or not script.text:
            continue
        try:
            found = json.loads(script.text)
        except (ValueError, RecursionError):
            continue
        graph = found.get("@graph", [found]) if isinstance(found, dict) else found
        for each in graph if isinstance(graph, list) else []:
            kind = each.get("@type") if isinstance(each, dict) else None
            if _ARTICLES & {str(one) for one in (kind if isinstance(kind, list) else [kind])}:
                return dict(each)
    return {}


def _name(publisher: Any) -> str:
    if isinstance(publisher, list) and publisher:
        publisher = publisher[0]
    name = publisher.get("name") if isinstance(publisher, dict) else publisher
    return tidy(name) if isinstance(name, str) else ""


def _addresses(tree: Any, metas: dict[str, str], data: dict[str, Any]) -> Iterator[str]:
    for link in tree.iter("link"):
        if (link.get("rel") or "").lower() == "canonical":
            yield link.get("href") or ""
    yield metas.get("og:url", "")
    yield data["url"] if isinstance(data.get("url"), str) else ""
