"""What a page says of its article beside the text: headline, date, site, address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from index.extraction.header import (
    TITLE_CHARS,
    byline,
    clip,
    find_date,
    is_name,
    is_trail,
    name_of,
    other_date,
    published_date,
)
from index.extraction.layout import tidy, web_address
from index.extraction.pages.passages import is_same, passages_of

_TITLE_LOOKED_AT = 1000
"""Maximum length in characters; a longer title is ignored, because separating it from its site's name takes quadratic
time."""
_DATED_LINES = 80
"""Paragraphs of a page in which "Publié le …" is looked for: the first ones."""
_MOST_DATED = 200
_TITLE_PARTS = re.compile(r"\s+[|–—·-]\s+")
_TRAIL = re.compile(r"\s+[>»›]\s+")  # "Accueil > Politique > Le pont rouvre"
_LOGO = re.compile(r"(?:^|[\s_-])(?:logo|brand|site-?(?:title|name)|breadcrumbs?)(?=$|[\s_-])", re.I)
_FIRST_PAGE = re.compile(r"/|\.?/?index\.\w+|(?:https?:)?//[^/]*/?")
_ARTICLES = frozenset(
    "Article NewsArticle ReportageNewsArticle OpinionNewsArticle BlogPosting Report LiveBlogPosting".split()
)
_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "date", "dc.date", "dc.date.issued",
    "dcterms.date", "dcterms.issued", "dcterms.created", "pubdate", "publishdate", "publish-date", "publication_date",
    "sailthru.date", "parsely-pub-date", "citation_publication_date",
)  # fmt: skip
_SOURCES = (
    "og:site_name", "publisher", "dc.publisher", "dcterms.publisher", "citation_journal_title", "application-name",
)  # fmt: skip
_AUTHORS = (
    "author", "article:author", "og:article:author", "dc.creator", "dcterms.creator", "citation_author",
    "parsely-author", "sailthru.author", "byl",
)  # fmt: skip
_MOST_AUTHORS = 10
_MOST_OF_A_NAME = 200
_MOST_LOOKED_AT = 5000
"""Elements among which the author is looked for, and characters of one."""
_BY = re.compile(r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|signature|meta(?:data)?)(?=$|[\s_-])", re.I)


def facts_of(tree: Any) -> dict[str, str]:
    """Return title, date, language, source, author and url as the page declares them, "" for what it does not."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        metas.setdefault(name.strip().lower(), tidy(meta.get("content") or ""))
    data = _linked_data(tree)
    site = next((metas[name] for name in _SOURCES if metas.get(name)), "") or _name(data.get("publisher"))
    date, date_from = _date(tree, metas, data)
    return {
        "title": clip(_headline(tree, metas, data, site), TITLE_CHARS),
        "standfirst": _standfirst(data),
        "date": date,
        "date_from": date_from,
        "language": (tree.get("lang") or metas.get("og:locale", ""))[:2].lower(),
        "source": clip(site, 120),
        "author": _author(tree, metas, data, site),
        "url": next(filter(None, map(web_address, _addresses(tree, metas, data))), ""),
    }


def _headline(tree: Any, metas: dict[str, str], data: dict[str, Any], site: str) -> str:
    heads = [text for head in tree.iter("h1") if (text := tidy(head.text_content())) and not _is_logo(head, text, site)]
    title = _title(tree)
    declared = metas.get("og:title") or ""
    if not declared or is_trail(declared):
        declared = data["headline"] if isinstance(data.get("headline"), str) else ""
    for whole in (declared, title):
        for head in heads:
            if head in whole:
                return head
    if declared and not is_same(declared, site):
        return _without_site(tidy(declared)[:_TITLE_LOOKED_AT], site, is_known=bool(site))
    if len(heads) == 1:
        return heads[0]
    smaller = {tidy(head.text_content()) for head in tree.iter("h2", "h3")}
    parts = [part for part in _TRAIL.split(title) if not is_same(part, site)]
    title = max(parts, key=len) if len(parts) > 1 else title
    return next((part for part in _TITLE_PARTS.split(title) if part in smaller), _without_site(title, site))


def _title(tree: Any) -> str:
    return tidy(next((each.text_content() for each in tree.iter("title")), ""))[:_TITLE_LOOKED_AT]


def _author(tree: Any, metas: dict[str, str], data: dict[str, Any], site: str) -> str:
    """Return who the page says wrote its article: names with ", " between them, or ""."""
    declared = [_names(data.get("author")), *(metas.get(name, "") for name in _AUTHORS)]
    sites = [site, *_TITLE_PARTS.split(_title(tree))[1:]]
    for said in chain(declared, _marked_authors(tree)):
        name = name_of(tidy(said))
        is_known = any(is_same(name, each) for each in sites)
        if name and not is_known and not web_address(name) and len(name) <= _MOST_OF_A_NAME:
            return name
    return ""


def _names(authors: Any) -> str:
    """Return the names in linked data, of people only where both people and papers are given."""
    several = (authors if isinstance(authors, list) else [authors])[:_MOST_AUTHORS]
    people = [each for each in several if isinstance(each, dict) and each.get("@type") == "Person"]
    return ", ".join(filter(None, map(_name, people or several)))


