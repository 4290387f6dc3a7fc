"""Under an answer that is kept: copy it, say whether it is right. Pure; history.js gives the buttons their effect."""

from __future__ import annotations

from dataclasses import dataclass

from rag.types import Answer
from ui.conversations import Judgement
from ui.formats import escape
from ui.i18n import talk_words


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


def bar_html(answer: Answer, place: Place, lang: str) -> str:
    """The buttons under a turn; a line in their place when it could not be kept."""
    say = talk_words(lang)
    if not place.turn:
        return f'<p class="cl-turn-bar cl-unkept">{say["unkept"]}</p>'
    judging = "" if answer.kind == "greeting" or not place.is_judged_here else _judging(answer, place, lang)
    return (
        f'<div class="cl-turn-bar" role="group" aria-label="{say["tools"]}" data-talk="{place.talk}"'
        f' data-turn="{place.turn}">'
        f'<button type="button" class="cl-tool" data-do="copy" title="{say["copy_title"]}"'
        f' data-copied="{say["copied"]}" data-failed="{say["not_copied"]}" data-lost="{say["lost"]}">'
        f"{say['copy']}</button>"
        f'{judging}<span class="cl-said" role="status"></span></div>'
    )


def _judging(answer: Answer, place: Place, lang: str) -> str:
    say = talk_words(lang)
    titles = {each: say[f"{each}_title"] for each in ("right", "wrong", "line")}
    if answer.status == "abstained":
        titles = {each: say[f"{each}_nothing_title"] for each in ("right", "wrong")}
    buttons = "".join(
        f'<button type="button" class="cl-tool" data-do="judge" data-as="{each}" title="{title}"'
        f' aria-pressed="{"true" if each == place.judgement else "false"}">{say[each]}</button>'
        for each, title in titles.items()
    )
    hidden = "" if place.judgement else " hidden"
    note = (
        f'<span class="cl-remark"{hidden}><input type="text" class="cl-note-box" maxlength="500" dir="auto"'
        f' aria-label="{say["note"]}" placeholder="{say["note"]}" value="{escape(place.note)}">'
        f'<button type="button" class="cl-tool" data-do="note">{say["keep"]}</button></span>'
    )
    return f'<span class="cl-verdict" role="group" aria-label="{say["verdict"]}">{buttons}</span>{note}'
