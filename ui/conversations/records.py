"""A turn of a conversation as it is kept: an Answer, when it was given, and of what its articles were made then.

It is one line of JSON. A judgement is a line of its own that names its turn.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from index.types import Article
from rag.types import Answer

SCHEMA = 1
MAX_NOTE_CHARS = 500

Judgement = Literal["", "right", "wrong", "line"]
"""What a reader said of an answer: nothing, that it is right, wrong, or right with a wrong line."""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited article as it was when it was cited."""

    title: str
    date: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and its Answer, when it was given, and of what the cited articles were made then."""

    id: str
    when: str
    """ISO 8601, UTC."""
    answer: Answer
    articles: Mapping[str, Source]
    version: str
    """Of the citeline that answered."""
    judgement: Judgement = ""
    note: str = ""


@cache
def version() -> str:
    """Version of the citeline that runs."""
    from importlib.metadata import version as installed

    return installed("citeline")


def sources_of(answer: Answer, articles: Mapping[str, Article]) -> dict[str, Source]:
    """What the cited articles are now, by id; those that are gone meanwhile are left out."""
    cited = dict.fromkeys(citation.span.article_id for citation in answer.citations)
    found = {id: articles[id] for id in cited if id in articles}
    return {id: Source(article.title, article.date, article.sha256) for id, article in found.items()}


def new_turn(answer: Answer, articles: Mapping[str, Source]) -> KeptTurn:
    """An answer that was just given, under a name of its own."""
    return KeptTurn(secrets.token_hex(6), now(), answer, dict(articles), version())


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def turn_record(turn: KeptTurn) -> dict[str, Any]:
    """The line of a turn."""
    return {
        "schema": SCHEMA,
        "turn": turn.id,
        "when": turn.when,
        "citeline": turn.version,
        "answer": turn.answer.to_dict(),
        "articles": {id: asdict(source) for id, source in turn.articles.items()},
    }


def judgement_record(turn: str, judgement: Judgement, note: str) -> dict[str, Any]:
    """The line of what a reader says of a turn; the note is cut and on one line."""
    note = " ".join(note.split())[:MAX_NOTE_CHARS]
    return {"schema": SCHEMA, "judged": turn, "as": judgement, "note": note, "when": now()}
