"""Answers and articles as HTML. Pure functions; every character that is not ours goes through `escape`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape as html_escape
from itertools import pairwise

from index.types import Article, Hit, Span
from rag.types import Answer, Citation, Claim

BLOCK_LINES = 100
"""Lines of an article in one <ol>; the browser lays out only the blocks that are on screen."""
SNIPPET_CHARS = 180
SHELF_ARTICLES = 60

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "local": "local · hors ligne",
        "local_title": "Rien ne quitte cette machine : ni vos questions, ni vos articles.",
        "invite": "Interrogez vos articles",
        "promise": "Chaque phrase de la réponse montre les lignes d’où elle vient.",
        "try": "Par exemple",
        "loading": "Les modèles se chargent. Encore quelques secondes.",
        "broken": "citeline n’a pas pu démarrer.",
        "placeholder": "Votre question…",
        "placeholder_loading": "Les modèles se chargent…",
        "question": "Question",
        "send": "Demander",
        "stop": "Arrêter",
        "waiting": "Recherche dans vos articles…",
        "reading": "Lecture des passages…",
        "draft": "en cours de vérification",
        "grounded": "Vérifié dans vos articles",
        "quoted": "Cité mot pour mot",
        "abstained": "Pas dans vos articles",
        "abstained_text": "Vos articles ne répondent pas à cette question.",
        "stopped": "Arrêté avant la fin.",
        "failed": "La réponse a échoué. Le détail est dans le terminal où tourne citeline.",
        "busy": "Trop de questions attendent déjà. Reposez celle-ci dans un instant.",
        "unreadable": "L’article n’a pas pu être affiché. Le détail est dans le terminal où tourne citeline.",
        "sources": "Sources",
        "found": "Passages trouvés",
        "nearest": "Les passages les plus proches",
        "also_read": "Tous les passages lus",
        "dropped_reason": "Aucune ligne ne l’appuie.",
        "citation": "Citation",
        "passage": "Passage",
        "line": "ligne",
        "lines": "lignes",
        "to": "à",
        "open_quote": "«\u00a0",
        "close_quote": "\u00a0»",
        "colon": "\u00a0: ",
        "decimal": ",",
        "previous": "Citation précédente (p)",
        "next": "Citation suivante (n)",
        "close": "Fermer l’article",
        "citations": "Citations",
        "article": "Article",
        "article_text": "Texte de l’article",
        "library": "Bibliothèque",
        "pane_hint": "L’article cité s’ouvre ici, à ses lignes.",
        "missing": "Cet article n’est plus dans la bibliothèque.",
        "stale": "L’article a changé depuis cette réponse : relancez la question.",
        "conversation": "Questions et réponses",
        "no_llm": "sans modèle de langue",
        "understood": "Compris comme",
        "edit": "modifier",
        "edit_title": "Mettre cette question dans la zone de saisie",
        "new": "Nouvelle conversation",
    },
    "en": {
        "local": "local · offline",
        "local_title": "Nothing leaves this machine: neither your questions nor your articles.",
        "invite": "Ask your articles",
        "promise": "Every sentence of the answer shows the lines it comes from.",
        "try": "For example",
        "loading": "The models are loading. A few more seconds.",
        "broken": "citeline could not start.",
        "placeholder": "Your question…",
        "placeholder_loading": "The models are loading…",
        "question": "Question",
        "send": "Ask",
        "stop": "Stop",
        "waiting": "Searching your articles…",
        "reading": "Reading the passages…",
        "draft": "being checked",
        "grounded": "Checked against your articles",
        "quoted": "Quoted word for word",
        "abstained": "Not in your articles",
        "abstained_text": "Your articles do not answer this question.",
        "stopped": "Stopped before the end.",
        "failed": "The answer failed. The details are in the terminal that runs citeline.",
        "busy": "Too many questions are waiting already. Ask this one again in a moment.",
        "unreadable": "The article could not be shown. The details are in the terminal that runs citeline.",
        "sources": "Sources",
        "found": "Passages found",
        "nearest": "The nearest passages",
        "also_read": "All passages read",
        "dropped_reason": "No line supports it.",
        "citation": "Citation",
        "passage": "Passage",
        "line": "line",
        "lines": "lines",
        "to": "to",
        "open_quote": "“",
        "close_quote": "”",
        "colon": ": ",
        "decimal": ".",
        "previous": "Previous citation (p)",
        "next": "Next citation (n)",
        "close": "Close the article",
        "citations": "Citations",
        "article": "Article",
        "article_text": "Text of the article",
        "library": "Library",
        "pane_hint": "The cited article opens here, at its lines.",
        "missing": "This article is no longer in the library.",
        "stale": "The article has changed since this answer: ask again.",
        "conversation": "Questions and answers",
        "no_llm": "no language model",
        "understood": "Understood as",
        "edit": "edit",
        "edit_title": "Put this question into the box",
        "new": "New conversation",
    },
}

COUNTS: dict[str, dict[str, tuple[str, str]]] = {
    "fr": {
        "article": ("article", "articles"),
        "line": ("ligne", "lignes"),
        "dropped": ("phrase écartée", "phrases écartées"),
        "passage": ("passage trouvé", "passages trouvés"),
        "more": ("autre article", "autres articles"),
    },
    "en": {
        "article": ("article", "articles"),
        "line": ("line", "lines"),
        "dropped": ("sentence dropped", "sentences dropped"),
        "passage": ("passage found", "passages found"),
        "more": ("more article", "more articles"),
    },
}

LANGUAGES: dict[str, dict[str, str]] = {
    "fr": {"fr": "français", "en": "anglais", "de": "allemand", "es": "espagnol", "it": "italien", "pt": "portugais"},
    "en": {"fr": "French", "en": "English", "de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese"},
}

MONTHS: dict[str, tuple[str, ...]] = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}

# Characters that a reader cannot see, or that reorder or hide what is around them: controls, bidi marks and overrides
# (CVE-2021-42574), zero-width and blank letters, line separators, variation selectors and tags (which can carry a
# hidden text), lone surrogates. Tab, newline, soft hyphen and U+FE0E/U+FE0F (text or emoji shape) stay as they are.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def escape(text: str) -> str:
    """`text` as HTML text or a quoted attribute value: no markup survives, the invisible is shown (␀, <U+202E>)."""
    return html_escape(_HIDDEN.sub(_visible, text), quote=True)


def _visible(match: re.Match[str]) -> str:
    char, text, at = match.group(), match.string, match.start()
    if char == "\u200d" and 0 < at < len(text) - 1 and _is_emoji(text[at - 1]) and _is_emoji(text[at + 1]):
        return char  # joins two emoji into one picture
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"<U+{code:04X}>"


def _is_emoji(char: str) -> bool:
    return char == "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff" or unicodedata.category(char) == "So"


def page_language(accept_language: str) -> str:
    """ "fr" or "en", as an Accept-Language header ranks them; French when it is empty, English when it has neither."""
    ranked: list[tuple[float, int, str]] = []
    for order, part in enumerate(accept_language.lower().split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), order, tag[:2]))
        except ValueError:
            continue
    known = [tag for _, _, tag in sorted(ranked) if tag in WORDS]
    return known[0] if known else ("en" if accept_language.strip(" *") else "fr")


# --- the conversation -------------------------------------------------------------------------------------------------


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
    """`digest` of the cited characters: an article that changed since is never lit in the wrong place."""


def digest(quote: str) -> str:
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def pending_html(question: str, lang: str) -> str:
    """A turn whose answer has not begun."""
    return _turn(question, "live", _state(WORDS[lang]["waiting"]) + '<div class="cl-body"></div>', lang)


def note_html(question: str, note: str, lang: str, kind: str = "note") -> str:
    """A turn that ended without an answer: one line says why."""
    return _turn(question, kind, f'<div class="cl-body"><p class="cl-note">{escape(note)}</p></div>', lang)


def answer_html(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    """A turn: question, sentences with a numbered chip per citation, sources. `articles` gives titles and dates."""
    understood = _understood(answer.understood, lang)
    if answer.kind == "greeting":
        said = f'<p class="cl-text" lang="{escape(answer.language)}" dir="auto">{escape(answer.text)}</p>'
        return _turn(answer.question, "greeting" if answer.done else "live", f'<div class="cl-body">{said}</div>', lang)
    if not answer.done:
        return _turn(answer.question, "live", understood + _streaming(answer, articles, lang), lang)
    body = {"grounded": _grounded, "quoted": _quoted, "abstained": _abstained}[answer.status](answer, articles, lang)
    return _turn(answer.question, answer.status, understood + body + _dropped(answer, lang), lang)


def _turn(question: str, status: str, body: str, lang: str) -> str:
    busy = "true" if status == "live" else "false"
    return (
        f'<article class="cl-turn" lang="{lang}" data-status="{status}" aria-busy="{busy}">'
        f'<h2 class="cl-question" dir="auto">{escape(question.strip())}</h2>{body}</article>'
    )


def _understood(question: str, lang: str) -> str:
    """The question as it was understood, with a button that puts it into the box; nothing when it stood alone."""
    if not question:
        return ""
    words, said = WORDS[lang], escape(question)
    return (
        f'<p class="cl-understood">{words["understood"]}{words["colon"]}<span dir="auto">{said}</span> '
        f'<button type="button" class="cl-edit" data-question="{said}" title="{words["edit_title"]}">'
        f"{words['edit']}</button></p>"
    )


def _state(words: str, detail: str = "") -> str:
    detail = f'<span class="cl-detail">{escape(detail)}</span>' if detail else ""
    return f'<p class="cl-state" role="status"><span class="cl-status">{escape(words)}</span>{detail}</p>'


def _streaming(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    words = WORDS[lang]
    n_found = count(len(answer.hits), "passage", lang)
    state = _state(words["draft"] if answer.draft else words["reading"], n_found)
    draft = f'<p class="cl-draft" dir="auto">{escape(answer.draft)}</p>' if answer.draft else ""
    return f'{state}<div class="cl-body">{draft}</div>{_cards(words["found"], answer.hits, articles, lang)}'


def _took(answer: Answer, lang: str) -> str:
    seconds = f"{answer.timings.total / 1000:.1f}".replace(".", WORDS[lang]["decimal"])
    return f"{seconds} s" if answer.timings.total else ""


def numbered(answer: Answer) -> dict[Citation, int]:
    """The citations of an answer in the order they are read, each numbered once, from 1."""
    numbers: dict[Citation, int] = {}
    for claim in answer.supported:
        for citation in claim.citations:
            numbers.setdefault(citation, len(numbers) + 1)
    return numbers


def _grounded(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    numbers = numbered(answer)
    claims = " ".join(
        f'<span class="cl-claim">{_ending(claim.text, _chips(claim, i, numbers, articles, lang))}</span>'
        for i, claim in enumerate(answer.supported, start=1)
    )
    return (
        _state(WORDS[lang]["grounded"], _took(answer, lang))
        + f'<div class="cl-body"><p class="cl-text" lang="{escape(answer.language)}" dir="auto">{claims}</p>'
        + f"{_beside(answer)}</div>"
        + _sources(numbers, articles, lang)
        + _also_read(answer, articles, lang)
    )


def _beside(answer: Answer) -> str:
    """What is said beside the claims, such as which other articles there are."""
    return f'<p class="cl-note" dir="auto">{escape(answer.message)}</p>' if answer.message else ""


def _quoted(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    words, numbers = WORDS[lang], numbered(answer)
    quotes = []
    for i, claim in enumerate(answer.supported, start=1):
        places = "".join(f"<span>{_where(c.span, articles, lang)}</span>" for c in dict.fromkeys(claim.citations))
        # The characters themselves: the claim's text says in words where they stand, the page shows it.
        said = " ".join(" ".join(c.quote.split()) for c in claim.citations)
        quote = f"{words['open_quote']}{said}{words['close_quote']}"
        source = articles.get(claim.citations[0].span.article_id)
        quotes.append(
            f'<blockquote class="cl-quote"><p lang="{escape(source.language if source else "")}" dir="auto">'
            f"{_ending(quote, _chips(claim, i, numbers, articles, lang))}</p>"
            f'<p class="cl-from">{places}</p></blockquote>'
        )
    return (
        _state(words["quoted"], _took(answer, lang))
        + f'<div class="cl-body">{"".join(quotes)}{_beside(answer)}</div>'
        + _also_read(answer, articles, lang)
    )


def _abstained(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    words = WORDS[lang]
    text = escape(answer.message or words["abstained_text"])
    return (
        _state(words["abstained"], _took(answer, lang))
        + f'<div class="cl-body"><p class="cl-text" dir="auto">{text}</p></div>'
        + _cards(words["nearest"], answer.hits, articles, lang)
    )


def _dropped(answer: Answer, lang: str) -> str:
    """What the model wrote and no line supports: folded, struck, with the reason; never among the sentences."""
    dropped = [claim for claim in answer.claims if claim.verdict != "supported"]
    if not dropped:
        return ""
    items = "".join(
        f'<li><s dir="auto">{escape(claim.text)}</s>'
        f'<span class="cl-reason">{escape(claim.reason or WORDS[lang]["dropped_reason"])}</span></li>'
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
    words, span = WORDS[lang], citation.span
    lines = f"{words['line']} {span.first}"
    if span.last != span.first:
        lines = f"{words['lines']} {span.first} {words['to']} {span.last}"
    noun = words["citation" if kind == "cite" else "passage"]
    label = f"{noun} {n}{words['colon']}{_title(span.article_id, articles)}, {lines}"
    return (
        f'data-kind="{kind}" data-n="{n}" data-article="{escape_key(span.article_id)}" data-first="{span.first}"'
        f' data-last="{span.last}" data-start="{citation.start}" data-end="{citation.end}"'
        f' data-check="{digest(citation.quote)}" aria-label="{escape(label)}"'
    )


def escape_key(article_id: str) -> str:
    """An article id that survives the trip through the page unchanged, whatever it is made of: hex of its UTF-8."""
    return article_id.encode("utf-8", "surrogatepass").hex()


def unescape_key(key: str) -> str:
    """What `escape_key` was given. Raises ValueError if it was not."""
    return bytes.fromhex(key).decode("utf-8", "surrogatepass")


def _sources(numbers: Mapping[Citation, int], articles: Mapping[str, Article], lang: str) -> str:
    rows = "".join(
        f'<li><button type="button" class="cl-source cl-open" {_target(c, n, "cite", articles, lang)}>'
        f'<span class="cl-number" aria-hidden="true">{n}</span>{_where(c.span, articles, lang)}'
        f"</button></li>"
        for c, n in numbers.items()
    )
    return f'<section class="cl-sources"><h3>{WORDS[lang]["sources"]}</h3><ol>{rows}</ol></section>'


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
    title = WORDS[lang]["also_read"]
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
    return Citation(chunk.span, chunk.text, start, start + len(chunk.text))


def _where(span: Span, articles: Mapping[str, Article], lang: str) -> str:
    """Title, then date, file and lines."""
    article = articles.get(span.article_id)
    when = date_words(article.date, lang) if article else ""
    return (
        f'<span class="cl-title" dir="auto">{escape(_title(span.article_id, articles))}</span>'
        f'<span class="cl-meta" dir="auto">{escape(_join(when, str(span)))}</span>'
    )


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _title(article_id: str, articles: Mapping[str, Article]) -> str:
    article = articles.get(article_id)
    return article.title if article else article_id


def _snippet(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= SNIPPET_CHARS else flat[:SNIPPET_CHARS].rsplit(" ", 1)[0] + "…"


def count(n: int, noun: str, lang: str) -> str:
    """ "1 article", "12 articles"; French counts 0 as one."""
    one, many = COUNTS[lang][noun]
    single = n < 2 if lang == "fr" else n == 1
    return f"{n} {one if single else many}"


def date_words(date: str, lang: str) -> str:
    """An ISO date as a person writes it ("18 octobre 2023", "October 2023"); anything else comes back as it is."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?", date, re.ASCII)
    if match is None:
        return date
    year, month, day = match.groups()
    name = f"{MONTHS[lang][int(month) - 1]} {year}"
    if day is None:
        return name
    return f"{'1er' if lang == 'fr' and day == '01' else int(day)} {name}"


