"""What is known of a language's words, from lexicon/*.toml, one file a language."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from index.tables import Tables

LEXICON = Tables(Path(__file__).with_name("lexicon"))
STOP_WORDS = LEXICON.texts("stop_words")
"""Function words and question words of each language, accents folded."""


@cache
def stop_words(language: str) -> frozenset[str]:
    """Folded function and question words of a language, empty when it is not one of STOP_WORDS."""
    return frozenset(STOP_WORDS.get(language, "").split())
