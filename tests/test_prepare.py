"""What is kept of an article from one generation to the next: nothing is cut or stemmed twice, nothing differs."""

from dataclasses import replace

import pytest
from fakes import BagEmbedder

from index import prepare as prepare_module
from index.build import build
from index.library import Library
from index.prepare import Kept, prepare

TEXT = "Le pont de Vernay\n\nLe pont a rouvert lundi. Oui. Les travaux ont coûté trois millions.\n\nLuc Ferrandi l’a dit.\n"


@pytest.fixture
def cut(monkeypatch):
    """Ids of the articles that were cut, in order."""
    ids = []
    chunks = prepare_module.chunks
    monkeypatch.setattr(prepare_module, "chunks", lambda article: (ids.append(article.id), chunks(article))[1])
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
    monkeypatch.setattr("index.prepare.analysis", lambda: "another")
    monkeypatch.setattr("index.build.analysis", lambda: "another")
    (folder / "maire.txt").write_text(TEXT, encoding="utf-8")
    build(library, embedder)
    assert cut == ["maire.txt", "pont.txt", "port.txt"]


def test_what_is_kept_is_what_would_be_made(tmp_path, embedder):
    """For every article, chunk by chunk: places, keys of passages and sentences, terms."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(12):
        (folder / f"{n}.txt").write_text(f"Titre {n}\n\n" + TEXT * (n + 1) + "\n\n…\n\nA b.\n", encoding="utf-8")
    build(tmp_path / "library", embedder, [folder])
    library = Library.open(tmp_path / "library")
    kept = Kept(library)
    assert len(library.rows) > len(library.articles)
    for article in library.articles:
        assert kept.get(article) == prepare(article, BagEmbedder(), lambda key, passage: None)


def test_an_article_that_differs_in_anything_that_counts_is_not_kept(library, embedder):
    """Bytes, headline, language, lines; another path is no difference."""
    found = Library.open(library)
    kept, article = Kept(found), found.articles[0]
    assert kept.get(replace(article, path="/elsewhere.txt")) is not None
    for other in ({"sha256": "0" * 64}, {"title": "X"}, {"language": "en"}, {"lines": ("X",)}, {"id": "x.txt"}):
        assert kept.get(replace(article, **other)) is None


def test_a_library_without_terms_is_cut_once_more(library, folder, embedder, cut):
    """One that was written before terms were kept."""
    found = Library.open(library)
    found.keywords.analysis = ""
    assert Kept(found).get(found.articles[0]) is None
