"""A training run that can be stopped after any step and goes on as if it had not been, for the reader and the checker.

The learning rate is constant, then falls over the last part, so that the averaged weights written on the way compare
with each other.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from transformers import AutoModel, AutoTokenizer

import index.models.shared_key_attention

WARM_UP = 60
FALLING = 0.3
"""Share of the run over which the learning rate falls to LAST_RATE of itself."""
LAST_RATE = 0.02
AVERAGED = 0.999
BASE = "google/embeddinggemma-300m"
_KEPT = ("pool", "batch", "step", "seen", "seconds", "loss", "curve")


def add_arguments(parser: argparse.ArgumentParser, learning_rate: float, batch: int, snapshot: int) -> None:
    """Add what every run is told."""
    parser.add_argument("--model", type=Path, required=True, help="folder of EmbeddingGemma-300M")
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="folder of the mixture's files; repeat"
    )
    parser.add_argument("--out", type=Path, required=True)
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument("--minutes", type=float, help="of learning, all resumed parts together")
    budget.add_argument("--steps", type=int)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--seed", type=int, default=0, help="of a fresh adapter; the mixture has its own")
    parser.add_argument("--init", type=Path, help="start from these weights instead of fresh ones")
    parser.add_argument("--learning-rate", type=float, default=learning_rate)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--checkpoint-minutes", type=float, default=5)
    parser.add_argument(
        "--snapshot", type=int, default=snapshot, help="keep the averaged weights every so many examples"
    )


def load_base(args: argparse.Namespace) -> tuple[Any, Any]:
    """Return the frozen encoder, in bfloat16, and its tokenizer."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    encoder = AutoModel.from_pretrained(args.model, dtype=torch.bfloat16).eval().requires_grad_(False).to(args.device)
    if args.device == "cpu":
        index.models.shared_key_attention.use(encoder)
    return encoder, tokenizer


