"""A bibliography beside the files it is about, as Zotero exports it: RDF or CSL JSON, an item a part.

The lines of such a part are the names of the item's files as the bibliography writes them, not a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from index.extraction.exports.part import MOST_PARTS, Keys, Part, safe_key
from index.extraction.formats.office import xml_tree
from index.extraction.header import TITLE_CHARS, clip
from index.extraction.layout import Extracted, tidy, web_address
from index.skip_reason import NotAnArticle, SkipReason

MOST_FILES = 20
"""Maximum number of files of one item."""
_MOST_AUTHORS = 20
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ZOTERO = "{http://www.zotero.org/namespaces/export#}"
_NO_ITEMS = frozenset({"attachment", "note", "annotation"})
_STYLES = re.compile(r"</?(?:i|b|sc|sub|sup|span)\b[^<>]{0,200}>", re.I)
_TYPES = frozenset(
    "article article-journal article-magazine article-newspaper bill book broadcast chapter dataset document entry "
    "entry-dictionary entry-encyclopedia figure graphic hearing interview legal_case legislation manuscript map "
    "motion_picture musical_score pamphlet paper-conference patent periodical personal_communication post post-weblog "
    "regulation report review review-book song speech standard thesis treaty webpage".split()
)
"""What CSL calls the kinds of item."""
_OWN_TEXT = frozenset({"text", "body", "content", "texte", "contenu", "corps"})
"""Names of fields of records that are articles themselves."""


def read_rdf(data: bytes) -> Iterable[Part]:
    """Return the items of a bibliography in Zotero's RDF. Raises ValueError if it is none."""
    tree = xml_tree(data, "bibliography")
    nodes = {each.get(f"{_RDF}about"): each for each in tree if isinstance(each.tag, str) and each.get(f"{_RDF}about")}
    items = [each for each in tree if isinstance(each.tag, str) and _is_item(each)]
    if not items:
        raise NotAnArticle("no_bibliography")
    return item_parts((_of_node(each, nodes), each.get(f"{_RDF}about") or "") for each in items)


def read_csl(data: bytes) -> Iterable[Part]:
    """Return the items of a bibliography in CSL JSON. Raises ValueError if it is none."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except ValueError:  # whoever reads it as records says what is wrong
        raise NotAnArticle("no_bibliography") from None
    found = found.get("items") if isinstance(found, dict) else found
    items = found if isinstance(found, list) else []
    if not items or not all(isinstance(each, dict) and _is_csl(each) for each in items):
        raise NotAnArticle("no_bibliography")
    return item_parts((_of_record(each), str(each.get("id", ""))) for each in items)


def item_parts(items: Iterable[tuple[Extracted, str]]) -> Iterator[Part]:
    """Yield a part for each item, given what is said of it and its name."""
    keys = Keys()
    for n, (said, name) in enumerate(items):
        if n >= MOST_PARTS:
            yield Part(keys.free("more"), reason=SkipReason("too_many_parts", (("n", MOST_PARTS),)))
            return
        yield Part(keys.free(safe_key(name.rstrip("/").rpartition("/")[2] or said.title or f"n{n + 1}")), said)


def described(files: Iterable[str], title: str, date: str, author: str, **others: str) -> Extracted:
    """Return what is said of an item, each fact on one line and not without end."""
    source, url, language = (others.get(name, "") for name in ("source", "url", "language"))
    return Extracted(
        tuple(each for each in files if len(each) <= 4000)[:MOST_FILES],
        title=clip(tidy(_STYLES.sub("", title)), TITLE_CHARS),
        date=tidy(date)[:60],
        author=clip(tidy(author), 200),
        source=clip(tidy(source), 120),
        url=web_address(url),
        language=tidy(language)[:2].lower(),
        section=clip(tidy(others.get("section", "")), 120),
        page=tidy(others.get("page", ""))[:20],
    )


# --- RDF ------------------------------------------------------------------------------------------------------------


def _name(element: Any) -> str:
    """Return the name of an element in lower case, without its namespace; "" of what is none."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _inside(element: Any, *names: str) -> Any:
    """Return the first element on a path of names below one, or None."""
    for name in names:
        element = next((each for each in element if _name(each) == name), None)
        if element is None:
            return None
    return element


