"""Ways to mistype a question."""

from __future__ import annotations

import re
import unicodedata


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _with_typo(text: str) -> str:
    """Two letters swapped inside the longest word."""
    word = max(re.findall(r"\w+", text), key=len)
    k = len(word) // 2
    return text.replace(word, word[: k - 1] + word[k] + word[k - 1] + word[k + 1 :], 1) if len(word) > 3 else text


PERTURBATIONS = {
    "typo": _with_typo,
    "no-accents-no-capitals": lambda text: _without_accents(text).lower(),
    "capitals": str.upper,
    "nfd": lambda text: unicodedata.normalize("NFD", text),
}