# --- the article ------------------------------------------------------------------------------------------------------


def article_html(article: Article, marks: Sequence[Mark], current: int, lang: str) -> str:
    """The article with its file's line numbers, cited characters in <mark>; those of mark number `current` stand out.

    A mark whose lines do not hold the characters it was made for lights nothing, and the page says so.
    """
    words = WORDS[lang]
    good = [mark for mark in marks if _holds(article, mark)]
    lit = _lit(article, good)
    cited = {line for mark in good for line in range(mark.first, mark.last + 1)}
    blocks = []
    for top in range(0, len(article.lines), BLOCK_LINES):
        rows = "".join(
            f'<li data-n="{n}"{" class=cl-cited" if n in cited else ""}>'
            f'<span dir="auto">{_line(line, lit.get(n, ()), current)}</span></li>\n'
            for n, line in enumerate(article.lines[top : top + BLOCK_LINES], start=top + 1)
        )
        n_lines = min(BLOCK_LINES, len(article.lines) - top)
        blocks.append(f'<ol class="cl-block" start="{top + 1}" style="--cl-n:{n_lines}">{rows}</ol>')
    stale = "" if len(good) == len(marks) else f'<p class="cl-stale" role="alert">{words["stale"]}</p>'
    meta = [article.id, date_words(article.date, lang), language_name(article.language, lang)]
    meta.append(count(len(article.lines), "line", lang))
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in meta if fact)
    width = len(str(len(article.lines)))
    return (
        f'<section class="cl-article" aria-label="{words["article"]}" data-article="{escape_key(article.id)}"'
        f' style="--cl-digits:{width}"><header class="cl-head"><div class="cl-headline">'
        f'<h2 dir="auto">{escape(article.title)}</h2>{_nav(words)}</div>'
        f'<p class="cl-facts" dir="auto">{facts}</p>{stale}</header>'
        f'<div class="cl-lines" role="region" tabindex="0" aria-label="{words["article_text"]}"'
        f' lang="{escape(article.language)}">{"".join(blocks)}</div></section>'
    )


