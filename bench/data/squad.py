"""Questions in SQuAD-format files, and the split by article that keeps tuning and held-out halves apart.

Every script that tunes something reads the first half only; every number in a table comes from the second.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_SENTENCE_END = re.compile(r"(?<=[.!?।。؟…])[\"»”')\]]*\s+(?=\S)|(?<=[。])|\n+")
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class Item:
    """One question about one paragraph: `context[start : start + len(answer)] == answer`."""

    id: str
    article: str
    """Title as the file has it; what the split goes by."""
    paragraph: int
    """0-based, within its article."""
    question: str
    context: str
    answer: str
    start: int
    language: str

    @property
    def end(self) -> int:
        return self.start + len(self.answer)

    @property
    def title(self) -> str:
        return html.unescape(_TAG.sub("", self.article)).replace("_", " ").strip()


def load(path: Path, language: str) -> list[Item]:
    """Read all questions of a file in its order; one whose answer is not where the file says is left out."""
    items = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for number, paragraph in enumerate(article["paragraphs"]):
            context = paragraph["context"]
            for qa in paragraph["qas"]:
                answer, start = qa["answers"][0]["text"], qa["answers"][0]["answer_start"]
                # Some annotators selected the space before the word too.
                start += len(answer) - len(answer.lstrip())
                answer = answer.strip()
                if answer and context[start : start + len(answer)] == answer:
                    items.append(
                        Item(qa["id"], article["title"], number, qa["question"], context, answer, start, language)
                    )
    return items


def load_parallel(folder: Path) -> dict[str, list[Item]]:
    """Read `xquad.LANGUAGE.json` files: the same ids in every language."""
    return {
        path.name.split(".")[1]: load(path, path.name.split(".")[1]) for path in sorted(folder.glob("xquad.*.json"))
    }


def is_held_out(article: str) -> bool:
    """Say which half an article belongs to: a bit of its title's hash, so it never depends on the rest of the file."""
    return hashlib.sha256(article.encode()).digest()[0] % 2 == 1


def is_validation(article: str) -> bool:
    """Pick about an eighth of a half, for calibration while tuning."""
    return hashlib.sha256(article.encode()).digest()[1] % 8 == 0


def halves(items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    """Split into (tuning, held out) by article."""
    items = list(items)
    return [i for i in items if not is_held_out(i.article)], [i for i in items if is_held_out(i.article)]


def sentences(text: str) -> list[tuple[int, int]]:
    """Cut into half-open spans that cover the text; good enough to draw windows with, not the product's splitter."""
    cuts = [0, *(m.end() for m in _SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(cuts) if b > a]
