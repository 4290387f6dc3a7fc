"""The conversations of the page: kept, opened again, and what history.js asks for. Nothing that it sends is trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.types import Answer
from ui.conversations import History, KeptTurn, answer_markdown, conversation_json, conversation_markdown, sources_of
from ui.i18n import talk_words
from ui.services import OpenLibrary
from ui.web.conversations.view import Asked, list_html, view_html
from ui.web.render.turn_bar import Place
from ui.web.script_functions import for_script
from ui.web.turns import Shown, named

if TYPE_CHECKING:
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)


class Talks:
    """The conversations of the library that the page answers from; in memory only when nothing is to be kept."""

    def __init__(self, library: OpenLibrary, keep: bool = True) -> None:
        self._library = library
        self._keep = keep
        self._histories: dict[Path, History] = {}

    @property
    def history(self) -> History | None:
        """Of the library that is served now; None while none is."""
        answerer = self._library.answerer
        return None if answerer is None else self._of(answerer)

    def _of(self, answerer: Answerer) -> History:
        path = answerer.library_path
        if path not in self._histories:
            self._histories[path] = History.of(path) if self._keep else History(None)
        return self._histories[path]

    def keep(self, talk: str, answer: Answer, answerer: Answerer) -> Place:
        """Keep an answer at the end of a conversation; a Place without a turn when the disk does not take it."""
        history = self._of(answerer)
        try:
            talk, turn = history.append(talk, answer, sources_of(answer, named(answerer, answer)))
        except OSError as error:
            log.error("an answer could not be kept in the history: %s", error)
            return Place(talk, "")
        return _place(talk, turn, history)

    def shown(self, talk: str) -> list[Shown]:
        """The turns of a conversation as the page keeps them. Raises KeyError when there is none of that name."""
        if (history := self.history) is None:
            raise KeyError(talk)
        turns = history.open(talk).turns
        return [Shown(turn.answer.question, turn.answer, place=_place(talk, turn, history)) for turn in turns]

    def functions(self) -> list[Callable[[Any], Any]]:
        """What history.js may call."""
        return [
            for_script(each)
            for each in (self.listing, self.copied, self.exported, self.judge, self.delete_conversation)
        ]

    # --- what history.js calls: one dictionary in, whatever it holds -------------------------------------------------

    def listing(self, wanted: Any) -> str:
        """The view: {lang, query, more (how many are listed already), talk (the one on the page)}."""
        asked = Asked.of(wanted)
        history = self.history
        if history is None:
            return ""
        if asked.is_list_only:
            return list_html(history.conversations(asked.query), asked)
        return view_html(history, asked)

    def copied(self, wanted: Any) -> str:
        """A turn as Markdown: {talk, turn, lang}; "" when it is not there any more."""
        asked = Asked.of(wanted)
        try:
            return answer_markdown(self._open().turn(asked.talk, asked.turn), asked.lang)
        except KeyError:
            return ""

    def exported(self, wanted: Any) -> dict[str, str]:
        """A conversation as a file: {talk, format, lang} -> {name, type, text}; {} when it is not there any more."""
        asked = Asked.of(wanted)
        try:
            turns = self._open().open(asked.talk).turns
        except KeyError:
            return {}
        if not turns:
            return {}
        name = f"citeline-{turns[0].when[:10]}-{asked.talk[:6]}"
        if asked.format == "json":
            return {"name": f"{name}.json", "type": "application/json", "text": conversation_json(turns)}
        return {"name": f"{name}.md", "type": "text/markdown", "text": conversation_markdown(turns, asked.lang)}

    def judge(self, wanted: Any) -> dict[str, Any]:
        """Keep what the reader says: {talk, turn, as, note, lang} -> {as, said}, or {said} when it could not be."""
        asked = Asked.of(wanted)
        say = talk_words(asked.lang)
        try:
            self._open().judge(asked.talk, asked.turn, asked.judgement, asked.note)
        except KeyError:
            return {"said": say["lost"]}
        except OSError:
            log.exception("a judgement could not be kept")
            return {"said": say["failed"]}
        said = say[f"kept_{asked.judgement}"] if asked.judgement else say["taken_back"]
        return {"as": asked.judgement, "note": asked.note, "said": say["note_kept"] if asked.is_note else said}

    def delete_conversation(self, wanted: Any) -> dict[str, Any]:
        """Delete {talk}, or {all: true}: {deleted: how many, said}."""
        asked = Asked.of(wanted)
        say = talk_words(asked.lang)
        try:
            n = self._open().delete_all() if asked.is_all else int(self._open().delete(asked.talk))
        except (OSError, KeyError):
            log.exception("a conversation could not be deleted")
            return {"deleted": 0, "said": say["failed"]}
        return {"deleted": n, "said": say["deleted"]}

    def _open(self) -> History:
        """Raises KeyError while no library is served."""
        if (history := self.history) is None:
            raise KeyError("no library")
        return history


def _place(talk: str, turn: KeptTurn, history: History) -> Place:
    return Place(talk, turn.id, history.is_kept, turn.judgement, turn.note)


def talk_named(event: Any) -> str:
    """The name of a conversation that an event of the page carries, "" when it carries none."""
    return Asked.of(event).talk


def n_shown(event: Any) -> int:
    """How many earlier turns are on the page, as an event says; 0 when it does not."""
    return Asked.of(event).more
