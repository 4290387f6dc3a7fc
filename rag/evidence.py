"""Turn hits and what the reader found in them into the numbered sentences shown to the model, within a token budget."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from index.text import sentences, span_at
from index.types import Article, Hit
from rag.language import is_order
from rag.types import Citation, Kind


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, as it is there: `article.text[start:end]`."""

    article: Article
    start: int
    end: int
    text: str
    context: str
    """The chunk around it, the headline and the date: where a name that the sentence omits may be."""

    @property
    def key(self) -> tuple[str, int]:
        return self.article.id, self.start

    def citation(self) -> Citation:
        """Return its lines and exact characters."""
        return cite(self.article, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit, split into sentences, with what the reader found in it."""

    hit: Hit
    article: Article
    sentences: tuple[Sentence, ...]
    answer: tuple[int, int]
    """Half-open characters of the article that answer, if anything here does; empty if nothing was read."""
    score: float
    """From 0 up the passage counts as an answer; differences are log odds."""
    further: tuple[tuple[int, int], ...] = ()
    """Other places that answer, like `answer`: more items if a list is asked for."""

    @property
    def answer_text(self) -> str:
        return self.article.text[slice(*self.answer)]

    def answering(self) -> tuple[Sentence, ...]:
        """The sentence that contains the answer; two if the answer crosses a full stop."""
        return self._holding(self.answer)

    def listing(self) -> tuple[Sentence, ...]:
        """The sentences that contain the answer or a further one, the answer's first."""
        held = [sentence for span in (self.answer, *self.further) for sentence in self._holding(span)]
        return tuple({sentence.key: sentence for sentence in held}.values())

    def _holding(self, span: tuple[int, int]) -> tuple[Sentence, ...]:
        return tuple(s for s in self.sentences if s.start < span[1] and span[0] < s.end)


def cite(article: Article, start: int, end: int) -> Citation:
    """Return the citation of `article.text[start:end]`: the lines it is on, and where on them."""
    text = article.text
    span = span_at(article.id, text, start, end)
    line_start = text.rfind("\n", 0, start) + 1
    return Citation(span, text[start:end], start - line_start, end - line_start, article.page_of(span.first))


def cut(
    hit: Hit,
    article: Article,
    answer: tuple[int, int] = (0, 0),
    score: float = 0.0,
    further: Sequence[tuple[int, int]] = (),
) -> Passage:
    """Split a hit into sentences; `answer` and `further` are in characters of the chunk."""
    chunk = hit.chunk
    context = "\n".join(part for part in (article.title, article.date, chunk.text) if part)
    found = tuple(
        Sentence(article, chunk.start + start, chunk.start + end, chunk.text[start:end], context)
        for start, end in sentences(chunk.text)
    )
    start, end = answer
    shifted = (chunk.start + start, chunk.start + end) if end > start else (0, 0)
    more = tuple((chunk.start + a, chunk.start + b) for a, b in further)
    return Passage(hit, article, found, shifted, score, more)


class Selection(NamedTuple):
    """The sentences that are shown to the language model, and those there was no room for; both in reading order."""

    shown: tuple[Sentence, ...] = ()
    cut: tuple[Sentence, ...] = ()


def select(
    passages: Sequence[Passage], budget: int, count_tokens: Callable[[str], int], kind: Kind = "fact"
) -> Selection:
    """Return the sentences to answer from, in reading order, at most `budget` tokens.

    Passages come best first, and each one's answering sentence is taken first; one that does not answer (score below 0)
    contributes none. The remaining room goes to the neighbours of the best answering sentence, so that "he" and "there"
    can be understood.
    """
    chosen: dict[tuple[str, int], Sentence] = {}
    cut_off: dict[tuple[str, int], Sentence] = {}
    room = budget

    def take(sentence: Sentence) -> None:
        nonlocal room
        cost = count_tokens(sentence.text) + 5  # "[n] " and the line end
        if sentence.key in chosen:
            return
        if cost <= room or not chosen:
            chosen[sentence.key] = sentence
            room -= cost
        else:
            cut_off[sentence.key] = sentence

    worth = [passage for passage in passages if passage.score >= 0] or list(passages[:1])
    for passage in worth:
        for sentence in passage.listing() if kind == "list" else passage.answering():
            take(sentence)
    for passage in worth[:1]:
        answering = {sentence.key for sentence in passage.answering()}
        places = [i for i, sentence in enumerate(passage.sentences) if sentence.key in answering]
        first, last = min(places, default=0), max(places, default=-1)
        beside = [last + 1, first - 1]
        if kind == "list":  # the items before and after
            beside += [last + 2, first - 2, last + 3]
        for i in beside:
            if 0 <= i < len(passage.sentences) and not is_order(passage.sentences[i].text, passage.article.language):
                take(passage.sentences[i])
    order = {passage.article.id: rank for rank, passage in reversed(list(enumerate(worth)))}
    shown, left = (
        tuple(sorted(each.values(), key=lambda s: (order[s.article.id], s.start))) for each in (chosen, cut_off)
    )
    return Selection(shown, left)


QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|„[^“”„]*[“”]|\"[^\"]*\"")
"""A quotation with its marks, in one sentence."""
