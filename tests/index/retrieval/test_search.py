"""Library + query -> Hits: both legs, fused; the same question typed otherwise finds the same."""

import unicodedata

import numpy as np
import pytest
from fakes import BagEmbedder

from index.errors import QueryError
from index.ingestion.indexing import build
from index.retrieval.hybrid import CANDIDATES, DENSE_WEIGHT, KEYWORD_WEIGHT, LETTER_WEIGHT, K, query_terms, search
from index.retrieval.letters import likeness
from index.storage.library import Library

ARTICLES = {
    "pont.txt": "Le pont de Vernay rouvrira lundi\n\nLa maire Hélène Castan a inauguré le pont après six mois de travaux.",
    "glacier.txt": "Le glacier de Corvassey recule\n\nLe glacier a perdu 3 500 000 mètres cubes, selon l’Observatoire des neiges.",
    "usine.txt": "Voltherra ouvre une usine\n\nL’usine de batteries emploiera 1 150 personnes à Szarvasd.",
    "ferry.txt": "Harrowmouth loses its ferry\n\nThe last ferry sailed on Sunday with 212 passengers.",
    "ecole.txt": "L’école sans téléphone\n\nLes élèves de l’école déposent leur téléphone à l’entrée.",
}


class Constant(BagEmbedder):
    """Finds every text equally near: what differs comes from the keywords."""

    def _vectors(self, texts):
        return np.full((len(texts), self.dim), self.dim**-0.5, dtype=np.float32)


