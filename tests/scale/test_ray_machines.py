"""Machines of a Ray cluster that die, join, or have a GPU."""

import hashlib
import json
import re
import sys
import threading
import time
from functools import partial

import pytest
from engines import need
from fakes import BagEmbedder
from raylets import STORE, LoggingEmbedder, all_of, assert_same, command, embedded, raylets

from index.cluster import Share
from index.cluster.workers import RayWorkers
from index.errors import ClusterError
from index.ingestion.indexing import build
from index.ingestion.journal import Journal

need("ray", "ray")
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(("phase", "from_on"), [("reading", 20), ("preparing", 50), ("embedding", 30)])
def test_a_machine_that_dies_costs_nothing(tmp_path, shelf, local, log, phase, from_on):
    """One of three is killed while they work: the others do what it had, and the library is that of one machine."""
    with raylets(1, 1, 1) as (cluster, nodes):

        def kill(now, done, total):
            if len(nodes) == 2 and now == phase and done >= from_on:
                cluster.remove_node(nodes.pop(), allow_graceful=False)

        n_together = 3 if phase == "embedding" else 1
        workers = RayWorkers(partial(LoggingEmbedder, log, 0.03, n_together), Share())
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers, progress=kill)
        assert len(nodes) == 1 and (workers.n_lost or phase != "embedding")
    assert_same(tmp_path / "ray", local)
    twice = len(all_of(log)) - len(set(all_of(log)))
    assert twice <= 64  # what the lost one was at


def test_machines_may_all_go_if_others_come(tmp_path, shelf, local, log):
    """The only machine with processors is killed in mid-run; one that joins later ends the work."""
    with raylets(0, 1) as (cluster, nodes):

        def exchange(phase, done, total):
            if nodes and phase == "embedding" and done > total / 3:
                cluster.remove_node(nodes.pop(), allow_graceful=False)
                cluster.add_node(num_cpus=2, object_store_memory=STORE)

        workers = RayWorkers(partial(LoggingEmbedder, log), Share())
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers, progress=exchange)
        assert not nodes
    assert_same(tmp_path / "ray", local)


def test_only_those_who_embed_take_a_gpu(tmp_path, shelf, local, log):
    """Half of a GPU each, on the one machine that has one (it is only said to, and computes as the others): two
    workers embed there, many groups at a time."""
    with raylets(1) as (cluster, _):
        cluster.add_node(num_cpus=2, num_gpus=1, object_store_memory=STORE)
        workers = RayWorkers(partial(LoggingEmbedder, log, n_together=2), Share(0.5, 0.5))
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
    assert len(embedded(log)) == 2
    assert_same(tmp_path / "ray", local)


def test_the_command_says_of_a_machine_that_dies_one_line_and_its_report(
    tmp_path, shelf, local, log, citeline, monkeypatch
):
    """Killed while all embed: the line, and nothing that Ray has to say of it; the library is that of one machine."""

    def make(spec, device):
        return LoggingEmbedder(log, 0.05, 3)

    def kill():
        while len(embedded(log)) < 3:
            time.sleep(0.05)
        cluster.remove_node(nodes.pop(), allow_graceful=False)

    monkeypatch.setattr("index.cluster.workers.SentenceTransformerEmbedder", make)
    with raylets(1, 1, 1, is_connected=False) as (cluster, nodes):
        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        code, out, err = citeline("index", shelf, "--ray", cluster.address, "--json")
        killer.join(60)
    said = [line for line in err.splitlines() if not line.endswith("…")]
    assert code == 0 and said == ["1 worker of the cluster was lost in mid-work; others did it, and nothing is missing"]
    assert json.loads(out)["n_embedded"] == local.manifest.n_chunks
    assert_same(tmp_path / "library", local)


def test_when_no_machine_is_left_one_line_says_so_and_the_next_run_goes_on(tmp_path, shelf, local, log, monkeypatch):
    """The only machine with processors is killed and none joins; what was embedded is not embedded again."""
    monkeypatch.setattr("index.cluster.pool._NOBODY_SECONDS", 3.0)
    with raylets(0, 1) as (cluster, nodes):

        def kill(phase, done, total):
            if nodes and phase == "embedding" and done > total / 3:
                cluster.remove_node(nodes.pop(), allow_graceful=False)

        workers = RayWorkers(partial(LoggingEmbedder, log, 0.01), Share())
        with pytest.raises(ClusterError, match=r"^the machines of the cluster that had 1 CPU for a worker are gone\. "):
            build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers, progress=kill)
        assert not (tmp_path / "ray" / "CURRENT").exists()
    kept = {key.hex() for key in Journal(tmp_path / "ray" / "pending.bin", BagEmbedder()).vectors()}
    embedder = BagEmbedder()
    build(tmp_path / "ray", embedder, [shelf])
    assert kept and not kept & {hashlib.sha256(text.encode()).hexdigest() for text in embedder.encoded}
    assert_same(tmp_path / "ray", local)


COMMAND = """
import sys
from pathlib import Path
import index.cluster.workers, index.models.embedder
from fakes import BagEmbedder
from raylets import LoggingEmbedder
from ui.cli.commands import main
bag, log = BagEmbedder(), Path(sys.argv.pop())
index.models.embedder.SentenceTransformerEmbedder = lambda spec: bag
index.models.embedder.identity = lambda spec: (bag.name, bag.fingerprint)
index.cluster.workers.SentenceTransformerEmbedder = lambda spec, device: LoggingEmbedder(log, 0.05)
main()
"""


@pytest.mark.parametrize("part", ["gcs_server", "raylet"])
def test_a_machine_that_loses_its_cluster_says_so_in_one_line(tmp_path, shelf, local, log, part):
    """The cluster's head, and the raylet of the machine that is to have the library; the next run goes on."""
    path = tmp_path / "ray"
    with raylets(1, is_connected=False) as (cluster, _):
        words = ("index", shelf, "--ray", cluster.address, "--library", path, log)
        running = command(sys.executable, "-c", COMMAND, *words)
        while running.poll() is None and not (path / "pending.bin").exists():
            time.sleep(0.01)
        getattr(cluster.head_node, f"kill_{part}")(check_alive=False)
        out, err = running.communicate()
    (line,) = [each for each in err.splitlines() if each and not each.endswith("…")]
    assert (
        running.returncode == 1
        and not out
        and re.fullmatch(
            "citeline: (this machine lost its Ray cluster: .+|the machines of the cluster .+ are gone)[.] .+ is kept",
            line,
        )
    ), err
    kept = {key.hex() for key in Journal(path / "pending.bin", BagEmbedder()).vectors()}
    embedder = BagEmbedder()
    build(path, embedder, [shelf])
    assert kept and not kept & {hashlib.sha256(text.encode()).hexdigest() for text in embedder.encoded}
    assert_same(path, local)
