"""How many false claims does a checker show as carried, and how many true ones does it keep?

    python -m bench check_claims FILE.jsonl [...] --model FOLDER [--weights checker.safetensors] [--cases]

A line of a file is evidence with its claims, as in bench/training/claim_pairs/; with --cases it is evidence with a true
or a false sentence about it. Beside the checker stands what rag/verification/support.py says of the same pairs, and
what passes both. The thresholds are those the weights come with.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoModel, AutoTokenizer

import index.models.shared_key_attention
from bench.command import Parser
from index.text.detection import detect
from rag.evaluation.metrics import rate
from rag.verification.checker import Checker, Pair
from rag.verification.support import check


class Checked(NamedTuple):
    """One claim: what it is, and what was found."""

    is_true: bool
    label: str
    kind: str
    languages: str
    """Evidence's, then the claim's: "fr>en"."""
    verdict: str
    by_rules: bool


class Question(NamedTuple):
    pair: Pair
    label: str
    kind: str
    told: str
    """Language of the evidence; `claimed` that of the claim."""
    claimed: str


def written(path: Path) -> Iterator[Question]:
    """Read evidence with its claims, as in bench/training/claim_pairs/."""
    for row in _rows(path):
        for claim in row["claims"]:
            pair = Pair(claim["text"], row["evidence"], claim.get("question", ""))
            yield Question(pair, claim["label"], claim["kind"], row["lang_e"], claim["lang"])


def cases(path: Path) -> Iterator[Question]:
    """Read evidence with sentences that are true or false of it: as `claim` with a `label`, or under those names."""
    for number, row in enumerate(_rows(path), 1):
        told = {name: row[name] for name in ("true", "false") if row.get(name)}
        label, claim = row.get("label", row.get("verdict")), row.get("claim", row.get("sentence"))
        if label is not None and claim:
            told = {"true" if str(label).lower() in ("true", "carried") else "false": claim}
        if "evidence" not in row or not told or not all(isinstance(t, str | list) for t in told.values()):
            raise SystemExit(f"check_claims: {path}, line {number}: cannot be read; it has {', '.join(row)}")
        for name, texts in told.items():
            for text in [texts] if isinstance(texts, str) else texts:
                pair = Pair(text, row["evidence"], row.get("question", ""))
                label = "carried" if name == "true" else "not_carried"
                yield Question(pair, label, str(row.get("kind", "")), *_languages(row, text))


def _languages(row: Mapping[str, Any], text: str) -> tuple[str, str]:
    told = row.get("lang_e") or detect(row["evidence"])
    claimed = row.get("lang") or detect(text)
    # Where the row itself says whether two languages meet, short texts are not guessed.
    if isinstance(row.get("across"), bool) and row["across"] != (told != claimed):
        claimed = told if not row["across"] else "fr" if told == "en" else "en"
    return told, claimed


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, filter(str.strip, path.read_text(encoding="utf-8").splitlines()))


def judge(checker: Checker, questions: Sequence[Question]) -> list[Checked]:
    found = []
    for q in questions:
        (probabilities,) = checker.verdicts([q.pair])
        verdict = checker.verdict(probabilities, q.told != q.claimed)
        claim, evidence, question = q.pair
        by_rules = check(claim, evidence, evidence, question, q.claimed, q.told).ok
        found.append(Checked(q.label == "carried", q.label, q.kind, f"{q.told}>{q.claimed}", verdict, by_rules))
    return found


WAYS: dict[str, Callable[[Checked], bool]] = {
    "checker": lambda c: c.verdict == "carried",
    "rules": lambda c: c.by_rules,
    "both": lambda c: c.verdict == "carried" and c.by_rules,
}


def line_of(title: str, rows: Sequence[Checked]) -> str:
    true, false = [c for c in rows if c.is_true], [c for c in rows if not c.is_true]
    shown = (rate([way(c) for c in each]) for way in WAYS.values() for each in (false, true))
    return f"| {title} | " + " | ".join(shown) + " |"


def table(rows: Sequence[Checked], by_kind: bool) -> Iterator[str]:
    yield "| | " + " | ".join(f"false shown, {way} | true kept, {way}" for way in WAYS) + " |"
    yield "|---|" + "---:|" * (2 * len(WAYS))
    yield line_of("all", rows)
    yield line_of("in one language", [c for c in rows if c.languages[:2] == c.languages[-2:]])
    yield line_of("across", [c for c in rows if c.languages[:2] != c.languages[-2:]])
    for languages in sorted({c.languages for c in rows}):
        yield line_of(languages, [c for c in rows if c.languages == languages])
    for kind in sorted({c.kind for c in rows}) if by_kind else ():
        yield line_of(f"kind: {kind or '-'}", [c for c in rows if c.kind == kind])
    told = [c for c in rows if c.label in ("contradicted", "not_said") and c.verdict != "carried"]
    if told:
        yield f"\nContradicted or not said, told apart: {rate([c.verdict == c.label for c in told])}"


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(llm="none")
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument("--weights", type=Path, help="default: the shipped ones")
    parser.add_argument("--cases", action="store_true", help="lines are evidence with a true or a false sentence")
    parser.add_argument("--kinds", action="store_true", help="a line a kind, too")
    parser.add_argument("--wrong", action="store_true", help="print each claim that was judged wrongly")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).eval()
    index.models.shared_key_attention.use(encoder)
    checker = Checker(encoder, tokenizer, args.weights)
    questions = [q for path in args.files for q in (cases if args.cases else written)(path)]
    began = time.monotonic()
    rows = judge(checker, questions)
    seconds = time.monotonic() - began
    same, across = checker.threshold(), checker.threshold(across=True)
    print(f"Weights: {args.weights or 'shipped'}; thresholds {same:.3f}, across languages {across:.3f}")
    print("\n".join(table(rows, args.kinds)))
    print(f"\nSeconds a claim, one at a time, rules included: {seconds / len(rows):.3f}")
    if args.wrong:
        for q, c in zip(questions, rows, strict=True):
            if c.is_true != (c.verdict == "carried"):
                print(f"{c.label}, judged {c.verdict} | {c.kind} | {q.pair.claim} | {q.pair.evidence}")
