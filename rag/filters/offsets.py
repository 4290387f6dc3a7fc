"""A text that rules read folded, and where each match was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.text import fold


@dataclass(frozen=True, slots=True)
class Folded:
    """A question and its folded form; `places[i]` is where the folded character i is in the question."""

    question: str
    folded: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, question: str) -> Folded:
        letters: list[str] = []
        places: list[int] = []
        for place, char in enumerate(question):
            folded = " " if char.isspace() else fold(char)
            letters.append(folded)
            places += [place] * len(folded)
        return cls(question, "".join(letters), (*places, len(question)))

    def typed(self, start: int, end: int) -> str:
        """Return the question's own characters for a stretch of the folded text."""
        return self.question[self.places[start] : self.places[end]]

    def without(self, start: int, end: int, instead: str = "") -> str:
        """Return the question without that stretch, or with other words in its place, written as a person would."""
        before, after = self.typed(0, start).rstrip(" ,;:("), self.typed(end, len(self.folded)).lstrip(" ,;:)")
        before = f"{before} {instead}".strip() if instead else before
        joint = "" if not before or not after or after[0] in ".?!…" else " "
        rest = before + joint + after
        if self.question.rstrip().endswith("?") and re.search(r"\w\?$", rest) and re.search(r"\s\?\s*$", self.question):
            rest = rest[:-1] + " ?"
        return rest[:1].upper() + rest[1:]
