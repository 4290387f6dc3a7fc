"""Machines of a Ray cluster that die, join, or have a GPU."""

import time
from functools import partial

import pytest
from fakes import BagEmbedder

pytest.importorskip("ray")

from raylets import STORE, LoggingEmbedder, all_of, assert_same, embedded, files_of, indexed, raylets, started

from index.cluster import Share
from index.cluster.workers import RayWorkers
from index.ingestion.indexing import build

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize(("phase", "from_on"), [("reading", 20), ("preparing", 50), ("embedding", 30)])
def test_a_machine_that_dies_costs_nothing(tmp_path, shelf, local, log, phase, from_on):
    """One of three is killed while they work: the others do what it had, and the library is that of one machine."""
    with raylets(1, 1, 1) as (cluster, nodes):

        def kill(now, done, total):
            if len(nodes) == 2 and now == phase and done >= from_on:
                cluster.remove_node(nodes.pop(), allow_graceful=False)

        workers = RayWorkers(partial(LoggingEmbedder, log, 0.03), Share())
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers, progress=kill)
        assert len(nodes) == 1
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
        workers = RayWorkers(partial(LoggingEmbedder, log, 0.5), Share(0.5, 0.5))
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
    assert len(embedded(log)) == 2
    assert_same(tmp_path / "ray", local)


@pytest.mark.model
def test_the_command_says_nothing_of_a_machine_that_dies_but_its_report(tmp_path):
    """A real model, and a machine killed while it embeds: what is printed is the report, and the library that of one
    machine to the bit."""
    one = indexed(started(tmp_path / "local"))
    with raylets(1, 1, 1) as (cluster, nodes):
        running = started(tmp_path / "ray", "--ray", cluster.address)
        while running.poll() is None and not (tmp_path / "ray" / "pending.bin").exists():
            time.sleep(0.01)
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        many = indexed(running)
    assert (many["n_embedded"], many["n_chunks"]) == (one["n_embedded"], one["n_chunks"])
    assert files_of(tmp_path / "ray") == files_of(tmp_path / "local")
