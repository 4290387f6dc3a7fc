"""JSON, tables and feeds: files of records, each an article."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from index.extraction.exports.part import MOST_PARTS, Entry, Keys, Part, inside, key_of, require
from index.extraction.exports.record import FIELDS, TEXTS, entry_of, iso_date, paragraphs
from index.extraction.html import blocks
from index.extraction.layout import MAX_CHARS, tidy
from index.extraction.office import _xml as xml_tree
from index.skip_reason import NotAnArticle, SkipReason

_LISTS = ("items", "articles", "posts", "results", "documents", "docs", "data", "entries", "records", "hits")
_SEPARATORS = ",;\t|"
_NONE = "\x1f"  # of a table of one column, where a comma is one of the text
_SHOWN_COLUMNS = 6
_OWN_TEXTS = TEXTS.index("description")
"""Number of the names that a text has on its own, rather than beside another one."""
_ITEMS = ("item", "entry")


def read_json(data: bytes) -> Iterable[Part]:
    """Return the articles of a JSON text: a list of records, a feed, or one record. Raises ValueError."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotAnArticle("not_utf8") from None
    except ValueError as error:
        raise NotAnArticle("not_json", detail=str(error)[:80]) from None
    source = ""
    if isinstance(found, dict):
        source = found["title"] if "version" in found and isinstance(found.get("title"), str) else ""
        listed = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
        if listed is None and not set(map(str.lower, found)) & set(TEXTS[:_OWN_TEXTS]):
            raise NotAnArticle("no_records")  # the settings of a program have a "description" too
        found = [found] if listed is None else listed
    records = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    if not any(_has_text(each) for each in records):
        raise NotAnArticle("no_records")
    return record_parts(records, source)


def _has_text(record: dict[str, Any]) -> bool:
    return any(isinstance(key, str) and key.lower() in TEXTS for key in record)


def record_parts(records: Iterable[dict[str, Any] | NotAnArticle], source: str = "") -> Iterator[Part]:
    """Yield a part for each record, or why it is no article."""
    keys = Keys()
    for n, record in enumerate(records, start=1):
        if n > MOST_PARTS:
            yield Part(keys.free("more"), reason=SkipReason("too_many_parts", (("n", MOST_PARTS),)))
            return
        try:
            if isinstance(record, NotAnArticle):
                raise record
            entry = entry_of(record, source)
        except NotAnArticle as error:
            yield Part(keys.free(f"n{n}"), reason=error.reason)
        else:
            yield part_of(keys, entry)


def part_of(keys: Keys, entry: Entry) -> Part:
    """Return an entry as a part of its file."""
    has_text = any(char.isalnum() for each in entry.text for char in each)
    return keys.part(key_of(entry), entry.extracted() if has_text else None)


# --- tables -------------------------------------------------------------------------------------------------------


def read_table(text: str) -> Iterable[Part]:
    """Return the articles of a table, one a row. Raises ValueError unless its first line names a column of text."""
    head = text.lstrip("\ufeff\r\n ").partition("\n")[0]
    separator = max(_SEPARATORS, key=head.count)
    separator = separator if separator in head else _NONE
    csv.field_size_limit(MAX_CHARS)
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff\r\n "), newline=""), delimiter=separator)
    try:
        names = [_column(name) for name in next(rows, [])]
        if not set(names) & set(TEXTS):
            shown = ", ".join(tidy(name)[:30] for name in head.split(separator)[:_SHOWN_COLUMNS])
            raise NotAnArticle("no_column", found=shown or "nothing")
        return list(record_parts(_records(names, rows)))
    except csv.Error as error:
        raise NotAnArticle("bad_table", detail=str(error)[:80]) from None


def _records(names: list[str], rows: Iterable[list[str]]) -> Iterator[dict[str, Any] | NotAnArticle]:
    known = {*TEXTS, *(name for several in FIELDS.values() for name in several)}
    places = [(n, name) for n, name in enumerate(names) if name in known]
    for row in rows:
        if any(row[len(names) :]):
            yield NotAnArticle("long_row", n=len(row), most=len(names))
        elif any(row):
            yield {name: row[n] for n, name in reversed(places) if n < len(row) and row[n].strip()}


def _column(name: str) -> str:
    """Return a column's name as FIELDS has it: in lower case, without accents, "_" for a space."""
    plain = unicodedata.normalize("NFKD", tidy(name)[:40].casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).replace(" ", "_").replace("-", "_")


# --- feeds --------------------------------------------------------------------------------------------------------


def read_feed(data: bytes) -> Iterable[Part]:
    """Return the articles of an RSS or Atom feed. Raises ValueError if it is none."""
    tree = xml_tree(data, "feed")
    if _name(tree) not in ("rss", "feed", "RDF"):
        raise NotAnArticle("no_feed")
    channel = next((each for each in tree if _name(each) == "channel"), tree)
    site = _child(channel, "title")
    source = tidy("".join(site.itertext())) if site is not None else ""
    keys = Keys()
    items = [each for each in tree.iter() if _name(each) in _ITEMS]
    return require([part_of(keys, _feed_entry(each, source)) for each in items[:MOST_PARTS]])


def _feed_entry(item: Any, source: str) -> Entry:
    held: dict[str, Any] = {}
    for child in item:
        held.setdefault(_name(child), child)

    def one(*names: str) -> str:
        return next((said for name in names if name in held and (said := tidy("".join(held[name].itertext())))), "")

    link = next((each.get("href") for each in item if _name(each) == "link" and _is_address(each)), "")
    texts = [_feed_text(held[name]) for name in ("encoded", "content", "description", "summary") if name in held]
    text = max(texts, key=lambda each: sum(map(len, each)), default=[])
    title = " ".join(paragraphs(one("title"))) if one("title") else ""
    date = iso_date(one("pubDate", "published", "date", "issued", "updated")) or ""
    return Entry(
        title=title, number=one("guid", "id"), date=date, source=source, author=one("creator", "author"),
        section=one("category"), url=link or one("link"), text=text,
    )  # fmt: skip


def _feed_text(element: Any) -> list[str]:
    if len(element):
        return inside(element, blocks)
    return paragraphs(element.text or "")


def _is_address(link: Any) -> bool:
    return bool(link.get("href")) and link.get("rel", "alternate") == "alternate"


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return next((each for each in element if _name(each) == name), None)
