"""A question in, an Answer out."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.chunk import sentences
from index.embed import DEFAULT_EMBEDDER, Embedder, SentenceTransformerEmbedder
from index.language import detect
from index.library import Library, current_generation, default_path
from index.search import search
from index.types import Article, Hit
from rag.abstain import Judge, default_judge, features
from rag.config import DEFAULT_LLM, Config
from rag.errors import QuestionError, ReaderError
from rag.evidence import Passage, Sentence, cite, cut, select
from rag.llm import Llm, Piece, load_llm
from rag.names import names, stands
from rag.numbers import numbers
from rag.overlap import OverlapReader
from rag.prompt import is_nothing, messages, prefix, wording
from rag.reader import AdapterReader, Reader
from rag.types import Answer, Citation, Claim, Timings
from rag.verify import Support, check, content, unmet

MIN_SIMILARITY = 0.65
"""Least cosine of a claim and a sentence in another language for one to carry the other (docs/experiments.md)."""

SURE = 2.0
"""Log odds above the threshold from which the reader is believed although the language model found nothing."""

NAMELESS = 2.0
"""Log odds off an article in another language that has none of the question's names in any spelling that is known."""

_MARKER = re.compile(r"\s*[\[【(](?:\d+(?:\s*[-–,;]\s*\d+)*)[\]】)]")
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
    ) -> None:
        """Open the library. Without a judge the reader's own threshold decides whether anything answers.

        Raises NoLibrary, LibraryDamaged or LibraryMismatch.
        """
        self.library_path = library
        self.embedder = embedder
        self.reader = reader
        self.llm = llm
        self.config = config
        self.judge = judge
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
    ) -> Answerer:
        """An Answerer for the library at a path (the default one if None), its models loaded.

        Raises what opening the library and loading the models raise; nothing is downloaded.
        """
        path = library or default_path()
        if not current_generation(path):
            Library.open(path)  # says what is wrong before any model is loaded
        encoder = SentenceTransformerEmbedder(embedder)
        reader: Reader
        judge: Judge | None
        try:
            reader, judge = AdapterReader(encoder.encoder, encoder.tokenizer, lock=encoder.lock), default_judge()
        except ReaderError:
            reader, judge = OverlapReader(), None
        return cls(path, encoder, reader, load_llm(llm), config, judge)

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
        """The generation that is current now; opened again when a new one was published."""
        if current_generation(self.library_path) not in (0, self._library.generation):
            with self._opening:
                if current_generation(self.library_path) != self._library.generation:
                    self._library = self._open()
        return self._library

    def article(self, article_id: str) -> Article:
        """An article of the served generation. Raises KeyError."""
        return self.library.by_id[article_id]

    def articles(self) -> Sequence[Article]:
        """All articles of the served generation, by id."""
        return self.library.articles

    def warm(self) -> None:
        """Let the model read the instructions of the library's main language, so that the first question waits less."""
        if self.llm:
            language = (*self.library.languages, "fr")[0]
            for _ in self.llm.stream(prefix(language), 1):
                pass

    # --- the straight line ------------------------------------------------------------------------------------------

    def ask(self, question: str) -> Answer:
        """The checked Answer. Raises QuestionError for a question that is none, LlmError when the model fails."""
        *_, last = self.stream(question)
        return last

    def stream(self, question: str) -> Iterator[Answer]:
        """Growing Answers: first the hits, then the model's draft, last (`done`) the checked claims."""
        began = time.monotonic()
        question = clean(question, self.config.question_chars)
        library = self.library
        language = detect(question, default=(*library.languages, "fr")[0])
        hits = self.search(library, question, language)
        answer = Answer(
            question, language, hits=tuple(hits), llm=self.llm_name, embedder=self.embedder.name, done=False,
            timings=Timings(search=_ms(began)), library=str(self.library_path), generation=library.generation,
        )  # fmt: skip
        yield answer
        passages = self._read(question, language, library, hits)
        if not passages or passages[0].score < 0:
            yield self._end(answer, began, message=wording(language).not_found)
            return
        if self.llm is None:
            yield self._end(answer, began, claims=_quotes(passages, language), is_quote=True)
            return
        evidence = select(passages, self.config.evidence_tokens, self.llm.count_tokens)
        draft = ""
        for piece in self._write(question, language, evidence, began):
            draft += piece.text
            if not answer.timings.first_token:
                answer = replace(answer, timings=replace(answer.timings, first_token=_ms(began)))
            answer = replace(answer, draft=draft, usage=piece.usage)
            yield answer
        if is_nothing(draft, language) and passages[0].score < SURE:
            yield self._end(answer, began, message=wording(language).not_found)
            return
        claims = self._check(draft, question, language, evidence, passages)
        if not any(claim.verdict == "supported" for claim in claims):
            yield self._end(answer, began, claims=(*_quotes(passages, language), *claims), is_quote=True)
            return
        yield self._end(answer, began, claims=claims)

    def search(self, library: Library, question: str, language: str) -> list[Hit]:
        """The chunks to answer from, best first."""
        return search(library, self.embedder, question, language, self.config.n_hits)

    def _read(self, question: str, language: str, library: Library, hits: Sequence[Hit]) -> list[Passage]:
        """The best hits as the reader sees them, best first; those that are about another name or year are left out."""
        about_another = {
            article_id: bool(unmet(question, _all_text(article), language, article.language, library.says))
            for article_id in {hit.chunk.span.article_id for hit in hits}
            for article in [library.by_id[article_id]]
        }
        windows = [hit for hit in hits if not about_another[hit.chunk.span.article_id]][: self.config.n_windows]
        readings = self.reader.read(question, [hit.chunk.text for hit in windows])
        passages = []
        for hit, reading in zip(windows, readings, strict=True):
            article = library.by_id[hit.chunk.span.article_id]
            if self.judge:
                score = self.judge.score(features(reading.score, hit, article, question, language))
            else:
                score = reading.score - self.reader.threshold(language)
            if language != article.language and unmet(question, _all_text(article), language, article.language, bool):
                score -= NAMELESS
            passage = cut(hit, article, (reading.start, reading.end), score)
            if passage.answering():
                passages.append(passage)
        return sorted(passages, key=lambda passage: -passage.score)

    def _write(self, question: str, language: str, evidence: Sequence[Sentence], began: float) -> Iterator[Piece]:
        assert self.llm is not None
        prompt = messages(language, [sentence.text for sentence in evidence], question)
        for piece in self.llm.stream(prompt, self.config.answer_tokens):
            yield piece
            if time.monotonic() - began > self.config.deadline_s:
                return

    def _check(
        self, draft: str, question: str, language: str, evidence: Sequence[Sentence], passages: Sequence[Passage]
    ) -> tuple[Claim, ...]:
        """The draft's sentences as claims, each with the sentence that carries it or the reason why none does.

        When none of them says what the reader found, they are about something else and none is supported.
        """
        if is_nothing(draft, language):
            return ()
        text = _MARKER.sub("", draft).strip()
        claims = []
        for start, end in sentences(text):
            claim = text[start:end]
            if any(char.isalnum() for char in claim) and not is_nothing(claim, language):
                claims.append(self._support(claim, question, language, evidence, passages[0]))
        found = [passage for passage in passages if passage.score >= 0]
        if not any(_says(claim.text, passage, language) for claim in claims for passage in found):
            reason = _reason(Support(False, 0.0, (found[0].answer_text,), "answer"), language)
            return tuple(Claim(claim.text, "unsupported", reason=claim.reason or reason) for claim in claims)
        return tuple(claims)

    def _support(self, claim: str, question: str, language: str, evidence: Sequence[Sentence], best: Passage) -> Claim:
        answering = {sentence.key for sentence in best.answering()}
        checked: list[tuple[Support, bool, Sentence]] = []
        for sentence in evidence:
            support = check(claim, sentence.text, sentence.context, question, language, sentence.article.language)
            if support.ok and language != sentence.article.language:
                similarity = self._similarity(claim, sentence.text)
                support = Support(
                    similarity >= MIN_SIMILARITY, similarity, (), "" if similarity >= MIN_SIMILARITY else "words"
                )
            checked.append((support, sentence.key in answering, sentence))
        support, _, sentence = max(checked, key=lambda each: (each[0].ok, each[1] and each[0].ok, each[0].coverage))
        if not support.ok:
            return Claim(claim, "unsupported", reason=_reason(support, language))
        return Claim(claim, "supported", (sentence.citation(), *_borrowed(claim, sentence, language)))

    def _similarity(self, claim: str, sentence: str) -> float:
        prompt = "task: sentence similarity | query: " if "gemma" in self.embedder.name else ""
        a, b = self.embedder.encode([prompt + claim, prompt + sentence])
        return float(np.dot(a, b))

    def _end(
        self, answer: Answer, began: float, claims: tuple[Claim, ...] = (), is_quote: bool = False, message: str = ""
    ) -> Answer:
        timings = replace(answer.timings, total=_ms(began))
        return replace(answer, claims=claims, is_quote=is_quote, draft="", message=message, timings=timings, done=True)

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


