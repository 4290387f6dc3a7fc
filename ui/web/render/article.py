"""An article as HTML: its lines with their numbers, the cited characters lit. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from index.types import Article, Span
from ui.formats import escape_key, render, text_html
from ui.i18n import count, date_words, dotted, language_name, words
from ui.web.render.comparison import copies_html

if TYPE_CHECKING:
    from markupsafe import Markup

BLOCK_LINES = 100
"""Lines of an article in one <ol>; the browser lays out only the blocks that are on screen."""
_html = partial(render, "web/render/templates/article.html")


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


def article_html(
    article: Article,
    marks: Sequence[Mark],
    current: int,
    lang: str,
    file_state: str = "",
    copies: Sequence[Article] = (),
) -> Markup:
    """The article with its file's line numbers, cited characters in <mark>; those of mark number `current` stand out.

    A mark whose lines do not hold the characters it was made for lights nothing, and the page says so; so it does when
    the file is not what was indexed any more (`file_state` "changed" or "removed"). Its `copies` are named.
    """
    good = [mark for mark in marks if holds(article, mark)]
    lit = stretches(article, good)
    cited = {line for mark in good for line in range(mark.first, mark.last + 1)}
    doubts = Counter(article.doubtful)
    rows = [
        (n, n in cited, _page(article, n), _ocr(doubts[n], lang), line_html(line, lit.get(n, ()), current))
        for n, line in enumerate(article.lines, start=1)
    ]
    facts = [article.id, article.source, date_words(article.date, lang), language_name(article.language, lang)]
    facts.append(count(len(article.pages), "page", lang) if article.pages else "")
    facts.append(count(len(article.lines), "line", lang))
    facts.append(_ocr(len(article.doubtful), lang) or words(lang)["ocr"] if article.ocr else "")
    return _html(
        "article",
        article=article,
        key=escape_key(article.id),
        reasons=_reasons(article, lang),
        copies=copies_html(article.id, article.title, [(each.id, each.source, each.date) for each in copies], lang),
        blocks=[(top + 1, rows[top : top + BLOCK_LINES]) for top in range(0, len(rows), BLOCK_LINES)],
        facts=list(filter(None, facts)),
        width=len(str(len(article.lines))),
        is_stale=len(good) < len(marks),
        file_state=file_state,
        say=words(lang),
    )


def _ocr(n: int, lang: str) -> str:
    """How many words OCR is not sure of; "" for none."""
    return f"{words(lang)['ocr']}{words(lang)['colon']}{count(n, 'doubtful', lang)}" if n else ""


def _reasons(article: Article, lang: str) -> str:
    """What says the article's date, and how much of its file's text it is if that is not all of it."""
    say, coverage = words(lang), article.coverage
    told = say.get(f"date_from_{article.date_from}", "") if article.date else ""
    if coverage is None or coverage.percent == 100:
        return told
    return dotted(told, say["text_kept"].format(share=coverage.percent))


def _page(article: Article, n: int) -> int:
    """The printed page that begins with line `n`, 0 when none does."""
    page = article.page_of(n)
    return page if page and article.pages[page - 1] == n else 0


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


def line_html(line: str, stretches: Sequence[tuple[int, int, int]], current: int) -> Markup:
    """One line, cut where a stretch begins or ends, so that stretches may overlap."""
    if not stretches:
        return text_html(line)
    cuts = sorted({0, len(line), *(cut for start, end, _ in stretches for cut in (start, end))})
    parts = []
    for start, end in pairwise(cuts):
        numbers = sorted({n for a, b, n in stretches if a <= start and end <= b})
        parts.append((line[start:end], " ".join(map(str, numbers)), current in numbers))
    return _html("lit", parts=parts)


def missing_html(article_id: str, lang: str, why: str = "missing") -> Markup:
    """The article's place when it cannot be shown: it is not in the library any more, or `why` in WORDS."""
    return _html("missing", article_id=article_id, why=words(lang)[why])
