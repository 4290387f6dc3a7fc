"""How an answer was checked, and what was searched when there is none, in plain words as HTML. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from index.types import Article
from rag.language import names
from rag.types import Answer
from ui.formats import render
from ui.i18n import count, words

if TYPE_CHECKING:
    from markupsafe import Markup

_FIGURE = re.compile(r"\d+(?:[\u202f\u00a0.,: ]\d+)*(?:\s?[%€$]|\s[^\W\d_]{3,})?")
MAX_FACTS = 6
_html = partial(render, "web/render/templates/checks.html")


@dataclass(frozen=True, slots=True)
class Searched:
    """What was gone through for an answer that was not found."""

    n_articles: int
    unknown: tuple[str, ...] = ()
    """Words of the question that stand in no article."""


def why_html(answer: Answer, articles: Mapping[str, Article], lang: str) -> Markup:
    """A fold under an answer: how it was checked, then each sentence with what was found on its lines."""
    say = words(lang)
    if answer.status == "abstained":
        asked_model = bool(answer.usage.completion_tokens or answer.claims)
        how = say["why_nothing_model" if asked_model else "why_nothing"]
        return _html("why", title=say["why"], how=how)
    if answer.status == "quoted":
        return _html("why", title=say["why"], how=say["why_quoted"])
    is_across = any(
        article.language != answer.language
        for claim in answer.supported
        for citation in claim.citations
        if (article := articles.get(citation.span.article_id))
    )
    claims = []
    for claim in answer.supported:
        text = claim.introduced(answer.language)
        places = ", ".join(str(citation.span) for citation in dict.fromkeys(claim.citations))
        claims.append((text, places, ", ".join(_facts(text, answer.language))))
    return _html("why_grounded", claims=claims, is_across=is_across, say=say)


def searched_html(searched: Searched, lang: str) -> Markup:
    """One line: how many articles were searched, and which words of the question are in none of them."""
    say = words(lang)
    line = f"{say['searched']}{say['colon']}{count(searched.n_articles, 'article', lang)}."
    if searched.unknown:
        unknown = ", ".join(f"{say['open_quote']}{word}{say['close_quote']}" for word in searched.unknown)
        line += f" {say['in_no_article']}{say['colon']}{unknown}."
    return _html("searched", line=line)


def _facts(text: str, language: str) -> Sequence[str]:
    """Numbers and names of a claim as they are written in it, which the check has looked for one by one."""
    figures = [match.group().strip() for match in _FIGURE.finditer(text)]
    return list(dict.fromkeys([*figures, *names(text, language)]))[:MAX_FACTS]
