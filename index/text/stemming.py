"""Words -> terms, as the keyword leg indexes and asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from index.text.lexicon import LEXICON, stop_words
from index.text.normalize import words

STEMMERS = LEXICON.texts("stemmer")
"""The name of each language's Snowball stemmer."""


def stem(word: str, language: str) -> str:
    """Snowball stem of a folded word; numbers, and words of a language without a stemmer, stay as they are."""
    stemmer = _stemmer(language)
    return word if stemmer is None or word[0].isdigit() else str(stemmer.stemWord(word))


def terms(text: str, language: str) -> list[str]:
    """What the keyword leg indexes and asks for: stems without stop words, in order."""
    stop = stop_words(language)
    return [stem(word, language) for word in words(text, language) if word not in stop]


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None


def words_of(text: str, language: str, title_terms: Sequence[str]) -> list[str]:
    """Terms of a chunk for the keyword leg: those of its text, and those of the headline that are not among them."""
    found = terms(text, language)
    there = set(found)
    return found + [term for term in title_terms if term not in there]
