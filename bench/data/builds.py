"""Libraries that are built by the command, alone or on a cluster of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.paths import ROOT

COMMAND = [sys.executable, "-m", "ui.cli"]
STORE = 100 << 20
"""Bytes of shared memory of a raylet."""


@contextmanager
def raylets(n: int) -> Iterator[str]:
    """Run a cluster of a head without processors and n raylets with one each, on this machine; yield its address."""
    from ray.cluster_utils import Cluster

    environment = {
        "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    own = {"object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args=own | {"num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(n):
            cluster.add_node(num_cpus=1, **own)
        yield cluster.address
    finally:
        cluster.shutdown()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def index(folders: Sequence[Path], library: Path | str, embedder: str, *options: str) -> None:
    """Run `citeline index` with one thread. Exits with what it said when it fails."""
    words = [*COMMAND, "index", *map(str, folders), "--library", str(library), "--embedder", embedder, *options]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"bench: {done.stderr.strip()}")
