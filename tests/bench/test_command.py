"""python -m bench: what it lists, what it runs, and what --save keeps."""

import json
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.command import Parser
from bench.paths import ROOT, SEEDS
from bench.report import result

NAMES = sorted(bench.benches())


@pytest.fixture
def fake(monkeypatch, tmp_path):
    """A bench that prints its arguments and `fake.lines`; what is saved goes to `fake.results`."""
    module = types.ModuleType("fake_bench")
    module.lines, module.results = ["| right | 0.500 [0.095, 0.905] n=2 |"], tmp_path

    def main():
        parser = Parser("A fake.")
        parser.add_argument("--llm", default="none")
        parser.add_argument("--library")
        parser.parse_args()
        print("asking", *module.lines, sep="\n")

    module.main = main
    monkeypatch.setitem(sys.modules, "fake_bench", module)
    monkeypatch.setattr(bench, "benches", lambda: {"fake": bench.Bench("quality", "fake_bench", "A fake.")})
    monkeypatch.setattr(result, "RESULTS", tmp_path)
    monkeypatch.setattr(sys, "argv", ["pytest"])
    return module


def test_help_lists_every_module_with_a_main_and_its_first_line():
    modules = {p for p in (ROOT / "bench").glob("*/*.py") if "\ndef main(" in p.read_text(encoding="utf-8")}
    assert {path.stem for path in modules} >= {"answers", "lost", "stages", "peers", "train_reader", "report"}
    assert sorted(path.stem for path in modules) == NAMES, "each name once"
    lines = bench.listing().splitlines()
    for path in modules:
        summary = re.match(r'r?"""(.+)', path.read_text(encoding="utf-8"))[1].removesuffix('"""')
        (line,) = (line for line in lines if line.startswith(f"  {path.stem} "))
        assert line.endswith(f"  {summary}") and summary[-1] in ".?"


def test_help_loads_no_model_library():
    code = (
        "import sys; from bench.__main__ import main; main(['--help']); "
        "sys.exit(bool({'torch', 'transformers', 'numpy', 'index', 'rag'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "  lost " in done.stdout


def test_a_name_that_is_none_is_one_line():
    done = subprocess.run([sys.executable, "-m", "bench", "bogus"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == "bench: there is no bench 'bogus'; python -m bench --help lists them\n"


@pytest.mark.parametrize("name", NAMES)
def test_each_bench_shows_its_own_options(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["pytest"])
    with pytest.raises(SystemExit) as stopped:
        bench.main([name, "--help"])
    said = capsys.readouterr().out
    assert stopped.value.code == 0
    assert f"python -m bench {name}" in said.splitlines()[0] and "options:" in said


def test_a_bench_gets_its_options_and_its_output_is_passed_on(fake, capsys):
    bench.main(["fake", "--llm", "small"])
    assert capsys.readouterr().out == "asking\n| right | 0.500 [0.095, 0.905] n=2 |\n"
    assert list(fake.results.iterdir()) == []


def test_saved_is_the_table_with_how_it_was_measured(fake, capsys):
    bench.main(["fake", f"--library={SEEDS}", "--note", "on a busy machine", "--save", "fake-seeds"])
    kept = json.loads((fake.results / "fake-seeds.json").read_text(encoding="utf-8"))
    assert kept["command"] == "python -m bench fake --library=FOLDER"
    assert kept["note"] == "on a busy machine" and kept["title"] == "A fake."
    assert kept["models"] == ["embeddinggemma-300m"], "llm is none"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", kept["date"]) and kept["machine"].endswith(" cores")
    assert kept["commit"] is None or re.match(r"[0-9a-f]{7,}(-dirty)?$", kept["commit"])
    assert kept["columns"] == ["figure", "value"]
    figure = {"text": "0.500 [0.095, 0.905] n=2", "value": 0.5, "low": 0.095, "high": 0.905, "n": 2}
    assert kept["rows"] == [["right", figure]]


def test_a_command_is_shown_without_the_paths_of_this_machine(tmp_path):
    (tmp_path / "piaf.json").touch()
    options = ["--piaf", str(tmp_path / "piaf.json"), "--library", str(tmp_path), "--n", "3", "--save", "--llm", "none"]
    assert result.shown("lost", options) == "python -m bench lost --piaf piaf.json --library FOLDER --n 3 --llm none"


def test_without_a_name_a_result_is_called_as_its_bench(fake):
    bench.main(["fake", "--save"])
    assert [path.name for path in fake.results.iterdir()] == ["fake.json"]


def test_saving_where_no_table_was_printed_says_so(fake):
    fake.lines = ["nothing to measure"]
    with pytest.raises(SystemExit, match="fake printed no table, so nothing was saved"):
        bench.main(["fake", "--save"])
    assert list(fake.results.iterdir()) == []


def test_the_folders_of_bench_import_downwards():
    """Each may import what comes before it in this list, and itself."""
    order = ["paths", "command", "data", "quality", "speed", "peers", "training", "tools", "report"]
    for path in (ROOT / "bench").rglob("*.py"):
        here = path.relative_to(ROOT / "bench").parts[0].removesuffix(".py")
        if here in order:
            used = set(re.findall(r"(?:from|import) bench\.(\w+)", path.read_text(encoding="utf-8")))
            assert used <= set(order[: order.index(here) + 1]), path


def test_no_old_name_of_a_bench_is_left_in_the_code():
    """`python -m bench.kinds` is no command any more."""
    for top in ("bench", "index", "rag", "ui"):
        for path in Path(ROOT, top).rglob("*.py"):
            assert "python -m bench." not in path.read_text(encoding="utf-8")