def _marked_authors(tree: Any) -> Iterator[str]:
    """Yield the names in elements that are marked as the author's: by the page itself, then by their class."""
    looked_at = islice(tree.iter("a", "address", "span", "div", "p", "li", "cite", "meta"), _MOST_LOOKED_AT)
    marked = [each for each in looked_at if not _is_beside(each)]
    for each in marked:
        if (each.get("itemprop") or "").lower() == "author" or "author" in (each.get("rel") or "").lower().split():
            inner = next((one for one in each.iter() if (one.get("itemprop") or "").lower() == "name"), each)
            yield inner.get("content") or inner.text_content()
    for each in marked:
        if _BY.search(f"{each.get('class') or ''} {each.get('id') or ''}"):
            text = tidy(each.text_content()[:_MOST_LOOKED_AT])
            if name := byline(text, is_marked=True):
                yield name
            elif "author" in (each.get("class") or "").lower() and is_name(text):
                yield text


def _standfirst(data: dict[str, Any]) -> str:
    """Return the description of the page's article if it is one or more whole sentences, or ""."""
    said = data.get("description")
    said = tidy(said) if isinstance(said, str) and "WebPage" not in str(data.get("@type")) else ""
    return said if 40 <= len(said) <= 1000 and re.search(r"(?<!\.\.)[.!?»”]$", said) else ""


def _is_logo(head: Any, text: str, site: str) -> bool:
    """Is a heading the name of the site, or a way back to its first page, not a headline?"""
    around = [head, *islice(head.iterancestors(), 2)]
    links = [each.get("href") or "" for each in (*around, *head.iter("a")) if each.tag == "a"]
    names = " ".join(f"{each.get('class') or ''} {each.get('id') or ''}" for each in around)
    is_named = _LOGO.search(names) is not None and head.find("../p") is None
    return is_same(text, site) or is_named or any(_FIRST_PAGE.fullmatch(link) for link in links)


def _without_site(title: str, site: str, is_known: bool = False) -> str:
    """Remove the name of its site from the end of a page's title; with `is_known`, that name alone."""
    head, mark, tail = re.sub(r"\s+[|–—·-]\s+(?=[^|–—·]*$)", "\n", title).partition("\n")
    is_site = is_same(tail, site) or (not is_known and not site and len(tail) < len(head) / 2)
    return head if mark and is_site else title


def _date(tree: Any, metas: dict[str, str], data: dict[str, Any]) -> tuple[str, str]:
    """Return when the page says its article appeared, as ISO 8601, and what says so."""
    locale = f"{tree.get('lang') or ''} {metas.get('og:locale') or ''}".lower().replace("_", "-")
    american = "en-us" in locale
    declared = [data.get("datePublished"), *(metas.get(name) for name in _DATES), *_marked_dates(tree)]
    for said in declared:
        if isinstance(said, str) and (found := find_date(said[:40], american)):
            return found, "metadata"
    before = ""
    lines = [each.text for each in islice(passages_of(tree), _DATED_LINES)]
    for line in lines:
        for text in (line, f"{before} {line}"):
            if len(text) <= 200 and (found := published_date(text, american)):
                return found, "line"
        before = line if len(line) <= 40 else ""
    return "", ""


def _marked_dates(tree: Any) -> Iterator[str]:
    """Yield what elements of the page say of its date: those marked as published, then the only one or the one nearest
    to the headline. Those of an update or of another article are left out."""
    times: list[tuple[Any, str]] = []
    for each in _dated(tree):
        names = f"{each.get('itemprop') or ''} {each.get('class') or ''} {each.get('pubdate') or ''}".lower()
        is_said = "datepublished" in names
        said = each.get("datetime") or each.get("content") or each.get("title") or tidy(each.text_content())
        if not find_date(said[:40]) or "modif" in names or "updat" in names or _is_beside(each):
            continue
        lead = _before(each)
        if is_said or "publish" in names or each.get("pubdate") is not None or published_date(f"{lead} 1/1/2000"):
            yield said
        elif not other_date(f"{lead} 1/1/2000"):
            times.append((each, said))
    if len({find_date(said[:40]) for _, said in times}) == 1:
        yield times[0][1]
    elif (head := next(tree.iter("h1"), None)) is not None:
        near = [said for each, said in times if _is_near(head, each)]
        yield from near[:1]


def _dated(tree: Any) -> Iterator[Any]:
    """Yield the elements that may hold the page's date, not more than its first hundreds."""
    marked = (
        each
        for each in tree.iter("time", "abbr", "span", "div", "p", "meta")
        if each.tag in ("time", "abbr") or (each.get("itemprop") or "").lower() == "datepublished"
    )
    yield from islice(marked, _MOST_DATED)


def _before(element: Any) -> str:
    """Return the words in front of an element, in the same line or the one before."""
    before = element.getprevious()
    said = (before.tail or "") if before is not None else (element.getparent().text or "")
    if not said.strip() and before is not None:
        said = before.text_content()
    return tidy(said)[-60:]


def _is_beside(element: Any) -> bool:
    return any(each.tag in ("aside", "nav", "footer") for each in element.iterancestors())


def _is_near(head: Any, element: Any) -> bool:
    """Does an element stand in what holds the headline, at most two levels up?"""
    return any(
        each in (head, *islice(head.iterancestors(), 2)) and each.tag != "body" for each in element.iterancestors()
    )


def _linked_data(tree: Any) -> dict[str, Any]:
    """Return the page's JSON-LD record of an article, if there is none that of the page, or {}."""
    pages: list[dict[str, Any]] = []
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
            kinds = {str(one) for one in (kind if isinstance(kind, list) else [kind])}
            if _ARTICLES & kinds:
                return dict(each)
            pages += [dict(each)] if "WebPage" in kinds else []
    return pages[0] if pages else {}


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
