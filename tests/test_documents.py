"""The documents name what is there: files, tests, links, commands and their options."""

import re
from pathlib import Path

import pytest
import typer

from ui.cli.commands import app

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), ROOT / "bench" / "results.md"]
OF_TODAY = [path for path in DOCUMENTS if path.name not in ("CHANGELOG.md", "experiments.md", "results.md")]
"""The others say what was so when it was measured."""
by_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
by_document_of_today = pytest.mark.parametrize("path", OF_TODAY, ids=lambda path: path.name)

ROW = re.compile(r"^\| P(\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
FILE = re.compile(r"`((?:index|rag|ui|tests|bench|seeds)/[\w/.-]*\w\.\w+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"citeline((?: [a-z]+(?:-[a-z]+)*)+)([^`|\n]*)")


def commands():
    """name -> its command, "models fetch" too."""
    group = typer.main.get_command(app)
    found = dict(group.commands)
    found |= {f"{name} {sub}": each for name, one in group.commands.items() for sub, each in commands_of(one).items()}
    return found


def commands_of(command):
    return getattr(command, "commands", {})


def test_each_promise_names_the_tests_that_hold_it():
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    rows = ROW.findall(text)
    assert [int(number) for number, _, _ in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == text.count("\n| P")
    for number, _, tests in rows:
        named = tests.replace("`", "").split(", ")
        assert all((ROOT / name).is_file() for name in named), f"P{number}: {tests}"
        assert any(name.startswith("tests/") for name in named), f"P{number}: {tests}"


@by_document_of_today
def test_files_that_a_document_names_are_there(path):
    missing = [name for name in FILE.findall(path.read_text(encoding="utf-8")) if not (ROOT / name).exists()]
    assert not missing


@by_document
def test_links_of_a_document_lead_somewhere(path):
    missing = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()]
    assert not missing


@by_document_of_today
def test_commands_that_a_document_shows_exist(path):
    """With every option: `citeline ask … --json`."""
    known = commands()
    for words, rest in COMMAND.findall(path.read_text(encoding="utf-8")):
        name = " ".join(words.split()[:2])
        name = name if name in known else name.split()[0]
        if name not in known:
            continue  # the name of the product in a sentence
        options = {option for one in known[name].params for option in (*one.opts, *one.secondary_opts)}
        wrong = set(re.findall(r"(?<![\w-])--[a-z-]+", rest.partition("`")[0].partition("#")[0])) - options
        assert not wrong, f"citeline {name} has no {wrong}"
