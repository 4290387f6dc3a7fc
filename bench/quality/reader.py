"""Measure the reader on held-out articles: spans, refusals, time. Every number comes with n and a 95 % interval.

    python -m bench reader --model FOLDER --piaf piaf-v1.0.json --xquad FOLDER [--weights reader.safetensors]

Held out means the second half by article (bench/data/squad.py), of which training saw nothing. Evidence is a window of
whole sentences up to 700 characters, drawn with a fixed seed, so two sets of weights read the same windows.
"""

from __future__ import annotations

import collections
import math
import random
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, AutoTokenizer

from bench.command import Parser
from bench.data.draw import Drawer, Example
from bench.data.squad import Item, halves, load, load_parallel
from rag.query.query import Query
from rag.reader.base import Reading
from rag.reader.span_reader import AdapterReader

ARTICLES = {
    "fr": {"le", "la", "les", "l", "un", "une", "des", "du", "de", "d", "au", "aux"},
    "en": {"a", "an", "the"},
    "de": {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer"},
    "es": {"el", "la", "los", "las", "un", "una", "unos", "unas"},
}


def words(text: str, language: str) -> list[str]:
    """Normalise as SQuAD's scorer does: no case, accents, punctuation, articles."""
    text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return [w for w in re.findall(r"\w+", text) if w not in ARTICLES.get(language, set())]


def f1(found: str, gold: str, language: str) -> float:
    a, b = words(found, language), words(gold, language)
    common = sum((collections.Counter(a) & collections.Counter(b)).values())
    return 2 * common / (len(a) + len(b)) if common else float(found.strip() == gold.strip())


def contains(found: str, gold: str, language: str) -> bool:
    return f" {' '.join(words(gold, language))} " in f" {' '.join(words(found, language))} "


def wilson(yes: int, n: int) -> tuple[float, float]:
    """95 % interval of a share."""
    z, p = 1.96, yes / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def bootstrap(
    rows: Sequence[Any], statistic: Callable[[Sequence[Any]], float], times: int = 1000
) -> tuple[float, float]:
    """95 % interval by resampling rows."""
    draw = random.Random(0)
    values = sorted(statistic(draw.choices(rows, k=len(rows))) for _ in range(times))
    return values[int(0.025 * times)], values[int(0.975 * times)]


def auc(rows: Sequence[tuple[float, bool]]) -> float:
    """Chance that an answerable window scores above an unanswerable one, by rank."""
    ranked = sorted(rows)
    total, k, n_yes = 0.0, 0, sum(a for _, a in rows)
    while k < len(ranked):
        tied = k
        while tied < len(ranked) and ranked[tied][0] == ranked[k][0]:
            tied += 1
        total += sum(a for _, a in ranked[k:tied]) * (k + tied + 1) / 2
        k = tied
    n_no = len(rows) - n_yes
    return (total - n_yes * (n_yes + 1) / 2) / (n_yes * n_no) if n_yes and n_no else float("nan")


def refused(rows: Sequence[tuple[float, bool]], false_refusals: float = 0.1) -> float:
    """Share of unanswerable windows refused where `false_refusals` of the answerable ones are."""
    yes = sorted(s for s, a in rows if a)
    no = [s for s, a in rows if not a]
    bar = yes[int(false_refusals * len(yes))]
    return sum(s < bar for s in no) / len(no)


def line(name: str, value: float, interval: tuple[float, float], n: int) -> None:
    print(f"| {name} | {value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}] n={n} |", flush=True)


def pairs(
    asked: Sequence[Item], told: Sequence[Item], drawer: Drawer
) -> tuple[list[tuple[Item, Example]], list[Example]]:
    """Draw one answerable window a question and, where the article has another paragraph, one unanswerable."""
    answerable, unanswerable = [], []
    for a, t in zip(asked, told, strict=True):
        start, end = drawer.around(t.context, t.start, t.end, 700)
        answerable.append((t, Example(a.question, t.context[start:end], t.start - start, t.end - start)))
        if len(drawer.paragraphs[t.language, t.article]) > 1:
            window = drawer.elsewhere(a, t, 700, same_article=True)
            if t.answer.casefold() not in window.casefold():
                unanswerable.append(Example(a.question, window, -1, -1))
    return answerable, unanswerable


def measure(reader: AdapterReader, asked: Sequence[Item], told: Sequence[Item], drawer: Drawer) -> None:
    """Print the table of one kind of question."""
    yes, no = pairs(asked, told, drawer)
    language = asked[0].language
    began = time.monotonic()
    readings: list[Reading] = [reader.read(Query(e.question, language), [e.window])[0] for _, e in yes]
    refusals = [reader.read(Query(e.question, language), [e.window])[0] for e in no]
    seconds = (time.monotonic() - began) / (len(yes) + len(no))
    rows = []
    for (item, e), r in zip(yes, readings, strict=True):
        found = e.window[r.start : r.end]
        rows.append((f1(found, item.answer, item.language), contains(found, item.answer, item.language)))
    n = len(rows)
    line("F1 of the span", sum(f for f, _ in rows) / n, bootstrap(rows, lambda x: sum(f for f, _ in x) / len(x)), n)
    held = sum(c for _, c in rows)
    line("gold answer contained", held / n, wilson(held, n), n)
    touched = sum(r.start < e.end and r.end > e.start for (_, e), r in zip(yes, readings, strict=True))
    line("span overlaps the gold answer", touched / n, wilson(touched, n), n)
    scores = [(r.score, True) for r in readings] + [(r.score, False) for r in refusals]
    line("answerability AUC, same article", auc(scores), bootstrap(scores, auc, 300), len(scores))
    line("refused at 10 % false refusals", refused(scores), bootstrap(scores, refused, 300), len(refusals))
    bar = reader.threshold(language)
    kept = sum(r.score < bar for r in readings)
    line(f"false refusals at the shipped threshold {bar:.2f}", kept / n, wilson(kept, n), n)
    right = sum(r.score < bar for r in refusals)
    line("refused at the shipped threshold", right / len(refusals), wilson(right, len(refusals)), len(refusals))
    error = sum((reader.probability(s, language) - a) ** 2 for s, a in scores) / len(scores)
    line(
        "Brier score of the probability",
        error,
        bootstrap(scores, lambda x: sum((reader.probability(s, language) - a) ** 2 for s, a in x) / len(x), 300),
        len(scores),
    )
    print(f"| seconds a window, one at a time | {seconds:.3f} |")


def altered(reader: AdapterReader, items: Sequence[Item], drawer: Drawer) -> None:
    """Print how often a question with another name, year or office than the evidence has is refused."""
    no = []
    for item in items:
        question = drawer.alter(item, item)
        if question:
            a, b = drawer.around(item.context, item.start, item.end, 700)
            no.append(reader.read(Query(question, item.language), [item.context[a:b]])[0].score)
    hits = sum(s < reader.threshold(items[0].language) for s in no)
    line("altered questions refused at the threshold", hits / len(no), wilson(hits, len(no)), len(no))


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--xquad", type=Path, required=True, help="folder of xquad.LANGUAGE.json")
    parser.add_argument("--weights", type=Path, help="default: the shipped ones")
    parser.add_argument("--questions", type=int, default=400, help="at most so many a row")
    parser.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model, dtype=getattr(torch, args.dtype)).eval()
    reader = AdapterReader(encoder, tokenizer, args.weights)
    french = halves(load(args.piaf, "fr"))[1]
    parallel = {language: halves(items)[1] for language, items in load_parallel(args.xquad).items()}
    drawer = Drawer(french, parallel, seed=1)
    print(f"weights: {args.weights or 'shipped'}, encoder in {args.dtype}, {args.threads} threads")

    drawn = random.Random(3).sample(french, min(args.questions, len(french)))
    print("| **PIAF, held-out articles, French** | |")
    measure(reader, drawn, drawn, drawer)
    altered(reader, drawn, drawer)
    by_id = {language: {i.id: i for i in items} for language, items in parallel.items()}
    for language in ("en", "de", "es"):
        drawn = random.Random(3).sample(parallel[language], min(args.questions // 2, len(parallel[language])))
        print(f"| **XQuAD, held-out articles, {language}** | |")
        measure(reader, drawn, drawn, drawer)
    for one, other in (("en", "es"), ("es", "en"), ("de", "en"), ("en", "ro")):
        shared = [i for i in parallel[one] if i.id in by_id[other]]
        drawn = random.Random(3).sample(shared, min(args.questions // 2, len(shared)))
        print(f"| **XQuAD, held-out articles, question {one}, evidence {other}** | |")
        measure(reader, drawn, [by_id[other][i.id] for i in drawn], drawer)
