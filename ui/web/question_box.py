"""Questions that are not answered yet, and that citeline does not answer: what asking.js and away.js show of them.

Each language is a template in the page: both scripts hold no words, and go on when the server has gone.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from rag.config import Config
from ui.formats import joined, render
from ui.i18n import PAGE_LANGUAGES, box_words
from ui.services import QUEUE_SIZE

if TYPE_CHECKING:
    from markupsafe import Markup

_html = partial(render, "web/templates/question_box.html")

MORE: dict[str, tuple[str, ...]] = {
    "waiting": ("back",),
    "lost": ("again", "edit", "drop"),
    "aside": ("again", "edit", "drop"),
}
"""What can be done with a question, by its state."""


def asking_html() -> Markup:
    """What stands between the conversation and the box."""
    return joined(map(_asking, PAGE_LANGUAGES)) + _html("asking_place")


def away_html() -> Markup:
    """Whether the server has gone, which away.js shows."""
    return joined(map(_away, PAGE_LANGUAGES)) + _html("away_place")


def _asking(lang: str) -> Markup:
    return _html(
        "asking",
        question_chars=Config().question_chars,
        queue_size=QUEUE_SIZE,
        todo=list(MORE.items()),
        say=box_words(lang),
        lang=lang,
    )


def _away(lang: str) -> Markup:
    say = box_words(lang)
    before, command, after = re.split("</?kbd>", say["away"])
    return _html("away", before=before, command=command, after=after, cut=say["cut"], lang=lang)
