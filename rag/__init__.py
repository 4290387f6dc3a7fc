"""Ask your articles: `from rag import answer`, then `answer("Qui … ?").text`. Importing this loads nothing heavy."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from rag.config import DEFAULT_LLM, Config

if TYPE_CHECKING:
    from rag.conversation import History
    from rag.pipeline import Answerer
    from rag.types import Answer

__all__ = ["Config", "answer"]

_answerers: dict[tuple[str, str, str], Answerer] = {}
_lock = threading.Lock()


def answer(
    question: str,
    library: str | Path | None = None,
    *,
    llm: str = DEFAULT_LLM,
    embedder: str = "embeddinggemma-300m",
    history: History = (),
    everywhere: bool = False,
) -> Answer:
    """Answer a question from a library, with every claim checked.

    The models are loaded at the first call and kept.

    Args:
        question: What you want to know.
        library: Folder of the library, or its address, milvus://HOST:PORT/NAME; the default one if None.
        llm: Catalogue name, GGUF file, hf:OWNER/REPO/FILE, OpenAI-compatible URL, or "none" for quotes only.
        embedder: Catalogue name, folder, or hf:OWNER/REPO.
        history: The conversation so far, oldest first: Answers, or (question, answer text). "Et à Moscou ?" is then
            answered as the question it stands for, which the Answer has as `understood`.
        everywhere: Search all articles, even if words of the question ("dans les articles de mars") narrow them.

    Returns:
        The Answer; its `filter` says what narrowed the articles.

    Raises:
        QuestionError: The question is empty or too long.
        RagError, CitelineIndexError: What `Answerer.load` raises, such as NoLibrary, ModelNotFound or LibraryMismatch;
            the message says what to do.
    """
    from index.milvus import settle
    from index.storage import default_path
    from rag.pipeline import Answerer

    path = settle(str(library)) if library else default_path()
    key = (str(path.resolve()), llm, embedder)
    with _lock:
        if key not in _answerers:
            _answerers[key] = Answerer.load(path, llm=llm, embedder=embedder)
    return _answerers[key].ask(question, history, everywhere)
