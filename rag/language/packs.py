"""What is known of each language a question may be asked in, and what is said in it, from packs/*.toml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from index.tables import Tables

PACKS = Tables(Path(__file__).with_name("packs"))
THE = PACKS.all_words("nouns.the")
"""The definite articles of all languages."""


def either(words: Iterable[str]) -> str:
    """Return a rule for any of some words, with a straight or a curly apostrophe."""
    return "|".join(word.replace("'", "['’]") for word in words)
