"""Questions that are not answered yet, and that citeline does not answer: what asking.js and away.js show of them.

Each language is a template in the page: both scripts hold no words, and go on when the server has gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.config import Config
from ui.formats import escape
from ui.i18n import PAGE_LANGUAGES, box_words
from ui.services import QUEUE_SIZE

MORE: dict[str, tuple[str, ...]] = {
    "waiting": ("back",),
    "lost": ("again", "edit", "drop"),
    "aside": ("again", "edit", "drop"),
}
"""What can be done with a question, by its state."""


def asking_html() -> str:
    """What stands between the conversation and the box."""
    return (
        "".join(map(_asking, PAGE_LANGUAGES))
        + '<section class="cl-asking" hidden><ol></ol></section><p class="cl-said-here" role="status"></p>'
        + '<p class="cl-hidden" role="status"></p>'
    )


def away_html() -> str:
    """Whether the server has gone, which away.js shows."""
    return "".join(map(_away, PAGE_LANGUAGES)) + '<div class="cl-away" role="alert"></div>'


def _button(do: str, say: Mapping[str, str]) -> str:
    return f'<button type="button" class="cl-edit" data-kept="{do}" title="{say[f"{do}_title"]}">{say[do]}</button>'


def _asking(lang: str) -> str:
    say = box_words(lang)
    said = "".join(f' data-{name}="{escape(say[name])}"' for name in ("queued", "long", "empty", "full", "kept"))
    rows = ""
    for state, todo in MORE.items():
        buttons = " · ".join(_button(each, say) for each in todo)
        rows += (
            f'<li class="cl-kept" data-state="{state}"><span class="cl-kept-state">{say[state]}</span>'
            f'<span class="cl-kept-question" dir="auto"></span><span class="cl-kept-do">{buttons}</span></li>'
        )
    return (
        f'<template lang="{lang}" data-chars="{Config().question_chars}" data-most="{QUEUE_SIZE}"'
        f' data-label="{escape(say["label"])}"{said}>{rows}</template>'
    )


def _away(lang: str) -> str:
    say = box_words(lang)
    return f'<template lang="{lang}" data-cut="{escape(say["cut"])}"><p>{say["away"]}</p></template>'
