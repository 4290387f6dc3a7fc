"""What citeline writes in a library's folder: one list of names, which everything that asks for citeline's own uses."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from fakes import BagEmbedder, keep_copy
from scans import scanned, stand_in, tsv

import index
import rag
import ui
from index import disk
from index.disk import Own, is_own
from index.ingestion.estimate import LEAST_CHUNKS, keep_pace
from index.ingestion.indexing import build
from index.milvus import settle
from rag.types import Answer
from ui.conversations.store import History
from ui.services import require_room, suggestions
from ui.services.announcement import Announcer

LIBRARIES = frozenset(("library", "self.library", "library.path", "homes[library]", "target", "home"))
"""What modules call a library's folder."""


class Stopped(Exception):
    """A build that is interrupted."""


def interrupted(library, at):
    """Interrupt a build of a library at this point."""

    def stop(phase, done, total):
        if phase == at:
            raise Stopped

    with pytest.raises(Stopped):
        build(library, BagEmbedder(), progress=stop)


def test_all_that_is_written_is_known_as_citelines_own(tmp_path, folder, printed_page, monkeypatch):
    """Each kind of file is written by what writes it, and one of a new kind has to be added to the list."""
    library = tmp_path / "library"
    build(library, BagEmbedder(), [folder])
    keep_copy(library, "neu.txt", b"Un autre article.\n")
    keep_pace(library, "bag", LEAST_CHUNKS, 1.0)
    Announcer("127.0.0.1", 1, "a", "b", "t").announce(library, "")
    suggestions._write((library, 1, "a"), ("Quoi ?",))
    History.of(library).append("", Answer("Quoi ?", "fr"), {})
    stand_in(tmp_path / "bin", tsv([["La", "digue", "tient"]]))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (folder / "scan.pdf").write_bytes(printed_page)
    interrupted(library, "publishing")
    (library / Own.NEXT).write_bytes(b"")  # between two steps of a publication, killed
    (library / ".serving.json.abcd1234").write_bytes(b"")
    names = {each.name for each in library.iterdir()}
    assert {name for name in names if not is_own(name)} == set()
    assert set(Own) - names == {Own.STORE, Own.CACHE}  # of a library in Milvus, which has its own folder
    disk.tighten(library)
    assert library.stat().st_mode & 0o077 == 0


def test_the_folder_that_stands_for_a_library_in_milvus(tmp_path, monkeypatch):
    """Holds nothing but citeline's own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    there = settle("milvus://127.0.0.1/articles")
    assert [each.name for each in there.iterdir()] == [Own.STORE]


@pytest.mark.parametrize("name", [*Own, ".serving.json.k3_x9q2a", ".STORE.0a1b2c3d.new"])
def test_a_library_may_be_made_where_one_was_begun(tmp_path, name):
    """Whatever an interrupted run left there, but for a generation, which is one."""
    if name not in (Own.CURRENT, Own.STORE):
        (tmp_path / name).write_bytes(b"")
        require_room(tmp_path)
    assert is_own(name)


@pytest.mark.parametrize("name", ["article.txt", "notes.pace.json", ".bashrc", ".git", "ocr.txt", ".article.1234.new"])
def test_what_others_wrote_is_theirs(tmp_path, name):
    """A folder with it is no place for a library, and its rights are left as they are."""
    (tmp_path / name).write_bytes(b"")
    assert not is_own(name)
    with pytest.raises(Exception, match="contains files but no library"):
        require_room(tmp_path)


def test_no_module_writes_a_name_of_its_own():
    """What stands behind a library's folder is from the list, never a text or a constant of the module's own."""
    roots = [Path(package.__file__).parent for package in (index, rag, ui)]
    named = [each for root in roots for path in root.rglob("*.py") for each in _names_behind_a_folder(path)]
    assert len(named) > 10
    assert [(at, name) for at, folder, name in named if name in set(Own) or folder in LIBRARIES] == []


def _names_behind_a_folder(path):
    """Yield (place, folder, name) for each literal, or constant of the module, that stands behind a slash."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            name = constants.get(node.right.id) if isinstance(node.right, ast.Name) else node.right
            if isinstance(name, ast.Constant):
                yield f"{path.name}:{node.lineno}", ast.unparse(node.left), name.value


@pytest.fixture
def printed_page():
    """A scan of one page."""
    from printed import lines, printed

    return scanned(printed(lines(40, 500, "La digue tient.")))
