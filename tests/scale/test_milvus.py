"""A library on a real Milvus server, started from its wheel and killed: the same to the bit, and nothing is lost.

Needs pymilvus and the package milvus, which holds a server: tests/scale/setup.sh.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from engines import need
from fakes import BagEmbedder, plain_answerer
from store_conformance import QUESTIONS, assert_whole, life, seen

from bench.data.milvus_server import milvus
from bench.quality.same_lines import compare, questions, rows
from index.errors import LibraryBusy, LibraryError, LibraryUnreadable
from index.ingestion import build
from index.milvus import settle, store_at
from index.milvus import store as store_module
from index.milvus import ticket as ticket_module
from index.retrieval import search
from index.retrieval.hybrid import CANDIDATES
from index.storage import Library, copy, current_generation
from index.storage.stored import StoredTable, StoredVectors
from index.storage.vectors import Table, VectorTable

need("milvus", "pymilvus", "milvus")
pytestmark = pytest.mark.filterwarnings("ignore")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with milvus(tmp_path_factory.mktemp("milvus")) as server:
        yield server


@pytest.fixture
def name(request):
    """A library's name that no other test has."""
    return "n" + "".join(each if each.isalnum() else "_" for each in request.node.name)[-50:]


@pytest.fixture
def there(server, name, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(store_module, "_stores", {})
    return settle(server.address(name))


def another_machine(path, tmp_path):
    folder = tmp_path / "another" / path.name
    folder.mkdir(parents=True)
    (folder / "STORE").write_bytes((path / "STORE").read_bytes())
    return folder


def test_at_every_stage_of_its_life_it_is_the_same_library(there, tmp_path):
    """Hits, scores, ranks, filters, families, texts: equal, not near; on this machine and on another one."""
    embedder, local, elsewhere = BagEmbedder(), tmp_path / "local", another_machine(there, tmp_path)
    for stage, told in life(tmp_path / "files"):
        for path in (local, there):
            build(path, embedder, **told)
            assert_whole(path, embedder, stage)
        assert build(there, embedder).is_noop
        expected = seen(local, embedder)
        assert seen(there, embedder) == expected and seen(elsewhere, embedder) == expected


def drawn(seed, n, dim):
    """Unit vectors around a few directions, many of them equal: near ones are hard to tell apart."""
    draw = np.random.default_rng(seed)
    table = draw.standard_normal((n, dim)) + 2 * draw.standard_normal((40, dim))[draw.integers(0, 40, n)]
    table[n // 2 : n // 2 + 200] = table[0]
    return (table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def tables(server):
    """30,000 vectors, as a flat table, as an HNSW table, and here."""
    vectors = drawn(3, 30_000, 64)
    store = store_module.Store(store_module.Address("127.0.0.1", "tables", server.port), Path("/nowhere"))
    found = {"here": VectorTable(Table(vectors, 64))}
    for index in ("FLAT", "HNSW"):
        rows = store_module.VectorRows(store.client, f"tables_{index}", 64, index)
        rows.write(iter([vectors]), len(vectors))
        found[index] = StoredVectors(StoredTable(rows, vectors.nbytes, "<f4"))
    return found


def nearest(table, query, k, alive):
    places, cosines = table.nearest(query, k, alive)
    order = np.lexsort((places, -cosines))
    return list(zip(places[order].tolist(), cosines[order].tolist(), strict=True))


def masks(n):
    draw = np.random.default_rng(8)
    shares = {"a half": 0.5, "a tenth": 0.1, "one in a hundred": 0.01, "one in a thousand": 0.001}
    yield "all", None
    for name, share in shares.items():
        yield name, draw.random(n) < share
    yield "a run", np.arange(n) // 1000 == 7


def test_a_search_is_exact_filtered_or_not(tables):
    """To the bit, for queries near many equal vectors and far from all, whatever share of the articles is asked."""
    queries = drawn(4, 6, 64)
    queries[0] = tables["here"].vectors.take(np.array([0]))[0]
    for name, alive in masks(30_000):
        for query in queries:
            for k in (1, 50):
                assert nearest(tables["FLAT"], query, k, alive) == nearest(tables["here"], query, k, alive), name


def test_an_approximate_index_finds_nearly_all_and_never_outside_the_filter(tables):
    """HNSW as it is set: at least 98 in 100 of the 50 nearest, filtered or not; their cosines are exact."""
    recalls = {}
    for name, alive in masks(30_000):
        found = wanted = 0
        for query in drawn(5, 40, 64):
            exact = nearest(tables["here"], query, 50, alive)[:50]
            given = nearest(tables["HNSW"], query, 50, alive)[:50]
            assert alive is None or alive[[place for place, _ in given]].all()
            worst = exact[-1][1]
            assert set(given) - set(exact) <= {each for each in given if each[1] <= worst}
            found, wanted = found + len(set(given) & set(exact)), wanted + len(exact)
        recalls[name] = round(found / wanted, 4)
    print("recall of HNSW at 50:", recalls)
    assert min(recalls.values()) >= 0.98


def test_200_questions_get_the_same_cited_lines(there, tmp_path):
    """Through all stages up to the citations, from more articles than candidates, some questions narrowed by their words."""
    local, articles = (
        tmp_path / "local",
        [ROOT / "seeds" / "articles", ROOT / "bench" / "quality" / "written" / "articles"],
    )
    build(local, BagEmbedder(), articles)
    copy(local, there)
    one, other = plain_answerer(local), plain_answerer(there)
    assert one.library.manifest.n_chunks > 2 * CANDIDATES
    compared = compare(one, other, questions(200))
    assert [value for _, value in rows(compared)] == ["200 of 200", "200 of 200", "0", "0"]
    assert sum(bool(one.ask(question).supported) for question in questions(20)) > 5


def until(is_so):
    """Wait for something, as long as a test may take."""
    while not is_so():
        time.sleep(0.1)


def when_back(action):
    """What an action gives once the server has recovered: it may refuse for a while, in one line each time."""
    began = time.monotonic()
    while True:
        try:
            return action()
        except LibraryUnreadable as error:
            assert str(error).isprintable() and time.monotonic() - began < 400, error


def assert_swept(there):
    store = store_at(there)
    generations = store._generations()
    written = {name for name in store.client.names() if store._of_segment(name)}
    assert len(written) == 2 * len({n for each in generations for n in each.segments})
    assert set(store.files.numbers()) == set().union(*(each.numbers for each in generations))


WRITER = """
import os, signal, sys
from pathlib import Path
from fakes import BagEmbedder, plain_answerer
from index.ingestion import build
from index.milvus.client import Client
folder, call, kind, after = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "after"
plain = getattr(Client, call)
def stop_then(self, name, *args):
    is_it = name.endswith(kind) and "writer" not in str(args)
    if is_it and not after:
        os.kill(os.getpid(), signal.SIGKILL)
    plain(self, name, *args)
    if is_it:
        os.kill(os.getpid(), signal.SIGKILL)
setattr(Client, call, stop_then)
build(folder, BagEmbedder())
"""


def test_the_writer_is_killed_in_mid_update(there, tmp_path):
    """At one call after the other: readers have the old generation or the new one, and the next writer goes on."""
    embedder, local, lived = BagEmbedder(), tmp_path / "local", life(tmp_path / "files")
    told = next(lived)[1]
    for path in (local, there):
        build(path, embedder, **told)
    old = seen(there, embedder)
    next(lived)
    build(local, embedder)
    new = seen(local, embedder)
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"}
    moments = [
        ("create", "chunks", "after", old), ("insert", "chunks", "after", old), ("insert", "sentences", "before", old),
        ("insert", "files", "after", old), ("insert", "state", "before", old), ("insert", "state", "after", new),
    ]  # fmt: skip
    for call, kind, when, expected in moments:
        done = subprocess.run([sys.executable, "-c", WRITER, str(there), call, kind, when], env=environment)
        assert done.returncode == -signal.SIGKILL, (call, kind, when)
        assert seen(there, embedder) == expected, (call, kind, when)
    build(there, embedder, [tmp_path / "files"])
    for path in (local, there):
        build(path, embedder, **next(lived)[1] if path == local else {"exclude": ["2024-03_pont.txt"]})
    assert seen(there, embedder) == seen(local, embedder)
    assert_swept(there)


def test_two_machines_do_not_write_at_once(there, tmp_path, monkeypatch):
    embedder, lived = BagEmbedder(), life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    elsewhere = another_machine(there, tmp_path)
    next(lived)
    with store_at(there).writing(), pytest.raises(LibraryBusy, match="another citeline"):
        build(elsewhere, embedder)
    monkeypatch.setattr(ticket_module, "DEAD_S", 6.0)
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(there), "create", "chunks", "before"],
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'support'}"},
    )
    assert done.returncode == -signal.SIGKILL
    build(elsewhere, embedder)  # whose ticket is left there, with nobody's beat
    assert current_generation(there) >= 2 and seen(there, embedder) == seen(elsewhere, embedder)


