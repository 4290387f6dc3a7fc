"""What lines say of a claim: the trained checker's verdict, joined with the rules that compare figures and names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from index.text import detect
from rag.language import PACKS
from rag.verification import EXACT, Pair, Support, Verifier, check

Finding = Literal["carried", "contradicted", "not_said"]

LIKELY = 0.7
"""Probability of "contradicted" from which a claim is; under it the lines do not say."""

_TITLES = PACKS.all_words("nouns.titles")
_TITLE = re.compile(r"\b([^\W\d_a-zß-öø-ÿ][^\W\d_]{0,9})\.?\s+(?=[^\W\d_a-zß-öø-ÿ])")


class Said(NamedTuple):
    """A claim, its language, and the question it answers, for one too short to stand alone."""

    text: str
    language: str
    question: str = ""


class Lines(NamedTuple):
    """What may carry a claim, its language, and where a name that it omits may be."""

    text: str
    language: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What lines say of a claim."""

    verdict: Finding
    carries: float
    """Probability that they carry it; 0.0 if a rule refuses it."""
    contradicts: float
    """Probability that they contradict it, as the checker sees it."""
    support: Support
    """What the rules found."""
    is_refused: bool = False
    """The rules refuse what the checker would have let pass or not."""


def judge(said: Said, lines: Lines, checker: Verifier) -> Judgement:
    """Return what lines say of a claim.

    It is carried if the checker says so and no exact rule refuses it. Else it is contradicted if that is LIKELY, or
    likelier than not said where a rule refuses it.
    """
    support = check(untitled(said.text), lines.text, lines.context, said.question, said.language, lines.language)
    (probabilities,) = checker.verdicts([Pair(said.text, lines.text, said.question)])
    carries, contradicts, neither = map(float, probabilities)
    is_refused = support.kind in EXACT
    is_against = contradicts > neither and (is_refused or contradicts >= LIKELY)
    verdict: Finding = "contradicted" if is_against else "not_said"
    if carries >= checker.threshold(said.language != lines.language) and not is_refused:
        verdict = "carried"
    return Judgement(verdict, 0.0 if is_refused else carries, contradicts, support, is_refused)


def untitled(text: str) -> str:
    """Return a text for the rules that look for names: "Mr Smith" is a Smith, whom lines may call by another title."""
    return _TITLE.sub(lambda match: "x " if match[1].lower() in _TITLES else match[0], text)


def judge_row(claim: str, evidence: str, question: str, checker: Verifier) -> Judgement:
    """Return what a piece of evidence says of a claim, in whichever languages they are."""
    source = detect(evidence, default=detect(claim))
    return judge(Said(claim, detect(claim, default=source), question), Lines(evidence, source), checker)
