"""`citeline check --claims`: verdicts in their order, resumed where they were, and one line for what cannot be read."""

import json
import os

import pytest
from command import one_line, run
from fake_checker import WordChecker

from ui.cli.check.claims import CheckError, check_claims

ROWS = [
    {"id": "a", "claim": "The bridge is old.", "evidence": "The bridge is old and narrow."},
    {"id": 2, "claim": "The bridge is old.", "evidence": "The bridge is not old."},
    {"id": "2", "claim": "The bridge is blue.", "evidence": "The bridge is old.", "question": None},
    {"id": "é", "claim": "It is old.", "evidence": "The bridge is old.", "question": "Is it old?", "label": "x"},
]
VERDICTS = ["carried", "contradicted", "not_said", "carried"]


@pytest.fixture
def source(tmp_path):
    return written(tmp_path / "in.jsonl", ROWS)


def written(path, rows):
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def results(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check(source, out, checker=None):
    checker = checker or WordChecker()
    check_claims(source, out, lambda: checker)
    return checker


def unloaded():
    pytest.fail("the models were loaded")


def refused(source, out):
    """The line that refuses, before a model is loaded."""
    with pytest.raises(CheckError) as error:
        check_claims(source, out, unloaded)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_each_claim_gets_a_verdict_and_a_score_in_order(source, tmp_path, capsys):
    """1 and "1" are two ids; keys that are not known are passed over; the question is read with its claim."""
    checker = check(source, tmp_path / "out.jsonl")
    found = results(tmp_path / "out.jsonl")
    assert [list(row) for row in found] == [["id", "verdict", "score"]] * 4
    assert [row["id"] for row in found] == ["a", 2, "2", "é"] and [row["verdict"] for row in found] == VERDICTS
    assert [row["score"] for row in found] == pytest.approx([0.95, 0.025, 0.025, 0.95])
    assert checker.pairs[3] == ("It is old.", "The bridge is old.", "Is it old?")
    assert capsys.readouterr().out == f"4 checked (2 carried, 1 contradicted, 1 not said): {tmp_path / 'out.jsonl'}\n"


def test_an_interrupted_run_goes_on_where_it_was(source, tmp_path):
    """What was written stays, and only the rest is checked; a run that was whole loads no model."""
    out = tmp_path / "out.jsonl"
    with pytest.raises(KeyboardInterrupt):
        check(source, out, WordChecker(stop_after=2))
    assert [row["id"] for row in results(out)] == ["a", 2]
    assert len(check(source, out).pairs) == 2
    assert [row["verdict"] for row in results(out)] == VERDICTS
    check_claims(source, out, unloaded)


@pytest.mark.parametrize("length", [1, 5, 12, 40])
def test_a_last_line_that_was_cut_short_is_dropped(source, tmp_path, length):
    """It is checked again; the lines before it are not."""
    out = tmp_path / "out.jsonl"
    check(source, out)
    whole = out.read_bytes()
    lines = whole.splitlines(keepends=True)
    out.write_bytes(b"".join(lines[:2]) + lines[2][:length])
    assert len(check(source, out).pairs) == 2
    assert out.read_bytes() == whole


def test_claims_that_were_added_in_between_come_into_their_place(source, tmp_path):
    """The results are in the order of the claims, whenever each was checked; the file stays as open as it was."""
    out = tmp_path / "out.jsonl"
    check(source, out)
    out.chmod(0o640)
    written(source, [ROWS[0], {"id": "new", "claim": "Old.", "evidence": "Old."}, *ROWS[1:]])
    assert len(check(source, out).pairs) == 1
    assert [row["id"] for row in results(out)] == ["a", "new", 2, "2", "é"]
    assert out.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "line",
    [
        '{"id": 1, "claim": "x"}',
        '{"id": 1, "evidence": "x"}',
        '{"claim": "x", "evidence": "x"}',
        '{"id": null, "claim": "x", "evidence": "x"}',
        '{"id": true, "claim": "x", "evidence": "x"}',
        '{"id": [1], "claim": "x", "evidence": "x"}',
        '{"id": 1, "claim": ["x"], "evidence": "x"}',
        '{"id": 1, "claim": "x", "evidence": null}',
        '{"id": 1, "claim": "x", "evidence": "x", "question": 3}',
        '{"id": 1, "claim": "x", "evid',
        "[1]",
        "3",
        "[" * 100_000,
        "\x00\x01\x02",
    ],
)
def test_a_row_that_is_none_is_named_by_its_line(tmp_path, line):
    """Empty lines count as lines; nothing is written."""
    source = tmp_path / "in.jsonl"
    source.write_text(f"{json.dumps(ROWS[0])}\n\n{line}\n", encoding="utf-8")
    said = refused(source, tmp_path / "out.jsonl")
    assert "in.jsonl:3 is not" in said and "correct that line" in said
    assert not (tmp_path / "out.jsonl").exists()