def _nav(words: Mapping[str, str]) -> str:
    def button(go: str, face: str) -> str:
        return f'<button type="button" data-go="{go}" aria-label="{words[go]}" title="{words[go]}">{face}</button>'

    counter = '<span class="cl-count" aria-live="polite"></span>'
    return (
        f'<nav class="cl-nav" aria-label="{words["citations"]}">'
        f"{button('previous', '‹')}{counter}{button('next', '›')}{button('close', '×')}</nav>"
    )


def _holds(article: Article, mark: Mark) -> bool:
    if not 1 <= mark.first <= mark.last <= len(article.lines) or not 0 <= mark.start <= mark.end:
        return False
    return digest("\n".join(article.lines[mark.first - 1 : mark.last])[mark.start : mark.end]) == mark.check


def _lit(article: Article, marks: Iterable[Mark]) -> dict[int, list[tuple[int, int, int]]]:
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


def _line(line: str, stretches: Sequence[tuple[int, int, int]], current: int) -> str:
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


def shelf_html(articles: Sequence[Article], lang: str) -> str:
    """The article's place before an article is in it: what the library holds, newest first, each opened by a click."""
    words = WORDS[lang]
    newest = sorted(articles, key=lambda a: (a.date, a.title), reverse=True)[:SHELF_ARTICLES]
    rows = "".join(
        f'<li><button type="button" class="cl-spine" data-article="{escape_key(a.id)}">'
        f'<span class="cl-title" dir="auto">{escape(a.title)}</span>'
        f'<span class="cl-meta" dir="auto">{escape(_join(date_words(a.date, lang), a.id))}</span>'
        "</button></li>"
        for a in newest
    )
    more = len(articles) - len(newest)
    rest = f'<p class="cl-hint">{count(more, "more", lang)}</p>' if more else ""
    return (
        f'<section class="cl-shelf" aria-label="{words["library"]}" tabindex="-1"><h2>{words["library"]}</h2>'
        f'<p class="cl-hint">{words["pane_hint"]}</p><ul>{rows}</ul>{rest}</section>'
    )


