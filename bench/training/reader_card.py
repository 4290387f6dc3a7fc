"""Write what the shipped reader was trained on into its model card, from the provenance that its trainer kept.

    python -m bench reader_card

Replaces what stands between `<!-- provenance -->` and `<!-- /provenance -->` in rag/reader/weights/reader.md by the
sets of rag/reader/weights/reader.json: name, licence, origin, questions, share of the draws, SHA-256; then the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bench.command import Parser
from bench.paths import ROOT

CARD = ROOT / "rag" / "reader" / "weights" / "reader.md"
BEGIN, END = "<!-- provenance -->\n", "<!-- /provenance -->"


def table(provenance: dict[str, Any]) -> Iterator[str]:
    """Give the lines of the section."""
    yield "| set | questions | share of draws | licence | origin | SHA-256 |"
    yield "|---|---:|---:|---|---|---|"
    for each in provenance["sets"]:
        yield (
            f"| {each['name']} | {each['questions']:,} | {each['share_of_draws']:.1%} | {each['licence']} "
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
    provenance = json.loads(CARD.with_suffix(".json").read_text(encoding="utf-8"))["provenance"]
    before, _, rest = CARD.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    CARD.write_text(before + BEGIN + "\n".join(table(provenance)) + "\n" + END + after, encoding="utf-8")