def test_two_claims_with_one_id_are_named(tmp_path):
    source = written(tmp_path / "in.jsonl", [ROWS[0], ROWS[1], ROWS[0]])
    said = refused(source, tmp_path / "out.jsonl")
    assert 'in.jsonl:3 has the id of line 1, "a": give each claim its own' in said


def test_files_that_are_none_are_refused(source, tmp_path):
    """Each with what was expected."""
    out = tmp_path / "out.jsonl"
    assert "no such file" in refused(tmp_path / "none.jsonl", out)
    assert "is a folder" in refused(tmp_path, out)
    (tmp_path / "empty.jsonl").write_text("\n \n")
    assert "contains no claims" in refused(tmp_path / "empty.jsonl", out)
    (tmp_path / "photo.jsonl").write_bytes(b"\xff\xd8\xff\x00" * 500)
    assert "photo.jsonl:1 is not" in refused(tmp_path / "photo.jsonl", out)
    assert "no such folder" in refused(source, tmp_path / "none" / "out.jsonl")
    assert "cannot be written" in refused(source, tmp_path)


def test_the_claims_are_never_overwritten(source, tmp_path):
    """By whatever name OUT leads to IN."""
    before = source.read_bytes()
    os.link(source, tmp_path / "hard.jsonl")
    (tmp_path / "soft.jsonl").symlink_to(source)
    for name in ("in.jsonl", "hard.jsonl", "soft.jsonl"):
        assert "would overwrite" in refused(source, tmp_path / name)
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        "my notes, without a line ending",
        "my notes\n",
        '{"id": "other", "verdict": "carried", "score": 1.0}\n',
        '{"id": "a", "verdict": "true", "score": 1.0}\n',
        '{"id": "a", "verdict": "carried"}\n',
        '{"id": "a", "verdict": "carried", "score": 1.0}\n{"id": "a", "verdict": "carried", "score": 1.0}\n',
    ],
)
def test_a_file_that_holds_anything_else_is_left_as_it_is(source, tmp_path, content):
    """Somebody's notes, or the results of other claims."""
    out = tmp_path / "out.jsonl"
    out.write_text(content)
    said = refused(source, out)
    assert f"out.jsonl:{content.count(chr(10)) or 1} is not the result of a claim" in said
    assert out.read_text() == content


def test_half_a_character_is_no_character(tmp_path):
    """A lone surrogate, which JSON can hold and no tokenizer takes, is read as "?"."""
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "\\ud800", "claim": "a \\ud800", "evidence": "b"}\n')
    assert check(source, tmp_path / "out.jsonl").pairs == [("a ?", "b", "")]
    check_claims(source, tmp_path / "out.jsonl", unloaded)


def test_the_command_says_in_one_line_what_it_needs(source, tmp_path):
    """No traceback; an embedder that is not there is named once the rows are known to be good."""
    assert "--out" in one_line(run("check", "--claims", source))
    assert "in.jsonl:1 is not" in one_line(
        run("check", "--claims", written(tmp_path / "in.jsonl", [{}]), "--out", tmp_path / "out.jsonl")
    )
    written(source, ROWS)
    told = run("check", "--claims", source, "--out", tmp_path / "out.jsonl", "--embedder", "gemma9")
    assert "gemma9" in one_line(told)


@pytest.mark.model
def test_with_the_real_checker(tmp_path):
    """EmbeddingGemma and the checker's weights: a figure that is other is not carried, in whichever language."""
    evidence = "Les travaux du pont de Vernay ont coûté 3,2 millions d’euros."
    rows = [
        {"id": 1, "claim": "Le pont de Vernay a coûté 3,2 millions d’euros.", "evidence": evidence},
        {"id": 2, "claim": "The bridge of Vernay cost 5 million euros.", "evidence": evidence},
        {"id": 3, "claim": "Le maire collectionne les timbres.", "evidence": evidence},
    ]
    done = run("check", "--claims", written(tmp_path / "in.jsonl", rows), "--out", tmp_path / "out.jsonl")
    assert done.returncode == 0, done.stderr
    first, second, third = results(tmp_path / "out.jsonl")
    assert first["verdict"] == "carried" and first["score"] >= 0.5
    assert second["verdict"] != "carried" and second["score"] == 0
    assert third["verdict"] == "not_said"
