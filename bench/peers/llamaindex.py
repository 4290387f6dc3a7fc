"""LlamaIndex's CitationQueryEngine as a system of bench.peers.

As its documentation shows it: SimpleDirectoryReader, VectorStoreIndex with its default splitter, the three best nodes,
citation chunks of 512 tokens, the package's own prompt with its example, at most 256 new tokens. Its [n] is taken at
its word. Better than its defaults: the embedder's own prompts, temperature 0 (0.1), the model's own chat template.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.peers.worker import N_CTX, Found, Settings, System, marked, once, serve


class LlamaIndex:
    def __init__(self, engine: Any, articles: Path) -> None:
        self.engine = engine
        self.articles = articles
        self.text, self.nodes = "", []

    def stream(self, question: str) -> Iterator[str]:
        self.text = ""
        response = self.engine.query(question)
        for piece in response.response_gen:
            self.text += piece
            yield piece
        self.nodes = response.source_nodes

    def found(self, question: str) -> Found:
        sources = [
            {
                "article": str(Path(n.node.metadata["file_path"]).relative_to(self.articles)),
                "text": n.node.get_content().partition("\n")[2],  # without "Source 1:"
            }
            for n in self.nodes
        ]
        return Found(self.text, sources, [sources[n - 1] for n in marked(self.text) if 1 <= n <= len(sources)])


def load(settings: Settings) -> System:
    from llama_index.core import (
        Settings as Defaults,
    )
    from llama_index.core import (
        SimpleDirectoryReader,
        StorageContext,
        VectorStoreIndex,
        load_index_from_storage,
    )
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    Defaults.embed_model = HuggingFaceEmbedding(
        str(settings.embedder),
        query_instruction="task: search result | query: ",
        text_instruction="title: none | text: ",
    )
    Defaults.llm = _llm(settings)

    def index(folder: Path) -> None:
        documents = SimpleDirectoryReader(str(settings.articles), recursive=True, exclude_hidden=False).load_data()
        VectorStoreIndex.from_documents(documents).storage_context.persist(str(folder))

    once(settings.index, index)
    stored: Any = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(settings.index)))
    engine = CitationQueryEngine.from_args(stored, similarity_top_k=3, citation_chunk_size=512, streaming=True)
    return LlamaIndex(engine, settings.articles)


def _llm(settings: Settings) -> Any:
    from llama_cpp.llama_chat_format import Jinja2ChatFormatter
    from llama_index.llms.llama_cpp import LlamaCPP

    def prompt_of(messages: list[dict[str, str]]) -> str:
        template = llm._model.metadata["tokenizer.chat_template"]
        return Jinja2ChatFormatter(template=template, eos_token="<|im_end|>", bos_token="")(messages=messages).prompt

    llm = LlamaCPP(
        model_path=str(settings.llm),
        temperature=0.0,
        context_window=N_CTX,
        model_kwargs={"n_threads": settings.threads, "n_threads_batch": settings.threads},
        completion_to_prompt=lambda text: prompt_of([{"role": "user", "content": text}]),
        messages_to_prompt=lambda all: prompt_of([{"role": m.role.value, "content": m.content} for m in all]),
        verbose=False,
    )
    return llm


if __name__ == "__main__":
    serve(load)
