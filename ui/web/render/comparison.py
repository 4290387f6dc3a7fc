"""Two articles sentence by sentence as HTML: what both say, what one changed, cut or added. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from index.types import Article
from ui.formats import escape_key, render
from ui.i18n import date_words, dotted, words

if TYPE_CHECKING:
    from markupsafe import Markup

    from rag.copies import Comparison, Difference

MOST_COPIES = 8
"""Copies of one article that are listed; the rest is counted."""
_html = partial(render, "web/render/templates/comparison.html")


class Copy(NamedTuple):
    """Another paper's text, and what the button says that shows the difference."""

    name: str
    key: str
    """The article's, of `escape_key`."""
    label: str


def copies_html(article_id: str, title: str, copies: Sequence[tuple[str, str, str]], lang: str) -> Markup:
    """Of an article its copies (id, publisher, date), each with a button for what differs; nothing without any."""
    say = words(lang)
    shown = []
    for other, source, date in copies[:MOST_COPIES]:
        name = dotted(source or other, date_words(date, lang))
        shown.append(Copy(name, escape_key(other), say["differ_from"].format(a=title, b=name)))
    return _html("copies", key=escape_key(article_id), copies=shown, n_more=len(copies) - len(shown), say=say)


def comparison_html(a: Article, b: Article, found: Comparison, is_copy: bool, lang: str) -> Markup:
    """The sentences of both articles in their order, each with its lines and, in words, what became of it."""
    say = words(lang)
    counts = {kind: found.count(kind) for kind in ("same", "changed", "cut", "added")}
    return _html(
        "comparison",
        sides=[(name, each.title, _about(each, lang), escape_key(each.id)) for name, each in (("A", a), ("B", b))],
        facts=[say["differ_copies" if is_copy else "differ_no_copies"], say["differ_counts"].format(**counts)],
        rest=say["differ_rest"].format(n=found.n_not_compared) if found.n_not_compared else "",
        rows=[_row(each, lang) for each in found.differences],
        say=say,
    )


def _about(article: Article, lang: str) -> str:
    return dotted(article.source or article.id, date_words(article.date, lang))


def _row(each: Difference, lang: str) -> tuple[str, str, str, list[tuple[str, str]]]:
    """What became of a sentence, the same in words, where it stands, and its words: of which side, and the text."""
    where = [f"{side} {said.line}" for side, said in (("A", each.a), ("B", each.b)) if said]
    said = each.b or each.a
    pieces: list[tuple[str, str]] = [(piece.kind, piece.text) for piece in each.pieces]
    pieces = pieces or [(each.kind, said.text if said else "")]
    return each.kind, words(lang).get(f"differ_{each.kind}", ""), " · ".join(where), pieces
