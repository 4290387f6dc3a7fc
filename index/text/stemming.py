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
    """Return the Snowball stem of a folded word; numbers, and words of other languages, stay as they are."""
    stemmer = _stemmer(language)
    return word if stemmer is None or word[0].isdigit() else str(stemmer.stemWord(word))


def terms(text: str, language: str) -> list[str]:
    """Return what keyword retrieval indexes and asks for: stems without stop words, in order."""
    stop = stop_words(language)
    return [stem(word, language) for word in words(text, language) if word not in stop]


@cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None


def words_of(text: str, language: str, title_terms: Sequence[str]) -> list[str]:
    """Return the terms of a chunk for keyword retrieval: those of its text, and others of the headline."""
    found = terms(text, language)
    there = set(found)
    return found + [term for term in title_terms if term not in there]
