"""BM25 over rows in several segments: the scores of bm25s, to the bit, whatever came and went."""

import random

import bm25s
import numpy as np
import pytest

from index.storage import bm25 as keywords_module
from index.storage.bm25 import Keywords, Postings
from index.storage.vectors import Slots

WORDS = [f"mot{n}" for n in range(40)]


def texts(seed, n):
    """Lists of terms of all lengths, common ones and rare ones, one of them empty."""
    draw = random.Random(seed)
    return [
        [],
        *([WORDS[min(int(draw.expovariate(0.15)), 39)] for _ in range(draw.randint(1, 30))] for _ in range(n - 1)),
    ]


def expected(rows, terms):
    """What bm25s says of these rows."""
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(rows, show_progress=False)
    known = [term for term in terms if term in index.vocab_dict]
    return index.get_scores(known).tolist() if known else [0.0] * len(rows)


def held(parts, dead=()):
    """Keywords over these lists of rows, a segment each, the rows shuffled, and the rows in their order."""
    flat = [row for part in parts for row in part]
    of_row = np.random.default_rng(3).permutation(np.setdiff1d(np.arange(len(flat)), dead))
    rows = np.full(len(flat), -1)
    rows[of_row] = np.arange(len(of_row))
    slots = Slots(of_row, rows, np.cumsum([0, *map(len, parts)]))
    return [Postings.of(part) for part in parts], slots, [flat[slot] for slot in of_row]


@pytest.mark.parametrize("sizes", [(60,), (50, 9, 1), (2, 2)])
@pytest.mark.parametrize("dead", [[], [1], list(range(0, 60, 3))])
def test_scores_are_those_of_bm25s(sizes, dead):
    """For one segment or several, with rows that are gone: neither their words nor their lengths count."""
    parts, slots, rows = held(
        [texts(n, size) for n, size in enumerate(sizes)], [each for each in dead if each < sum(sizes)]
    )
    keywords = Keywords(parts, slots)
    for terms in (["mot0"], ["mot3", "mot12", "mot0", "mot3"], ["mot39", "nothing"], ["nothing"], [], WORDS):
        assert keywords.scores(terms).tolist() == expected(rows, terms)
    for term in (*WORDS, "nothing"):
        assert keywords.knows(term) == any(term in row for row in rows)


def test_merged_postings_are_those_of_the_rows_alone():
    """Segments taken together are what one would be that was made of the rows that are left."""
    parts, slots, rows = held([texts(5, 30), texts(6, 12), [["seul"]]], [2, 3, 42])
    one, alone = Postings.merged(parts, slots), Postings.of(rows)
    assert one.vocabulary == alone.vocabulary and "seul" not in one.vocabulary
    for name in ("starts", "chunks", "counts", "lengths"):
        assert getattr(one, name).tolist() == getattr(alone, name).tolist()


@pytest.mark.parametrize("few", [0.02, 0.5])
@pytest.mark.parametrize("sample", [1, 100])
@pytest.mark.parametrize("sizes", [(900,), (700, 90, 1)])
@pytest.mark.parametrize("dead", [[], list(range(0, 600, 3))])
def test_the_best_rows_are_those_with_the_highest_scores(monkeypatch, few, sample, sizes, dead):
    """To the bit, whatever is not looked at: for rare and frequent terms, among some rows or all, for any k."""
    monkeypatch.setattr(keywords_module, "_FEW", few)
    monkeypatch.setattr(keywords_module, "_SAMPLE", sample)
    parts, slots, rows = held([texts(n, size) for n, size in enumerate(sizes)], dead)
    keywords = Keywords(parts, slots)
    draw = random.Random(8)
    queries = [["mot39", "mot0", "mot1", "mot2"], ["mot0"], ["nothing"], [], ["mot30", "mot30"], WORDS]
    for terms in [*queries, *(draw.sample(WORDS, 5) for _ in range(20))]:
        scores = keywords.scores(terms)
        some = np.array(draw.sample(range(len(rows)), 80))
        assert keywords.scores_of(terms, some).tolist() == scores[some].tolist()
        for among in (None, some, some[:0]):
            inside = range(len(rows)) if among is None else sorted(among.tolist())
            found = [(row, float(scores[row])) for row in inside if scores[row]]
            found.sort(key=lambda each: -each[1])
            for k in (1, 3, 50, len(rows)):
                assert keywords.best(terms, k, among) == found[:k]


def test_frequent_terms_are_not_gone_through(monkeypatch):
    """Beside a rare term they are looked up in the rows that can still be among the best."""
    draw = np.random.default_rng(1)
    rows = [["the", *["of"] * (n % 2), *["pier"] * (n % 90 == 0), *["x"] * int(draw.integers(30))] for n in range(5000)]
    parts, slots, _ = held([rows])
    keywords = Keywords(parts, slots)
    gone_through, postings = [], Keywords._postings
    monkeypatch.setattr(Keywords, "_postings", lambda self, term: (gone_through.append(term), postings(self, term))[1])
    assert len(keywords.best(["the", "of", "pier"], 20)) == 20
    assert gone_through == ["pier"]


@pytest.mark.parametrize("rows", [[], [[]], [[], []]])
def test_rows_without_terms_have_no_scores(rows):
    """No row, or rows of stop words only."""
    parts, slots, _ = held([rows])
    keywords = Keywords(parts, slots)
    assert keywords.scores(["mot1"]).tolist() == [0.0] * len(rows) and not keywords.knows("mot1")
    assert keywords.best(["mot1"], 3) == []
