"""Passages that hold two things of a kind, as the reader's trainer draws them."""

import json
import random

from bench.training.things import examples, passages, things, told_of

ROW = {
    "evidence": "La piscine coûtera 15 millions d’euros, trois fois plus que le gymnase, livré pour 5 millions.",
    "title": "Brume refait sa piscine",
    "lang_e": "fr",
    "claims": [
        {"text": "15 millions d’euros.", "label": "carried", "question": "Combien coûtera la piscine ?"},
        {"text": "5 millions", "label": "contradicted", "question": "Combien coûtera la piscine ?"},
        {"text": "15 millions d’euros", "label": "not_said", "question": "Combien coûtera le stade ?"},
        {"text": "La piscine sera refaite.", "label": "carried"},
    ],
}


def test_an_answer_is_found_in_the_passage_and_a_near_miss_has_none():
    """With the headline above it, and without the claim's full stop."""
    told = told_of(ROW)
    ((question, start, end),) = told.answered
    assert question == "Combien coûtera la piscine ?" and told.window[start:end] == "15 millions d’euros"
    assert told.window.startswith("Brume refait sa piscine\n\n") and told.missed == ("Combien coûtera le stade ?",)


def test_both_are_drawn_about_one_window_and_what_is_kept_is_not_drawn(tmp_path):
    """The same passages are kept each time."""
    rows = [ROW | {"evidence": f"{ROW['evidence']} {n}"} for n in range(40)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    kept = {told.window for told in passages(tmp_path, kept=True)}
    n, draw = things(tmp_path)
    assert 0 < len(kept) < 20 and n == 2 * (40 - len(kept))
    for seed in range(30):
        one, near_miss = draw(random.Random(seed))
        assert one.window == near_miss.window not in kept
        assert one.window[one.start : one.end] == "15 millions d’euros" and near_miss.start == -1
    assert {each.window for each in examples(tmp_path)} == kept
