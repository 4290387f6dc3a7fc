"""OpenAI's chat completions, so that programs made for them can ask this machine's articles.

The message is the checked text with its numbered sources; beside it stand `citations` and, as `citeline`, the Answer.
Nothing unchecked is streamed: what has been sent as a message cannot be taken back.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from rag.types import Answer
from ui.access import error_body
from ui.api.requests import Asked, Refusal
from ui.api.responses import BEAT, ApiRoute, Events, Json, body_of, event, heard_out
from ui.api.schemas import AskArguments, CompletionBody, checked
from ui.i18n import ANSWER_LANGUAGES, answer_words

if TYPE_CHECKING:
    from ui.services import LibraryHost

MODEL = "citeline"

_NO_MODEL = "there is no model {!r}: GET /v1/models lists them"
_MARKS = re.compile(r" ?(?<!\\)\[\d+\]")
# What would be an image, a link, a tag or a mark of ours in Markdown, and the backslash that would undo its backslash.
_LIVE = re.compile(r"\\(?=[\\\[(<])|(?<=!)\[|\[(?=\d+\])|(?<=\])\(|<(?=[A-Za-z/!?])")


async def complete(host: LibraryHost, request: Request) -> Response:
    """A chat completion of OpenAI's, whole or in chunks."""
    body = await body_of(request)
    library = _library(body.get("model", MODEL))
    settings = checked(CompletionBody, body)
    question, history = _conversation(body.get("messages"))
    wanted = checked(AskArguments, {"question": question, "history": history})
    asked = Asked(host, wanted.question, wanted.turns, library)
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": body.get("model", MODEL)}
    if settings.stream:
        return Events(asked, _chunks(asked, head, bool(settings.stream_options.include_usage)))
    answer = await heard_out(request, asked)
    message = {"role": "assistant", "content": content(answer), "refusal": None, **_beside(answer)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return Json({**head, "object": "chat.completion", "choices": [choice], "usage": _usage(answer)})


async def _chunks(asked: Asked, head: dict[str, Any], wants_usage: bool) -> AsyncIterator[bytes]:
    """The completion a sentence a chunk, once it is checked; the Answer goes with the last one."""

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return event({**head, "object": "chat.completion.chunk", "choices": [choice]})

    try:
        yield chunk({"role": "assistant", "content": ""})
        async for answer in asked.answers():
            if answer is None or not answer.done:
                yield BEAT
                continue
            for part in _parts(answer):
                yield chunk({"content": part})
            yield chunk(_beside(answer), "stop")
            if wants_usage:
                yield event({**head, "object": "chat.completion.chunk", "choices": [], "usage": _usage(answer)})
        yield event("[DONE]")
    except Refusal as refusal:
        yield event(error_body("/v1/", refusal.status, str(refusal)).decode("ascii"))


def models(host: LibraryHost, request: Request) -> Response:
    """A model for each library: citeline, and citeline/NAME for another."""
    names = [MODEL, *(f"{MODEL}/{name}" for name in sorted(host.libraries) if name)]
    return Json({"object": "list", "data": [_model(name) for name in names]})


def model(host: LibraryHost, request: Request) -> Response:
    """The model of a name. Raises Refusal 404."""
    name = request.path_params["model"]
    if (library := _library(name)) and library not in host.libraries:
        raise Refusal(404, _NO_MODEL.format(name[:80]))
    return Json(_model(name))


def content(answer: Answer) -> str:
    """The message: the answer's sentences, each with the numbers of its sources, which are listed behind it."""
    return "".join(_parts(answer))


def said(text: str) -> str:
    """What `content` was made of: the answer's text without marks and sources, as a follow-up leans on it."""
    for language in ANSWER_LANGUAGES:
        text = text.partition(f"\n\n{answer_words(language)['sources']}\n")[0]
    return re.sub(r"\\([\\\[(<])", r"\1", _MARKS.sub("", text))


def _parts(answer: Answer) -> list[str]:
    numbers = answer.citations
    sentences = [
        _inert(claim.introduced(answer.language)) + "".join(f" [{numbers[c]}]" for c in dict.fromkeys(claim.citations))
        for claim in answer.supported
    ]
    sentences += [_inert(answer.message)] if answer.message else []
    parts = [f"{' ' if i else ''}{sentence}" for i, sentence in enumerate(sentences)]
    if numbers:
        parts.append(f"\n\n{answer_words(answer.language)['sources']}")
        parts += [f"\n[{n}] {_inert(str(c.span))} — {_inert(' '.join(c.quote.split()))}" for c, n in numbers.items()]
    return parts


def _inert(text: str) -> str:
    """Text for a program that shows Markdown: no image, link or tag of an article comes to life there, and
    none of its brackets passes for a mark."""
    return _LIVE.sub(r"\\\g<0>", text)


def _beside(answer: Answer) -> dict[str, Any]:
    cited = [
        {
            "n": n,
            "article": c.span.article_id,
            "first": c.span.first,
            "last": c.span.last,
            "quote": c.quote,
            "start": c.start,
            "end": c.end,
        }
        for c, n in answer.citations.items()
    ]
    return {"citations": cited, "citeline": answer.to_dict()}


def _usage(answer: Answer) -> dict[str, Any]:
    used = answer.usage
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
    }


