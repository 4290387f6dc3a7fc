"""What files hold of a conversation, read back: the lines of a kept one, the turns of an exported one.

It imports pydantic, so whatever a command imports to begin with imports this module inside a function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, PlainValidator

from rag.serialization import CitationRecord, Record, answer_from
from rag.types import Answer
from ui.conversations.records import Judgement, KeptTurn, Source


def take(record: Any, turns: dict[str, KeptTurn]) -> None:
    """Add one line of a file to the turns, by name. Raises ValueError or KeyError for a line that is none."""
    if isinstance(record, Mapping) and "judged" in record:
        said = JudgementRecord.model_validate(record)
        turns[said.judged] = replace(turns[said.judged], judgement=said.judgement, note=said.note)
        return
    turn = TurnRecord.model_validate(record)
    articles = {id: Source(**dict(source)) for id, source in turn.articles.items()}
    turns[turn.turn] = KeptTurn(turn.turn, turn.when, turn.answer, articles, turn.citeline)


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


class SourceRecord(Record):
    """A cited article."""

    model_config = ConfigDict(extra="forbid")

    title: str
    date: str
    sha256: str


class TurnRecord(Record):
    """The line of a turn."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    turn: Annotated[str, Field(pattern="^[0-9a-f]{12}$")]
    when: Annotated[str, AfterValidator(_moment)]
    citeline: Annotated[str, PlainValidator(str)]
    answer: Annotated[Answer, PlainValidator(answer_from)]
    articles: dict[str, SourceRecord]


class JudgementRecord(Record):
    """The line of what a reader says of a turn."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    judged: str
    judgement: Annotated[Judgement, Field(alias="as")]
    note: str = ""


class ExportedArticle(Record):
    article: str
    sha256: str


class ExportedClaim(Record):
    verdict: Any
    citations: list[CitationRecord]


class ExportedTurn(Record):
    """What of an exported turn can be held against its articles."""

    question: str
    articles: list[ExportedArticle]
    claims: list[ExportedClaim]
