"""Which questions `bench answers` asks, by its options."""

import argparse
import json

from bench.paths import SEEDS
from bench.quality import written
from bench.quality.answers import chosen

PARAGRAPH = {
    "context": "Le pont est fermé. Il rouvrira en mai.",
    "qas": [{"id": "q", "question": "Quand ?", "answers": [{"text": "en mai", "answer_start": 31}]}],
}


def options(**given):
    return argparse.Namespace(**({"piaf": None, "written": "", "n": 3, "half": "held-out"} | given))


def test_without_options_the_seeds(tmp_path):
    cases, articles = chosen(options(), tmp_path / "piaf")
    assert articles == SEEDS / "articles" and articles.is_dir()
    assert len(cases) == len((SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines())


def test_the_questions_written_by_hand_are_a_sample(tmp_path):
    cases, articles = chosen(options(written="same"), tmp_path / "piaf")
    assert len(cases) == 3 and articles == written.FOLDER / "articles"
    assert all((articles / gold.article_id).is_file() for case in cases for gold in case.gold)


def test_a_file_is_asked_three_times_and_its_paragraphs_are_articles(tmp_path):
    """With everything there, its paragraph hidden, its article hidden; a sentence a line."""
    piaf = tmp_path / "piaf.json"
    piaf.write_text(json.dumps({"data": [{"title": "Pont", "paragraphs": [PARAGRAPH]}]}), encoding="utf-8")
    asked = []
    for half in ("tuning", "held-out"):  # an article is in one of them
        cases, articles = chosen(options(piaf=piaf, half=half), tmp_path / half)
        assert (articles / "000/000.txt").read_text(encoding="utf-8") == "Le pont est fermé.\nIl rouvrira en mai."
        asked += cases
    assert [case.kind for case in asked] == ["answerable", "near_miss", "off_corpus"]
    assert (asked[0].answers, asked[0].gold[0].first) == (("en mai",), 2)
    assert (asked[1].hidden, asked[2].hidden) == (("000/000.txt",), ("000/",))
