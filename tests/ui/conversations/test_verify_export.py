"""A saved conversation checked later: what holds, what was moved, changed or is gone; and files that are none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import BagEmbedder, plain_answerer
from typer.testing import CliRunner

from index.ingestion.indexing import build
from index.types import Span
from rag.verification.citation_status import holds
from ui.conversations.export import conversation_json
from ui.conversations.records import sources_of
from ui.conversations.store import History
from ui.conversations.verification import VerifyError, articles_of, failed, read_export, summary_text, verify
from ui.web.turns import named

QUESTIONS = ("Combien d’euros ont coûté les travaux du pont de Vernay ?", "Who called the strike avoidable?")


@pytest.fixture
def export(tmp_path, library):
    """A conversation of two answers, saved."""
    answerer, history, talk = plain_answerer(library), History(None), ""
    for question in QUESTIONS:
        answer = answerer.ask(question)
        assert answer.supported
        talk, _ = history.append(talk, answer, sources_of(answer, named(answerer, answer)))
    path = tmp_path / "talk.json"
    path.write_text(conversation_json(history.open(talk).turns), encoding="utf-8")
    return path


def states(export, folder):
    return [each.standing.state for each in verify(read_export(export), articles_of(folder))]


def edit(path, *replacements):
    text = path.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_what_nobody_touched_holds(export, folder):
    """Every citation stands: same file, same lines, same characters."""
    checked = verify(read_export(export), articles_of(folder))
    assert len(checked) >= 2 and {each.standing.state for each in checked} == {"holds"}
    assert failed(checked) == failed(checked, strict=True) == 0
    by_id = {article.id: article for article in articles_of(folder)}
    assert all(holds(by_id[each.cited.citation.span.article_id], each.cited.citation) for each in checked)


def test_a_change_elsewhere_is_said_and_fails_only_when_strict(export, folder):
    """The quote stands on its lines; the file is another one."""
    edit(folder / "pont.txt", ("Ils devaient durer six mois.", "Ils devaient durer sept mois."))
    checked = verify(read_export(export), articles_of(folder))
    assert {each.standing.state for each in checked} == {"edited", "holds"}
    assert failed(checked) == 0 and failed(checked, strict=True) == 1


def test_a_moved_quote_is_found_on_its_new_line(export, folder):
    """Two lines above it: the report says where it is now."""
    edit(folder / "pont.txt", ("Société\n", "Société\nRégion\nBrèves\n"))
    (moved,) = [each for each in verify(read_export(export), articles_of(folder)) if each.standing.state != "holds"]
    assert (moved.standing.state, moved.standing.span) == ("moved", Span("pont.txt", 9, 9))
    assert "pont.txt:7, now pont.txt:9" in summary_text([moved], "")


def test_a_quote_whose_lines_are_cut_elsewhere_was_moved(export, folder):
    """The same words over two lines now."""
    edit(folder / "pont.txt", ("travaux ont coûté 3,2", "travaux ont coûté\n3,2"))
    (moved,) = [each for each in verify(read_export(export), articles_of(folder)) if each.standing.state != "holds"]
    assert (moved.standing.state, moved.standing.span) == ("moved", Span("pont.txt", 7, 8))


def test_the_nearest_of_several_is_named(export, folder):
    """A quote that stands twice was moved to the place nearest to where it was."""
    text = (folder / "pont.txt").read_text(encoding="utf-8")
    (folder / "pont.txt").write_text(f"Une\n{text}" + "\n" * 40 + text, encoding="utf-8")
    (moved,) = [each for each in verify(read_export(export), articles_of(folder)) if each.standing.state != "holds"]
    assert moved.standing.span == Span("pont.txt", 8, 8)


def test_a_renamed_file_is_found_by_its_bytes(export, folder):
    """Moved, with its new name."""
    (folder / "pont.txt").rename(folder / "vernay.txt")
    assert sorted(states(export, folder)) == ["holds", "moved"]


def test_a_changed_number_is_a_changed_quote(export, folder):
    """One digit is enough."""
    edit(folder / "pont.txt", ("3,2 millions", "3,3 millions"))
    assert sorted(states(export, folder)) == ["changed", "holds"]


def test_a_deleted_file_is_gone(export, folder):
    """Nothing else is taken for it."""
    (folder / "pont.txt").unlink()
    assert sorted(states(export, folder)) == ["gone", "holds"]


def run(*arguments):
    from ui.cli.commands import app

    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


def test_the_command_says_so_with_its_exit_code(export, folder, library):
    """0 while all stand, in the library and on disk; 1 after one changed on disk, while the library's text is as it
    was."""
    assert run(export, "--library", library).exit_code == 0
    assert run(export, "--folder", folder).exit_code == 0
    edit(folder / "pont.txt", ("3,2 millions", "3,3 millions"))
    assert run(export, "--library", library).exit_code == 0
    done = run(export, "--folder", folder)
    assert done.exit_code == 1 and "changed: pont.txt:7" in done.stdout and "3,2 millions" in done.stdout
    build(library, BagEmbedder(), [folder])
    done = run(export, "--library", library, "--json")
    assert done.exit_code == 1 and json.loads(done.stdout)["counts"]["changed"] == 1


def test_strict_fails_for_a_file_that_changed(export, folder):
    """And only then."""
    edit(folder / "pont.txt", ("six mois", "sept mois"))
    assert run(export, "--folder", folder).exit_code == 0
    assert run(export, "--folder", folder, "--strict").exit_code == 1


def test_a_folder_that_is_not_there_is_one_line(export, tmp_path):
    """Exit code 1, no traceback."""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-m", "ui.cli", "verify", str(export), "--folder", str(tmp_path / "none")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("citeline: no such folder") and done.stderr.count("\n") == 1


def changed(export, change):
    record = json.loads(export.read_text(encoding="utf-8"))
    change(record)
    export.write_text(json.dumps(record), encoding="utf-8")


def citation(record):
    return record["turns"][0]["claims"][0]["citations"][0]


@pytest.mark.parametrize(
    "name", ["../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "pont.txt/../../x", "\x00", ""]
)
def test_an_id_is_never_a_path(export, folder, name, monkeypatch):
    """An id that leads elsewhere is looked up among the articles and is not there; no such file is opened."""
    changed(export, lambda record: citation(record).update(article=name, quote="root", start=0, end=4))
    opened = []
    articles = articles_of(folder)
    cited = read_export(export)
    monkeypatch.setattr("pathlib.Path.open", lambda self, *_: opened.append(self))
    monkeypatch.setattr("builtins.open", lambda path, *_: opened.append(path))
    assert verify(cited, articles)[0].standing.state == "gone" and opened == []


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(turns=[7]),
        lambda record: record["turns"][0].pop("claims"),
        lambda record: record["turns"][0].update(articles={}),
        lambda record: record["turns"][0]["articles"][0].update(sha256=7),
        lambda record: record["turns"][0]["claims"].append(None),
        lambda record: citation(record).update(first=0),
        lambda record: citation(record).update(first=True),
        lambda record: citation(record).update(first=5, last=4),
        lambda record: citation(record).update(first="1"),
        lambda record: citation(record).update(start=-1),
        lambda record: citation(record).update(quote=["x"]),
        lambda record: citation(record).update(quote="x"),
        lambda record: citation(record).update(article=3),
        lambda record: record["turns"][0].update(question={}),
    ],
)
def test_a_turn_that_is_none_is_one_line(export, change):
    """Which turn, and that nothing was checked."""
    changed(export, change)
    with pytest.raises(VerifyError, match="turn 1 is not a turn of an exported conversation"):
        read_export(export)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not JSON"),
        ("# A conversation\n", "Markdown is only for reading"),
        ("[" * 200_000, "is not JSON"),
        ("[]", "not an exported conversation"),
        ('{"format": "other"}', "not an exported conversation"),
        ('{"format": "citeline-conversation", "schema": 2}', "has schema 2, this citeline reads 1"),
        ('{"format": "citeline-conversation", "schema": 1, "turns": {}}', 'no list of "turns"'),
        ("1" * 5000, "is not JSON"),
    ],
)
def test_a_file_that_is_none_is_one_line(tmp_path, text, said):
    """What was found and what was expected."""
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(VerifyError, match=said):
        read_export(tmp_path / "x.json")


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    """Refused by its size."""
    with (tmp_path / "x.json").open("wb") as file:
        file.truncate(65 << 20)
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda self: pytest.fail("it was read"))
    with pytest.raises(VerifyError, match="more than 64 MB"):
        read_export(tmp_path / "x.json")


def test_a_huge_quote_is_not_searched_for(export, folder):
    """A quote longer than the article cannot stand in it."""
    changed(export, lambda record: citation(record).update(quote="a " * 2_000_000, start=0, end=4_000_000))
    assert states(export, folder)[0] == "changed"


def test_hostile_text_in_a_report_is_shown(export, folder):
    """Control characters of a quote or a name do not reach the terminal."""
    changed(export, lambda record: citation(record).update(article="\x1b[2J.txt", quote="\x1b]0;x\x07", start=0, end=6))
    assert "\x1b" not in summary_text(verify(read_export(export), articles_of(folder)), "here")
