"""What reader and retriever say of every hit of a question, for the sets that the score is fitted or measured on."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.data.cases import piaf_cases, piaf_folder, seed_cases
from bench.data.squad import halves, is_validation, load
from bench.quality import written
from bench.training.article_questions import FOLDER as NEWS
from bench.training.mixture import key_of
from index.text.detection import detect
from rag.evaluation.runner import Case, HidingAnswerer
from rag.evidence import cut
from rag.language.content_words import content
from rag.language.missing_names import unmet
from rag.query.asked_year import without_asked_year
from rag.query.query import Query

UNTRAINED = "fc"
"""The folder of questions about news that the score is fitted on; the reader is trained on others."""
SETS = ["piaf", "piaf-across", "piaf-held-out", "written", "news", "seeds"]
QUESTIONS = Path(__file__).with_name("reader_questions.jsonl")

Row = dict[str, Any]


def cases_of(name: str, piaf: Path | None, n: int) -> Iterator[tuple[str, Case]]:
    """Yield (name of the set, case)."""
    if name.startswith("piaf"):
        assert piaf is not None
        with tempfile.TemporaryDirectory() as temporary:
            places = piaf_folder(piaf, Path(temporary))
        if name == "piaf-held-out":
            items = random.Random(7).sample(halves(load(piaf, "fr"))[1], n)
            yield from (("piaf held out", case) for case in piaf_cases(items, places))
        else:
            across = name == "piaf-across"
            cases = calibration_cases(piaf, places)[across]
            asked = list(dict.fromkeys(case.question for case in cases))
            drawn = set(random.Random(5).sample(asked, min(n, len(asked))))
            label = "piaf validation across" if across else "piaf validation"
            yield from ((label, case) for case in cases if case.question in drawn)
    elif name == "written":
        for across in (False, True):
            cases = written.cases(across)
            drawn = random.Random(5).sample(cases, min(n, len(cases)))
            yield from (("written across" if across else "written", case) for case in drawn)
    elif name == "news":
        cases = written.cases(False, NEWS / UNTRAINED)
        drawn = random.Random(5).sample(cases, min(n, len(cases)))
        yield from ((f"news {UNTRAINED}", case) for case in drawn)
    else:
        folder = Path(__file__).parents[2] / "seeds"
        yield from (("seeds", case) for case in seed_cases(folder / "questions.jsonl"))


def calibration_cases(
    piaf: Path, places: dict[tuple[str, int], tuple[str, list[tuple[int, int]]]]
) -> tuple[list[Case], list[Case]]:
    """Return the cases of PIAF's validation articles, and the same in other languages where they are translated."""
    translated: dict[str, list[dict[str, str]]] = {}
    for row in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines()):
        if row["kind"] == "calibration":
            translated.setdefault(row["of"], []).append(row)
    alike: list[Case] = []
    across: list[Case] = []
    for item in halves(load(piaf, "fr"))[0]:
        if not is_validation(item.article):
            continue
        own = [replace(case, language="fr") for case in piaf_cases([item], places)]
        alike += own
        for row in translated.get(key_of(item), ()):
            across += [replace(case, question=row["question"], language=row["language"]) for case in own]
    return alike, across


def row_of(name: str, case: Case, answerer: HidingAnswerer) -> Row:
    """Read every hit of a question and return what each says."""
    answerer.hidden = case.hidden
    library, language = answerer.library, case.language or detect(case.question, default="fr")
    hits = answerer.search(library, case.question, language)
    query = Query.of(case.question, language)
    readings = answerer.reader.read(query, [hit.chunk.text for hit in hits])
    named = without_asked_year(query)
    windows = []
    for hit, reading in zip(hits, readings, strict=True):
        article = library.by_id[hit.chunk.span.article_id]
        lacking = unmet(named, article.all_text, language, article.language, bool)
        spans = [s.citation().span for s in cut(hit, article, (reading.start, reading.end)).answering()]
        right = any(
            s.article_id == g.article_id and s.first <= g.last and g.first <= s.last for s in spans for g in case.gold
        )
        asked = content(case.question, language).keys()
        there = content(f"{article.title}\n{hit.chunk.text}", language).keys()
        is_across = language != article.language
        windows.append(
            {
                "reader": reading.score,
                "cosine": hit.dense,
                "coverage": 0.5 if is_across or not asked else len(asked & there) / len(asked),
                "names": [each for each in lacking if not each[0].isdigit()],
                "years": [each for each in lacking if each[0].isdigit()],
                "said": [each for each in lacking if not each[0].isdigit() and library.says(each)],
                "across": is_across,
                "characters": len(article.text),
                "article": article.id,
                "empty": not spans,
                "right": right,
            }
        )
    return {
        "set": name,
        "id": case.id,
        "kind": "answerable" if case.gold else case.kind,
        "asked": case.kind,
        "question": case.question,
        "windows": windows,
    }
