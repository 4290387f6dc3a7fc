"""A plain LangChain chain as a system of bench.peers: FAISS, the four best chunks stuffed into one prompt.

As its documentation shows it: chunks of 1000 characters with 200 overlap, `as_retriever()` with its default k of 4, the
package's own question-answering prompt, ChatLlamaCpp. Better than its defaults: a context that the prompt fits in (512
tokens), batches of 512 (8), the embedder's own prompts, temperature 0 (0.8).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.peers.worker import N_CTX, Found, Settings, System, once, serve


class LangChain:
    def __init__(self, chain: Any, articles: Path) -> None:
        self.chain = chain
        self.articles = articles
        self.text, self.documents = "", []

    def stream(self, question: str) -> Iterator[str]:
        self.text, self.documents = "", []
        for part in self.chain.stream({"input": question, "question": question}):
            self.documents = part.get("context", self.documents)
            piece = part.get("answer", "")
            self.text += piece
            yield piece

    def found(self, question: str) -> Found:
        sources = [
            {"article": str(Path(d.metadata["source"]).relative_to(self.articles)), "text": d.page_content}
            for d in self.documents
        ]
        return Found(self.text, sources)


def load(settings: Settings) -> System:
    from langchain_classic.chains import create_retrieval_chain
    from langchain_classic.chains.combine_documents import create_stuff_documents_chain
    from langchain_classic.chains.retrieval_qa.prompt import PROMPT
    from langchain_community.chat_models import ChatLlamaCpp
    from langchain_community.document_loaders import DirectoryLoader, TextLoader
    from langchain_community.vectorstores import FAISS
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(
        model_name=str(settings.embedder),
        encode_kwargs={"prompt_name": "document"},
        query_encode_kwargs={"prompt_name": "query"},
    )

    def index(folder: Path) -> None:
        loader = DirectoryLoader(
            str(settings.articles), glob="**/*.txt", loader_cls=TextLoader, loader_kwargs={"encoding": "utf-8"}
        )
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        FAISS.from_documents(splitter.split_documents(loader.load()), embeddings).save_local(str(folder))

    once(settings.index, index)
    store = FAISS.load_local(str(settings.index), embeddings, allow_dangerous_deserialization=True)
    llm = ChatLlamaCpp(
        model_path=str(settings.llm),
        n_ctx=N_CTX,
        n_batch=512,
        n_threads=settings.threads,
        model_kwargs={"n_threads_batch": settings.threads},
        temperature=0.0,
        verbose=False,
    )
    chain = create_retrieval_chain(store.as_retriever(), create_stuff_documents_chain(llm, PROMPT))
    return LangChain(chain, settings.articles)


if __name__ == "__main__":
    serve(load)
