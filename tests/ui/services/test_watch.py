"""Folders that are watched: what changes is taken in, what vanishes is said once and removes nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest
import watchfiles
from fakes import BagEmbedder, plain_answerer
from places import PATHS
from served import until

from index import disk
from index.errors import CorpusError
from index.ingestion.indexing import build
from index.storage.library import Library
from ui.services import watching as watch
from ui.services.host import LibraryHost
from ui.web.library.controller import Asked, ShelfView


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


# --- what keeps changes from being seen -----------------------------------------------------------------------------

NO_MORE = "Error creating recommended watcher: Too many open files (os error 24)"
REFUSED = 'Permission denied (os error 13) about ["/tmp/m"]'


class Watches:
    """Stands for watchfiles.watch: refuses as long as `error` is set, and then is the real one."""

    def __init__(self, monkeypatch, error=None):
        self.error, self.real = error, watchfiles.watch
        monkeypatch.setattr(watchfiles, "watch", self)

    def __call__(self, *folders, **options):
        if self.error is not None:
            raise self.error
        for found in self.real(*folders, **options):
            yield found
            if self.error is not None:
                raise self.error


@pytest.fixture
def quick(monkeypatch):
    """Watching that is done in tenths of a second."""
    monkeypatch.setattr(watch, "DEBOUNCE_MS", 100)
    monkeypatch.setattr(watch, "TICK_MS", 200)


@contextmanager
def kept_up(library):
    """What `citeline watch` says."""
    said, stop = [], threading.Event()
    thread = threading.Thread(target=watch.keep_up, args=(library, BagEmbedder(), (), said.append, stop, 0.3))
    thread.start()
    try:
        until(lambda: said, 30)
        yield said
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join(30)


@contextmanager
def kept_on_the_page(library):
    """The shelf of `citeline serve --watch`."""
    host = LibraryHost(lambda: plain_answerer(library))
    host.main.load()
    stop = threading.Event()
    thread = threading.Thread(target=watch.keep_shelf, args=(host.main, stop, 0.3))
    thread.start()
    try:
        yield ShelfView(host.main, host)
        assert thread.is_alive()
    finally:
        stop.set()
        thread.join(30)
        until(lambda: host.main.jobs.job.state != "running", 30)


@pytest.mark.parametrize(
    "error", [watchfiles._rust_notify.WatchfilesRustInternalError(NO_MORE), PermissionError(REFUSED)]
)
def test_where_the_system_watches_nothing_the_folders_are_looked_at(library, folder, monkeypatch, quick, error):
    """All inotify instances are taken, or a folder is closed: said once; what changes is seen; once more when it is
    over."""
    watches = Watches(monkeypatch, error)
    with kept_up(library) as said:
        until(lambda: any("no longer watches the folders" in line for line in said), 30)
        for name in ("neuf.txt", "plus.txt"):
            (folder / name).write_text("Neuf\n\nDu texte.")
            until(lambda name=name: name in articles(library), 30)
        (folder / "neuf.txt").unlink()
        until(lambda: "neuf.txt" not in articles(library), 30)
        watches.error = None
        until(lambda: any("being watched again" in line for line in said), 30)
        (folder / "encore.txt").write_text("Encore\n\nDu texte.")
        until(lambda: "encore.txt" in articles(library), 30)
        watches.error = error  # in the middle of it, as when a closed folder is made
        until(lambda: sum("no longer watches the folders" in line for line in said) == 2, 30)
    assert sum("being watched again" in line for line in said) == 1
    assert not any("os error" in line for line in said)


def test_the_page_says_what_is_not_watched_in_its_language(library, folder, monkeypatch, quick):
    """Above the list as long as it lasts; the page is told each time that it is another."""
    watches = Watches(monkeypatch, watchfiles._rust_notify.WatchfilesRustInternalError(NO_MORE))
    with kept_on_the_page(library) as view:
        until(lambda: "trop de fichiers ouverts" in view.rows(Asked(lang="fr"))["list"], 30)
        assert "Too many open files" in view.rows(Asked(lang="en"))["list"]
        assert view.job(Asked())["troubles"] == 1 and "watched" not in view.job(Asked())
        (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
        until(lambda: "neuf.txt" in articles(library), 30)
        watches.error = None
        until(lambda: view.job(Asked())["troubles"] == 2, 30)
        assert "de nouveau surveillés" in view.job(Asked(lang="fr"))["watched"]
        assert "being watched again" in view.job(Asked(lang="en"))["watched"]
        assert "trop de fichiers" not in view.rows(Asked())["list"]


def test_the_page_says_a_folder_that_is_gone(library, folder, quick):
    """And nothing leaves the library; back again it is read on."""
    away = folder.with_name("away")
    with kept_on_the_page(library) as view:
        until(lambda: view.shelf.job.state == "done", 30)
        folder.rename(away)
        until(lambda: f"{folder} a disparu" in view.rows(Asked())["list"], 30)
        assert articles(library) == {"pont.txt", "port.txt"}
        until(lambda: view.shelf.job.state == "failed", 30)
        time.sleep(1)  # it is tried again and again
        assert sum(each.state == "failed" for each in view.shelf.ended) == 1
        (away / "neuf.txt").write_text("Neuf\n\nDu texte.")
        away.rename(folder)
        until(lambda: "neuf.txt" in articles(library), 30)
        until(lambda: "a disparu" not in view.rows(Asked())["list"], 30)


def test_no_error_ends_the_watching_of_the_page(library, folder, monkeypatch, quick):
    """Whatever goes wrong in it, it begins again."""
    real, n_calls = watch.changes, []

    def broken(*given):
        n_calls.append(1)
        if len(n_calls) < 3:
            raise ValueError("a fault of ours")
        yield from real(*given)

    monkeypatch.setattr(watch, "changes", broken)
    with kept_on_the_page(library):
        (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
        until(lambda: "neuf.txt" in articles(library), 30)


def test_a_folder_that_is_replaced_in_one_go_is_watched(library, folder, quick):
    """As rsync and git do it: the name stands for another folder before anybody looks."""
    with kept_up(library):
        new = folder.with_name("new")
        shutil.copytree(folder, new)
        folder.rename(folder.with_name("old"))
        new.rename(folder)
        time.sleep(1)
        (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
        until(lambda: "neuf.txt" in articles(library), 30)


def test_what_could_not_be_taken_in_is_tried_again_without_a_change(library, folder, quick):
    """Another citeline wrote when the file came; once it has ended the file is in."""
    with kept_up(library) as said:
        with disk.writer_lock(library):
            (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
            until(lambda: any("being written" in line for line in said), 30)
        until(lambda: "neuf.txt" in articles(library), 30)
    assert sum("being written" in line for line in said) == 1


def test_a_library_that_is_away_for_a_moment_is_said_once(library, folder, quick):
    """Its disk is unplugged: no empty library is made in its place."""
    away = library.with_name("away")
    with kept_up(library) as said:
        time.sleep(0.5)
        library.rename(away)
        until(lambda: any("cannot be read at the moment" in line for line in said), 30)
        time.sleep(1)
        assert not library.exists()
        (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
        away.rename(library)
        until(lambda: "neuf.txt" in articles(library), 30)
        until(lambda: any("being watched again" in line for line in said), 30)
    assert sum("cannot be read at the moment" in line for line in said) == 1


REFUSING = """
import os, sys, tempfile, threading, time
sys.path[:0] = {paths!r}
import watchfiles
from pathlib import Path
from fakes import BagEmbedder, plain_answerer
from served import until
from index.ingestion.indexing import build
from index.errors import LibraryUnreadable
from index.storage.library import Library
from ui.services import watching as watch
from ui.i18n import shelf_words

