"""Copies of one text count as one source: an answer cites one of them and names the papers that have the line too."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from index.duplicates import holds
from index.storage import Library
from index.types import Article
from rag.evidence import cite
from rag.types import Citation, Claim, Copy


def cited_once(
    claims: Sequence[Claim], library: Library, within: Collection[str] | None = None, may_move: bool = True
) -> tuple[Claim, ...]:
    """Return the claims, each citation with the copies of its article that have the same words.

    If it `may_move`, it is that of the copy which stands for the family (`Families.of`) among those with the very same
    characters; citations that are then the same become one, and so do claims. With `within` only those articles are
    looked at.
    """
    if not len(library.families):
        return tuple(claims)

    def moved(claim: Claim) -> Claim:
        moves = may_move and claim.origin != "title"
        cited = (_once(each, library, within, moves, claim.origin == "title") for each in claim.citations)
        return replace(claim, citations=tuple(dict.fromkeys(cited)))

    return tuple(dict.fromkeys(map(moved, claims)))


def one_each(articles: Sequence[Article], library: Library) -> list[Article]:
    """Return the articles in their order, of copies of one text only the one that stands for those that are there."""
    there = {article.id for article in articles}
    found: dict[str, Article] = {}
    for article in articles:
        family = (each for each in library.families.of(article.id) if each.id in there)
        chosen = next(family, article)
        found.setdefault(chosen.id, chosen)
    return list(found.values())


def _once(citation: Citation, library: Library, within: Collection[str] | None, moves: bool, whole: bool) -> Citation:
    """A citation in its family; if it is of the `whole` article, all copies have it, whatever their headline."""
    family = [
        article
        for article in library.families.of(citation.span.article_id)
        if within is None or article.id in within
        if whole or article.id == citation.span.article_id or holds(article.text, citation.quote)
    ]
    for article in family if moves else ():
        if article.id == citation.span.article_id:
            break
        if match := _words(citation.quote).search(article.text):
            citation = cite(article, *match.span())
            break
    others = [article for article in family if article.id != citation.span.article_id]
    return replace(citation, also_in=tuple(Copy(each.id, each.source, each.date) for each in others))


def _words(quote: str) -> re.Pattern[str]:
    """Its characters, but for where its lines break."""
    return re.compile(r"\s+".join(map(re.escape, quote.split())))
