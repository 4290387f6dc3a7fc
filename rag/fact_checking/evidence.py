"""Where the articles may say what a sentence claims: their nearest sentences, each with those beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Array
from index.lru import Lru
from index.models import Embedder
from index.retrieval import search
from index.storage import Library
from index.text import sentences
from index.types import Article, Hit
from rag.evidence import Passage, Sentence, cut
from rag.fact_checking.verdicts import Lines, Said, untitled
from rag.language import names, stands
from rag.verification import check

N_PASSAGES = 5
"""Passages whose sentences are compared with a claim, of those the search finds the best."""
N_CHECKED = 5
"""Sentences that are checked, with those beside them."""
WORDS_WEIGHT = 0.3
"""What the share of a claim's words in a sentence counts beside their cosine."""
MOST_BESIDE = 60
"""Words up to which the sentence before or after one is read with it."""
LEAST_SHARED = 0.5
"""Share of a claim's content words from which lines with all its names are about the same thing."""
LEAST_NEAR = 0.45
"""The same across two languages: the cosine of claim and sentence."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of an article, and the characters that are read with it: up to three sentences."""

    sentence: Sentence
    start: int
    end: int
    near: float
    """Cosine of the claim and the sentence."""

    @property
    def article(self) -> Article:
        return self.sentence.article

    def lines(self) -> Lines:
        """The sentence with those beside it."""
        return self._read(self.start, self.end)

    def line(self) -> Lines:
        """The sentence alone."""
        return self._read(self.sentence.start, self.sentence.end)

    def _read(self, start: int, end: int) -> Lines:
        text = " ".join(self.article.text[start:end].split())
        return Lines(text, self.article.language, self.sentence.context)


class Finder:
    """Finds evidence in one library; what it has read of the articles is kept for the next sentences of a draft."""

    def __init__(self, library: Library, embedder: Embedder) -> None:
        self.library = library
        self._embedder = embedder
        self._vectors: Lru[str, Array] = Lru(4096)
        self._hits: Lru[tuple[str, str], list[Hit]] = Lru(16)
        self._spans: Lru[str, list[tuple[int, int]]] = Lru(64)

    def hits(self, text: str, language: str) -> list[Hit]:
        """Return the passages that are nearest to a text, best first."""
        found = self._hits.get((text, language))
        if found is None:
            found = search(self.library, self._embedder, text, language)
            self._hits.put((text, language), found)
        return found

    def find(self, said: Said) -> list[Evidence]:
        """Return the sentences that may carry a claim, the likeliest first; no two with the same text."""
        by_id = self.library.by_id
        hits = self.hits(said.text, said.language)[:N_PASSAGES]
        passages: list[Passage] = [cut(hit, by_id[hit.chunk.span.article_id]) for hit in hits]
        found = {" ".join(each.text.split()): each for passage in passages for each in passage.sentences}
        if not found:
            return []
        cosines = self._encoded(list(found)) @ self._embedder.encode_query(said.text)
        near = dict(zip(found, map(float, cosines), strict=True))

        def likely(text: str) -> float:
            source = found[text].article.language
            return near[text] + WORDS_WEIGHT * check(said.text, text, "", "", said.language, source).coverage

        best = sorted(found, key=likely, reverse=True)[:N_CHECKED]
        return [self._with_neighbours(found[text], near[text]) for text in best]

    def _encoded(self, texts: Sequence[str]) -> Array:
        """Return the vectors of sentences, those of new ones encoded together."""
        vectors = {text: self._vectors.get(text) for text in texts}
        new = [text for text, vector in vectors.items() if vector is None]
        encoded = self._embedder.encode([self._embedder.passage("", text) for text in new])
        for text, vector in zip(new, encoded, strict=True):
            vectors[text] = vector
            self._vectors.put(text, vector)
        return np.stack([vector for vector in vectors.values() if vector is not None])

    def _with_neighbours(self, sentence: Sentence, near: float) -> Evidence:
        """Read a sentence with the one before and after it in its article, but for headings and long ones."""
        text = sentence.article.text
        spans = self._sentences(sentence.article)
        touched = [n for n, (start, end) in enumerate(spans) if start < sentence.end and sentence.start < end]
        start, end = sentence.start, sentence.end
        for n in (touched[0] - 1, touched[-1] + 1) if touched else ():
            if 0 <= n < len(spans) and _reads_on(text[slice(*spans[n])]):
                start, end = min(start, spans[n][0]), max(end, spans[n][1])
        return Evidence(sentence, start, end, near)

    def _sentences(self, article: Article) -> list[tuple[int, int]]:
        spans = self._spans.get(article.id)
        if spans is None:
            spans = list(sentences(article.text))
            self._spans.put(article.id, spans)
        return spans


def _reads_on(text: str) -> bool:
    return len(text.split()) <= MOST_BESIDE and text.rstrip("\"»”’')] \u00a0\u202f")[-1:] in tuple(".!?…。！？")


def is_about(said: Said, evidence: Evidence) -> bool:
    """Return whether lines are about what a claim is about: they have its names, and half of its other words."""
    lines = evidence.lines()
    around = f"{lines.text}\n{lines.context}"
    text = untitled(said.text)
    if not all(stands(name, around, said.language, lines.language) for name in names(text, said.language)):
        return False
    if said.language != lines.language:
        return evidence.near >= LEAST_NEAR
    support = check(text, lines.text, lines.context, said.question, said.language, lines.language)
    return support.coverage >= LEAST_SHARED
