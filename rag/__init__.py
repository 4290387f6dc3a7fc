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
    """The Answer to a question from the library at `library` (the default one if None), every claim checked.

    `history` is the conversation before, oldest first: Answers, or (question, answer text). "Et à Moscou ?" is then
    answered as the question it stands for, which the Answer gives as `understood`. Words that narrow the articles
    ("dans les articles de mars") are given as `filter`; with `everywhere` all articles are searched all the same.
    The models are loaded at the first call and kept. Raises QuestionError for a question that is none, and what
    `Answerer.load` raises: NoLibrary, ModelNotFound, LibraryMismatch and their kin, each with what to do.
    """
    from index.storage import default_path
    from rag.pipeline import Answerer

    path = Path(library).expanduser() if library else default_path()
    key = (str(path.resolve()), llm, embedder)
    with _lock:
        if key not in _answerers:
            _answerers[key] = Answerer.load(path, llm=llm, embedder=embedder)
    return _answerers[key].ask(question, history, everywhere)
