"""Train the reader's adapter on a mixture of sets, calibrate it, and write reader.safetensors and reader.json.

    python -m bench.train_reader --model FOLDER --data FOLDER --data FOLDER --minutes 60 --out FOLDER

`bench/reader_mixture.toml` names the sets, their licences and weights. Held-out articles (bench/squad.py) are never
read here. Runs on two CPU cores or a GPU. A run that was stopped goes on from its last step when it is started again
with the same --out; one that is given more minutes than before goes on at the full rate. The learning rate is constant,
then falls over the last part, so the averaged weights written on the way (--snapshot) compare with each other.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save
from transformers import AutoModel, AutoTokenizer

import index.attention
from bench.draw import Drawer, Example
from bench.mixture import Group, Mixture, batches_of
from bench.squad import Item, halves, is_validation, load, load_parallel
from rag.reader import (
    FORMAT,
    MAX_SPAN_TOKENS,
    MAX_WINDOW_TOKENS,
    PROMPT,
    Adapter,
    AdapterReader,
    Encoded,
    collate,
    encode,
)

MIXTURE = Path(__file__).with_name("reader_mixture.toml")
RANK = 32
TOP_LAYERS = 10
LEARNING_RATE = 4e-4
WARM_UP = 60
FALLING = 0.3
"""Share of the run over which the learning rate falls to LAST_RATE of itself."""
LAST_RATE = 0.02
AVERAGED = 0.999
FALSE_REFUSALS = 0.06
BATCHES_IN_POOL = 8


def fresh_tensors(encoder: Any, seed: int) -> dict[str, torch.Tensor]:
    """Make an adapter that changes nothing yet: A at random, B zero."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {"head.weight": torch.randn(2, encoder.config.hidden_size, generator=generator) * 0.02}
    tensors["head.bias"] = torch.zeros(2)
    n = encoder.config.num_hidden_layers
    tops = tuple(f"layers.{i}." for i in range(n - TOP_LAYERS, n))
    for name, module in encoder.named_modules():
        if isinstance(module, torch.nn.Linear) and name.startswith(tops):
            tensors[f"lora.{name}.A"] = torch.randn(RANK, module.in_features, generator=generator) * 0.02
            tensors[f"lora.{name}.B"] = torch.zeros(module.out_features, RANK)
    return tensors


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


