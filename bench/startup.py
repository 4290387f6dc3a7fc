"""How long a person waits before anything happens: `citeline --help`, `import rag`, models loaded.

python -m bench.startup
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 10


def seconds(code: list[str]) -> list[float]:
    """Wall-clock seconds of RUNS fresh processes."""
    found = []
    for _ in range(RUNS):
        began = time.monotonic()
        subprocess.run([sys.executable, *code], capture_output=True, check=True)
        found.append(time.monotonic() - began)
    return found


def rows() -> list[tuple[str, str]]:
    """What a person waits for, and how long."""
    table = []
    for name, code in (
        ("python alone", ["-c", "pass"]),
        ("citeline --help", ["-m", "ui.cli", "--help"]),
        ("import rag", ["-c", "import rag"]),
    ):
        found = seconds(code)
        table.append((name, f"{statistics.median(found):.2f} s, slowest of {RUNS} {max(found):.2f} s"))
    return table


if __name__ == "__main__":
    for name, value in rows():
        print(f"| {name} | {value} |")
