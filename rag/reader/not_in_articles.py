"""The score that decides "not in your articles" (answerability), from reader, retriever and the question's names.

The weights are fitted on questions about articles that the reader was not trained on (bench/training/calibrate.py) and
kept, with their provenance, in abstain.json: some for a question and an article in one language, some for two.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.types import Hit
from rag.errors import ReaderError
from rag.evidence import Passage

WEIGHTS = Path(__file__).with_name("weights") / "abstain.json"
FEATURES = ("reader", "cosine", "unmet")


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic score: 0 is the threshold; differences are log odds."""

    weights: tuple[float, ...]
    """One per feature, in the order of FEATURES."""
    intercept: float
    """Includes the threshold."""

    def score(self, features: Sequence[float]) -> float:
        return self.intercept + sum(w * x for w, x in zip(self.weights, features, strict=True))


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides whether a passage answers, with a separate score for a question and an article in two languages."""

    alike: Logistic
    """For a question and an article in one language."""
    across: Logistic

    def score(self, features: Sequence[float], is_across: bool = False) -> float:
        """Return the score of a passage: from 0 up it counts as an answer, in log odds."""
        return (self.across if is_across else self.alike).score(features)


def features(reading: float, hit: Hit, lacking: Sequence[str] = ()) -> tuple[float, ...]:
    """Return what the score is made of.

    The reader's score, the cosine, and 1 if the article is `lacking` a name of the question.
    """
    return reading, hit.dense, float(bool(lacking))


def is_answered(passages: Sequence[Passage]) -> bool:
    """Return whether anything answers: if the first and best passage does not, it is "not in your articles"."""
    return bool(passages) and passages[0].score >= 0


@cache
def default_judge() -> Judge:
    """Return the Judge fitted for the shipped reader. Raises ReaderError if it belongs to another one."""
    fitted = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if tuple(fitted["features"]) != FEATURES:
        raise ReaderError(f"{WEIGHTS.name} has the features {fitted['features']}, not {list(FEATURES)}: fit it again")
    return Judge(*(Logistic(tuple(fitted[key]["weights"]), fitted[key]["intercept"]) for key in ("alike", "across")))
