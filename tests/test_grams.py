"""Likeness by letters: what sorts candidates when words are mistyped."""

import pytest

from index.grams import likeness


def test_the_text_with_the_query_in_it_is_the_likest():
    assert likeness("pont de Vermelles", ["le pont de Vermelles a rouvert", "la forêt brûle", "un pont"])[0] == 1.0


@pytest.mark.parametrize("query", ["VERMELES", "vermellles", "Vermélles", "le pontde vermelles"])
def test_a_typo_keeps_most_of_a_word(query):
    near, far = likeness(query, ["Vermelles", "Montbray et son tramway"])
    assert near == 1.0
    assert far < 0.3


def test_a_piece_that_all_texts_share_says_little():
    same, rare = likeness("tramway Montbray", ["le tramway le tramway", "le tramway Montbray"])
    assert rare == 1.0
    assert same < 0.3


@pytest.mark.parametrize(("query", "texts"), [("", ["a"]), ("xyzw", ["abcd efgh", ""]), ("abc", [])])
def test_nothing_shared_is_zero_for_all(query, texts):
    assert likeness(query, texts) == [0.0] * len(texts)