def test_the_command_says_in_one_line_that_the_server_is_away(tmp_path):
    """Asking, indexing, looking: without a traceback."""
    for command in (["status"], ["index"], ["ask", "Qui ?", "--no-server", "--llm", "none"]):
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli", *command, "--library", "milvus://127.0.0.1:9/articles"],
            env=os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 1 and not done.stdout
        assert len(done.stderr.splitlines()) == 1, done.stderr
        assert "127.0.0.1:9 does not answer" in done.stderr and "try again" in done.stderr


def test_a_wrong_server_is_said_in_one_line(tmp_path, monkeypatch):
    """A port on which something else listens."""
    import http.server

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    thread = threading.Thread(target=other.serve_forever, daemon=True)
    thread.start()
    try:
        with pytest.raises(LibraryError) as raised:
            Library.open(settle(f"milvus://127.0.0.1:{other.server_port}/a"))
        assert str(raised.value).isprintable()
    finally:
        with contextlib.suppress(OSError):
            other.shutdown()
            other.server_close()


# --- the server is killed: last, since it takes a while to recover ------------------------------------------------------


def test_the_server_is_killed_in_mid_search_and_comes_back(server, there, tmp_path):
    """Each search gives what it gave before, or one line; when the server is back, the open library answers again."""
    embedder = BagEmbedder()
    build(there, embedder, **next(life(tmp_path / "files"))[1])
    opened = Library.open(there)
    expected = [search(opened, embedder, *question) for question in QUESTIONS]
    outcomes, ended = [], threading.Event()

    def ask():
        while not ended.is_set():
            for question, hits in zip(QUESTIONS, expected, strict=True):
                try:
                    outcomes.append("the same" if search(opened, embedder, *question) == hits else "other hits")
                except LibraryUnreadable as error:
                    assert str(error).isprintable()
                    outcomes.append("away")

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    try:
        until(lambda: len(outcomes) > 20)
        assert set(outcomes) == {"the same"}
        server.kill()
        until(lambda: outcomes[-1] == "away")
        server.start()
        until(lambda: outcomes[-3:] == ["the same"] * 3)
    finally:
        ended.set()
        for each in threads:
            each.join()
    assert set(outcomes) == {"the same", "away"}
    assert [search(Library.open(there), embedder, *question) for question in QUESTIONS] == expected


