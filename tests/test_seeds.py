"""The seeds keep their word: gold lines hold the answers, and the articles stay as untidy as they are meant to be."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
ARTICLES = {path.name: path for path in (SEEDS / "articles").iterdir()}
QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").split("\n") if line]
ANSWERABLE = [question for question in QUESTIONS if question["gold"]]
UNANSWERABLE = [question for question in QUESTIONS if not question["gold"]]

UNANSWERABLE_KINDS = {"off_corpus", "near_miss", "wrong_entity", "wrong_year"}
SHORT_KINDS = {"fact", "number", "date", "place", "person"}
KINDS = UNANSWERABLE_KINDS | SHORT_KINDS | {"quote", "why", "yes_no", "list", "cross_language"}


def text_of(name):
    return ARTICLES[name].read_bytes().decode("utf-8-sig")


def lines_of(name):
    return re.split(r"\r\n|\r|\n", text_of(name))


def gold_lines(entry):
    return lines_of(entry["article"])[entry["first"] - 1 : entry["last"]]


def by_id(questions):
    return pytest.mark.parametrize("question", questions, ids=[question["id"] for question in questions])


@by_id(ANSWERABLE)
def test_gold_ranges_exist(question):
    """Every gold range lies inside its article, and its first and last lines are not blank."""
    for entry in question["gold"]:
        assert entry["article"] in ARTICLES
        assert 1 <= entry["first"] <= entry["last"] <= len(lines_of(entry["article"]))
        lines = gold_lines(entry)
        assert lines[0].strip() and lines[-1].strip()


@by_id(ANSWERABLE)
def test_answers_stand_in_gold_lines(question):
    """Every accepted answer is found, character for character, in at least one gold line."""
    lines = [line for entry in question["gold"] for line in gold_lines(entry)]
    assert question["answer"]
    for answer in question["answer"]:
        assert answer.strip()
        assert any(answer in line for line in lines), answer


@by_id([question for question in ANSWERABLE if question["kind"] in SHORT_KINDS])
def test_gold_lines_hold_an_answer(question):
    """For short factual answers every gold line, taken alone, holds an accepted answer."""
    for entry in question["gold"]:
        for line in gold_lines(entry):
            assert any(answer in line for answer in question["answer"]), entry


@by_id([question for question in ANSWERABLE if question["kind"] not in SHORT_KINDS])
def test_gold_ranges_hold_an_answer(question):
    """For the other kinds every gold range holds an accepted answer."""
    for entry in question["gold"]:
        assert any(answer in "\n".join(gold_lines(entry)) for answer in question["answer"]), entry


@by_id([question for question in ANSWERABLE if question["kind"] == "cross_language"])
def test_cross_language_answers_are_translated(question):
    """A question in one language about an article in the other carries its answer in both."""
    assert question["answer_translated"]


@by_id(UNANSWERABLE)
def test_unanswerable_questions_have_no_answer(question):
    """A question without gold lines has no accepted answer, and its kind says why."""
    assert question["answer"] == []
    assert question["kind"] in UNANSWERABLE_KINDS


def test_questions_are_well_formed():
    """Ids and questions are unique, kinds and languages are known, answerable kinds have gold lines."""
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)
    for question in QUESTIONS:
        assert question["kind"] in KINDS, question["id"]
        assert question["language"] in {"fr", "en"}, question["id"]
        assert bool(question["gold"]) == (question["kind"] not in UNANSWERABLE_KINDS), question["id"]


def test_every_kind_is_asked():
    """Each kind occurs, and at least ten questions cross languages."""
    kinds = Counter(question["kind"] for question in QUESTIONS)
    assert set(kinds) == KINDS
    assert kinds["cross_language"] >= 10


def test_there_is_enough_of_everything():
    """At least 12 articles and 60 questions, a third of them unanswerable, mostly in French and some in English."""
    languages = Counter(question["language"] for question in QUESTIONS)
    assert len(ARTICLES) >= 12
    assert len(QUESTIONS) >= 60
    assert 3 * len(UNANSWERABLE) >= len(QUESTIONS)
    assert languages["fr"] > languages["en"] >= 20


def test_every_article_answers_something():
    """No article is there for nothing: each one is a gold article of some question."""
    assert {entry["article"] for question in ANSWERABLE for entry in question["gold"]} == set(ARTICLES)


def test_articles_have_news_length():
    """Each article is 150 to 600 words, in UTF-8, one paragraph a line."""
    for name in ARTICLES:
        assert 150 <= len(text_of(name).split()) <= 600, name
        assert len(lines_of(name)) >= 8, name


def test_articles_are_untidy_in_their_bytes():
    """One file has CRLF ends throughout, one a byte order mark, some stop without a newline, one is Markdown."""
    contents = {name: path.read_bytes() for name, path in ARTICLES.items()}
    crlf = [data for data in contents.values() if b"\r" in data]
    assert len(crlf) == 1
    assert crlf[0].count(b"\r\n") == crlf[0].count(b"\r") == crlf[0].count(b"\n")
    assert sum(data.startswith(b"\xef\xbb\xbf") for data in contents.values()) == 1
    assert sum(not data.endswith(b"\n") for data in contents.values()) >= 2
    assert [text_of(name)[:2] for name in contents if name.endswith(".md")] == ["# "]
    assert any(not name.isascii() for name in contents) and any(" " in name for name in contents)


@pytest.mark.parametrize("mark", ["«", '"', "“", "’", "'", "\u00a0", "\u202f", "—", "–", "œ", "1er"])
def test_articles_are_untidy_in_their_characters(mark):
    """Every quotation mark, apostrophe, no-break space and dash met in real articles is met in some article here."""
    assert any(mark in text_of(name) for name in ARTICLES)


def test_articles_are_untidy_in_their_shape():
    """Some articles begin with a section word, some with a dateline, some have no blank line at all."""
    firsts = [lines_of(name)[0] for name in ARTICLES]
    assert {"Politique", "Économie", "Culture", "Sport"} <= set(firsts)
    assert any(re.match(r" ?date \d{4}-\d{2} [A-Z]", first) for first in firsts)
    assert any(re.match(r"GENÈVE, 12 mars 2024 \(\w+\) –", first) for first in firsts)
    assert any("" not in [line.strip() for line in text_of(name).strip().split("\n")] for name in ARTICLES)
