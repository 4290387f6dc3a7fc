"""txtai's RAG pipeline as a system of bench.peers.

As its documentation shows it: sections of the files in an Embeddings database with content, the three best as context
(its default), its example's prompt, at most 512 new tokens. Its reference, the one source most like the answer, is
taken as what it cites; streaming it has none, so it is asked for afterwards, free of charge. Better than its defaults:
the sentence-transformers loader, which takes the embedder whole, temperature 0 (0.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.peers.worker import N_CTX, Found, Settings, System, once, serve

TEMPLATE = """
Answer the following question using the provided context.

Question:
{question}

Context:
{context}
"""


class Txtai:
    def __init__(self, embeddings: Any, rag: Any) -> None:
        self.embeddings = embeddings
        self.rag = rag
        self.text = ""

    def stream(self, question: str) -> Iterator[str]:
        self.text = ""
        for piece in self.rag(question, stream=True, temperature=0.0):
            self.text += piece
            yield piece

    def found(self, question: str) -> Found:
        rows = self.embeddings.search(question, self.rag.context)  # the call the pipeline makes
        sources = {row["id"]: {"article": row["id"].rpartition("#")[0], "text": row["text"]} for row in rows}
        context = [(row["id"], row["text"], row["score"]) for row in rows]
        [(_, _, best)] = self.rag.reference([question], [(None, self.text)], [context])
        return Found(self.text, list(sources.values()), [sources[best]])


def load(settings: Settings) -> System:
    from txtai import RAG, Embeddings
    from txtai.pipeline import Segmentation

    embeddings = Embeddings(path=str(settings.embedder), method="sentence-transformers", content=True)

    def index(folder: Path) -> None:
        sections = Segmentation(sections=True)
        embeddings.index(
            (f"{path.relative_to(settings.articles)}#{n}", section)
            for path in sorted(settings.articles.rglob("*.txt"))
            for n, section in enumerate(sections(path.read_text(encoding="utf-8")))
        )
        embeddings.save(str(folder))

    once(settings.index, index)
    embeddings.load(str(settings.index))
    threads = {"n_threads": settings.threads, "n_threads_batch": settings.threads}
    rag = RAG(embeddings, str(settings.llm), template=TEMPLATE, n_ctx=N_CTX, **threads)
    return Txtai(embeddings, rag)


if __name__ == "__main__":
    serve(load)
