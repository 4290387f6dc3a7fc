"""The `citeline` command: what it prints, and one clear line for whatever goes wrong."""

import json

import pytest
from command import one_line, run


@pytest.mark.parametrize(
    "command",
    [(), ("index",), ("ask",), ("chat",), ("status",), ("serve",), ("mcp",), ("models",), ("models", "fetch")],
)
def test_every_command_explains_itself(command):
    """`--help` works everywhere and names the command."""
    result = run(*command, "--help")
    assert result.returncode == 0
    assert "Usage:" in result.stdout


def test_a_missing_folder_is_named(tmp_path):
    """What was found, what was expected, what to type."""
    line = one_line(run("index", tmp_path / "nowhere", "--library", tmp_path / "lib"))
    assert "no such folder" in line and "nowhere" in line


def test_no_library_yet_says_how_to_make_one(tmp_path):
    """ask and status before index, without loading a model."""
    for command in (("ask", "Qui ?"), ("status",)):
        assert "citeline index FOLDER" in one_line(run(*command, "--library", tmp_path / "lib"))


@pytest.mark.parametrize("question", ["", "   ", "?", "😀"])
def test_an_empty_question_is_refused(question):
    """Before any model or library is touched."""
    assert "question is empty" in one_line(run("ask", question))


def test_a_question_that_is_far_too_long_is_refused(tmp_path):
    """Within a file, where a million characters fit; the other questions are answered all the same."""
    assert "1,001 characters" in one_line(run("ask", "x" * 1001))


def test_a_file_of_questions_must_hold_questions(tmp_path):
    """The line that is wrong is named; nothing is loaded."""
    file = tmp_path / "in.jsonl"
    file.write_text('{"id": 1, "question": "Qui ?"}\n{"id": 2}\n', encoding="utf-8")
    assert "in.jsonl:2" in one_line(run("ask", "--questions", file, "--out", tmp_path / "out.jsonl"))
    assert "no such file" in one_line(run("ask", "--questions", tmp_path / "none", "--out", tmp_path / "out.jsonl"))
    assert "--out" in one_line(run("ask", "--questions", file))


def test_an_unknown_model_is_named(tmp_path, library):
    """A typo in --embedder or --llm."""
    assert "gemma9" in one_line(run("ask", "Qui est Paul ?", "--library", library, "--embedder", "gemma9"))


def test_a_damaged_library_says_how_to_repair_it(library):
    """One flipped byte in any file is found before anything is answered from it."""
    target = next((library / "gen").glob("*/vectors-1.f32"))
    data = bytearray(target.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)
    line = one_line(run("status", "--library", library))
    assert "vectors-1.f32" in line and "--rebuild" in line


def test_status_lists_articles_and_what_changed_since(library, folder):
    """As text and as JSON, from a library built with any embedder."""
    (folder / "port.txt").write_text("Changed.", encoding="utf-8")
    (folder / "photo.gif").write_bytes(b"\xff\xd8\xff")
    text = run("status", "--library", library)
    assert text.returncode == 0, text.stderr
    assert "[changed]" in text.stdout and "Le pont de Vernay rouvrira lundi" in text.stdout
    state = json.loads(run("status", "--library", library, "--json").stdout)
    assert {a["article"]: a["state"] for a in state["articles"]} == {"pont.txt": "current", "port.txt": "changed"}


def test_status_says_where_a_date_is_from(library, folder, embedder):
    """Beside the date, in both forms."""
    from index.ingestion.indexing import build

    (folder / "quai.txt").write_text("Le quai ferme\n\nPublié le 3 mars 2024\n\nLe quai ferme lundi.", encoding="utf-8")
    build(library, embedder)
    (line,) = [line for line in run("status", "--library", library).stdout.splitlines() if "quai.txt" in line]
    assert "2024-03-03  line " in line
    articles = json.loads(run("status", "--library", library, "--json").stdout)["articles"]
    assert {a["article"]: a["date_from"] for a in articles}["quai.txt"] == "line"


def test_a_file_name_cannot_write_to_the_terminal(library, folder, embedder):
    """Escape sequences in names are shown, not obeyed."""
    from index.ingestion.indexing import build

    (folder / "\x1b[31mred.txt").write_text("Un texte sur le phare.", encoding="utf-8")
    build(library, embedder)
    result = run("status", "--library", library)
    assert "\x1b" not in result.stdout
    assert "\\x1b[31mred.txt" in result.stdout