@pytest.mark.parametrize("moment", ["insert sentences", "insert state"])
def test_the_server_is_killed_in_mid_update_and_comes_back(server, there, tmp_path, monkeypatch, moment):
    """The old generation is served, then the update goes through; what was begun is swept away."""
    embedder, local, lived = BagEmbedder(), tmp_path / "local", life(tmp_path / "files")
    told = next(lived)[1]
    build(local, embedder, **told)
    when_back(lambda: build(there, embedder, **told))  # the test before has killed the server
    old = seen(there, embedder)
    told = next(lived)[1]
    client = store_at(there).client
    call, kind = moment.split()
    plain = getattr(client, call)

    def stop_then(name, *args):
        if name.endswith(kind) and (kind != "state" or store_at(there)._ticket):
            monkeypatch.setattr(client, call, plain)
            server.kill()
        return plain(name, *args)

    monkeypatch.setattr(client, call, stop_then)
    with pytest.raises(LibraryUnreadable) as raised:
        build(there, embedder, **told)
    assert str(raised.value).isprintable()
    server.start()
    assert when_back(lambda: seen(there, embedder)) == old
    when_back(lambda: build(there, embedder, **told))
    build(local, embedder, **told)
    assert seen(there, embedder) == seen(local, embedder)
    assert_swept(there)
