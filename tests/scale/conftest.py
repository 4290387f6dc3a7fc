"""What the tests of several machines start from."""

import json

import pytest
from fakes import BagEmbedder

from index.ingestion.indexing import build
from index.storage.library import Library


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


@pytest.fixture
def shelf(tmp_path):
    """A hundred articles of several kinds, some of them with the same sentences, and two files that are none."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for n in range(100):
        said = " ".join(f"La phrase {k} de l'article {n} parle du pont {n * k % 17} de Vernay." for k in range(12))
        (folder / f"{n:03}.txt").write_text(f"Titre de l'article {n}\n\n{said}\n\nLe port reste ouvert cette semaine.")
    (folder / "page.html").write_text("<html><title>Musée</title><p>Le musée de Vernay ouvre demain matin.</p></html>")
    records = [{"title": f"Dépêche {n}", "text": f"La dépêche numéro {n} parle du canal."} for n in range(40)]
    (folder / "depeches.jsonl").write_text("".join(json.dumps(each) + "\n" for each in records))
    (folder / "empty.txt").write_text("")
    (folder / "false.pdf").write_bytes(b"no PDF")
    return folder


@pytest.fixture
def local(tmp_path, shelf, monkeypatch):
    """The library of one machine."""
    monkeypatch.setattr("index.ingestion.reading.time.time", lambda: 1.0)
    build(tmp_path / "local", BagEmbedder(), [shelf])
    return Library.open(tmp_path / "local")
