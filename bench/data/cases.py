"""Cases of SQuAD-format files and of seeds/: a question, and what a right answer holds and cites."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from bench.data.squad import Item, halves, load
from index.text.sentence_splitting import sentences
from index.types import Span
from rag.evaluation.runner import Case


def piaf_folder(path: Path, folder: Path) -> dict[tuple[str, int], tuple[str, list[tuple[int, int]]]]:
    """Write each paragraph as an article, one sentence a line: (title, number) -> (id, sentence spans)."""
    places: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]] = {}
    for t, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        for p, paragraph in enumerate(article["paragraphs"]):
            text = paragraph["context"]
            spans = list(sentences(text))
            id = f"{t:03d}/{p:03d}.txt"
            (folder / id).parent.mkdir(exist_ok=True)
            (folder / id).write_text("\n".join(" ".join(text[a:b].split()) for a, b in spans), encoding="utf-8")
            places[article["title"], p] = id, spans
    return places


def piaf_cases(items: Sequence[Item], places: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]]) -> list[Case]:
    cases = []
    for item in items:
        id, spans = places[item.article, item.paragraph]
        line = next((n for n, (a, b) in enumerate(spans, start=1) if a <= item.start < b), 1)
        cases.append(Case(item.id, item.question, "answerable", (item.answer,), (Span(id, line, line),)))
        cases.append(Case(item.id, item.question, "near_miss", hidden=(id,)))
        cases.append(Case(item.id, item.question, "off_corpus", hidden=(id.split("/")[0] + "/",)))
    return cases


def piaf_sample(piaf: Path, folder: Path, n: int, half: str) -> list[Case]:
    """The cases of a seeded sample of at most n questions of a half; its paragraphs are written to `folder`."""
    places = piaf_folder(piaf, folder)
    tuning, held_out = halves(load(piaf, "fr"))
    items = held_out if half == "held-out" else tuning
    return piaf_cases(random.Random(7).sample(items, min(n, len(items))), places)


def seed_cases(path: Path) -> list[Case]:
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        q = json.loads(line)
        gold = tuple(Span(g["article"], g["first"], g["last"]) for g in q["gold"])
        answers = tuple(q["answer"]) + tuple(q.get("answer_translated") or ())
        cases.append(Case(q["id"], q["question"], q["kind"], answers, gold))
    return cases
