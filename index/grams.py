"""How alike a query and a few texts are by their letters: a typo, a joined word or another ending changes little."""

from __future__ import annotations

import math
from collections.abc import Sequence

from index.language import fold

SIZE = 4
"""Letters of a gram; 5 measures the same (docs/experiments.md)."""
_K1, _B = 1.2, 0.75


def likeness(query: str, texts: Sequence[str]) -> list[float]:
    """BM25 of each text over the query's 4-letter pieces, in [0, 1], 1.0 for the best; all 0 when none is shared.

    A piece weighs by how few of these very texts hold it, so no index of pieces is needed: this sorts candidates, it
    finds none.
    """
    folded = [f" {' '.join(fold(text).split())} " for text in texts]
    mean_length = sum(map(len, folded)) / len(folded) if folded else 0.0
    scores = [0.0] * len(folded)
    for gram in sorted(_grams(query)):
        counts = [text.count(gram) for text in folded]
        holding = sum(1 for count in counts if count)
        if not holding:
            continue
        rarity = math.log(1 + (len(folded) - holding + 0.5) / (holding + 0.5))
        for i, count in enumerate(counts):
            if count:
                scores[i] += rarity * count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * len(folded[i]) / mean_length))
    top = max(scores, default=0.0)
    return [score / top for score in scores] if top else scores


def _grams(query: str) -> set[str]:
    text = f" {' '.join(fold(query).split())} "
    return {text[i : i + SIZE] for i in range(len(text) - SIZE + 1)}
