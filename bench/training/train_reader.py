"""Train the reader's adapter on a mixture of sets, calibrate it, and write reader.safetensors and reader.json.

    python -m bench train_reader --model FOLDER --data FOLDER --data FOLDER --minutes 60 --out FOLDER

`bench/training/reader_mixture.toml` names the sets, their licences and weights. Held-out articles (bench/data/squad.py)
are never read here. Runs on two CPU cores or a GPU. A run that was stopped goes on from its last step when it is
started again with the same --out; one that is given more minutes than before goes on at the full rate. The learning
rate is constant, then falls over the last part, so the averaged weights written on the way (--snapshot) compare with
each other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from bench.command import Parser
from bench.data.draw import Drawer, Example
from bench.data.squad import Item, halves, is_validation, load, load_parallel
from bench.training.mixture import Group, Mixture, batches_of
from bench.training.run import Run, add_arguments, fresh_tensors, load_base, trainable, write
from rag.query.query import Query
from rag.reader.span_reader import (
    FORMAT,
    MAX_SPAN_TOKENS,
    MAX_WINDOW_TOKENS,
    PROMPT,
    AdapterReader,
    Encoded,
    SpanAdapter,
    collate,
    encode,
)

MIXTURE = Path(__file__).with_name("reader_mixture.toml")
RANK = 32
TOP_LAYERS = 10
LEARNING_RATE = 4e-4
VALIDATED = 130
"""Validation questions a language, for the calibration."""
FALSE_REFUSALS = 0.06
BATCHES_IN_POOL = 8


def target(example: Example, e: Encoded) -> tuple[int, int] | None:
    """Return the first and last position of the answer, (0, 0) for "not here", None if the cut took it."""
    if example.start < 0:
        return 0, 0
    inside = [k for k, (a, b) in enumerate(e.offsets) if b > a and a < example.end and b > example.start]
    if not inside or e.offsets[inside[-1]][1] < example.end or inside[-1] - inside[0] >= 2 * MAX_SPAN_TOKENS:
        return None
    return e.first + inside[0], e.first + inside[-1]


Spot = tuple[int, int]


def pool_batches(mixture: Mixture, tokenizer: Any, number: int, size: int) -> list[list[tuple[Encoded, Spot]]]:
    """Return one pool's batches, the same for the same number; a near miss is beside the question it was made from."""
    encoded: list[list[tuple[Encoded, Spot]]] = []
    for group in mixture.pool(number, BATCHES_IN_POOL * size):
        kept = _encoded(group, tokenizer)
        if kept:
            encoded.append(kept)
    batches = batches_of(encoded, size, lambda pair: len(pair[0].ids))
    order = torch.randperm(len(batches), generator=torch.Generator().manual_seed(number)).tolist()
    return [batches[k] for k in order]


def _encoded(group: Group, tokenizer: Any) -> list[tuple[Encoded, Spot]]:
    kept = []
    for example in group:
        if not example.window.strip():
            return []
        (e,) = encode(tokenizer, example.question, [example.window])
        spot = target(example, e)
        if spot is None:
            return []
        kept.append((e, spot))
    return kept


def loss_of(adapter: SpanAdapter, batch: Sequence[tuple[Encoded, Spot]]) -> torch.Tensor:
    """Return how far start and end are from where they should be, the mean of both cross entropies."""
    device = adapter.tensors["head.bias"].device
    ids, mask, allowed = (t.to(device) for t in collate([e for e, _ in batch]))
    starts, ends = adapter.logits(ids, mask, allowed)
    spots = torch.tensor([spot for _, spot in batch], device=device)
    cross_entropy = torch.nn.functional.cross_entropy
    return (cross_entropy(starts, spots[:, 0]) + cross_entropy(ends, spots[:, 1])) / 2


def validation(french: Sequence[Item], parallel: dict[str, list[Item]], limit: int) -> list[tuple[str, bool, Example]]:
    """Draw one positive and one negative a question: (language of the question, answerable, example)."""
    drawer = Drawer(french, parallel, seed=7)
    pairs = [(i, i) for i in french]
    by_id = {language: {i.id: i for i in items} for language, items in parallel.items()}
    for language, items in parallel.items():
        if language in ("en", "es", "de", "ro"):
            pairs += [(i, i) for i in items]
            pairs += [
                (i, by_id[o][i.id])
                for i, o in zip(items, ["es", "de", "ro", "en"] * 999, strict=False)
                if o != language and i.id in by_id[o]
            ]
    drawer.random.shuffle(pairs)
    counts: dict[str, int] = {}
    rows = []
    for asked, told in pairs:
        language = asked.language if asked.language in ("fr", "en") else "other"
        if counts.get(language, 0) >= limit:
            continue
        counts[language] = counts.get(language, 0) + 1
        for negative in (False, True):
            example = next((e for e in (drawer.make(asked, told, negative) for _ in range(5)) if e), None)
            if example:
                rows.append((language, not negative, example))
    return rows


