"""The words of a text that carry its meaning."""

from __future__ import annotations

from index.text import stem, stop_words, words
from rag.language.quantities import NUMBER_WORDS


def content(text: str, language: str) -> dict[str, str]:
    """Return the content words of a text: stem -> the folded word; no stop words, no numbers."""
    stop = stop_words(language)
    return {
        stem(word, language): word
        for word in words(text, language)
        if word not in stop
        and not word[0].isdigit()
        and word not in NUMBER_WORDS.get(language, frozenset())
        and len(word) > 1
    }
