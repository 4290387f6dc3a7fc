"""What a file says and its articles do not: each piece of text that was left out, and why.

Whatever reads a kind of file lists all that the file says as blocks, apart from the way to its articles; what of these
the lines of an article lack was left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from index.extraction.layout import MOST_SHOWN, n_letters, summed
from index.types import Coverage, LeftOut

_LONG = 40  # characters of a paragraph that is looked for whole, before it is looked for in runs of words
_LOOKED_UP = 200  # times that one may not be found: each takes time in the length of the article
_RUN = 3  # words in a row that make a place of one text one of another
# A word; each sign of a script that is written without spaces counts as one.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a file, and why it would be left out (a key of LEFT_OUT)."""

    reason: str
    text: str


def measured(blocks: Sequence[Block], lines: Sequence[str], *, is_whole: bool = True) -> Coverage:
    """Compare what a file says with the lines of its article; with `is_whole` False its end was cut off."""
    n_kept = n_letters(*lines)
    n_there, missing = _compared(blocks, lines)
    missing = [each if is_whole or each.reason != "other" else Block("too_long", each.text) for each in missing]
    left_out = [summed(reason, [each.text for each in missing if each.reason == reason]) for reason in
                dict.fromkeys(each.reason for each in missing)]  # fmt: skip
    if n_there > n_kept:
        left_out.append(LeftOut("repeated", n_there - n_kept, 1))
    return Coverage(n_kept + sum(each.n_chars for each in left_out), n_kept, tuple(left_out))


def all_left_out(blocks: Iterable[Block]) -> Coverage:
    """Return the measure of a text of which nothing is kept."""
    texts: dict[str, list[str]] = {}
    for each in blocks:
        texts.setdefault(each.reason, []).append(each.text)
    left_out = tuple(one for reason, some in texts.items() if (one := summed(reason, some)).n_chars)
    return Coverage(sum(each.n_chars for each in left_out), 0, left_out)


def beside(whole: Sequence[Block], within: Sequence[Block]) -> list[Block]:
    """Return what a file says (`whole`) and its articles do not, given all blocks `within` these."""
    known = Counter(each.text for each in within)
    rest = []
    for each in whole:
        if known[each.text]:
            known[each.text] -= 1
        else:
            rest.append(each)
    if +known:  # the same text in other pieces
        rest = _compared(rest, [each.text for each in within])[1]
    return [Block("no_article" if each.reason == "other" else each.reason, each.text) for each in rest]


def total(measures: Iterable[Coverage]) -> Coverage:
    """Return the measure of a file of which these are all parts."""
    found = kept = 0
    reasons: dict[str, list[LeftOut]] = {}
    for measure in measures:
        found, kept = found + measure.found, kept + measure.kept
        for each in measure.left_out:
            reasons.setdefault(each.reason, []).append(each)
    return Coverage(found, kept, tuple(_joined(each) for each in reasons.values()))


def _joined(several: Sequence[LeftOut]) -> LeftOut:
    begins = dict.fromkeys(first for each in several for first in each.begins)
    n_chars, n_blocks = sum(each.n_chars for each in several), sum(each.n_blocks for each in several)
    return LeftOut(several[0].reason, n_chars, n_blocks, tuple(islice(begins, MOST_SHOWN)))


def _compared(blocks: Sequence[Block], lines: Sequence[str]) -> tuple[int, list[Block]]:
    """Return how many letters of the blocks the lines have, as often as a block has them, and what they lack."""
    joined = " ".join(filter(None, lines))
    at = n_there = n_failed = 0
    others = []
    for each in blocks:
        place = joined.find(each.text, at) if len(each.text) >= _LONG and n_failed < _LOOKED_UP else -1
        if place >= 0:
            at, n_there = place + len(each.text), n_there + n_letters(each.text)
        else:
            n_failed += len(each.text) >= _LONG
            others.append(each)
    whole_lines = {tuple(_words(cell)) for line in lines if len(line) < _LONG for cell in (line, *line.split(" | "))}
    asked = {run for each in others for run in _runs(_words(each.text))}
    runs = asked.intersection(_runs(_words(joined))) if asked else asked
    missing = []
    for each in others:
        for text, is_there in _split(each.text, runs, whole_lines):
            if is_there:
                n_there += n_letters(text)
            elif n_letters(text):
                missing.append(Block(each.reason, text))
    return n_there, missing


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[n:] for n in range(_RUN)), strict=False)


def _split(text: str, runs: set[tuple[str, ...]], whole_lines: set[tuple[str, ...]]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a paragraph, and of each whether the article has it.

    A word is there if a run of three with it is.
    """
    places = [(match.start(), match.group().lower()) for match in _WORD.finditer(text)]
    words = [word for _, word in places]
    is_there = [tuple(words) in whole_lines] * len(words)
    for n in range(len(words) - _RUN + 1):
        if tuple(words[n : n + _RUN]) in runs:
            is_there[n : n + _RUN] = [True] * _RUN
    first = 0
    for n in range(1, len(words) + 1):
        if n == len(words) or is_there[n] != is_there[first]:
            end = places[n][0] if n < len(words) else len(text)
            yield text[places[first][0] : end].strip(), is_there[first]
            first = n


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
