"""Text -> its sentences, as places in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from index.progress import Tick, no_tick
from index.text.lexicon import LEXICON

_OPENS = "\"«“„‘‚‹»›’'(\\[¿¡—–•*…@#€$£-"  # what may stand before the first word of a sentence
# Possessive, and tried only where a run of stops begins: a character is looked at a few times, however long the text.
# A note call ("[1]", "¹") belongs to the sentence before it.
_STOP = re.compile(
    r"(?<![.!?…。！？])[.!?…。！？]++[\"»”’')\]“‘«›‹]*+(?:[ \u00a0\u202f]»)?(?:\[\d{1,3}\]|[⁰¹²³⁴-⁹]{1,3})*+"
    rf"(?=\s++(?:[\[(](?:…|\.\.\.)[\])]\s*+)?[{_OPENS}]*+\s*+\w|\s*+$)|[。！？]"
)
_LOOKED_AT = 40  # characters before a stop
_OPENING = re.compile("[(\\[«“„‚»\"'’/]")
_DAY_MONTHS = LEXICON.all_words("dotted_months")
_DAY = re.compile(r"(?<!\w)\d{1,2}\.$")
_WORD = re.compile(r"\s*+([^\W\d_]++)")
_RANKED = LEXICON.pattern("before_ordinal", r"(?<!\w)(?:{})$", re.IGNORECASE)
_GOES_ON = re.compile('[ \u00a0\u202f»”"—–(-]*+(.)', re.DOTALL)

_NEVER_LAST = LEXICON.all_words("abbreviations.never_last")
_NUMBERED = LEXICON.all_words("abbreviations.numbered")
_GENERAL = LEXICON.all_words("abbreviations.general")
_CLOSING = LEXICON.all_words("abbreviations.closing")
_OPENERS = LEXICON.all_words("abbreviations.openers")
_PARTICLES = LEXICON.all_words("abbreviations.particles")

_INITIALS = re.compile(r"[^\W\d_](?:[.-]{1,2}[^\W\d_])*")
_JOINTS = re.compile(r"[.\-\s]+")
_ENUMERATOR = re.compile(r"[\s\"«“(]*+(?:\d{1,2}|[IVX]{1,5}|[^\W\d_])")
_ITEM = re.compile(r"\s*+\(?[a-z]\)\s")
_NEXT = re.compile(rf"[\s{_OPENS}]*+(?:(\d++)|([^\W\d_]++)(['’]?)[\s«“\"'’]*+(\w?))")
_NUMERAL = re.compile(r"[IVXLC]+|[A-Z]")


class _Following(NamedTuple):
    """What follows a stop: a number, or a word in lower case and how it goes on."""

    number: str = ""
    word: str = ""
    is_numeral: bool = False
    is_before_capital: bool = False

    @property
    def opens(self) -> bool:
        """Whether it is a word that opens a sentence, not one of a name."""
        return self.word in _OPENERS or (self.word in _PARTICLES and not self.is_before_capital)


def sentences(text: str, tick: Tick = no_tick) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of `text`, without surrounding space; a line ending always ends one.

    Together they cover everything but space. The time grows linearly with the length of the text, whatever it contains.
    """
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for stop in _STOP.finditer(text, line.start(), line.end()):
            tick()
            if _is_lower(text, stop.end(), line.end()) or _is_abbreviation(text, start, stop, line.end()):
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


def _is_abbreviation(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Is the stop that of an abbreviation, an initial or an item's number, behind which the sentence goes on?"""
    at = stop.start()
    if text[at] != "." or text[at : at + 2] == "..":
        return False
    if at - start < _LOOKED_AT and _ENUMERATOR.fullmatch(text, start, at):
        return True
    spaced = _before_space(text, start, at)
    words = text[max(start, spaced - _LOOKED_AT) : spaced].split()  # so much of it tells, even where it is cut
    last = _OPENING.split(words[-1])[-1] if words else ""
    if not last:
        return False
    before = words[-2] if len(words) > 1 else ""
    return _goes_on(last, before, _following(text, stop.end(), end))


def _goes_on(last: str, before: str, then: _Following) -> bool:
    """Does the sentence go on behind `last` and its full stop, with `before` in front of it?"""
    joined = _JOINTS.sub(".", last.lower())
    pair = _JOINTS.sub(".", f"{before}{last}".lower()) if before.endswith(".") else joined
    is_counted = before[-1:].isdigit()
    is_unit = is_counted and len(last) == 1
    if joined in _CLOSING or pair in _CLOSING:
        return False
    if (pair in _NEVER_LAST and pair != joined) or f"{joined}.{then.word}" in _CLOSING:
        return True
    is_initial = len(last) == 1 and before[:1].isupper()  # perhaps: "Thomas M. Le prévenu a nié."
    if (joined in _NEVER_LAST or last in _NEVER_LAST) and not is_unit and not is_initial:
        return last[0].isupper() or "." in joined or not then.opens
    if (joined in _NUMBERED or joined.endswith(_numbered_endings())) and (then.number or then.is_numeral):
        return not is_unit or (joined == "h" and len(then.number) == 2)
    if not _INITIALS.fullmatch(last):
        is_known = joined in _GENERAL or pair in _GENERAL
        return is_known and not then.opens and not (is_counted and then.word in _PARTICLES)
    if last.islower() and len(last) == 1:
        return not is_unit and not then.opens and not then.number
    return not then.opens or (len(last) == 1 and then.is_before_capital)


@cache
def _numbered_endings() -> tuple[str, ...]:
    """Return how words end that are cut short in front of a number ("Hauptstr. 14")."""
    return tuple(each[1:] for each in _NUMBERED if each.startswith("-"))


def _following(text: str, at: int, end: int) -> _Following:
    found = _NEXT.match(text, at, end)
    if not found:
        return _Following()
    number, word, elision, first = found.groups()
    if number:
        return _Following(number)
    return _Following(
        word=word.lower() + ("'" if elision else ""),
        is_numeral=bool(_NUMERAL.fullmatch(word)),
        is_before_capital=first.isupper(),
    )


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
    if _ITEM.match(text, at, end):
        return False
    found = _GOES_ON.match(text, at, end)
    return found is not None and found[1].islower()


def _before_space(text: str, start: int, at: int) -> int:
    """Where the space begins that ends at `at`, not before `start`."""
    while at > start and text[at - 1].isspace():
        at -= 1
    return at
