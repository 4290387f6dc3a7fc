"""A line of a file of questions, as the file holds it.

It imports pydantic, so whatever a command imports to begin with imports this module inside a function.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainValidator, ValidationError

T = TypeVar("T")


def case_record(record: Any) -> CaseRecord:
    """Raises ValueError that says what the line has and what it should have."""
    try:
        return CaseRecord.model_validate(record)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
    field = wrong["loc"][0] if wrong["loc"] else "question"
    if field == "question":
        raise ValueError('is not {"question": "…", "answer": […], "gold": […]}')
    if wrong["type"] == "list_type":
        raise ValueError(f'has a "{field}" that is not a list')
    if field == "gold":
        raise ValueError('has a "gold" that is not {"article": "…", "first": 1, "last": 1}')
    raise ValueError('has something other than text in "answer" or "hidden"')


def _written(text: str) -> str:
    if not text.strip():
        raise ValueError("nothing")
    return text


Word = Annotated[str, PlainValidator(lambda value: str(value or ""))]
Text = Annotated[str, AfterValidator(_written)]
Listed = Annotated[list[T], BeforeValidator(lambda value: value or [])]


class GoldRecord(BaseModel):
    """Lines that hold the answer."""

    article: str
    first: int
    last: int


class CaseRecord(BaseModel):
    """A question, and what is known of its answer."""

    id: Word = ""
    question: Any
    kind: Word = ""
    language: Word = ""
    answer: Listed[Text] = []
    answer_translated: Listed[Text] = []
    gold: Listed[GoldRecord] = []
    hidden: Listed[Text] = []
