"""The loop each system of bench.peers runs in: a question in, a result out, one JSON object a line.

Needs only the standard library and, for the peers, llama_cpp, so it runs in an environment without citeline. The clock
runs from the question to the last piece of its answer; what is asked of a system afterwards (its sources) is free.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

_LIST = r"\d{1,2}(?:\s*(?:,|and|et)\s*(?:sources? )?\d{1,2})*"
MARK = re.compile(rf"\s*(?:\[(?:sources? )?{_LIST}\]|\(sources? {_LIST}\))", re.IGNORECASE)
"""How a model writes which source it means, with the blank before: [2], [1, 3], [Source 2] or (source 2)."""
_CITES = re.compile(rf"\[{_LIST}\]|\bsources? {_LIST}", re.IGNORECASE)

N_CTX = 4096


@dataclass(frozen=True, slots=True)
class Settings:
    """What a system is given: the same for all."""

    articles: Path
    index: Path
    llm: Path
    embedder: Path
    threads: int


@dataclass(slots=True)
class Found:
    """What a system answered. A place is {"article", "text"}, with "first" and "last" where it knows the lines."""

    text: str
    sources: list[dict[str, Any]]
    """What it retrieved and was shown to the model, best first."""
    cited: list[dict[str, Any]] | None = None
    """What the answer points at; None for a system that points at nothing."""
    refused: bool | None = None
    """Did it say that it does not know? None when only its words can tell."""
    usage: dict[str, int] = field(default_factory=dict)
    """prompt, cached and written tokens, of a system that counts them itself."""


class System(Protocol):
    """A way to answer questions from a folder of articles."""

    def stream(self, question: str) -> Iterator[str]:
        """What a person can read, piece by piece; "" while there is nothing yet."""
        ...

    def found(self, question: str) -> Found:
        """The answer to the question that was streamed last."""
        ...


class Meter:
    """Tokens that llama.cpp is handed and gives back, counted where every peer calls it."""

    def __init__(self) -> None:
        self.prompt = self.cached = self.written = 0

    def attach(self) -> None:
        """Count in every llama_cpp.Llama of this process from now on."""
        import llama_cpp

        generate = llama_cpp.Llama.generate

        def counted(llama: Any, tokens: Any, *args: Any, **kwargs: Any) -> Iterator[int]:
            tokens = list(tokens)
            self.prompt += len(tokens)
            self.cached += shared(llama._input_ids.tolist(), tokens)
            for token in generate(llama, tokens, *args, **kwargs):
                self.written += 1
                yield token

        llama_cpp.Llama.generate = counted

    def take(self) -> dict[str, int]:
        """What was counted since the last call."""
        usage = {"prompt": self.prompt, "cached": self.cached, "written": self.written}
        self.prompt = self.cached = self.written = 0
        return usage


def shared(kept: list[int], tokens: list[int]) -> int:
    """How many tokens of a prompt stand at the start of what the model has read; the last one is always read again."""
    same = next((n for n, (a, b) in enumerate(zip(kept, tokens)) if a != b), min(len(kept), len(tokens)))  # noqa: B905
    return max(0, min(same, len(tokens) - 1))


def marked(text: str) -> list[int]:
    """Numbers of the sources a text cites, in the order they first appear; "Source 2" in its words counts too."""
    return list(dict.fromkeys(int(n) for cites in _CITES.findall(text) for n in re.findall(r"\d+", cites)))


def once(index: Path, build: Callable[[Path], None]) -> None:
    """Build an index in a folder; one that is there is whole and is kept."""
    if not index.exists():
        new = index.with_name(index.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        build(new)
        new.rename(index)


def ask(system: System, meter: Meter, question: str) -> dict[str, Any]:
    """The result of one question, as it goes over the wire."""
    meter.take()
    began = time.perf_counter()
    first = 0.0
    for piece in system.stream(question):
        if piece.strip() and not first:
            first = time.perf_counter() - began
    total = time.perf_counter() - began
    usage = meter.take()
    found = system.found(question)
    return {
        "text": found.text,
        "refused": found.refused,
        "sources": found.sources,
        "cited": found.cited,
        "first": first or total,
        "total": total,
        "usage": found.usage or usage,
    }


def serve(load: Callable[[Settings], System], has_own_count: bool = False) -> None:
    """Load a system, say so, and answer the questions of stdin until it ends."""
    parser = argparse.ArgumentParser()
    for name in ("articles", "index", "llm", "embedder"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--threads", type=int, required=True)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not stand among the results
    meter = Meter()
    if not has_own_count:
        meter.attach()
    system = load(Settings(**vars(parser.parse_args())))
    _say(out, {"ready": True})
    for line in sys.stdin:
        result = ask(system, meter, json.loads(line)["question"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        _say(out, result | {"peak_mb": peak})


def _say(out: Any, message: dict[str, Any]) -> None:
    out.write(json.dumps(message, ensure_ascii=False) + "\n")
    out.flush()
