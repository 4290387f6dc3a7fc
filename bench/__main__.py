"""Measure, and write what was found into bench/results.md.

    python -m bench [--piaf piaf-v1.0.json --library FOLDER] [--xquad FOLDER] [--n 300] [--only answers kinds ...]

Each section is the output of one command, with its date; a run replaces the sections it measured and leaves the others.
Without --piaf and --xquad only what needs no other data than seeds/ is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from bench.answers import PERTURBATIONS
from index.models.embedder import DEFAULT_EMBEDDER
from rag.config import DEFAULT_LLM

RESULTS = Path(__file__).with_name("results.md")


class Section(NamedTuple):
    title: str
    module: str
    options: tuple[str, ...] = ()
    """PIAF, XQUAD, LIBRARY and N stand for what is given."""
    is_on_demand: bool = False
    """Measured only when --only names it: it takes long, or fetches what citeline does not need."""


SECTIONS = (
    Section("Waiting", "startup"),
    Section("A question, stage by stage, default models", "speed"),
    Section("A question, stage by stage, PIAF", "speed", ("--piaf", "PIAF", "--library", "LIBRARY")),
    Section("A question typed on the page", "typed"),
    Section("A question beside two busy processes", "loaded"),
    Section("The language model's settings", "llm_settings"),
    Section("Beside other pipelines", "peers", ("--piaf", "PIAF"), is_on_demand=True),
    Section("Indexing", "indexing", ("--piaf", "PIAF")),
    Section("Indexing, multilingual-e5-small", "indexing", ("--piaf", "PIAF", "--embedder", "multilingual-e5-small")),
    Section("A growing library", "scale"),
    Section("seeds/, default models", "answers"),
    Section("seeds/, no language model", "answers", ("--llm", "none")),
    Section("Kinds of question, default models", "kinds"),
    Section("Kinds of question, no language model", "kinds", ("--llm", "none")),
    Section("Questions about the articles, no language model", "overview", ("--llm", "none")),
    Section("Summaries, default models", "overview", ("--kind", "summary")),
    Section("Follow-ups, no language model", "followups"),
    Section("Claims with one thing changed", "claims", ("--piaf", "PIAF")),
    *(
        Section(
            f"Retrieval, PIAF, held-out half, {perturb or 'as asked'}",
            "retrieval",
            ("--piaf", "PIAF", "--library", "LIBRARY", "--n", "300", *(("--perturb", perturb) if perturb else ())),
        )
        for perturb in ("", *PERTURBATIONS)
    ),
    Section("PIAF, held-out half, default models", "answers", ("--piaf", "PIAF", "--library", "LIBRARY", "--n", "N")),
    Section(
        "PIAF, held-out half, no language model", "answers",
        ("--piaf", "PIAF", "--library", "LIBRARY", "--n", "N", "--llm", "none"),
    ),
    Section("Risk and coverage, PIAF, held-out half", "curve", ("--piaf", "PIAF", "--library", "LIBRARY", "--n", "N")),
    Section(
        "Reply in the question's language", "reply_language",
        ("--xquad", "XQUAD", "--piaf", "PIAF", "--library", "LIBRARY"),
    ),
)  # fmt: skip


def measure(section: Section, given: dict[str, str]) -> str | None:
    """The section as Markdown; None when it needs data that was not given. Raises CalledProcessError."""
    if any(option in given and not given[option] for option in section.options):
        return None
    options = [given.get(option, option) for option in section.options]
    command = [sys.executable, "-m", f"bench.{section.module}", *options]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    rows = [line for line in output.splitlines() if line.startswith("|")]
    if len(rows) < 2 or not re.fullmatch(r"[|\s:-]+", rows[1]):
        rows = ["| figure | value |", "|---|---|", *rows]
    names = {"PIAF": "piaf-v1.0.json", "XQUAD": "FOLDER", "LIBRARY": "FOLDER", "N": given["N"]}
    shown = " ".join([f"python -m bench.{section.module}", *(names.get(each, each) for each in section.options)])
    return "\n".join([f"## {section.title}", "", f"{time.strftime('%Y-%m-%d')}, `{shown}`", "", *rows, ""])


def known() -> dict[str, str]:
    """The sections of the file by title."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return {part.splitlines()[0][3:]: part for part in re.split(r"(?m)^(?=## )", text) if part.startswith("## ")}


def write(found: dict[str, str]) -> None:
    cpu = platform.processor() or platform.machine()
    head = (
        f"# Results\n\n{cpu}, {os.cpu_count()} cores, {DEFAULT_LLM}, {DEFAULT_EMBEDDER}. Rates with 95 % "
        "Wilson intervals, means with bootstrap intervals. Times are of a machine that was not always idle. The reader "
        "alone: rag/reader/weights/reader.md.\n"
    )
    parts = [found[section.title].rstrip() + "\n" for section in SECTIONS if section.title in found]
    RESULTS.write_text("\n".join([head, *parts]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", default="")
    parser.add_argument("--xquad", default="")
    parser.add_argument("--library", default="", help="keeps the index of --piaf; retrieval is measured on it")
    parser.add_argument("--n", default="300")
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="MODULE", help="sections of these modules, or a part of a title"
    )
    args = parser.parse_args()
    given = {"PIAF": args.piaf, "XQUAD": args.xquad, "LIBRARY": args.library, "N": args.n}
    found = known()
    for section in SECTIONS:
        is_named = any(each == section.module or each in section.title for each in args.only)
        if not is_named and (args.only or section.is_on_demand):
            continue
        print(section.title, file=sys.stderr, flush=True)
        if text := measure(section, given):
            found[section.title] = text
            write(found)
            print(text, flush=True)


if __name__ == "__main__":
    main()
