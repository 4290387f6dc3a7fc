"""What a program may send, as one model each: it checks a request, and describes it to MCP clients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic.json_schema import GenerateJsonSchema

from index.storage import is_date
from rag.config import Config
from rag.conversation import Turn, turn_of
from rag.errors import QuestionError
from rag.pipeline import clean
from rag.serialization import answer_from
from ui.api.checking import MOST_CHARS
from ui.api.requests import Refusal

MAX_HISTORY = 200
"""Turns that a caller may bring along; the last few are looked at."""
MAX_TURN_CHARS = 20_000

M = TypeVar("M", bound=BaseModel)


def _question(value: Any) -> str:
    """A question as it will be asked."""
    try:
        return clean(value, Config().question_chars)
    except QuestionError as error:
        raise ValueError(str(error)) from None


def _turn(value: Any) -> Turn | None:
    """A turn of a history; None for one that a follow-up cannot lean on."""
    if not isinstance(value, dict):
        raise ValueError('a turn of the history must be {"question": "…", "text": "…"}, or an Answer as it was sent')
    if "claims" in value:
        try:
            answer = answer_from(value)
        except ValueError as error:
            raise ValueError(f"a turn of the history is not an Answer as it was sent: {error}") from None
        return None if answer.kind == "greeting" else turn_of(answer)
    return turn_of((_said(value.get("question")), _said(value.get("text", ""))))


def _said(value: Any) -> str:
    """Text of a turn without control characters and lone surrogates; "" stays ""."""
    if not isinstance(value, str) or len(value) > MAX_TURN_CHARS:
        raise ValueError(f"question and text of a turn must be texts of up to {MAX_TURN_CHARS:,} characters")
    try:
        return clean(value, MAX_TURN_CHARS)
    except QuestionError:
        return ""


def _draft(value: Any) -> str:
    """A draft as it will be checked."""
    if not isinstance(value, str):
        raise ValueError(f"the text must be a text, not {type(value).__name__}")
    if len(value) > MOST_CHARS:
        raise ValueError(f"the text has {len(value):,} characters, the limit is {MOST_CHARS:,}: send it in parts")
    if not any(map(str.isalnum, value)):
        raise ValueError("the text is empty: send what is to be checked")
    return value


def _day(value: Any) -> str | None:
    """A date as a library keeps it; None for the one that was read."""
    if value is None or is_date(value):
        return None if value is None else str(value)
    raise ValueError('must be a day, month or year such as "2024-03-03", "2024-03" or "2024", or null for the one read')


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("must be the id or key of an article: GET /api/articles lists them")
    return value


def _never(value: Any) -> Any:
    if value:
        raise ValueError("is not supported: citeline answers from its articles and calls nothing")
    return value


def _one(value: Any) -> Any:
    if value not in (1, None):
        raise ValueError("must be 1: the same question about the same lines always gets the same answer")
    return value


def _or(default: Any) -> BeforeValidator:
    """Take null for what was left out."""
    return BeforeValidator(lambda value: default if value is None else value)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a field is, for the line that refuses anything else: "NAME must be …"."""

    words: str


TEXT = {"type": "string"}
_TURN = {"type": "object", "properties": {"question": TEXT, "text": TEXT}, "required": ["question"]}
Turns = list[Annotated[Turn | None, PlainValidator(_turn), WithJsonSchema(_TURN)]]

Question = Annotated[str, PlainValidator(_question), WithJsonSchema(TEXT)]
Draft = Annotated[str, PlainValidator(_draft), WithJsonSchema(TEXT)]
ArticleName = Annotated[str, PlainValidator(_name), WithJsonSchema(TEXT)]
Day = Annotated[str | None, PlainValidator(_day), WithJsonSchema({"type": ["string", "null"]})]
History = Annotated[
    Turns,
    Field(
        max_length=MAX_HISTORY,
        description="Earlier questions and answers, oldest first, when this one depends on them.",
    ),
    Expected(f"a list of at most {MAX_HISTORY} turns, oldest first"),
    _or([]),
]
Flag = Annotated[bool, Expected("true or false"), _or(False)]
Library = Annotated[
    str, Field(description="The name of a library; left out, the main one."), Expected("a name"), _or("")
]
LineNumber = Annotated[Any, WithJsonSchema({"type": "integer", "minimum": 1})]
"""Held against the article by `lines_asked`."""
Unsupported = Annotated[Any, AfterValidator(_never)]


