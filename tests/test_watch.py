"""Folders that are watched: what changes is taken in, what vanishes is said once and removes nothing."""

from __future__ import annotations

import shutil
import threading

import pytest
from fakes import BagEmbedder
from test_server import until

from index import disk
from index.build import build
from index.errors import CorpusError
from index.library import Library
from ui import watch


@pytest.fixture
def watched(library, monkeypatch):
    """What is said while the library's folders are watched, and the event that ends it."""
    monkeypatch.setattr(watch, "DEBOUNCE_MS", 100)
    monkeypatch.setattr(watch, "TICK_MS", 200)
    said, stop = [], threading.Event()
    thread = threading.Thread(target=watch.keep_up, args=(library, BagEmbedder(), (), said.append, stop))
    thread.start()
    until(lambda: said, 30)
    yield said
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def articles(library):
    return set(Library.open(library).by_id)


def test_what_changes_is_taken_in_line_by_line(watched, library, folder):
    """A new file, a changed one and a deleted one, each said when it is in."""
    (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
    until(lambda: articles(library) == {"pont.txt", "port.txt", "neuf.txt"}, 30)
    (folder / "neuf.txt").write_text("Neuf\n\nUn autre texte.")
    until(lambda: any("1 changed" in line for line in watched), 30)
    (folder / "port.txt").unlink()
    until(lambda: any("1 removed" in line for line in watched), 30)
    assert articles(library) == {"pont.txt", "neuf.txt"}


def test_a_folder_that_vanishes_is_said_once_and_removes_nothing(watched, library, folder):
    """As when a disk is unmounted; when it is back the watch goes on."""
    away = folder.with_name("away")
    folder.rename(away)
    until(lambda: any("no such folder" in line for line in watched), 30)
    shutil.copytree(away, folder)
    (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
    until(lambda: "neuf.txt" in articles(library), 30)
    assert sum("no such folder" in line for line in watched) == 1
    assert {"pont.txt", "port.txt"} <= articles(library)


def test_a_busy_library_is_said_and_tried_again(watched, library, folder):
    """Another citeline writes: one line; the next change brings both in."""
    with disk.writer_lock(library):
        (folder / "a.txt").write_text("A\n\nDu texte.")
        until(lambda: any("being written" in line for line in watched), 30)
    (folder / "b.txt").write_text("B\n\nDu texte.")
    until(lambda: {"a.txt", "b.txt"} <= articles(library), 30)


def test_a_folder_that_is_added_meanwhile_is_watched_too(watched, library, tmp_path):
    """Whoever added it: the page, or another command."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "x.txt").write_text("X\n\nDu texte.")
    build(library, BagEmbedder(), [other])
    (other / "y.txt").write_text("Y\n\nDu texte.")
    until(lambda: "y.txt" in articles(library), 30)


def test_the_librarys_own_writing_is_no_change(tmp_path, monkeypatch):
    """A library inside the folder it watches does not watch itself."""
    monkeypatch.setattr(watch, "DEBOUNCE_MS", 50)
    monkeypatch.setattr(watch, "TICK_MS", 100)
    (tmp_path / "a.txt").write_text("A\n\nDu texte.")
    build(tmp_path / "library", BagEmbedder(), [tmp_path])
    stop, seen = threading.Event(), []
    for _ in watch.changes(tmp_path / "library", stop):
        seen.append(len(seen))
        if len(seen) == 1:
            build(tmp_path / "library", BagEmbedder(), rebuild=True)
            threading.Timer(2, stop.set).start()
    assert seen == [0]


def test_nothing_to_watch_is_an_error(tmp_path):
    """Said at once, as `citeline index` says it."""
    with pytest.raises(CorpusError, match="has no folder yet"):
        watch.keep_up(tmp_path / "library", BagEmbedder(), (), print, threading.Event())
