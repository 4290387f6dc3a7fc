"""Merge the answers to the parts of a question into one Answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from index.types import Hit
from rag.language import part_not_found
from rag.query import Query
from rag.types import Answer, Claim, Usage


def joined(parts: Sequence[Query], answer: Answer, told: Sequence[Answer]) -> Answer:
    """Merge the parts' Answers, in their order, into one; what has no answer is said in the message."""
    claims: list[Claim] = []
    for each in told:
        claims += [claim for claim in each.claims if claim not in claims]
    missing = [part.about for part, each in zip(parts, told, strict=False) if each.done and not each.supported]
    answered = [each for each in told if each.supported]
    if answered:
        message = " ".join(part_not_found(part, answer.language) for part in missing)
    else:
        message = told[0].message if told else ""
    return replace(
        answer,
        claims=tuple(claims),
        hits=_interleaved([each.hits for each in told]),
        is_quote=bool(answered) and all(each.is_quote for each in answered),
        message=message,
        usage=Usage(
            sum(each.usage.prompt_tokens for each in told),
            sum(each.usage.cached_tokens for each in told),
            sum(each.usage.completion_tokens for each in told),
        ),
        timings=replace(
            told[0].timings, first_token=next((e.timings.first_token for e in told if e.timings.first_token), 0)
        ),
        done=True,
    )


def _interleaved(hits: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """The parts' hits by turns, each chunk once, as many as one question shows."""
    found: dict[tuple[str, int], Hit] = {}
    for row in zip_longest(*hits):
        for hit in row:
            if hit is not None:
                found.setdefault((hit.chunk.span.article_id, hit.chunk.start), hit)
    return tuple(found.values())[: max(map(len, hits), default=0)]
