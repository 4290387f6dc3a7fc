"""Questions and near misses about articles of our own, drawn together about windows as search cuts them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data.draw import Example
from bench.quality import written

FOLDER = Path(__file__).with_name("news_questions")
"""Of folders with articles and questions; those that reader_mixture.toml names are trained on, others calibrate."""
ELSEWHERE = 0.25
"""Share of the windows without an answer that are of another article."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with an answer, a near miss made from it, and their article's windows as the product reads them."""

    question: str
    near_miss: str
    windows: tuple[str, ...]
    at: int
    """Index of the window that has the answer, which is `windows[at][start:end]`."""
    start: int
    end: int


def article_questions(folders: Sequence[Path]) -> tuple[int, Callable[[random.Random], tuple[Example, ...] | None]]:
    """Return how many questions there are, and how to draw one with its near miss about the same window, and one of
    both about another window."""
    asked = [each for folder in folders for each in asked_of(folder)]

    def draw(chooser: random.Random) -> tuple[Example, ...] | None:
        one = chooser.choice(asked)
        window = one.windows[one.at]
        elsewhere = chooser.choice([w for k, w in enumerate(one.windows) if k != one.at] or [""])
        if chooser.random() < ELSEWHERE:
            elsewhere = chooser.choice(chooser.choice(asked).windows)
        group = [Example(one.question, window, one.start, one.end), Example(one.near_miss, window, -1, -1)]
        if elsewhere and window[one.start : one.end].casefold() not in elsewhere.casefold():
            group.append(Example(chooser.choice([one.question, one.near_miss]), elsewhere, -1, -1))
        return tuple(group)

    return 2 * len(asked), draw


def asked_of(folder: Path) -> list[Asked]:
    """Read the answerable questions of a folder that a near miss was made from."""
    rows = {w.id: w for w in written.load(folder)}
    windows = written.windows_of(folder)
    asked = []
    for near_miss in rows.values():
        if told := rows.get(near_miss.pair_of):
            texts = tuple(windows[told.article])
            text = (folder / "articles" / f"{told.article}.txt").read_text(encoding="utf-8")
            # A chunk has the file's characters but for line ends: the answer is looked for with what is before it.
            before = text[max(0, told.start - 40) : told.start].rpartition("\n")[2]
            for k, window in enumerate(texts):
                at = window.find(before + told.answer)
                if at >= 0:
                    start = at + len(before)
                    asked.append(Asked(told.question, near_miss.question, texts, k, start, start + len(told.answer)))
                    break
    return asked
