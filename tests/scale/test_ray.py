"""Builds on a real cluster: three raylets on loopback, a run that is interrupted, workers that fail."""

import hashlib
import json
import signal
import time
from functools import partial

import pytest
from engines import need
from fakes import BagEmbedder
from raylets import (
    E5,
    ROOT,
    DeadlyEmbedder,
    LoggingEmbedder,
    all_of,
    assert_same,
    embedded,
    failing,
    files_of,
    indexed,
    raylets,
    started,
)

from index.cluster import Share
from index.cluster.pool import connected
from index.cluster.workers import RayWorkers
from index.errors import ClusterError
from index.ingestion.indexing import build
from index.ingestion.journal import Journal
from index.retrieval.hybrid import search
from index.storage.library import Library

need("ray", "ray")
pytestmark = pytest.mark.filterwarnings("ignore")

SEEDS = ROOT / "seeds"
WORKERS = 3


@pytest.fixture(scope="module")
def cluster():
    """One for all that breaks no machine."""
    with raylets(1, 1, 1) as (cluster, _):
        yield cluster


def test_three_machines_give_what_one_gives(tmp_path, cluster, shelf, local, log):
    """The same files, bit by bit; each text is embedded once, by three processes, and every step is told."""
    told = []
    workers = RayWorkers(partial(LoggingEmbedder, log, n_together=WORKERS), Share())
    report = build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers, progress=lambda *each: told.append(each))
    assert_same(tmp_path / "ray", local)
    assert len(embedded(log)) == WORKERS and len(all_of(log)) == len(set(all_of(log)))
    assert report.n_chunks == report.n_embedded == local.manifest.n_chunks and len(report.skipped) == 2
    assert list(dict.fromkeys(phase for phase, _, _ in told)) == ["reading", "preparing", "embedding", "publishing"]
    done = [n for phase, n, _ in told if phase == "embedding"]
    assert done == sorted(done) and done[-1] == len(all_of(log))


def test_a_change_costs_what_it_costs_one_machine(tmp_path, cluster, shelf, local, log):
    """The next generation is that of a local build too: changed, new, renamed, removed, taken off."""
    workers = RayWorkers(partial(LoggingEmbedder, log), Share())
    build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
    (shelf / "001.txt").write_text("Autre titre\n\nLe texte a changé ce matin, dit la mairie.")
    (shelf / "002.txt").rename(shelf / "renamed.txt")
    (shelf / "003.txt").unlink()
    (shelf / "new.txt").write_text("Neuf\n\nUn article tout neuf parle du musée.")
    before = len(all_of(log))
    reports = [
        build(tmp_path / name, BagEmbedder(), exclude=["005.txt"], workers=each)
        for name, each in (("local", None), ("ray", workers))
    ]
    assert [(r.added, r.changed, r.renamed, r.removed, r.unchanged, r.n_embedded) for r in reports[:1]] == [
        (r.added, r.changed, r.renamed, r.removed, r.unchanged, r.n_embedded) for r in reports[1:]
    ]
    assert 0 < len(all_of(log)) - before <= 8
    assert_same(tmp_path / "ray", Library.open(tmp_path / "local"))
    assert build(tmp_path / "ray", BagEmbedder(), workers=workers).is_noop


def interrupted(path, shelf, workers, share):
    """What is in the journal of a run that was stopped when this share of the texts was embedded."""

    def stop(phase, done, total):
        if phase == "embedding" and done > total * share:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(path, BagEmbedder(), [shelf], workers=workers, progress=stop)
    assert not (path / "CURRENT").exists()
    return {key.hex() for key in Journal(path / "pending.bin", BagEmbedder()).vectors()}


def test_an_interrupted_run_is_taken_up(tmp_path, cluster, shelf, local, log):
    """Twice; what the journal has is not embedded again, and the library is that of one machine."""
    workers = RayWorkers(partial(LoggingEmbedder, log, 0.02), Share())
    kept = interrupted(tmp_path / "ray", shelf, workers, 0.2)
    for share in (0.3, None):
        first = {name: len(keys) for name, keys in embedded(log).items()}
        if share:
            more = interrupted(tmp_path / "ray", shelf, workers, share)
        else:
            build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
        again = {key for name, keys in embedded(log).items() for key in keys[first.get(name, 0) :]}
        assert kept and not kept & again
        kept = more
    assert_same(tmp_path / "ray", local)
    assert not (tmp_path / "ray" / "pending.bin").exists()


