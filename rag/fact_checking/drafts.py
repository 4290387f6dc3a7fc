"""A draft as its sentences, each with its lines, and the words that it quotes."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from index.text import detect, sentences

MOST_HEADING_WORDS = 12
"""A line by itself with no more words, and without a stop at its end, is a heading."""
WRAPPED = 60
"""Characters from which a line without a stop at its end may have been broken by a writing program."""
LEAST_TELLING = 6
"""Words from which a sentence shows its own language; a shorter one is in the draft's."""

_LINE_END = re.compile(r"\r\n|\r|\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HEADING = re.compile(r" {0,3}#{1,6}(?:\s|$)")
_RULE = re.compile(r"\s*(?:[-*_=~]\s*){3,}$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_TABLE = re.compile(r"\s*\|")
_CITED = re.compile(r"\s*(?:>\s?)+")
_ITEM = re.compile(r"\s*(?:[-*+•–—]|\(?\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
# None of these looks far, nor twice at the same characters: a draft may hold anything.
_INLINE = (
    (re.compile(r"<!--.{0,2000}?-->|!\[[^\[\]]{0,300}\]\([^()]{0,2000}\)|\[\^[^\[\]]{0,80}\]"), ""),
    (re.compile(r"\[([^\[\]]{0,1000})\]\([^()]{0,2000}\)"), r"\1"),
    (re.compile(r"(?<!\w)([*_]{1,3})(?=\S)([^*_]+)(?<=\S)\1(?!\w)"), r"\2"),
)
_ENDED = re.compile(r"[.!?…。！？][\"»”’')\]\s]*$")
_QUESTION = re.compile(r"[?？؟][\"»”’')\]\s]*$")
_QUOTED = re.compile(r"«([^«»]+)»|“([^“”„]+)”|„([^“”„]+)[“”]|(?<!\w)\"(?=\S)([^\"]+)(?<=\S)\"(?!\w)")


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, and what stands before and behind them in their sentence."""

    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a draft."""

    text: str
    first: int
    """The line it begins on, from 1; `last` is the one it ends on."""
    last: int
    language: str
    quotes: tuple[Quotation, ...] = ()
    """The quotations that begin in it."""
    is_claim: bool = True
    """False for a heading or a question, which is there for its quotations."""


def statements(draft: str) -> list[Statement]:
    """Return the sentences of a draft that claim something, and headings and questions that quote, in their order.

    It is plain text or Markdown. Lines of code and tables say nothing.
    """
    draft = _CONTROL.sub(" ", draft)
    language = detect(draft[:20_000])
    return [each for block in _blocks(_LINE_END.split(draft)) for each in block.statements(language)]


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that are one paragraph, heading or item of a list."""

    lines: tuple[tuple[int, str], ...]
    is_heading: bool

    def statements(self, language: str) -> Iterator[Statement]:
        text = " ".join(line for _, line in self.lines)
        starts = [0, *accumulate(len(line) + 1 for _, line in self.lines)]
        spans = list(sentences(text))
        ends = [end for _, end in spans]
        quotes: dict[int, list[Quotation]] = {}
        for match in _QUOTED.finditer(text):
            said = next(filter(None, match.groups())).strip()
            n, last = (bisect_left(ends, at) for at in (match.start() + 1, match.end()))
            if any(map(str.isalnum, said)):
                around = text[spans[n][0] : match.start()], text[match.end() : ends[last]]
                quotes.setdefault(n, []).append(Quotation(said, *around))
        for n, (start, end) in enumerate(spans):
            piece = text[start:end]
            is_claim = not self.is_heading and not _QUESTION.search(piece) and any(map(str.isalnum, piece))
            if is_claim or n in quotes:
                first, last = (self.lines[bisect_right(starts, at) - 1][0] for at in (start, end - 1))
                own = detect(piece, default=language) if len(piece.split()) >= LEAST_TELLING else language
                yield Statement(piece, first, last, own, tuple(quotes.get(n, ())), is_claim)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    """Yield the paragraphs, headings and items of a draft."""
    block: list[tuple[int, str]] = []
    is_item = False
    skipped = _skipped(lines)
    for number, raw in enumerate((*lines, ""), start=1):
        line = _CITED.sub("", raw, count=1) if _CITED.match(raw) else raw
        is_rule = bool(_RULE.match(line))
        item = _ITEM.match(line)
        is_gap = number in skipped or is_rule or not line.strip() or bool(_TABLE.match(line) or _FENCE.match(line))
        is_marked = bool(_HEADING.match(line))
        if block and (is_gap or is_marked or item or not _goes_on(block[-1][1], line)):
            underlined = is_rule and len(block) == 1 and not _ENDED.search(block[0][1])
            yield _Block(tuple(block), underlined or (not is_item and _is_heading(block)))
            block, is_item = [], False
        if is_gap:
            continue
        if is_marked:
            yield _Block(((number, _plain(line.strip(" #\t"))),), True)
            continue
        is_item = is_item or item is not None
        block.append((number, _plain(line[item.end() :] if item else line)))


def _skipped(lines: Sequence[str]) -> set[int]:
    """Return the numbers of the lines that are code or, at the top, keys and values about the draft."""
    fences = [number for number, line in enumerate(lines, start=1) if _FENCE.match(line)]
    found = {n for a, b in zip(fences[::2], fences[1::2], strict=False) for n in range(a, b + 1)}
    if lines and lines[0].strip() == "---":
        ends = [n for n, line in enumerate(lines[1:60], start=2) if line.strip() == "---"]
        if ends and all(re.match(r"\s|[\w-]+:|- |#|$", line) for line in lines[1 : ends[0] - 1]):
            found |= set(range(1, ends[0] + 1))
    return found


def _goes_on(line: str, after: str) -> bool:
    """Return whether the next line belongs to the paragraph of this one, and is not the text below a heading."""
    return (
        bool(_ENDED.search(line)) or len(line) >= WRAPPED or after.lstrip()[:1].islower() or line.endswith((",", ";"))
    )


def _is_heading(block: Sequence[tuple[int, str]]) -> bool:
    """Return whether a paragraph is a line without a stop at its end, or one that only introduces what follows."""
    text = " ".join(line for _, line in block)
    return len(block) == 1 and len(text.split()) <= MOST_HEADING_WORDS and text[-1:] not in ".!?…»”\"')。！？"


def _plain(line: str) -> str:
    for pattern, instead in _INLINE:
        line = pattern.sub(instead, line)
    return line.strip()
