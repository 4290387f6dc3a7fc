"""Answers as HTML: what the template answer.html makes of them. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

from index.types import Article, Hit, Span
from rag.copies import also_in_line
from rag.types import Answer, Citation, Claim
from ui.formats import escape_key, render, text_html
from ui.i18n import count, date_words, dotted, place_words, words
from ui.web.render.article import digest
from ui.web.render.checks import Searched, searched_html, why_html
from ui.web.render.comparison import copies_html
from ui.web.render.filter import filter_html
from ui.web.render.turn_bar import Place, bar_html

if TYPE_CHECKING:
    from markupsafe import Markup

SNIPPET_CHARS = 180
_html = partial(render, "web/render/templates/answer.html")


class _Target(NamedTuple):
    """What a button opens, and what it says to a screen reader."""

    kind: str
    n: int
    key: str
    """The article's, of `escape_key`."""
    first: int
    last: int
    start: int
    end: int
    check: str
    label: str


class _Where(NamedTuple):
    """Where something stands: title, then date, file, page where there are pages, and lines."""

    title: str
    meta: str
    copies: Markup | str = ""
    """Buttons that show how copies of its article differ from it."""


class _Said(NamedTuple):
    """A sentence and the chips behind it."""

    head: str
    word: str | None
    """Its last word, which the chips stay with; None when it is a monster and stands in `head`."""
    chips: Sequence[_Target]
    language: str = ""
    """Of a quote, with the `places` that it is from."""
    places: Sequence[_Where] = ()


def note_html(question: str, note: str, lang: str, kind: str = "note") -> Markup:
    """A turn without an answer: one line says why, or, when it is "live", what is being done."""
    body = _html("note", kind=kind, note=note, key=escape_key(question.strip()), say=words(lang))
    return _turn(question, kind, body, lang)


def stopped_html(question: str, answer: Answer, note: str, articles: Mapping[str, Article], lang: str) -> Markup:
    """A turn that the reader stopped: what was found stays, the unchecked draft does not. `question` as it was typed"""
    body = _html(
        "stopped",
        note=note,
        key=escape_key(question.strip()),
        pointers=_pointers(answer, articles, lang),
        pointed=_pointed(answer, articles, lang),
        say=words(lang),
    )
    cards = _cards(words(lang)["found"], answer.hits, articles, lang)
    return _turn(answer.question, "stopped", _understood(answer.understood, lang) + body + cards, lang)


def earlier_html(n_turns: int, lang: str) -> Markup:
    """A button for the turns that are not on the page; nothing when there are none."""
    return _html("earlier", text=count(n_turns, "earlier", lang)) if n_turns else text_html("")


def answer_html(
    answer: Answer,
    articles: Mapping[str, Article],
    lang: str,
    place: Place | None = None,
    searched: Searched | None = None,
) -> Markup:
    """A turn: question, sentences with a numbered chip per citation, sources. `articles` gives titles and dates.

    An answer that is kept at a `place` has its buttons: copy it, judge it. One that was not found says what was
    `searched`.
    """
    understood = _understood(answer.understood, lang) + filter_html(answer, lang)
    if answer.kind == "greeting":
        said = _html("greeting", text=answer.text, language=answer.language)
        return _turn(answer.question, "greeting" if answer.done else "live", said, lang)
    if not answer.done:
        return _turn(answer.question, "live", understood + _streaming(answer, articles, lang), lang)
    if answer.status == "abstained":
        body = _abstained(answer, articles, lang, searched)
    else:
        body = {"grounded": _grounded, "quoted": _quoted}[answer.status](answer, articles, lang)
    checked = _dropped(answer, lang) + why_html(answer, articles, lang)
    if place:
        checked += bar_html(answer, place, lang)
    return _turn(answer.question, answer.status, understood + body + checked, lang)


def _turn(question: str, status: str, body: Markup, lang: str) -> Markup:
    return _html("turn", question=question.strip(), status=status, body=body, lang=lang)


