"""An article as a record with named fields: a line of a .jsonl, an object of a .json, a row of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from itertools import islice
from typing import Any

from index.extraction.accounting import Block
from index.extraction.exports.part import Entry, Part
from index.extraction.html import blocks, parse
from index.extraction.layout import Paragraph, lay_out, tidy, web_address
from index.skip_reason import NotAnArticle

TEXTS = (
    "text", "body", "content", "texte", "contenu", "corps", "content_html", "content_text", "full_text", "fulltext",
    "articlebody", "texte_integral", "texte_complet", "article_text", "description", "summary", "excerpt", "resume",
)  # fmt: skip
"""Names of the field that holds the text, the best first, in lower case."""
FIELDS = {
    "title": ("title", "headline", "titre"),
    "date": (
        "date", "published", "published_at", "date_published", "datepublished", "pubdate", "date_de_publication",
        "date_publication", "publication_date", "date_parution", "date_de_parution", "created_at",
    ),
    "year": ("year", "publication_year", "annee", "année"),
    "url": ("url", "link", "permalink", "external_url", "lien"),
    "source": (
        "source", "publisher", "journal", "newspaper", "publication", "media", "site_name", "feed", "author",
    ),
    "author": ("author", "authors", "auteur", "auteurs", "byline", "creator"),
    "section": ("section", "rubrique", "category"),
    "page": ("page",),
    "language": ("language", "lang", "langue"),
    "number": ("id", "guid", "uuid", "_id", "message_id"),
}  # fmt: skip
_MOST_SAID = 10_000  # texts in one field
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_EARLIEST, _LATEST = 100_000_000, 10_000_000_000  # seconds since 1970 that are meant as a date
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|strong|em|b|i|u|a|h[1-6]|ul|ol|li|blockquote|figure|figcaption|img|table|tr|td|article|section)"
    r"\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#[xX][0-9a-fA-F]{2,6});")
_SHORTCODE = re.compile(r"\[/?(?:caption|gallery|embed|audio|video|playlist|vc_\w+|et_pb_\w+)\b[^\]\n]{0,2000}\]")
_COMPACT = re.compile(r"\A((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?\d{4,6}\w*)?\Z")
_RFC_DATE = re.compile(r"\A(?:\w{3},\s*)?\d{1,2} \w{3} \d{4}\b")
KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


def text_of(record: dict[str, Any]) -> tuple[str, str]:
    """Return the name of the field that holds the text, and the text. Raises ValueError if there is none."""
    found = {key.lower(): key for key in reversed(record) if isinstance(key, str)}
    name = next((found[name] for name in TEXTS if name in found and record[found[name]] is not None), None)
    if name is None:
        raise NotAnArticle("no_text_field")
    text = None if isinstance(record[name], list) else plain(record[name])
    if text is None:
        raise NotAnArticle("field_kind", name=name[:40], thing=kind_of(record[name]))
    return name, text


def fields_of(record: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Return what a record says besides its text, and what is wrong with it."""
    found = {key.lower(): key for key in reversed(record) if isinstance(key, str)}
    fields, wrong = {}, []
    for name, names in FIELDS.items():
        given = next((found[each] for each in names if each in found and record[found[each]] not in (None, "")), None)
        if given is None:
            continue
        value = record[given]
        said = iso_date(value) if name == "date" else plain(value)
        if (
            said is None
            and isinstance(value, int)
            and name in ("number", "page", "year")
            and not isinstance(value, bool)
        ):
            said = str(value)
        if said is not None:
            said = unescape(_MARKUP.sub("", said)) if name in ("title", "source", "author") else said
            fields[name] = re.sub(r"[\s\x00-\x1f\x7f]+", " ", said).strip()[: 300 if name != "url" else 2000]
        elif name in ("title", "date", "url", "source", "language"):
            wrong.append(f'"{given}" is {kind_of(value)}, not text')
    year = fields.pop("year", "")
    if not fields.get("date") and is_year(year):
        fields["date"] = year
    return fields, wrong