def _borrowed(claim: str, sentence: Sentence, language: str) -> tuple[Citation, ...]:
    """Where names and numbers of a claim stand that are not on the lines of its sentence: those lines are cited too."""
    article, source = sentence.article, sentence.article.language
    text = article.text
    found = [sentence.citation()]
    wanted: list[str | float] = [*names(claim, language), *sorted(numbers(claim, language))]
    for lacks in wanted:
        on_lines = "\n".join(line for c in found for line in article.lines[c.span.first - 1 : c.span.last])
        if _holds(on_lines, lacks, language, source):
            continue
        spans = [span for span in sentences(text) if _holds(text[slice(*span)], lacks, language, source)]
        if spans:
            found.append(cite(article, *min(spans, key=lambda span: abs(span[0] - sentence.start))))
    return tuple(found[1:])


def _holds(text: str, wanted: str | float, language: str, source_language: str) -> bool:
    if isinstance(wanted, float):
        return wanted in numbers(text, source_language, loose=True)
    return stands(wanted, text, language, source_language)


def _quotes(passages: Sequence[Passage], language: str) -> tuple[Claim, ...]:
    """The best sentence verbatim, and that of another article when it is nearly as sure an answer."""
    claims: list[Claim] = []
    seen: set[str] = set()
    for passage in passages:
        if passage.article.id in seen or passage.score < max(0.0, passages[0].score - 1.0) or len(claims) == 2:
            continue
        seen.add(passage.article.id)
        answering = passage.answering()
        citation = cite(passage.article, answering[0].start, answering[-1].end)
        claims.append(Claim(_introduce(citation, language), "supported", (citation,)))
    return tuple(claims)


