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
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from bench.data.cases import piaf_cases, piaf_folder, seed_cases
from bench.data.squad import halves, is_validation, load
from bench.quality import written
from bench.quality.reader import wilson
from bench.training.article_questions import FOLDER as NEWS
from bench.training.mixture import key_of
from index.models.embedder import SentenceTransformerEmbedder
from index.text.detection import detect
from rag.evaluation.runner import Case, HidingAnswerer
from rag.evidence import cut
from rag.language.content_words import content
from rag.language.missing_names import unmet
from rag.query.asked_year import without_asked_year
from rag.query.query import Query
from rag.reader.answerability import FEATURES
from rag.reader.span_reader import WEIGHTS, AdapterReader
from rag.reader.windows import NAMELESS, SHORT_TEXT

SETS = ["piaf", "piaf-across", "piaf-held-out", "written", "news", "seeds"]
QUESTIONS = Path(__file__).with_name("reader_questions.jsonl")
FALSE_REFUSALS = {"alike": 0.1, "across": 0.08}
COMPARED_AT = 0.08
COSINE_SHARE = 0.5
"""Of the fitted weight of the cosine. A near miss is as near as an answer: where articles are news, not the paragraphs
of an encyclopedia, the whole of it lets near misses pass (docs/experiments.md)."""
UNMET = -1.0
"""Weight of an article's lacking a name of the question. Not fitted: PIAF's articles are single paragraphs without a
title, which often leave out the name of what they are about; other short texts may do so less."""
N_WINDOWS = 5

Row = dict[str, Any]


# --- read -----------------------------------------------------------------------------------------------------------


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
        for folder in sorted(each for each in NEWS.iterdir() if each.is_dir()):
            cases = written.cases(False, folder)
            drawn = random.Random(5).sample(cases, min(n, len(cases)))
            yield from ((f"news {folder.name}", case) for case in drawn)
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


def fit(rows: Sequence[Row], false_refusals: float) -> dict[str, Any]:
    """Fit the weights of one half of the judge, and the threshold that refuses so many of the answerable questions."""
    windows = [w for row in rows for w in considered(row, "today")]
    x = np.array([[w["reader"], w["cosine"]] for w in windows])
    reader, cosine = LogisticRegression(C=10.0, max_iter=2000).fit(x, np.array([w["right"] for w in windows])).coef_[0]
    cosine *= COSINE_SHARE

    def score(w: Row) -> float:
        names = UNMET * bool(w["names"] and not w["across"])
        return float(reader * w["reader"] + cosine * w["cosine"] + names - NAMELESS * _nameless(w))

    best = [max((score(w) for w in considered(row, "today")), default=-99.0) for row in rows]
    answerable = sorted(b for b, row in zip(best, rows, strict=True) if row["kind"] == "answerable")
    threshold = answerable[int(false_refusals * len(answerable))]
    refused = {
        kind: round(
            float(np.mean([b < threshold for b, row in zip(best, rows, strict=True) if row["kind"] == kind])), 3
        )
        for kind in ("answerable", "near_miss", "off_corpus")
    }
    return {
        "weights": [round(float(reader), 4), round(float(cosine), 4), UNMET],
        "intercept": round(-threshold, 4),
        "n": len(answerable),
        "refused_on_tuning": refused,
    }


def fit_all(path: Path, weights: Path, out: Path) -> None:
    """Write both halves with their provenance."""
    rows = [json.loads(line) for line in path.open(encoding="utf-8")]
    fitted: dict[str, Any] = {"features": list(FEATURES)}
    for key, name in (("alike", "piaf validation"), ("across", "piaf validation across")):
        fitted[key] = fit([row for row in rows if row["set"] == name], FALSE_REFUSALS[key])
        print(key, fitted[key])
    fitted["provenance"] = {
        "script": "bench/training/calibrate.py",
        "data": "PIAF 1.0, articles of the tuning half that no reader was trained on; questions translated by us",
        "false_refusals": FALSE_REFUSALS,
        "reader_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }
    out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    reading = commands.add_parser("read")
    reading.add_argument(
        "--set", choices=["piaf", "piaf-across", "piaf-held-out", "written", "news", "seeds"], required=True
    )
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
