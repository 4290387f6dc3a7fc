"""JSON, tables and feeds: files of records, each an article."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from index.extraction.accounting import Block
from index.extraction.exports.part import MOST_PARTS, Entry, Keys, Part, inside, require, said_beside
from index.extraction.exports.record import TEXTS, beside_text, entry_of, iso_date, paragraphs
from index.extraction.formats.office import xml_tree
from index.extraction.html import blocks
from index.extraction.layout import MAX_CHARS, tidy, web_address
from index.skip_reason import NotAnArticle, SkipReason

_LISTS = ("items", "articles", "posts", "results", "documents", "docs", "data", "entries", "records", "hits")
_SEPARATORS = ",;\t|"
_NONE = "\x1f"  # of a table of one column, where a comma is one of the text
_SHOWN_COLUMNS = 6
_OWN_TEXTS = TEXTS.index("description")
"""Number of the names that a text has on its own, rather than beside another one."""
_ITEMS = ("item", "entry")
_FACTS = frozenset("guid id pubDate published date issued updated creator author category link".split())


class _Damaged(NamedTuple):
    """A record that cannot be read: why, and what it says."""

    why: SkipReason
    said: list[str]


def read_json(data: bytes) -> Iterable[Part]:
    """Return the articles of a JSON text: a list of records, a feed, or one record. Raises ValueError."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotAnArticle("not_utf8") from None
    except ValueError as error:
        raise NotAnArticle("not_json", detail=str(error)[:80]) from None
    source, about = "", list[Block]()
    if isinstance(found, dict):
        source = found["title"] if "version" in found and isinstance(found.get("title"), str) else ""
        listed = next((found[name] for name in _LISTS if isinstance(found.get(name), list)), None)
        if listed is None and not set(map(str.lower, found)) & set(TEXTS[:_OWN_TEXTS]):
            raise NotAnArticle("no_records")  # the settings of a program have a "description" too
        if listed is not None:
            about = [*beside_text({key: value for key, value in found.items() if value is not listed}, "")]
        found = [found] if listed is None else listed
    records = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    if not any(_has_text(each) for each in records):
        raise NotAnArticle("no_records")
    return chain(record_parts(records, source), said_beside(about))


def _has_text(record: dict[str, Any]) -> bool:
    return any(isinstance(key, str) and key.lower() in TEXTS for key in record)


def record_parts(records: Iterable[dict[str, Any] | _Damaged], source: str = "") -> Iterator[Part]:
    """Yield a part for each record, or why it is no article."""
    keys = Keys()
    for n, record in enumerate(records, start=1):
        if n > MOST_PARTS:
            yield keys.too_many()
            return
        if isinstance(record, _Damaged):
            yield keys.passed_over(f"n{n}", record.why, [Block("passed_over", each) for each in record.said])
            continue
        try:
            entry = entry_of(record, source)
        except NotAnArticle as error:
            yield keys.passed_over(f"n{n}", error.reason, beside_text(record, ""))
        else:
            yield keys.part_of(entry)


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


def _records(names: list[str], rows: Iterable[list[str]]) -> Iterator[dict[str, Any] | _Damaged]:
    seen: set[str] = set()
    keys = []
    for n, name in enumerate(names, start=1):
        keys.append(f"column {n}" if not name or name in seen else name)  # of two of a name the first one counts
        seen.add(name)
    for row in rows:
        if any(row[len(names) :]):
            yield _Damaged(SkipReason("long_row", (("n", len(row)), ("most", len(names)))), row)
        elif any(row):
            yield {name: cell for name, cell in zip(keys, row, strict=False) if cell.strip()}


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
    parts = [keys.part_of(_feed_entry(each, source)) for each in items[:MOST_PARTS]]
    if len(items) > MOST_PARTS:
        parts.append(keys.too_many())
    own = list(channel) if channel is tree else [*tree, *channel]
    own = [each for each in own if _name(each) not in (*_ITEMS, "channel")]
    about = [
        Block("fact" if each is site else "field", text)
        for each in own
        for text in _child_texts(each)
        if not web_address(text)
    ]
    return [*require(parts), *said_beside(about)]


def _feed_entry(item: Any, source: str) -> Entry:
    held: dict[str, Any] = {}
    for child in item:
        held.setdefault(_name(child), child)

    def one(*names: str) -> str:
        return next((said for name in names if name in held and (said := tidy("".join(held[name].itertext())))), "")

    link = next((each.get("href") for each in item if _name(each) == "link" and _is_address(each)), "")
    names = [name for name in ("encoded", "content", "description", "summary") if name in held]
    texts = [(_feed_text(held[name]), held[name]) for name in names]
    text, best = max(texts, key=lambda each: sum(map(len, each[0])), default=([], None))
    there = [Block("other", each) for each in map(tidy, text) if each]
    for child in (each for each in item if each is not best):
        reason = "other" if _name(child) == "title" else "fact" if _name(child) in _FACTS else "field"
        there += [Block(reason, each) for each in _child_texts(child) if not web_address(each)]
    title = " ".join(paragraphs(one("title"))) if one("title") else ""
    date = iso_date(one("pubDate", "published", "date", "issued", "updated")) or ""
    return Entry(
        title=title, number=one("guid", "id"), date=date, source=source, author=one("creator", "author"),
        section=one("category"), url=link or one("link"), text=text, there=there,
    )  # fmt: skip


def _feed_text(element: Any) -> list[str]:
    if len(element):
        return inside(element, blocks)
    return paragraphs(element.text or "")


def _child_texts(element: Any) -> list[str]:
    """Return all paragraphs that an element of a feed says, those of the HTML in it too."""
    said = (each.text or "" for each in element.iter() if isinstance(each.tag, str))
    return [text for each in said for line in paragraphs(each) if (text := tidy(line))]


def _is_address(link: Any) -> bool:
    return bool(link.get("href")) and link.get("rel", "alternate") == "alternate"


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return next((each for each in element if _name(each) == name), None)
