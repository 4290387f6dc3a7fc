"""The reader for multilingual-e5-small: the sentence most like the question, by its embedder and by its words.

Words alone (rag/reader/lexical.py) miss an answer that is worded differently, and the embedder alone misses the one
that has the question's name. What a cosine means is known for this embedder only, so other embedders use words alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.models import Embedder
from index.text import sentences
from rag.language import content, numbers
from rag.query import Query
from rag.reader.base import Reading

EMBEDDER = "multilingual-e5-small"
SHARED = 0.05
"""What all of the question's words in a sentence, or in its window, add to a cosine."""
MIN_LIKENESS = 0.889
"""Sum from which a window counts as an answer; chosen on PIAF's tuning half (docs/experiments.md)."""
STEEP = 60.0
"""Factor from such a sum to something of the size of log odds, like the trained reader's scores."""
NOWHERE = -10.0


class SimilarityReader:
    """Scores a window by its best sentence; the answer is that sentence."""

    def __init__(self, embedder: Embedder) -> None:
        """Use the embedder that the library was built with, multilingual-e5-small."""
        self._embedder = embedder

    def read(self, query: Query, windows: Sequence[str]) -> list[Reading]:
        """Return one Reading per window, in their order; NOWHERE for one without a sentence or the question's years."""
        language, asked, years = query.language, query.words.keys(), query.numbers
        spans = [list(sentences(window)) for window in windows]
        said = [window[a:b] for window, found in zip(windows, spans, strict=True) for a, b in found]
        vectors = self._embedder.encode([self._embedder.passage("", text) for text in said])
        cosines = iter((vectors @ self._embedder.encode_query(query.text)).tolist())

        def shared(text: str) -> float:
            return SHARED * len(asked & content(text, language).keys()) / max(1, len(asked))

        readings = []
        for window, found in zip(windows, spans, strict=True):
            sums = [next(cosines) + shared(window[a:b]) for a, b in found]
            best, span = max(zip(sums, found, strict=True), default=(0.0, (0, 0)))
            is_met = bool(sums) and not years - numbers(window, language, loose=True)
            readings.append(Reading(*span, STEEP * (best + shared(window) - MIN_LIKENESS) if is_met else NOWHERE))
        return readings

    def threshold(self, language: str = "") -> float:
        """Return the score below which a window counts as "not here"."""
        return 0.0
