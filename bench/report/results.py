"""Make bench/results.md from the files of bench/results.

python -m bench results
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bench.command import Parser
from bench.paths import PAGE, RESULTS
from bench.report.result import load
from bench.report.sections import SECTIONS

HEAD = Path(__file__).with_name("head.md")


def page(folder: Path) -> str:
    """Return the page: the head, then the results in the order of SECTIONS, and those that are not of it."""
    order = {section.name: n for n, section in enumerate(SECTIONS)}
    paths = sorted(folder.glob("*.json"), key=lambda path: (order.get(path.stem, len(order)), path.stem))
    found = [load(path) for path in paths]
    machine = Counter(result.machine for result in found).most_common(1)[0][0] if found else ""
    head = HEAD.read_text(encoding="utf-8").replace("MACHINE", machine)
    return "\n".join([head, *(result.section(machine) for result in found)])


def main() -> None:
    Parser(__doc__, has_table=False).parse_args()
    PAGE.write_text(page(RESULTS), encoding="utf-8")
    print(f"{PAGE} made from {len([*RESULTS.glob('*.json')])} results")
