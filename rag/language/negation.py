"""Whether a text says "not"."""

from __future__ import annotations

import re

from index.text import fold

_NEGATIONS = {
    "fr": r"\bn[e']\s*\w+(?:\s+\w+){0,3}?\s+(?:plus|jamais|rien|guere|personne)\b|\b(?:non|sans|aucune?|pas)\b",
    "en": r"\bnot\b|n't\b|\bnever\b|\bno\b|\bnone\b|\bnobody\b|\bwithout\b|\bcannot\b",
    "es": r"\bno\b|\bnunca\b|\bsin\b|\bningun[ao]?\b|\bjamas\b",
    "de": r"\bnicht\b|\bkeine?[rmns]?\b|\bnie\b|\bniemals\b|\bohne\b",
    "it": r"\bnon\b|\bmai\b|\bsenza\b|\bnessun[ao]?\b",
    "pt": r"\bnao\b|\bnunca\b|\bsem\b|\bnenhuma?\b",
}


def is_negated(text: str, language: str) -> bool:
    """Does a text say "not" somewhere, in one of the languages whose negations are known?"""
    pattern = _NEGATIONS.get(language)
    return bool(pattern and re.search(pattern, fold(text)))
