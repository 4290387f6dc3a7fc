"""What the tests of several machines start from."""

import faulthandler
import json
import signal
import sys

import pytest
from fakes import BagEmbedder
from raylets import end_commands

from index.ingestion.indexing import build
from index.storage.library import Library
from ui.cli.commands import main

LIMIT_S = 600
"""A step of a test that takes longer waits for what will not come: many times what any needs on a busy machine."""


@pytest.hookimpl(wrapper=True)
def limited(item):
    """Fail a step that takes too long where it is, with what it does in all threads; then what it left is cleaned up.

    Where it does not even listen, pytest ends after Makefile's faulthandler_timeout.
    """

    def fail(*_):
        faulthandler.dump_traceback(all_threads=True)
        pytest.fail(f"not done after {LIMIT_S} seconds: what it waits for does not come")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(LIMIT_S)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


pytest_runtest_setup = pytest_runtest_call = pytest_runtest_teardown = limited


@pytest.fixture(autouse=True)
def no_command_outlives_its_test():
    """Commands that a failed test left are killed: they would slow down those after it."""
    yield
    end_commands()


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


@pytest.fixture
def citeline(monkeypatch, capfd, tmp_path):
    """Run the command here with word-count vectors; return its exit code, what it printed and what it said."""
    bag = BagEmbedder()
    monkeypatch.setattr("index.models.embedder.SentenceTransformerEmbedder", lambda spec: bag)
    monkeypatch.setattr("index.models.embedder.identity", lambda spec: (bag.name, bag.fingerprint))
    monkeypatch.setenv("CITELINE_LIBRARY", str(tmp_path / "library"))

    def run(*args):
        monkeypatch.setattr(sys, "argv", ["citeline", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        out, err = capfd.readouterr()
        return code, out, err

    return run
