"""`citeline check DRAFT`: each sentence as soon as it is checked, a summary, and one line for what is no draft."""

import json
import re
import shutil
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from checked_library import built, fact_checker
from command import ROOT, one_line, run
from fake_checker import WordChecker

from ui.cli.check.claims import CheckError
from ui.cli.check.command import print_checked
from ui.cli.check.drafts import MOST_BYTES, read_draft

DRAFT = """# The bridge

The old ferry is for sale. The works cost 3.2 million euros.

“The bridge is very safe”, said Claire Vidal. Who pays?
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return built(tmp_path_factory.mktemp("check"))


def test_each_sentence_is_shown_with_its_lines_and_then_a_summary(path, capsys):
    """Verdict, sentence, file and line, the exact words; quotations below their sentence."""
    print_checked(DRAFT, lambda: fact_checker(path), as_json=False)
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "line 3: CONTRADICTED: The old ferry is for sale.",
        "    bridge.txt:9  The old ferry is not for sale.",
        "line 3: carried: The works cost 3.2 million euros.",
        "    bridge.txt:3  The works cost 3.2 million euros.",
        "line 5: NOT SAID: “The bridge is very safe”, said Claire Vidal.",
        "    “The bridge is very safe”: ALTERED",
        "      bridge.txt:5  The bridge is safe",
        "      “very” is “…” in the article",
        "3 sentences: 1 carried, 1 contradicted, 1 not said; 1 quotation: 1 altered",
    ]
    assert err == "checking 3 …\n"


def test_json_is_the_report_and_nothing_else(path, capsys):
    print_checked(DRAFT, lambda: fact_checker(path), as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["summary"]["sentences"] == 3 and len(found["sentences"]) == 3


def test_what_was_printed_stays_when_it_is_stopped(path, capsys):
    """The sentences before it are there, and no summary of a half."""
    with pytest.raises(KeyboardInterrupt):
        print_checked(
            "The old ferry is for sale. Cats swim here.",
            lambda: fact_checker(path, WordChecker(stop_after=7)),
            as_json=False,
        )
    assert capsys.readouterr().out.startswith("line 1: CONTRADICTED: The old ferry is for sale.\n    bridge.txt:9")


def test_nothing_in_a_draft_or_an_article_writes_to_the_terminal(tmp_path, capsys):
    """Control characters and marks of direction are shown, not obeyed."""
    library = built(
        tmp_path, {"a.txt": "The ferry \x1b[31m is \u202eold and “very \x1b]0;x\x07 slow”, said Paul Renaud."}
    )
    draft = "The ferry \x1b[31m is \u202eold.\n\nIt is “very \x1b]0;x\x07 quick” said \x9b Paul.\n"
    print_checked(draft, lambda: fact_checker(library), as_json=False)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", capsys.readouterr().out)


@pytest.mark.parametrize("draft", ["# Only a heading", "Who pays?", "- \n- \n", "***", "| a | b |"])
def test_a_draft_that_claims_nothing_is_refused_before_a_model_is_loaded(draft):
    with pytest.raises(CheckError, match="no sentence that claims something"):
        print_checked(draft, lambda: pytest.fail("the models were loaded"), as_json=False)


def refused(source):
    with pytest.raises(CheckError) as error:
        read_draft(str(source))
    assert "\n" not in str(error.value) and "\x1b" not in str(error.value)
    return str(error.value)


def test_what_is_no_draft_is_named(tmp_path):
    """What was found, what was expected, what to type."""
    assert "no such file" in refused(tmp_path / "none.md") and ".txt or .md" in refused(tmp_path / "none.md")
    assert "is a folder: name one file" in refused(tmp_path)
    for name, data, said in (
        ("empty.md", b"", "is empty"),
        ("blank.txt", b" \n\t\n", "is empty"),
        ("marks.txt", "… — !".encode(), "is empty"),
        ("draft.docx", b"PK\x03\x04", "does not end in .txt or .md"),
        (
            "photo.md",
            b"\xff\xd8\xff\xe0" + bytes(range(256)),
            "it is a picture, not text. Save the draft as plain text",
        ),
        ("zeros.txt", b"a\x00b" * 100, "Save the draft as plain text"),
        ("long.md", b"The bridge is closed. " * 100_000, f"more than {MOST_BYTES:,} bytes"),
        ("\x1b[31m.md", b"", "is empty"),
    ):
        (tmp_path / name).write_bytes(data)
        assert said in refused(tmp_path / name), name


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_draft_may_be_in_any_usual_encoding(tmp_path, encoding):
    (tmp_path / "draft.TXT").write_bytes("L’été est là.".encode(encoding))
    assert read_draft(str(tmp_path / "draft.TXT")) == "L’été est là."


def test_a_draft_may_come_from_stdin(monkeypatch):
    """Whatever is piped in is held to the same."""
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO("Le pont est fermé.".encode())))
    assert read_draft("-") == "Le pont est fermé."
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"")))
    assert "stdin is empty" in refused("-")
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"x" * 2_000_000)))
    assert "stdin has more than" in refused("-")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("a.md", "--out", "b.jsonl"),
        ("--claims", "a.jsonl"),
        ("a.md", "--claims", "a.jsonl", "--out", "b.jsonl"),
        ("--claims", "a.jsonl", "--out", "b.jsonl", "--json"),
        ("--claims", "a.jsonl", "--out", "b.jsonl", "--library", "x"),
    ],
)
def test_a_draft_or_claims_but_not_both(arguments, tmp_path):
    line = one_line(run("check", *arguments, cwd=tmp_path))
    assert "citeline check DRAFT.md" in line and "--claims IN --out OUT" in line


def test_the_library_is_looked_at_before_models_are_loaded(tmp_path):
    (tmp_path / "draft.md").write_text("The bridge is closed.")
    line = one_line(run("check", tmp_path / "draft.md", "--library", tmp_path / "lib"))
    assert "citeline index FOLDER" in line
    line = one_line(run("check", tmp_path / "draft.md", "--library", built(tmp_path)))
    assert "embedder" in line or "embeddinggemma" in line


@pytest.mark.model
def test_a_draft_with_the_real_models(tmp_path):
    """EmbeddingGemma and the checker's weights, on two articles of the seeds."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("2024-03_pont-vermelles_bilan.txt", "2024-04_delvaux-trains-de-nuit.txt"):
        shutil.copy(Path(ROOT) / "seeds" / "articles" / name, folder)
    done = run("index", folder, "--library", tmp_path / "library")
    assert done.returncode == 0, done.stderr
    draft = tmp_path / "draft.md"
    draft.write_text(
        "# Vermelles\n\nUn pont neuf coûterait 9,5 millions d’euros.\n\nLe ministre Antoine Delvaux a démissionné.\n\n"
        "« Nous n’avons jamais reçu de demande écrite de limitation de tonnage », a affirmé Luc Ferrandi.\n",
        encoding="utf-8",
    )
    done = run("check", draft, "--library", tmp_path / "library", "--json")
    assert done.returncode == 0, done.stderr
    cost, minister, quotation = json.loads(done.stdout)["sentences"]
    assert cost["verdict"] == "carried" and cost["citations"][0]["first"] == 9
    assert minister["verdict"] == "contradicted"
    assert quotation["quotes"][0]["standing"] == "other_speaker"