@pytest.fixture
def articles(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def opened(tmp_path, articles, embedder=None):
    build(tmp_path / "library", embedder or BagEmbedder(), [articles])
    return Library.open(tmp_path / "library")


@pytest.fixture
def shelf(tmp_path, articles):
    return opened(tmp_path, articles)


def ids(hits):
    return [hit.chunk.span.article_id for hit in hits]


def test_hits_come_best_first_with_both_ranks(shelf):
    """The score falls from hit to hit and is the weighted sum of cosine, words and letters, each against the best; the
    ranks are those of each leg."""
    question = "Quand rouvre le pont de Vernay ?"
    hits = search(shelf, BagEmbedder(), question, "fr")
    assert hits[0].chunk.span.article_id == "pont.txt"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert sorted(hit.dense_rank for hit in hits) == list(range(1, len(ARTICLES) + 1))
    matched = [hit for hit in hits if hit.keyword > 0]
    assert sorted(hit.keyword_rank for hit in matched) == list(range(1, len(matched) + 1))
    assert all(hit.keyword_rank is None for hit in hits if hit.keyword == 0)
    low, high = min(hit.dense for hit in hits), max(hit.dense for hit in hits)
    top = max(hit.keyword for hit in hits)
    alike = likeness(question, [hit.chunk.text for hit in hits])
    for hit, letters in zip(hits, alike, strict=True):
        near, said = (hit.dense - low) / (high - low), hit.keyword / top
        score = DENSE_WEIGHT * near + KEYWORD_WEIGHT * said + LETTER_WEIGHT * letters
        assert hit.score == pytest.approx(score, abs=1e-5)
        assert 0 <= hit.score <= 1


def test_a_hit_is_a_slice_of_its_article(shelf):
    """The chunk of a hit stands where it says, on the lines it says."""
    for hit in search(shelf, BagEmbedder(), "glacier", "fr"):
        article = shelf.by_id[hit.chunk.span.article_id]
        assert article.text[hit.chunk.start : hit.chunk.start + len(hit.chunk.text)] == hit.chunk.text
        assert "\n".join(article.lines[hit.chunk.span.first - 1 : hit.chunk.span.last]) == hit.chunk.text


@pytest.mark.parametrize("k", [1, 2, 5, 50])
def test_k_bounds_the_hits(shelf, k):
    """At most k hits, the same ones in the same order whatever k is."""
    hits = search(shelf, BagEmbedder(), "le pont et le glacier", "fr", k=k)
    assert hits == search(shelf, BagEmbedder(), "le pont et le glacier", "fr", k=50)[:k]
    assert len(hits) == min(k, len(ARTICLES))


def test_duplicates_are_shown_once(tmp_path, articles):
    """The same dispatch under two names takes one place."""
    (articles / "zz-copy.txt").write_text(ARTICLES["glacier.txt"], encoding="utf-8")
    shelf = opened(tmp_path, articles)
    found = ids(search(shelf, BagEmbedder(), "glacier de Corvassey", "fr", k=K))
    assert found[0] == "glacier.txt" and "zz-copy.txt" not in found
    assert len(found) == len(ARTICLES)


QUERY = "Où l’école range-t-elle les téléphones des élèves ?"


@pytest.mark.parametrize(
    "typed",
    [
        QUERY.upper(),
        QUERY.replace("’", "'"),
        unicodedata.normalize("NFD", QUERY),
        "ou l'ecole range-t-elle les telephones des eleves ?",
        "  " + QUERY.replace(" ", "\u00a0") + "\n",
    ],
)
def test_a_query_typed_otherwise_finds_the_same(shelf, typed):
    """Without accents, in capitals, in NFD, with another apostrophe: the same hits with the same scores."""
    asked, again = (search(shelf, BagEmbedder(), each, "fr") for each in (QUERY, typed))
    assert ids(asked)[0] == "ecole.txt"
    assert [(h.chunk, h.score, h.keyword_rank) for h in again] == [(h.chunk, h.score, h.keyword_rank) for h in asked]


@pytest.mark.parametrize(
    ("query", "language", "article"),
    [
        ("Wer ist Hélène Castan?", "de", "pont.txt"),
        ("Who is Helene Castan?", "en", "pont.txt"),
        ("¿Qué hace Voltherra en Szarvasd?", "es", "usine.txt"),
        ("what happened to 3,500,000 cubic metres", "en", "glacier.txt"),
        ("3500000", "fr", "glacier.txt"),
        ("combien de 1150", "fr", "usine.txt"),
        ("Qui étaient les 212 de Harrowmouth ?", "fr", "ferry.txt"),
        ("вольтерра Voltherra", "ru", "usine.txt"),
        ("Who opened the glaciers?", "en", "glacier.txt"),
    ],
)
def test_names_and_numbers_are_found_across_languages(tmp_path, articles, query, language, article):
    """With nothing from the vectors, what a question in another language spells alike still finds the article first."""
    hits = search(opened(tmp_path, articles, Constant()), Constant(), query, language)
    assert ids(hits)[0] == article
    assert hits[0].keyword_rank == 1 and hits[0].keyword > 0


def test_a_title_counts_for_every_chunk_of_its_article(tmp_path, articles):
    """A name that stands only in the headline finds the article's later chunks too."""
    (articles / "long.txt").write_text(
        "Affaire Delmonico\n\n" + "\n\n".join(f"Paragraphe numéro {n}. " + "Un texte sans nom. " * 30 for n in range(4))
    )
    hits = search(opened(tmp_path, articles, Constant()), Constant(), "Delmonico", "fr", k=4)
    assert set(ids(hits)) == {"long.txt"} and len({hit.chunk.start for hit in hits}) == 4


def test_without_known_words_the_vectors_decide(shelf):
    """A query of which no word is in the articles has hits of the dense leg only."""
    hits = search(shelf, BagEmbedder(), "xyzzy ???", "fr")
    assert len(hits) == len(ARTICLES)
    assert all(hit.keyword == 0 and hit.keyword_rank is None for hit in hits)


def test_far_vectors_are_found_by_their_words(tmp_path, articles):
    """A chunk beyond the candidates of the dense leg comes in by the keyword leg, with its own cosine and no dense
    rank."""
    for n in range(CANDIDATES + 20):
        (articles / f"a{n:03}.txt").write_text(f"Brève numéro {n}\n\nRien à signaler.")
    (articles / "zzz.txt").write_text("Brève finale\n\nLe chapardeur court.")
    hits = search(opened(tmp_path, articles, Constant()), Constant(), "chapardeur", "fr", k=1)
    assert ids(hits) == ["zzz.txt"]
    assert hits[0].dense_rank is None and hits[0].keyword_rank == 1 and hits[0].dense == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("query", ["", " ", "\n\t", "\u00a0\u202f"])
def test_an_empty_query_is_an_error(shelf, query):
    """Nothing to look for is said, not searched for."""
    with pytest.raises(QueryError, match="empty"):
        search(shelf, BagEmbedder(), query, "fr")


def test_an_empty_library_has_no_hits(shelf, articles):
    """A library whose articles were all forgotten finds nothing, without an error."""
    build(shelf.path, BagEmbedder(), forget=[articles])
    assert search(Library.open(shelf.path), BagEmbedder(), "pont", "fr") == []


def test_articles_of_stop_words_only_can_be_searched(tmp_path, articles):
    """An article without a single term has no keywords; it is still found by its vector."""
    for name in ARTICLES:
        (articles / name).unlink()
    (articles / "le.txt").write_text("le la les")
    hits = search(opened(tmp_path, articles), BagEmbedder(), "les", "fr")
    assert ids(hits) == ["le.txt"] and hits[0].keyword == 0


def test_terms_are_stemmed_for_the_articles_languages_too(shelf):
    """A query's terms are its own and those its words would be in the languages of the articles, each once."""
    terms = query_terms(shelf, "glaciers", "en")
    assert {"glacier"} <= set(terms) and len(terms) == len(set(terms))
    assert query_terms(shelf, "téléphones", "en")[-1] == query_terms(shelf, "téléphones", "fr")[0]


def test_equal_scores_have_one_order(tmp_path, articles):
    """Ties are broken by the place in the library: the same question has the same hits each time."""
    shelf = opened(tmp_path, articles, Constant())
    assert ids(search(shelf, Constant(), "xyzzy", "fr")) == sorted(ARTICLES)


@pytest.mark.parametrize("query", ["le pont et le glacier", "Voltherra", "xyzzy", "Le glacier de Corvassey recule"])
def test_a_search_within_articles_finds_what_a_library_of_them_alone_would(tmp_path, articles, query):
    """Both legs look at the chunks of these articles only; their cosines, and the order by cosine, are the same."""
    inside = ("ferry.txt", "glacier.txt", "usine.txt")
    shelf = opened(tmp_path, articles)
    found = search(shelf, BagEmbedder(), query, "fr", within=inside)
    alone = tmp_path / "alone"
    alone.mkdir()
    for name in inside:
        (alone / name).write_text(ARTICLES[name], encoding="utf-8")
    build(tmp_path / "small", BagEmbedder(), [alone])
    expected = search(Library.open(tmp_path / "small"), BagEmbedder(), query, "fr")
    assert set(ids(found)) == set(ids(expected)) == set(inside)
    by_cosine = [sorted((round(h.dense, 4), h.chunk.text) for h in hits) for hits in (found, expected)]
    assert by_cosine[0] == by_cosine[1]
    assert {h.dense_rank for h in found} == {1, 2, 3}
    assert [h.keyword > 0 for h in sorted(found, key=lambda h: h.chunk.span.article_id)] == [
        h.keyword > 0 for h in sorted(expected, key=lambda h: h.chunk.span.article_id)
    ]


def test_a_search_within_articles_reaches_beyond_the_candidates(tmp_path, articles):
    """An article far behind CANDIDATES others is found when only it is looked at."""
    for n in range(CANDIDATES + 20):
        (articles / f"a{n:03}.txt").write_text(f"Brève numéro {n}\n\nLe pont, le pont, le pont.")
    shelf = opened(tmp_path, articles)
    assert "usine.txt" not in ids(search(shelf, BagEmbedder(), "le pont", "fr"))
    assert ids(search(shelf, BagEmbedder(), "le pont", "fr", within={"usine.txt", "no such article"})) == ["usine.txt"]


def test_a_search_within_no_article_has_no_hits(shelf):
    """Nothing is let through: nothing is found, without an error."""
    assert search(shelf, BagEmbedder(), "pont", "fr", within=()) == []
    assert search(shelf, BagEmbedder(), "pont", "fr", within=["no such article"]) == []
