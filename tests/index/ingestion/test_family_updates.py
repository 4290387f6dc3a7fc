"""Which articles of a library are copies of one text, as it is built, changed, and opened again."""

import io
import json

import numpy as np
import pytest
from dispatches import ANOTHER, DISPATCH, LONG, article
from fakes import BagEmbedder

from index import disk
from index.errors import LibraryDamaged
from index.ingestion.indexing import build
from index.storage.library import Library


@pytest.fixture
def folder(tmp_path):
    """A dispatch in three papers, one of which cut it, beside two articles of other kinds."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in {
        "Est.txt": "2024-03-05\n" + article("La fromagerie fermera", DISPATCH),
        "Nord.txt": "2024-03-04\n" + article("Lait : 84 emplois menacés", DISPATCH),
        "Sud.txt": "2024-03-03\n" + article("Brévignan ferme un site", DISPATCH[:5]),
        "autre.txt": "2024-03-04\n" + article("Costerive pleure", ANOTHER),
        "terres.txt": article("Terres vendues", LONG[:9]),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def families(path):
    """The families of a library, each with the one that stands for it first."""
    library = Library.open(path)
    found = {tuple(each.id for each in library.families.of(article.id)) for article in library.articles} - {()}
    assert len(found) == len(library.families)
    assert sum(map(len, found)) - len(found) == library.families.n_copies
    return found


def test_a_family_and_who_stands_for_it(folder, tmp_path):
    """The earliest of the fullest first, then the fuller ones; an article without copies has no family."""
    build(tmp_path / "library", BagEmbedder(), [folder])
    library = Library.open(tmp_path / "library")
    assert families(tmp_path / "library") == {("Nord.txt", "Est.txt", "Sud.txt")}
    assert library.families.of("autre.txt") == library.families.of("no such") == ()


def test_families_change_with_the_articles(folder, tmp_path):
    """What was there keeps its segment and its sketches; what is new is compared with it."""
    path = tmp_path / "library"
    build(path, BagEmbedder(), [folder])
    (folder / "Ouest.txt").write_text(article("Terres : le rapport", LONG[:6]), encoding="utf-8")
    build(path, BagEmbedder())
    assert families(path) == {("Nord.txt", "Est.txt", "Sud.txt"), ("terres.txt", "Ouest.txt")}
    (folder / "Nord.txt").unlink()
    build(path, BagEmbedder(), exclude=["terres.txt"])
    assert families(path) == {("Est.txt", "Sud.txt")}
    (folder / "Sud.txt").rename(folder / "Midi.txt")
    build(path, BagEmbedder())
    assert families(path) == {("Est.txt", "Midi.txt")}
    (folder / "Midi.txt").write_text(article("Autre chose", LONG[20:26]), encoding="utf-8")
    build(path, BagEmbedder())
    assert families(path) == set()


def without_families(path, version=None):
    """Make a library what an earlier citeline wrote, or one whose sketches are of another version."""
    folder = Library.open(path).folder
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for name in [each for each in manifest["files"] if each.startswith("sketches-")]:
        with np.load(io.BytesIO((folder / name).read_bytes())) as found:
            arrays = {**found, "version": version}
        (folder / name).unlink()
        del manifest["files"][name]
        if version is not None:
            np.savez(folder / name, **arrays)
            data = (folder / name).read_bytes()
            manifest["files"][name] = (len(data), disk.sha256(data))
    if version is None:
        del manifest["files"]["families.bin"]
        (folder / "families.bin").unlink()
    data = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(data)
    (path / "CURRENT").write_text(f"{manifest['generation']} {disk.sha256(data)}")


@pytest.mark.parametrize("version", [None, 99])
def test_a_library_from_before_opens_and_gets_its_families_with_the_next_change(folder, tmp_path, version):
    """Nothing is embedded again for it; nothing changed is still nothing to do."""
    path, embedder = tmp_path / "library", BagEmbedder()
    build(path, embedder, [folder])
    without_families(path, version)
    embedder.encoded.clear()
    assert build(path, embedder).is_noop
    assert families(path) == (set() if version is None else {("Nord.txt", "Est.txt", "Sud.txt")})
    (folder / "court.txt").write_text("Le pont rouvre.", encoding="utf-8")
    build(path, embedder)
    assert {text.strip() for text in embedder.encoded} == {"Le pont rouvre.\nLe pont rouvre.", "Le pont rouvre."}
    assert families(path) == {("Nord.txt", "Est.txt", "Sud.txt")}


def test_families_of_other_articles_are_damage(folder, tmp_path):
    path = tmp_path / "library"
    build(path, BagEmbedder(), [folder])
    generation = Library.open(path).folder
    data = (generation / "families.bin").read_bytes()[:-4]
    manifest = json.loads((generation / "manifest.json").read_bytes())
    manifest["files"]["families.bin"] = (len(data), disk.sha256(data))
    written = json.dumps(manifest).encode()
    (generation / "families.bin").write_bytes(data)
    (generation / "manifest.json").write_bytes(written)
    (path / "CURRENT").write_text(f"1 {disk.sha256(written)}")
    with pytest.raises(LibraryDamaged, match="do not belong together"):
        Library.open(path)
