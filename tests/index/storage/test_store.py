"""Vectors in several segments: what is found is what an exhaustive search finds, to the bit, however they are kept."""

import numpy as np
import pytest

from index.disk import OpenFile
from index.errors import LibraryDamaged
from index.storage import vectors as store_module
from index.storage.segment import vector_table
from index.storage.vectors import Codes, Slots, Table, Vectors, VectorTable, products

DIM = 48


def unit(rows):
    return (rows / np.linalg.norm(rows, axis=-1, keepdims=True)).astype(np.float32)


def drawn(seed, n):
    """Unit vectors around a few directions, some of them twice: near ones are hard to tell apart."""
    draw = np.random.default_rng(seed)
    centres = draw.standard_normal((5, DIM))
    table = unit(centres[draw.integers(0, 5, n)] + 0.3 * draw.standard_normal((n, DIM)))
    table[n // 2 : n // 2 + 7] = table[0]
    return table


def library_of(tmp_path, tables, dead=(), large=True):
    """Vectors in these tables, without the slots that are dead; the rest in an order of their own."""
    n = sum(map(len, tables))
    of_row = np.random.default_rng(9).permutation(np.setdiff1d(np.arange(n), dead))
    rows = np.full(n, -1)
    rows[of_row] = np.arange(len(of_row))
    held = []
    for i, table in enumerate(tables):
        path = tmp_path / f"{i}.f32"
        path.write_bytes(table.tobytes())
        source = Table(OpenFile(path), DIM) if large else Table(table, DIM)
        held.append(VectorTable(source, Codes.of(table) if large else None))
    return Vectors(held, Slots(of_row, rows, np.cumsum([0, *map(len, tables)])), DIM)


def exhaustive(vectors, query, k, among=None):
    """The k best rows by looking at each."""
    cosines = products(query, vectors.all())
    rows = np.arange(len(vectors)) if among is None else np.sort(among)
    return [(int(row), float(cosines[row])) for row in sorted(rows, key=lambda row: (-cosines[row], row))[:k]]


@pytest.mark.parametrize("large", [True, False])
@pytest.mark.parametrize("sizes", [(900,), (700, 30, 1), (5, 5)])
@pytest.mark.parametrize("first", [4, 64])
def test_a_search_is_exact(tmp_path, monkeypatch, large, sizes, first):
    """With codes or without, in one table or several, with articles that are gone, among some rows or all, for any
    k."""
    monkeypatch.setattr(store_module, "_FIRST", first)
    monkeypatch.setattr(store_module, "_TWO_THREADS", 500)
    tables = [drawn(seed, n) for seed, n in enumerate(sizes)]
    vectors = library_of(tmp_path, tables, np.arange(1, sum(sizes), 3), large)
    draw = np.random.default_rng(4)
    for near in (tables[0][0], tables[-1][0], draw.standard_normal(DIM)):
        query = unit(near + 0.05 * draw.standard_normal(DIM))
        for k in (1, 3, 50, len(vectors), 5000):
            assert vectors.search(query, k) == exhaustive(vectors, query, k)
            for share in (2, 20):
                among = draw.permutation(len(vectors))[: len(vectors) // share]
                assert vectors.search(query, k, among) == exhaustive(vectors, query, k, among)
    assert vectors.search(query, 5, np.zeros(0, dtype=np.int64)) == []


def test_a_search_by_codes_reads_few_vectors(tmp_path, monkeypatch):
    """Of a large table that lies on disk a few hundred rows are read, not all."""
    table = unit(np.random.default_rng(1).standard_normal((20_000, 256)))
    (tmp_path / "table").write_bytes(table.tobytes())
    held = VectorTable(Table(OpenFile(tmp_path / "table"), 256), Codes.of(table))
    read, take = [], Table.take
    monkeypatch.setattr(Table, "take", lambda self, places: (read.append(len(places)), take(self, places))[1])
    query = unit(table[5] + 0.05)
    places, cosines = held.nearest(query, 50, None)
    assert sum(read) < 2000
    assert sorted(places.tolist()) == sorted(np.argsort(-products(query, table))[:50].tolist())
    assert cosines.tolist() == products(query, table)[places].tolist()


def test_a_code_is_never_further_from_its_vector_than_it_says():
    """That distance bounds every cosine that is not looked at."""
    table = drawn(3, 500)
    codes = Codes.of(table)
    again = Codes.from_bytes(codes.to_bytes(), codes.error)
    queries = unit(np.random.default_rng(2).standard_normal((50, DIM)))
    stands_for = again.index.reconstruct_n(0, len(table))
    assert 0 < np.abs(queries @ stands_for.T - queries @ table.T).max() <= codes.error < 0.1


def test_a_cosine_does_not_depend_on_its_neighbours():
    """A row has the same bits alone, in a group and in the whole table: no history shows in a score."""
    table, query = drawn(1, 333), drawn(2, 1)[0]
    whole = products(query, table)
    for first, end in ((0, 1), (7, 8), (100, 117), (332, 333)):
        assert products(query, table[first:end]).tobytes() == whole[first:end].tobytes()
    picked = np.array([300, 2, 2, 150])
    assert products(query, table[picked]).tobytes() == whole[picked].tobytes()


def test_only_large_tables_have_codes(monkeypatch):
    """A small one is looked through whole."""
    monkeypatch.setattr("index.storage.segment.LARGE", 100)
    assert vector_table(drawn(1, 99)).codes is None
    assert vector_table(drawn(1, 100)).codes is not None


def test_rows_of_a_file_come_in_the_order_asked_for(tmp_path):
    """Also when they are next to each other, apart, or asked for twice."""
    table = np.arange(40, dtype="<f2").reshape(10, 4)
    (tmp_path / "table").write_bytes(table.tobytes())
    held = Table(OpenFile(tmp_path / "table"), 4, "<f2")
    (tmp_path / "table").unlink()
    for places in ([], [3], [3, 4, 5], [9, 0, 1, 7, 7]):
        assert held.take(np.array(places, dtype=np.int64)).tolist() == table[places].tolist()
    assert len(held) == 10


def test_a_file_that_was_cut_since_is_an_error_in_words(tmp_path):
    """The process goes on; the message names the file and what to type."""
    path = tmp_path / "table"
    path.write_bytes(bytes(160))
    held = Table(OpenFile(path), 4)
    path.write_bytes(bytes(90))
    assert held.take(np.array([0, 4])).tolist() == [[0.0] * 4] * 2
    with pytest.raises(LibraryDamaged, match=r"table can no longer be read.*ends too early.*citeline index --rebuild"):
        held.take(np.array([6]))
