"""Find the values written in a text, in figures or in words, in six languages."""

from __future__ import annotations

import re
from functools import cache

from index.tables import Pattern
from index.text import fold, months, plain_numbers, stem, stop_words
from rag.language.packs import PACKS

_UNITS = PACKS.table("numbers.units", lambda said: {word: n for n, word in enumerate(said.split())})
_TENS = PACKS.table("numbers.tens", dict[str, float])
_SHORT = {"xk": 1e3, "xm": 1e6, "xb": 1e9}
"""What stands for a scale that is written short before or behind a currency."""
_SCALES = PACKS.table("numbers.scales", lambda said: dict[str, float](said) | _SHORT)
_JOINED_BY = PACKS.words("numbers.joined_by")
NUMBER_WORDS = PACKS.table(
    "numbers", lambda said: frozenset([*said.get("units", "").split(), *said.get("tens", ()), *said.get("scales", ())])
)
"""Words of a language that are part of a number."""
# Also an article ("un homme", "one of them"), a month or another word: alone they are not read as numbers.
_AMBIGUOUS = PACKS.all_words("numbers.ambiguous")

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s-]")


def numbers(text: str, language: str, loose: bool = False) -> set[float]:
    """Return the values in a text, in figures or words: "1,5 milliard" gives 1.5e9, "vingt-deux" 22, "3 500" 3500.

    A word that is a number but also something else ("un", "neuf", "one") counts only if `loose`.
    """
    tokens = _tokens(text)
    found: set[float] = set()
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at, language)
        if value is not None and (loose or after > at + 1 or tokens[at] not in _AMBIGUOUS):
            found.add(value)
        at = max(after, at + 1)
    return found


def measures(text: str, language: str) -> set[tuple[float, str]]:
    """Return values with the unit that follows, in one spelling: "41 %" and "41 percent" give (41.0, "%")."""
    return {(value, unit) for value, word, _ in _counted(text, language) if (unit := _units().get(word))}


def counts(text: str, language: str) -> set[tuple[float, str]]:
    """Return values with the `thing` that follows, a unit or not: "12 vaches" gives (12.0, "fr:vach").

    A word that is a number but also something else ("un", "neuf") counts units only.
    """
    found = {(value, thing(word, language), number) for value, word, number in _counted(text, language)}
    return {(value, what) for value, what, number in found if what in _names() or (what and number not in _AMBIGUOUS)}


def thing(word: str, language: str) -> str:
    """Return what a folded word names if a number stands before it: a unit, the same in all languages, or the language
    and the word's stem; "" if it can name nothing that is counted."""
    if unit := _units().get(word):
        return unit
    is_noun = word.isalpha() and len(word) > 1 and word not in stop_words(language) and word not in months()
    is_noun = is_noun and word not in NUMBER_WORDS.get(language, frozenset())
    return f"{language}:{stem(word, language)}" if is_noun else ""


def _counted(text: str, language: str) -> list[tuple[float, str, str]]:
    """Return each value with the word after it, and its own first token."""
    tokens = _tokens(text)
    found = []
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at, language)
        if value is not None:
            behind = [token for token in tokens[after : after + 4] if token != "'" and token not in _BETWEEN]
            if behind:
                found.append((value, behind[0], tokens[at] if after == at + 1 else ""))
        at = max(after, at + 1)
    return found


_ORDINALS = PACKS.table("numbers.ordinals", lambda said: [re.compile(rf"\b(?:{each})\b") for each in said])
_ORDINAL = Pattern(lambda: rf"\b(\d{{1,2}})(?:{PACKS.shared('numbers.ordinal_ends')})\b")


def ranks(text: str, language: str) -> set[int]:
    """Return the places in a row that a text names, up to the tenth in words: "deuxième", "2e" and "second" give 2."""
    plain = fold(text)
    words = {n for n, rule in enumerate(_ORDINALS.get(language, ()), start=1) if rule.search(plain)}
    return words | {int(each) for each in _ORDINAL.compiled.findall(plain)}


