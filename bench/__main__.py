"""Measure everything and write bench/results.md.

    python -m bench [--piaf piaf-v1.0.json] [--library FOLDER] [--n 300]

Without --piaf only what needs no other data than seeds/ is measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from pathlib import Path

from bench import answers, retrieval, startup
from index.embed import DEFAULT_EMBEDDER
from rag.config import DEFAULT_LLM

RESULTS = Path(__file__).with_name("results.md")


def table(title: str, command: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([f"## {title}", "", f"`{command}`", "", "| figure | value |", "|---|---|", *lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--piaf", type=Path)
    parser.add_argument("--library", type=Path, help="keeps the index of --piaf; retrieval is measured on it")
    parser.add_argument("--n", type=int, default=300)
    args = parser.parse_args()
    cpu = platform.processor() or platform.machine()
    parts = [
        f"# Results\n\n{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} cores. {DEFAULT_LLM}, {DEFAULT_EMBEDDER}. "
        "Rates with 95 % Wilson intervals, means with bootstrap intervals.\n"
    ]
    parts.append(table("Waiting", "python -m bench.startup", startup.rows()))
    for llm in (DEFAULT_LLM, "none"):
        found = answers.report(answers.measure(None, 0, "", llm))
        parts.append(table(f"seeds/, --llm {llm}", f"python -m bench.answers --llm {llm}", found))
    if args.piaf and args.library:
        for perturb in ("", *answers.PERTURBATIONS):
            command = f"python -m bench.retrieval --piaf piaf-v1.0.json --library FOLDER --n {2 * args.n}"
            found = retrieval.rows(args.piaf, args.library, 2 * args.n, "held-out", perturb)
            suffix = f" --perturb {perturb}" if perturb else ""
            parts.append(table(f"Retrieval, PIAF, held-out half, {perturb or 'as asked'}", command + suffix, found))
        for llm in (DEFAULT_LLM, "none"):
            found = answers.report(answers.measure(args.piaf, args.n, "held-out", llm, args.library))
            command = f"python -m bench.answers --piaf piaf-v1.0.json --n {args.n} --llm {llm}"
            parts.append(table(f"PIAF, held-out half, --llm {llm}", command, found))
    RESULTS.write_text("\n".join(parts), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
