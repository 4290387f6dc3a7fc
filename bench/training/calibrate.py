r"""Fit the two scores that decide whether anything answers, after measuring each feature and rule with and without.

    python -m bench calibrate read --set piaf|piaf-across|piaf-held-out --library FOLDER --piaf piaf-v1.0.json \
        --out rows.jsonl [--weights FILE]
    python -m bench calibrate read --set written|news|seeds --library FOLDER --out rows.jsonl
    python -m bench calibrate table rows.jsonl
    python -m bench calibrate fit rows.jsonl --out rag/reader/weights/abstain.json

`read` appends what the reader and the retriever say of every hit of every question, once, without any rule; questions
that are in the file are passed over, so that it can be stopped. A library of PIAF is built by `bench answers --piaf
--library`. `table` fits each variant on the questions of PIAF's validation articles, which no reader was trained on (on
the others its scores are those of what it knows by heart), and prints for all sets what is refused where 8 % of the
answerable questions are refused falsely. `fit` writes the one that is shipped. The same questions, translated into
English, German and Spanish (bench/training/reader_questions.jsonl), fit the score across two languages.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.quality.reader import wilson
from bench.training.calibration_rows import SETS, Row, cases_of, row_of
from index.models.embedder import SentenceTransformerEmbedder
from rag.evaluation.runner import HidingAnswerer
from rag.reader.not_in_articles import FEATURES
from rag.reader.span_reader import WEIGHTS, AdapterReader
from rag.reader.windows import NAMELESS, SHORT_TEXT

FALSE_REFUSALS = 0.08
FITTED_ON = {"alike": ("piaf validation", "news fc"), "across": ("piaf validation across",)}
"""Sets by whose questions a half of the score is fitted, each counting the same: no reader was trained on them."""
COMPARED_AT = 0.08
UNMET = -1.0
"""Weight of an article's lacking a name of the question. Not fitted: PIAF's articles are single paragraphs without a
title, which often leave out the name of what they are about; other short texts may do so less."""
N_WINDOWS = 5

# --- read -------------------------------------------------------------------------------------------------------------


def read(args: argparse.Namespace) -> None:
    """Append a row a question."""
    done = set()
    if args.out.exists():
        done = {
            (r["set"], r["id"], r["asked"], r["question"]) for r in map(json.loads, args.out.open(encoding="utf-8"))
        }
    answerer = HidingAnswerer.load(args.library, llm="none")
    encoder = answerer.embedder
    assert isinstance(encoder, SentenceTransformerEmbedder)
    answerer.reader = AdapterReader(encoder.encoder, encoder.tokenizer, args.weights, lock=encoder.lock)
    cases = list(cases_of(args.set, args.piaf, args.n))
    with args.out.open("a", encoding="utf-8") as out:
        for k, (name, case) in enumerate(cases):
            if (name, case.id, case.kind, case.question) not in done:
                out.write(json.dumps(row_of(name, case, answerer), ensure_ascii=False) + "\n")
            if k % 50 == 49:
                out.flush()
                print(f"{name} {k + 1}/{len(cases)}", flush=True)


# --- table ----------------------------------------------------------------------------------------------------------

Features = Callable[[Row], list[float]]


def is_left_out(window: Row, rule: str) -> bool:
    """Whether a rule takes the article to be about something else: "today", "years" alone, or "none"."""
    if rule == "none":
        return False
    if window["years"]:
        return True
    if rule == "years":
        return False
    if window["across"]:
        return bool(window["said"])
    return bool(window["names"]) and window["characters"] > SHORT_TEXT


def considered(row: Row, rule: str) -> list[Row]:
    """The windows that are read: the first five of the articles that stay, those with all names first."""
    kept = [w for w in row["windows"] if not is_left_out(w, rule)]
    kept.sort(key=lambda w: bool(w["names"]) and not w["across"])
    return [w for w in kept[:N_WINDOWS] if not w["empty"]]


def variants() -> dict[str, tuple[str, Features]]:
    """Name -> (rule, features of a window)."""

    def base(w: Row) -> list[float]:
        return [w["reader"], w["cosine"], w["coverage"], float(bool(w["names"]) and not w["across"]), _nameless(w)]

    def without(*places: int) -> Features:
        return lambda w: [x for k, x in enumerate(base(w)) if k not in places]

    def with_years(w: Row) -> list[float]:
        return [*base(w), float(bool(w["years"]))]

    def steep(w: Row) -> list[float]:
        return [*base(w), min(w["reader"], 0.0)]

    return {
        "the reader alone, no rule": ("none", lambda w: [w["reader"]]),
        "all": ("today", base),
        "names only weigh": ("years", base),
        "names and years only weigh": ("none", with_years),
        "without the cosine": ("today", without(1)),
        "without coverage": ("today", without(2)),
        "without lacking names": ("today", without(3)),
        "without NAMELESS": ("today", without(4)),
        "the reader bent at 0": ("today", steep),
        "names only weigh, no coverage": ("years", without(2)),
    }


def _nameless(w: Row) -> float:
    return float(w["across"] and bool(w["names"] or w["years"]))


def table(path: Path) -> None:
    """Print what each variant refuses."""
    rows: dict[str, list[Row]] = {}
    for row in map(json.loads, path.open(encoding="utf-8")):
        rows.setdefault(row["set"], []).append(row)
    for name, (rule, of) in variants().items():
        print(f"\n{name}")
        models = {
            across: _fit(rows["piaf validation across" if across else "piaf validation"], rule, of)
            for across in (False, True)
        }
        for set_name, found in rows.items():
            _line(set_name, [(row, _best(row, rule, of, models)) for row in found])


def _fit(rows: Sequence[Row], rule: str, of: Features) -> LogisticRegression:
    windows = [w for row in rows for w in considered(row, rule)]
    x, y = np.array([of(w) for w in windows]), np.array([w["right"] for w in windows])
    return LogisticRegression(C=10.0, max_iter=2000).fit(x, y)


def _best(row: Row, rule: str, of: Features, models: dict[bool, LogisticRegression]) -> tuple[float, bool]:
    """Return the best window's score, and whether the reader points at the right line in it."""
    scored = [
        (float(models[w["across"]].decision_function(np.array([of(w)]))[0]), bool(w["right"]))
        for w in considered(row, rule)
    ]
    return max(scored, default=(-99.0, False))


