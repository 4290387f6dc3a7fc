"""The nouns of an answer: it has claims, a claim has citations, a citation is verbatim characters on numbered lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from index.types import Hit, Span
from rag.language import wording


class Message(NamedTuple):
    role: str
    """"system", "user" or "assistant"."""
    content: str


Verdict = Literal["supported", "unsupported"]
Origin = Literal["model", "quote", "title"]
Status = Literal["grounded", "quoted", "abstained"]
Kind = Literal["fact", "yes_no", "list", "reason", "comparison", "several", "about", "summary", "contents", "greeting"]


class Copy(NamedTuple):
    """An article that has the cited words too, as another paper's copy of the same text."""

    article: str
    source: str = ""
    """Publisher, or ""."""
    date: str = ""
    """ISO 8601, or ""."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Characters of an article: `"\\n".join(lines[first-1:last])[start:end] == quote`, always."""

    span: Span
    quote: str
    start: int
    """0-based offset of `quote` in the span's lines joined by "\\n"."""
    end: int
    page: int = 0
    """Printed page on which the quote begins, from 1; 0 if the article has no pages."""
    also_in: tuple[Copy, ...] = ()
    """Copies of the article that have the quote too."""

    def to_dict(self) -> dict[str, Any]:
        """Return the wire format; "page" only if there are pages, "also_in" only if there are copies."""
        found: dict[str, Any] = {
            "article": self.span.article_id,
            "first": self.span.first,
            "last": self.span.last,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
        }
        found |= {"page": self.page} if self.page else {}
        return found | ({"also_in": [each._asdict() for each in self.also_in]} if self.also_in else {})


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of the answer. A supported one has citations; an unsupported one is never in the text."""

    text: str
    """Of a quote the cited words alone, "…" where their sentence goes on: `introduced` says where they stand."""
    verdict: Verdict
    citations: tuple[Citation, ...] = ()
    reason: str = ""
    """Why it is unsupported, in words for a person; "" if it is supported."""
    origin: Origin = "model"
    """Who says it: the model, an article in its own words, or a list of articles by their titles and dates."""
    translation: str = ""
    """Of a quote in another language than the answer's: what the model made of it, if it passed the check."""

    @property
    def verbatim(self) -> str:
        """The characters it cites, on one line."""
        return " ".join(" ".join(citation.quote.split()) for citation in self.citations)

    def introduced(self, language: str) -> str:
        """The claim as it is shown: a quote behind its article's name and lines, before its translation if it has one;
        any other as it is."""
        if self.origin != "quote":
            return self.text
        span, said = self.citations[0].span, wording(language)
        quote = said.quote.format(article=span.article_id, lines=span.lines, quote=self.text)
        return f"{quote} {said.translation.format(text=self.translation)}" if self.translation else quote

    def to_dict(self, language: str) -> dict[str, Any]:
        """As it stands in the wire format of an Answer in that language."""
        return {
            "text": self.introduced(language),
            "verdict": self.verdict,
            "citations": [citation.to_dict() for citation in self.citations],
            "reason": self.reason,
            "origin": self.origin,
            "quote": self.text if self.origin == "quote" else "",
            "translation": self.translation,
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model; all 0 if it was not called."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0

    def plus(self, other: Usage) -> Usage:
        """Return the tokens of both."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the question was asked; `first_token` is 0 if no model was called."""

    search: int = 0
    first_token: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """Words of a question that narrow the articles by their own date or source ("dans les articles de mars 2024")."""

    words: str
    """As typed."""
    first: str = ""
    """Earliest day of an article, ISO 8601; "" for any. `last` is the latest."""
    last: str = ""
    sources: tuple[str, ...] = ()
    """As the articles spell them; () for any."""
    is_explicit: bool = False
    """The words speak of the articles. Otherwise they may be about an event, and only rank articles first."""
    is_likely: bool = False
    """Not explicit, but the words name a publisher or count from today, as questions about news do."""
    question: str = ""
    """The question without these words: what is asked of the articles within the filter."""
    n_articles: int = 0
    """Number of articles within the filter."""
    n_unknown: int = 0
    """Number of articles left out because their date (or source) is unknown."""
    is_applied: bool = False
    """Only these articles were searched for the answer. Otherwise all were."""

    def to_dict(self) -> dict[str, Any]:
        """Return the wire format."""
        return {
            "from": self.first,
            "to": self.last,
            "sources": list(self.sources),
            "words": self.words,
            "is_explicit": self.is_explicit,
            "question": self.question,
            "n_articles": self.n_articles,
            "n_unknown": self.n_unknown,
            "is_applied": self.is_applied,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `status` and `text` are derived from the claims, so they cannot disagree with them."""

    question: str
    language: str
    claims: tuple[Claim, ...] = ()
    hits: tuple[Hit, ...] = ()
    is_quote: bool = False
    """The claims are sentences of the articles, verbatim, not the model's wording."""
    draft: str = ""
    """What the model has written so far, unchecked; "" in the last Answer of a stream."""
    found: tuple[Citation, ...] = ()
    """Where the reader found the answer, before the model has written; () in the last Answer of a stream."""
    message: str = ""
    """What citeline itself says, in the question's language: that nothing answers, or which part has no answer."""
    kind: Kind = "fact"
    """What was asked for; anything that no rule recognises is a fact."""
    understood: str = ""
    """The question that was answered, if the one typed depends on those before it; "" if it stands alone."""
    filter: Filter | None = None
    """What narrows the articles; None if nothing in the question does."""
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)
    llm: str = "none"
    embedder: str = ""
    library: str = ""
    generation: int = 0
    done: bool = True
    """False for every Answer of a stream except the last."""

    @property
    def asked(self) -> str:
        """The question that was searched for: as understood, without the words of the filter."""
        if self.filter and (self.filter.is_explicit or self.filter.is_applied):
            return self.filter.question
        return self.understood or self.question

    @property
    def supported(self) -> tuple[Claim, ...]:
        return tuple(claim for claim in self.claims if claim.verdict == "supported")

    @property
    def citations(self) -> dict[Citation, int]:
        """Each citation once, in the order they are read, and its number, from 1."""
        cited = dict.fromkeys(citation for claim in self.supported for citation in claim.citations)
        return {citation: n for n, citation in enumerate(cited, start=1)}

    @property
    def status(self) -> Status:
        if not self.supported:
            return "abstained"
        return "quoted" if self.is_quote else "grounded"

    @property
    def text(self) -> str:
        """The supported claims as one paragraph, then `message`: what is said beside them, or instead of them."""
        said = [claim.introduced(self.language) for claim in self.supported]
        return " ".join([*said, *filter(None, [self.message])])

    def to_dict(self) -> dict[str, Any]:
        """Return the wire format, the same in every interface; keys are only ever added."""
        return {
            "question": self.question,
            "understood": self.understood,
            "filter": self.filter.to_dict() if self.filter else None,
            "kind": self.kind,
            "language": self.language,
            "status": self.status,
            "text": self.text,
            "message": self.message,
            "claims": [claim.to_dict(self.language) for claim in self.claims],
            "hits": [
                {
                    "article": hit.chunk.span.article_id,
                    "first": hit.chunk.span.first,
                    "last": hit.chunk.span.last,
                    "start": hit.chunk.start,
                    "text": hit.chunk.text,
                    "score": round(hit.score, 4),
                }
                for hit in self.hits
            ],
            "usage": {
                "prompt_tokens": self.usage.prompt_tokens,
                "cached_tokens": self.usage.cached_tokens,
                "completion_tokens": self.usage.completion_tokens,
            },
            "timings_ms": {
                "search": self.timings.search,
                "first_token": self.timings.first_token,
                "total": self.timings.total,
            },
            "models": {"llm": self.llm, "embedder": self.embedder},
            "library": {"path": self.library, "generation": self.generation},
        }