def is_year(text: str) -> bool:
    """Return whether a text is a year that something can have been printed in, and nothing else."""
    return bool(_YEAR.fullmatch(text))


def plain(value: Any) -> str | None:
    """Return a value as text: a text, {"rendered": …}, {"name": …}, or a list of such; None for anything else."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("rendered", "value", "name", "#text") if key in value), None)
    if isinstance(value, list) and value:
        several = [plain(each) if isinstance(each, str | dict) else None for each in value[:50]]
        return ", ".join(each for each in several if each) if all(each is not None for each in several) else None
    return value if isinstance(value, str) else None


def iso_date(value: Any) -> str | None:
    """Return a date as ISO 8601 if it is written as a number, as "20240303" or as mail writes it; else as it is."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if value >= _LATEST else value
        if not _EARLIEST <= seconds < _LATEST:
            return None
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    text = plain(value)
    if text is None:
        return None
    if match := _COMPACT.match(text.strip()):
        return "-".join(match.groups())
    if _RFC_DATE.match(text.strip()):
        try:
            return parsedate_to_datetime(text.strip()).date().isoformat()
        except (ValueError, TypeError, IndexError):
            return text
    return text


def is_markup(text: str) -> bool:
    """Return whether a text is written in HTML."""
    return bool(_MARKUP.search(text) or _ENTITY.search(text))


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text: without tags, entities and shortcodes if it is HTML, else its lines."""
    if is_markup(text):
        text = _SHORTCODE.sub(" ", text)
        if not _MARKUP.search(text):
            return [unescape(line) for line in re.split(r"\r\n|\r|\n", text)]
        if "<" in text and not re.search(r"<(?:p|div|br|li|h[1-6])\b", text, re.IGNORECASE):
            text = re.sub(r"\r\n|\r|\n", "<br>", text)
        return list(blocks(parse(f"<div>{text}</div>")))
    return re.split(r"\r\n|\r|\n", text)


def read_fragment(data: bytes) -> list[Part]:
    """Return the only article of a text in HTML that is no page."""
    said = lay_out([Paragraph(each) for each in map(tidy, paragraphs(data.decode("utf-8", "replace"))) if each])
    return [Part("", said)]


def entry_of(record: dict[str, Any], source: str = "") -> Entry:
    """Return a record as an Entry. Raises ValueError if it holds no text."""
    name, text = text_of(record)
    fields, wrong = fields_of(record)
    if fields.get("source") == fields.get("author") and "source" in fields:
        fields["source"] = source  # who wrote it is no newspaper
    said = [tidy(line) for line in paragraphs(text)]
    there = [Block("other", line) for line in said if line]
    entry = Entry(text=said, note="; ".join(wrong), there=[*there, *beside_text(record, name)])
    for name, value in ({"source": source} | fields).items():
        setattr(entry, name, value)
    return entry


def beside_text(record: dict[str, Any], text_name: str) -> Iterator[Block]:
    """Yield what a record says in other fields than that of its text, web addresses left out."""
    known = {name for names in FIELDS.values() for name in names}
    for key, value in record.items():
        if str(key).lower() == text_name:
            continue
        reason = "fact" if str(key).lower() in known else "field"
        for said in islice(_said_in(value), _MOST_SAID):
            for text in filter(None, map(tidy, paragraphs(said))):
                if not web_address(text):
                    yield Block(reason, text if reason == "fact" else f"{tidy(str(key))[:60]}: {text}")


def _said_in(value: Any) -> Iterator[str]:
    """Yield the texts and numbers in a value of JSON, however deep they are."""
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += reversed(value.values())
        elif isinstance(value, list):
            left += reversed(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield str(value)


def kind_of(value: Any) -> str:
    """Return what a value of JSON is, in words."""
    return "null" if value is None else KINDS[type(value)]
