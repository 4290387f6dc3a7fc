"""citeline as a system of bench.peers: default models, default settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.peers.worker import Found, Settings, System, serve
from rag.pipeline.answerer import Answerer
from rag.types import Answer


class Citeline:
    def __init__(self, library: Path) -> None:
        self.answerer = Answerer.load(library)
        self.answerer.warm()
        self.last: Answer | None = None

    def stream(self, question: str) -> Iterator[str]:
        for answer in self.answerer.stream(question):
            self.last = answer
            yield answer.draft or (answer.text if answer.done else "")

    def found(self, question: str) -> Found:
        answer = self.last
        assert answer is not None
        chunks = [hit.chunk for hit in answer.hits]
        spans = list(dict.fromkeys(c.span for claim in answer.supported for c in claim.citations))
        usage = answer.usage
        return Found(
            answer.text,
            [
                {"article": c.span.article_id, "first": c.span.first, "last": c.span.last, "text": c.text}
                for c in chunks
            ],
            [{"article": s.article_id, "first": s.first, "last": s.last, "text": ""} for s in spans],
            answer.status == "abstained",
            {"prompt": usage.prompt_tokens, "cached": usage.cached_tokens, "written": usage.completion_tokens},
        )


def load(settings: Settings) -> System:
    # A process of its own, so that the peak of memory is that of answering; what did not change is not embedded again.
    library = settings.index / "library"
    index = [sys.executable, "-m", "ui.cli", "index", str(settings.articles), "--library", str(library)]
    subprocess.run(index, check=True)
    return Citeline(library)


if __name__ == "__main__":
    serve(load, has_own_count=True)
