"""The history as HTML: the view, the list of conversations, and what the page asked for made harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from ui.conversations import History, Judgement, Summary
from ui.formats import escape
from ui.i18n import date_words, dotted, n_questions, talk_words

ON_VIEW = 50
"""Conversations that are listed at once."""
MAX_QUERY = 200


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


def view_html(history: History, asked: Asked) -> str:
    """The whole view: heading, what can be done with the conversation on the page, search, list, the question asked
    before something is deleted."""
    say = talk_words(asked.lang)
    head = (
        f'<header class="cl-talks-head"><h2 tabindex="-1">{say["history"]}</h2>'
        f'<button type="button" class="cl-tool" data-do="close" aria-label="{say["close"]}" title="{say["close"]}">×'
        "</button></header>"
    )
    if not history.is_kept:
        rest = f'<p class="cl-hint">{say["off"]}</p>'
    else:
        found = history.conversations(asked.query)
        search = (
            f'<input type="search" class="cl-talk-search" aria-label="{say["search"]}" placeholder="{say["search"]}"'
            f' maxlength="{MAX_QUERY}" value="{escape(asked.query)}">'
        )
        rest = (
            f'<p class="cl-hint">{say["where"]}</p>{search}'
            f'<div class="cl-talk-list" aria-live="polite">{list_html(found, asked)}</div>'
        )
    return f'<section class="cl-talks" aria-label="{say["history"]}">{head}{_this(asked)}{rest}{_sure(say)}</section>'


def _this(asked: Asked) -> str:
    """Saving the conversation that is on the page; nothing before its first answer."""
    if not asked.talk:
        return ""
    say = talk_words(asked.lang)
    return (
        f'<div class="cl-this" role="group" aria-label="{say["this"]}" data-talk="{escape(asked.talk)}">'
        f"<span>{say['this']}</span>{_saving(say)}"
        '<span class="cl-said" role="status"></span></div>'
    )


def _saving(say: Mapping[str, str]) -> str:
    return "".join(
        f'<button type="button" class="cl-tool" data-do="export" data-format="{each}" title="{say[f"{each}_title"]}">'
        f"{say[each]}</button>"
        for each in ("markdown", "json")
    )


def list_html(found: list[Summary], asked: Asked) -> str:
    """The conversations, newest first, with what can be done with each."""
    say = talk_words(asked.lang)
    if not found:
        return f'<p class="cl-hint">{say["none_found" if asked.query.strip() else "none"]}</p>'
    shown = found[: asked.more + ON_VIEW]
    rows = "".join(_row(each, asked) for each in shown)
    rest = len(found) - len(shown)
    more = (
        f'<button type="button" class="cl-tool" data-do="more" data-more="{len(shown)}">{say["more"]} ({rest})</button>'
        if rest
        else ""
    )
    clear = f'<button type="button" class="cl-tool" data-do="delete-all">{say["delete_all"]}</button>'
    return f'<ul class="cl-talk-rows">{rows}</ul><p class="cl-talk-end">{more}{"" if asked.query else clear}</p>'


def _row(summary: Summary, asked: Asked) -> str:
    say, title = talk_words(asked.lang), escape(_short(summary.title))
    damaged = ""
    if summary.n_damaged:
        damaged = f"{summary.n_damaged} {say['one_damaged' if summary.n_damaged == 1 else 'damaged']}"
    facts = dotted(when_words(summary.when, asked.lang), n_questions(summary.n_turns, asked.lang), damaged)
    here = ' aria-current="true"' if summary.id == asked.talk else ""
    return (
        f'<li class="cl-talk-row" data-talk="{summary.id}">'
        f'<button type="button" class="cl-talk-open" data-do="open"{here}>'
        f'<span class="cl-title" dir="auto">{title}</span><span class="cl-meta">{escape(facts)}</span></button>'
        f'<span class="cl-talk-tools">{_saving(say)}<button type="button" class="cl-tool" data-do="delete"'
        f' aria-label="{say["delete"]}{say["colon"]}{title}">{say["delete"]}</button></span></li>'
    )


def _sure(say: Mapping[str, str]) -> str:
    return (
        f'<dialog class="cl-sure"><p data-one="{say["delete_one_sure"]}" data-all="{say["delete_all_sure"]}"></p>'
        f'<p class="cl-sure-title" dir="auto"></p><div><button type="button" class="cl-tool" data-do="cancel">'
        f'{say["cancel"]}</button><button type="button" class="cl-tool cl-danger" data-do="sure">{say["delete"]}'
        "</button></div></dialog>"
    )


def _short(title: str, most: int = 160) -> str:
    flat = " ".join(title.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + "…"


def when_words(when: str, lang: str) -> str:
    """A moment as this machine's clock showed it: "22 novembre 2026, 10:41"."""
    local = datetime.fromisoformat(when).astimezone()
    return f"{date_words(local.date().isoformat(), lang)}, {local:%H:%M}"
