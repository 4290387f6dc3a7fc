"""A question in, an Answer out."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path

from index.errors import CitelineIndexError
from index.ingestion import make_empty
from index.models import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder, identity, similarity_by
from index.retrieval import search
from index.storage import Library, current_generation, default_path, require, require_embedder
from index.text import detect
from index.types import Article, Hit
from rag.config import DEFAULT_LLM, Config
from rag.conversation import History, followed, language_of, standalone, turns_of
from rag.errors import QuestionError, RagError, ReaderError
from rag.evidence import Passage, Sentence, cite, select
from rag.filters import Known, Scope, everywhere_of, implied, nothing, scope_of, within
from rag.generation import Llm, Piece, load_llm, messages, require_llm
from rag.language import is_nothing, wording
from rag.overview import overview
from rag.pipeline.activity import Asking
from rag.pipeline.merging import joined
from rag.pipeline.prefetch import Ahead, ReadingLlm, StoppableReader, Stopped
from rag.query import Intent, Split, kind_of, recognise, split
from rag.reader import EMBEDDER as E5
from rag.reader import (
    AdapterReader,
    Judge,
    OverlapReader,
    Reader,
    SimilarityReader,
    Window,
    best_first,
    default_judge,
    read,
)
from rag.types import Answer, Claim, Kind, Timings
from rag.verification import check_draft, differing, quotes

SURE = 2.0
"""Log odds above the threshold from which the reader is believed although the language model found nothing."""

_BAD_CHARS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Answerer:
    """Answers questions from one library with models that stay in memory; safe to call from several threads."""

    def __init__(
        self,
        library: Path,
        embedder: Embedder,
        reader: Reader,
        llm: Llm | None,
        config: Config = Config(),  # noqa: B008 (frozen)
        judge: Judge | None = None,
        asking: Asking | None = None,
        today: Callable[[], date] = date.today,
        ahead: Ahead | None = None,
    ) -> None:
        """Open the library. Without a judge the reader's own threshold decides whether anything answers.

        Answerers that share models share `asking`, which tells indexing that a question is being answered, and `ahead`,
        which is what they read before they are asked. "Last week" is counted from `today`.

        Raises NoLibrary, LibraryDamaged or LibraryMismatch.
        """
        self.library_path = library
        self.embedder = embedder
        self.reader = reader
        self.llm = llm
        self.config = config
        self.judge = judge
        self.asking = asking or Asking()
        self.ahead = ahead or Ahead()
        self.today = today
        self._opening = threading.Lock()
        self._library = self._open()

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
        """An Answerer for the library at a path (the default one if None), its models loaded.

        Where there is no library an empty one is made if it `may_be_new`.
        Raises what opening the library and loading the models raise; nothing is downloaded.
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
        try:
            reader = AdapterReader(encoder.encoder, encoder.tokenizer, lock=encoder.lock)
        except ReaderError:  # the adapter belongs to another embedder
            reader = SimilarityReader(encoder) if encoder.name == E5 else OverlapReader()
        judge = default_judge() if isinstance(reader, AdapterReader) else None
        return cls(path, encoder, reader, load_llm(llm, config.deadline_s), config, judge)

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
        """The generation that is current now; while a new one is being opened, the one before."""
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
        """An Answerer for another library, with the same models. Raises what opening a library raises."""
        shared = (self.embedder, self.reader, self.llm, self.config, self.judge, self.asking, self.today, self.ahead)
        return Answerer(library, *shared)

    def article(self, article_id: str) -> Article:
        """An article of the served generation. Raises KeyError."""
        return self.library.by_id[article_id]

    def articles(self) -> Sequence[Article]:
        """All articles of the served generation, by id."""
        return self.library.articles

    def warm(self) -> None:
        """Let the model read the instructions of the library's main languages, so that first questions wait less.

        The first of them last, so that it need not be put back.
        """
        if self.llm:
            for language in reversed((*self.library.languages, "fr")[:2]):
                self.llm.read(messages(language, (), ""))

    def read_ahead(self, question: str, history: History = ()) -> None:
        """Do for a question that is still being typed what can be done before it is asked, until `give_way`.

        Nothing is returned, raised or changed: the question gets the same Answer afterwards, sooner.
        """
        with self.ahead.begin() as stop, suppress(Stopped, RagError, CitelineIndexError):
            text, is_lifted = everywhere_of(clean(question, self.config.question_chars))
            twin = copy(self)
            twin.reader = StoppableReader(self.reader, stop)
            twin.llm = ReadingLlm(self.llm, stop) if self.llm else None
            for _ in twin._stream_understood(text, history, is_lifted, time.monotonic()):
                stop.check()

    def give_way(self, at_once: bool = True) -> None:
        """Let every `read_ahead` that runs with these models in another thread return soon.

        Not `at_once`, for a question that is asked while it is read ahead: the language model then reads to the end
        what it reads, which the answer needs too.
        """
        self.ahead.stop(at_once)

    def interrupt(self) -> None:
        """Stop the language model at once, while it reads too: the `stream` that waits for it raises Interrupted."""
        if self.llm:
            self.llm.interrupt()

    # --- the straight line ------------------------------------------------------------------------------------------

    def ask(self, question: str, history: History = (), everywhere: bool = False) -> Answer:
        """The checked Answer. Raises QuestionError for a question that is none, LlmError when the model fails.

        `history` is the conversation before, oldest first: Answers or (question, answer text). With `everywhere` no
        words of the question narrow the articles.
        """
        for answer in self.stream(question, history, everywhere):
            last = answer  # one at a time: each holds all that the model has written
        return last

    def stream(self, question: str, history: History = (), everywhere: bool = False) -> Iterator[Answer]:
        """Growing Answers: the hits, where the reader `found` it, the model's draft, last (`done`) the checked claims.

        A question that leans on `history` is answered as it is `understood`; the others as if there was none.
        """
        with self.asking:
            typed = clean(question, self.config.question_chars)
            question, is_lifted = everywhere_of(typed)
            for answer in self._stream_understood(question, history, everywhere or is_lifted, time.monotonic()):
                yield replace(answer, question=typed) if is_lifted else answer

    def _stream_understood(self, question: str, history: History, everywhere: bool, began: float) -> Iterator[Answer]:
        intent = recognise(question)
        if not history or (intent and intent.kind != "about"):  # "Parle-moi de ce pont" leans like any other
            yield from self._stream(question, "", everywhere, began)
            return
        turns = turns_of(history)
        language = language_of(question, turns, default=(*self.library.languages, "fr")[0])
        known = Known.of(self.library.articles, self.today())
        narrowed = followed(question, turns[-1].question, language, known) if turns else None
        understood = narrowed or standalone(question, turns, language, self.llm)
        if understood == question or len(understood) > self.config.question_chars:
            yield from self._stream(question, language, everywhere, began)
            return
        for answer in self._stream(understood, language, everywhere, began):
            yield replace(answer, question=question, understood=understood)

    def _stream(self, question: str, language: str, everywhere: bool, began: float) -> Iterator[Answer]:
        """`stream` for a question that stands alone; its words tell its language when it is ""."""
        library = self.library
        language = language or detect(question, default=(*library.languages, "fr")[0])
        scope = self.scope(question, language, library, everywhere)
        answer = Answer(
            question, language, filter=scope.filter, llm=self.llm_name, embedder=self.embedder.name, done=False,
            library=str(self.library_path), generation=library.generation,
        )  # fmt: skip
        if scope.is_empty:
            yield self._end(answer, began, message=self._nothing(answer))
        elif intent := recognise(scope.question):
            yield from self._overview(intent, replace(answer, language=intent.language), library, scope, began)
        elif found := split(scope.question, language):
            yield from self._stream_parts(found, replace(answer, kind=found.kind), library, scope, began)
        else:
            kind = kind_of(scope.question, language)
            yield from self._stream_one(scope.question, replace(answer, kind=kind), library, scope, began)

    def scope(self, question: str, language: str, library: Library, everywhere: bool = False) -> Scope:
        """Which articles a question is asked of, as far as its words say so."""
        return scope_of(question, language, Known.of(library.articles, self.today()), library.articles, everywhere)

    def within(self, answer: Answer) -> frozenset[str] | None:
        """Ids of the articles that an answer was narrowed to, None when it was not."""
        found = answer.filter
        return within(found, self.library.articles) if found and found.is_applied else None

    def _stream_one(
        self, question: str, answer: Answer, library: Library, scope: Scope, began: float
    ) -> Iterator[Answer]:
        """One question, answered into `answer`, which is empty but for its kind and language."""
        language, kind, asked, begun = answer.language, answer.kind, question, answer
        hits = self.search(library, question, language, scope.ids)
        answer = replace(answer, hits=tuple(hits), timings=Timings(search=_ms(began)))
        yield answer
        passages = self._read(question, language, library, hits)
        question, answer, passages = self._preferred(question, answer, library, scope, passages)
        if not passages or passages[0].score < 0:
            yield self._end(answer, began, message=self._nothing(answer))
            return
        if self.llm is None:
            yield self._end(answer, began, claims=quotes(passages, question, language, kind), is_quote=True)
            return
        answer = replace(answer, found=(cite(passages[0].article, *passages[0].answer),))
        yield answer
        evidence = select(passages, self.config.budget(kind), self.llm.count_tokens, kind)
        draft = ""
        for piece in self._write(question, language, evidence, began, kind):
            draft += piece.text
            if not answer.timings.first_token:
                answer = replace(answer, timings=replace(answer.timings, first_token=_ms(began)))
            answer = replace(answer, draft=draft, usage=piece.usage)
            yield answer
        if is_nothing(draft, language) and passages[0].score < SURE:
            if answer.filter and answer.filter.is_applied and not answer.filter.is_explicit:
                yield from self._stream_one(asked, begun, library, scope.closed(), began)
            else:
                yield self._end(answer, began, message=self._nothing(answer))
            return
        claims = check_draft(draft, question, language, evidence, passages, similarity_by(self.embedder), kind)
        if not any(claim.verdict == "supported" for claim in claims):
            shown = quotes(passages, question, language, kind)
            yield self._end(answer, began, claims=(*shown, *claims), is_quote=True)
            return
        yield self._end(answer, began, claims=(*claims, *differing(claims, passages, question, language)))

    def _preferred(
        self, question: str, answer: Answer, library: Library, scope: Scope, passages: list[Passage]
    ) -> tuple[str, Answer, list[Passage]]:
        """The question, its answer and its passages, narrowed to what a date or source in its words lets through.

        Such words may be about what happened: they narrow only when something in there answers, and, unless they are
        likely meant so, answers as well as anything else.
        """
        narrowed = implied(question, answer.language, scope.known, library.articles) if scope.is_open else None
        if narrowed is None or narrowed.filter is None:
            return question, answer, passages
        found, best = narrowed.filter, passages[0].score if passages else -math.inf
        hits = self.search(library, found.question, answer.language, narrowed.ids) if narrowed.ids else []
        inside = self._read(found.question, answer.language, library, hits)
        if inside and inside[0].score >= 0 and (found.is_likely or inside[0].score >= best):
            applied = replace(answer, hits=tuple(hits), filter=replace(found, is_applied=True))
            return found.question, applied, inside
        return question, replace(answer, filter=found if found.is_likely else None), passages

    def _stream_parts(
        self, found: Split, answer: Answer, library: Library, scope: Scope, began: float
    ) -> Iterator[Answer]:
        """Each part of a question answered by itself; of one that is not in the articles that is said."""
        told: list[Answer] = []
        scope = scope.closed()  # what narrows one part only could not be shown
        for part in found.parts:
            empty = replace(answer, kind=kind_of(part.question, answer.language))
            for each in self._stream_one(part.question, empty, library, scope, began):
                if not each.done:
                    yield replace(joined(found, answer, [*told, each]), found=each.found, draft=each.draft, done=False)
            told.append(each)
        whole = joined(found, answer, told)
        yield replace(whole, timings=replace(whole.timings, total=_ms(began)))

    def _overview(
        self, intent: Intent, answer: Answer, library: Library, scope: Scope, began: float
    ) -> Iterator[Answer]:
        """What a question about the articles themselves gets; a topic is searched as it was typed, without the rest."""
        hits = self.search(library, intent.query, intent.language, scope.ids) if intent.query else []
        first = replace(answer, kind=intent.kind, hits=tuple(hits), timings=Timings(search=_ms(began)))
        yield first
        articles = [article for article in library.articles if scope.ids is None or article.id in scope.ids]
        yield from overview(intent, first, library, articles, self.embedder, self.llm, self.config, began)

    def search(self, library: Library, question: str, language: str, within: frozenset[str] | None = None) -> list[Hit]:
        """The chunks to answer from, best first; only those of the articles `within` if it is not None."""
        return search(library, self.embedder, question, language, self.config.n_hits, within)

    def _read(self, question: str, language: str, library: Library, hits: Sequence[Hit]) -> list[Passage]:
        """The best hits as the reader sees them, best first; those that are about another name or year are left out."""
        return best_first(self.read(question, language, library, hits))

    def read(self, question: str, language: str, library: Library, hits: Sequence[Hit]) -> tuple[Window, ...]:
        """What the reader and the judge make of each hit, in their order."""
        return read(question, language, library, hits, self.reader, self.judge, self.config.n_windows)

    def _write(
        self, question: str, language: str, evidence: Sequence[Sentence], began: float, kind: Kind
    ) -> Iterator[Piece]:
        assert self.llm is not None
        prompt = messages(language, [sentence.text for sentence in evidence], question, kind)
        for piece in self.llm.stream(prompt, self.config.tokens(kind)):
            yield piece
            if time.monotonic() - began > self.config.deadline_s:
                return

    def _end(
        self, answer: Answer, began: float, claims: tuple[Claim, ...] = (), is_quote: bool = False, message: str = ""
    ) -> Answer:
        timings = replace(answer.timings, total=_ms(began))
        answer = replace(answer, found=(), draft="", timings=timings, done=True)
        return replace(answer, claims=claims, is_quote=is_quote, message=message)

    def _nothing(self, answer: Answer) -> str:
        """That nothing answers: in all articles, or in those that a filter lets through."""
        if answer.filter and answer.filter.is_applied:
            return nothing(answer.filter, answer.language)
        return wording(answer.language).not_found

    def _open(self) -> Library:
        library = Library.open(self.library_path)
        library.check_embedder(self.embedder.name, self.embedder.fingerprint, self.embedder.dim)
        return library


def clean(question: str, most: int) -> str:
    """The question as it is asked, on one line without control characters. Raises QuestionError when there is none."""
    if not isinstance(question, str):
        raise QuestionError(f"a question is text, not {type(question).__name__}: type one")
    if len(question) > most:
        raise QuestionError(f"the question has {len(question):,} characters, up to {most:,} are read: shorten it")
    question = " ".join(_BAD_CHARS.sub(" ", question).split())
    if not any(char.isalnum() for char in question):
        raise QuestionError("the question is empty: type one, such as “Who … ?” or “Combien … ?”")
    return question


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
