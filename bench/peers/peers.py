"""The same questions, models, articles and machine through citeline and through what a developer would write with PyPI.

    python -m bench peers --piaf piaf-v1.0.json [--n 24] [--only citeline txtai] [--out FOLDER]

txtai's RAG pipeline, LlamaIndex's CitationQueryEngine and a plain LangChain FAISS chain, each as its documentation
shows it (bench/peers/NAME.py says what that is), in an environment of their own made from bench/peers/requirements.txt.
All get the same GGUF, the same embedder, as many threads, a context of 4096 tokens, temperature 0 and streaming. Every
system is a process that stays up; each question goes to all of them one after the other, in turning order, after one
that is not counted. Four processes with both models in memory need about 12 GB.

Half of the questions are of PIAF's held-out half, a quarter of seeds/ with an answer, a quarter of seeds/ without one.
All articles (that half's paragraphs, one sentence a line, and seeds/articles) are one shelf. What is measured is kept
in --out, so that a run that was stopped goes on where it was; indexes are kept too (--n 0 makes only them). Part of
`python -m bench report` only when its --only names it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from bench.command import Parser
from bench.data.cases import piaf_sample, seed_cases
from bench.data.squad import is_held_out
from bench.paths import ROOT, SEEDS
from bench.peers.metrics import Scored, score
from bench.peers.table import table
from index.documents.encoding import split_lines
from index.models.embedder import DEFAULT_EMBEDDER
from index.models.registry import models_dir, resolve, sha256_of
from rag.config import DEFAULT_LLM
from rag.evaluation.runner import Case

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
SYSTEMS = {
    "citeline": "bench.peers.citeline",
    "txtai": "bench.peers.txtai",
    "LlamaIndex": "bench.peers.llamaindex",
    "LangChain": "bench.peers.langchain",
}


# --- what the peers need ------------------------------------------------------------------------------------------


def environment(cache: Path) -> Path:
    """The Python of an environment with the peers in it; made when it is not there as the requirements describe it.

    The wheel of llama-cpp-python is the one citeline was installed from. Raises CalledProcessError, SystemExit.
    """
    wheel = llama_wheel(cache.parent / "wheels")
    state = hashlib.sha256(REQUIREMENTS.read_bytes() + wheel.name.encode() + sys.version.encode()).hexdigest()
    venv = cache / "venv"
    marker, python = venv / ".citeline", venv / "bin" / "python"
    if not marker.exists() or marker.read_text() != state:
        print(f"peers: installing them into {venv} (some minutes, once)", file=sys.stderr, flush=True)
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-compile"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS), str(wheel)], check=True)
        marker.write_text(state)
    return python


def llama_wheel(shelf: Path) -> Path:
    """The wheel setup.sh keeps that this environment's llama-cpp-python was installed from. Raises SystemExit."""
    origin = importlib.metadata.distribution("llama-cpp-python").read_text("direct_url.json") or "{}"
    digest = json.loads(origin).get("archive_info", {}).get("hashes", {}).get("sha256")
    for path in sorted(shelf.glob("*/*.whl")):
        if sha256_of(path) == digest:
            return path
    sys.exit(f"peers: {shelf} lacks the wheel that llama-cpp-python is from; make it: rm -r .venv && ./setup.sh")


# --- what they are asked ------------------------------------------------------------------------------------------


def shelf(piaf: Path | None, folder: Path) -> list[Case]:
    """Write the articles to a folder; the questions in a fixed order of which every beginning is mixed alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((SEEDS / "articles").glob("*.txt")):
        shutil.copy(path, folder / path.name)
    sampled = held_out(piaf, folder) if piaf else []
    seeds = seed_cases(SEEDS / "questions.jsonl")
    random.Random(5).shuffle(seeds)
    there = [case for case in seeds if case.gold and case.answers]
    # Questions about the world at large are left out: PIAF's articles, on the same shelf, may answer them.
    gone = [case for case in seeds if not case.gold and case.kind != "off_corpus"]
    return list(turns([sampled, gone, there]))


def held_out(piaf: Path, folder: Path) -> list[Case]:
    """Questions of the held-out half, with the paragraphs of that half alone in the folder: four indexes to build."""
    cases = piaf_sample(piaf, folder, 300, "held-out")
    for number, article in enumerate(json.loads(piaf.read_text(encoding="utf-8"))["data"]):
        if not is_held_out(article["title"]):
            shutil.rmtree(folder / f"{number:03d}")
    return [case for case in cases if case.kind == "answerable"]


def turns(kinds: Sequence[Sequence[Case]]) -> Iterator[Case]:
    """The first kind, the second, the first again, the third, and so on, until one of those that hold any runs out."""
    first, second, third = map(iter, kinds)
    order = (first, second, first, third) if kinds[0] else (third, second)
    while True:
        for kind in order:
            case = next(kind, None)
            if case is None:
                return
            yield case


def digest(folder: Path) -> str:
    """What tells one shelf from another: names and bytes of its articles."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.txt")):
        found.update(f"{path.relative_to(folder)}\n".encode() + path.read_bytes())
    return found.hexdigest()[:12]