_PER_CENT = PACKS.pattern("numbers.per_cent", r"\b(?:{})\b")
_BETWEEN = PACKS.all_words("numbers.before_unit")
_MEASURES = PACKS.table("numbers.measures", dict[str, str])


@cache
def _names() -> frozenset[str]:
    return frozenset(_units().values())


@cache
def _units() -> dict[str, str]:
    """Words for units in all languages -> the unit."""
    tables = (PACKS.shared("numbers.measures"), *_MEASURES.values())
    return {word: unit for table in tables for unit, words in table.items() for word in words.split()}


# "1,5 M€", "2 Mds d'euros", "3 Mio. Euro", "30 k€".
_SHORT_BEHIND = Pattern(
    lambda: rf"(?<=\d)[ \u00a0\u202f]?([kK]|M|[Mm]r?ds?|Mios?)\.?[ \u00a0\u202f]?(?=(?:d['’])?(?i:{_currencies()}))"
)
# "$3m", "£1.5bn".
_SHORT_BEFORE = re.compile(r"([€$£] ?\d[\d.,]*) ?([kK]|mn?|M|bn?|B)\b")
MONEY = ("eur", "usd", "gbp", "chf")
"""Units that are currencies."""


def _tokens(text: str) -> list[str]:
    text = _SHORT_BEHIND.compiled.sub(lambda found: f" {_short(found.group(1))} ", text)
    text = _SHORT_BEFORE.sub(lambda found: f"{found.group(1)} {_short(found.group(2))} ", text)
    return _NUMBER.findall(_PER_CENT.sub("%", plain_numbers(fold(text))))


def _currencies() -> str:
    """Return a rule for the signs and words of currencies in all languages."""
    money = [word for word, unit in _units().items() if unit in MONEY]
    return "|".join(re.escape(word) + (r"\b" if word.isalnum() else "") for word in money)


def _short(scale: str) -> str:
    plain = scale.lower()
    return "xk" if plain == "k" else "xb" if plain.startswith("b") or "d" in plain else "xm"


def _number_at(tokens: list[str], at: int, language: str) -> tuple[float | None, int]:
    """The number that starts at a token, in figures with a scale word or all in words, and where it ends."""
    scales = _SCALES.get(language, _SHORT)
    if tokens[at][0].isdigit():
        value = float(tokens[at])
        if at + 1 < len(tokens) and scales.get(tokens[at + 1], 0) >= 1000:
            return value * scales[tokens[at + 1]], at + 2
        return value, at + 1
    steps = _UNITS.get(language, {}) | _TENS.get(language, {})
    joins = _JOINED_BY.get(language, frozenset())
    total, current, largest, start = 0.0, 0.0, 0.0, at
    while at < len(tokens):
        token = tokens[at]
        if token in steps:
            grown = _grown(current, steps[token], language)
            if grown is None:
                break
            current = grown
        elif token in scales and (at > start or token not in _AMBIGUOUS):
            scale = scales[token]
            if scale == 100:
                current = max(1.0, current) * 100
            elif scale > largest:  # "deux mille milliards": all that stands before it counts so often
                total, current, largest = max(1.0, total + current) * scale, 0.0, scale
            else:
                total, current = total + max(1.0, current) * scale, 0.0
        elif not (token in joins and at > start and at + 1 < len(tokens) and tokens[at + 1] in steps):
            break
        at += 1
    return (total + current, at) if at > start else (None, at)


def _grown(current: float, step: float, language: str) -> float | None:
    """Return a number that another word goes on with; None if the word begins a number of its own."""
    if language == "fr" and current % 100 == 4 and step == 20:  # quatre-vingts
        return current + 76
    if language == "fr" and current % 100 == 10 and step in (7, 8, 9):  # dix-sept
        return current + step
    fits = not current or (current % 100 == 0 and step < 100) or (current % 100 >= 20 and step < 20)
    return current + step if fits else None
