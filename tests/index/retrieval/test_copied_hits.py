"""Hits are not spent on copies of one text, and what a copy alone says is not lost."""

import pytest
from dispatches import ANOTHER, DISPATCH, article
from fakes import BagEmbedder

from index.ingestion.indexing import build
from index.retrieval.hybrid import search
from index.storage.library import Library

QUESTION = "Combien de personnes emploie la fromagerie de Costerive ?"


@pytest.fixture
def found(tmp_path):
    """The articles of the hits for a question, of a library of these texts."""

    def found(texts, question=QUESTION, within=None):
        folder = tmp_path / "articles"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        build(tmp_path / "library", BagEmbedder(), [folder])
        hits = search(Library.open(tmp_path / "library"), BagEmbedder(), question, "fr", within=within)
        return [hit.chunk.span.article_id.removesuffix(".txt") for hit in hits]

    return found


PAPERS = {f"journal{n}": article(f"Titre numéro {n}", DISPATCH[: 10 - n]) for n in range(6)}


def test_a_text_in_six_papers_is_found_once(found):
    """Each part of it, by whichever paper has it; the other article is found beside it."""
    ids = found(PAPERS | {"autre": article("Costerive pleure", ANOTHER)})
    assert "autre" in ids
    assert 1 <= len([id_ for id_ in ids if id_ != "autre"]) <= 3


def test_what_a_copy_corrected_is_found_too(found):
    corrected = article("Rectificatif", DISPATCH).replace("84 personnes", "96 personnes")
    assert "corrigé" in found(PAPERS | {"corrigé": corrected})


def test_what_a_copy_added_is_found_too(found):
    added = article("Locale", (*DISPATCH[:8], "À Vezins, la crémière Odile Fargues gardera dix tommes."))
    assert "locale" in found(PAPERS | {"locale": added}, "Qui est la crémière de Vezins ?")


def test_within_some_articles_copies_outside_count_nothing(found):
    assert set(found(PAPERS, within=frozenset(["journal4.txt"]))) == {"journal4"}
