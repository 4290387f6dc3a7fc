"""Questions that are not answered yet, and that citeline does not answer: what asking.js and away.js show of them.

Each language is a template in the page: both scripts hold no words, and go on when the server has gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from rag.config import Config
from ui.formats import escape
from ui.services import QUEUE_SIZE

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "label": "Questions sans réponse",
        "waiting": "En attente, nº\u00a0{n}",
        "lost": "Restée sans réponse",
        "aside": "Mise de côté",
        "again": "relancer",
        "again_title": "Poser cette question",
        "edit": "modifier",
        "edit_title": "Mettre cette question dans la zone de saisie",
        "back": "reprendre",
        "back_title": "Ne pas la poser\u00a0: la remettre dans la zone de saisie",
        "drop": "retirer",
        "drop_title": "Oublier cette question",
        "queued": "Question en attente, nº\u00a0{n}.",
        "long": "La question a {n} caractères, {most} au plus sont lus\u00a0: raccourcissez-la.",
        "empty": "Il n’y a pas de mot dans cette question.",
        "full": "{most} questions attendent déjà\u00a0: celle-ci reste ici.",
        "kept": "citeline ne répond plus\u00a0: la question reste ici.",
        "away": "citeline ne répond plus. Relancez <kbd>citeline serve</kbd> dans le terminal\u00a0: cette page"
        " reprendra d’elle-même, et vos questions sont gardées.",
        "cut": "Interrompue\u00a0: citeline ne répond plus.",
    },
    "en": {
        "label": "Questions without an answer",
        "waiting": "Waiting, no.\u00a0{n}",
        "lost": "Not answered",
        "aside": "Set aside",
        "again": "ask again",
        "again_title": "Ask this question",
        "edit": "edit",
        "edit_title": "Put this question into the box",
        "back": "take back",
        "back_title": "Do not ask it: put it back into the box",
        "drop": "remove",
        "drop_title": "Forget this question",
        "queued": "Question waiting, no.\u00a0{n}.",
        "long": "The question has {n} characters, at most {most} are read: shorten it.",
        "empty": "There is no word in this question.",
        "full": "{most} questions are waiting already: this one stays here.",
        "kept": "citeline no longer answers: the question stays here.",
        "away": "citeline no longer answers. Start <kbd>citeline serve</kbd> again in the terminal: this page will"
        " go on by itself, and your questions are kept.",
        "cut": "Cut off: citeline no longer answers.",
    },
}
MORE: dict[str, tuple[str, ...]] = {
    "waiting": ("back",),
    "lost": ("again", "edit", "drop"),
    "aside": ("again", "edit", "drop"),
}
"""What can be done with a question, by its state."""


def _button(do: str, say: Mapping[str, str]) -> str:
    return f'<button type="button" class="cl-edit" data-kept="{do}" title="{say[f"{do}_title"]}">{say[do]}</button>'


def _asking(lang: str) -> str:
    say = WORDS[lang]
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
    say = WORDS[lang]
    return f'<template lang="{lang}" data-cut="{escape(say["cut"])}"><p>{say["away"]}</p></template>'


ASKING_HTML = (
    "".join(map(_asking, WORDS))
    + '<section class="cl-asking" hidden><ol></ol></section><p class="cl-said-here" role="status"></p>'
    + '<p class="cl-hidden" role="status"></p>'
)
"""Between the conversation and the box."""
AWAY_HTML = "".join(map(_away, WORDS)) + '<div class="cl-away" role="alert"></div>'
