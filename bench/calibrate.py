"""Fit the two scores that decide whether anything answers, and write rag/abstain.json.

    python -m bench.calibrate --piaf piaf-v1.0.json --library FOLDER --out rag/abstain.json

Questions come from the articles of PIAF's tuning half that the reader was not trained on: on the others its scores are
those of what it knows by heart. Each is asked with everything there, with its paragraph hidden and with its article
hidden; a window counts as right when the sentence the reader points at holds the gold answer's line. The same
questions, translated into English, German and Spanish (bench/reader_questions.jsonl, which no training reads for these
articles), fit the score of a question and an article in two languages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.answers import piaf_cases, piaf_folder
from bench.mixture import key_of
from bench.squad import halves, is_validation, load
from index.embed import SentenceTransformerEmbedder
from rag.abstain import FEATURES, Judge, Logistic
from rag.evaluate import Case, HidingAnswerer
from rag.reader import WEIGHTS, AdapterReader
from rag.reading import NAMELESS, read

QUESTIONS = Path(__file__).with_name("reader_questions.jsonl")
FALSE_REFUSALS = {"alike": 0.08, "across": 0.08}
UNMET = -1.0
"""Weight of an article's lacking a name of the question. Not fitted: these articles are single paragraphs without a
title, which often leave out the name of what they are about; other short texts may do so less."""
_NEUTRAL = Logistic((0.0,) * len(FEATURES), 0.0)

Row = tuple[tuple[float, ...], float, bool]
"""What a window's score is made of, what is added whatever the weights, and whether the window is right."""


def rows(answerer: HidingAnswerer, case: Case) -> list[Row]:
    """Return a Row for every window that is read for a question."""
    answerer.hidden = case.hidden
    hits = answerer.search(answerer.library, case.question, case.language)
    judge = Judge(_NEUTRAL, _NEUTRAL)
    n_windows = answerer.config.n_windows
    found = []
    for window in read(case.question, case.language, answerer.library, hits, answerer.reader, judge, n_windows):
        if window.passage is None:
            continue
        spans = [sentence.citation().span for sentence in window.passage.answering()]
        right = any(
            span.article_id == g.article_id and span.first <= g.last and g.first <= span.last
            for span in spans
            for g in case.gold
        )
        found.append((window.features, -NAMELESS if window.is_nameless else 0.0, right))
    return found


def fit(table: Sequence[tuple[Case, list[Row]]], used: Sequence[int], false_refusals: float) -> dict[str, Any]:
    """Fit the weights of some features, and the threshold that refuses so many of the answerable questions."""
    x = np.array([f for _, found in table for f, _, _ in found])
    y = np.array([right for _, found in table for _, _, right in found])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(x[:, used], y)
    weights = np.zeros(len(FEATURES))
    weights[used] = model.coef_[0]
    weights[FEATURES.index("unmet")] = UNMET
    best = [max((float(weights @ f) + more for f, more, _ in found), default=-99.0) for _, found in table]
    answerable = sorted(b for b, (case, _) in zip(best, table, strict=True) if case.kind == "answerable")
    threshold = answerable[int(false_refusals * len(answerable))]
    refused = {
        kind: round(
            float(np.mean([b < threshold for b, (case, _) in zip(best, table, strict=True) if case.kind == kind])), 3
        )
        for kind in ("answerable", "near_miss", "off_corpus")
    }
    chosen = [
        max(found, key=lambda each: weights @ each[0] + each[1])[2] for case, found in table if case.gold and found
    ]
    print(
        [FEATURES[i] for i in used], weights.round(3).tolist(), round(threshold, 2), refused, "right", np.mean(chosen)
    )
    return {
        "weights": [round(float(w), 4) for w in weights],
        "intercept": round(-threshold, 4),
        "n": len(answerable),
        "refused_on_tuning": refused,
    }


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="built by bench.answers --piaf --library")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="of the reader; default: the shipped ones")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        places = piaf_folder(args.piaf, Path(temporary))
    alike, across = calibration_cases(args.piaf, places)
    cases = {"alike": alike, "across": across}
    answerer = HidingAnswerer.load(args.library, llm="none")
    # As it is loaded it may be the fallback: rag/abstain.json belongs to the reader of before.
    encoder = answerer.embedder
    assert isinstance(encoder, SentenceTransformerEmbedder)
    answerer.reader = AdapterReader(encoder.encoder, encoder.tokenizer, args.weights, lock=encoder.lock)
    fitted: dict[str, Any] = {"features": list(FEATURES)}
    for key, asked in cases.items():
        table = []
        for n, case in enumerate(asked):
            table.append((case, rows(answerer, case)))
            if n % 60 == 59:
                print(f"{key} {n + 1}/{len(asked)}", flush=True)
        # Across languages the share of words is the same for all, so it has no weight there.
        for used in ([0], [0, 1], [0, 1, 2])[: 3 if key == "alike" else 2]:
            fitted[key] = fit(table, used, FALSE_REFUSALS[key])
    fitted["provenance"] = {
        "script": "bench/calibrate.py",
        "data": "PIAF 1.0, articles of the tuning half that no reader was trained on; questions translated by us",
        "false_refusals": FALSE_REFUSALS,
        "reader_sha256": hashlib.sha256(args.weights.read_bytes()).hexdigest(),
    }
    args.out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(args.out)


if __name__ == "__main__":
    main()
