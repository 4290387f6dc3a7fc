"""A library in Milvus is the library in its folder, to the bit, and no crash of its writer or server loses any of it."""

import contextlib
import random
import threading
import time

import numpy as np
import pytest
from milvus_in_memory import MemoryClient, Server
from store_conformance import assert_whole, life, seen

from index.backup import back_up
from index.errors import (
    BackupError,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryUnreadable,
    NoLibrary,
)
from index.ingestion import build, check
from index.milvus import settle, store_at
from index.milvus import store as store_module
from index.milvus import ticket as ticket_module
from index.retrieval import search
from index.storage import Library, copy, current_generation, known_sources, read_manifest
from index.storage import stored as stored_module
from index.storage.stored import StoredTable, StoredVectors, expression
from index.storage.vectors import Slots, Table, Vectors, VectorTable


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server in memory; every address leads to it."""
    server = Server()
    monkeypatch.setattr(store_module, "Client", lambda address: MemoryClient(address, server))
    monkeypatch.setattr(store_module, "_stores", {})
    monkeypatch.setattr(store_module, "POLL_S", 0.0)
    monkeypatch.setattr(store_module, "_AWAY_S", 0.0)
    monkeypatch.setattr(ticket_module, "BEAT_S", 0.05)
    monkeypatch.setattr(ticket_module, "DEAD_S", 0.5)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return server


@pytest.fixture
def there(server):
    return settle("milvus://db.example:19530/articles")


def another_machine(path, tmp_path):
    """A folder of the same library, as another machine has it."""
    folder = tmp_path / "another" / path.name
    folder.mkdir(parents=True)
    (folder / "STORE").write_bytes((path / "STORE").read_bytes())
    return folder


def test_at_every_stage_of_its_life_it_is_the_same_library(there, tmp_path, embedder):
    """Hits, scores, ranks, filters, families, texts: equal, not near; on this machine and on another one."""
    local, elsewhere = tmp_path / "local", another_machine(there, tmp_path)
    for stage, told in life(tmp_path / "files"):
        reports = [build(path, embedder, **told) for path in (local, there)]
        assert [each.n_embedded for each in reports] == [reports[0].n_embedded] * 2
        assert build(there, embedder).is_noop
        for path in (local, there):
            assert_whole(path, embedder, stage)
        expected = seen(local, embedder)
        assert len(expected["vectors"]) > 1000 and expected["languages"]
        assert seen(there, embedder) == expected and seen(elsewhere, embedder) == expected


def test_on_this_machine_are_no_vectors_and_no_file_is_called_by_the_server(there, tmp_path, embedder):
    """What is fetched is kept by its hash, and goes when it is no longer needed; it is fetched again when it is lost."""
    for _, told in life(tmp_path / "files"):
        build(there, embedder, **told)
    expected = seen(there, embedder)
    kept = {each.name for each in (there / "cache").iterdir()}
    files = read_manifest(there).files
    assert kept - {sha for _, sha in files.values()} == {store_at(there).published().sha256}
    assert not kept & {sha for name, (_, sha) in files.items() if name.endswith((".f32", ".f16"))}
    assert not (there / "gen").exists()
    for each in (there / "cache").iterdir():
        each.write_bytes(b"torn")
    assert seen(there, embedder) == expected


def all_writes(server, there, embedder, tmp_path):
    """The calls of an update that adds, changes and removes, as (call, kind of collection, how often before)."""
    lived = life(tmp_path / "rehearsal")
    build(there, embedder, **next(lived)[1])
    server.writes.clear()
    build(there, embedder, **next(lived)[1])
    calls = [(call, name.rpartition("_")[2]) for call, name in server.writes]
    return sorted({(call, kind, n) for call, kind in calls for n in range(calls.count((call, kind)))})


def stop_at(server, moment, after, action):
    """Do something when a call is made, before it changes anything or after."""
    call, kind, n = moment
    times = iter(range(1000))

    def on_write(called, name, done):
        if (called, name.rpartition("_")[2], done) == (call, kind, after) and next(times) == n:
            server.on_write = lambda *args, **more: None
            action()

    server.on_write = on_write


class Killed(BaseException):
    """As if the process had been killed: nothing of it runs on."""


@pytest.mark.parametrize("what", ["writer", "server"])
@pytest.mark.parametrize("after", [False, True])
def test_whoever_dies_at_whatever_moment_leaves_the_old_generation_or_the_new_one(
    server, there, tmp_path, embedder, monkeypatch, what, after
):
    """At each call that writes, before it and after it. Then the next update goes through and sweeps up."""
    moments = all_writes(server, there, embedder, tmp_path)
    assert {call for call, *_ in moments} == {"create", "insert", "flush", "delete"} and len(moments) > 9
    if what == "writer":
        monkeypatch.setattr(ticket_module.Ticket, "_remove", lambda *args: None)
    outcomes = set()
    for moment in moments:
        server.collections.clear()
        store_module._stores.clear()
        folder, path = tmp_path / f"{moment}", settle("milvus://db.example:19530/" + "_".join(map(str, moment)))
        local = tmp_path / f"local {moment}"
        lived = life(folder)
        told = next(lived)[1]
        build(local, embedder, **told)
        build(path, embedder, **told)
        old, told = seen(local, embedder), next(lived)[1]
        opened = Library.open(path)
        build(local, embedder, **told)
        new = seen(local, embedder)

        def die():
            server.is_away = what == "server"
            raise Killed if what == "writer" else LibraryUnreadable("away")

        stop_at(server, moment, after, die)
        with contextlib.suppress(Killed, LibraryUnreadable):
            build(path, embedder, **told)
        server.on_write = lambda *args, **more: None
        assert search(opened, embedder, "pont", "fr") if what == "writer" else opened.articles
        server.is_away = False
        now = seen(path, embedder)
        assert now in (old, new)
        outcomes.add(now == new)
        with monkeypatch.context() as patched:  # the writer that died did not remove its ticket, this one does
            patched.setattr(ticket_module.Ticket, "_remove", REMOVE)
            build(path, embedder, **told)
        assert seen(path, embedder) == new
        numbers = set().union(*(each.numbers for each in store_at(path)._generations()))
        tables = {name for name in server.collections if name.endswith(("_chunks", "_sentences"))}
        assert len(tables) == 2 * len({n for each in store_at(path)._generations() for n in each.segments})
        assert set(store_at(path).files.numbers()) == numbers
        assert not [row for row in server.collections[store_at(path)._state].values() if row["kind"] > 0]
    assert outcomes == {True, False}


REMOVE = ticket_module.Ticket._remove


def test_a_reader_keeps_to_its_generation_while_two_are_published(there, tmp_path, embedder):
    """For ten minutes; then one line says to ask again, and who opens it again has the new one."""
    lived = life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    opened, before = Library.open(there), seen(there, embedder)["Qui est maire de Vernay ? in all"]
    for _, told in lived:
        build(there, embedder, **told)
        assert search(opened, embedder, "Qui est maire de Vernay ?", "fr") == before
    assert current_generation(there) == 4


def test_what_is_long_superseded_is_removed_and_who_reads_it_is_told(there, tmp_path, embedder, monkeypatch):
    monkeypatch.setattr(store_module, "KEPT_S", -1.0)
    lived = life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    opened = Library.open(there)
    for _, told in lived:
        build(there, embedder, **told)
    assert current_generation(there) == 4
    with pytest.raises(LibraryUnreadable, match="ask again") as raised:
        search(opened, embedder, "Qui est maire de Vernay ?", "fr")
    assert str(raised.value).isprintable()
    assert search(Library.open(there), embedder, "Qui est maire de Vernay ?", "fr")


def test_while_the_server_is_away_one_line_says_so_and_nothing_is_lost(server, there, tmp_path, embedder):
    lived = life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    opened, expected = Library.open(there), seen(there, embedder)
    told = next(lived)[1]
    server.is_away = True
    assert current_generation(there) == 1  # as it was last seen: nobody makes a new library in its place
    for refused in (
        lambda: search(opened, embedder, "pont", "fr"),
        lambda: Library.open(there),
        lambda: build(there, embedder, **told),
        lambda: check(there),
        lambda: known_sources(there),
    ):
        with pytest.raises(LibraryUnreadable, match=r"db\.example:19530") as raised:
            refused()
        assert str(raised.value).isprintable()
    server.is_away = False
    assert opened.articles == expected["articles"] and search(opened, embedder, "grève au port", "fr")
    build(there, embedder, **told)
    assert current_generation(there) == 2


def test_one_writer_at_a_time_among_all_machines(server, there, tmp_path, embedder):
    """The second is told who writes; one that died is waited for, a little, and then replaced."""
    lived = life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    elsewhere = another_machine(there, tmp_path)
    store = store_at(there)
    told = next(lived)[1]
    with store.writing():
        with pytest.raises(LibraryBusy, match="another citeline, on ") as raised:
            build(elsewhere, embedder, **told)
        assert str(raised.value).isprintable()
        assert len([row for row in server.collections[store._state].values() if row["kind"] == 1]) == 1
    build(elsewhere, embedder, **told)
    gone = store_module._row("writer-dead", 1, 0, '{"machine": "old", "place": "/gone"}')
    store.client.insert(store._state, [gone])
    build(there, embedder, **next(lived)[1])
    assert current_generation(there) == 3
    assert not [row for row in server.collections[store._state].values() if row["kind"] > 0]


def test_a_writer_that_was_taken_for_dead_publishes_nothing(server, there, tmp_path, embedder):
    """As one whose machine slept: another one wrote meanwhile."""
    lived = life(tmp_path / "files")
    build(there, embedder, **next(lived)[1])
    state = store_at(there)._state
    stop_at(server, ("insert", "files", 0), True, lambda: [
        server.collections[state].pop(key) for key in list(server.collections[state]) if key.startswith("writer")
    ])  # fmt: skip
    with pytest.raises(LibraryBusy, match="run citeline index again"):
        build(there, embedder, **next(lived)[1])
    assert current_generation(there) == 1


def test_of_two_that_begin_at_once_at_most_one_writes(server, there, embedder):
    with store_at(there).writing():
        pass
    together, most, lock = [0], [0], threading.Lock()

    def write_once(store, draw):
        for _ in range(200):
            try:
                with store.writing():
                    with lock:
                        together[0] += 1
                        most[0] = max(most[0], together[0])
                    time.sleep(0.01)
                    with lock:
                        together[0] -= 1
                    return
            except LibraryBusy:
                time.sleep(draw.random() / 2)

    stores = [store_module.Store(store_at(there).address, there / str(n)) for n in range(4)]
    threads = [threading.Thread(target=write_once, args=[each, random.Random(n)]) for n, each in enumerate(stores)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most[0] == 1


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("files", lambda row: row | {"text": "AAAA"}),
        ("files", lambda row: row | {"text": "é"}),
        ("files", lambda row: row | {"n_pieces": 9}),
        ("files", lambda row: row | {"n_pieces": 10**9}),
        ("state", lambda row: row | {"text": "{}"}),
        ("state", lambda row: row | {"text": "[1"}),
        ("state", lambda row: row | {"text": '{"sha256": "../../x", "size": 9, "segments": [], "created": 0}'}),
        ("chunks", None),
        ("sentences", None),
    ],
)
def test_a_damaged_store_is_said_in_one_line(server, there, tmp_path, embedder, kind, change):
    """Rows that somebody else changed or removed; the library is read as by a machine that has kept nothing."""
    build(there, embedder, **next(life(tmp_path / "files"))[1])
    elsewhere = another_machine(there, tmp_path)
    rows = next(rows for name, rows in server.collections.items() if name.endswith(kind))
    for key in list(rows):
        if change is None:
            del rows[key]
        else:
            rows[key] = change(rows[key])
    with pytest.raises(LibraryDamaged) as raised:
        Library.open(elsewhere)
    assert str(raised.value).isprintable() and not list(tmp_path.glob("x*"))


def test_a_file_that_unfolds_into_more_than_it_should_is_refused(server, there, tmp_path, embedder):
    """A megabyte of zeros in a few bytes, where the manifest says how long a file is."""
    import base64
    import zlib

    build(there, embedder, **next(life(tmp_path / "files"))[1])
    elsewhere = another_machine(there, tmp_path)
    bomb = base64.b64encode(zlib.compress(bytes(1 << 20))).decode()
    for row in next(rows for name, rows in server.collections.items() if name.endswith("files")).values():
        if "articles" in row["id"]:
            row["text"] = bomb
    with pytest.raises(LibraryDamaged, match="longer than"):
        Library.open(elsewhere)


def test_a_large_file_is_cut_into_pieces(server, there, tmp_path, monkeypatch):
    """That cannot be compressed, that can, that is empty, of lengths about the limits."""
    from index.milvus import files as files_module

    monkeypatch.setattr(files_module, "_PIECE", 100)
    monkeypatch.setattr(files_module, "_AT_ONCE", 3)
    draw = np.random.default_rng(1)
    contents = {f"{n}.bin": draw.bytes(n) for n in (1, 99, 100, 101, 5000)} | {"none": b"", "same": bytes(90_000)}
    store = store_at(there)
    with store.writing():
        store.files.write(3, contents)
        store.files.write(4, {"none": b"other"})
    assert {name: store.files.read(3, name, len(each)) for name, each in contents.items()} == contents
    with pytest.raises(FileNotFoundError):
        store.files.read(5, "none", 0)
    with pytest.raises(LibraryDamaged, match="longer than"):
        store.files.read(3, "5000.bin", 4999)
    with pytest.raises(LibraryDamaged, match="of 5001 bytes"):
        store.files.read(3, "5000.bin", 5001)


def test_a_library_is_copied_there_and_back_and_nothing_is_embedded_again(there, tmp_path, embedder):
    local, back = tmp_path / "local", tmp_path / "back"
    for _, told in life(tmp_path / "files"):
        build(local, embedder, **told)
    embedder.encoded.clear()
    copy(local, there)
    copy(there, back)
    expected = seen(local, embedder)
    assert seen(there, embedder) == expected and seen(back, embedder) == expected
    assert build(there, embedder).is_noop and not embedder.encoded
    with pytest.raises(LibraryError, match="already"):
        copy(local, there)
    with pytest.raises(BackupError, match=r"citeline copy milvus://db\.example:19530/articles --library FOLDER"):
        back_up(there, tmp_path / "backup.tar", "1")
    back_up(back, tmp_path / "backup.tar", "1")


def test_where_there_is_none_a_line_says_how_to_make_one(there):
    with pytest.raises(NoLibrary, match=r"--library milvus://db\.example:19530/articles"):
        Library.open(there)
    assert current_generation(there) == 0


def stored(server, tables, dead=(), large=None):
    """Vectors of these tables in Milvus, without the slots that are dead; the rest in an order of their own."""
    from index.milvus.address import Address
    from index.milvus.rows import VectorRows

    n = sum(map(len, tables))
    of_row = np.random.default_rng(9).permutation(np.setdiff1d(np.arange(n), dead))
    rows = np.full(n, -1)
    rows[of_row] = np.arange(len(of_row))
    slots, held = Slots(of_row, rows, np.cumsum([0, *map(len, tables)])), []
    for i, table in enumerate(tables):
        collection = VectorRows(MemoryClient(Address("h", "n"), server), f"t{i}", table.shape[1])
        collection.write(iter([table]), len(table))
        held.append(StoredVectors(StoredTable(collection, table.nbytes, "<f4")))
    here = [VectorTable(Table(table, table.shape[1])) for table in tables]
    return [Vectors(each, slots, tables[0].shape[1]) for each in (held, here)]


@pytest.mark.parametrize("most", [16_384, 200, 40])
@pytest.mark.parametrize("sizes", [(900,), (700, 30, 1), (5, 5)])
def test_a_search_there_is_exact_though_its_products_are_not(server, monkeypatch, most, sizes):
    """One table or several, some of its articles gone, among some rows or all, many equal vectors, few rows a call."""
    monkeypatch.setattr(stored_module, "MOST", most)
    draw = np.random.default_rng(5)
    tables = []
    for n in sizes:
        near = draw.standard_normal((3, 24))[draw.integers(0, 3, n)]
        table = near + 1e-6 * draw.standard_normal((n, 24))  # nearer to each other than the server can tell
        table[n // 2 :] = (draw.standard_normal((n - n // 2, 24)) + table[n // 2 :]) / 2
        table[: n // 4] = table[0]
        tables.append((table / np.linalg.norm(table, axis=1, keepdims=True)).astype(np.float32))
    n = sum(sizes)
    for dead in ((), np.arange(1, n, 3), np.arange(n - 2)):
        there, here = stored(server, tables, dead)
        some = [None, np.arange(0, len(here), 2), np.arange(min(3, len(here))), np.zeros(0, dtype=np.int64)]
        for among in some:
            for k in (1, 7, 50, 10_000):
                query = tables[0][0] + 0.1 * draw.standard_normal(24).astype(np.float32)
                query = (query / np.linalg.norm(query)).astype(np.float32)
                assert there.search(query, k, among) == here.search(query, k, among)


def test_the_words_for_places_describe_them():
    from milvus_in_memory import meaning

    draw = np.random.default_rng(2)
    for n in (1, 2, 50, 900):
        for most in (n, 3 * n):
            places = np.sort(draw.choice(most, n, replace=False))
            means = meaning(expression(places))
            assert [each for each in range(most + 2) if means({"id": each})] == places.tolist()
    assert expression(np.arange(5, 9_000)) == "(id >= 5 and id <= 8999)"
