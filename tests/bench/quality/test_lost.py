"""bench.lost: each way a gold line can be lost is told from the others."""

import pytest
from fakes import BagEmbedder

from bench.quality.lost import DEPTH, FATES, Fate, fate, rows
from index.ingestion.indexing import build
from index.types import Span
from rag.config import Config
from rag.evaluation.runner import Case
from rag.pipeline.answerer import Answerer
from rag.reader.base import Reading

QUESTION = "Quand le pont fermera-t-il en mai ?"
ARTICLES = {
    "metz.txt": "Le pont de Metz fermera en mai.\nIl a 80 ans.",
    "vernay.txt": "Le pont de Vernay a rouvert en mars.\nIl a 3 ans.",
    "port.txt": "The port is on strike.\nNobody works.",
}
GOLD = Span("metz.txt", 1, 1)


class Pointing:
    """Points at the first or last character of a window; its score is that of the first of `scores` in the window."""

    def __init__(self, scores, at_end=False):
        self.scores, self.at_end = scores, at_end

    def read(self, query, windows):
        return [self._reading(window) for window in windows]

    def _reading(self, window):
        score = next((score for word, score in self.scores.items() if word in window), -9.0)
        return Reading(len(window) - 1, len(window), score) if self.at_end else Reading(0, 1, score)

    def threshold(self, language=""):
        return 0.0


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder, path = tmp_path_factory.mktemp("articles"), tmp_path_factory.mktemp("library")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    build(path, BagEmbedder(), [folder])
    return path


def lost(library, reader, question=QUESTION, config=Config(), gold=GOLD):  # noqa: B008 (frozen)
    return fate(Answerer(library, BagEmbedder(), reader, None, config), Case("1", question, "answerable", gold=(gold,)))


@pytest.mark.parametrize(
    ("reader", "ended"),
    [
        (Pointing({"Metz": 2.0, "Vernay": 1.0}), "cited"),
        (Pointing({"Metz": -1.0, "Vernay": -2.0}), "believed, but refused"),
        (Pointing({"Metz": 2.0, "Vernay": 1.0}, at_end=True), "its chunk is believed, for another line"),
        (Pointing({"Metz": 1.0, "Vernay": 2.0}), "read, but another chunk is believed"),
    ],
)
def test_what_the_reader_makes_of_a_line_that_was_found(library, reader, ended):
    """The line is first among the hits in all of these; what differs is what the reader says."""
    assert lost(library, reader) == Fate(1, ended)


def test_a_line_that_is_not_read(library):
    """The chunk is a hit, but only so many are read, or its article lacks a name of the question."""
    last = lost(library, Pointing({}), "Le pont a-t-il rouvert en mars ?", Config(n_windows=1))
    assert last.rank > 1 and last.fate == "a hit, but not read"
    assert lost(library, Pointing({}), "Quand le pont de Vernay fermera-t-il ?").fate == "a hit, but not read"


def test_a_line_that_is_not_found(library):
    """Too far down to be a hit, and in no hit at all."""
    assert lost(library, Pointing({}), "The port", Config(n_hits=1)).fate == "not among the hits"
    assert lost(library, Pointing({}), gold=Span("gone.txt", 1, 1)) == Fate(DEPTH + 1, "not among the hits")


def test_the_shares(library):
    """A rank counts for every depth that reaches it; the fates are all the questions, each once."""
    found = [Fate(1, "cited"), Fate(4, "cited"), Fate(9, "not among the hits"), Fate(DEPTH + 1, "not among the hits")]
    table = {name: value.split()[0] for name, value in rows(found)}
    assert [table[f"in a chunk among the first {k}"] for k in (1, 3, 5, 8, 10, DEPTH)] == [
        "0.250", "0.250", "0.500", "0.500", "0.750", "0.750",
    ]  # fmt: skip
    assert sum(float(table[name]) for name in FATES) == 1.0
