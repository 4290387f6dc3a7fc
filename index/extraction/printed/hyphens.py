"""Words divided at the end of a printed line: whether the hyphen there is the line's or the word's."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

HYPHENS = "-\u2010\u00ad"
WORD = re.compile(r"[^\W_]+(?:[-\u2010’'][^\W_]+)*")
_PARTS = re.compile(r"[-\u2010’']")
_VOWELS = frozenset("aàâæeéèêëhiîïoôœuùûy")


class Compounds(NamedTuple):
    """Words by which it is told whether two parts are a word with a hyphen: compounds.toml says of which kind each."""

    clitics: frozenset[str]
    always: frozenset[str]
    before_vowel: frozenset[str]
    joined: Mapping[str, tuple[str, ...]]
    only: Mapping[str, frozenset[str]]


@cache
def compounds() -> Compounds:
    """Return the words, read once."""
    found = tomllib.loads(Path(__file__).with_name("compounds.toml").read_text(encoding="utf-8"))
    return Compounds(
        frozenset(found["clitics"].split()),
        frozenset(found["always"].split()),
        frozenset(found["before_vowel"].split()),
        {first: tuple(said.split()) for first, said in found["joined"].items()},
        {first: frozenset(said.split()) for first, said in found["only"].items()},
    )


def joined(text: str, line: str, known: Counter[str]) -> str:
    """Return `text` as `line` goes on behind it: without the hyphen of a divided word, with that of a compound, or with
    a space where there is none. `known` counts the words of the document, in lower case."""
    if not (text[-1] in HYPHENS and len(text) > 1 and text[-2].isalpha() and line[:1].isalpha()):
        return f"{text} "
    head, tail = WORD.findall(text[:-1])[-1], WORD.match(line)
    return text[:-1] + ("" if is_divided(text[-1], head, tail[0] if tail else "", known) else "-")


def is_divided(hyphen: str, head: str, tail: str, known: Counter[str]) -> bool:
    """Return whether the hyphen between `head` and `tail` belongs to the line break only, not to the word.

    `known` counts the words of the document, in lower case; its own spelling decides first.
    """
    if not tail[:1].islower():
        return False
    joined, spelled = f"{head}{tail}".lower(), f"{head}-{tail}".lower()
    if known[joined] != known[spelled]:
        return known[joined] > known[spelled]
    if hyphen != "-":  # a soft hyphen, or one that the program put in
        return True
    if "-" in head or _is_compound(re.split(r"[’']", head.lower())[-1], tail.lower()):
        return False
    return not (known[head.lower()] > 1 and known[tail.lower()] > 1)


def _is_compound(first: str, tail: str) -> bool:
    """Return whether two parts make a word that is written with a hyphen."""
    known = compounds()
    second, *rest = _PARTS.split(tail)
    if second in known.clitics or (second in ("d", "l", "qu") and rest):
        return True
    if rest and "-" in tail and rest[0] not in known.clitics:  # "rez-" and "de-chaussée", not "gou-" and "verne-t-il"
        return True
    if second in known.only.get(first, ()):
        return True
    if second.startswith(known.joined.get(first, ())):
        return False
    return first in known.always or (first in known.before_vowel and second[:1] in _VOWELS)
