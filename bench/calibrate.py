"""Fit the score that decides whether anything answers, and write rag/abstain.json.

    python -m bench.calibrate --piaf piaf-v1.0.json --library FOLDER [--n 160] --out rag/abstain.json

Questions come from the tuning half of PIAF only. Each is asked with everything there, with its paragraph hidden and
with its article hidden; a window counts as right when it holds the gold answer's line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.answers import piaf_cases, piaf_folder
from bench.squad import halves, load
from rag.abstain import FEATURES, features
from rag.evaluate import Case, HidingAnswerer
from rag.reader import WEIGHTS
from rag.verify import unmet

FALSE_REFUSALS = 0.09


def rows(answerer: HidingAnswerer, case: Case) -> list[tuple[tuple[float, ...], bool]]:
    """(features, is right) of every window that is read for a question."""
    answerer.hidden = case.hidden
    hits = []
    for hit in answerer.search(answerer.library, case.question, "fr"):
        article = answerer.article(hit.chunk.span.article_id)
        if not unmet(case.question, f"{article.title}\n{article.date}\n{article.text}", "fr", article.language):
            hits.append(hit)
    hits = hits[: answerer.config.n_windows]
    readings = answerer.reader.read(case.question, [hit.chunk.text for hit in hits])
    found = []
    for hit, reading in zip(hits, readings, strict=True):
        article = answerer.article(hit.chunk.span.article_id)
        span = hit.chunk.span
        right = any(
            span.article_id == g.article_id and span.first <= g.last and g.first <= span.last for g in case.gold
        )
        found.append((features(reading.score, hit, article, case.question, "fr"), right))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="built by bench.answers --piaf --library")
    parser.add_argument("--n", type=int, default=160)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        places = piaf_folder(args.piaf, Path(temporary))
    tuning, _ = halves(load(args.piaf, "fr"))
    cases = piaf_cases(random.Random(11).sample(tuning, args.n), places)
    answerer = HidingAnswerer.load(args.library, llm="none")
    table = []
    for n, case in enumerate(cases):
        table.append((case, rows(answerer, case)))
        if n % 60 == 59:
            print(f"{n + 1}/{len(cases)}", flush=True)
    x = np.array([f for _, found in table for f, _ in found])
    y = np.array([right for _, found in table for _, right in found])
    for used in ([0], [0, 1], [0, 2], list(range(len(FEATURES)))):
        model = LogisticRegression(C=10.0, max_iter=1000).fit(x[:, used], y)
        weights = np.zeros(len(FEATURES))
        weights[used] = model.coef_[0]
        best = [max((float(weights @ f) for f, _ in found), default=-99.0) for _, found in table]
        answerable = sorted(b for b, (case, _) in zip(best, table, strict=True) if case.kind == "answerable")
        threshold = answerable[int(FALSE_REFUSALS * len(answerable))]
        refused = {
            kind: float(np.mean([b < threshold for b, (case, _) in zip(best, table, strict=True) if case.kind == kind]))
            for kind in ("answerable", "near_miss", "off_corpus")
        }
        chosen = [max(found, key=lambda each: weights @ each[0])[1] for case, found in table if case.gold and found]
        print(
            [FEATURES[i] for i in used],
            weights.round(3).tolist(),
            round(threshold, 2),
            refused,
            "right",
            np.mean(chosen),
        )
    fitted = {
        "features": list(FEATURES),
        "weights": [round(float(w), 4) for w in weights],
        "intercept": round(-threshold, 4),
        "provenance": {
            "script": "bench/calibrate.py",
            "data": "PIAF 1.0, tuning half",
            "n": args.n,
            "false_refusals": FALSE_REFUSALS,
            "refused_on_tuning": {kind: round(share, 3) for kind, share in refused.items()},
            "reader_sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        },
    }
    args.out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(args.out)


if __name__ == "__main__":
    main()
