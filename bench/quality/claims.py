"""How many wrong claims pass the check, and how many right ones fail it?

    python -m bench claims --piaf piaf-v1.0.json [--n 300]

Claims are sentences of the held-out half of PIAF, as they stand (right) or with one thing changed (wrong): a number, a
name, a month, a unit, "not", or the source they are checked against.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from bench.command import Parser
from bench.data.squad import Item, halves, load
from index.text.sentence_splitting import sentences
from rag.evaluation.metrics import rate
from rag.language.proper_names import names
from rag.verification.support import check

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
UNITS = (
    ("kilomètres", "mètres"),
    ("mètres", "kilomètres"),
    ("millions", "milliards"),
    ("euros", "dollars"),
    ("ans", "mois"),
)


def change_number(text: str, draw: random.Random, others: list[str]) -> str:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return ""
    match = draw.choice(found)
    digits = match.group()
    other = str(int(digits) + draw.choice([1, 2, 3, 10])).zfill(len(digits))
    return text[: match.start()] + other + text[match.end() :]


def change_name(text: str, draw: random.Random, others: list[str]) -> str:
    mine = [name for name in names(text, "fr") if text.count(name) == 1]
    return text.replace(draw.choice(mine), draw.choice(others)) if mine else ""


def change_month(text: str, draw: random.Random, others: list[str]) -> str:
    mine = [month for month in MONTHS if re.search(rf"\b{month}\b", text)]
    if not mine:
        return ""
    return re.sub(rf"\b{mine[0]}\b", draw.choice([m for m in MONTHS if m != mine[0]]), text, count=1)


def change_unit(text: str, draw: random.Random, others: list[str]) -> str:
    for unit, other in UNITS:
        if match := re.search(rf"(\d[  ]?){re.escape(unit)}(?!\w)", text):
            return text[: match.start()] + match.group(1) + other + text[match.end() :]
    return ""


def negate(text: str, draw: random.Random, others: list[str]) -> str:
    if re.search(r"\b(?:ne|n’|n')", text):
        return re.sub(r"\s(?:pas|plus|jamais)\b", "", re.sub(r"\b(?:ne |n’|n')", "", text, count=1), count=1)
    match = re.search(r"\s(est|sont|a|ont|était|fut|peut|doit)\s", text)
    if not match:
        return ""
    verb = match.group(1)
    negated = f"n’{verb} pas" if verb[0] in "aeéo" else f"ne {verb} pas"
    return text[: match.start(1)] + negated + text[match.end(1) :]


CHANGES = {"number": change_number, "name": change_name, "date": change_month, "unit": change_unit, "negation": negate}


def answered(items: Sequence[Item], n: int, draw: random.Random) -> tuple[list[bool], list[bool]]:
    """Whether a claim made of a question and its gold answer is supported by the sentence that has the answer, and by
    another one of the paragraph that has not."""
    right, wrong = [], []
    for item in draw.sample(list(items), n):
        spans = list(sentences(item.context))
        claim = f"{item.question.rstrip(' ?')} : {item.answer}."
        for a, b in spans:
            if a <= item.start < b:
                right.append(check(claim, item.context[a:b], item.context, item.question, "fr", "fr").ok)
        others = [(a, b) for a, b in spans if item.answer.casefold() not in item.context[a:b].casefold()]
        if others:
            a, b = draw.choice(others)
            wrong.append(check(claim, item.context[a:b], item.context, item.question, "fr", "fr").ok)
    return right, wrong


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none", embedder="none")
    parser.add_argument("--piaf", type=Path, required=True)
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    _, held_out = halves(load(args.piaf, "fr"))
    draw = random.Random(5)
    texts = sorted({item.context for item in held_out})
    draw.shuffle(texts)
    lines = [(text[a:b], text) for text in texts for a, b in sentences(text) if 40 < b - a < 250]
    draw.shuffle(lines)
    everyone = sorted({name for line, _ in lines[:2000] for name in names(line, "fr") if len(name) > 4})
    kept = [check(line, line, "", "", "fr", "fr").ok for line, _ in lines[: args.n]]
    print(f"| right claims that fail | {rate([not ok for ok in kept])} |")
    passed: list[bool] = []
    for kind, change in CHANGES.items():
        found = []
        for line, _ in lines:
            wrong = change(line, draw, everyone)
            if wrong and wrong != line and len(found) < args.n // 6:
                ok = check(wrong, line, "", "", "fr", "fr").ok
                found.append(ok)
                if ok and args.verbose:
                    print(kind, "|", wrong, "|", line)
        passed += found
        print(f"| wrong claims that pass: {kind} changed | {rate(found)} |")
    swapped = []
    for line, context in lines:
        others = [context[a:b] for a, b in sentences(context) if context[a:b] != line and b - a > 20]
        if others and len(swapped) < args.n // 6:
            swapped.append(check(line, draw.choice(others), "", "", "fr", "fr").ok)
    print(f"| wrong claims that pass: checked against another sentence of the paragraph | {rate(swapped)} |")
    print(f"| wrong claims that pass, all | {rate(passed + swapped)} |")
    right, wrong = answered(held_out, args.n, draw)
    print(
        f"| question and gold answer, checked against the gold sentence, that fail | {rate([not ok for ok in right])} |"
    )
    print(f"| the same, checked against another sentence without the answer, that pass | {rate(wrong)} |")
