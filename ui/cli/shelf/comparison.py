"""`citeline compare`: what a paper changed, cut or added in a text that another one has too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.library import LibraryOption
from ui.formats import shown
from ui.holdings import ShelfError, article_named, comparison_dict, is_copy

if TYPE_CHECKING:
    from index.storage import Library
    from index.types import Article
    from rag.copies import Comparison, Difference

_MARKS = {"same": " ", "changed": "~", "cut": "-", "added": "+"}


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="An article, as listed by citeline status.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    library: LibraryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show sentence by sentence what article B has of A: the same, changed (with the words), cut (-), or added (+).

    Each line of the list says which lines of A and B the sentence is on.
    """
    from index.storage import Library, default_path
    from rag.copies import compare as compare_articles

    opened = Library.open((library or default_path()).expanduser())
    one, other = article_named(opened, a), article_named(opened, b)
    if one.id == other.id:
        raise ShelfError(f"both names are of one article, {shown(one.id)}. Name two")
    found = compare_articles(one, other)
    print(
        json.dumps(comparison_dict(opened, one, other, found), indent=1)
        if as_json
        else _text(opened, one, other, found)
    )


def _text(library: Library, a: Article, b: Article, found: Comparison) -> str:
    lines = [
        f"A  {_about(a)}",
        f"B  {_about(b)}",
        "copies of one text" if is_copy(library, a, b) else "not copies of one text",
        f"{found.count('same')} sentences the same, {found.count('changed')} changed, {found.count('cut')} only in A, "
        f"{found.count('added')} only in B",
    ]
    if found.n_not_compared:
        lines.append(f"{found.n_not_compared:,} further sentences were not compared: the articles are too long")
    lines += ["", *map(_line, found.differences)]
    return "\n".join(map(shown, lines))


def _about(article: Article) -> str:
    return "  ".join(filter(None, [article.id, article.source, article.date, article.title]))


def _line(each: Difference) -> str:
    """A sentence with its lines: words that B has not in [-…-], those that it has instead in {+…+}."""
    where = f"{each.a.line if each.a else '':>5} {each.b.line if each.b else '':>5}"
    if each.kind == "changed":
        marked = {"same": "{}", "cut": "[-{}-]", "added": "{{+{}+}}"}
        said = " ".join(marked[piece.kind].format(piece.text) for piece in each.pieces)
    else:
        said = next(sentence.text for sentence in (each.b, each.a) if sentence)
    return f"{where} {_MARKS[each.kind]} {said}"