class Arguments(BaseModel):
    """What a program may say, and nothing else."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class AskArguments(Arguments):
    """A question and what it is asked of."""

    model_config = ConfigDict(json_schema_extra={"required": ["question"]})

    question: Question = Field("", validate_default=True, description="One question, up to 1000 characters.")
    history: History = []
    everywhere: Annotated[
        Flag, Field(description="Search all articles, ignoring any date or source the question names.")
    ] = False
    library: Library = ""

    @property
    def turns(self) -> list[Turn]:
        """The turns of the history that a follow-up can lean on."""
        return [turn for turn in self.history if turn is not None]


class AskBody(AskArguments):
    """A question over HTTP."""

    stream: Flag = False


class CheckArguments(Arguments):
    """A draft and what it is held against."""

    model_config = ConfigDict(json_schema_extra={"required": ["text"]})

    text: Draft = Field("", validate_default=True, description=f"Text or Markdown, up to {MOST_CHARS} characters.")
    library: Library = ""


class SearchArguments(Arguments):
    """Words to find passages by."""

    model_config = ConfigDict(json_schema_extra={"required": ["query"]})

    query: Question = Field("", validate_default=True, description="A question or some words.")
    library: Library = ""


class ReadArguments(Arguments):
    """Lines of an article."""

    article: Annotated[
        str,
        Field(description="Its id, as citations, search and list_articles give it."),
        Expected("the id of an article, as search and list_articles give it"),
    ]
    first: LineNumber = None
    last: LineNumber = None
    library: Library = ""


class ListArguments(Arguments):
    """Whose articles."""

    library: Library = ""


class DateBody(Arguments):
    """An article and its date."""

    model_config = ConfigDict(json_schema_extra={"required": ["article", "date"]})

    article: ArticleName = Field("", validate_default=True, description="Its id or key.")
    date: Day = Field("", validate_default=True, description="As ISO 8601 writes it; null for the one of its file.")
    library: Library = ""


class CompareBody(Arguments):
    """Two articles."""

    model_config = ConfigDict(json_schema_extra={"required": ["a", "b"]})

    a: ArticleName = Field("", validate_default=True, description="Id or key of an article.")
    b: ArticleName = Field("", validate_default=True, description="Id or key of another one.")
    library: Library = ""


class ResponseFormat(BaseModel):
    """Of an OpenAI completion; {} is text."""

    type: Literal["text"] = "text"


class StreamOptions(BaseModel):
    """Of an OpenAI completion."""

    include_usage: Any = False


class CompletionBody(BaseModel):
    """Of OpenAI's parameters those that change what citeline does; what only tunes a model is passed over."""

    model_config = ConfigDict(strict=True, frozen=True)

    n: Annotated[Any, AfterValidator(_one)] = 1
    tools: Unsupported = None
    functions: Unsupported = None
    logprobs: Unsupported = None
    audio: Unsupported = None
    response_format: Annotated[
        ResponseFormat | None, Expected("text: the Answer is sent beside it as JSON, as `citeline`")
    ] = None
    stream: Flag = False
    stream_options: Annotated[StreamOptions, Expected("an object"), _or({})] = StreamOptions()


def checked(model: type[M], given: Mapping[str, Any], unknown: str = "{name} is not known: the keys are {names}") -> M:
    """What was sent as the model has it. Raises Refusal 400; `unknown` is the line for a name that it does not have."""
    names = list(model.model_fields)
    if model.model_config.get("extra") == "forbid" and (others := sorted(set(given) - set(names))):
        raise Refusal(400, unknown.format(name=repr(others[0][:80]), names=", ".join(names)))
    try:
        return model.model_validate({name: given[name] for name in names if name in given})
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
    name = str(wrong["loc"][0])
    if wrong["type"] == "value_error":
        said = str(wrong["ctx"]["error"])
        raise Refusal(400, f"{name} {said}" if said.startswith(("is ", "must be ")) else said)
    (expected,) = [each for each in model.model_fields[name].metadata if isinstance(each, Expected)]
    raise Refusal(400, f"{name} must be {expected.words}")


class _Plain(GenerateJsonSchema):
    """A schema without a title for each field, which would say its name again, and without what stands for nothing."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of a model, for a program that wants to know what to send."""
    schema = model.model_json_schema(schema_generator=_Plain)
    return {key: value for key, value in schema.items() if key not in ("title", "description")}