def made():
    home = Path(tempfile.mkdtemp())
    (home / "articles").mkdir()
    (home / "articles" / "pont.txt").write_text("Le pont de Vernay\\n\\nLe pont de Vernay rouvrira lundi.")
    build(home / "library", BagEmbedder(), [home / "articles"])
    return home

plain_answerer(made() / "library").ask("Quand le pont de Vernay rouvrira-t-il ?")  # imports and reads what it needs
shelf_words("en")
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
home = made()
folder, library = home / "articles", home / "library"
watch.DEBOUNCE_MS, watch.TICK_MS = 100, 200
said, stop = [], threading.Event()
thread = threading.Thread(target=watch.keep_up, args=(library, BagEmbedder(), (), said.append, stop, 0.3), daemon=True)
thread.start()

def count(words):
    return sum(words in line for line in said)

def is_in(name):
    return lambda: name in Library.open(library).by_id

# a closed subfolder
until(lambda: said, 30)
time.sleep(1)  # it is being watched
(folder / "m").mkdir(mode=0)
until(lambda: count("m cannot be watched: Permission denied"), 30)
(folder / "a.txt").write_text("A\\n\\nDu texte.")
until(is_in("a.txt"), 30)
(folder / "m").chmod(0o700)
until(lambda: count("being watched again") == 1, 30)
(folder / "m" / "b.txt").write_text("B\\n\\nDu texte.")
until(is_in("m/b.txt"), 30)
assert count("cannot be watched") == 1, said

# a closed library
answerer = plain_answerer(library)
library.chmod(0)
until(lambda: count("library cannot be read at the moment: Permission denied") == 1, 30)
assert "lundi" in answerer.ask("Quand le pont de Vernay rouvrira-t-il ?").text  # from what is open
try:
    plain_answerer(library)
    raise AssertionError("it was opened")
except LibraryUnreadable as error:
    assert "Permission denied" in str(error) and "\\n" not in str(error)
library.chmod(0o700)
(folder / "c.txt").write_text("C\\n\\nDu texte.")
until(is_in("c.txt"), 30)
until(lambda: count("being watched again") == 2, 30)
assert count("cannot be read at the moment") == 1, said

# a generation that is published and closed: one line, and the next question is answered
stop.set()
thread.join(30)
(folder / "d.txt").write_text("D\\n\\nDu texte.")
report = build(library, BagEmbedder())
(library / "gen").chmod(0)
try:
    answerer.ask("Quand le pont de Vernay rouvrira-t-il ?")
    raise AssertionError("it was opened")
except LibraryUnreadable as error:
    assert "Permission denied" in str(error)
(library / "gen").chmod(0o700)
answer = answerer.ask("Quand le pont de Vernay rouvrira-t-il ?")
assert "lundi" in answer.text and answer.generation == report.generation
print("all as it should be")
"""


def test_for_a_user_whom_the_system_refuses(tmp_path):
    """Real rights, as no root has them: a closed subfolder, a closed library, a question meanwhile."""
    script = REFUSING.format(paths=PATHS)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == "" and ended.stdout.endswith("all as it should be\n")