def _library(name: Any) -> str:
    """The library that a model's name stands for, "" for the main one. Raises Refusal 404."""
    model, _, library = str(name).partition("/")
    if model != MODEL or str(name).endswith("/"):
        raise Refusal(404, _NO_MODEL.format(str(name)[:80]))
    return library


def _conversation(messages: Any) -> tuple[str, list[dict[str, Any]]]:
    """The last message, which is the question, and the turns before it. Raises Refusal 400."""
    if not isinstance(messages, list) or not messages or not all(isinstance(each, dict) for each in messages):
        raise Refusal(400, 'messages must be a list of {"role", "content"}, the last one with the role "user"')
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = message.get("role")
        if role == "user":
            turns.append({"question": _written(message), "text": ""})
        elif role == "assistant":
            if turns:
                turns[-1] = message.get("citeline") or turns[-1] | {"text": said(_written(message))}
        elif role not in ("system", "developer"):
            raise Refusal(400, f"a message's role must be system, user or assistant, not {str(role)[:40]!r}")
    if messages[-1].get("role") != "user":
        raise Refusal(400, 'the last message is the question: its role must be "user"')
    return turns[-1]["question"], turns[:-1]


def _written(message: dict[str, Any]) -> str:
    """The text of a message, which may come in parts. Raises Refusal 400 for pictures and sounds."""
    content = message.get("content")
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) and part.get("type") == "text" else None for part in parts]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal(400, "a message's content must be text: citeline does not read pictures, sounds or files")
    return "\n".join(text for text in texts if text)


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "citeline"}


ROUTES = (
    ApiRoute(
        "POST", "/v1/chat/completions",
        "OpenAI's chat completions: point a program made for them at {url}/v1, with any key.",
        "messages: the last is the question, user and assistant before it are the history, system messages are"
        " ignored. model: citeline, or citeline/NAME for another library. stream, stream_options. temperature,"
        " max_tokens and the like are accepted and ignored; n > 1, tools, pictures and response_format are refused.",
        "The checked text with [1] after each sentence and the sources at the end; in the message (streamed: in the"
        " last delta) citations: [{n, article, first, last, quote, start, end}] and citeline: the Answer. Streamed"
        " once it is checked, one sentence per chunk.",
        "curl -s {url}/v1/chat/completions -H 'Content-Type: application/json' "
        "-d '{\"model\": \"citeline\", \"messages\": [{\"role\": \"user\", \"content\": \"Qui est le maire ?\"}]}'",
        complete, CompletionBody,
    ),
    ApiRoute(
        "GET", "/v1/models", "The models, as OpenAI lists them.", "",
        '{"object": "list", "data": [{"id": "citeline", …}]}',
        "curl -s {url}/v1/models",
        models,
    ),
    ApiRoute(
        "GET", "/v1/models/{model:path}", "One of them.", "", '{"id": "citeline", …}',
        "curl -s {url}/v1/models/citeline",
        model,
    ),
)  # fmt: skip
