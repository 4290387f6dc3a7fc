"""Text -> its sentences, as places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from index.progress import Tick, no_tick
from index.text.lexicon import LEXICON

# Possessive, and tried only where a run of stops begins: a character is looked at a few times, however long the text.
_STOP = re.compile(
    r"(?<![.!?…。！？])[.!?…。！？]++[\"»”’')\]]*+(?:[   ]»)?(?=\s++[\"«“‘(\[—–-]*+\s*+\w|\s*+$)|[。！？]"
)
_ABBREVIATIONS = LEXICON.all_words("abbreviations")
_OPENING = re.compile("[(\\[«“\"'’]")
_DAY_MONTHS = LEXICON.all_words("dotted_months")
_DAY = re.compile(r"(?<!\w)\d{1,2}\.$")
_WORD = re.compile(r"\s*+([^\W\d_]++)")
_RANKED = LEXICON.pattern("before_ordinal", r"(?<!\w)(?:{})$", re.IGNORECASE)
_GOES_ON = re.compile('[ \u00a0\u202f»”"—–(-]*+(.)', re.DOTALL)


def sentences(text: str, tick: Tick = no_tick) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of `text`, without surrounding space; a line ending always ends one.

    Together they cover everything but space. The time grows linearly with the length of the text, whatever it contains.
    """
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            tick()
            if _is_lower(text, stop.end(), line.end()) or _is_abbreviation(text, start, stop.start()):
                continue
            if _is_ordinal(text, start, stop, line.end()):
                continue
            yield from _trimmed(text, start, stop.end())
            start = stop.end()
        yield from _trimmed(text, start, line.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    if piece.strip():
        yield start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _is_abbreviation(text: str, start: int, stop: int) -> bool:
    """Is what stands from `start` up to the stop at `stop` at its end an abbreviation or an initial, no sentence?"""
    if text[stop] != ".":
        return False
    end = _before_space(text, start, stop)
    words = text[max(start, end - _longest() - 1) : end].split()  # so much of it tells, even where it is cut
    last = _OPENING.split(words[-1])[-1].lower() if words else ""
    is_initial = len(last) == 1 and last.isalpha() and text[stop - 1].isupper()
    return last in _ABBREVIATIONS or is_initial


def _is_ordinal(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Is a stop the one of a day or a rank ("am 3. Februar", "der 27. Marathon"), as in German or Danish?"""
    number = _DAY.search(text[max(start, stop.start() - 3) : stop.start() + 1])
    if not number:
        return False
    word = _WORD.match(text, stop.end(), end)
    if not word:
        return False
    first = stop.start() + 1 - len(number[0])
    before = _before_space(text, start, first)
    is_ranked = before < first and _RANKED.search(text[max(start, before - 5) : before])
    return word[1].lower() in _DAY_MONTHS or bool(is_ranked)


def _is_lower(text: str, at: int, end: int) -> bool:
    """Does the text go on in lower case, so that the stop was inside a sentence ("« Non ! » a-t-il dit")?"""
    found = _GOES_ON.match(text, at, end)
    return found is not None and found[1].islower()


def _before_space(text: str, start: int, at: int) -> int:
    """Where the space begins that ends at `at`, not before `start`."""
    while at > start and text[at - 1].isspace():
        at -= 1
    return at


@cache
def _longest() -> int:
    return max(map(len, _ABBREVIATIONS), default=0)
