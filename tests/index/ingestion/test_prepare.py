"""What is kept of an article from one generation to the next: nothing is cut or stemmed twice, nothing differs."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import BagEmbedder

from index.documents.encoding import split_lines
from index.ingestion import preparation as prepare_module
from index.ingestion.indexing import build
from index.ingestion.preparation import analysis, is_current, is_same, prepare
from index.models.embedder import Passages
from index.storage.library import Library
from index.types import Article

GOLDEN = Path(__file__).parents[2] / "files" / "analysis.json"
ARTICLE = Article("a.txt", "", "", "", (), "0" * 64, "/a.txt")
TEXT = "Le pont de Vernay\n\nLe pont a rouvert lundi. Oui. Les travaux ont coûté trois millions.\n\nLuc Ferrandi l’a dit.\n"


@pytest.fixture
def cut(monkeypatch):
    """Ids of the articles that were cut, in order."""
    ids = []
    chunks = prepare_module.chunks
    monkeypatch.setattr(
        prepare_module, "chunks", lambda article, *more: (ids.append(article.id), chunks(article, *more))[1]
    )
    return ids


def test_only_what_is_new_is_cut(library, folder, embedder, cut):
    """One article more, one changed, one as it was: that one is not touched."""
    (folder / "maire.txt").write_text(TEXT, encoding="utf-8")
    build(library, embedder)
    assert cut == ["maire.txt"]
    (folder / "maire.txt").write_text(TEXT + "\nIl a menti.\n", encoding="utf-8")
    build(library, embedder)
    assert cut == ["maire.txt"] * 2


def test_other_code_cuts_everything_again(library, folder, embedder, cut, monkeypatch):
    """A citeline that cuts or stems in another way keeps no cut of the one before."""
    monkeypatch.setattr("index.ingestion.preparation.analysis", lambda: "another")
    monkeypatch.setattr("index.ingestion.planning.analysis", lambda: "another")
    (folder / "maire.txt").write_text(TEXT, encoding="utf-8")
    build(library, embedder)
    assert cut == ["maire.txt", "pont.txt", "port.txt"]


def test_this_version_cuts_what_it_has_always_cut():
    """Chunks with their passages, sentences and terms. Where one differs, ANALYSIS_VERSION has to grow: libraries keep
    what they hold as long as it does not. Then put what is made now into the file."""
    held = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert held["analysis"] == analysis()
    for each in held["articles"]:
        article = replace(ARTICLE, title=each["title"], language=each["language"], lines=split_lines(each["text"]))
        assert cut_by_gemma(article) == {name: each[name] for name in ("chunks", "sentences", "terms")}


def cut_by_gemma(article):
    """What the analysis makes of an article for EmbeddingGemma."""
    passages = {}
    made = prepare(article, Passages("title: none | text: "), passages.setdefault)
    return {
        "chunks": [[start, length, passages[key]] for start, length, key in made.rows],
        "sentences": [[passages[key] for key in said] for said in made.said],
        "terms": [" ".join(words) for words in made.words],
    }


def test_a_library_from_when_the_version_was_a_digest_is_one_of_version_1(tmp_path, folder, embedder, cut, monkeypatch):
    """It is not cut again by version 1, and is by those after it."""

    def be(version):
        monkeypatch.setattr(prepare_module, "ANALYSIS_VERSION", version)
        analysis.cache_clear()

    try:
        with monkeypatch.context() as before:
            before.setattr("index.ingestion.planning.analysis", lambda: prepare_module._DIGEST)
            build(tmp_path / "library", embedder, [folder])
        be(1)
        (folder / "maire.txt").write_text(TEXT, encoding="utf-8")
        build(tmp_path / "library", embedder)
        assert cut == ["pont.txt", "port.txt", "maire.txt"]
        assert {each.analysis for each in Library.open(tmp_path / "library").segments} <= {
            analysis(),
            prepare_module._DIGEST,
        }
        be(2)
        assert not is_current(prepare_module._DIGEST)
    finally:
        monkeypatch.undo()
        analysis.cache_clear()


def test_what_is_kept_is_what_would_be_made(tmp_path, embedder):
    """For every article, chunk by chunk: places, keys of passages and sentences, how often each term stands."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.txt").write_text(f"Titre {n}\n\n" + TEXT * (n + 1) + "\n\n…\n\nA b.\n", encoding="utf-8")
        build(tmp_path / "library", embedder, [folder])
    library = Library.open(tmp_path / "library")
    assert len(library.rows) > len(library.articles)
    for n, article in enumerate(library.articles):
        made = prepare(article, BagEmbedder().passage, lambda key, passage: None)
        rows = np.flatnonzero(library.rows["article"] == n)
        kept = [tuple(row)[1:] for row in library.rows[rows].tolist()]
        assert kept == [(start, length, key.rstrip(b"\0")) for start, length, key in made.rows]
        place, at = library.order[n]
        segment = library.segments[place]
        for chunk, said, words in zip(range(*segment.starts[at : at + 2]), made.said, made.words, strict=True):
            places, _ = segment.sentences.places(np.array([chunk]))
            assert [segment.sentences.keys[each] for each in places] == [key.rstrip(b"\0") for key in said]
            held = {
                term: dict(zip(*segment.postings.of_term(term), strict=True)) for term in segment.postings.vocabulary
            }
            assert {term: on[chunk] for term, on in held.items() if chunk in on} == Counter(words)
            assert segment.postings.lengths[chunk] == len(words)


def test_an_article_that_differs_in_anything_that_counts_is_not_kept(library):
    """Name, bytes, headline, language, lines; another path is no difference."""
    article = Library.open(library).articles[0]
    assert is_same(article, replace(article, path="/elsewhere.txt"))
    for other in ({"sha256": "0" * 64}, {"title": "X"}, {"language": "en"}, {"lines": ("X",)}, {"id": "x.txt"}):
        assert not is_same(article, replace(article, **other))
