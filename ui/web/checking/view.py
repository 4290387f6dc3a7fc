"""A text held against the articles, as HTML, and what the page asked for made harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ui.formats import escape_key, render
from ui.i18n import check_words, count, place_words

if TYPE_CHECKING:
    from markupsafe import Markup

    from index.types import Article
    from rag.fact_checking import CheckedQuote, CheckedStatement, Statement
    from rag.types import Citation

MOST_COUNTED = 100_000
_html = partial(render, "web/checking/templates/view.html")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page sent, made harmless."""

    lang: str = "fr"
    text: str = ""
    n: int = -1

    @classmethod
    def of(cls, wanted: Any, most: int) -> Asked:
        """Take what may be anything; of a text the first `most` characters."""
        asked: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {}
        text, n = asked.get("text"), asked.get("n")
        return cls(
            lang="en" if asked.get("lang") == "en" else "fr",
            text=text[:most].encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else "",
            n=n if isinstance(n, int) and not isinstance(n, bool) else -1,
        )


class Line(NamedTuple):
    """A line of an article that a button opens."""

    key: str
    first: int
    last: int
    title: str
    place: str
    quote: str
    language: str


class Quoted(NamedTuple):
    """A quotation of the text, and how it stands in the articles."""

    text: str
    standing: str
    notes: tuple[str, ...]
    line: Line | None


def frame_html(text: str, most: int, lang: str) -> Markup:
    """The view: what it does, the box, the button, and a place for the results."""
    return _html("view", text=text, most=most, say=check_words(lang))


def waiting_html(found: Sequence[Statement], lang: str) -> Markup:
    """The sentences before they are checked; what claims nothing and quotes nothing is there to be read."""
    rows = [(each.text, each.language, each.is_claim or bool(each.quotes)) for each in found]
    return _html("waiting", rows=rows, say=check_words(lang))


def checked_html(checked: CheckedStatement, articles: Mapping[str, Article | None], lang: str) -> Markup:
    """A sentence, what the articles say of it, their lines, and how its quotations stand."""
    say = check_words(lang)
    note = say["too_long"] if checked.is_too_long else ""
    if checked.lacks and checked.lacks.missing:
        note = say["these_lack" if checked.citations else "nearest_lack"].format(", ".join(checked.lacks.missing))
    return _html(
        "checked",
        text=checked.statement.text,
        language=checked.statement.language,
        verdict=checked.verdict or "",
        note=note,
        lines=[_line(citation, articles, lang) for citation in checked.citations],
        quotes=[_quoted(quote, articles, lang) for quote in checked.quotes],
        say=say,
    )


def summary_text(wanted: Any) -> str:
    """ "7 phrases : 4 confirmées, 1 contredite, 2 absentes" from {carried, contradicted, not_said, lang}."""
    asked: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {}
    lang = "en" if asked.get("lang") == "en" else "fr"
    counts = {}
    for key in ("carried", "contradicted", "not_said"):
        n = asked.get(key)
        counts[key] = n if isinstance(n, int) and 0 <= n <= MOST_COUNTED else 0
    told = ", ".join(count(counts[key], key, lang) for key in counts)
    return f"{count(sum(counts.values()), 'sentence', lang)}{check_words(lang)['colon']}{told}"


def _quoted(quote: CheckedQuote, articles: Mapping[str, Article | None], lang: str) -> Quoted:
    say = check_words(lang)
    notes = [say["differs"].format(said or "…", there or "…") for said, there in quote.differences]
    if quote.left_out:
        notes.append(say["left_out"].format(quote.left_out))
    if quote.speakers:
        notes.append(say["said_by"].format(" ".join(quote.speakers)))
    line = _line(quote.citation, articles, lang) if quote.citation else None
    return Quoted(quote.text, quote.standing, tuple(notes), line)


def _line(citation: Citation, articles: Mapping[str, Article | None], lang: str) -> Line:
    span, article = citation.span, articles.get(citation.span.article_id)
    return Line(
        escape_key(span.article_id),
        span.first,
        span.last,
        article.title if article else span.article_id,
        place_words(span, citation.page, lang),
        " ".join(citation.quote.split()),
        article.language if article else "",
    )
