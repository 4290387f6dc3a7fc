"""Measure everything, and write what was found into bench/results and bench/results.md.

    python -m bench report [--piaf piaf-v1.0.json --library FOLDER] [--xquad FOLDER] [--n 300] [--only NAME ...]

Each section is the table of one bench, with its date; a run replaces the sections it measured and leaves the others.
Without --piaf and --xquad only what needs no other data than seeds/ is measured.
"""

from __future__ import annotations

import subprocess
import sys

from bench.command import Parser
from bench.paths import PAGE, RESULTS
from bench.report import results
from bench.report.sections import SECTIONS, Section


def command(section: Section, given: dict[str, str]) -> list[str] | None:
    """Return the words that measure a section and keep its result; None when it needs data that was not given."""
    if not section.bench or any(option in given and not given[option] for option in section.options):
        return None
    options = [given.get(option, option) for option in section.options]
    return [sys.executable, "-m", "bench", section.bench, *options, "--save", section.name]


def chosen(only: list[str]) -> list[Section]:
    """Return the sections that `only` names by bench, result or part of a title; all but those on demand without it."""
    if not only:
        return [section for section in SECTIONS if not section.is_on_demand]
    return [s for s in SECTIONS if any(each in (s.bench, s.name) or each in s.title for each in only)]


def main() -> None:
    parser = Parser(__doc__, has_table=False)
    parser.add_argument("--piaf", default="")
    parser.add_argument("--xquad", default="")
    parser.add_argument("--library", default="", help="keeps the index of --piaf; retrieval is measured on it")
    parser.add_argument("--n", default="300")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these benches, or a part of a title")
    args = parser.parse_args()
    given = {"PIAF": args.piaf, "XQUAD": args.xquad, "LIBRARY": args.library, "N": args.n}
    for section in chosen(args.only):
        if words := command(section, given):
            print(section.title, file=sys.stderr, flush=True)
            subprocess.run(words, check=True)
            PAGE.write_text(results.page(RESULTS), encoding="utf-8")
