"""Reading files of claims, and the shares a checker is measured by."""

import json

import pytest

from bench.quality.check_claims import Checked, cases, judge, table, written
from bench.training.train_checker import Row, bar, calibration, passed
from bench.training.train_checker import table as validation_table
from rag.verification.checker import Pair

EVIDENCE = "Il est faux que la maire ait vendu le stade, selon la préfecture."


def lines(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_written_claims(tmp_path):
    claims = [
        {"text": "La maire n'a pas vendu le stade.", "lang": "fr", "label": "carried", "kind": "denial"},
        {"text": "The mayor sold the stadium.", "lang": "en", "label": "contradicted", "kind": "denial"},
    ]
    path = lines(tmp_path / "a.jsonl", {"evidence": EVIDENCE, "lang_e": "fr", "claims": claims})
    one, other = written(path)
    assert one.pair == Pair("La maire n'a pas vendu le stade.", EVIDENCE)
    assert (other.label, other.told, other.claimed, other.kind) == ("contradicted", "fr", "en", "denial")


@pytest.mark.parametrize(
    ("row", "labels"),
    [
        (
            {"true": "La maire n'a pas vendu le stade.", "false": "La maire a vendu le stade."},
            ["carried", "not_carried"],
        ),
        ({"false": ["La maire a vendu le stade.", "Le stade est vendu."]}, ["not_carried", "not_carried"]),
        ({"claim": "La maire a vendu le stade.", "label": "false"}, ["not_carried"]),
        ({"claim": "La maire n'a pas vendu le stade.", "label": True}, ["carried"]),
    ],
)
def test_cases(tmp_path, row, labels):
    """Under the names true and false, or as a claim with a label."""
    found = list(cases(lines(tmp_path / "c.jsonl", {"evidence": EVIDENCE} | row)))
    assert [q.label for q in found] == labels
    assert all((q.told, q.claimed, q.pair.evidence) == ("fr", "fr", EVIDENCE) for q in found)


def test_across_is_believed(tmp_path):
    row = {"evidence": EVIDENCE, "claim": "Stade.", "label": "false", "across": True}
    ((_, _, _, told, claimed),) = cases(lines(tmp_path / "c.jsonl", row))
    assert told != claimed


def test_a_line_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SystemExit, match=r"c\.jsonl, line 1: cannot be read; it has evidence, other"):
        list(cases(lines(tmp_path / "c.jsonl", {"evidence": EVIDENCE, "other": "x"})))


class Half:
    """A checker that is half sure of everything in one language."""

    def verdicts(self, pairs):
        return [(0.5, 0.4, 0.1)]

    def verdict(self, probabilities, across=False):
        return "contradicted" if across else "carried"


def test_shares_by_checker_by_rules_and_by_both(tmp_path):
    """Each row counts in its own share: false ones shown, true ones kept."""
    claims = [
        {"text": "La maire a vendu 3 stades.", "lang": "fr", "label": "contradicted", "kind": "number"},
        {"text": "Il est faux que la maire ait vendu le stade.", "lang": "fr", "label": "carried", "kind": "denial"},
        {"text": "The mayor sold the stadium.", "lang": "en", "label": "not_said", "kind": "denial"},
    ]
    path = lines(tmp_path / "a.jsonl", {"evidence": EVIDENCE, "lang_e": "fr", "claims": claims})
    rows = judge(Half(), list(written(path)))
    assert [c.verdict for c in rows] == ["carried", "carried", "contradicted"]
    assert [c.by_rules for c in rows][:2] == [False, True]
    text = "\n".join(table(rows, by_kind=True))
    assert "| all | 0.500 " in text and "| kind: number | 1.000 " in text and "| fr>en | 0.000 " in text


def test_an_empty_share_is_no_number():
    assert "- n=0" in next(
        line for line in table([Checked(True, "carried", "", "fr>fr", "carried", True)], False) if "across" in line
    )


def rows_of(true, false, set_="claims written for citeline", languages="fr>fr"):
    return [
        Row(set_, languages, label, "", (p, (1 - p) * 0.6, (1 - p) * 0.4))
        for label, each in (("carried", true), ("contradicted", false))
        for p in each
    ]


def test_false_ones_that_pass_where_true_ones_are_kept():
    """At 90 % kept the bar is the probability that nine of ten true claims reach."""
    true = [k / 100 for k in range(100)]
    rows = rows_of(true, [0.05, 0.09, 0.1, 0.5])
    assert bar(rows, 0.9) == 0.1
    assert passed(rows, 0.9) == 0.5
    assert any("| claims written for citeline | 100 | 4 | | | |" in line for line in validation_table(rows))


def test_thresholds_come_from_written_claims_where_there_are_enough():
    """What passes is counted, in one language and across; all sets stand in where the written ones are few."""
    written_rows = rows_of([0.9] * 35 + [0.1] * 35, [0.8] + [0.7] + [0.2] * 18)
    other = rows_of([0.4] * 70, [0.1] * 20, "other") + rows_of([0.3] * 20, [0.1] * 20, "other", "fr>en")
    fitted = calibration(written_rows + other)
    assert (fitted["same"]["false_passed"], fitted["same"]["n_true"], fitted["same"]["true_kept"]) == (0.1, 70, 0.5)
    assert (fitted["across"]["false_passed"], fitted["across"]["true_kept"]) == (0.0, 0.0)
    assert calibration(rows_of([0.9] * 5, [0.1] * 5)) == {}
