"""What one article of a family says otherwise than another: sentence by sentence, with the words that differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from index.text import fold, sentences
from index.types import Article

ALIKE = 0.5
"""Least likeness, by words, of two sentences for one to be the other changed."""
MOST_SENTENCES = 3000
"""Sentences of an article that are compared; the others are counted."""
_MOST_PAIRS = 400
"""Sentences cut at a place, times those added there, that are compared with each other to find the changed ones."""
MOST_WORDS = 300
"""Words of a sentence that are compared one by one; of a longer one that changed no word is marked."""
_MOST_STEPS = 50_000
"""The same for sentences that say a few words over and over: places where both have the same word, times words."""
_WORDS = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Sentence:
    line: int
    """1-based."""
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a changed sentence, as they stand in it."""

    kind: Literal["same", "cut", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A sentence that both have, that one changed, or that only one has."""

    kind: Literal["same", "changed", "cut", "added"]
    a: Sentence | None
    b: Sentence | None
    pieces: tuple[Piece, ...] = ()
    """Of a changed sentence."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""

        def said(each: Sentence | None) -> dict[str, Any] | None:
            return {"line": each.line, "text": each.text} if each else None

        words = [{"kind": each.kind, "text": each.text} for each in self.pieces]
        return {"kind": self.kind, "a": said(self.a), "b": said(self.b), "words": words}


@dataclass(frozen=True, slots=True)
class Comparison:
    differences: tuple[Difference, ...]
    """In the order of both articles."""
    n_not_compared: int
    """Sentences beyond MOST_SENTENCES of either."""

    def count(self, kind: str) -> int:
        """Return how many sentences are of that kind."""
        return sum(each.kind == kind for each in self.differences)


def compare(a: Article, b: Article) -> Comparison:
    """Compare two articles. What differs in spaces, capitals, accents or quotation marks only is the same."""
    all_a, all_b = list(_sentences_of(a)), list(_sentences_of(b))
    from_a, from_b = all_a[:MOST_SENTENCES], all_b[:MOST_SENTENCES]
    matcher = SequenceMatcher(None, _numbered(from_a), _numbered(from_b), autojunk=False)
    found: list[Difference] = []
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            found += [Difference("same", one, other) for one, other in zip(from_a[a1:a2], from_b[b1:b2], strict=True)]
        else:
            found += _changed(from_a[a1:a2], from_b[b1:b2])
    return Comparison(tuple(found), len(all_a) - len(from_a) + len(all_b) - len(from_b))


def _sentences_of(article: Article) -> Iterator[Sentence]:
    for n, line in enumerate(article.lines, 1):
        for start, end in sentences(line):
            if any(map(str.isalnum, text := line[start:end].strip())):
                yield Sentence(n, text)


def _numbered(said: Sequence[Sentence]) -> list[tuple[str, int]]:
    """Return the key of each sentence and how often it was there before: a refrain would take time in its square."""
    seen: Counter[str] = Counter()
    found = []
    for each in said:
        key = _key(each)
        found.append((key, seen[key]))
        seen[key] += 1
    return found


def _key(sentence: Sentence) -> str:
    """Return the words and figures of a sentence, and the marks within a figure, so that "3,2" is not "3 2"."""
    return " ".join(re.findall(r"\d+(?:[.,:/-]\d+)*|[^\W\d]+", fold(sentence.text)))


def _changed(cut: Sequence[Sentence], added: Sequence[Sentence]) -> Iterator[Difference]:
    """Yield what stands at one place of two texts: pairs of alike sentences in order, the others alone."""
    pairs = _pairs(cut, added) if len(cut) * len(added) <= _MOST_PAIRS else []
    at_a = at_b = 0
    for n, m in [*pairs, (len(cut), len(added))]:
        yield from (Difference("cut", each, None) for each in cut[at_a:n])
        yield from (Difference("added", None, each) for each in added[at_b:m])
        if n < len(cut) and m < len(added):
            yield Difference("changed", cut[n], added[m], tuple(_pieces(cut[n].text, added[m].text)))
        at_a, at_b = n + 1, m + 1


def _pairs(cut: Sequence[Sentence], added: Sequence[Sentence]) -> list[tuple[int, int]]:
    """Return the sentences that are one another changed, in order: those of the greatest likeness in all."""
    words_a, words_b = ([Counter(_key(each).split()) for each in side] for side in (cut, added))
    best: list[list[tuple[float, list[tuple[int, int]]]]] = [
        [(0.0, []) for _ in range(len(added) + 1)] for _ in range(len(cut) + 1)
    ]
    for n in range(len(cut) - 1, -1, -1):
        for m in range(len(added) - 1, -1, -1):
            likeness = 2 * (words_a[n] & words_b[m]).total() / (words_a[n].total() + words_b[m].total() or 1)
            choices = [best[n + 1][m], best[n][m + 1]]
            if likeness >= ALIKE:
                total, pairs = best[n + 1][m + 1]
                choices.append((total + likeness, [(n, m), *pairs]))
            best[n][m] = max(choices, key=lambda each: each[0])
    return best[0][0][1]


def _pieces(a: str, b: str) -> Iterator[Piece]:
    """Yield the words of both sentences, those of `a` that are gone before those of `b` in their place."""
    spans_a, spans_b = ([match.span() for match in _WORDS.finditer(text)] for text in (a, b))
    words_a, words_b = [fold(a[i:j]) for i, j in spans_a], [fold(b[i:j]) for i, j in spans_b]
    often = Counter(words_b)
    n_steps = sum(often[word] for word in words_a) * min(len(words_a), len(words_b))
    if max(len(words_a), len(words_b)) > MOST_WORDS or n_steps > _MOST_STEPS:
        yield from (Piece("cut", a), Piece("added", b))
        return
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, words_a, words_b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("same", b[spans_b[b1][0] : spans_b[b2 - 1][1]])
            continue
        if a2 > a1:
            yield Piece("cut", a[spans_a[a1][0] : spans_a[a2 - 1][1]])
        if b2 > b1:
            yield Piece("added", b[spans_b[b1][0] : spans_b[b2 - 1][1]])
