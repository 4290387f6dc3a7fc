"""Article -> Chunks and sentences: whatever the text, each is an exact slice and knows its lines."""

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from index.documents.encoding import split_lines
from index.text import sentence_splitting
from index.text.chunking import CHUNK_CHARS, chunks, span_at
from index.text.sentence_splitting import sentences
from index.types import Article

PIECES = [
    *"abcXYZ019éÀœ",
    "🌉", "e\u0301", "\n", "\r", "\r\n", "\n\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\t", "\ufeff", "\u0301", "\u00a0",
    "\u202f", "\u200b", " ", "  ", "« ", " »", "“", "”", ".", "…", "!", "?", ",", ";", "。", "M. Dupont", "J.-C. ",
    "un mot assez long pour remplir ", "Une phrase entière, avec une virgule. ", "x" * 90, "mot " * 60, "-", "(", ")",
]  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=150).map("".join)
QUICK = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


def article(text):
    return Article("a.txt", "t", "", "fr", split_lines(text), "0" * 64, "/nowhere/a.txt")


def uncovered(text, slices):
    """Characters of `text` in none of the (start, end), in order; fails when two overlap or one comes too early."""
    end, left = 0, ""
    for start, stop in slices:
        assert end <= start < stop
        left += text[end:start]
        end = stop
    return left + text[end:]


def check(source):
    """The chunks of an article, after checking all that is promised of them."""
    found = chunks(source)
    for chunk in found:
        start, end = chunk.start, chunk.start + len(chunk.text)
        assert source.text[start:end] == chunk.text
        assert len(chunk.text) <= CHUNK_CHARS
        assert chunk.text.strip() == chunk.text != ""
        # The lines, counted in another way than the code does: the slice lies inside the lines that are named.
        first, last = chunk.span.first, chunk.span.last
        before = sum(len(line) + 1 for line in source.lines[: first - 1])
        lines = "\n".join(source.lines[first - 1 : last])
        assert 1 <= first <= last <= len(source.lines)
        assert lines[start - before : end - before] == chunk.text
        assert start - before <= len(source.lines[first - 1])
        assert chunk.text.count("\n") == last - first
    assert not uncovered(source.text, [(c.start, c.start + len(c.text)) for c in found]).strip()
    return found


@QUICK
@given(TEXT)
def test_chunks_are_slices_that_cover_the_article(text):
    """In order, apart from each other, exact, within the limit, with their own lines, and nothing but space left
    out."""
    check(article(text))


def test_equal_lines_keep_their_places():
    """A thousand equal lines: each chunk has its own lines, they follow each other and reach the last one."""
    found = check(article("Le pont de Vernay rouvrira lundi.\n" * 1000))
    assert found[0].span.first == 1 and found[-1].span.last == 1000
    assert all(after.span.first == before.span.last + 1 for before, after in pairwise(found))


def test_a_refrain_is_cited_where_it_stands():
    """A verse that comes back is a chunk of its own each time, with its own lines."""
    verse = "Le vent se lève, il faut tenter de vivre, et la mer recommence. " * 9
    found = check(article("\n\n".join([verse.strip()] * 5)))
    assert [chunk.span.first for chunk in found] == [1, 3, 5, 7, 9]
    assert len({chunk.text for chunk in found}) == 1


