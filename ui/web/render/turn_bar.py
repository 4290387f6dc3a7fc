"""Under an answer that is kept: copy it, say whether it is right. Pure; history.js gives the buttons their effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rag.types import Answer
from ui.conversations import Judgement
from ui.formats import render
from ui.i18n import talk_words

if TYPE_CHECKING:
    from markupsafe import Markup

_html = partial(render, "web/render/templates/turn_bar.html")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer that is on the page is kept."""

    talk: str
    turn: str
    """"" when it could not be kept."""
    is_judged_here: bool = True
    """False while nothing is kept on disk: a judgement would have no place."""
    judgement: Judgement = ""
    note: str = ""


def bar_html(answer: Answer, place: Place, lang: str) -> Markup:
    """The buttons under a turn; a line in their place when it could not be kept."""
    say = talk_words(lang)
    if not place.turn:
        return _html("unkept", say=say)
    can_judge = answer.kind != "greeting" and place.is_judged_here
    return _html("bar", place=place, titles=_titles(answer, say) if can_judge else (), say=say)


def _titles(answer: Answer, say: Mapping[str, str]) -> list[tuple[Judgement, str]]:
    """The judgements that fit an answer, each with what its button says of itself."""
    if answer.status == "abstained":
        return [("right", say["right_nothing_title"]), ("wrong", say["wrong_nothing_title"])]
    return [("right", say["right_title"]), ("wrong", say["wrong_title"]), ("line", say["line_title"])]
