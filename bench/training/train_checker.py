"""Train the checker's adapter on a mixture of claims, and write checker.safetensors and checker.json.

    python -m bench train_checker --model FOLDER --data FOLDER --data FOLDER --minutes 180 --out FOLDER

`bench/training/checker_mixture.toml` names the sets, their licences and weights. All claims about one evidence are
learned in one sequence, in which they do not see each other (rag/verification/checker.py); --joint lets evidence see
the claim, one claim a sequence. A run that was stopped goes on from its last step when it is started again with the
same --out. With each snapshot of the averaged weights what is kept for validation is measured: how many false claims
pass where 88 % and 92 % of the true ones do.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file

from bench.command import Parser
from bench.quality.reader import auc
from bench.training.claim_sets import ClaimMixture
from bench.training.mixture import batches_of
from bench.training.run import Run, add_arguments, fresh_tensors, load_base, trainable, write
from bench.training.statements import ALLOWED, Case
from rag.verification.checker import (
    FORMAT,
    MAX_CLAIM_TOKENS,
    MAX_EVIDENCE_TOKENS,
    PROMPT,
    THRESHOLD,
    VERDICTS,
    Encoded,
    VerdictAdapter,
    collate,
    encode,
)

MIXTURE = Path(__file__).with_name("checker_mixture.toml")
RANK = 32
TOP_LAYERS = 12
LEARNING_RATE = 4e-4
VALIDATED = 40
"""Claims of a set that are kept for validation, the written ones whole."""
BATCHES_IN_POOL = 16
KEPT = (0.88, 0.92)
MAX_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Learned:
    """One sequence, and of each claim in it which verdicts are right and how much it counts."""

    encoded: Encoded
    allowed: list[tuple[int, ...]]
    weights: list[float]


class Row(NamedTuple):
    """A claim kept for validation, as it was judged."""

    set: str
    languages: str
    """Evidence's, then the claim's: "fr>en"."""
    label: str
    kind: str
    probabilities: tuple[float, ...]

    @property
    def is_true(self) -> bool:
        return self.label == "carried"


def learned(case: Case, tokenizer: Any, joint: bool) -> list[Learned]:
    """Encode a case: in one sequence, or with a sequence a claim."""
    cases = [replace(case, claims=(claim,)) for claim in case.claims] if joint else [case]
    return [
        Learned(
            encode(tokenizer, each.evidence, [(c.text, c.question) for c in each.claims]),
            [ALLOWED[c.label] for c in each.claims],
            [c.weight for c in each.claims],
        )
        for each in cases
    ]


def pool_batches(mixture: ClaimMixture, tokenizer: Any, number: int, size: int, joint: bool) -> list[list[Learned]]:
    """Return one pool's batches, the same for the same number."""
    groups = [
        [one for case in group for one in learned(case, tokenizer, joint)]
        for group in mixture.pool(number, BATCHES_IN_POOL * size // (4 if joint else 1))
    ]
    batches = batches_of(groups, size, lambda one: len(one.encoded.ids))
    order = torch.randperm(len(batches), generator=torch.Generator().manual_seed(number)).tolist()
    return [batches[k] for k in order]


def loss_of(adapter: VerdictAdapter, batch: Sequence[Learned], joint: bool) -> torch.Tensor:
    """Return the weighted mean of -log(probability of the verdicts that a claim's label leaves open)."""
    device = adapter.tensors["head.bias"].device
    logits = adapter.logits(collate([one.encoded for one in batch], joint=joint).to(device))
    closed = torch.ones(len(logits), len(VERDICTS), dtype=torch.bool)
    for k, allowed in enumerate(each for one in batch for each in one.allowed):
        closed[k, list(allowed)] = False
    weights = torch.tensor([w for one in batch for w in one.weights], device=device)
    kept = logits.log_softmax(-1).masked_fill(closed.to(device), -torch.inf).logsumexp(-1)
    return -(weights * kept).sum() / weights.sum()


def judged(
    adapter: VerdictAdapter, sets: Mapping[str, Sequence[Case]], tokenizer: Any, joint: bool, size: int
) -> list[Row]:
    """Judge what is kept for validation, sequences of like lengths together."""
    rows: list[Row] = []
    sequences = [
        (name, case, claims, one)
        for name, cases in sets.items()
        for case in cases
        for claims, one in zip(
            [(c,) for c in case.claims] if joint else [case.claims], learned(case, tokenizer, joint), strict=True
        )
    ]
    sequences.sort(key=lambda each: len(each[3].encoded.ids))
    device = adapter.tensors["head.bias"].device
    for start in range(0, len(sequences), size):
        part = sequences[start : start + size]
        with torch.inference_mode():
            batch = collate([one.encoded for *_, one in part], joint=joint).to(device)
            found = adapter.logits(batch).softmax(-1).tolist()
        told = [(name, case, claim) for name, case, claims, _ in part for claim in claims]
        for (name, case, claim), probabilities in zip(told, found, strict=True):
            if claim.label == "not_contradicted":  # may be true or not: it measures nothing
                continue
            pair = f"{case.language}>{claim.language}"
            rows.append(Row(name, pair, claim.label, claim.kind, tuple(probabilities)))
    return rows


def bar(rows: Sequence[Row], kept: float) -> float:
    """Return the probability that a share of the true claims reaches."""
    true = sorted(row.probabilities[0] for row in rows if row.is_true)
    return true[min(len(true) - 1, int((1 - kept) * len(true) + 1e-9))]


def passed(rows: Sequence[Row], kept: float) -> float:
    """Return the share of false claims that pass where a share of the true ones does."""
    threshold = bar(rows, kept)
    false = [row.probabilities[0] >= threshold for row in rows if not row.is_true]
    return sum(false) / len(false)


def line_of(title: str, rows: Sequence[Row]) -> str:
    true = sum(row.is_true for row in rows)
    if min(true, len(rows) - true) < 10:
        return f"| {title} | {true} | {len(rows) - true} | | | |"
    measured = [auc([(row.probabilities[0], row.is_true) for row in rows]), *(passed(rows, kept) for kept in KEPT)]
    return f"| {title} | {true} | {len(rows) - true} | " + " | ".join(f"{m:.3f}" for m in measured) + " |"


def table(rows: Sequence[Row]) -> list[str]:
    """Return lines: each set, the written claims by pair of languages, and all claims by pair."""
    lines = [
        "| kept for validation | true | false | AUC | " + " | ".join(f"false at {k:.0%} kept" for k in KEPT) + " |"
    ]
    lines.append("|---|---:|---:|---:|---:|---:|")
    written = [row for row in rows if row.set == _WRITTEN]
    for name in dict.fromkeys(row.set for row in rows):
        lines.append(line_of(name, [row for row in rows if row.set == name]))
    for title, some in ((f"{_WRITTEN}, ", written), ("all sets, ", rows)):
        for languages in sorted({row.languages for row in some}):
            pair = [row for row in some if row.languages == languages]
            if len(pair) >= 20:
                lines.append(line_of(title + languages, pair))
    hard = [row for row in written if row.label in ("contradicted", "not_said")]
    if hard:
        told = sum((row.probabilities[1] > row.probabilities[2]) == (row.label == "contradicted") for row in hard)
        lines.append(
            f"| {_WRITTEN}: contradicted or not said, told apart | | {len(hard)} | {told / len(hard):.3f} | | |"
        )
    return lines


_WRITTEN = "claims written for citeline"


def calibration(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """Measure the threshold, in one language and across, on the written claims; on all where those are few."""
    fitted = {}
    for name, across in (("same", False), ("across", True)):
        pair = [row for row in rows if (row.languages[:2] != row.languages[-2:]) == across]
        written = [row for row in pair if row.set == _WRITTEN]
        used = written if sum(row.is_true for row in written) >= 60 else pair
        true = sum(row.is_true for row in used)
        if min(true, len(used) - true) < 10:
            continue
        fitted[name] = {
            "threshold": THRESHOLD,
            "n_true": true,
            "n_false": len(used) - true,
            "auc": round(auc([(row.probabilities[0], row.is_true) for row in used]), 4),
            "false_passed": round(_share([row for row in used if not row.is_true]), 4),
            "true_kept": round(_share([row for row in used if row.is_true]), 4),
        }
    return fitted


def _share(rows: Sequence[Row]) -> float:
    return sum(row.probabilities[0] >= THRESHOLD for row in rows) / len(rows)


def write_checker(
    folder: Path,
    tensors: dict[str, torch.Tensor],
    rows: Sequence[Row],
    provenance: Mapping[str, Any],
    rank: int = RANK,
    joint: bool = False,
) -> None:
    """Write the weights beside what they measure on `rows` and where they come from."""
    config = {
        "prompt": PROMPT,
        "verdicts": VERDICTS,
        "joint": joint,
        "max_claim_tokens": MAX_CLAIM_TOKENS,
        "max_evidence_tokens": MAX_EVIDENCE_TOKENS,
        "calibration": calibration(rows),
        "provenance": provenance,
    }
    write(folder, "checker", FORMAT, rank, tensors, config)
    size = (folder / "checker.safetensors").stat().st_size
    if size > MAX_BYTES:
        print(f"checker.safetensors has {size / 2**20:.2f} MiB, more than {MAX_BYTES / 2**20:.0f}", flush=True)


class Trainer:
    """What a run of the checker needs at its snapshots and at its end."""

    def __init__(self, args: argparse.Namespace, mixture: ClaimMixture, encoder: Any, tokenizer: Any) -> None:
        self.args, self.mixture, self.tokenizer = args, mixture, tokenizer
        head = (VerdictAdapter.outputs, VerdictAdapter.hidden_states * encoder.config.hidden_size)
        start = fresh_tensors(encoder, args.seed, args.rank, args.top_layers, head)
        self.taken = 0
        if args.init:
            known = load_file(args.init)
            alike = {k: t for k, t in known.items() if k in start and start[k].shape == t.shape}
            self.taken = len(alike)
            start |= alike
        self.adapter = VerdictAdapter(encoder, trainable(start, args.device))
        self.run = Run(self.adapter.tensors, args, lambda batch: loss_of(self.adapter, batch, args.joint))
        # Its tensors are changed in place, so this is always the averaged checker.
        self.averaged = VerdictAdapter(encoder, self.run.averaged)
        self.kept = mixture.validation(args.validate)

    def write(self, folder: Path, rows: Sequence[Row], provenance: Mapping[str, Any]) -> None:
        write_checker(folder, self.run.averaged, rows, provenance, self.args.rank, self.args.joint)

    def measure(self) -> list[Row]:
        """Judge and print what is kept for validation with the averaged weights."""
        began = time.monotonic()
        rows = judged(self.averaged, self.kept, self.tokenizer, self.args.joint, self.args.batch)
        print("\n".join(table(rows)), flush=True)
        print(f"{len(rows)} claims judged in {time.monotonic() - began:.0f} s", flush=True)
        return rows

    def snapshot(self) -> None:
        rows = self.measure()
        folder = self.args.out / f"examples-{self.run.seen}"
        self.write(folder, rows, {"examples": self.run.seen})
        (folder / "validation.md").write_text("\n".join(table(rows)) + "\n", encoding="utf-8")


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    add_arguments(parser, LEARNING_RATE, batch=8, snapshot=15000)
    parser.add_argument("--mixture", type=Path, default=MIXTURE)
    parser.add_argument("--rank", type=int, default=RANK)
    parser.add_argument("--top-layers", type=int, default=TOP_LAYERS)
    parser.add_argument("--joint", action="store_true", help="let evidence see the claim; a sequence a claim")
    parser.add_argument("--validate", type=int, default=VALIDATED, help="claims a set, the written ones whole")
    args = parser.parse_args()

    try:
        mixture = ClaimMixture(args.mixture, args.data)
    except (ValueError, OSError) as error:
        raise SystemExit(f"train_checker: {error}") from None
    for record in mixture.records():
        share, used, kept = (record[k] for k in ("share_of_draws", "evidence", "evidence_kept_for_validation"))
        print(f"{share:6.1%} {used:6d} + {kept:4d} {record['name']} ({record['licence']})", flush=True)
    encoder, tokenizer = load_base(args)
    trainer = Trainer(args, mixture, encoder, tokenizer)
    run = trainer.run
    print(f"{sum(t.numel() for t in run.trained) / 1e6:.2f} M trained parameters", flush=True)
    if args.init:
        print(f"{trainer.taken} of {len(run.tensors)} tensors from {args.init}", flush=True)
    if run.resume():
        print(f"going on after {run.seen} claims", flush=True)
    run.train(
        lambda number: pool_batches(mixture, tokenizer, number, args.batch, args.joint),
        lambda batch: sum(len(one.allowed) for one in batch),
        trainer.snapshot,
    )
    provenance = {
        "script": "bench/training/train_checker.py",
        "mixture": {"file": args.mixture.name, "sha256": mixture.sha256, "seed": mixture.seed},
        "sets": mixture.records(),
        **run.provenance(),
        "tensors_taken": trainer.taken,
        "rank": args.rank,
        "top_layers": args.top_layers,
        "calibrated_on": "claims about evidence that was not trained on",
    }
    rows = trainer.measure()
    trainer.write(args.out, rows, provenance)
    print(json.dumps(calibration(rows), indent=1))
