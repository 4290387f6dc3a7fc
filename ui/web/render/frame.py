"""What stands around the conversation, as HTML: the bar above, the welcome; the line below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from index.types import Article
from rag.generation.remote import Destination
from ui.formats import render
from ui.i18n import count, language_name, words

if TYPE_CHECKING:
    from markupsafe import Markup

_html = partial(render, "web/render/templates/frame.html")


def top_html(articles: Sequence[Article], lang: str, away: Destination | None = None, is_ready: bool = True) -> Markup:
    """The bar above: name, what the library holds (commonest language first), and that nothing leaves the machine.

    Or that questions and lines go to the language model `away`. What it holds is not known until it `is_ready`.
    """
    say = words(lang)
    codes = [code for code, _ in Counter(a.language for a in articles).most_common(3) if code]
    badge, badge_title = _badge(say, away)
    return _html(
        "top",
        holds=count(len(articles), "article", lang),
        languages=", ".join(language_name(code, lang) for code in codes),
        is_ready=is_ready,
        badge=badge,
        badge_title=badge_title,
        say=say,
        lang=lang,
    )


def _badge(say: Mapping[str, str], away: Destination | None) -> tuple[str, str]:
    """What the badge says, and what it says when one points at it."""
    if away is None:
        return say["local"], say["local_title"]
    title = say["away_proxy" if away.proxy else "away_title"].format(host=away.host, proxy=away.proxy)
    return say["away"].format(host=away.host), title


def welcome_html(articles: Sequence[Article], examples: Sequence[str], lang: str) -> Markup:
    """The conversation's place before the first question; without an article, the way to add some."""
    return _html("welcome", is_empty=not articles, examples=examples, say=words(lang))


def loading_html(lang: str, error: str = "") -> Markup:
    """The conversation's place while the models load, or the line that says why they could not be."""
    return _html("loading", error=error, say=words(lang))


def foot_html(llm_name: str, embedder_name: str, lang: str) -> Markup:
    """The line below: which models answer."""
    llm = words(lang)["no_llm"] if llm_name in ("", "none") else llm_name
    return _html("foot", names=list(filter(None, (llm, embedder_name))))
