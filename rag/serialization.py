"""An Answer from its wire format: what `Answer.to_dict` gave, read back from a file that may hold anything.

It imports pydantic, so whatever a command imports to begin with imports this module inside a function.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from index.types import Chunk, Hit, Span
from rag.types import Answer, Citation, Claim, Copy, Filter, Kind, Origin, Status, Timings, Usage, Verdict


def answer_from(record: Any) -> Answer:
    """The Answer that `to_dict` described, but for what each leg of the search made of its hits.

    Raises ValueError, with one line, for anything that is not one.
    """
    try:
        return AnswerRecord.model_validate(record).answer()
    except ValidationError as error:
        raise ValueError(_line(error)) from None


def _line(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    wrong = error.errors(include_url=False, include_input=False)[0]
    said = str(wrong["ctx"]["error"]) if wrong["type"] == "value_error" else wrong["msg"]
    return ": ".join(filter(None, [".".join(map(str, wrong["loc"])), said]))


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat() if text else ""


def _written(text: str) -> str:
    """A day, month or year, or ""."""
    if text and not (re.fullmatch(r"\d{4}(-\d\d){0,2}", text, re.ASCII) and date.fromisoformat(f"{text}-01-01"[:10])):
        raise ValueError("a date that is none")
    return text


Natural = Annotated[int, Field(ge=0)]
Day = Annotated[str, AfterValidator(_day)]
"""ISO 8601; "" for any."""


class Record(BaseModel):
    """An object of the wire format. Keys are only ever added, so one that is not known here is passed over."""

    model_config = ConfigDict(strict=True, frozen=True)


class CopyRecord(Record):
    article: str
    source: str = ""
    date: Annotated[str, AfterValidator(_written)] = ""

    def copy_of(self) -> Copy:
        return Copy(self.article, self.source, self.date)


class CitationRecord(Record):
    article: str
    first: Annotated[int, Field(ge=1)]
    last: int
    quote: str
    start: Natural
    end: Natural
    page: Natural = 0
    also_in: list[CopyRecord] = []

    @model_validator(mode="after")
    def _fits(self) -> CitationRecord:
        if self.last < self.first:
            raise ValueError("lines that are none")
        if self.end - self.start != len(self.quote):
            raise ValueError("a citation whose quote is not as long as it says")
        return self

    def citation(self) -> Citation:
        span, also_in = Span(self.article, self.first, self.last), tuple(each.copy_of() for each in self.also_in)
        return Citation(span, self.quote, self.start, self.end, self.page, also_in)


class ClaimRecord(Record):
    text: str
    verdict: Verdict
    citations: list[CitationRecord]
    reason: str = ""
    origin: Origin = "model"
    """Left out by an earlier citeline, as `quote` is."""
    quote: str = ""
    translation: str = ""

    @model_validator(mode="after")
    def _is_cited(self) -> ClaimRecord:
        if self.verdict == "supported" and not self.citations:
            raise ValueError("a supported claim without a citation")
        if self.origin != "model" and self.verdict != "supported":
            raise ValueError("an article's own words that are not supported")
        if self.origin == "quote" and "quote" not in self.model_fields_set:
            raise ValueError("a quote without its words")
        return self

    def claim(self, language: str, status: Status) -> Claim:
        """The claim of an answer in that language, with that status."""
        claim = Claim(self.text, self.verdict, tuple(each.citation() for each in self.citations), self.reason)
        if "origin" not in self.model_fields_set:
            return _with_origin(claim, language, status)
        if self.origin == "quote":
            quote = replace(claim, text=self.quote, origin="quote", translation=self.translation)
            # one that was introduced in other words is shown as it was
            return quote if quote.introduced(language) == self.text else replace(claim, origin="title")
        return replace(claim, origin=self.origin)


def _with_origin(claim: Claim, language: str, status: Status) -> Claim:
    """A claim kept before claims said where they are from: as it is made today, and shown as it was then."""
    if claim.verdict != "supported":
        return claim
    for before, after in product(("", "…"), repeat=2):
        quote = replace(claim, text=f"{before}{claim.verbatim}{after}", origin="quote")
        if quote.introduced(language) == claim.text:
            return quote
    return replace(claim, origin="title") if status == "quoted" else claim


class HitRecord(Record):
    article: str
    first: Annotated[int, Field(ge=1)]
    last: int
    start: Natural = 0
    text: str
    score: float

    @model_validator(mode="after")
    def _fits(self) -> HitRecord:
        if self.last < self.first:
            raise ValueError("lines that are none")
        return self

    def hit(self) -> Hit:
        return Hit(Chunk(Span(self.article, self.first, self.last), self.start, self.text), self.score, 0.0, 0.0)


class FilterRecord(Record):
    words: str
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    sources: list[str]
    is_explicit: bool
    is_likely: bool = False
    question: str
    n_articles: Natural
    n_unknown: Natural
    is_applied: bool

    def filter(self) -> Filter:
        return Filter(**dict(self) | {"sources": tuple(self.sources)})


class UsageRecord(Record):
    prompt_tokens: Natural = 0
    cached_tokens: Natural = 0
    completion_tokens: Natural = 0


class TimingsRecord(Record):
    search: Natural = 0
    first_token: Natural = 0
    total: Natural = 0


class ModelsRecord(Record):
    llm: str
    embedder: str


class LibraryRecord(Record):
    path: str = ""
    generation: Natural


class AnswerRecord(Record):
    """An Answer as `Answer.to_dict` describes it."""

    question: str
    understood: str = ""
    filter: Annotated[FilterRecord | None, BeforeValidator(lambda value: value or None)] = None
    kind: Kind
    language: str
    status: Status
    text: str
    message: str = ""
    """Left out by an earlier citeline."""
    claims: list[ClaimRecord]
    hits: list[HitRecord] = []
    usage: UsageRecord = UsageRecord()
    timings_ms: TimingsRecord = TimingsRecord()
    models: ModelsRecord
    library: LibraryRecord

    def answer(self) -> Answer:
        """Raises ValueError when status and text are not those of the claims."""
        answer = Answer(
            question=self.question,
            language=self.language,
            claims=tuple(each.claim(self.language, self.status) for each in self.claims),
            hits=tuple(each.hit() for each in self.hits),
            is_quote=self.status == "quoted",
            message=self.message if "message" in self.model_fields_set else self._message_before(),
            kind=self.kind,
            understood=self.understood,
            filter=self.filter.filter() if self.filter else None,
            usage=Usage(**dict(self.usage)),
            timings=Timings(**dict(self.timings_ms)),
            llm=self.models.llm,
            embedder=self.models.embedder,
            library=self.library.path,
            generation=self.library.generation,
        )
        if (answer.status, answer.text) != (self.status, self.text):
            raise ValueError("its status and text are not those of its claims")
        return answer

    def _message_before(self) -> str:
        """What stands behind the claims in the text."""
        said = " ".join(each.text for each in self.claims if each.verdict == "supported")
        return self.text[len(said) :].removeprefix(" ")
