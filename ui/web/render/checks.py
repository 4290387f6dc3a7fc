"""How an answer was checked, and what was searched when there is none, in plain words as HTML. Pure; see `escape`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.types import Article
from rag.language import names
from rag.types import Answer, Claim
from ui.formats import escape
from ui.i18n import count, words

_FIGURE = re.compile(r"\d+(?:[\u202f\u00a0.,: ]\d+)*(?:\s?[%€$]|\s[^\W\d_]{3,})?")
MAX_FACTS = 6


@dataclass(frozen=True, slots=True)
class Searched:
    """What was gone through for an answer that was not found."""

    n_articles: int
    unknown: tuple[str, ...] = ()
    """Words of the question that stand in no article."""


def why_html(answer: Answer, articles: Mapping[str, Article], lang: str) -> str:
    """A fold under an answer: how it was checked, then each sentence with what was found on its lines."""
    say = words(lang)
    if answer.status == "abstained":
        asked_model = bool(answer.usage.completion_tokens or answer.claims)
        how = say["why_nothing_model" if asked_model else "why_nothing"]
        return _fold(say["why"], f"<p>{how}</p>")
    if answer.status == "quoted":
        return _fold(say["why"], f"<p>{say['why_quoted']}</p>")
    rows = "".join(_row(claim, answer.language, lang) for claim in answer.supported)
    across = any(
        article.language != answer.language
        for claim in answer.supported
        for citation in claim.citations
        if (article := articles.get(citation.span.article_id))
    )
    more = f"<p>{say['why_across']}</p>" if across else ""
    return _fold(say["why"], f"<p>{say['why_grounded']}</p>{more}<ol>{rows}</ol>")


def searched_html(searched: Searched, lang: str) -> str:
    """One line: how many articles were searched, and which words of the question are in none of them."""
    say = words(lang)
    line = f"{say['searched']}{say['colon']}{count(searched.n_articles, 'article', lang)}."
    if searched.unknown:
        unknown = ", ".join(f"{say['open_quote']}{escape(word)}{say['close_quote']}" for word in searched.unknown)
        line += f" {say['in_no_article']}{say['colon']}{unknown}."
    return f'<p class="cl-searched">{line}</p>'


def _row(claim: Claim, language: str, lang: str) -> str:
    say = words(lang)
    places = ", ".join(str(citation.span) for citation in dict.fromkeys(claim.citations))
    text = claim.introduced(language)
    facts = _facts(text, language)
    found = f" {say['there']}{say['colon']}{escape(', '.join(facts))}." if facts else ""
    return (
        f'<li><span class="cl-ok">{say["supported"]}</span> '
        f'<span dir="auto">{say["open_quote"]}{escape(text)}{say["close_quote"]}</span>'
        f'<span class="cl-proof" dir="auto">{escape(places)}.{found}</span></li>'
    )


def _facts(text: str, language: str) -> Sequence[str]:
    """Numbers and names of a claim as they are written in it, which the check has looked for one by one."""
    figures = [match.group().strip() for match in _FIGURE.finditer(text)]
    return list(dict.fromkeys([*figures, *names(text, language)]))[:MAX_FACTS]


def _fold(title: str, body: str) -> str:
    return f'<details class="cl-fold cl-why"><summary>{title}</summary>{body}</details>'
