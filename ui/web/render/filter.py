"""Which articles an answer is from, when words of its question narrow them, as one line of HTML. Pure."""

from __future__ import annotations

from rag.filters import ALL_ARTICLES, line
from rag.types import Answer
from ui.formats import escape
from ui.i18n import everywhere_words


def filter_html(answer: Answer, lang: str) -> str:
    """What was done with the filter of an answer, and a button that asks again without it; "" when there is none."""
    found = answer.filter
    if found is None:
        return ""
    button = ""
    if found.is_applied:
        say = everywhere_words(lang)
        button = (
            f' · <button type="button" class="cl-everywhere cl-edit" data-question="{escape(without_filter(answer))}"'
            f' title="{say["title"]}">{say["label"]}</button>'
        )
    return f'<p class="cl-filter cl-understood" dir="auto">{escape(line(found, lang))}{button}</p>'


def without_filter(answer: Answer) -> str:
    """The question as one types it to have it asked of all articles: the words that lift a filter stand behind it."""
    question = answer.understood or answer.question
    if answer.filter and answer.filter.is_explicit:
        question = answer.filter.question
    return f"{question} ({ALL_ARTICLES.get(answer.language, ALL_ARTICLES['en'])})"
