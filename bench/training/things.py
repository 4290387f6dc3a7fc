"""Passages that hold two things of a kind: each question about one beside one about another, which nothing answers."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.data.draw import Example
from bench.training.statements import is_kept_for_validation

FOLDER = Path(__file__).with_name("claim_pairs") / "things"
KEPT = 0.1
"""Share of the passages that is kept for measuring, the same ones that the checker keeps."""


@dataclass(frozen=True, slots=True)
class Told:
    """A passage with what is asked of it."""

    window: str
    """Headline and passage, as search cuts an article."""
    answered: tuple[tuple[str, int, int], ...]
    """Questions, and where the window answers them."""
    missed: tuple[str, ...]
    """Questions that nothing in the window answers."""


def passages(folder: Path, kept: bool = False) -> list[Told]:
    """Read the passages to learn from, or those that are `kept` for measuring."""
    rows = (
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    found = [told_of(row) for row in rows if is_kept_for_validation(row["evidence"], KEPT) == kept]
    return [told for told in found if told.answered or told.missed]


def told_of(row: Mapping[str, Any]) -> Told:
    """Return a row's questions: one with a claim that is carried is answered where the passage has its words."""
    evidence: str = row["evidence"]
    headline = f"{row['title']}\n\n" if row.get("title") else ""
    right: dict[str, str] = {}
    asked: dict[str, None] = {}
    for claim in row["claims"]:
        if question := claim.get("question"):
            asked[question] = None
            if claim["label"] == "carried":
                right.setdefault(question, claim["text"])
    answered = []
    for question, text in right.items():
        answer = text if text in evidence else text.rstrip(".")
        if (at := evidence.find(answer)) >= 0 and answer:
            answered.append((question, len(headline) + at, len(headline) + at + len(answer)))
    return Told(headline + evidence, tuple(answered), tuple(q for q in asked if q not in right))


def things(folder: Path) -> tuple[int, Callable[[random.Random], tuple[Example, ...] | None]]:
    """Return how many questions there are, and how to draw an answered one with one that misses, of one passage."""
    found = passages(folder)

    def draw(chooser: random.Random) -> tuple[Example, ...] | None:
        told = chooser.choice(found)
        group = []
        if told.answered:
            question, start, end = chooser.choice(told.answered)
            group.append(Example(question, told.window, start, end))
        if told.missed:
            group.append(Example(chooser.choice(told.missed), told.window, -1, -1))
        return tuple(group)

    return sum(len(told.answered) + len(told.missed) for told in found), draw


def examples(folder: Path) -> Iterator[Example]:
    """Yield every question about the passages that are kept."""
    for told in passages(folder, kept=True):
        for question, start, end in told.answered:
            yield Example(question, told.window, start, end)
        for question in told.missed:
            yield Example(question, told.window, -1, -1)