class Run:
    """A training run that can be stopped after any step and goes on as if it had not been."""

    def __init__(self, encoder: Any, tensors: dict[str, torch.Tensor], args: argparse.Namespace) -> None:
        self.args = args
        self.device = next(encoder.parameters()).device
        self.tensors = {k: t.float().to(self.device).requires_grad_() for k, t in tensors.items()}
        self.averaged = {k: t.detach().clone() for k, t in self.tensors.items()}
        self.trained = list(self.tensors.values())
        self.adapter = Adapter(encoder, self.tensors)
        self.optimizer = torch.optim.AdamW(self.trained, lr=args.learning_rate, weight_decay=0.01)
        self.pool = self.batch = self.step = self.seen = 0
        self.seconds = self.loss = 0.0
        self.curve: list[tuple[int, float]] = []

    @property
    def state_file(self) -> Path:
        return Path(self.args.out) / "state.pt"

    def resume(self) -> bool:
        """Take up what `save` wrote; False if there is nothing."""
        if not self.state_file.is_file():
            return False
        state = torch.load(self.state_file, map_location=self.device, weights_only=True)
        with torch.no_grad():
            for k, t in self.tensors.items():
                t.copy_(state["tensors"][k])
                self.averaged[k].copy_(state["averaged"][k])
        self.optimizer.load_state_dict(state["optimizer"])
        for name in ("pool", "batch", "step", "seen", "seconds", "loss", "curve"):
            setattr(self, name, state[name])
        return True

    def save(self) -> None:
        """Write the state under a temporary name, then rename."""
        state = {
            "tensors": {k: t.detach() for k, t in self.tensors.items()},
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            **{name: getattr(self, name) for name in ("pool", "batch", "step", "seen", "seconds", "loss", "curve")},
        }
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, self.state_file.with_suffix(".new"))
        self.state_file.with_suffix(".new").replace(self.state_file)

    def done(self) -> float:
        """Return how much of the run is over, from 0 to 1 and beyond."""
        if self.args.steps:
            return float(self.step / self.args.steps)
        return float(self.seconds / (60 * self.args.minutes))

    def learn(self, batch: Sequence[tuple[Encoded, Spot]]) -> None:
        """Take one step."""
        done = self.done()
        rate = self.args.learning_rate * min(1, (self.step + 1) / WARM_UP)
        rate *= max(LAST_RATE, min(1.0, (1 - done) / FALLING))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        ids, mask, allowed = (t.to(self.device) for t in collate([e for e, _ in batch]))
        starts, ends = self.adapter.logits(ids, mask, allowed)
        spots = torch.tensor([spot for _, spot in batch], device=self.device)
        cross_entropy = torch.nn.functional.cross_entropy
        loss = (cross_entropy(starts, spots[:, 0]) + cross_entropy(ends, spots[:, 1])) / 2
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            for k, t in self.tensors.items():
                self.averaged[k].lerp_(t, 1 - min(AVERAGED, (1 + self.step) / (10 + self.step)))
        self.seen += len(batch)
        self.loss = loss.item() if self.step == 1 else 0.98 * self.loss + 0.02 * loss.item()

    def train(self, mixture: Mixture, tokenizer: Any) -> None:
        """Go on until the minutes or steps are over, or the process is told to stop; the state is saved either way."""
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True

        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, stop)
        saved = time.monotonic()
        next_snapshot = (self.seen // self.args.snapshot + 1) * self.args.snapshot
        for batch in self._batches(mixture, tokenizer):
            if stopped or self.done() >= 1:
                break
            began = time.monotonic()
            self.learn(batch)
            self.seconds += time.monotonic() - began
            if self.step % 20 == 0:
                pace = self.seen / self.seconds
                print(
                    f"{100 * self.done():5.1f} % step {self.step} examples {self.seen} loss {self.loss:.3f} "
                    f"{pace:.2f} examples/s",
                    flush=True,
                )
            if self.seen >= next_snapshot:
                next_snapshot += self.args.snapshot
                self.curve.append((self.seen, round(self.loss, 4)))
                write(Path(self.args.out) / f"examples-{self.seen}", self.averaged, {}, {"examples": self.seen})
            if time.monotonic() - saved > 60 * self.args.checkpoint_minutes:
                saved = time.monotonic()
                self.save()
        self.save()
        if stopped:
            raise SystemExit(f"stopped after {self.seen} examples; the same command goes on from there")

    def _batches(self, mixture: Mixture, tokenizer: Any) -> Iterator[list[tuple[Encoded, Spot]]]:
        while True:
            batches = pool_batches(mixture, tokenizer, self.pool, self.args.batch)
            while self.batch < len(batches):
                self.batch += 1
                yield batches[self.batch - 1]
            self.pool, self.batch = self.pool + 1, 0


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
        reading = reader.read(example.question, [example.window])[0]
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


def write(
    folder: Path, tensors: dict[str, torch.Tensor], calibration: dict[str, Any], provenance: dict[str, Any]
) -> None:
    """Write both files under temporary names, then rename: a reader never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"format": str(FORMAT), "base": "google/embeddinggemma-300m", "rank": str(RANK)}
    data = save({k: v.detach().to(torch.float16).contiguous() for k, v in tensors.items()}, metadata)
    config = {
        "format": FORMAT,
        "base": "google/embeddinggemma-300m",
        "sha256": hashlib.sha256(data).hexdigest(),
        "prompt": PROMPT,
        "max_window_tokens": MAX_WINDOW_TOKENS,
        "max_span_tokens": MAX_SPAN_TOKENS,
        "calibration": calibration,
        "provenance": provenance,
    }
    (folder / "reader.safetensors.tmp").write_bytes(data)
    (folder / "reader.json.tmp").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "reader.safetensors.tmp").replace(folder / "reader.safetensors")
    (folder / "reader.json.tmp").replace(folder / "reader.json")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="folder of the mixture's files; repeat"
    )
    parser.add_argument("--mixture", type=Path, default=MIXTURE)
    parser.add_argument("--out", type=Path, required=True)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float, help="of learning, all resumed parts together")
    budget.add_argument("--steps", type=int)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0, help="of a fresh adapter; the mixture has its own")
    parser.add_argument("--init", type=Path, help="start from these weights instead of fresh ones")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    parser.add_argument("--snapshot", type=int, default=4000, help="keep the averaged weights every so many examples")
    parser.add_argument(
        "--validate", type=int, default=130, help="validation questions a language, for the calibration"
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    try:
        mixture = Mixture(args.mixture, args.data)
    except (ValueError, OSError) as error:
        raise SystemExit(f"train_reader: {error}") from None
    for record in mixture.records():
        print(
            f"{record['share_of_draws']:6.1%} {record['questions']:6d} {record['name']} ({record['licence']})",
            flush=True,
        )
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).eval().requires_grad_(False).to(args.device)
    if args.device == "cpu":
        index.attention.use(encoder)
    start = load_file(args.init) if args.init else fresh_tensors(encoder, args.seed)
    run = Run(encoder, start, args)
    print(f"{sum(t.numel() for t in run.trained) / 1e6:.2f} M trained parameters", flush=True)
    if run.resume():
        print(f"going on after {run.seen} examples", flush=True)
    run.train(mixture, tokenizer)

    provenance = {
        "script": "bench/train_reader.py",
        "mixture": {"file": args.mixture.name, "sha256": mixture.sha256, "seed": mixture.seed},
        "sets": mixture.records(),
        "started_from": _started_from(args.init),
        "steps": run.step,
        "examples": run.seen,
        "minutes": round(run.seconds / 60, 1),
        "batch": args.batch,
        "learning_rate": args.learning_rate,
        "falling": FALLING,
        "rank": RANK,
        "top_layers": TOP_LAYERS,
        "averaged": AVERAGED,
        "final_loss": round(run.loss, 4),
        "loss_by_examples": run.curve,
        "calibrated_on": "articles of the tuning halves that were not trained on",
        "false_refusals_wanted": FALSE_REFUSALS,
        "torch": torch.__version__,
        "finished": True,
    }
    write(args.out, run.averaged, {}, provenance)
    encoder.to("cpu")
    reader = AdapterReader(encoder, tokenizer, args.out / "reader.safetensors")
    rows = validation_rows(args.data, args.validate)
    print(f"{len(rows)} windows to validate", flush=True)
    calibration = calibrate(reader, rows)
    write(args.out, run.averaged, calibration, provenance)
    print(json.dumps(calibration, indent=1))


def _started_from(init: Path | None) -> dict[str, Any] | None:
    if init is None:
        return None
    earlier: dict[str, Any] = {"sha256": hashlib.sha256(init.read_bytes()).hexdigest()}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(init.with_suffix(".json").read_text(encoding="utf-8"))
        earlier["about"] = known.get("about", "")
        earlier["provenance"] = known.get("provenance")
    return earlier


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


if __name__ == "__main__":
    main()
