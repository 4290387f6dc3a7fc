"""What the default model's settings are worth: seconds to read a prompt's three steps and to write, by setting.

    python -m bench llm_settings [--llm qwen2.5-coder-1.5b] [--rounds 5]

Every setting is loaded once and the settings take turns, round after round, so that noise hits all alike. `lookup`
is what guessing the next words from the prompt would cost: a step that reads k tokens must bring more than its cost in
plain steps to be worth it.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from pathlib import Path
from typing import Any

from bench.command import Parser
from index.models.registry import resolve
from rag.generation.llama_context import load

TEXT = (
    "Le pont, fermé depuis mars, rouvrira lundi, a annoncé la maire Claire Vidal. Les travaux ont coûté 3,2 millions. "
)
PREFIX, EVIDENCE, QUESTION, WRITTEN = 302, 100, 30, 16
GUESSES = (1, 2, 4, 8, 12, 16)
THREADS = len(os.sched_getaffinity(0))
SETTINGS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "weights repacked": {"use_extra_bufts": True},
    "no flash attention": {"flash_attn": False},
    "repacked, no flash attention": {"use_extra_bufts": True, "flash_attn": False},
    "at most 128 tokens at once": {"n_ubatch": 128},
    "half the threads": {"n_threads": max(1, THREADS // 2)},
    "keys and values in 8 bits": {"type_k": 8, "type_v": 8},
}


class Model:
    """The model with one setting changed, and its seconds by what was done."""

    def __init__(self, path: Path, changed: dict[str, Any]) -> None:
        import llama_cpp

        self.c = llama_cpp.llama_cpp
        self.llama = load(path, 1024, **{"n_threads": THREADS, **changed})
        self.memory = self.c.llama_get_memory(self.llama.ctx)
        self.tokens = self.llama.tokenize((TEXT * 30).encode(), add_bos=False)
        self.seconds: dict[str, list[float]] = {}

    def round(self) -> None:
        """Read and write once."""
        self.c.llama_memory_clear(self.memory, False)
        at = 0
        for what, n in (("instructions", PREFIX), ("evidence", EVIDENCE), ("question", QUESTION)):
            self._timed(what, at, n)
            at += n
        began = time.perf_counter()
        for k in range(WRITTEN):
            self._decode(at + k, 1)
        self.seconds.setdefault("written", []).append(time.perf_counter() - began)
        for n in GUESSES:
            self.c.llama_memory_seq_rm(self.memory, 0, at, -1)
            self._timed(f"lookup {n}", at, n)

    def _timed(self, what: str, at: int, n: int) -> None:
        began = time.perf_counter()
        self._decode(at, n)
        self.seconds.setdefault(what, []).append(time.perf_counter() - began)

    def _decode(self, at: int, n: int) -> None:
        array = (self.c.llama_token * n)(*self.tokens[at : at + n])
        assert self.c.llama_decode(self.llama.ctx, self.c.llama_batch_get_one(array, n)) == 0

    def median(self, what: str) -> float:
        return statistics.median(self.seconds[what])


def main() -> None:
    parser = Parser(__doc__)
    parser.set_defaults(embedder="none")
    parser.add_argument("--llm", default="qwen2.5-coder-1.5b")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    models = {name: Model(resolve(args.llm, "llm"), changed) for name, changed in SETTINGS.items()}
    for _, model in itertools.product(range(args.rounds + 1), models.values()):
        model.round()
    for model in models.values():
        model.seconds = {what: each[1:] for what, each in model.seconds.items()}  # the first round warms up
    print(f"{THREADS} threads, medians of {args.rounds} rounds, seconds\n")
    steps = f"instructions, {PREFIX} tokens | evidence, {EVIDENCE} | question, {QUESTION} | {WRITTEN} written"
    print(f"| | {steps} | sum without instructions |")
    print("|---|---|---|---|---|---|")
    for name, model in models.items():
        cells = [model.median(what) for what in ("instructions", "evidence", "question", "written")]
        print(f"| {name} | " + " | ".join(f"{cell:.2f}" for cell in [*cells, sum(cells[1:])]) + " |")
    plain = models["as it is"]
    costs = ", ".join(f"{n}: {plain.median(f'lookup {n}') / plain.median('lookup 1'):.1f}" for n in GUESSES)
    print(f"| a step that reads k tokens, in steps that read one | {costs} | | | | |")
