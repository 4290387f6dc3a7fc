"""Small real classes that stand for the heavy ones: what they give can be worked out by hand."""

from __future__ import annotations

import zlib

import numpy as np

from index.text.normalize import words
from rag.generation.base import Piece
from rag.types import Usage


class BagEmbedder:
    """A text's vector counts its folded words, each in a place of its own (but for collisions): cosine is overlap."""

    def __init__(self, name="bag", dim=512):
        self.name = name
        self.fingerprint = f"{name} {dim}"
        self.dim = dim
        self.encoded = []

    def passage(self, title, text):
        return f"{title}\n{text}"

    def encode(self, texts):
        self.encoded += texts
        return self._vectors(texts)

    def encode_query(self, query):
        return self._vectors([query])[0]

    def _vectors(self, texts):
        table = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                table[row, zlib.crc32(word.encode()) % self.dim] += 1
            table[row, 0] += 1e-3
        return table / np.linalg.norm(table, axis=1, keepdims=True)


class ScriptedLlm:
    """Says its replies one after the other, a word a piece, and keeps the prompts it was given."""

    name = "scripted"

    def __init__(self, *replies):
        self.replies = list(replies)
        self.prompts = []
        self.read_ahead = []
        self.interruptions = 0

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, messages, max_tokens):
        self.prompts.append(list(messages))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        for n, word in enumerate(reply.split(" "), start=1):
            yield Piece(word if n == 1 else " " + word, Usage(10, 0, n))

    def read(self, messages):
        self.read_ahead.append(list(messages))

    def interrupt(self):
        self.interruptions += 1


def plain_answerer(library):
    """A real Answerer without weights: a library's own lines, found by words in common and quoted."""
    from pathlib import Path

    from rag.pipeline.answerer import Answerer
    from rag.reader.lexical import OverlapReader

    return Answerer(Path(library), BagEmbedder(), OverlapReader(), None)


class SlowEmbedder(BagEmbedder):
    """Takes its time over every call, but for questions."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def encode(self, texts):
        import time

        time.sleep(self.seconds)
        return super().encode(texts)


def slow_answerer(library, seconds):
    """As `plain_answerer`; indexing takes its time."""
    from pathlib import Path

    from rag.pipeline.answerer import Answerer
    from rag.reader.lexical import OverlapReader

    return Answerer(Path(library), SlowEmbedder(seconds), OverlapReader(), None)


def keep_copy(library, name, data):
    """A file copied into a library as the page copies it, in one piece."""
    from ui.web.library.copies import Copying

    with Copying(library, name) as copying:
        copying.write(data)
        return copying.keep()
