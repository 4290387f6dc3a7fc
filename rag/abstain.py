"""Whether a passage answers at all: one score from what the reader, the retriever and the question's words say.

The weights are fitted on questions about articles that the reader was not trained on (bench/calibrate.py) and kept,
with their provenance, in abstain.json: some for a question and an article in one language, some for two. The shipped
ones for two are still those for one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.types import Article, Hit
from rag.errors import ReaderError
from rag.verify import content

WEIGHTS = Path(__file__).with_name("abstain.json")
FEATURES = ("reader", "cosine", "coverage", "unmet")


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic score: 0 is the threshold; differences are log odds."""

    weights: tuple[float, ...]
    """One a feature, in the order of FEATURES."""
    intercept: float
    """The threshold is in it."""

    def score(self, features: Sequence[float]) -> float:
        return self.intercept + sum(w * x for w, x in zip(self.weights, features, strict=True))


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides whether a passage answers: a score of its own for a question and an article in two languages."""

    alike: Logistic
    """Question and article in one language."""
    across: Logistic

    def score(self, features: Sequence[float], is_across: bool = False) -> float:
        """Return the score of a passage: from 0 up it counts as an answer, in log odds."""
        return (self.across if is_across else self.alike).score(features)


def features(
    reading: float, hit: Hit, article: Article, question: str, language: str, lacking: Sequence[str] = ()
) -> tuple[float, ...]:
    """What the score is made of: the reader's score, the cosine, the share of the question's content words in the chunk
    and the headline (across languages, where words differ, the same 0.5 for all), and 1 when the article is `lacking` a
    name of the question."""
    if language != article.language:
        return reading, hit.dense, 0.5, float(bool(lacking))
    asked = content(question, language).keys()
    there = content(f"{article.title}\n{hit.chunk.text}", language).keys()
    return reading, hit.dense, len(asked & there) / len(asked) if asked else 0.5, float(bool(lacking))


@cache
def default_judge() -> Judge:
    """The Judge that was fitted for the reader that is shipped. Raises ReaderError when it belongs to another one."""
    fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if tuple(fitted["features"]) != FEATURES:
        raise ReaderError(f"{WEIGHTS.name} has the features {fitted['features']}, not {list(FEATURES)}: fit it again")
    return Judge(*(Logistic(tuple(fitted[key]["weights"]), fitted[key]["intercept"]) for key in ("alike", "across")))