def fresh_tensors(
    encoder: Any, seed: int, rank: int, top_layers: int, head: tuple[int, int]
) -> dict[str, torch.Tensor]:
    """Make an adapter that changes nothing yet: A at random, B zero."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {"head.weight": torch.randn(*head, generator=generator) * 0.02}
    tensors["head.bias"] = torch.zeros(head[0])
    n = encoder.config.num_hidden_layers
    tops = tuple(f"layers.{i}." for i in range(n - top_layers, n))
    for name, module in encoder.named_modules():
        if isinstance(module, torch.nn.Linear) and name.startswith(tops):
            tensors[f"lora.{name}.A"] = torch.randn(rank, module.in_features, generator=generator) * 0.02
            tensors[f"lora.{name}.B"] = torch.zeros(module.out_features, rank)
    return tensors


class Run:
    """Trains tensors to make a loss small; what a batch is, is its caller's business."""

    def __init__(
        self, tensors: dict[str, torch.Tensor], args: argparse.Namespace, loss_of: Callable[[Any], torch.Tensor]
    ) -> None:
        """Train `tensors`, leaves on their device, in place."""
        self.args = args
        self.device = next(iter(tensors.values())).device
        self.tensors = tensors
        self.averaged = {k: t.detach().clone() for k, t in tensors.items()}
        self.trained = list(tensors.values())
        self.loss_of = loss_of
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
        for name in _KEPT:
            setattr(self, name, state[name])
        return True

    def save(self) -> None:
        """Write the state under a temporary name, then rename."""
        state = {
            "tensors": {k: t.detach() for k, t in self.tensors.items()},
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            **{name: getattr(self, name) for name in _KEPT},
        }
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(state, self.state_file.with_suffix(".new"))
        self.state_file.with_suffix(".new").replace(self.state_file)

    def done(self) -> float:
        """Return how much of the run is over, from 0 to 1 and beyond."""
        if self.args.steps:
            return float(self.step / self.args.steps)
        return float(self.seconds / (60 * self.args.minutes))

    def learn(self, batch: Any, size: int) -> None:
        """Take one step on a batch of `size` examples."""
        done = self.done()
        rate = self.args.learning_rate * min(1, (self.step + 1) / WARM_UP)
        rate *= max(LAST_RATE, min(1.0, (1 - done) / FALLING))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self.loss_of(batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.step += 1
        with torch.no_grad():
            for k, t in self.tensors.items():
                self.averaged[k].lerp_(t, 1 - min(AVERAGED, (1 + self.step) / (10 + self.step)))
        self.seen += size
        self.loss = loss.item() if self.step == 1 else 0.98 * self.loss + 0.02 * loss.item()

    def train(
        self,
        batches_of_pool: Callable[[int], Sequence[Any]],
        size_of: Callable[[Any], int],
        snapshot: Callable[[], None],
    ) -> None:
        """Go on until the minutes or steps are over, or the process is told to stop; the state is saved either way.

        `batches_of_pool` gives the same batches for the same number; `snapshot` is called every so many examples.
        """
        stopped = False

        def stop(*_: object) -> None:
            nonlocal stopped
            stopped = True

        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, stop)
        saved = time.monotonic()
        next_snapshot = (self.seen // self.args.snapshot + 1) * self.args.snapshot
        for batch in self._batches(batches_of_pool):
            if stopped or self.done() >= 1:
                break
            began = time.monotonic()
            self.learn(batch, size_of(batch))
            self.seconds += time.monotonic() - began
            self.batch += 1  # only now: a batch that a stop came before is the next run's first
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
                snapshot()
            if time.monotonic() - saved > 60 * self.args.checkpoint_minutes:
                saved = time.monotonic()
                self.save()
        self.save()
        if stopped:
            raise SystemExit(f"stopped after {self.seen} examples; the same command goes on from there")

    def _batches(self, batches_of_pool: Callable[[int], Sequence[Any]]) -> Iterator[Any]:
        while True:
            batches = batches_of_pool(self.pool)
            while self.batch < len(batches):
                yield batches[self.batch]
            self.pool, self.batch = self.pool + 1, 0

    def provenance(self) -> dict[str, Any]:
        """Say how the weights came about, as far as the run knows."""
        return {
            "started_from": _started_from(self.args.init),
            "steps": self.step,
            "examples": self.seen,
            "minutes": round(self.seconds / 60, 1),
            "batch": self.args.batch,
            "learning_rate": self.args.learning_rate,
            "falling": FALLING,
            "averaged": AVERAGED,
            "final_loss": round(self.loss, 4),
            "loss_by_examples": self.curve,
            "torch": torch.__version__,
            "finished": True,
        }


def trainable(tensors: dict[str, torch.Tensor], device: Any) -> dict[str, torch.Tensor]:
    return {k: t.float().to(device).requires_grad_() for k, t in tensors.items()}


def _started_from(init: Path | None) -> dict[str, Any] | None:
    if init is None:
        return None
    earlier: dict[str, Any] = {"sha256": hashlib.sha256(init.read_bytes()).hexdigest()}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(init.with_suffix(".json").read_text(encoding="utf-8"))
        earlier["about"] = known.get("about", "")
        earlier["provenance"] = known.get("provenance")
    return earlier


def write(
    folder: Path, name: str, format_: int, rank: int, tensors: dict[str, torch.Tensor], config: dict[str, Any]
) -> None:
    """Write NAME.safetensors, in fp16, and NAME.json under temporary names, then rename: nobody sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"format": str(format_), "base": BASE, "rank": str(rank)}
    data = save({k: v.detach().to(torch.float16).contiguous() for k, v in tensors.items()}, metadata)
    config = {"format": format_, "base": BASE, "sha256": hashlib.sha256(data).hexdigest(), **config}
    weights, beside = folder / f"{name}.safetensors", folder / f"{name}.json"
    weights.with_suffix(".safetensors.tmp").write_bytes(data)
    beside.with_suffix(".json.tmp").write_text(
        json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    weights.with_suffix(".safetensors.tmp").replace(weights)
    beside.with_suffix(".json.tmp").replace(beside)