# --- the systems --------------------------------------------------------------------------------------------------


class Worker:
    """One system in its own process."""

    def __init__(self, name: str, python: Path, options: Sequence[str], threads: int, log: Path) -> None:
        """Start it and wait until it is ready. Raises SystemExit, with where its words are, when it fails."""
        self.name, self.log = name, log
        quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": str(threads)}
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [str(python), "-m", SYSTEMS[name], *options],
                cwd=ROOT,
                env=os.environ | quiet,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
        self._receive()

    def ask(self, question: str) -> dict[str, Any]:
        """The result. Raises SystemExit when the process has died."""
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps({"question": question}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self._fail()
        return self._receive()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self._fail()
        return dict(json.loads(line))

    def _fail(self) -> None:
        sys.exit(
            f"peers: {self.name} stopped working; its words are in {self.log}. What was measured is kept: run it again"
        )


def measure(workers: Sequence[Worker], cases: Sequence[Case], out: Path, warm: str) -> None:
    """Ask every worker what it has not been asked yet, and keep each result as soon as it is there."""
    known = {worker.name: results(out, worker.name) for worker in workers}
    if all(case.id in known[worker.name] for worker in workers for case in cases):
        return
    for worker in workers:
        worker.ask(warm)
        kept = "".join(_line(id, result) for id, result in known[worker.name].items())
        (out / f"{worker.name}.jsonl").write_text(kept, encoding="utf-8")  # without a line that was cut short
    for n, case in enumerate(cases):
        for worker in (*workers[n % len(workers) :], *workers[: n % len(workers)]):
            if case.id not in known[worker.name]:
                result = worker.ask(case.question)
                with (out / f"{worker.name}.jsonl").open("a", encoding="utf-8") as file:
                    file.write(_line(case.id, result))
        print(f"{n + 1}/{len(cases)}", file=sys.stderr, flush=True)


def _line(id: str, result: dict[str, Any]) -> str:
    return json.dumps({"id": id} | result, ensure_ascii=False) + "\n"


def results(out: Path, name: str) -> dict[str, dict[str, Any]]:
    """What was kept of a system, by question; a line that was cut short is asked again."""
    found = {}
    path = out / f"{name}.jsonl"
    if path.exists():
        for line in path.read_text(encoding="utf-8").split("\n")[:-1]:
            result = json.loads(line)
            found[result["id"]] = result
    return found


def scores(cases: Iterable[Case], out: Path, names: Sequence[str], articles: Path) -> dict[str, list[Scored]]:
    """What each system is worth on the questions that all of them were asked."""
    known = {name: results(out, name) for name in names}
    lines = {
        str(path.relative_to(articles)): split_lines(path.read_text(encoding="utf-8"))
        for path in articles.rglob("*.txt")
    }
    asked = [case for case in cases if all(case.id in known[name] for name in names)]
    return {name: [score(case, known[name][case.id], lines) for case in asked] for name in names}


def main() -> None:
    cache = models_dir().parent / "bench-peers"
    parser = Parser(__doc__)
    parser.add_argument("--piaf", type=Path, help="a SQuAD-format file; seeds/ alone without it")
    parser.add_argument("--n", type=int, default=24)
    parser.add_argument("--only", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS), metavar="SYSTEM")
    parser.add_argument("--out", type=Path, help="results; delete it to measure anew. Default: beside the indexes")
    args = parser.parse_args()
    names = [name for name in SYSTEMS if name in args.only]
    python = environment(cache)
    articles = cache / ("articles-piaf" if args.piaf else "articles-seeds")
    shutil.rmtree(articles, ignore_errors=True)
    questions = shelf(args.piaf, articles)
    warm, *cases = islice(questions, args.n + 1)
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    indexes = cache / f"indexes-{digest(articles)}"
    out: Path = args.out or indexes / "results"
    out.mkdir(parents=True, exist_ok=True)
    workers: list[Worker] = []
    try:
        for name in names:
            print(f"peers: loading {name} (and indexing, the first time)", file=sys.stderr, flush=True)
            given = {
                "articles": articles,
                "index": indexes / name,
                "llm": resolve(DEFAULT_LLM, "llm"),
                "embedder": resolve(DEFAULT_EMBEDDER, "embedder"),
                "threads": threads,
            }
            options = [part for key, value in given.items() for part in (f"--{key}", str(value))]
            own = Path(sys.executable) if name == "citeline" else python
            workers.append(Worker(name, own, options, threads, out / f"{name}.log"))
        measure(workers, cases, out, warm.question)
    finally:
        for worker in workers:
            worker.close()
    print("\n".join(table(scores(cases, out, names, articles))))
