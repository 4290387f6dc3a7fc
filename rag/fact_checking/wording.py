"""Words of a draft found in an article: character by character, or the nearest there are and what differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

LEAST_ALIKE = 0.6
"""Share of a quotation's words, in their order, from which other words are taken for its source."""
LEAST_WORDS = 3
"""Words that a quotation must have in common with its source; shorter ones are found as they are or not at all."""
MOST_LEFT_OUT = 600
"""Characters that a draft may leave out at a "[…]"."""

_GAP = re.compile(r"\[[^\]]*\]|\(\s*(?:…|\.{3})\s*\)|…|\.{3}")
_APOSTROPHES = "'’‘ʼ`´"
_MARKS = '"“”„«»'
_EDGES = " \u00a0\u202f.,;:"
_TIGHT = ";:!?%»"
"""Before these a space may stand or not."""
_SPACES, _ANY = r"\s+", r"\s*"
_TOKEN = re.compile(r"\w+(?:[-’'ʼ]\w+)*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Near:
    """Words of a text that another text seems to have altered."""

    start: int
    end: int
    alike: float
    """Share of the quotation's words that stand there in their order."""
    differences: tuple[tuple[str, str], ...]
    """(as quoted, as it is there); "" where nothing stands."""


def exact(quoted: str) -> re.Pattern[str] | None:
    """Return what finds a quotation in a text, None for one without a letter or figure.

    Spaces, apostrophes and quotation marks may be of any kind, the first letter a capital or not; a stop or comma at
    an end belongs to the draft. A draft may leave out what it marks with "[…]" or replaces in brackets.
    """
    parts = [part.strip(_EDGES) for part in _GAP.split(quoted)]
    parts = [part for part in parts if any(map(str.isalnum, part))]
    if not parts:
        return None
    rules = [_flexible(part) for part in parts]
    first = parts[0][0]
    if first.isalpha() and len(first.upper()) == len(first.lower()) == 1:
        rules[0] = f"[{first.lower()}{first.upper()}]{_flexible(parts[0][1:])}"
    edged = [rf"(?<!\w){rule}(?!\w)" for rule in rules]
    return re.compile(rf"[\s\S]{{0,{MOST_LEFT_OUT}}}?".join(edged))


def _flexible(text: str) -> str:
    """A regular expression for a text with spaces and marks of any kind."""
    found: list[str] = []
    for piece in re.findall(r"\s+|\S", text):
        is_loose = piece in _MARKS or piece in _TIGHT
        if is_loose and found[-1:] == [_SPACES]:
            found.pop()
        if piece.isspace():
            if found[-1:] != [_ANY]:
                found.append(_SPACES)
        elif piece in _MARKS:
            found += [_ANY, f"[{re.escape(_MARKS)}]", _ANY]
        elif piece in _TIGHT:
            found += [_ANY, re.escape(piece)]
        else:
            found.append(f"[{re.escape(_APOSTROPHES)}]" if piece in _APOSTROPHES else re.escape(piece))
    return "".join(found)


def nearest(quoted: str, text: str) -> Near | None:
    """Return the words of a text that a quotation seems to have altered, None if none are near enough."""
    quoted = quoted.strip(_EDGES)
    said, there = list(_tokens(quoted)), list(_tokens(text))
    a, b = ([word for word, _, _ in each] for each in (said, there))
    block = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    if not block.size:
        return None
    margin = max(4, len(a) // 3)
    first = max(0, block.b - block.a - margin)
    last = min(len(b), block.b + len(a) - block.a + margin)
    matched = SequenceMatcher(None, a, b[first:last], autojunk=False).get_matching_blocks()
    blocks = [each for each in matched if each.size]
    n_words = sum(map(_is_word, a))
    n_alike = sum(_is_word(word) for each in blocks for word in a[each.a : each.a + each.size])
    if n_alike < LEAST_WORDS or n_alike < LEAST_ALIKE * n_words:
        return None
    # Words before the first and behind the last that are alike stand for as many of the quotation's.
    start = max(first, first + blocks[0].b - blocks[0].a)
    end = min(last, first + blocks[-1].b + blocks[-1].size + len(a) - blocks[-1].a - blocks[-1].size)
    changes = SequenceMatcher(None, a, b[start:end], autojunk=False).get_opcodes()
    differences = tuple(
        (_written(quoted, said[i1:i2]), _written(text, there[start + j1 : start + j2]))
        for kind, i1, i2, j1, j2 in changes
        if kind != "equal" and not (i1 == 0 and a[i1:i2][0].lower() == " ".join(b[start + j1 : start + j2]).lower())
    )
    return Near(there[start][1], there[end - 1][2], n_alike / n_words, differences)


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Words and marks as they are compared, and where they are."""
    for match in _TOKEN.finditer(text):
        word = match.group()
        for kind, plain in ((_APOSTROPHES, "'"), (_MARKS, '"')):
            for mark in kind:
                word = word.replace(mark, plain)
        yield word, match.start(), match.end()


def _is_word(token: str) -> bool:
    return token[0].isalnum()


def _written(text: str, tokens: list[tuple[str, int, int]]) -> str:
    return " ".join(text[tokens[0][1] : tokens[-1][2]].split()) if tokens else ""
