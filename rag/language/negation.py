"""Whether a text says "not"."""

from __future__ import annotations

import re

from index.text import fold
from rag.language.packs import PACKS

_NEGATIONS = PACKS.rules("grammar.negation")


def is_negated(text: str, language: str) -> bool:
    """Return whether a text says "not" somewhere, in one of the languages whose negations are known."""
    return bool(re.search(_NEGATIONS.of(language), fold(text)))
