"""Fit the score that decides whether anything answers, and write rag/abstain.json.

    python -m bench.calibrate --piaf piaf-v1.0.json --library FOLDER --out rag/abstain.json

Questions come from the articles of PIAF's tuning half that the reader was not trained on: on the others its scores are
those of what it knows by heart. Each is asked with everything there, with its paragraph hidden and with its article
hidden; a window counts as right when the sentence the reader points at holds the gold answer's line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.answers import piaf_cases, piaf_folder
from bench.squad import halves, is_validation, load
from index.embed import SentenceTransformerEmbedder
from rag.abstain import FEATURES, features
from rag.evaluate import Case, HidingAnswerer
from rag.evidence import cut
from rag.reader import WEIGHTS, AdapterReader, Reading
from rag.reading import SHORT_TEXT
from rag.verify import unmet

FALSE_REFUSALS = 0.09
UNMET = -1.0
"""Weight of an article's lacking a name of the question. Not fitted: these articles are single paragraphs without a
title, which often leave out the name of what they are about; other short texts may do so less."""


def rows(
    answerer: HidingAnswerer, case: Case, known: dict[tuple[str, str], Reading]
) -> list[tuple[tuple[float, ...], bool]]:
    """(features, is right) of every window that is read for a question; `known` are readings made before."""
    answerer.hidden = case.hidden
    hits, named = [], {}
    for hit in answerer.search(answerer.library, case.question, "fr"):
        article = answerer.article(hit.chunk.span.article_id)
        lacking = unmet(case.question, article.all_text, "fr", article.language)
        if not any(each[0].isdigit() for each in lacking) and (not lacking or len(article.text) <= SHORT_TEXT):
            hits.append(hit)
            named[article.id] = lacking
    hits = sorted(hits, key=lambda hit: bool(named[hit.chunk.span.article_id]))[: answerer.config.n_windows]
    texts = [hit.chunk.text for hit in hits]
    unread = [text for text in texts if (case.question, text) not in known]
    readings = answerer.reader.read(case.question, unread)
    known.update({(case.question, text): reading for text, reading in zip(unread, readings, strict=True)})
    found = []
    for hit in hits:
        reading = known[case.question, hit.chunk.text]
        article = answerer.article(hit.chunk.span.article_id)
        spans = [s.citation().span for s in cut(hit, article, (reading.start, reading.end)).answering()]
        right = any(
            span.article_id == g.article_id and span.first <= g.last and g.first <= span.last
            for span in spans
            for g in case.gold
        )
        if spans:
            found.append((features(reading.score, hit, article, case.question, "fr", named[article.id]), right))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True, help="built by bench.answers --piaf --library")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        places = piaf_folder(args.piaf, Path(temporary))
    tuning, _ = halves(load(args.piaf, "fr"))
    cases = piaf_cases([item for item in tuning if is_validation(item.article)], places)
    answerer = HidingAnswerer.load(args.library, llm="none")
    # As it is loaded it may be the fallback: rag/abstain.json belongs to the reader of before.
    encoder = answerer.embedder
    assert isinstance(encoder, SentenceTransformerEmbedder)
    answerer.reader = AdapterReader(encoder.encoder, encoder.tokenizer, lock=encoder.lock)
    table = []
    known: dict[tuple[str, str], Reading] = {}
    for n, case in enumerate(cases):
        table.append((case, rows(answerer, case, known)))
        if n % 60 == 59:
            print(f"{n + 1}/{len(cases)}", flush=True)
    x = np.array([f for _, found in table for f, _ in found])
    y = np.array([right for _, found in table for _, right in found])
    for used in ([0], [0, 1], [0, 1, 2]):
        model = LogisticRegression(C=10.0, max_iter=1000).fit(x[:, used], y)
        weights = np.zeros(len(FEATURES))
        weights[used] = model.coef_[0]
        weights[FEATURES.index("unmet")] = UNMET
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
            "data": "PIAF 1.0, articles of the tuning half that the reader was not trained on",
            "n": len(cases) // 3,
            "false_refusals": FALSE_REFUSALS,
            "refused_on_tuning": {kind: round(share, 3) for kind, share in refused.items()},
            "reader_sha256": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        },
    }
    args.out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(args.out)


if __name__ == "__main__":
    main()
