"""Where the benches find the repository, the seed articles and their own results."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SEEDS = ROOT / "seeds"
"""articles/ and questions.jsonl."""
RESULTS = ROOT / "bench" / "results"
PAGE = ROOT / "bench" / "results.md"