@pytest.mark.parametrize("word", ["x", "é", "🌉", "mot ", "Une phrase. ", "a,"])
def test_a_very_long_line_is_cut(word):
    """100,000 characters without a line end, with or without spaces, become chunks of that one line."""
    found = check(article(word * (100_000 // len(word))))
    assert len(found) >= 100_000 // CHUNK_CHARS
    assert {(chunk.span.first, chunk.span.last) for chunk in found} == {(1, 1)}


def test_paragraphs_are_cut_before_sentences_and_sentences_before_words():
    """Two paragraphs too long for one chunk are parted at the blank line; a long one after a full stop."""
    one, two = "Première phrase ici. " * 20, "Deuxième phrase là. " * 25
    found = check(article(f"{one.strip()}\n\n{two.strip()}"))
    assert [chunk.text for chunk in found] == [one.strip(), two.strip()]
    assert all(chunk.text.endswith(".") for chunk in check(article("Une phrase de plus, encore. " * 100)))


def test_short_articles_are_one_chunk():
    """An article within the limit is not cut at all."""
    assert [chunk.text for chunk in chunks(article("Titre\n\nCorps.\n"))] == ["Titre\n\nCorps."]


def test_blank_articles_have_no_chunk():
    """Space alone is nothing to find."""
    assert chunks(article("\n \n\u00a0\t\n")) == []


def test_lines_are_counted_from_one_and_include_both_ends():
    """Line 1 is the first; a slice that ends before a line end does not reach into the next line."""
    text = "un\ndeux\ntrois"
    assert str(span_at("a", text, 0, 2)) == "a:1"
    assert str(span_at("a", text, 1, 4)) == "a:1-2"
    assert str(span_at("a", text, 3, len(text))) == "a:2-3"


# --- sentences -----------------------------------------------------------------------------------------------------


@QUICK
@given(TEXT)
def test_sentences_are_slices_that_cover_the_text(text):
    """In order, apart from each other, without space at their ends, within one line, and nothing but space left out."""
    text = article(text).text
    found = list(sentences(text))
    for start, end in found:
        assert text[start:end] == text[start:end].strip() != ""
        assert "\n" not in text[start:end]
    assert not uncovered(text, found).strip()


@pytest.mark.parametrize(
    "parts",
    [
        ["M. Dupont est venu.", "Il est parti."],
        ["Am 3. Februar wurde es gestohlen.", "Der 27. Marathon fand statt."],
        ["Il y en a 12.", "Mars fut froid."],
        ["C’est Mme. Vidal qui parle.", "Elle part."],
        ["César meurt en 44 av. J.-C. à Rome.", "Auguste règne."],
        ["Les travaux ont coûté 3,2 millions d’euros.", "Ils ont duré 1.5 an."],
        ["The U.S. Senate voted.", "It passed by 3.5 points."],
        ["« Non ! », a-t-il dit.", "Elle a ri."],
        ["« Non ! » a-t-il dit.", "Elle a ri."],
        ["Il a crié : « Viens ! »", "Elle vint."],
        ["“Never!” he said.", "“Why?”", "She left."],
        ["Il hésite… puis repart.", "Il revient…", "Enfin."],
        ["Quand rouvre-t-il ?", "Lundi !", "Enfin."],
        ["J. K. Rowling a signé.", "E. Macron aussi."],
        ["Le livre est fini.", "J. K. Rowling l’a signé."],
        ["Voir l’art. 5 et la p. 12.", "Puis le no. 3."],
        ["Er kam z.B. Montag.", "Dann ging er."],
        ["桥开了。", "真的！"],
        ["Sans point final"],
    ],
)
def test_sentences_end_where_a_reader_would_stop(parts):
    """Titles, initials, abbreviations, numbers and quoted cries do not end a sentence; the stops that do, do."""
    text = " ".join(parts)
    assert [text[start:end] for start, end in sentences(text)] == parts


STOPS = [
    *PIECES,
    "am 3. ",
    "Februar ",
    "der  27.",
    "12",
    "approx.",
    "(M",
    "İ.",
    "J.",
    "...",
    "!!!",
    ".»",
    '."',
    " . ",
    "l’",
    "。",
    "am ",
    "e.g.",
]


@settings(max_examples=400, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(STOPS), max_size=60).map("".join))
def test_a_few_characters_before_a_stop_tell_as_much_as_the_whole_line(text):
    """Looking at a few characters around a stop finds what looking at the whole line finds."""
    assume(max(map(len, text.split()), default=0) < 20)
    found = list(sentences(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sentence_splitting, "_LOOKED_AT", 1_000_000)
        assert list(sentences(text)) == found


LISTS = Path(__file__).parents[2] / "files/sentences"


@pytest.mark.parametrize(
    "text",
    [
        "Le sgt. Dubreuil a vu le lt. Mercier.",
        "C’est le brig. Faure qui conduisait.",
        "Sie wohnt in der Lindenstr. 7 in Vessen.",
        "Das Haus am Schillerpl. 12 steht leer.",
    ],
)
def test_a_rank_or_a_street_cut_short_ends_no_sentence(text):
    assert len(list(sentences(text))) == 1
    longer = "Das Haus steht in der Lindenstr. Der Ort ist klein."
    assert [longer[start:end] for start, end in sentences(longer)][1:] == ["Der Ort ist klein."]


@pytest.mark.parametrize(("name", "n", "right"), [("tuned", 159, 157), ("untouched", 154, 151)])
def test_sentences_of_six_languages_end_where_they_should(name, n, right):
    """Abbreviations, initials, times, quotes and items; the second list was written once the rules stood."""
    rows = [row.partition("\t")[2].split("‖") for row in (LISTS / f"{name}.txt").read_text("utf-8").splitlines()]
    wrong = []
    for parts in rows:
        text = " ".join(parts)
        if [text[start:end] for start, end in sentences(text)] != parts:
            wrong.append(text)
    assert len(rows) == n
    assert n - len(wrong) >= right, wrong


@pytest.mark.parametrize(
    "unit", ["mot. ", "M. ", "1. ", "a b c ", "J.-P. ", "x", "!!!", ". . .", '" ', ".»", "。", "am 3. ", " ", ". a"]
)
def test_a_megabyte_on_one_line_is_cut_in_linear_time(unit):
    """It took minutes to hours when each stop looked at all the line before and behind it."""
    text = unit * (500_000 // len(unit)) + "x" + unit * (500_000 // len(unit))
    began = time.monotonic()
    found = list(sentences(text))
    assert time.monotonic() - began < 60
    assert not uncovered(text, found).strip()


def test_a_line_end_ends_a_sentence():
    """A headline without a full stop is not joined to the paragraph below it."""
    text = "Le pont rouvre\n\nLa maire l’a dit.\nFin"
    assert [text[start:end] for start, end in sentences(text)] == ["Le pont rouvre", "La maire l’a dit.", "Fin"]


def test_text_without_sentences_has_none():
    """Nothing but space gives nothing."""
    assert list(sentences("")) == list(sentences(" \n\u00a0\n")) == []