def calibrate(reader: AdapterReader, rows: Sequence[tuple[str, bool, Example]]) -> dict[str, dict[str, float]]:
    """Fit the logistic and the threshold of each language on validation articles."""
    order = sorted(range(len(rows)), key=lambda k: len(rows[k][2].window))
    scores: dict[str, list[tuple[float, bool]]] = {}
    right: dict[str, list[bool]] = {}
    for k in order:
        language, answerable, example = rows[k]
        reading = reader.read(Query(example.question, language), [example.window])[0]
        scores.setdefault(language, []).append((reading.score, answerable))
        if answerable:
            overlaps = reading.start < example.end and reading.end > example.start
            right.setdefault(language, []).append(overlaps)
    calibration = {}
    for language, pairs in sorted(scores.items()):
        slope, intercept = platt(pairs)
        positives = sorted(s for s, answerable in pairs if answerable)
        negatives = [s for s, answerable in pairs if not answerable]
        threshold = positives[int(FALSE_REFUSALS * len(positives))]
        auc = sum((p > n) + 0.5 * (p == n) for p in positives for n in negatives) / (len(positives) * len(negatives))
        calibration[language] = {
            "slope": round(slope, 4),
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 3),
            "n_answerable": len(positives),
            "n_unanswerable": len(negatives),
            "auc": round(auc, 4),
            "refused_at_threshold": round(sum(n < threshold for n in negatives) / len(negatives), 4),
            "span_overlaps_gold": round(sum(right[language]) / len(right[language]), 4),
        }
    return calibration


def platt(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Fit P(answerable | score) by Newton's method, with Platt's softened targets."""
    x = torch.tensor([[s, 1.0] for s, _ in pairs], dtype=torch.float64)
    n_yes = sum(answerable for _, answerable in pairs)
    n_no = len(pairs) - n_yes
    y = torch.tensor([(n_yes + 1) / (n_yes + 2) if a else 1 / (n_no + 2) for _, a in pairs], dtype=torch.float64)
    scale = x[:, 0].abs().mean().item()
    x = x / torch.tensor([scale, 1.0], dtype=torch.float64)
    w = torch.zeros(2, dtype=torch.float64)
    for _ in range(100):
        p = torch.sigmoid(x @ w)
        # The ridge keeps the step finite where the two kinds do not overlap.
        hessian = x.T @ (x * (p * (1 - p)).unsqueeze(1)) + 1e-2 * torch.eye(2, dtype=torch.float64)
        w = w - 0.5 * torch.linalg.solve(hessian, x.T @ (p - y) + 1e-2 * w)
    return float(w[0]) / scale, float(w[1])


def write_reader(
    folder: Path, tensors: dict[str, torch.Tensor], calibration: dict[str, Any], provenance: dict[str, Any]
) -> None:
    config = {
        "prompt": PROMPT,
        "max_window_tokens": MAX_WINDOW_TOKENS,
        "max_span_tokens": MAX_SPAN_TOKENS,
        "calibration": calibration,
        "provenance": provenance,
    }
    write(folder, "reader", FORMAT, RANK, tensors, config)


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    add_arguments(parser, LEARNING_RATE, batch=8, snapshot=4000)
    parser.add_argument("--mixture", type=Path, default=MIXTURE)
    parser.add_argument(
        "--validate", type=int, default=VALIDATED, help="validation questions a language, for the calibration"
    )
    args = parser.parse_args()

    try:
        mixture = Mixture(args.mixture, args.data)
    except (ValueError, OSError) as error:
        raise SystemExit(f"train_reader: {error}") from None
    for record in mixture.records():
        print(
            f"{record['share_of_draws']:6.1%} {record['questions']:6d} {record['name']} ({record['licence']})",
            flush=True,
        )
    encoder, tokenizer = load_base(args)
    head = (SpanAdapter.outputs, encoder.config.hidden_size)
    start = load_file(args.init) if args.init else fresh_tensors(encoder, args.seed, RANK, TOP_LAYERS, head)
    adapter = SpanAdapter(encoder, trainable(start, args.device))
    run = Run(adapter.tensors, args, lambda batch: loss_of(adapter, batch))
    print(f"{sum(t.numel() for t in run.trained) / 1e6:.2f} M trained parameters", flush=True)
    if run.resume():
        print(f"going on after {run.seen} examples", flush=True)
    run.train(
        lambda number: pool_batches(mixture, tokenizer, number, args.batch),
        len,
        lambda: write_reader(args.out / f"examples-{run.seen}", run.averaged, {}, {"examples": run.seen}),
    )

    provenance = {
        "script": "bench/training/train_reader.py",
        "mixture": {"file": args.mixture.name, "sha256": mixture.sha256, "seed": mixture.seed},
        "sets": mixture.records(),
        **run.provenance(),
        "rank": RANK,
        "top_layers": TOP_LAYERS,
        "calibrated_on": "articles of the tuning halves that were not trained on",
        "false_refusals_wanted": FALSE_REFUSALS,
    }
    write_reader(args.out, run.averaged, {}, provenance)
    encoder.to("cpu")
    reader = AdapterReader(encoder, tokenizer, args.out / "reader.safetensors")
    rows = validation_rows(args.data, args.validate)
    print(f"{len(rows)} windows to validate", flush=True)
    calibration = calibrate(reader, rows)
    write_reader(args.out, run.averaged, calibration, provenance)
    print(json.dumps(calibration, indent=1))


def validation_rows(folders: Sequence[Path], limit: int) -> list[tuple[str, bool, Example]]:
    """Draw windows from the validation articles of PIAF 1.0 and XQuAD."""
    piaf = next(f / "piaf-v1.0.json" for f in folders if (f / "piaf-v1.0.json").is_file())
    xquad = next(f / "xquad-a" for f in folders if (f / "xquad-a").is_dir())
    french = [i for i in halves(load(piaf, "fr"))[0] if is_validation(i.article)]
    parallel = {
        language: [i for i in halves(items)[0] if is_validation(i.article)]
        for language, items in load_parallel(xquad).items()
    }
    return validation(french, parallel, limit)
