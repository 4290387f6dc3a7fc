"""A Ray cluster on loopback, and embedders whose processes can be watched there."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

from fakes import BagEmbedder

from bench.data.processes import with_parent
from index.cluster.pool import connected
from index.storage.library import Library

ROOT = Path(__file__).parents[2]
STORE = 100 << 20
STARTS = 4
E5 = "multilingual-e5-small"
_PATH = os.pathsep.join(map(str, (ROOT, Path(__file__).parent)))
_commands: list[subprocess.Popen[str]] = []


class LoggingEmbedder(BagEmbedder):
    """Writes down each text that it embeds, in a file of its process, and takes its time.

    No process goes on before so many have begun, so that each has its part however long one takes to start.
    """

    def __init__(self, log, seconds=0.0, n_together=1):
        super().__init__()
        self.log, self.seconds, self.n_together = log, seconds, n_together

    def encode(self, texts):
        time.sleep(self.seconds)
        with (self.log / str(os.getpid())).open("a") as file:
            file.writelines(hashlib.sha256(text.encode()).hexdigest() + "\n" for text in texts)
        while len(list(self.log.iterdir())) < self.n_together:
            time.sleep(0.05)
        return super().encode(texts)


class DeadlyEmbedder(BagEmbedder):
    """Ends its process over one text, as the lack of memory does."""

    def encode(self, texts):
        if any("article 7" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts)


def failing():
    raise ValueError("<b>the weights</b>\nare nowhere")


def _started(head, others):
    """A whole cluster; Ray gives each of its processes half a minute, which is not always enough on a busy machine."""
    from ray.cluster_utils import Cluster

    for attempt in range(1, STARTS + 1):
        cluster = Cluster()
        try:
            cluster.add_node(**head, include_dashboard=False)
            return cluster, [cluster.add_node(**each) for each in others]
        except Exception as error:
            cluster.shutdown()
            if "timed out" not in str(error).lower() or attempt == STARTS:
                raise
    raise AssertionError


@contextmanager
def raylets(*cpus, is_connected=True):
    """A cluster of a head and further machines with so many processors each."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = _PATH
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 (else they yield to all other work)
    head, *others = [{"num_cpus": each, "object_store_memory": STORE} for each in cpus]
    cluster, nodes = _started(head, others)
    try:
        with connected(cluster.address) if is_connected else nullcontext():
            yield cluster, nodes
    finally:
        cluster.shutdown()
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def assert_same(path, local):
    """Every file of the library, to the bit, and what was passed over."""
    made = Library.open(path)
    assert made.manifest.files == local.manifest.files
    assert made.manifest.skipped == local.manifest.skipped and made.manifest.many == local.manifest.many


def embedded(log):
    """The keys of all texts that workers embedded, as often as they did, by process."""
    return {path.name: path.read_text().split() for path in log.iterdir()}


def all_of(log):
    return [key for keys in embedded(log).values() for key in keys]


def started(path, *more):
    """The command over the seeds with a real model, begun; a worker with one processor has one thread, and so has it."""
    words = ("index", ROOT / "seeds" / "articles", "--library", path, "--embedder", E5, *more, "--json")
    return command(sys.executable, "-m", "ui.cli", *words)


def command(*words):
    """A command of this tree, begun; it ends with its test."""
    running = subprocess.Popen(
        [*map(str, words)], cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": _PATH},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=with_parent,
    )  # fmt: skip
    _commands.append(running)
    return running


def end_commands():
    """Kill the commands that run still."""
    while _commands:
        running = _commands.pop()
        if running.poll() is None:
            running.kill()
            running.communicate()


def indexed(running):
    """The report of a command that was started."""
    out, said = running.communicate()
    assert running.returncode == 0, said
    return json.loads(out)


def files_of(path):
    """The files of a library, but for the articles themselves, which say when they were indexed."""
    return {name: each for name, each in Library.open(path).manifest.files.items() if not name.startswith("articles-")}
