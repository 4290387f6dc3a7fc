"""Hits become numbered sentences that are exact slices of their articles."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.documents.encoding import split_lines
from index.text.chunking import chunks
from index.text.sentence_splitting import sentences
from index.types import Article, Hit
from rag.evidence import cite, clause, cut, select

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


LONG = (
    "Le glacier de Corvassey, dans le canton du Valais, a perdu en moyenne 1,8 mètre d’épaisseur en 2023, après un recul "
    "record de 3,1 mètres en 2022, selon le relevé annuel publié mardi par l’Observatoire alpin des neiges et de la glace."
)


def quoted(text, answer):
    a = article(text)
    at = a.text.index(answer)
    start, end = clause(a, 0, len(a.text), (at, at + len(answer)))
    return a.text[start:end]


def test_a_sentence_is_quoted_whole():
    """Up to 25 words, and a longer one with a speaker at its end."""
    assert quoted("Les travaux ont coûté 3,2 millions d’euros.", "3,2") == "Les travaux ont coûté 3,2 millions d’euros."
    assert quoted(LONG, "1,8 mètre d’épaisseur") == LONG


def test_a_long_one_is_cut_at_its_commas_round_the_answer():
    """The words before the answer are preferred, those after it fill what is left; a decimal comma is none."""
    text = LONG.replace("selon le relevé annuel publié mardi par", "la pire année du relevé annuel de")
    assert quoted(text, "1,8 mètre d’épaisseur") == (
        "Le glacier de Corvassey, dans le canton du Valais, a perdu en moyenne 1,8 mètre d’épaisseur en 2023"
    )
    assert quoted(text, "l’Observatoire alpin").endswith("l’Observatoire alpin des neiges et de la glace.")


@pytest.mark.parametrize(
    "opening",
    [
        "Contrairement à ce qu’ont affirmé plusieurs comptes, il n’est pas exact que",
        "Les élus rejettent en bloc l’idée lancée samedi",
        "Dans le dernier roman de Paul Renaud",
        "Selon le tract distribué mardi",
        "L’avocat conteste que",
        "Si la crue dépasse trois mètres",
    ],
)
def test_no_length_separates_a_denial_a_condition_or_a_speaker_from_what_it_is_about(opening):
    """Seventy commas away; behind the answer as before it."""
    cities = ", ".join(f"ville {n}" for n in range(70))
    text = f"{opening}, {cities}, le stade serait vendu 4 millions d’euros."
    assert quoted(text, "4 millions") == text
    text = f"Le stade est vendu 4 millions d’euros, {cities}, {opening.lower()}."
    assert quoted(text, "4 millions") == text


def test_what_is_said_stays_in_its_quotation_marks():
    """A long quotation is not cut; the words around it are, where they take nothing back."""
    many = ", ".join(f"ville {n}" for n in range(30))
    text = f"Au gymnase ont ouvert {many}, avec sur un mur : « Cela fait deux ans, au moins, {'bien ' * 30}long »."
    assert quoted(text, "deux ans") == f"« Cela fait deux ans, au moins, {'bien ' * 30}long »."
    text = f"Au gymnase ont ouvert {many}, avec sur un mur : « Cela fait deux ans, au moins »."
    assert quoted(text, "deux ans").endswith(" : « Cela fait deux ans, au moins ».")
    assert len(quoted(text, "deux ans")) < len(text)


@given(st.text(alphabet=st.sampled_from('ab , ;:.«»“”"()–et '), max_size=400), st.integers(0, 399), st.integers(1, 40))
def test_the_part_always_holds_the_answer_and_is_of_the_sentence(text, at, length):
    """Whatever the text is, exact characters."""
    a = article(text)
    first, last = min(at, len(a.text)), min(at + length, len(a.text))
    start, end = clause(a, 0, len(a.text), (first, last))
    assert 0 <= start <= first <= last <= end <= len(a.text) or first == last
    assert cite(a, start, end).quote == a.text[start:end]


def test_a_list_is_shown_the_items_beside_the_one_that_was_found():
    """Two before and three after, within the budget."""
    items = "\n".join(f"- point {n}" for n in ("un", "deux", "trois", "quatre", "cinq", "six", "sept"))
    (passage,) = passages(items, "quatre")
    assert len(select([passage], 100, count).shown) == 3
    assert len(select([passage], 100, count, "list").shown) == 6
