"""How long a person waits before anything happens: the command, the page up, the models ready, `citeline ask`.

    python -m bench startup [--library FOLDER] [--n 10] [--starts 3]

Without --library one is built from seeds/. What `citeline ask` adds is its time from the first to the last moment less
the time that the answer itself says it took.
"""

from __future__ import annotations

import contextlib
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import httpx

from bench.command import Parser
from bench.paths import ROOT, SEEDS
from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder

COMMAND = [sys.executable, "-m", "ui.cli"]
MOST_SECONDS = 300


def run(code: Sequence[str]) -> tuple[float, str]:
    """Wall-clock seconds of a fresh process, and what it printed."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, *code], capture_output=True, check=True, text=True, cwd=ROOT)
    return time.monotonic() - began, done.stdout


def asked(question: str, library: Path, *options: str) -> float:
    """Seconds that `citeline ask` adds to the answer."""
    seconds, said = run(["-m", "ui.cli", "ask", question, "--library", str(library), "--json", *options])
    return seconds - json.loads(said)["timings_ms"]["total"] / 1000


class Start:
    """`citeline serve`, from its start; `up` and `ready` in seconds."""

    def __init__(self, library: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.began = time.monotonic()
        options = ["--library", str(library), "--port", str(port), "--no-browser", "--no-history"]
        self.process = subprocess.Popen([*COMMAND, "serve", *options], cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            self.up = self._until(lambda: "cl-box" in httpx.get(self.url, timeout=60).text)
            self.ready = self._until(lambda: httpx.get(f"{self.url}/api/status").json()["state"] == "ready")
        except BaseException:
            self.end()
            raise

    def _until(self, is_so: Callable[[], bool]) -> float:
        """Seconds since the start when it is so. Raises TimeoutError."""
        while time.monotonic() - self.began < MOST_SECONDS:
            with contextlib.suppress(httpx.HTTPError):
                if is_so():
                    return time.monotonic() - self.began
            time.sleep(0.02)
        raise TimeoutError(f"the server was not there after {MOST_SECONDS} s")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def row(name: str, seconds: Sequence[float]) -> str:
    return f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s | {len(seconds)} |"


def rows(library: Path, n: int, n_starts: int) -> Iterator[str]:
    """The table, line by line."""
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines][: max(n, n_starts)]
    yield "| | median | slowest | n |"
    yield "|---|---|---|---|"
    for name, code in (
        ("python alone", ["-c", "pass"]),
        ("citeline --help", ["-m", "ui.cli", "--help"]),
        ("import rag", ["-c", "import rag"]),
    ):
        yield row(name, [run(code)[0] for _ in range(n)])
    starts = []
    for _ in range(n_starts):
        starts.append(Start(library))
        if len(starts) < n_starts:
            starts[-1].end()
    try:
        yield row("citeline serve: the page is up", [start.up for start in starts])
        yield row("citeline serve: the models are ready", [start.ready for start in starts])
        beside = [asked(question, library) for question in questions[:n]]
        yield row("citeline ask, beside the answer: by the server", beside)
    finally:
        starts[-1].end()
    alone = [asked(question, library, "--no-server") for question in questions[:n_starts]]
    yield row("citeline ask, beside the answer: models loaded", alone)


def main() -> None:
    parser = Parser(__doc__)
    parser.add_argument("--library", type=Path, help="of articles; built from seeds/ without it")
    parser.add_argument("--n", type=int, default=10, help="runs of what is quick")
    parser.add_argument("--starts", type=int, default=3, help="starts of the server")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = args.library or Path(folder) / "library"
        if args.library is None:
            build(library, SentenceTransformerEmbedder(), [SEEDS / "articles"])
        for line in rows(library, args.n, args.starts):
            print(line, flush=True)
