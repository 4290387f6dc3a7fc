"""A file that is written anew is whole at any moment."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from index import disk


def test_a_file_is_replaced_in_one_step(tmp_path):
    """For its owner only unless told otherwise, and nothing beside it."""
    path = tmp_path / "a.json"
    disk.atomic_write(path, b"old", mode=0o644)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644 & ~_umask()
    disk.atomic_write(path, b"new", is_durable=False)
    assert path.read_bytes() == b"new" and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_refuses_leaves_what_was_there(tmp_path, monkeypatch, step):
    """The old file whole, and nothing of the new one."""
    path = tmp_path / "a.json"
    path.write_bytes(b"old")

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (disk, "rename")), refuse)
    with pytest.raises(OSError, match="No space left"):
        disk.atomic_write(path, b"new")
    assert path.read_bytes() == b"old" and [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_what_is_elsewhere_is_not_written_through_a_link(tmp_path):
    """A link is replaced, not followed."""
    (tmp_path / "there").write_bytes(b"theirs")
    (tmp_path / "a.json").symlink_to(tmp_path / "there")
    disk.atomic_write(tmp_path / "a.json", b"new")
    assert (tmp_path / "there").read_bytes() == b"theirs" and not (tmp_path / "a.json").is_symlink()


def _umask():
    found = os.umask(0)
    os.umask(found)
    return found
