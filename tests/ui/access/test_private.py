"""A library on disk is its owner's alone, whatever the umask and whoever wrote it; what is not ours is left as it
is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from fakes import BagEmbedder, keep_copy, plain_answerer
from served import Served, until

from index import disk
from index.ingestion.indexing import build
from index.storage.library import Library, added_folder
from rag.generation.prefix_cache import Prefixes
from rag.types import Answer
from ui.cli.batch import ask_many
from ui.conversations.store import History
from ui.services.announcement import Announcer
from ui.services.host import LibraryHost


@pytest.fixture
def lax():
    """Whatever is made may be read and written by everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def for_others(folder):
    """What of a folder others may do anything with, the folder itself too."""
    return [str(each) for each in (folder, *folder.rglob("*")) if not each.is_symlink() and mode(each) & 0o077]


def opened(folder):
    """As an earlier citeline left it."""
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755 if each.is_dir() else 0o644)


def test_all_that_is_written_is_for_its_owner(tmp_path, folder, lax):
    """Generations, the journal of a build that was stopped, copied articles, the server's file, a named library."""
    library = tmp_path / "deep" / "library"
    build(library, BagEmbedder(), [folder])
    keep_copy(library, "neu.txt", b"Un autre article.\n")
    build(library, BagEmbedder(), [added_folder(library)])
    Announcer("127.0.0.1", 1, "a", "b", "t").announce(library, "")
    (folder / "more.txt").write_text("Encore un article.\n", encoding="utf-8")

    class StoppedError(Exception):
        pass

    def stop(phase, done, total):
        if phase == "publishing":
            raise StoppedError

    with pytest.raises(StoppedError):
        build(library, BagEmbedder(), progress=stop)
    assert {each.name for each in library.iterdir()} == {
        "CURRENT",
        "added",
        "gen",
        "lock",
        "pending.bin",
        "serving.json",
    }
    assert for_others(library) == [] and len(list(library.rglob("*"))) > 10
    assert mode(library / "gen") == 0o700 and mode(library / "CURRENT") == 0o600
    assert all(disk.is_own(each.name) for each in library.iterdir())


def test_what_the_model_has_read_is_for_its_owner(tmp_path, lax):
    """States of the model."""
    Prefixes("a model", tmp_path / "states").save([1, 2], b"state")
    assert for_others(tmp_path / "states") == [] and len(list((tmp_path / "states").iterdir())) == 1


def test_a_library_made_on_the_page_is_for_its_owner(library, tmp_path, lax, monkeypatch):
    """Before anything is in it."""
    monkeypatch.setenv("CITELINE_LIBRARY", str(tmp_path / "library"))
    host = LibraryHost(lambda: plain_answerer(library), {})
    host.main.load()
    host.create("projets")
    assert host.libraries["projets"].loaded.wait(20)
    assert for_others(tmp_path / "libraries" / "projets") == []


def test_an_open_library_is_closed_when_it_is_next_written(library):
    """Even when nothing has changed; it reads as before."""
    history = History.of(library)
    history.folder.mkdir()
    (history.folder / "a.jsonl").write_text("{}\n", encoding="ascii")
    added_folder(library).mkdir()
    (added_folder(library) / "a.txt").write_text("a\n", encoding="ascii")
    opened(library)
    generation = Library.open(library).generation
    assert for_others(library)
    assert build(library, BagEmbedder()).is_noop
    assert for_others(library) == [] and Library.open(library).generation == generation
    assert os.access(library / "gen", os.X_OK)


def test_a_page_closes_the_library_that_it_serves(tmp_path, folder):
    """It writes conversations there, though nothing may ever be indexed again."""
    build(tmp_path / "library", BagEmbedder(), [folder])
    opened(tmp_path / "library")
    (tmp_path / "served").mkdir()
    loading = f"lambda: __import__('first_line').load({str(tmp_path / 'library')!r})"
    with Served(loading, tmp_path / "served", options="models=('first line', 'bag')"):
        until(lambda: (tmp_path / "library" / "serving.json").exists())
        assert for_others(tmp_path / "library") == []


def test_in_a_folder_that_holds_other_things_only_ours_is_closed(tmp_path, folder):
    """Such as a home: its mode, its files and what a link leads to stay as they are."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for path in (home / "Documents", elsewhere):
        path.mkdir(parents=True)
        (path / "letter.txt").write_text("…", encoding="utf-8")
    (home / "talks").symlink_to(elsewhere)
    build(home, BagEmbedder(), [folder])
    for each in (home, *(home / "gen").rglob("*"), home / "gen", home / "CURRENT", home / "Documents", elsewhere):
        each.chmod(0o755 if each.is_dir() else 0o644)
    others = {each: mode(each) for each in (home, home / "Documents", *home.glob("*/letter.txt"), elsewhere)}
    build(home, BagEmbedder())
    assert {each: mode(each) for each in others} == others and mode(home) == 0o755
    assert for_others(home / "gen") == [] and mode(home / "CURRENT") == 0o600


@pytest.mark.parametrize("what", ["sticky", "home", "mount", "somebody else's"])
def test_a_place_that_is_more_than_a_library_stays_open(library, monkeypatch, what):
    """Though nothing else is in it: /tmp, a home, a disk, somebody else's folder."""
    opened(library)
    if what == "sticky":
        library.chmod(0o1777)
    elif what == "home":
        monkeypatch.setattr(Path, "home", lambda: library)
    elif what == "mount":
        monkeypatch.setattr(disk.os.path, "ismount", lambda path: True)
    else:
        monkeypatch.setattr(disk.os, "geteuid", lambda: library.stat().st_uid + 1)
    before = mode(library)
    disk.tighten(library)
    assert mode(library) == before and for_others(library) == [str(library)]


def test_what_cannot_be_closed_stays_as_it_is(library, monkeypatch, tmp_path):
    """A disk without rights, a folder that is gone: no error, nothing is lost."""

    def refuse(self, mode):
        raise PermissionError

    (library / "gen").chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    disk.tighten(library)
    disk.tighten(tmp_path / "gone")
    assert mode(library / "gen") == 0o755 and Library.open(library).generation == 1


def test_what_was_asked_for_goes_by_the_umask(tmp_path, lax):
    """Answers written to a file of one's own choice may be read as any other file."""
    (tmp_path / "in.jsonl").write_text('{"id": "1", "question": "Qui ?"}\n', encoding="utf-8")

    class Answerer:
        llm_name, embedder_name, library_path, generation = "a", "b", tmp_path, 1

        def ask(self, question, *_, **__):
            return Answer(question, "fr")

    ask_many(tmp_path / "in.jsonl", tmp_path / "out.jsonl", Answerer)
    assert mode(tmp_path / "out.jsonl") == 0o666
