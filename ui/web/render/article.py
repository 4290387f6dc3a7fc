"""An article as HTML: its lines with their numbers, the cited characters lit. Pure; see `escape`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.types import Article, Span
from ui.formats import escape, escape_key
from ui.i18n import count, date_words, language_name, words

BLOCK_LINES = 100
"""Lines of an article in one <ol>; the browser lays out only the blocks that are on screen."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a citation lies in its article, as a chip on the page carries it and sends it back."""

    n: int
    """Number shown on the chip, 1-based within one answer."""
    first: int
    last: int
    start: int
    end: int
    check: str
    """`digest` of the cited characters: a changed article is never lit in the wrong place; "" for whole lines."""


def digest(quote: str) -> str:
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def whole(article: Article, mark: Mark) -> Mark:
    """A mark that only names lines as the mark of all their characters; any other comes back as it is."""
    text = text_of(article, mark)
    if mark.check or text is None:
        return mark
    return replace(mark, start=0, end=len(text), check=digest(text))


def article_html(article: Article, marks: Sequence[Mark], current: int, lang: str, file_state: str = "") -> str:
    """The article with its file's line numbers, cited characters in <mark>; those of mark number `current` stand out.

    A mark whose lines do not hold the characters it was made for lights nothing, and the page says so; so it does when
    the file is not what was indexed any more (`file_state` "changed" or "removed").
    """
    say = words(lang)
    good = [mark for mark in marks if holds(article, mark)]
    lit = stretches(article, good)
    cited = {line for mark in good for line in range(mark.first, mark.last + 1)}
    blocks = []
    for top in range(0, len(article.lines), BLOCK_LINES):
        rows = "".join(
            f'<li data-n="{n}"{" class=cl-cited" if n in cited else ""}{_page(article, n)}>'
            f'<span dir="auto">{line_html(line, lit.get(n, ()), current)}</span></li>\n'
            for n, line in enumerate(article.lines[top : top + BLOCK_LINES], start=top + 1)
        )
        n_lines = min(BLOCK_LINES, len(article.lines) - top)
        blocks.append(f'<ol class="cl-block" start="{top + 1}" style="--cl-n:{n_lines}">{rows}</ol>')
    stale = "" if len(good) == len(marks) else f'<p class="cl-stale" role="alert">{say["stale"]}</p>'
    if file_state:
        stale += (
            f'<p class="cl-stale" role="status">{say[f"file_{file_state}"]} '
            f'<button type="button" class="cl-edit" data-view="shelf">{say["reindex"]}</button></p>'
        )
    meta = [article.id, article.source, date_words(article.date, lang), language_name(article.language, lang)]
    meta.append(count(len(article.pages), "page", lang) if article.pages else "")
    meta.append(count(len(article.lines), "line", lang))
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in meta if fact)
    width = len(str(len(article.lines)))
    return (
        f'<section class="cl-article" aria-label="{say["article"]}" data-article="{escape_key(article.id)}"'
        f' style="--cl-digits:{width}"><header class="cl-head"><div class="cl-headline">'
        f'<h2 dir="auto">{escape(article.title)}</h2>{_nav(say)}</div>'
        f'<p class="cl-facts" dir="auto">{facts}</p>{stale}</header>'
        f'<div class="cl-lines" role="region" tabindex="0" aria-label="{say["article_text"]}"'
        f' lang="{escape(article.language)}">{"".join(blocks)}</div></section>'
    )


def _page(article: Article, n: int) -> str:
    """The attribute of the line that a printed page begins with, which says which; "" for any other."""
    page = article.page_of(n)
    return f' data-page="p. {page}"' if page and article.pages[page - 1] == n else ""


def _nav(say: Mapping[str, str]) -> str:
    def button(go: str, face: str) -> str:
        return f'<button type="button" data-go="{go}" aria-label="{say[go]}" title="{say[go]}">{face}</button>'

    counter = '<span class="cl-count" aria-live="polite"></span>'
    return (
        f'<nav class="cl-nav" aria-label="{say["citations"]}">'
        f"{button('previous', '‹')}{counter}{button('next', '›')}{button('close', '×')}</nav>"
    )


def holds(article: Article, mark: Mark) -> bool:
    """Do the mark's lines hold the characters that it was made for?"""
    text = text_of(article, mark)
    if text is None or not 0 <= mark.start <= mark.end:
        return False
    return digest(text[mark.start : mark.end]) == mark.check


def text_of(article: Article, mark: Mark) -> str | None:
    """The mark's lines; None when the article does not have them."""
    return article.at(Span(article.id, mark.first, mark.last))


def stretches(article: Article, marks: Iterable[Mark]) -> dict[int, list[tuple[int, int, int]]]:
    """Line number -> (start, end, mark number) of each stretch of that line to light."""
    lit: dict[int, list[tuple[int, int, int]]] = {}
    for mark in marks:
        offset = 0
        for n in range(mark.first, mark.last + 1):
            length = len(article.lines[n - 1])
            start, end = max(0, mark.start - offset), min(length, mark.end - offset)
            if start < end:
                lit.setdefault(n, []).append((start, end, mark.n))
            offset += length + 1
    return lit


def line_html(line: str, stretches: Sequence[tuple[int, int, int]], current: int) -> str:
    """One line, cut where a stretch begins or ends, so that stretches may overlap."""
    if not stretches:
        return escape(line)
    cuts = sorted({0, len(line), *(cut for start, end, _ in stretches for cut in (start, end))})
    parts = []
    for start, end in pairwise(cuts):
        numbers = sorted({n for a, b, n in stretches if a <= start and end <= b})
        text = escape(line[start:end])
        if numbers:
            now = ' class="cl-now"' if current in numbers else ""
            text = f'<mark data-n="{" ".join(map(str, numbers))}"{now}>{text}</mark>'
        parts.append(text)
    return "".join(parts)


def missing_html(article_id: str, lang: str, why: str = "missing") -> str:
    """The article's place when it cannot be shown: it is not in the library any more, or `why` in WORDS."""
    return (
        f'<section class="cl-nothing"><p dir="auto">{escape(article_id)}</p>'
        f'<p class="cl-hint" role="alert">{words(lang)[why]}</p></section>'
    )
