"""The lead and the most central sentences of an article, by the words they share; no model runs.

LexRank (Erkan and Radev, 2004) over the rarer words; more for a figure in the sentence and for an early place. The
embedder's vectors were no better (docs/experiments.md) and cost a second for every four sentences.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from index.text import chunks
from index.types import Article, Hit
from rag.evidence import Sentence, cut
from rag.language import content

MOST_SENTENCES = 150
"""Of a longer article only the first ones are compared: news says early what matters, and the cost is quadratic."""

MIN_WORDS = 7
"""A shorter line is a headline, a byline or a section's name."""

FIGURE = 0.5
"""What a figure adds to a centrality in [0, 1]; place n, from 1, adds 1 / n (docs/experiments.md)."""

OPENING = 3
"""The lead is the one of this many first sentences that shares most with the headline: a feature begins with the
weather."""

_DAMPING = 0.85
_DATELINE = re.compile(r"(?:date\s+\S+\s+)?[^—–\n]{0,90}?\([^()\n]{2,30}\)\s*[—–-]{1,2}\s+|date\s+[\d-]+\s+")


def body(article: Article) -> list[Sentence]:
    """Return the sentences of an article in order, without headline, bylines and datelines."""
    found: list[Sentence] = []
    title = " ".join(article.title.split())
    for chunk in chunks(article):
        for sentence in cut(Hit(chunk, 0.0, 0.0, 0.0), article).sentences:
            trimmed = _without_dateline(sentence)
            plain = " ".join(trimmed.text.split())
            if len(plain.split()) >= MIN_WORDS and plain.strip("#* ") != title:
                found.append(trimmed)
            if len(found) == MOST_SENTENCES:
                return found
    return found


def ranked(sentences: Sequence[Sentence]) -> list[int]:
    """Return the places of an article's sentences, most important first: the lead, then the most central."""
    if not sentences:
        return []
    bags = [frozenset(content(sentence.text, sentence.article.language)) for sentence in sentences]
    ranks = _lexrank(bags)
    low, high = min(ranks), max(ranks)
    score = [
        (rank - low) / ((high - low) or 1.0) + FIGURE * any(char.isdigit() for char in sentence.text) + 1 / place
        for place, (rank, sentence) in enumerate(zip(ranks, sentences, strict=True), start=1)
    ]
    headline = content(sentences[0].article.title, sentences[0].article.language).keys()
    lead = max(range(min(OPENING, len(bags))), key=lambda place: len(bags[place] & headline))
    rest = [place for place in range(len(sentences)) if place != lead]
    return [lead, *sorted(rest, key=lambda place: -score[place])]


def _lexrank(sets: Sequence[frozenset[str]]) -> list[float]:
    counts = Counter(word for bag in sets for word in bag)
    weight = {word: math.log(1 + len(sets) / n) ** 2 for word, n in counts.items()}
    norms = [math.sqrt(sum(weight[word] for word in bag)) or 1.0 for bag in sets]
    near = [
        [0.0 if i == j else sum(weight[word] for word in a & b) / (norms[i] * norms[j]) for j, b in enumerate(sets)]
        for i, a in enumerate(sets)
    ]
    sums = [sum(row) or 1.0 for row in near]
    ranks = [1 / len(sets)] * len(sets)
    for _ in range(30):
        ranks = [
            (1 - _DAMPING) / len(sets) + _DAMPING * sum(ranks[i] * near[i][j] / sums[i] for i in range(len(sets)))
            for j in range(len(sets))
        ]
    return ranks


def _without_dateline(sentence: Sentence) -> Sentence:
    match = _DATELINE.match(sentence.text)
    if not match or match.end() == len(sentence.text):
        return sentence
    start = sentence.start + match.end()
    return Sentence(sentence.article, start, sentence.end, sentence.text[match.end() :], sentence.context)