def missing_html(article_id: str, lang: str, why: str = "missing") -> str:
    """The article's place when it cannot be shown: it is not in the library any more, or `why` in WORDS."""
    return (
        f'<section class="cl-nothing"><p dir="auto">{escape(article_id)}</p>'
        f'<p class="cl-hint" role="alert">{WORDS[lang][why]}</p></section>'
    )


# --- around them ------------------------------------------------------------------------------------------------------


def top_html(articles: Sequence[Article], lang: str) -> str:
    """The bar above: name, what the library holds (commonest language first), and that nothing leaves the machine."""
    words = WORDS[lang]
    codes = [code for code, _ in Counter(a.language for a in articles).most_common(3) if code]
    languages = escape(", ".join(language_name(code, lang) for code in codes))
    library = (
        f'<button type="button" class="cl-library" data-go="shelf">{count(len(articles), "article", lang)}'
        f'<span class="cl-languages"> · {languages}</span></button>'
    )
    return (
        f'<header class="cl-bar" lang="{lang}"><h1>citeline</h1>{library if articles else ""}'
        f'<span class="cl-badge" title="{words["local_title"]}">{words["local"]}</span></header>'
    )


def language_name(code: str, lang: str) -> str:
    return LANGUAGES[lang].get(code, code)


def welcome_html(articles: Sequence[Article], examples: Sequence[str], lang: str) -> str:
    """The conversation's place before the first question."""
    words = WORDS[lang]
    tries = "".join(
        f'<li><button type="button" class="cl-example" dir="auto">{escape(example)}</button></li>'
        for example in examples
    )
    tries = f'<h3>{words["try"]}</h3><ul class="cl-examples">{tries}</ul>' if tries else ""
    return (
        f'<section class="cl-welcome" aria-label="{words["conversation"]}"><h2>{words["invite"]}</h2>'
        f"<p>{words['promise']}</p>{tries}</section>"
    )


def loading_html(lang: str, error: str = "") -> str:
    """The conversation's place while the models load, or the line that says why they could not be."""
    words = WORDS[lang]
    if error:
        return (
            f'<section class="cl-welcome" role="alert"><h2>{words["broken"]}</h2>'
            f'<p class="cl-note">{escape(error)}</p></section>'
        )
    return (
        f'<section class="cl-welcome cl-loading"><h2>{words["invite"]}</h2>'
        f'<p role="status"><span class="cl-dot" aria-hidden="true"></span>{words["loading"]}</p></section>'
    )


def foot_html(llm_name: str, embedder_name: str, lang: str) -> str:
    """The line below: which models answer."""
    llm = WORDS[lang]["no_llm"] if llm_name in ("", "none") else llm_name
    names = "".join(f"<span>{escape(name)}</span>" for name in (llm, embedder_name) if name)
    return f'<footer class="cl-foot">{names}</footer>'
