"""Write what the shipped reader and checker were trained on into their model cards, from what their trainers kept.

    python -m bench cards

Replaces what stands between `<!-- provenance -->` and `<!-- /provenance -->` in rag/reader/weights/reader.md and
rag/verification/weights/checker.md by the sets of the .json beside it: name, licence, origin, size, share of the draws,
SHA-256; then the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.command import Parser
from bench.paths import ROOT

CARDS = {
    "questions": ROOT / "rag" / "reader" / "weights" / "reader.md",
    "evidence": ROOT / "rag" / "verification" / "weights" / "checker.md",
}
"""Beside what their sets are counted in."""
BEGIN, END = "<!-- provenance -->\n", "<!-- /provenance -->"


def table(provenance: dict[str, Any], counted: str) -> Iterator[str]:
    """Give the lines of the section."""
    yield f"| set | {counted} | share of draws | licence | origin | SHA-256 |"
    yield "|---|---:|---:|---|---|---|"
    for each in provenance["sets"]:
        yield (
            f"| {each['name']} | {each[counted]:,} | {each['share_of_draws']:.1%} | {each['licence']} "
            f"| {each['origin']} | `{each['sha256'][:12]}…` |"
        )
    yield ""
    yield (
        "{examples:,} examples in {steps:,} steps of {batch}, {minutes:.0f} minutes of learning on two CPU cores, "
        "learning rate {learning_rate:g}, constant, then falling over the last {falling:.0%}; mean of the weights over "
        "the steps ({averaged}); last loss {final_loss:.2f}.".format(**provenance)
    )
    if earlier := provenance["started_from"]:
        yield f"Started from weights with the SHA-256 `{earlier['sha256']}`: {earlier.get('about', 'an earlier run')}."


def main() -> None:
    Parser(__doc__, has_table=False).parse_args()
    for counted, card in CARDS.items():
        provenance = json.loads(card.with_suffix(".json").read_text(encoding="utf-8"))["provenance"]
        before, _, rest = card.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        lines = "\n".join(table(provenance, counted))
        card.write_text(before + BEGIN + lines + "\n" + END + after, encoding="utf-8")