def _said(element: Any, *names: str) -> str:
    found = _inside(element, *names)
    return "" if found is None else "".join(found.itertext())[:4000]


def _is_item(node: Any) -> bool:
    kind = node.find(f"{_ZOTERO}itemType")
    return kind is not None and (kind.text or "").strip() not in _NO_ITEMS


def _of_node(node: Any, nodes: dict[str, Any]) -> Extracted:
    files: list[str] = []
    wholes: list[Any] = []
    for each in node:
        name, target = _name(each), nodes.get(each.get(f"{_RDF}resource"))
        if name == "link" and target is not None:
            resource = _inside(target, "resource")
            files += [resource.get(f"{_RDF}resource") or ""] if resource is not None else [_said(target, "path")]
        elif name == "ispartof":
            wholes += [target] if target is not None else list(each)
    wholes = [each for each in wholes if _said(each, "title")]
    newspaper = next((each for each in wholes if _name(each) != "series"), None)
    address = _said(node, "identifier", "uri", "value") or node.get(f"{_RDF}about") or ""
    authors = _inside(node, "authors")
    people = [] if authors is None else [each for each in authors.iter() if _name(each) in ("person", "organization")]
    return described(
        filter(None, files),
        _said(node, "title"),
        _said(node, "date"),
        ", ".join(filter(None, map(_person, people[:_MOST_AUTHORS]))),
        source=_said(newspaper, "title") if newspaper is not None else _said(node, "publisher", "organization", "name"),
        url=address,
        language=_said(node, "language"),
        section=_said(node, "section") or (_said(newspaper, "section") if newspaper is not None else ""),
        page=_said(node, "pages"),
    )


def _person(node: Any) -> str:
    return tidy(f"{_said(node, 'givenname')} {_said(node, 'surname')}") or tidy(_said(node, "name"))


# --- CSL JSON -------------------------------------------------------------------------------------------------------


def _is_csl(record: dict[str, Any]) -> bool:
    return record.get("type") in _TYPES and not _OWN_TEXT & set(record)


def _of_record(record: dict[str, Any]) -> Extracted:
    attached = record.get("attachments") or record.get("files") or record.get("file") or ()
    files = [_file(each) for each in (attached if isinstance(attached, list) else [attached])[:MOST_FILES]]
    authors = record.get("author")
    return described(
        filter(None, files),
        _text(record.get("title")),
        _issued(record.get("issued")),
        ", ".join(filter(None, map(_author, authors[:_MOST_AUTHORS] if isinstance(authors, list) else ()))),
        source=_text(record.get("container-title")) or _text(record.get("publisher")),
        url=_text(record.get("URL")),
        language=_text(record.get("language")),
        section=_text(record.get("section")),
        page=_text(record.get("page")),
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _file(value: Any) -> str:
    if isinstance(value, dict):
        value = next((value[name] for name in ("path", "localPath", "filename", "file") if value.get(name)), "")
    return _text(value)


def _author(value: Any) -> str:
    if not isinstance(value, dict):
        return _text(value)
    names = ("given", "non-dropping-particle", "dropping-particle", "family")
    return tidy(" ".join(filter(None, (_text(value.get(name)) for name in names)))) or _text(value.get("literal"))


def _issued(value: Any) -> str:
    """Return a date of CSL as ISO 8601, or as it is written there."""
    if not isinstance(value, dict):
        return _text(value)
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first and _text(first[0]).isdigit():
        numbers = [_text(each) for each in first[:3]]
        return "-".join(each.zfill(2 if n else 4) for n, each in enumerate(numbers) if each.isdigit())
    return _text(value.get("literal")) or _text(value.get("raw"))
