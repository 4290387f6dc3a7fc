"""Files that are copied into a library: whole or not there, whatever ends the copying, and nothing left behind."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from fakes import BagEmbedder, keep_copy

from index import incoming
from index.ingestion.indexing import build
from index.storage.library import added_folder
from ui.conversations.save import replace_file
from ui.web.library.copies import Copying, NotTaken

DATA = b"Un titre\n\n" + b"Du texte. " * 200_000


def names(library):
    """All names in the folder of copies, hidden ones too."""
    folder = added_folder(library)
    return sorted(each.name for each in folder.iterdir()) if folder.exists() else []


# --- killed ---------------------------------------------------------------------------------------------------------

MOMENTS = ["flock", "write", "fsync", "link", "after link", "remove", "after remove"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_upload_leaves_nothing_half(library, moment):
    """kill -9 at each step: the file is whole or not there; the next upload has the good name, nothing stays."""
    script = f"""
import os, signal, sys, fcntl
sys.path[:0] = [{str(Path(__file__).parents[2])!r}]
from pathlib import Path
from index import disk, incoming
from ui.web.library.copies import Copying

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def then_die(act):
    return lambda *given: (act(*given), die())

moment = {moment!r}
if moment == "flock":
    fcntl.flock = die
elif moment == "fsync":
    os.fsync = die
elif moment == "link":
    os.link = die
elif moment == "after link":
    os.link = then_die(os.link)
elif moment == "remove":
    disk.remove = die
elif moment == "after remove":
    disk.remove = then_die(disk.remove)
with Copying(Path({str(library)!r}), "pont.txt") as copying:
    copying.write({DATA[:1_000_000]!r})
    if moment == "write":
        die()
    copying.write({DATA[1_000_000:]!r})
    copying.keep()
"""
    added_folder(library).mkdir(exist_ok=True)
    ended = subprocess.run([sys.executable, "-"], input=script, text=True, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    shown = [name for name in names(library) if not name.startswith(".")]
    assert shown in ([], ["pont.txt"])
    assert all((added_folder(library) / name).read_bytes() == DATA for name in shown)
    if shown:
        with pytest.raises(NotTaken, match="known"):
            keep_copy(library, "pont.txt", DATA)
    else:
        assert keep_copy(library, "pont.txt", DATA).name == "pont.txt"
    assert names(library) == ["pont.txt"]


def test_indexing_sweeps_what_a_killed_upload_left(library):
    """Nobody holds it; what an upload is writing stays, and so do an owner's files."""
    folder = added_folder(library)
    folder.mkdir()
    (folder / f"{incoming.PREFIX}0123").write_bytes(b"x" * 1000)
    (folder / ".pont.txt.new").write_bytes(b"x")  # as an earlier citeline called them
    os.utime(folder / ".pont.txt.new", (0, 0))
    (folder / ".mien").write_text("à moi")
    (folder / ".neuf.txt.new").write_text("peut-être en cours")
    with Copying(library, "a.txt") as copying:
        copying.write(b"Un titre\n\nDu texte.")
        (folder / f"{incoming.PREFIX}4567").write_bytes(b"x")
        build(library, BagEmbedder())
        assert [name for name in names(library) if name.startswith(incoming.PREFIX)] == [copying._path.name]
        assert copying.keep().name == "a.txt"
    assert names(library) == [".mien", ".neuf.txt.new", "a.txt"]


def test_sweeping_and_copying_at_once(library):
    """An upload is never swept from under the one that writes it, not even when it has only just begun."""
    ended = threading.Event()

    def sweep():
        while not ended.is_set():
            incoming.sweep(added_folder(library))

    thread = threading.Thread(target=sweep)
    thread.start()
    try:
        for n in range(100):
            assert keep_copy(library, f"n{n}.txt", b"Un titre\n\nDu texte.").is_file()
    finally:
        ended.set()
        thread.join()
    assert len(names(library)) == 100


# --- refused --------------------------------------------------------------------------------------------------------


def test_a_full_disk_leaves_nothing(library):
    """The system refuses the bytes in the middle: OSError, and no file of either name."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            keep_copy(library, "a.txt", DATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(library) == []
    assert keep_copy(library, "a.txt", DATA).read_bytes() == DATA


def test_a_full_disk_leaves_what_was_saved(tmp_path):
    """A conversation or questions that are saved again and again: the last whole state, and nothing beside it."""
    path = tmp_path / "talk.json"
    replace_file(path, "whole")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            replace_file(path, "x" * 2_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "whole" and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_disk_that_refuses_later_leaves_nothing(library, monkeypatch, step):
    """While the bytes or the name are made durable."""
    keep_copy(library, "autre.txt", b"x")

    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="No space"):
        keep_copy(library, "a.txt", DATA)
    assert names(library) == ["autre.txt"]


def test_bytes_and_name_are_on_the_disk_when_it_is_kept(library, monkeypatch):
    """The file is fsynced before it has its name, the folder after."""
    steps, fsync, link = [], os.fsync, os.link

    def fsynced(descriptor):
        steps.append(Path(f"/proc/self/fd/{descriptor}").readlink().name.partition("-")[0])
        fsync(descriptor)

    def linked(source, target):
        steps.append("link")
        link(source, target)

    monkeypatch.setattr(os, "fsync", fsynced)
    monkeypatch.setattr(os, "link", linked)
    keep_copy(library, "a.txt", DATA)
    assert steps == [library.name, ".incoming", "link", "added"]


def test_a_disk_without_links_keeps_files_too(library, monkeypatch):
    """As a memory stick: never over what is there."""

    def refuse(*_):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    assert keep_copy(library, "a.txt", b"un").name == "a.txt"
    assert keep_copy(library, "a.txt", b"deux").name == "a-2.txt"
    with pytest.raises(NotTaken, match="known"):
        keep_copy(library, "a.txt", b"un")
    assert {name: (added_folder(library) / name).read_bytes() for name in names(library)} == {
        "a.txt": b"un", "a-2.txt": b"deux",
    }  # fmt: skip


# --- names ----------------------------------------------------------------------------------------------------------


def test_many_uploads_of_one_name_at_once(library):
    """Each has a name of its own and its own bytes."""
    kept = {}

    def copy(n):
        kept[n] = keep_copy(library, "a.txt", b"%d" % n)

    threads = [threading.Thread(target=copy, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(kept.values())) == 20
    assert all(path.read_bytes() == b"%d" % n for n, path in kept.items())


@pytest.mark.parametrize(("one", "other", "expected"), [
    ("a.txt", "a.txt", ["a-2.txt", "a.txt"]),
    ("a.txt", "A.TXT", ["A.txt", "a.txt"]),
    (unicodedata.normalize("NFC", "é.txt"), unicodedata.normalize("NFD", "é.txt"), ["é-2.txt", "é.txt"]),
    ("x" * 251 + ".txt", "x" * 251 + ".txt", ["x" * 120 + "-2.txt", "x" * 120 + ".txt"]),
    (".cache.txt", ".cache.txt", ["cache-2.txt", "cache.txt"]),
    (".incoming-1.txt", "...txt", ["article.txt", "incoming-1.txt"]),
], ids=["same", "case", "unicode", "255 bytes", "leading dot", "like ours"])  # fmt: skip
def test_two_files_of_like_names_are_both_kept(library, one, other, expected):
    """Neither hides, neither is lost."""
    keep_copy(library, one, b"un")
    keep_copy(library, other, b"deux")
    assert names(library) == expected