def _line(name: str, scored: Sequence[tuple[Row, tuple[float, bool]]]) -> None:
    answerable = sorted(score for row, (score, _) in scored if row["kind"] == "answerable")
    bar = answerable[int(COMPARED_AT * len(answerable))]
    shown = [right for row, (score, right) in scored if row["kind"] == "answerable" and score >= bar]
    parts = [f"right {np.mean(shown):.3f} (n={len(shown)})"]
    for kind in sorted({row["kind"] for row, _ in scored} - {"answerable"}):
        of_kind = [score for row, (score, _) in scored if row["kind"] == kind]
        if of_kind:
            n = sum(score < bar for score in of_kind)
            low, high = wilson(n, len(of_kind))
            parts.append(f"{kind} {n / len(of_kind):.3f} [{low:.2f}, {high:.2f}] (n={len(of_kind)})")
    print(f"  {name:24s} bar {bar:6.2f}  {'  '.join(parts)}", flush=True)


# --- fit ------------------------------------------------------------------------------------------------------------


def fit(sets: Sequence[Sequence[Row]]) -> dict[str, Any]:
    """Fit the weights of one half of the score, and the threshold that refuses FALSE_REFUSALS of what has an answer.

    Each set counts the same, however many questions it has.
    """
    windows = [[w for row in rows for w in considered(row, "today")] for rows in sets]
    x = np.array([[w["reader"], w["cosine"]] for each in windows for w in each])
    y = np.array([w["right"] for each in windows for w in each])
    counts = np.array([1 / len(each) for each in windows for _ in each])
    fitted = LogisticRegression(C=10.0, max_iter=2000).fit(x, y, sample_weight=counts / counts.mean())
    reader, cosine = map(float, fitted.coef_[0])

    def score(w: Row) -> float:
        names = UNMET * bool(w["names"] and not w["across"])
        return float(reader * w["reader"] + cosine * w["cosine"] + names - NAMELESS * _nameless(w))

    best = [[max((score(w) for w in considered(row, "today")), default=-99.0) for row in rows] for rows in sets]
    kinds = [[row["kind"] for row in rows] for rows in sets]
    threshold = _quantile([_of_kind(b, k, "answerable") for b, k in zip(best, kinds, strict=True)], FALSE_REFUSALS)
    refused = {
        kind: [round(float(np.mean(_of_kind(b, k, kind) < threshold)), 3) for b, k in zip(best, kinds, strict=True)]
        for kind in ("answerable", "near_miss", "off_corpus")
    }
    return {
        "weights": [round(reader, 4), round(cosine, 4), UNMET],
        "intercept": round(-threshold, 4),
        "n": [each.count("answerable") for each in kinds],
        "refused_on_tuning": refused,
    }


def _of_kind(scores: Sequence[float], kinds: Sequence[str], kind: str) -> Any:
    return np.array([score for score, each in zip(scores, kinds, strict=True) if each == kind])


def _quantile(sets: Sequence[Any], share: float) -> float:
    """Return the score that `share` of the sets' scores are below, each set counting the same."""
    weighed = sorted((score, 1 / len(scores) / len(sets)) for scores in sets for score in scores)
    below = np.cumsum([weight for _, weight in weighed])
    return float(weighed[int(np.searchsorted(below, share, side="right"))][0])


def fit_all(path: Path, weights: Path, out: Path) -> None:
    """Write both halves with their provenance."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    fitted: dict[str, Any] = {"features": list(FEATURES)}
    for key, names in FITTED_ON.items():
        fitted[key] = {"sets": names, **fit([[row for row in rows if row["set"] == name] for name in names])}
        print(key, fitted[key])
    fitted["provenance"] = {
        "script": "bench/training/calibrate.py",
        "data": "PIAF 1.0, articles of the tuning half that no reader was trained on; questions translated by us; "
        "bench/training/news_questions/fc",
        "false_refusals": FALSE_REFUSALS,
        "reader_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    reading = commands.add_parser("read")
    reading.add_argument("--set", choices=SETS, required=True)
    reading.add_argument("--library", type=Path, required=True)
    reading.add_argument("--piaf", type=Path)
    reading.add_argument("--weights", type=Path, default=WEIGHTS)
    reading.add_argument("--n", type=int, default=150)
    reading.add_argument("--out", type=Path, required=True)
    commands.add_parser("table").add_argument("rows", type=Path)
    fitting = commands.add_parser("fit")
    fitting.add_argument("rows", type=Path)
    fitting.add_argument("--weights", type=Path, default=WEIGHTS, help="of the reader that gave the rows")
    fitting.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    if args.command == "read":
        read(args)
    elif args.command == "table":
        table(args.rows)
    else:
        fit_all(args.rows, args.weights, args.out)


if __name__ == "__main__":
    main()
