"""The capacity plan: a calculation that can be done by hand, on figures that are there."""

import re
import subprocess
import sys

import pytest

from bench.paths import ROOT
from bench.report import capacity
from bench.report.capacity import Measured, cell, measured, number, planned

ROUND = Measured(100, 10, 0.01, 1000, 100, 2000, 1e-6, 2, ())


def run(*options):
    return subprocess.run(
        [sys.executable, "-m", "bench", "capacity", *options], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_what_can_be_worked_out_by_hand():
    """1,000 articles of 250 words are 3 chunks each; 300 questions an hour of 2.003 seconds."""
    plan = planned(1000, 250, 300, 0.5, ROUND)
    assert plan.chunks == 3000
    assert plan.ingest_hours == pytest.approx(3000 * 0.11 / 3600) and plan.ingest_core_hours == 2 * plan.ingest_hours
    assert (plan.disk_gb, plan.memory_gb, plan.build_gb) == pytest.approx((0.003, 0.0003, 0.006))
    assert plan.question_seconds == pytest.approx(2.003) and plan.readers_a_minute == pytest.approx(29.955, abs=0.001)
    assert plan.machines == 1 and plan.wait_seconds == pytest.approx(2.003 * 0.16692 / (2 * 0.83308), abs=0.001)


@pytest.mark.parametrize(("questions", "machines"), [(1, 1), (899, 1), (901, 2), (1799, 2), (9001, 11)])
def test_no_machine_is_busier_than_wanted(questions, machines):
    plan = planned(1, 100, questions, 0.5, ROUND)
    assert plan.machines == machines


def test_the_measured_figures_are_those_of_the_results():
    """Each figure of a source line is in the file that it names."""
    found = measured()
    assert found.chunks_per_second > 0 and found.memory_bytes > 0 and found.build_bytes > found.memory_bytes
    for line in found.sources:
        for name in re.findall(r"bench/results/[\w.-]+", line):
            text = (ROOT / name).read_text(encoding="utf-8")
            assert all(each in text for each in re.findall(r"\d[\d.,]*\d", line.partition(":")[0])), line


def test_a_row_that_is_gone_is_said():
    with pytest.raises(SystemExit, match=r"indexing.json has no row 'nothing'"):
        cell("indexing", "nothing")
    with pytest.raises(SystemExit, match="no figure"):
        number(r"(\d+) MB", "12 kB")


def test_the_page_says_what_the_command_says():
    """docs/scale.md holds the table as it is printed without options."""
    done = run()
    assert done.returncode == 0, done.stderr
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    table = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(table) == 12 and "\n".join(table) in page


def test_own_numbers_and_wrong_ones():
    done = run("--articles", "5000", "20000", "--words", "900", "--readers", "10", "--questions", "2")
    assert "| | 5,000 articles | 20,000 articles |" in done.stdout and "20 questions an hour" in done.stdout
    for options in (
        ["--articles", "0"],
        ["--words", "nan"],
        ["--busy", "1"],
        ["--readers", "-3"],
        ["--questions", "x"],
    ):
        wrong = run(*options)
        assert wrong.returncode == 2 and "Traceback" not in wrong.stderr
    assert capacity.ARTICLES == (10_000, 1_000_000, 10_000_000)