def _all_text(article: Article) -> str:
    return "\n".join((article.title, article.date, article.text))


def _says(claim: str, passage: Passage, language: str) -> bool:
    """Does a claim hold something of the answer the reader found: a number, or a content word in the same language?"""
    answer, source = passage.answer_text, passage.article.language
    wanted = numbers(answer, source)
    if wanted & numbers(claim, language, loose=True):
        return True
    if language != source:
        return not wanted
    stems = content(answer, source).keys()
    return bool(stems & content(claim, language).keys()) if stems else not wanted


_REASONS = {
    "fr": {
        "number": "le nombre {missing} n’est pas dans les lignes",
        "name": "le nom {missing} n’est pas dans les lignes",
        "words": "les lignes ne disent pas {missing}",
        "date": "la date {missing} n’est pas dans les lignes",
        "unit": "les lignes donnent une autre unité que {missing}",
        "opposite": "les lignes disent le contraire de « {missing} »",
        "negation": "la phrase et les lignes ne s’accordent pas sur une négation",
        "answer": "la phrase ne donne pas la réponse trouvée : {missing}",
    },
    "en": {
        "number": "the number {missing} is not in the lines",
        "name": "the name {missing} is not in the lines",
        "words": "the lines do not say {missing}",
        "date": "the date {missing} is not in the lines",
        "unit": "the lines give another unit than {missing}",
        "opposite": "the lines say the opposite of “{missing}”",
        "negation": "the sentence and the lines do not agree on a “not”",
        "answer": "the sentence does not give the answer that was found: {missing}",
    },
}


def _reason(support: Support, language: str) -> str:
    said = _REASONS["fr" if language == "fr" else "en"]
    return said[support.kind].format(missing=", ".join(support.missing) or "…")


def _introduce(citation: Citation, language: str) -> str:
    span = citation.span
    lines = f"{span.first}" if span.first == span.last else f"{span.first}-{span.last}"
    return wording(language).quote.format(article=span.article_id, lines=lines, quote=" ".join(citation.quote.split()))


def _ms(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
