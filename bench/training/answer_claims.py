"""Answers to questions as claims about the paragraphs that answer them, true and false."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.data.squad import Item, load_parallel
from bench.training.mixture import TitlesOf, answerable, near, near_misses, tuning, written_about
from bench.training.statements import Case, Claim

_NUMBER = re.compile(r"\b\d[\d.,]*\d|\b\d")
_NAME = re.compile(r"(?<=[\w,;] )[A-ZÀ-Þ][\w’'-]{2,}(?: [A-ZÀ-Þ][\w’'-]+)*")

Asked = tuple[str, str, Item, str]
"""A question, its language, the item whose paragraph answers it, and a near miss or ""."""


def parallel_items(folder: Path) -> dict[str, list[Item]]:
    return {language: tuning(items) for language, items in load_parallel(folder).items()}


def of_answers(path: Path, table: Mapping[str, Any], known: TitlesOf) -> list[tuple[str, Asked]]:
    return [(item.context, (item.question, item.language, item, "")) for item in answerable(path, table, known)]


def of_parallel_answers(folder: Path) -> list[tuple[str, Asked]]:
    parallel = parallel_items(folder)
    by_id = {language: {i.id: i for i in items} for language, items in parallel.items()}
    found = []
    for asked, others in (("en", ("es", "de", "ro")), ("es", ("en", "de")), ("de", ("en", "es")), ("ro", ("en",))):
        for item in parallel[asked]:
            english = by_id["en"].get(item.id)
            found += [
                (english.context, (item.question, asked, by_id[told][item.id], ""))
                for told in others
                if english and item.id in by_id[told]
            ]
    return found


def of_near_misses(path: Path, made_from: Path, known: TitlesOf) -> list[tuple[str, Asked]]:
    return [
        (item.context, (item.question, item.language, item, missed))
        for missed, item in near_misses(path, made_from, known)
    ]


def of_questions(
    path: Path, table: Mapping[str, Any], folders: Sequence[Path], known: TitlesOf
) -> list[tuple[str, Asked]]:
    return [
        (item.context, (row["question"] or item.question, row["language"], item, row["near_miss"]))
        for row, item in written_about(path, table, folders, known)
    ]


def answered(asked: Asked, chooser: random.Random) -> Case | None:
    """Claim the answer, and another number or name of the evidence in its place."""
    question, language, item, _ = asked
    if len(item.answer) > 120:
        return None
    a, b = near(item, chooser)
    evidence = item.context[a:b].strip()
    claims = [Claim(_told(item.answer, chooser), language, "carried", "answer", question)]
    others = like(item.answer, evidence)
    if others:
        claims.append(
            Claim(_told(chooser.choice(others), chooser), language, "not_carried", "another answer", question)
        )
    elsewhere = _without(item, evidence) if chooser.random() < (0.25 if others else 0.5) else ""
    if elsewhere:
        return Case(elsewhere, item.language, (replace(claims[0], label="not_said", kind="answer elsewhere"),))
    return Case(evidence, item.language, tuple(claims))


def missed_of(asked: Asked, chooser: random.Random) -> Case | None:
    """Claim the answer to the question, and to the near miss."""
    question, language, item, missed = asked
    if not missed:
        return answered(asked, chooser)
    if len(item.answer) > 120:
        return None
    a, b = near(item, chooser)
    answer = _told(item.answer, chooser)
    claims = [
        Claim(answer, language, "carried", "answer", question),
        Claim(answer, language, "not_carried", "near miss", missed),
    ]
    others = like(item.answer, item.context[a:b])
    if others and chooser.random() < 0.5:
        claims.append(
            Claim(_told(chooser.choice(others), chooser), language, "not_carried", "another answer", question)
        )
    return Case(item.context[a:b].strip(), item.language, tuple(claims))


def _told(answer: str, chooser: random.Random) -> str:
    """Write an answer as a short one is written."""
    return answer[:1].upper() + answer[1:] + "." if chooser.random() < 0.7 else answer


def like(answer: str, evidence: str) -> list[str]:
    """Return other spans of the evidence that are numbers, or names, as the answer is."""
    pattern = _NUMBER if _NUMBER.search(answer) else _NAME if answer[:1].isupper() else None
    if pattern is None:
        return []
    if pattern is _NUMBER:
        (old, *_) = _NUMBER.findall(answer)
        found = {m for m in _NUMBER.findall(evidence) if m not in answer and len(m) == len(old)}
        return sorted(answer.replace(old, m, 1) for m in found)
    return sorted({m for m in _NAME.findall(evidence) if m not in answer and answer not in m})


def _without(item: Item, evidence: str) -> str:
    """Return some sentence of the paragraph that is not in the evidence and has not the answer, "" if there is none."""
    kept = [s.strip() for s in re.split(r"(?<=[.!?])\s+", item.context) if len(s) > 40]
    kept = [s for s in kept if item.answer.casefold() not in s.casefold() and s not in evidence]
    return max(kept, key=len)[:350] if kept else ""
