"""Words that say the opposite of one another."""

from __future__ import annotations

from collections.abc import Collection

from index.text import words
from rag.language.packs import PACKS

# Beginnings of folded words whose change turns a statement round, side against side.
_OPPOSITES = PACKS.table("grammar.opposites", lambda pairs: tuple(map(tuple, pairs)))


def opposite_of(claim: str, sentence: str, language: str) -> str:
    """Return a word of the claim that says the opposite of the sentence ("a baissé" for "a augmenté"), or ""."""
    said, there = words(claim, language), words(sentence, language)
    for pair in _OPPOSITES.get(language, ()):
        for side, other in (pair, pair[::-1]):
            mine = [word for word in said if word.startswith(tuple(side.split()))]
            if mine and not _begins(there, side) and _begins(there, other) and not _begins(said, other):
                return mine[0]
    return ""


def begins_opposite(asked: str, sentence: str, language: str) -> str:
    """Return, for a word with an opposite in `asked`, "other" if the sentence has only the opposite, "both", or ""."""
    said, there = words(asked, language), words(sentence, language)
    for pair in _OPPOSITES.get(language, ()):
        for side, other in (pair, pair[::-1]):
            if _begins(said, side) and _begins(there, other):
                return "both" if _begins(there, side) or _begins(said, other) else "other"
    return ""


def is_same_side(word: str, sentence: str, language: str) -> bool:
    """Return whether the sentence has a word on the same side of an opposite ("fall" and "fell")."""
    there = words(sentence, language)
    return any(_begins([word], side) and _begins(there, side) for pair in _OPPOSITES.get(language, ()) for side in pair)


def _begins(found: Collection[str], side: str) -> bool:
    return any(word.startswith(tuple(side.split())) for word in found)