def test_one_machine_takes_up_what_many_began(tmp_path, cluster, shelf, local, log):
    """The journal is one for both: a local build embeds only the rest, and the bits are the same."""
    kept = interrupted(tmp_path / "ray", shelf, RayWorkers(partial(LoggingEmbedder, log, 0.02), Share()), 0.5)
    embedder = BagEmbedder()
    build(tmp_path / "ray", embedder, [shelf])
    keys = {hashlib.sha256(text.encode()).hexdigest() for text in embedder.encoded}
    assert kept and keys and not kept & keys
    assert_same(tmp_path / "ray", local)


def test_what_ends_every_worker_ends_the_build_in_one_line(tmp_path, cluster, shelf):
    """A text that costs a process each time is not tried for ever; what else was embedded is kept."""
    with pytest.raises(ClusterError, match=r"^5 workers ended over the same work .*larger --ray-cpus"):
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=RayWorkers(DeadlyEmbedder, Share()))
    assert not (tmp_path / "ray" / "CURRENT").exists()


def test_what_a_worker_raises_is_one_line(tmp_path, cluster, shelf):
    """Other weights, and an error nobody thought of: said once, without a trace; nothing is published."""
    with pytest.raises(ClusterError, match="has other weights of other than this machine"):
        workers = RayWorkers(partial(BagEmbedder, "other"), Share())
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
    with pytest.raises(ClusterError, match=r"^a worker failed: [^\n]*are nowhere$"):
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=RayWorkers(failing, Share()))
    assert not (tmp_path / "ray" / "CURRENT").exists()


def test_a_share_that_no_machine_has_is_said(tmp_path, cluster, shelf, monkeypatch):
    """Processors for every machine's sum and no machine, and GPUs where there are none."""
    monkeypatch.setattr("index.cluster.pool._NOBODY_SECONDS", 2.0)
    with pytest.raises(ClusterError, match="no machine of the cluster has 2 CPU for a worker"):
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=RayWorkers(BagEmbedder, Share(2)))
    with pytest.raises(ClusterError, match=r"no machine of the cluster has 1 CPU and 0\.5 GPU for a worker"):
        build(tmp_path / "ray", BagEmbedder(), [shelf], workers=RayWorkers(BagEmbedder, Share(1, 0.5)))


def test_fractions_let_workers_share_a_machine(tmp_path, cluster, shelf, local, log):
    """Half a processor each: two on each of three machines."""
    workers = RayWorkers(partial(LoggingEmbedder, log, n_together=2 * WORKERS), Share(0.5))
    build(tmp_path / "ray", BagEmbedder(), [shelf], workers=workers)
    assert len(embedded(log)) == 2 * WORKERS
    assert_same(tmp_path / "ray", local)


# --- the command, and a real model ---------------------------------------------------------------------------------


def test_the_address_of_no_cluster_is_said_at_once(tmp_path, folder, monkeypatch):
    """A port where nobody listens, a name that is none, no address at all: one line, before a model is loaded."""
    for address, said in (
        ("127.0.0.1:1", "refused"),
        ("nobody.invalid:6379", "not known|resolution"),
        ("garbage", "it is none of auto, local"),
        ("", "it is none of auto, local"),
        ("ray://127.0.0.1:10001", "--ray auto"),
    ):
        began = time.monotonic()
        with pytest.raises(ClusterError, match=said), connected(address):
            pytest.fail("it is connected")
        assert time.monotonic() - began < 60  # Ray itself would try for minutes


@pytest.mark.model
def test_a_real_model_on_three_machines_is_the_model_on_one(tmp_path, cluster):
    """By the command, whose process is killed and which is run again: the vectors are those of one machine to the bit,
    and so are the hits of questions with their scores."""
    from index.models import SentenceTransformerEmbedder

    one = indexed(started(tmp_path / "local"))
    path, embedder = tmp_path / "ray", SentenceTransformerEmbedder(E5)
    running = started(path, "--ray", cluster.address)
    while running.poll() is None and not (path / "pending.bin").exists():
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL and not (path / "CURRENT").exists()
    n_kept = len(Journal(path / "pending.bin", embedder).vectors())
    many = indexed(started(path, "--ray", cluster.address))
    assert n_kept > 0 and one["n_embedded"] > 40 and many["n_chunks"] == one["n_chunks"]
    assert many["n_embedded"] <= one["n_embedded"] and files_of(path) == files_of(tmp_path / "local")
    libraries = [Library.open(each) for each in (tmp_path / "local", path)]
    lines = (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    for question in [json.loads(line)["question"] for line in lines[::4] if line.strip()]:
        hits = [search(library, embedder, question, "fr") for library in libraries]
        assert [(hit.chunk, hit.score) for hit in hits[0]] == [(hit.chunk, hit.score) for hit in hits[1]]
