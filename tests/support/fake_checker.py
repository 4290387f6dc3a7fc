"""A checker whose verdicts can be worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from index.text.normalize import words


class WordChecker:
    """A claim is carried by evidence that holds all its words, contradicted if a word stands there behind "not".

    It counts what it was asked, and stops like somebody who presses Ctrl-C after `stop_after` pairs.
    """

    def __init__(self, sure=0.95, stop_after=None):
        self.sure, self.stop_after = sure, stop_after
        self.pairs = []

    def threshold(self, across=False):
        return 0.5

    def verdicts(self, pairs):
        return np.array([self._verdict(*pair) for pair in pairs], dtype=np.float32)

    def _verdict(self, claim, evidence, question=""):
        if len(self.pairs) == self.stop_after:
            raise KeyboardInterrupt
        self.pairs.append((claim, evidence, question))
        said, there = set(words(claim)), words(f"{evidence} {question}")
        rest = 1 - self.sure
        if any(before == "not" and word in said for before, word in pairwise(there)):
            return rest / 2, self.sure, rest / 2
        if said <= set(there):
            return self.sure, rest / 2, rest / 2
        return rest / 2, rest / 2, self.sure
