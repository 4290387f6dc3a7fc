"""An Answer from its wire format: what `Answer.to_dict` gave, read back from a file that may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any, get_args

from index.types import Chunk, Hit, Span
from rag.types import Answer, Citation, Claim, Filter, Kind, Origin, Timings, Usage, Verdict


def answer_from(record: Any) -> Answer:
    """The Answer that `to_dict` described, but for what each leg of the search made of its hits.

    Raises ValueError for anything that is not one.
    """
    try:
        return _answer(record)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not an answer: {type(error).__name__} {error}") from None


def citation_from(record: Mapping[str, Any]) -> Citation:
    """One citation of the wire format. Raises ValueError, TypeError or KeyError for anything else."""
    span, quote = _span(record), _text(record["quote"])
    start, end = _number(record["start"]), _number(record["end"])
    if end - start != len(quote):
        raise ValueError("a citation whose quote is not as long as it says")
    return Citation(span, quote, start, end, _number(record.get("page", 0)))


def _answer(record: Mapping[str, Any]) -> Answer:
    language = _text(record["language"])
    kind = _one_of(record["kind"], get_args(Kind))
    status = _one_of(record["status"], ("grounded", "quoted", "abstained"))
    claims = tuple(_claim(each, language, status) for each in record["claims"])
    answer = Answer(
        question=_text(record["question"]),
        language=language,
        claims=claims,
        hits=tuple(_hit(each) for each in record.get("hits", ())),
        is_quote=status == "quoted",
        message=_text(record["message"]) if "message" in record else _message_before(record),
        kind=kind,
        understood=_text(record.get("understood", "")),
        filter=_filter(record["filter"]) if record.get("filter") else None,
        usage=Usage(**{key: _number(value) for key, value in record.get("usage", {}).items()}),
        timings=Timings(**{key: _number(value) for key, value in record.get("timings_ms", {}).items()}),
        llm=_text(record["models"]["llm"]),
        embedder=_text(record["models"]["embedder"]),
        library=_text(record["library"].get("path", "")),
        generation=_number(record["library"]["generation"]),
    )
    if (answer.status, answer.text) != (status, record["text"]):
        raise ValueError("its status and text are not those of its claims")
    return answer


def _claim(record: Mapping[str, Any], language: str, status: str) -> Claim:
    text = _text(record["text"])
    verdict: Verdict = _one_of(record["verdict"], get_args(Verdict))
    citations = tuple(citation_from(each) for each in record["citations"])
    if verdict == "supported" and not citations:
        raise ValueError("a supported claim without a citation")
    claim = Claim(text, verdict, citations, _text(record.get("reason", "")))
    if "origin" not in record:
        return _with_origin(claim, language, status)
    origin: Origin = _one_of(record["origin"], get_args(Origin))
    if origin != "model" and verdict != "supported":
        raise ValueError("an article's own words that are not supported")
    if origin == "quote":
        quote = replace(claim, text=_text(record["quote"]), origin=origin)
        if quote.introduced(language) == text:
            return quote
        origin = "title"  # it was introduced in other words, and is shown as it was
    return replace(claim, origin=origin)


# --- what was kept before a claim said where it is from ---------------------------------------------------------------


def _with_origin(claim: Claim, language: str, status: str) -> Claim:
    """A claim as it is made today, which is shown as it was then."""
    if claim.verdict != "supported":
        return claim
    for before, after in product(("", "…"), repeat=2):
        quote = replace(claim, text=f"{before}{claim.verbatim}{after}", origin="quote")
        if quote.introduced(language) == claim.text:
            return quote
    return replace(claim, origin="title") if status == "quoted" else claim


def _message_before(record: Mapping[str, Any]) -> str:
    """What stands behind the claims in the text."""
    said = " ".join(_text(each["text"]) for each in record["claims"] if each["verdict"] == "supported")
    return _text(record["text"])[len(said) :].removeprefix(" ")


# ----------------------------------------------------------------------------------------------------------------------


def _hit(record: Mapping[str, Any]) -> Hit:
    score = record["score"]
    if isinstance(score, bool) or not isinstance(score, (int, float)):
        raise ValueError("a score that is no number")
    start = _number(record.get("start", 0))
    return Hit(Chunk(_span(record), start, _text(record["text"])), float(score), 0.0, 0.0)


def _filter(record: Mapping[str, Any]) -> Filter:
    return Filter(
        words=_text(record["words"]),
        first=_day(record["from"]),
        last=_day(record["to"]),
        sources=tuple(map(_text, record["sources"])),
        is_explicit=bool(record["is_explicit"]),
        is_likely=bool(record.get("is_likely", False)),
        question=_text(record["question"]),
        n_articles=_number(record["n_articles"]),
        n_unknown=_number(record["n_unknown"]),
        is_applied=bool(record["is_applied"]),
    )


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat() if _text(value) else ""


def _span(record: Mapping[str, Any]) -> Span:
    span = Span(_text(record["article"]), _number(record["first"]), _number(record["last"]))
    if not 1 <= span.first <= span.last:
        raise ValueError("lines that are none")
    return span


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{type(value).__name__} where text should be")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("something else where a whole number should be")
    return value


def _one_of(value: Any, known: tuple[Any, ...]) -> Any:
    if value not in known:
        raise ValueError(f"none of {', '.join(map(str, known))}")
    return value
