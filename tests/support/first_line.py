"""An Answerer without weights."""

from __future__ import annotations

import json
from pathlib import Path

from fakes import BagEmbedder

from rag.generation.base import Piece
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from rag.types import Usage


class FirstLineLlm:
    """Says the first sentence it is shown, word by word: what it writes is decided by its prompt alone."""

    name = "first line"

    def count_tokens(self, text):
        return len(text.split())

    def stream(self, messages, max_tokens):
        said = next((line[4:] for line in messages[-1].content.split("\n") if line.startswith("[1] ")), "Rien.")
        for n, word in enumerate(said.split(" "), start=1):
            yield Piece(word if n == 1 else f" {word}", Usage(len(messages), 0, n))


def load(library):
    """The same Answerer in every process: only the models are stand-ins."""
    return Answerer(Path(library), BagEmbedder(), OverlapReader(), FirstLineLlm())


def timeless(record):
    """An Answer's JSON without what the clock decides."""
    return json.dumps({key: value for key, value in record.items() if key != "timings_ms"})
