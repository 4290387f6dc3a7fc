"""Hits and what the reader found in them -> the numbered sentences the model is shown, within a token budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.chunk import sentences, span_at
from index.types import Article, Hit
from rag.types import Citation


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, as it stands there: `article.text[start:end]`."""

    article: Article
    start: int
    end: int
    text: str
    context: str
    """The chunk around it, the headline and the date: where a name that the sentence leaves out may stand."""

    @property
    def key(self) -> tuple[str, int]:
        return self.article.id, self.start

    def citation(self) -> Citation:
        """Its lines and exact characters."""
        return cite(self.article, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit, cut into sentences, with what the reader made of it."""

    hit: Hit
    article: Article
    sentences: tuple[Sentence, ...]
    answer: tuple[int, int]
    """Characters of the article that answer, if anything here does; empty when nothing was read."""
    score: float
    """From 0 up the passage counts as an answer; differences are log odds."""

    @property
    def answer_text(self) -> str:
        return self.article.text[slice(*self.answer)]

    def answering(self) -> tuple[Sentence, ...]:
        """The sentence that holds the answer (two, when it crosses a stop)."""
        start, end = self.answer
        return tuple(s for s in self.sentences if s.start < end and start < s.end)


def cite(article: Article, start: int, end: int) -> Citation:
    """Citation of `article.text[start:end]`: the lines it is on, and where on them."""
    text = article.text
    span = span_at(article.id, text, start, end)
    line_start = text.rfind("\n", 0, start) + 1
    return Citation(span, text[start:end], start - line_start, end - line_start)


def cut(hit: Hit, article: Article, answer: tuple[int, int] = (0, 0), score: float = 0.0) -> Passage:
    """A hit's sentences; `answer` is in characters of the chunk."""
    chunk = hit.chunk
    context = "\n".join(part for part in (article.title, article.date, chunk.text) if part)
    found = tuple(
        Sentence(article, chunk.start + start, chunk.start + end, chunk.text[start:end], context)
        for start, end in sentences(chunk.text)
    )
    start, end = answer
    shifted = (chunk.start + start, chunk.start + end) if end > start else (0, 0)
    return Passage(hit, article, found, shifted, score)


def select(passages: Sequence[Passage], budget: int, count_tokens: Callable[[str], int]) -> tuple[Sentence, ...]:
    """The sentences to answer from, in reading order, at most `budget` tokens: each passage's answering sentence first.

    Passages come best first; one that does not answer (score under 0) gives none. What room is left
    goes to the neighbours of the best answering sentence, so that "he" and "there" can be understood.
    """
    chosen: dict[tuple[str, int], Sentence] = {}
    room = budget

    def take(sentence: Sentence) -> None:
        nonlocal room
        cost = count_tokens(sentence.text) + 5  # "[n] " and the line end
        if sentence.key not in chosen and (cost <= room or not chosen):
            chosen[sentence.key] = sentence
            room -= cost

    worth = [passage for passage in passages if passage.score >= 0] or list(passages[:1])
    for passage in worth:
        for sentence in passage.answering():
            take(sentence)
    for passage in worth[:1]:
        answering = {sentence.key for sentence in passage.answering()}
        places = [i for i, sentence in enumerate(passage.sentences) if sentence.key in answering]
        for i in (max(places, default=-1) + 1, min(places, default=0) - 1):
            if 0 <= i < len(passage.sentences):
                take(passage.sentences[i])
    order = {passage.article.id: rank for rank, passage in reversed(list(enumerate(worth)))}
    return tuple(sorted(chosen.values(), key=lambda s: (order[s.article.id], s.start)))
