"""What a question presupposes: did it happen? Pure.

"Why did the minister resign?" is no evidence that he did. A sentence that states a serious event (limited to those
where a false statement does harm) is shown only if the lines, or the text around them, say it too, with one of its
words in any of six languages, and without a "not".
"""

from __future__ import annotations

from functools import cache

from index.text import words
from rag.language import PACKS, is_negated

_CLAUSE = PACKS.pattern("verdict.but", r"[,.](?=\s|$)|[;:()«»“”\"!?\n]|\b(?:{})\b")


def not_said(claim: str, text: str, language: str, source_language: str) -> str:
    """Return the first word of a claim for a serious event that `text` does not confirm, or ""."""
    if is_negated(claim, language):
        return ""
    parts = [part for part in _CLAUSE.split(text) if part and part.strip()]
    for word in words(claim, language):
        for row in _events():
            if not word.startswith(row):
                continue
            told = [part for part in parts if any(each.startswith(row) for each in words(part, source_language))]
            if not told or all(is_negated(part, source_language) for part in told):
                return word
    return ""


@cache
def _events() -> tuple[tuple[str, ...], ...]:
    """Beginnings of folded words, a row for what comes to the same."""
    return tuple(tuple(row.split()) for row in PACKS.shared("events.serious"))
