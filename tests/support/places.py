"""Where things are, and where a process of its own finds modules of citeline and of these tests."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PATHS = [str(ROOT), *sorted({str(path.parent) for path in (ROOT / "tests").rglob("*.py")})]
