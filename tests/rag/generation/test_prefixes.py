"""States of a model on disk: what is damaged, foreign or too much of them."""

import os
import time

from index.models.registry import fingerprint
from rag.generation.prefix_cache import ABANDONED_S, MOST, Prefixes


def test_a_state_is_found_by_model_and_tokens(tmp_path):
    """Another model's, other tokens', or a state in another folder is none."""
    states = Prefixes("a model", tmp_path / "states")
    assert states.load([1, 2]) is None
    states.save([1, 2], b"state")
    assert states.load([1, 2]) == b"state" == Prefixes("a model", tmp_path / "states").load((1, 2))
    assert states.load([1, 2, 3]) is states.load([12]) is Prefixes("another", tmp_path / "states").load([1, 2]) is None


def test_a_damaged_state_is_removed(tmp_path):
    """A flipped byte, a cut end, an empty file."""
    states = Prefixes("a model", tmp_path)
    for damage in (lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:], lambda d: d[:-1], lambda d: b""):
        states.save([1], b"some state of a model")
        (path,) = tmp_path.iterdir()
        path.write_bytes(damage(path.read_bytes()))
        assert states.load([1]) is None and not path.exists()


def test_only_so_many_are_kept(tmp_path):
    """Those that were used last."""
    states = Prefixes("a model", tmp_path)
    for n in range(MOST + 3):
        states.save([n], b"%d" % n)
        os.utime(states._path([n]), (n, n))
        states.load([0])
    assert len(list(tmp_path.iterdir())) == MOST
    assert states.load([0]) == b"0" and states.load([1]) is None and states.load([MOST + 2])


def test_what_a_killed_process_left_is_removed(tmp_path):
    """Half a state that nobody has written to for an hour; not one that is being written, nor what is not ours."""
    states = Prefixes("a model", tmp_path)
    states.save([1], b"state")
    half, writing = (tmp_path / f".{'a' * 40}.state.{n}.new" for n in ("00c0ffee", "00c0ffef"))
    older = states._path([2]).with_suffix(".4194000")  # as an earlier citeline called it
    theirs = tmp_path / "notes.txt"
    long_ago = time.time() - ABANDONED_S - 60
    for path in (half, older, writing, theirs):
        path.write_bytes(b"half")
    for path in (half, older, theirs, states._path([1])):
        os.utime(path, (long_ago, long_ago))
    states.save([3], b"another")
    assert not half.exists() and not older.exists() and writing.exists() and theirs.exists()
    assert states.load([1]) == b"state" and states.load([3]) == b"another"


def test_a_disk_that_refuses_costs_nothing_but_time(tmp_path):
    """A file where the folder should be: nothing is kept, nothing is raised."""
    (tmp_path / "states").write_text("in the way")
    states = Prefixes("a model", tmp_path / "states")
    states.save([1], b"state")
    assert states.load([1]) is None


def test_files_are_told_apart_by_their_ends(tmp_path):
    """The same bytes have one fingerprint, one byte more another."""
    a, b, c = (tmp_path / name for name in "abc")
    a.write_bytes(b"x" * 3_000_000)
    b.write_bytes(b"x" * 3_000_000)
    c.write_bytes(b"x" * 2_999_999 + b"y")
    assert fingerprint(a) == fingerprint(b) != fingerprint(c)
