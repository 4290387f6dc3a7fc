"""What a page says and its article does not: each block that was left out, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.extraction.layout import n_letters, summed, tidy
from index.extraction.pages.passages import BLOCKS, PAGE, is_hidden, names_of, walk
from index.text import LEXICON
from index.types import Coverage, LeftOut

_LONG = 40  # characters of a paragraph that is looked for whole, before it is looked for in runs of words
_LOOKED_UP = 200  # times that one may not be found: each takes time in the length of the article
_RUN = 3  # words in a row that make a place of one text one of another
_UNSEEN = frozenset(
    "script style head title template noscript svg math iframe object embed canvas audio video map".split()
)
_CONTROLS = frozenset("button select textarea option".split())
# A word; each sign of a script that is written without spaces counts as one.
_ALONE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+")
_ADVERTISING = re.compile(
    r"(?:^|[\s_-])(?:ads?|advert\w*|pub|publicite|sponsor\w*|promo\w*|partner-?content)(?=$|[\s_-])", re.I
)
_AROUND = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|auteurs?|signature|meta(?:data)?|tags?|dates?|time|timestamp|published|updated|"
    r"reading-?time|rubrique|category|kicker|surtitre|copyright)(?=$|[\s_-])",
    re.I,
)
_LABEL = LEXICON.pattern("advertisements", r"(?:{})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a page, and why it would be left out (a key of LEFT_OUT)."""

    reason: str
    text: str


def blocks_of(tree: Any) -> Iterator[Block]:
    """Yield every paragraph of an element in order, menus and forms too; only what no browser shows is not there."""
    reasons = [""]  # of each element that is open, its own or that of what it stands in
    owners = [""]
    said: list[str] = []
    unseen = n_articles = 0

    def block() -> Iterator[Block]:
        if text := tidy("".join(said)):
            yield Block("advertising" if _LABEL.fullmatch(text) else owners[-1] or "other", text)
        said.clear()

    for event, element in walk(tree):
        name = element.tag if isinstance(element.tag, str) else ""
        begins = name in BLOCKS or name in _CONTROLS or name == "nav"
        if begins:
            yield from block()
        step = 1 if event == "start" else -1
        unseen += step * (name in _UNSEEN)
        n_articles += step * (name == "article")
        if event == "start":
            reasons.append("" if name in PAGE else _kind(element, n_articles > 0) or reasons[-1])
            owners += [reasons[-1]] if begins and name != "br" else []
            said += [" | "] if name in ("td", "th") and said else []
            part = element.text
        else:
            reasons.pop()
            if begins and name != "br":
                owners.pop()
            part = element.tail if element is not tree else None
        if part and not unseen:
            said.append(part)
    yield from block()


def coverage_of_page(blocks: Sequence[Block], lines: Sequence[str], *, is_whole: bool = True) -> Coverage:
    """Compare what a page says with the lines of its article; with `is_whole` False its end was cut off."""
    n_kept = n_letters(*lines)
    n_there, missing = _compared(blocks, lines)
    missing = [each if is_whole or each.reason != "other" else Block("too_long", each.text) for each in missing]
    left_out = [summed(reason, [each.text for each in missing if each.reason == reason]) for reason in
                dict.fromkeys(each.reason for each in missing)]  # fmt: skip
    if n_there > n_kept:
        left_out.append(LeftOut("repeated", n_there - n_kept, 1))
    return Coverage(n_kept + sum(each.n_chars for each in left_out), n_kept, tuple(left_out))


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
    runs = asked.intersection(_runs(_words(joined)))
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


def _kind(element: Any, is_in_article: bool) -> str:
    """Return what an element is beside an article, "" if nothing says that it is."""
    names, role = names_of(element), element.get("role")
    kinds = (
        ("hidden", is_hidden(element)),
        ("control", element.tag in _CONTROLS or element.tag == "form"),
        ("menu", element.tag == "nav" or role == "navigation"),
        ("advertising", _ADVERTISING.search(names)),
        ("footer", element.tag == "footer" and not is_in_article),
        ("beside", element.tag == "aside"),
        ("byline", element.tag == "address" or _AROUND.search(names)),
    )
    return next((reason for reason, is_it in kinds if is_it), "")
