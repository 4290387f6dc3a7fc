"""Folders as Zotero exports them, made up: a bibliography in RDF or CSL JSON, and the files of its items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from xml.sax.saxutils import escape

_SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:link="http://purl.org/rss/1.0/modules/link/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:bib="http://purl.org/net/biblio#" '
    'xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:prism="http://prismstandard.org/namespaces/1.2/basic/"'
)


@dataclass
class Item:
    """An item of a library; `file` is the name of what is attached to it, as the bibliography writes it."""

    title: str
    paper: str = "Le Phare de Lonzac"
    date: str = "2024-03-12"
    given: str = "Irène"
    family: str = "Castaing"
    url: str = ""
    page: str = ""
    file: str = ""


def rdf(*items, is_nested=True, head=""):
    """Zotero RDF; the newspaper stands in the item, or elsewhere and is referred to."""
    said, apart = [], []
    for n, each in enumerate(items, start=1):
        paper = f"<bib:Newspaper{{}}><dc:title>{escape(each.paper)}</dc:title></bib:Newspaper>"
        part = (
            f"<dcterms:isPartOf>{paper.format('')}</dcterms:isPartOf>"
            if is_nested
            else f'<dcterms:isPartOf rdf:resource="#paper{n}"/>'
        )
        apart += [] if is_nested else [paper.format(f' rdf:about="#paper{n}"')]
        said.append(
            f'<bib:Article rdf:about="{escape(each.url) or f"#item_{n}"}"><z:itemType>newspaperArticle</z:itemType>{part}'
            f"<bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>{each.family}</foaf:surname><foaf:givenName>"
            f"{each.given}</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>"
            + (f'<link:link rdf:resource="#item_{100 + n}"/>' if each.file else "")
            + f"<dc:title>{escape(each.title)}</dc:title><dc:date>{each.date}</dc:date><bib:pages>{each.page}</bib:pages>"
            "<dcterms:abstract>Un résumé.</dcterms:abstract></bib:Article>"
        )
        if each.file:
            apart.append(
                f'<z:Attachment rdf:about="#item_{100 + n}"><z:itemType>attachment</z:itemType>'
                f'<rdf:resource rdf:resource="{escape(each.file)}"/><dc:title>PDF</dc:title></z:Attachment>'
            )
    return f'<?xml version="1.0"?>{head}<rdf:RDF {_SPACES}>{"".join(said + apart)}</rdf:RDF>'


def csl(*items):
    """CSL JSON, which names no files unless an item has one."""
    return json.dumps(
        [
            {
                "id": f"http://zotero.org/users/1/items/KEY0000{n}",
                "type": "article-newspaper",
                "title": each.title,
                "container-title": each.paper,
                "author": [{"family": each.family, "given": each.given}],
                "issued": {"date-parts": [[int(part) for part in each.date.split("-")]]},
                "abstract": "Un résumé.",
            }
            | {key: value for key, value in (("URL", each.url), ("page", each.page)) if value}
            | ({"attachments": [{"path": each.file}]} if each.file else {})
            for n, each in enumerate(items, start=1)
        ],
        ensure_ascii=False,
    )
