"""Which articles an answer is from, when words of its question narrow them, as one line of HTML. Pure."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from rag.filters import ALL_ARTICLES, line
from rag.types import Answer
from ui.formats import render, text_html
from ui.i18n import everywhere_words

if TYPE_CHECKING:
    from markupsafe import Markup

_html = partial(render, "web/render/templates/filter.html")


def filter_html(answer: Answer, lang: str) -> Markup:
    """What was done with the filter of an answer, and a button that asks again without it; "" when there is none."""
    found = answer.filter
    if found is None:
        return text_html("")
    say = everywhere_words(lang) if found.is_applied else {"label": "", "title": ""}
    return _html(
        "filter", line=line(found, lang), question=without_filter(answer), label=say["label"], title=say["title"]
    )


def without_filter(answer: Answer) -> str:
    """The question as one types it to have it asked of all articles: the words that lift a filter stand behind it."""
    question = answer.understood or answer.question
    if answer.filter and answer.filter.is_explicit:
        question = answer.filter.question
    return f"{question} ({ALL_ARTICLES.get(answer.language, ALL_ARTICLES['en'])})"
