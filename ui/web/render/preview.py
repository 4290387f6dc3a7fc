"""The preview of a citation as HTML: the cited lines among the lines around them, eight in all. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from index.types import Article
from ui.formats import render, text_html
from ui.i18n import date_words, dotted, words
from ui.web.render.article import Mark, holds, line_html, stretches, text_of

if TYPE_CHECKING:
    from markupsafe import Markup

MAX_LINES = 8
AROUND_CHARS = 90
"""Of a long line, shown before and after what is cited."""
LINE_CHARS = 170
"""Of a line that is not cited."""
LIT_CHARS = 420
_html = partial(render, "web/render/templates/preview.html")


def peek_html(article: Article, mark: Mark, lang: str) -> Markup:
    """Title, place and lines of a citation, its characters lit; "" when the article no longer holds them."""
    cited = text_of(article, mark)
    if cited is None or not holds(article, mark):
        return text_html("")
    lit = stretches(article, [mark])
    rows = []
    for n in _window(mark.first, mark.last, len(article.lines)):
        text, places = _cut(article.lines[n - 1], lit.get(n, ()))
        rows.append((n, mark.first <= n <= mark.last, line_html(text, places, mark.n)))
    say = words(lang)
    place = f"{say['line']} {mark.first}"
    if mark.last != mark.first:
        place = f"{say['lines']} {mark.first} {say['to']} {mark.last}"
    if page := article.page_of(mark.first):
        place = dotted(f"p. {page}", place)
    quote = cited[mark.start : mark.end]
    return _html(
        "peek",
        article=article,
        facts=dotted(date_words(article.date, lang), place),
        quote=" ".join(quote.split()),
        width=len(str(len(article.lines))),
        rows=rows,
        lang=lang,
    )


def _window(first: int, last: int, n_lines: int) -> range:
    """Line numbers to show: the cited ones, as many before as after them, MAX_LINES at most."""
    last = min(last, first + MAX_LINES - 1)
    spare = MAX_LINES - (last - first + 1)
    top = max(1, first - (spare + 1) // 2)
    bottom = min(n_lines, top + MAX_LINES - 1)
    return range(max(1, bottom - MAX_LINES + 1), bottom + 1)


def _cut(line: str, lit: Sequence[tuple[int, int, int]]) -> tuple[str, list[tuple[int, int, int]]]:
    """A line, or of a long one what is cited and some words around it, with the places of its lit characters."""
    if not lit:
        return (line if len(line) <= LINE_CHARS else _end(line, LINE_CHARS)), []
    (start, end, n), *_ = lit
    top = 0 if start <= AROUND_CHARS else line.rfind(" ", 0, start - AROUND_CHARS // 2) + 1
    shown = line[top : top + (start - top) + min(end - start, LIT_CHARS) + AROUND_CHARS]
    shown = shown if top + len(shown) >= len(line) else _end(shown, len(shown))
    head = "… " if top else ""
    start, end = start - top + len(head), min(end - top, len(shown)) + len(head)
    return head + shown, [(start, end, n)]


def _end(text: str, most: int) -> str:
    return text[:most].rsplit(" ", 1)[0] + " …"
