"""What a reader said about an answer, and what follows from it when the same question is asked again.

right         some of the cited lines are cited again. Another answer on other lines may be right as well; it counts as
              lost, because nobody has looked at it.
wrong         neither the same text comes again nor all of the same lines. What comes instead may be wrong, too. line
an answer comes, and not with all of the same lines: of several it is unknown which one was wrong. right, none   nothing
was answered, rightly: nothing is answered again. Not once articles that answer were added. wrong, none   nothing was
answered, wrongly: something is. Whether it is right is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.text import fold
from index.types import Span


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that was judged: its text and the lines it cited, where they are today."""

    judgement: Literal["right", "wrong", "line"]
    text: str
    cited: tuple[Span, ...]
    """() if the articles were said not to answer."""

    @property
    def kind(self) -> str:
        """Key of the figure that it counts in."""
        if self.cited:
            return {"right": "still_right", "wrong": "wrong_gone", "line": "line_gone"}[self.judgement]
        return "still_silent" if self.judgement == "right" else "now_answered"

    def holds(self, is_shown: bool, text: str, cited: Sequence[Span]) -> bool:
        """Return whether what the question gets now agrees with the judgement."""
        if not self.cited:
            return is_shown != (self.judgement == "right")
        if self.judgement == "right":
            return is_shown and any(_touches(old, cited) for old in self.cited)
        if self.judgement == "line":
            return is_shown and not self._cites_again(cited)
        return not is_shown or not (self._says_again(text) or self._cites_again(cited))

    def _says_again(self, text: str) -> bool:
        return fold(text).split() == fold(self.text).split()

    def _cites_again(self, cited: Sequence[Span]) -> bool:
        return all(_touches(old, cited) for old in self.cited)


def _touches(old: Span, cited: Sequence[Span]) -> bool:
    return any(span.overlaps(old) for span in cited)
