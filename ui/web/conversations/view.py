"""The history as HTML: the view, the list of conversations, and what the page asked for made harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from ui.conversations import History, Judgement, Summary
from ui.formats import render
from ui.i18n import date_words, dotted, n_questions, talk_words

if TYPE_CHECKING:
    from markupsafe import Markup

ON_VIEW = 50
"""Conversations that are listed at once."""
MAX_QUERY = 200
_html = partial(render, "web/conversations/templates/view.html")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page sent, made harmless: a name that is none names nothing."""

    lang: str = "fr"
    talk: str = ""
    turn: str = ""
    query: str = ""
    format: str = "markdown"
    judgement: Judgement = ""
    note: str = ""
    more: int = 0
    is_note: bool = False
    is_all: bool = False
    is_list_only: bool = False

    @classmethod
    def of(cls, wanted: Any) -> Asked:
        asked: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {}

        def text(key: str, most: int = 40) -> str:
            value = asked.get(key)
            return value[:most] if isinstance(value, str) else ""

        more, judgement = asked.get("more"), text("as")
        return cls(
            lang="en" if asked.get("lang") == "en" else "fr",
            talk=text("talk"),
            turn=text("turn"),
            query=text("query", MAX_QUERY),
            format="json" if asked.get("format") == "json" else "markdown",
            judgement=next((each for each in get_args(Judgement) if each == judgement), ""),
            note=text("note", 500),
            more=more if isinstance(more, int) and 0 < more < 1_000_000 else 0,
            is_note=asked.get("noting") is True,
            is_all=asked.get("all") is True,
            is_list_only=asked.get("list") is True,
        )


def view_html(history: History, asked: Asked) -> Markup:
    """The whole view: heading, what can be done with the conversation on the page, search, list, the question asked
    before something is deleted."""
    found = list_html(history.conversations(asked.query), asked) if history.is_kept else None
    return _html("view", found=found, query=asked.query, most=MAX_QUERY, talk=asked.talk, say=talk_words(asked.lang))


def list_html(found: list[Summary], asked: Asked) -> Markup:
    """The conversations, newest first, with what can be done with each."""
    say = talk_words(asked.lang)
    if not found:
        return _html("none_found", text=say["none_found" if asked.query.strip() else "none"])
    shown = found[: asked.more + ON_VIEW]
    rows = [(each.id, _short(each.title), _facts(each, asked.lang), each.id == asked.talk) for each in shown]
    return _html("conversations", rows=rows, rest=len(found) - len(shown), is_search=bool(asked.query), say=say)


def _facts(summary: Summary, lang: str) -> str:
    say, damaged = talk_words(lang), ""
    if summary.n_damaged:
        damaged = f"{summary.n_damaged} {say['one_damaged' if summary.n_damaged == 1 else 'damaged']}"
    return dotted(when_words(summary.when, lang), n_questions(summary.n_turns, lang), damaged)


def _short(title: str, most: int = 160) -> str:
    flat = " ".join(title.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + "…"


def when_words(when: str, lang: str) -> str:
    """A moment as this machine's clock showed it: "22 novembre 2026, 10:41"."""
    local = datetime.fromisoformat(when).astimezone()
    return f"{date_words(local.date().isoformat(), lang)}, {local:%H:%M}"
