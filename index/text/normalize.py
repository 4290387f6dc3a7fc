"""Words as the keyword leg compares them.

A query typed without accents, in capitals, in NFD or with another apostrophe gives the same terms as the article.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from index.text.lexicon import LEXICON

_LIGATURES = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "’": "'", "ʼ": "'", "‘": "'", "`": "'"}  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_GROUPED = re.compile(r"(?<![\d.,])(\d{1,3})((?:[  \u00a0\u2009\u202f.,'’]\d{3})+)(?![\d])")
_TERM = re.compile(r"\d+(?:[.,]\d+)+|\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
_RAISED = re.compile(r"(?<=\d)(?=[⁰¹²³⁴-⁹])")
_ELIDED = LEXICON.rules("elided")


def fold(text: str) -> str:
    """Lower-case text without accents, ligatures, typographic apostrophes and invisible characters.

    NFC and NFD agree; raised digits behind a digit are set off ("10⁶" -> "10^6").
    """
    text = _RAISED.sub("^", text)  # "10⁶" is not 106
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    for char, plain in _LIGATURES.items():  # `in` and `replace` are ten times faster than a look at each letter
        if char in text:
            text = text.replace(char, plain)
    text = unicodedata.normalize("NFD", text)
    for char in () if text.isascii() else filter(unicodedata.combining, set(text)):
        text = text.replace(char, "")
    return text


def plain_numbers(text: str) -> str:
    """Join digit groups and write decimals with a point: "3 500 000" -> "3500000", "1,5" -> "1.5"."""

    def join(match: re.Match[str]) -> str:
        separators = set(re.findall(r"[^\d]", match.group(2)))
        if separators & {".", ","} and len(match.group(2)) == 4 and match.group(1) == "0":
            return match.group()
        return match.group(1) + re.sub(r"\D", "", match.group(2))

    text = _GROUPED.sub(join, text)
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def words(text: str, language: str = "") -> list[str]:
    """Return folded words and numbers in order, without elided articles ("l'école" -> "ecole").

    Scripts without spaces give pairs of characters.
    """
    text = plain_numbers(fold(text))
    text = _elided(language).sub(" ", text)
    found: list[str] = []
    for token in _TERM.findall(text):
        if _UNSPACED.search(token):
            found += [token[i : i + 2] for i in range(max(1, len(token) - 1))]
        else:
            found.append(token.strip("_"))
    return [word for word in found if word]


@cache
def _elided(language: str) -> re.Pattern[str]:
    """What an apostrophe cuts off before a word."""
    return re.compile(rf"\b(?:{_ELIDED.get(language) or LEXICON.shared('elided')})'(?=\w)")
