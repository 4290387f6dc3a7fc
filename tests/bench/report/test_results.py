"""Results as data, and the page that is made from them."""

import json

import pytest

from bench.paths import PAGE, RESULTS
from bench.report import report
from bench.report.result import Result, cell_of, load, table_of
from bench.report.results import page
from bench.report.sections import SECTIONS, title_of

FILES = sorted(RESULTS.glob("*.json"))


def a_result(**changes):
    given = {
        "title": "Waiting", "command": "python -m bench startup", "note": "", "plot": "", "date": "2026-11-22",
        "commit": None, "machine": "x86_64, 2 cores", "models": (), "columns": ("", "median"), "rows": (("first", "-"),),
    }  # fmt: skip
    return Result(**(given | changes))


def test_the_page_is_what_the_results_make_of_it():
    assert PAGE.read_text(encoding="utf-8") == page(RESULTS), "run: python -m bench results"


def test_each_section_of_the_page_has_a_file():
    sections = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    assert len(sections) == len(FILES)
    assert sorted(each.partition("\n")[0] for each in sections) == sorted(load(path).title for path in FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_kept_result_says_in_numbers_what_its_text_says(path):
    result = load(path)
    assert result.title == title_of(path.stem), "a section of the report"
    assert result.rows and all(len(row) == len(result.columns) for row in result.rows)
    for cell in (cell for row in result.rows for cell in row[1:]):
        assert cell_of(cell if isinstance(cell, str) else cell["text"]) == cell
    assert not result.plot or (RESULTS / result.plot).is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0.755 [0.665, 0.827] n=106", {"value": 0.755, "low": 0.665, "high": 0.827, "n": 106}),
        ("4.5 s ×3.82 [3.42, 4.77]", {"value": 4.5, "unit": "s", "ratio": 3.82, "ratio_low": 3.42, "ratio_high": 4.77}),
        ("0.41 [0.25, 0.59] ×0.52", {"value": 0.41, "low": 0.25, "high": 0.59, "ratio": 0.52}),
        ("9.1 ms, 95th 11.5 ms", {"value": 9.1, "unit": "ms", "late": 11.5}),
        ("15 (n=27)", {"value": 15, "n": 27}),
        ("1,024 MB", {"value": 1024, "unit": "MB"}),
    ],
)
def test_a_figure_is_read(text, said):
    assert cell_of(text) == {"text": text} | said


@pytest.mark.parametrize(
    "text", ["", "-", "- n=0", "10 of 10", "8.2 / 12.2", "14.67 s, 846.25 MB written", "9 ms, 95th 3 s"]
)
def test_what_is_no_figure_stays_text(text):
    assert cell_of(text) == text


def test_a_table_is_found_among_other_lines():
    printed = [
        "2 threads",
        "| kind | with | without |",
        "|---|---:|---|",
        "| all | 0.5 | |",
        "   x",
        "| fired | 3 of 9 |",
    ]
    columns, rows = table_of(printed)
    assert columns == ("kind", "with", "without")
    assert rows == (("all", {"text": "0.5", "value": 0.5}, ""), ("fired", "3 of 9", ""))


def test_written_and_read_again_it_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.report.result.RESULTS", tmp_path)
    one = a_result(models=("m",), commit="1a2b3c4", rows=(("été | “x”", cell_of("0.5 n=2")), ("b", "-")))
    assert load(one.write("one")) == one
    lines = (tmp_path / "one.json").read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("  [") for line in lines) == 2, "a line a row, for a diff to be read"


def test_a_section_names_what_is_known_of_its_run():
    section = a_result(commit="1a2b3c4", note="twice", plot="scale.svg").section("another machine")
    assert section.splitlines() == [
        "## Waiting",
        "",
        "2026-11-22, at 1a2b3c4, `python -m bench startup`, on x86_64, 2 cores ([plot](results/scale.svg)), twice",
        "",
        "| | median |",
        "|---|---|",
        "| first | - |",
    ]
    by_hand = a_result(command="", note="on a loaded machine").section("x86_64, 2 cores")
    assert by_hand.splitlines()[2] == "2026-11-22, on a loaded machine"


def test_the_page_has_the_order_of_the_report_and_then_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.report.result.RESULTS", tmp_path)
    for name in ("kinds", "aside", "startup"):
        a_result(title=name).write(name)
    assert [line for line in page(tmp_path).splitlines() if line.startswith("## ")] == [
        "## startup",
        "## kinds",
        "## aside",
    ]


def test_the_report_measures_each_section_by_its_bench_and_keeps_it():
    given = {"PIAF": "p.json", "XQUAD": "", "LIBRARY": "lib", "N": "100"}
    by_name = {section.name: section for section in SECTIONS}
    assert len(by_name) == len(SECTIONS) == len({section.title for section in SECTIONS})
    words = report.command(by_name["lost"], given)[1:]
    assert words == ["-m", "bench", "lost", "--piaf", "p.json", "--library", "lib", "--n", "100", "--save", "lost"]
    assert report.command(by_name["reply_language"], given) is None, "without --xquad"
    assert report.command(by_name["first_meeting"], given) is None, "measured by hand"


def test_what_the_report_measures_is_chosen_by_name_or_title():
    assert {"lost", "answers"} <= {section.name for section in report.chosen([])}
    assert "peers" not in {section.name for section in report.chosen([])}, "on demand"
    assert [section.name for section in report.chosen(["peers"])] == ["peers"]
    assert [section.name for section in report.chosen(["kinds-no-llm", "A growing"])] == ["scale", "kinds-no-llm"]


def test_a_file_that_lacks_something_is_refused(tmp_path):
    (tmp_path / "x.json").write_text(json.dumps({"title": "x", "rows": []}), encoding="utf-8")
    with pytest.raises(KeyError, match="command"):
        load(tmp_path / "x.json")
