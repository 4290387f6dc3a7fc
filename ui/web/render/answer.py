"""Answers as HTML. Pure functions; every character that is not ours goes through `escape`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.types import Article, Hit, Span
from rag.types import Answer, Citation, Claim
from ui.formats import escape, escape_key
from ui.i18n import count, date_words, dotted, place_words, words
from ui.web.render.article import digest
from ui.web.render.checks import Searched, searched_html, why_html
from ui.web.render.filter import filter_html
from ui.web.render.turn_bar import Place, bar_html

SNIPPET_CHARS = 180


def note_html(question: str, note: str, lang: str, kind: str = "note") -> str:
    """A turn without an answer: one line says why, or, when it is "live", what is being done."""
    if kind == "live":
        return _turn(question, kind, _state(note) + '<div class="cl-body"></div>', lang)
    said = f'<p class="cl-note">{escape(note)}</p>{_again(question, lang)}'
    return _turn(question, kind, f'<div class="cl-body">{said}</div>', lang)


def stopped_html(question: str, answer: Answer, note: str, articles: Mapping[str, Article], lang: str) -> str:
    """A turn that the reader stopped: what was found stays, the unchecked draft does not. `question` as it was typed"""
    note = f'<p class="cl-note">{escape(note)}</p>{_again(question, lang)}'
    pointers = _pointers(answer, articles, lang)
    found = f'<p class="cl-state">{pointers}</p>{_pointed(answer, articles, lang)}' if pointers else ""
    body = f'<div class="cl-body">{note}{found}</div>'
    cards = _cards(words(lang)["found"], answer.hits, articles, lang)
    return _turn(answer.question, "stopped", _understood(answer.understood, lang) + body + cards, lang)


def earlier_html(n_turns: int, lang: str) -> str:
    """A button for the turns that are not on the page; nothing when there are none."""
    if not n_turns:
        return ""
    return (
        f'<p class="cl-earlier"><button type="button" data-do="earlier">{count(n_turns, "earlier", lang)}</button></p>'
    )


def answer_html(
    answer: Answer,
    articles: Mapping[str, Article],
    lang: str,
    place: Place | None = None,
    searched: Searched | None = None,
) -> str:
    """A turn: question, sentences with a numbered chip per citation, sources. `articles` gives titles and dates.

    An answer that is kept at a `place` has its buttons: copy it, judge it. One that was not found says what was
    `searched`.
    """
    understood = _understood(answer.understood, lang) + filter_html(answer, lang)
    if answer.kind == "greeting":
        said = f'<p class="cl-text" lang="{escape(answer.language)}" dir="auto">{escape(answer.text)}</p>'
        return _turn(answer.question, "greeting" if answer.done else "live", f'<div class="cl-body">{said}</div>', lang)
    if not answer.done:
        return _turn(answer.question, "live", understood + _streaming(answer, articles, lang), lang)
    if answer.status == "abstained":
        body = _abstained(answer, articles, lang, searched)
    else:
        body = {"grounded": _grounded, "quoted": _quoted}[answer.status](answer, articles, lang)
    checked = _dropped(answer, lang) + why_html(answer, articles, lang)
    bar = bar_html(answer, place, lang) if place else ""
    return _turn(answer.question, answer.status, understood + body + checked + bar, lang)


def _turn(question: str, status: str, body: str, lang: str) -> str:
    busy = "true" if status == "live" else "false"
    return (
        f'<article class="cl-turn" lang="{lang}" data-status="{status}" aria-busy="{busy}">'
        f'<h2 class="cl-question" dir="auto">{escape(question.strip())}</h2>{body}</article>'
    )


def _again(question: str, lang: str) -> str:
    """Two buttons for a question that got no answer; nothing when there is no question."""
    if not question.strip():
        return ""
    say, asked = words(lang), escape_key(question.strip())
    buttons = (
        f'<button type="button" class="cl-edit" data-{do}="{asked}" title="{say[f"{do}_title"]}">{say[do]}</button>'
        for do in ("again", "edit")
    )
    return f'<p class="cl-again">{" · ".join(buttons)}</p>'


def _understood(question: str, lang: str) -> str:
    """The question as it was understood, with a button that puts it into the box; nothing when it stood alone."""
    if not question:
        return ""
    say, said = words(lang), escape(question)
    return (
        f'<p class="cl-understood">{say["understood"]}{say["colon"]}<span dir="auto">{said}</span> '
        f'<button type="button" class="cl-edit" data-question="{said}" title="{say["edit_title"]}">'
        f"{say['edit']}</button></p>"
    )


def _state(text: str, detail: str = "", pointers: str = "") -> str:
    """What is being done or was done; beside it a detail, or the markers of `_pointers`."""
    beside = pointers or (f'<span class="cl-detail">{escape(detail)}</span>' if detail else "")
    return f'<p class="cl-state"><span class="cl-status">{escape(text)}</span>{beside}</p>'


def _streaming(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    """What there is so far: the passages, then where the reader found the answer, then the model's draft."""
    say = words(lang)
    n_found = count(len(answer.hits), "passage", lang)
    state = _state(say["draft"] if answer.draft else say["reading"], n_found, _pointers(answer, articles, lang))
    draft = f'<p class="cl-draft" dir="auto">{escape(answer.draft)}</p>' if answer.draft else ""
    body = draft or _pointed(answer, articles, lang)
    return f'{state}<div class="cl-body">{body}</div>{_cards(say["found"], answer.hits, articles, lang)}'


