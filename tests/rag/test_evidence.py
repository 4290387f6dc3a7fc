"""Hits become numbered sentences that are exact slices of their articles."""

import random

from hypothesis import given
from hypothesis import strategies as st

from index.documents.encoding import split_lines
from index.text.chunking import chunks
from index.text.sentence_splitting import sentences
from index.types import Article, Hit
from rag.evidence import cite, cut, select

TEXT = "Premier fait. Deuxième fait ici.\n\nTroisième fait, plus long. Quatrième fait."


def article(text, id="a.txt"):
    return Article(id, "Titre", "2024-03", "fr", split_lines(text), "0" * 64, "/a.txt")


def passages(text=TEXT, answer="Deuxième", score=3.0):
    a = article(text)
    (chunk,) = chunks(a)
    at = chunk.text.index(answer)
    return [cut(Hit(chunk, 1.0, 0.5, 1.0), a, (at, at + len(answer)), score)]


def count(text):
    return len(text.split())


@given(st.text(alphabet=st.sampled_from("ab éÉ😀.!?«»\u00a0\t\n\r\x0b\x85\u2028\u0301"), max_size=300), st.randoms())
def test_every_citation_is_the_files_characters(text, draw: random.Random):
    """Lines first..last joined by a line feed, cut at start..end, are the quote: for any text and any sentence."""
    a = article(text)
    for start, end in sentences(a.text):
        citation = cite(a, start, end)
        span = citation.span
        joined = "\n".join(a.lines[span.first - 1 : span.last])
        assert joined[citation.start : citation.end] == citation.quote == a.text[start:end]


def test_a_citation_may_cross_lines():
    """Characters on two lines cite both."""
    a = article("un\ndeux\ntrois")
    citation = cite(a, 1, 6)
    assert (citation.span.first, citation.span.last, citation.start, citation.end) == (1, 2, 1, 6)
    assert citation.quote == "n\ndeu"


def test_the_answering_sentence_comes_with_its_neighbours_in_reading_order():
    """What the model sees reads like the article."""
    chosen = select(passages(), 100, count).shown
    assert [s.text for s in chosen] == ["Premier fait.", "Deuxième fait ici.", "Troisième fait, plus long."]


def test_the_budget_is_kept_but_the_answer_is_always_there():
    """Neighbours are left out first; one sentence stays however long it is."""
    assert [s.text for s in select(passages(), 9, count).shown] == ["Deuxième fait ici."]
    tight = select(passages(), 1, count)
    assert [s.text for s in tight.shown] == ["Deuxième fait ici."]
    assert [s.text for s in tight.cut] == ["Premier fait.", "Troisième fait, plus long."]


def test_passages_under_the_floor_give_nothing_but_the_best_always_does():
    """Unsure readings do not fill the prompt."""
    good, bad = passages()[0], passages(TEXT.replace("fait", "truc"), score=-4.0)[0]
    texts = [s.text for s in select([good, bad], 200, count).shown]
    assert not any("truc" in text for text in texts)
    assert select([bad], 200, count).shown


def test_a_span_across_a_stop_answers_with_both_sentences():
    """The answer's sentences are all that its characters touch."""
    (passage,) = passages(answer="ici.\n\nTroisième")
    assert [s.text for s in passage.answering()] == ["Deuxième fait ici.", "Troisième fait, plus long."]


def test_the_context_holds_headline_and_date():
    """A name in the headline can carry a claim about "he"."""
    assert passages()[0].sentences[0].context.startswith("Titre\n2024-03\n")


def test_a_list_is_shown_the_items_beside_the_one_that_was_found():
    """Two before and three after, within the budget."""
    items = "\n".join(f"- point {n}" for n in ("un", "deux", "trois", "quatre", "cinq", "six", "sept"))
    (passage,) = passages(items, "quatre")
    assert len(select([passage], 100, count).shown) == 3
    assert len(select([passage], 100, count, "list").shown) == 6
