"""The turns of a conversation as a session keeps them: what was asked and what it got, rendered again when needed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.text import terms
from index.types import Article
from rag.conversation import LOOK_BACK, Turn, turn_of
from rag.types import Answer
from ui.formats import joined
from ui.i18n import count, llm_words, words
from ui.web.render.answer import answer_html, earlier_html, note_html, stopped_html
from ui.web.render.checks import Searched
from ui.web.render.turn_bar import Place

if TYPE_CHECKING:
    from markupsafe import Markup

    from rag.pipeline import Answerer

ON_PAGE = 30
"""Turns above the live one; as many more come with each press of the button above them."""

MAX_UNKNOWN = 5
_WORD = re.compile(r"\w+(?:-\w+)*")


@dataclass(frozen=True, slots=True)
class Shown:
    """A question with the Answer it got, growing or whole, or the line that says why it got none."""

    question: str
    answer: Answer | None = None
    note: str = ""
    """Shown instead of an answer, or beside one that was stopped: a key of WORDS, or words as they are."""
    kind: str = "note"
    """Of the note: "note", "live", "stopped" or "failed"."""
    place: Place | None = None
    """Where the answer is kept, once it is whole."""
    n_before: int = 0
    """Questions of other windows and programs that have the model first."""

    @property
    def is_live(self) -> bool:
        return self.kind == "live" or (self.answer is not None and not self.answer.done and not self.note)


def turn_html(shown: Shown, answerer: Answerer | None, lang: str) -> Markup:
    """A turn as the page shows it; `answerer` gives titles and dates of the articles it speaks of."""
    said = words(lang).get(shown.note) or llm_words(shown.note, lang)
    note = count(shown.n_before, "before", lang) if shown.n_before else said
    if shown.answer is None:
        return note_html(shown.question, note, lang, shown.kind)
    articles = named(answerer, shown.answer) if answerer else {}
    if shown.note:
        return stopped_html(shown.question, shown.answer, note, articles, lang)
    searched = searched_for(answerer, shown.answer) if answerer else None
    return answer_html(shown.answer, articles, lang, shown.place, searched)


def past_html(turns: Sequence[Shown], answerer: Answerer | None, lang: str, most: int = ON_PAGE) -> Markup:
    """The last turns, oldest first, and that there are earlier ones if there are."""
    hidden = max(0, len(turns) - most)
    return earlier_html(hidden, lang) + joined(turn_html(shown, answerer, lang) for shown in turns[hidden:])


def talk_of(turns: Sequence[Shown]) -> str:
    """Name of the conversation that the turns are kept in, "" before the first one is."""
    return next((turn.place.talk for turn in reversed(turns) if turn.place), "")


def history_of(turns: Sequence[Shown]) -> list[Turn]:
    """What a follow-up may lean on: the last questions that got an answer."""
    said = [turn.answer for turn in turns if turn.answer and turn.answer.done and turn.answer.kind != "greeting"]
    return [turn_of(answer) for answer in said[-LOOK_BACK:]]


def named(answerer: Answerer, answer: Answer) -> dict[str, Article]:
    """The articles an Answer speaks of, by id; one that is gone is left out and shown by its id."""
    ids = {hit.chunk.span.article_id for hit in answer.hits}
    ids |= {citation.span.article_id for claim in answer.claims for citation in claim.citations}
    ids |= {citation.span.article_id for citation in answer.found}
    articles = {}
    for article_id in ids:
        try:
            articles[article_id] = answerer.article(article_id)
        except KeyError:
            continue
    return articles


def searched_for(answerer: Answerer, answer: Answer) -> Searched | None:
    """What was gone through for an answer that was not found; None for any other."""
    if not answer.done or answer.status != "abstained" or answer.kind == "greeting":
        return None
    asked, library = answer.asked, answerer.library
    unknown: list[str] = []
    if answer.language in library.languages:
        unknown = [word for word in _WORD.findall(asked) if terms(word, answer.language) and not library.says(word)]
    is_narrow = answer.filter is not None and answer.filter.is_applied
    n_articles = answer.filter.n_articles if answer.filter and is_narrow else len(answerer.articles())
    return Searched(n_articles, tuple(dict.fromkeys(unknown))[:MAX_UNKNOWN])