def _pointers(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    """A marker for each place where the reader found the answer, which nothing has checked; nothing when it has not."""
    if not answer.found:
        return ""
    chips = "".join(
        f'<button type="button" class="cl-chip cl-open" {_target(citation, n, "found", articles, lang)}>{n}</button>'
        for n, citation in enumerate(answer.found, start=1)
    )
    return f'<span class="cl-detail cl-pointer">{chips}{words(lang)["unchecked"]}</span>'


def _pointed(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    """The characters that the first of these markers leads to."""
    if not answer.found:
        return ""
    say, citation = words(lang), answer.found[0]
    source = articles.get(citation.span.article_id)
    quote = f"{say['open_quote']}{' '.join(citation.quote.split())}{say['close_quote']}"
    return f'<p class="cl-pointed" lang="{escape(source.language if source else "")}" dir="auto">{escape(quote)}</p>'


def _took(answer: Answer, lang: str) -> str:
    seconds = f"{answer.timings.total / 1000:.1f}".replace(".", words(lang)["decimal"])
    return f"{seconds} s" if answer.timings.total else ""


def _grounded(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    numbers = answer.citations
    texts = [claim.introduced(answer.language) for claim in answer.supported]
    claims = " ".join(
        f'<span class="cl-claim">{_ending(text, _chips(claim, i, numbers, articles, lang))}</span>'
        for i, (text, claim) in enumerate(zip(texts, answer.supported, strict=True), start=1)
    )
    return (
        _state(words(lang)["grounded"], _took(answer, lang))
        + f'<div class="cl-body"><p class="cl-text" lang="{escape(answer.language)}" dir="auto">{claims}</p>'
        + f"{_beside(answer)}</div>"
        + _sources(numbers, articles, lang)
        + _also_read(answer, articles, lang)
    )


def _beside(answer: Answer) -> str:
    """What is said beside the claims, such as which other articles there are."""
    return f'<p class="cl-note" dir="auto">{escape(answer.message)}</p>' if answer.message else ""


def _quoted(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    say, numbers = words(lang), answer.citations
    quotes = []
    for i, claim in enumerate(answer.supported, start=1):
        places = "".join(f"<span>{_where(c.span, articles, lang)}</span>" for c in dict.fromkeys(claim.citations))
        quote = f"{say['open_quote']}{claim.verbatim}{say['close_quote']}"
        source = articles.get(claim.citations[0].span.article_id)
        quotes.append(
            f'<blockquote class="cl-quote"><p lang="{escape(source.language if source else "")}" dir="auto">'
            f"{_ending(quote, _chips(claim, i, numbers, articles, lang))}</p>"
            f'<p class="cl-from">{places}</p></blockquote>'
        )
    return (
        _state(say["quoted"], _took(answer, lang))
        + f'<div class="cl-body">{"".join(quotes)}{_beside(answer)}</div>'
        + _also_read(answer, articles, lang)
    )


def _abstained(answer: Answer, articles: Mapping[str, Article], lang: str, searched: Searched | None) -> str:
    say = words(lang)
    where = searched_html(searched, lang) if searched else ""
    text = escape(answer.message or say["abstained_text"])
    return (
        _state(say["abstained"], _took(answer, lang))
        + f'<div class="cl-body"><p class="cl-text" dir="auto">{text}</p>{where}</div>'
        + _cards(say["nearest"], answer.hits, articles, lang)
    )


def _dropped(answer: Answer, lang: str) -> str:
    """What the model wrote and no line supports: folded, struck, with the reason; never among the sentences."""
    dropped = [claim for claim in answer.claims if claim.verdict != "supported"]
    if not dropped:
        return ""
    items = "".join(
        f'<li><s dir="auto">{escape(claim.text)}</s>'
        f'<span class="cl-reason">{escape(claim.reason or words(lang)["dropped_reason"])}</span></li>'
        for claim in dropped
    )
    summary = count(len(dropped), "dropped", lang)
    return f'<details class="cl-fold cl-dropped"><summary>{summary}</summary><ul>{items}</ul></details>'


def _chips(
    claim: Claim, claim_number: int, numbers: Mapping[Citation, int], articles: Mapping[str, Article], lang: str
) -> str:
    return "".join(
        f'<button type="button" class="cl-chip cl-open" {_target(c, numbers[c], "cite", articles, lang)}'
        f' data-claim="{claim_number}">{numbers[c]}</button>'
        for c in dict.fromkeys(claim.citations)
    )


def _ending(text: str, chips: str) -> str:
    """`text` and then `chips`, which stay on the line of its last word, unless that is a monster."""
    head, space, word = text.rpartition(" ")
    if len(word) > 30:
        return escape(text) + chips
    return f'{escape(head + space)}<span class="cl-keep">{escape(word)}{chips}</span>'


def _target(citation: Citation, n: int, kind: str, articles: Mapping[str, Article], lang: str) -> str:
    """The attributes that say what a button opens, for the page's script and for a screen reader."""
    say, span = words(lang), citation.span
    lines = f"{say['line']} {span.first}"
    if span.last != span.first:
        lines = f"{say['lines']} {span.first} {say['to']} {span.last}"
    noun = say[{"cite": "citation", "found": "pointed"}.get(kind, "passage")]
    if citation.page:
        lines = f"page {citation.page}, {lines}"
    label = f"{noun} {n}{say['colon']}{_title(span.article_id, articles)}, {lines}"
    return (
        f'data-kind="{kind}" data-n="{n}" data-article="{escape_key(span.article_id)}" data-first="{span.first}"'
        f' data-last="{span.last}" data-start="{citation.start}" data-end="{citation.end}"'
        f' data-check="{digest(citation.quote)}" aria-label="{escape(label)}"'
    )


def _sources(numbers: Mapping[Citation, int], articles: Mapping[str, Article], lang: str) -> str:
    rows = "".join(
        f'<li><button type="button" class="cl-source cl-open" {_target(c, n, "cite", articles, lang)}>'
        f'<span class="cl-number" aria-hidden="true">{n}</span>{_where(c.span, articles, lang)}'
        f"</button></li>"
        for c, n in numbers.items()
    )
    return f'<section class="cl-sources"><h3>{words(lang)["sources"]}</h3><ol>{rows}</ol></section>'


def _cards(title: str, hits: Sequence[Hit], articles: Mapping[str, Article], lang: str) -> str:
    """Hits as buttons that open their article; nothing when there are none."""
    if not hits:
        return ""
    rows = "".join(
        f'<li><button type="button" class="cl-card cl-open"'
        f" {_target(_hit_citation(hit, articles), n, 'hit', articles, lang)}>"
        f"{_where(hit.chunk.span, articles, lang)}"
        f'<span class="cl-snippet" dir="auto">{escape(_snippet(hit.chunk.text))}</span></button></li>'
        for n, hit in enumerate(hits, start=1)
    )
    return f'<section class="cl-cards"><h3>{escape(title)}</h3><ul>{rows}</ul></section>'


def _also_read(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    if not answer.hits:
        return ""
    title = words(lang)["also_read"]
    return (
        f'<details class="cl-fold"><summary>{title} ({len(answer.hits)})</summary>'
        f"{_cards(title, answer.hits, articles, lang)}</details>"
    )


def _hit_citation(hit: Hit, articles: Mapping[str, Article]) -> Citation:
    """The whole chunk as a citation, so that a hit opens and lights like one."""
    chunk, start = hit.chunk, 0
    article = articles.get(chunk.span.article_id)
    if article is not None:
        start = chunk.start - sum(len(line) + 1 for line in article.lines[: chunk.span.first - 1])
    page = article.page_of(chunk.span.first) if article else 0
    return Citation(chunk.span, chunk.text, start, start + len(chunk.text), page)


def _where(span: Span, articles: Mapping[str, Article], lang: str) -> str:
    """Title, then date, file, page where there are pages, and lines."""
    article = articles.get(span.article_id)
    when = date_words(article.date, lang) if article else ""
    page = article.page_of(span.first) if article else 0
    return (
        f'<span class="cl-title" dir="auto">{escape(_title(span.article_id, articles))}</span>'
        f'<span class="cl-meta" dir="auto">{escape(dotted(when, place_words(span, page, lang)))}</span>'
    )


def _title(article_id: str, articles: Mapping[str, Article]) -> str:
    article = articles.get(article_id)
    return article.title if article else article_id


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET_CHARS else flat[:SNIPPET_CHARS].rsplit(" ", 1)[0] + "…"
