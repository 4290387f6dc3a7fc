"""A question in, an Answer out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from datetime import date
from pathlib import Path

from index.errors import CitelineIndexError
from index.ingestion import make_empty
from index.models import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder, identity
from index.retrieval import search
from index.storage import Library, current_generation, default_path, require, require_embedder
from index.types import Article, Hit
from rag.config import DEFAULT_LLM, Config
from rag.conversation import History
from rag.errors import MisfitError, QuestionError, RagError
from rag.generation import Llm, load_llm, messages, require_llm
from rag.pipeline.activity import Asking
from rag.pipeline.prefetch import Ahead, ReadingLlm, StoppableReader, Stopped
from rag.pipeline.stages import answers
from rag.pipeline.understanding import Catalog, understand
from rag.query import Query
from rag.reader import EMBEDDER as E5
from rag.reader import (
    AdapterReader,
    Judge,
    OverlapReader,
    Reader,
    SimilarityReader,
    Window,
    default_judge,
    read,
)
from rag.run import Run, Setting
from rag.types import Answer
from rag.verification import Verifier, shipped

_BAD_CHARS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Answerer:
    """Answers questions from one library with models that stay in memory; safe to call from several threads."""

    def __init__(  # noqa: PLR0913 (one for each model)
        self,
        library: Path,
        embedder: Embedder,
        reader: Reader,
        llm: Llm | None,
        config: Config = Config(),  # noqa: B008 (frozen)
        judge: Judge | None = None,
        checker: Verifier | None = None,
    ) -> None:
        """Open the library.

        Without a judge the reader's own threshold decides whether anything answers; without a checker rules alone
        decide whether lines carry what the model writes.

        Raises NoLibrary, LibraryDamaged or LibraryMismatch.
        """
        self.embedder = embedder
        self.reader = reader
        self.llm = llm
        self.config = config
        self.judge = judge
        self.checker = checker
        self.asking = Asking()
        """Tells indexing that a question is being answered by these models."""
        self.ahead = Ahead()
        """What these models read before they are asked."""
        self.today: Callable[[], date] = date.today
        """The day from which "last week" is counted."""
        self._serve(library)

    def _serve(self, library: Path) -> None:
        self.library_path = library
        self._opening = threading.Lock()
        self._library = self._open()
        self._catalog: Catalog | None = None

    @classmethod
    def load(
        cls,
        library: Path | None = None,
        *,
        llm: str = DEFAULT_LLM,
        embedder: str = DEFAULT_EMBEDDER,
        config: Config = Config(),  # noqa: B008 (frozen)
        may_be_new: bool = False,
    ) -> Answerer:
        """Return an Answerer for the library at a path (the default one if None), with its models loaded.

        If there is no library, an empty one is created if it `may_be_new`. Raises what opening the library and loading
        the models raise; nothing is downloaded.
        """
        path = library or default_path()
        if not may_be_new:
            require(path)
        require_llm(llm)
        require_embedder(path, *identity(embedder))
        encoder = SentenceTransformerEmbedder(embedder)
        if may_be_new and not current_generation(path):
            make_empty(path, encoder)
        reader: Reader
        checker: Verifier | None = None
        try:
            reader = AdapterReader(encoder.encoder, encoder.tokenizer, lock=encoder.lock)
            checker = shipped(encoder.encoder, encoder.tokenizer, encoder.lock)
        except MisfitError:  # the adapter belongs to another embedder
            reader = SimilarityReader(encoder) if encoder.name == E5 else OverlapReader()
        judge = default_judge() if isinstance(reader, AdapterReader) else None
        return cls(path, encoder, reader, load_llm(llm, config.deadline_s), config, judge, checker)

    # --- what the page needs beside answers -------------------------------------------------------------------------

    @property
    def llm_name(self) -> str:
        return self.llm.name if self.llm else "none"

    @property
    def embedder_name(self) -> str:
        return self.embedder.name

    @property
    def generation(self) -> int:
        return self.library.generation

    @property
    def library(self) -> Library:
        """The current generation; while a new one is being opened, the one before."""
        if self._is_outdated() and self._opening.acquire(blocking=False):
            try:
                if self._is_outdated():
                    self._library = self._open()
            finally:
                self._opening.release()
        return self._library

    def _is_outdated(self) -> bool:
        return current_generation(self.library_path) not in (0, self._library.generation)

    def beside(self, library: Path) -> Answerer:
        """Return an Answerer for another library, with the same models. Raises what opening a library raises."""
        other = copy(self)
        other._serve(library)
        return other

    def article(self, article_id: str) -> Article:
        """Return an article of the served generation. Raises KeyError."""
        return self.library.by_id[article_id]

    def articles(self) -> Sequence[Article]:
        """Return all articles of the served generation, by id."""
        return self.library.articles

    def warm(self) -> None:
        """Let the model read the instructions of the library's main languages, so that first questions wait less.

        The first of them is read last, so that it need not be restored.
        """
        if self.llm:
            for language in reversed((*self.library.languages, "fr")[:2]):
                self.llm.read(messages(language, (), ""))

    def read_ahead(self, question: str, history: History = ()) -> None:
        """Do for a question that is still being typed what can be done before it is asked, until `give_way`.

        Only caches are filled: nothing is returned or raised, and the question gets the same Answer afterwards, sooner.
        """
        with self.ahead.begin() as stop, suppress(Stopped, RagError, CitelineIndexError):
            twin = copy(self)
            twin.reader = StoppableReader(self.reader, stop)
            twin.llm = ReadingLlm(self.llm, stop) if self.llm else None
            for _ in answers(twin._begin(question, history, everywhere=False)):
                stop.check()

    def give_way(self, at_once: bool = True) -> None:
        """Make every `read_ahead` that runs with these models in another thread return soon.

        Not `at_once`, for a question that is asked while it is read ahead: the language model then finishes what it is
        reading, which the answer needs too.
        """
        self.ahead.stop(at_once)

    def interrupt(self) -> None:
        """Stop the language model at once, even while it reads: the `stream` that waits for it raises Interrupted."""
        if self.llm:
            self.llm.interrupt()

    # --- the straight line ------------------------------------------------------------------------------------------

    def ask(self, question: str, history: History = (), everywhere: bool = False) -> Answer:
        """Return the checked Answer.

        Args:
            question: What you want to know.
            history: The conversation so far, oldest first: Answers or (question, answer text).
            everywhere: Search all articles, whatever words of the question narrow them.

        Raises:
            QuestionError: The question is empty or too long.
            LlmError: The model fails.
        """
        for answer in self.stream(question, history, everywhere):
            last = answer  # one at a time: each holds all that the model has written
        return last

    def stream(self, question: str, history: History = (), everywhere: bool = False) -> Iterator[Answer]:
        """Yield growing Answers; the last one is `done`.

        First with the hits, then where the reader `found` the answer, then the draft, at last the checked claims. A
        question that depends on `history` is answered as it is `understood`; others as if there were none.
        """
        with self.asking:
            yield from answers(self._begin(question, history, everywhere))

    def run(self, question: str, history: History = (), everywhere: bool = False) -> Run:
        """The same as `ask`, with what every stage decided; its `answer` is the checked Answer."""
        with self.asking:
            run = self._begin(question, history, everywhere)
            for _ in answers(run):
                pass
        return run

    def understand(self, question: str, history: History, catalog: Catalog, everywhere: bool) -> Query:
        """What is asked by a question that is on one line. Raises LlmError."""
        return understand(question, history, catalog, self.config, self.llm, everywhere)

    def search(self, library: Library, question: str, language: str, within: frozenset[str] | None = None) -> list[Hit]:
        """Return the chunks to answer from, best first; only those of the articles `within` if it is not None."""
        return search(library, self.embedder, question, language, self.config.n_hits, within)

    def read(self, query: Query, library: Library, hits: Sequence[Hit]) -> tuple[Window, ...]:
        """Return what the reader and the judge make of each hit, in their order."""
        return read(query, library, hits, self.reader, self.judge, self.config.n_windows)

    def _begin(self, question: str, history: History, everywhere: bool) -> Run:
        typed, began = clean(question, self.config.question_chars), time.monotonic()
        catalog = self._catalog_of(self.library)
        query = self.understand(typed, history, catalog, everywhere)
        models = (self.embedder, self.reader, self.judge, self.checker, self.llm)
        return Run(query, Setting(catalog.library, *models, self.config, self.search), began)

    def _catalog_of(self, library: Library) -> Catalog:
        """What there is to know of a generation's articles today, gathered once for all its questions."""
        catalog, today = self._catalog, self.today()
        if catalog is None or catalog.library is not library or catalog.today != today:
            catalog = self._catalog = Catalog.of(library, today)
        return catalog

    def _open(self) -> Library:
        library = Library.open(self.library_path)
        library.check_embedder(self.embedder.name, self.embedder.fingerprint, self.embedder.dim)
        return library


def clean(question: str, most: int) -> str:
    """Return the question on one line without control characters. Raises QuestionError if there is none."""
    if not isinstance(question, str):
        raise QuestionError(f"a question must be text, not {type(question).__name__}: type one")
    if len(question) > most:
        raise QuestionError(f"the question has {len(question):,} characters, the limit is {most:,}: shorten it")
    question = " ".join(_BAD_CHARS.sub(" ", question).split())
    if not any(char.isalnum() for char in question):
        raise QuestionError("the question is empty: type one, such as “Who … ?” or “Combien … ?”")
    return question
