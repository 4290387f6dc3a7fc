"""Run a bench by its name: `python -m bench NAME [options]`, or `python -m bench --help` for all names.

A bench is a module in one of the folders here that has a `main`; its name is the module's.
"""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench.command import Parser, kept_output

SUBJECTS = ("quality", "speed", "peers", "training", "tools", "report")
USAGE = """python -m bench NAME [options]
python -m bench NAME --help     the options of one bench"""


class Bench(NamedTuple):
    subject: str
    module: str
    summary: str
    """First line of the module's docstring."""


def benches() -> dict[str, Bench]:
    """Return the benches by name, in the order of SUBJECTS and then of their names, without importing any."""
    found = {}
    for subject in SUBJECTS:
        for path in sorted(Path(__file__).parent.joinpath(subject).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
                found[path.stem] = Bench(subject, f"bench.{subject}.{path.stem}", _summary(tree))
    return found


def _summary(tree: ast.Module) -> str:
    return (ast.get_docstring(tree) or "").partition("\n")[0]


def listing() -> str:
    """Return what `--help` prints: a line a bench, by subject."""
    lines = [USAGE]
    known = benches()
    width = max(map(len, known)) + 2
    for subject in SUBJECTS:
        package = Path(__file__).parent / subject / "__init__.py"
        lines += ["", f"{subject}: {_summary(ast.parse(package.read_text(encoding='utf-8')))}"]
        lines += [f"  {name:{width}}{bench.summary}" for name, bench in known.items() if bench.subject == subject]
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> None:
    """Run the bench that the first argument names. Exits with a line on stderr when there is none of that name."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(listing())
        return
    name, *options = arguments
    bench = benches().get(name)
    if bench is None:
        sys.exit(f"bench: there is no bench {name!r}; python -m bench --help lists them")
    sys.argv = [f"python -m bench {name}", *options]
    with kept_output() as lines:
        importlib.import_module(bench.module).main()
    save(name, bench.summary, options, lines)


def save(name: str, summary: str, options: Sequence[str], lines: Sequence[str]) -> None:
    """Keep the table among the printed lines, if --save was given. Exits with a line on stderr when there is none."""
    given = Parser.given
    if given is None or getattr(given, "save", None) is None:
        return
    from bench.report.result import of_run  # which loads citeline

    result = of_run(name, summary, options, vars(given), lines)
    if not result.rows:
        sys.exit(f"bench: {name} printed no table, so nothing was saved")
    print(f"saved as {result.write(given.save or name)}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