def _understood(question: str, lang: str) -> Markup:
    """The question as it was understood, with a button that puts it into the box; nothing when it stood alone."""
    return _html("understood", question=question, say=words(lang))


def _streaming(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    """What there is so far: the passages, then where the reader found the answer, then the model's draft."""
    say = words(lang)
    body = _html(
        "streaming",
        text=say["draft"] if answer.draft else say["reading"],
        n_found=count(len(answer.hits), "passage", lang),
        draft=answer.draft,
        pointers=_pointers(answer, articles, lang),
        pointed=_pointed(answer, articles, lang),
    )
    return body + _cards(say["found"], answer.hits, articles, lang)


def _pointers(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    """A marker for each place where the reader found the answer, which nothing has checked; nothing when it has not."""
    targets = [_target(citation, n, "found", articles, lang) for n, citation in enumerate(answer.found, start=1)]
    return _html("pointers", targets=targets, say=words(lang))


def _pointed(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    """The characters that the first of these markers leads to."""
    if not answer.found:
        return text_html("")
    first = answer.found[0]
    return _html("pointed", quote=_quote([first], lang), language=_language(first, articles))


def _quote(citations: Iterable[Citation], lang: str) -> str:
    """The characters themselves, in quotation marks."""
    say = words(lang)
    said = " ".join(" ".join(citation.quote.split()) for citation in citations)
    return f"{say['open_quote']}{said}{say['close_quote']}"


def _language(citation: Citation, articles: Mapping[str, Article]) -> str:
    source = articles.get(citation.span.article_id)
    return source.language if source else ""


def _took(answer: Answer, lang: str) -> str:
    seconds = f"{answer.timings.total / 1000:.1f}".replace(".", words(lang)["decimal"])
    return f"{seconds} s" if answer.timings.total else ""


def _grounded(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    numbers = answer.citations
    body = _html(
        "grounded",
        claims=[
            _said(claim.introduced(answer.language), _chips(claim, numbers, articles, lang))
            for claim in answer.supported
        ],
        language=answer.language,
        took=_took(answer, lang),
        beside=answer.message,  # such as which other articles there are
        say=words(lang),
    )
    rows = [(_target(c, n, "cite", articles, lang), _cited(c, articles, lang)) for c, n in numbers.items()]
    return body + _html("sources", rows=rows, say=words(lang)) + _also_read(answer, articles, lang)


def _quoted(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    say, numbers = words(lang), answer.citations
    quotes = []
    for claim in answer.supported:
        places = [_cited(c, articles, lang) for c in dict.fromkeys(claim.citations)]
        quote = f"{say['open_quote']}{claim.verbatim}{say['close_quote']}"
        chips = _chips(claim, numbers, articles, lang)
        quotes.append(_said(quote, chips, _language(claim.citations[0], articles), places))
    body = _html("quoted", quotes=quotes, took=_took(answer, lang), beside=answer.message, say=say)
    return body + _also_read(answer, articles, lang)


def _abstained(answer: Answer, articles: Mapping[str, Article], lang: str, searched: Searched | None) -> Markup:
    say = words(lang)
    where = searched_html(searched, lang) if searched else ""
    text = answer.message or say["abstained_text"]
    body = _html("abstained", text=text, took=_took(answer, lang), searched=where, say=say)
    return body + _cards(say["nearest"], answer.hits, articles, lang)


def _dropped(answer: Answer, lang: str) -> Markup:
    """What the model wrote and no line supports: folded, struck, with the reason; never among the sentences."""
    reason = words(lang)["dropped_reason"]
    dropped = [(claim.text, claim.reason or reason) for claim in answer.claims if claim.verdict != "supported"]
    if not dropped:
        return text_html("")
    return _html("dropped", summary=count(len(dropped), "dropped", lang), claims=dropped)


def _chips(
    claim: Claim, numbers: Mapping[Citation, int], articles: Mapping[str, Article], lang: str
) -> Sequence[_Target]:
    return [_target(c, numbers[c], "cite", articles, lang) for c in dict.fromkeys(claim.citations)]


def _said(text: str, chips: Sequence[_Target], language: str = "", places: Sequence[_Where] = ()) -> _Said:
    """A sentence or a quote, cut before its last word, which the chips stay with unless it is a monster."""
    head, space, word = text.rpartition(" ")
    if len(word) > 30:
        return _Said(text, None, chips, language, places)
    return _Said(head + space, word, chips, language, places)


def _target(citation: Citation, n: int, kind: str, articles: Mapping[str, Article], lang: str) -> _Target:
    say, span = words(lang), citation.span
    lines = f"{say['line']} {span.first}"
    if span.last != span.first:
        lines = f"{say['lines']} {span.first} {say['to']} {span.last}"
    noun = say[{"cite": "citation", "found": "pointed"}.get(kind, "passage")]
    if citation.page:
        lines = f"page {citation.page}, {lines}"
    label = f"{noun} {n}{say['colon']}{_title(span.article_id, articles)}, {lines}"
    place = (span.first, span.last, citation.start, citation.end)
    return _Target(kind, n, escape_key(span.article_id), *place, digest(citation.quote), label)


def _cards(title: str, hits: Sequence[Hit], articles: Mapping[str, Article], lang: str) -> Markup:
    """Hits as buttons that open their article; nothing when there are none."""
    return _cards_of(title, tuple(_card(hit, n, articles, lang) for n, hit in enumerate(hits, start=1)))


@lru_cache(maxsize=8)
def _cards_of(title: str, cards: Sequence[tuple[_Target, _Where, str]]) -> Markup:
    """Kept for the next time: the passages stay the same while an answer grows."""
    return _html("cards", title=title, cards=cards)


def _card(hit: Hit, n: int, articles: Mapping[str, Article], lang: str) -> tuple[_Target, _Where, str]:
    target = _target(_hit_citation(hit, articles), n, "hit", articles, lang)
    return target, _where(hit.chunk.span, articles, lang), _snippet(hit.chunk.text)


def _also_read(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    title = words(lang)["also_read"]
    cards = _cards(title, answer.hits, articles, lang)
    return _html("also_read", title=title, n=len(answer.hits), cards=cards)


def _hit_citation(hit: Hit, articles: Mapping[str, Article]) -> Citation:
    """The whole chunk as a citation, so that a hit opens and lights like one."""
    chunk, start = hit.chunk, 0
    article = articles.get(chunk.span.article_id)
    if article is not None:
        start = chunk.start - sum(len(line) + 1 for line in article.lines[: chunk.span.first - 1])
    page = article.page_of(chunk.span.first) if article else 0
    return Citation(chunk.span, chunk.text, start, start + len(chunk.text), page)


def _where(span: Span, articles: Mapping[str, Article], lang: str) -> _Where:
    article = articles.get(span.article_id)
    when = date_words(article.date, lang) if article else ""
    page = article.page_of(span.first) if article else 0
    return _Where(_title(span.article_id, articles), dotted(when, place_words(span, page, lang)))


def _cited(citation: Citation, articles: Mapping[str, Article], lang: str) -> _Where:
    """Where a citation stands, and which copies of its article have it too."""
    place, id = _where(citation.span, articles, lang), citation.span.article_id
    there = [(each.article, each.source, each.date) for each in citation.also_in if each.article in articles]
    gone = "" if len(there) == len(citation.also_in) else also_in_line(citation, lang)
    meta = dotted(place.meta, gone)
    return _Where(place.title, meta, copies_html(id, place.title, there, lang))


def _title(article_id: str, articles: Mapping[str, Article]) -> str:
    article = articles.get(article_id)
    return article.title if article else article_id


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET_CHARS else flat[:SNIPPET_CHARS].rsplit(" ", 1)[0] + "…"
