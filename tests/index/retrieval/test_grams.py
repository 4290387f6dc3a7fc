"""Likeness by letters: what sorts candidates when words are mistyped."""

import pytest

from index.retrieval.letters import SIZE, _counts, likeness


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


@pytest.mark.parametrize(
    "query", ["le pont de l'ete", "aaaa aaa abab mama", "日本語の質問", "\U0001f600\ud800 xx", "ab"]
)
def test_pieces_are_counted_as_str_count_does(query):
    """In any script, beside each other's edges, and where a piece overlaps itself."""
    texts = [f" {query} ", "le po", "nt de l'ete aaaaaa aaaaa ababab", " ", "abcd" * 20, "日本語の質問日本語"]
    grams = sorted({text[i : i + SIZE] for text in (query, *texts) for i in range(len(text) - SIZE + 1)})
    held = [gram for gram in grams if any(gram in text for text in texts)]
    assert _counts(grams, texts).tolist() == [[text.count(gram) for text in texts] for gram in held]


def test_a_text_is_folded_as_it_is_alone():
    """Its neighbours in the list change nothing: a final sigma, a mark at the beginning, lines and spaces."""
    texts = ["ΟΔΟΣ", "\u0301tat\n\n  ŒUVRE", "¨ i\u0307 \u2028x\x85y", ""]
    for query in ("οδος oeuvre", "xy état"):
        whole = likeness(query, [*texts, "zzzz"])
        again = likeness(query, [*reversed(texts), "zzzz"])
        assert whole == [*reversed(again[:-1]), again[-1]] and max(whole) == 1.0
