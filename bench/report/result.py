"""What a bench found, as data: a file of bench/results, a section of bench/results.md.

A cell of a table is text or, where it is a figure, an object: its `text`, which the page shows, and what that says:
`value` with its `unit`, the 95 % interval (`low`, `high`), `n`, the 95th percentile (`late`), and the `ratio` to the
first system with its own interval (`ratio_low`, `ratio_high`).
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from bench.paths import RESULTS, ROOT

Cell = str | dict[str, Any]

_NUMBER = r"-?\d[\d,]*(?:\.\d+)?"
_FIGURE = re.compile(
    rf"(?P<value>{_NUMBER})(?: (?P<unit>s|ms|MB|%))?(?: \[(?P<low>{_NUMBER}), (?P<high>{_NUMBER})\])?"
    rf"(?:, 95th (?P<late>{_NUMBER}) (?P=unit))?"
    rf"(?: ×(?P<ratio>{_NUMBER})(?: \[(?P<ratio_low>{_NUMBER}), (?P<ratio_high>{_NUMBER})\])?)?"
    r"(?: n=(?P<n>\d+)| \(n=(?P<n_>\d+)\))?"
)


@dataclass(frozen=True)
class Result:
    """One table, and how it came about."""

    title: str
    command: str
    """As it would be typed to measure again; "" for what was measured by hand."""
    note: str
    """What else there is to know about the run."""
    plot: str
    """A file beside this one; "" when there is none."""
    date: str
    commit: str | None
    """Of the code that was measured; None when it was not recorded."""
    machine: str
    models: tuple[str, ...]
    """Those that the options name, or citeline's own where they name none; the bench may have used fewer."""
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def write(self, name: str) -> Path:
        """Write bench/results/NAME.json, a line a row, and return its path."""
        head = asdict(self)
        rows = [json.dumps(row, ensure_ascii=False) for row in head.pop("rows")]
        lines = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
        path = RESULTS / f"{name}.json"
        text = "\n".join(["{", *lines, ' "rows": [', ",\n".join(f"  {row}" for row in rows), " ]", "}"])
        path.write_text(text + "\n", encoding="utf-8")
        return path

    def section(self, machine: str) -> str:
        """Return the section as Markdown; the machine is named where it is another one than `machine`."""
        where = "" if self.machine == machine else f"on {self.machine}"
        commit = self.commit and f"at {self.commit}"
        told = ", ".join(part for part in (self.date, commit, self.command and f"`{self.command}`", where) if part)
        told += f" ([plot]({RESULTS.name}/{self.plot}))" if self.plot else ""
        told += f", {self.note}" if self.note else ""
        table = [_row(self.columns), "|---" * len(self.columns) + "|", *map(_row, self.rows)]
        return "\n".join([f"## {self.title}", "", told, "", *table, ""])


def load(path: Path) -> Result:
    """Read a file of bench/results. Raises KeyError and ValueError for one that is not of this form."""
    data = json.loads(path.read_text(encoding="utf-8"))
    values = {field.name: data[field.name] for field in fields(Result)}
    rows = tuple(tuple(row) for row in data["rows"])
    return Result(**values | {"models": tuple(data["models"]), "columns": tuple(data["columns"]), "rows": rows})


def of_run(name: str, summary: str, options: Sequence[str], given: Mapping[str, Any], lines: Sequence[str]) -> Result:
    """Make a result of what a bench has just printed. `given` are its options as they were parsed."""
    from bench.report.sections import title_of

    columns, rows = table_of(lines)
    plot = given.get("plot") or given.get("out")
    return Result(
        title=title_of(given["save"] or name) or summary,
        command=shown(name, options),
        note=given["note"],
        plot=Path(plot).name if plot and Path(plot).resolve().parent == RESULTS else "",
        date=time.strftime("%Y-%m-%d"),
        commit=_commit(),
        machine=f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
        models=_models(given),
        columns=columns,
        rows=rows,
    )


def shown(name: str, options: Sequence[str]) -> str:
    """Return the command as others would type it: without --save and --note, and without this machine's paths."""
    words, left = [], list(options)
    while left:
        word = left.pop(0)
        if word in ("--save", "--note"):
            if left and not left[0].startswith("-"):
                left.pop(0)
        elif not word.startswith(("--save=", "--note=")):
            words.append(_without_folder(word))
    return " ".join(["python -m bench", name, *words])


def _without_folder(word: str) -> str:
    option, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
    if value and Path(value).is_dir():
        value = "FOLDER"
    elif Path(value).is_absolute():
        value = Path(value).name
    return f"{option}{equals}{value}"


def table_of(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Return the columns and rows of the Markdown table among the lines; one without a head has figures and values."""
    rows = [_cells(line) for line in lines if line.startswith("|")]
    if len(rows) > 1 and all(re.fullmatch(":?-{3,}:?", cell) for cell in rows[1]):
        columns, rows = tuple(rows[0]), rows[2:]
    else:
        columns = ("figure", "value")
    return columns, tuple((row[0], *map(cell_of, row[1:]), *[""] * (len(columns) - len(row))) for row in rows)


def cell_of(text: str) -> Cell:
    """Read a figure; what is none stays text."""
    found = _FIGURE.fullmatch(text)
    if found is None:
        return text
    said = {key: value for key, value in found.groupdict().items() if value is not None}
    if "n_" in said:
        said["n"] = said.pop("n_")
    return {"text": text} | {key: value if key == "unit" else _number(value) for key, value in said.items()}


def _number(text: str) -> float:
    digits = text.replace(",", "")
    return float(digits) if "." in digits else int(digits)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _row(cells: Sequence[Cell]) -> str:
    texts: Iterator[str] = (cell if isinstance(cell, str) else cell["text"] for cell in cells)
    return "|" + "|".join(f" {text} " if text else " " for text in texts) + "|"


def _commit() -> str | None:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip() or None
    except OSError:
        return None


def _models(given: Mapping[str, Any]) -> tuple[str, ...]:
    from index.models.embedder import DEFAULT_EMBEDDER
    from rag.config import DEFAULT_LLM

    named = (given.get("llm", DEFAULT_LLM), given.get("embedder", DEFAULT_EMBEDDER))
    return tuple(str(each) for each in named if each != "none")
