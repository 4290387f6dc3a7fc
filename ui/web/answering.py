"""A question of the page on its way to its answer: what its turn shows meanwhile, and when it ends without one."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from index.errors import CitelineIndexError
from rag.errors import RagError
from ui.services import QueueFull
from ui.web.running import Run
from ui.web.turns import Shown, history_of, talk_of

if TYPE_CHECKING:
    from ui.services import OpenLibrary
    from ui.web.conversations.controller import Talks

log = logging.getLogger(__name__)

SHOWN_CHARS = 1000
"""Of a question that was refused; it may have been refused for its length."""


def question_of(event: Any) -> str:
    """The question that an event of the page carries, "" for anything else."""
    text = event.get("question") if isinstance(event, dict) else None
    return text if isinstance(text, str) else ""


def pending(question: str) -> Shown:
    """A turn before anything is known of it."""
    return Shown(question[:SHOWN_CHARS], note="waiting", kind="live")


def settled(shown: Shown) -> Shown:
    """A turn as it ends here: what was found stays, what the model has begun to write does not."""
    return replace(shown, note="stopped", kind="stopped", n_before=0) if shown.is_live else shown


def until_stopped(growing: Iterator[Shown], run: Run, first: Shown) -> Iterator[Shown]:
    """What `growing` yields. Once `run` is stopped nothing more of it, but the turn as it ends there."""
    shown = first
    for each in growing:
        if run.is_stopped:
            break
        shown = each
        yield shown
    if run.is_stopped and shown.is_live:
        yield settled(shown)


def grow(library: OpenLibrary, talks: Talks, question: str, turns: Sequence[Shown], run: Run) -> Generator[Shown]:
    """The turn of a question, a few times a second: waiting, growing, then with its answer or why there is none.

    While it waits the same one comes again. Closing it stops the waiting or the answer.
    """
    shown = pending(question)
    without = Shown(shown.question)
    if (answerer := library.answerer) is None:
        yield replace(without, note=library.error or "loading")
        return
    try:
        with closing(library.queue.stream(answerer, question, history_of(turns))) as stream:
            run.interrupt = stream.stop
            for answer in stream:
                if answer is None:  # somebody else has the model
                    if stream.n_before != shown.n_before:
                        shown = replace(shown, n_before=stream.n_before)
                    yield shown
                    continue
                shown = Shown(shown.question, answer)
                if answer.done and answer.kind != "greeting":
                    shown = replace(shown, place=talks.keep(talk_of(turns), answer, answerer))
                yield shown
    except QueueFull:
        yield replace(without, note="busy")
    except (RagError, CitelineIndexError) as error:
        yield replace(without, note=str(error))
    except Exception:  # the page's edge: the reader gets one line, the terminal gets the traceback
        log.exception("a question failed")
        yield replace(without, note="failed", kind="failed")
