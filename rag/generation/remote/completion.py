"""Parse a server's chat completion (OpenAI's format): a reply in pieces, or what is wrong with it. Pure.

Nothing in it is trusted: every value is checked before it is used, and everything has a limit.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator
from typing import Any, TypeVar

from rag.generation.base import Piece
from rag.types import Usage

MAX_BYTES = 1 << 22
"""Of a reply, including everything around its words."""
MAX_EVENT_BYTES = 1 << 18
"""Of one event, or of a reply that comes in one piece."""
MAX_EVENTS = 20_000
MAX_FAILURE_BYTES = 1 << 14
"""Read from something that is not a reply, to say why."""
MAX_SAID = 200
"""Characters of a server's own words that are passed on."""
MAX_TOKENS = 1 << 53
"""Largest credible token count: beyond it JSON's numbers are not exact."""

_BOM = b"\xef\xbb\xbf"
_END = object()
_KINDS: dict[type, str] = {
    str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object",
    type(None): "null",
}  # fmt: skip
_ADVICE = {
    401: "Put the key that it wants into OPENAI_API_KEY",
    403: "Put the key that it wants into OPENAI_API_KEY",
    404: "Its URL usually ends in /v1, and #MODEL behind it names a model that it has",
    405: "Its URL usually ends in /v1, and #MODEL behind it names a model that it has",
    408: "Ask again later",
    429: "Ask again later",
}
_REQUEST_ADVICE = "Does #MODEL behind its URL name a model that it has, and does it speak OpenAI’s chat completions?"
_SERVER_ADVICE = "Ask again, or see what it says itself"

T = TypeVar("T")


class BadReply(Exception):
    """What is wrong with a reply and what can be done, worded to follow the server's name."""


def check_head(status: int, kind: str, encoding: str, place: str, body: Iterable[bytes]) -> None:
    """Check what precedes a reply: status, Content-Type, Content-Encoding, Location. Raises BadReply.

    No more of `body` is read than is needed to say what is wrong.
    """
    kind = kind.partition(";")[0].strip().lower()
    is_packed = encoding.strip().lower() not in ("", "identity")
    if 300 <= status < 400:
        raise BadReply(
            f"it redirects to {plain(place) or '?'}, where nothing is sent. If you trust that address, give it to --llm"
        )
    if status != 200:
        words = "" if is_packed else _said(_failure(_beginning(body)))
        advice = _ADVICE.get(status, _SERVER_ADVICE if status >= 500 else _REQUEST_ADVICE)
        raise BadReply(f"it answered {status}{words}. {advice}")
    if is_packed:
        raise _something_else("compressed data")
    if kind in ("text/html", "application/xhtml+xml"):
        raise _something_else("a web page")
    if kind not in ("", "text/event-stream", "application/json", "text/plain", "application/octet-stream"):
        raise _something_else("data of another type", kind)


def pieces(chunks: Iterable[bytes], max_chars: int) -> Generator[Piece]:
    """Yield the text of a reply, streamed or whole, at most `max_chars` of it.

    An empty piece follows as soon as the reply says that it ends, and another at the end, with the tokens used. Raises
    BadReply.
    """
    usage, room, finish = Usage(), max_chars, ""
    n_events, has_spoken, has_thought, is_whole = 0, False, False, False
    for event in _events(chunks):
        if event is _END:
            is_whole = True
            break
        n_events += 1
        if n_events > MAX_EVENTS:
            raise BadReply(f"its reply is too long: more than {MAX_EVENTS:,} events. Is it stuck? Start it again")
        if event.get("error") is not None or event.get("object") == "error":
            raise _broken_off(_error_of(event))
        counted = event.get("usage")
        if counted is not None:
            usage = _usage(_as(dict, counted, "usage"))
        choices = event.get("choices")
        for choice in _as(list, choices, "choices")[:1] if choices is not None or counted is None else ():
            said = _part(_as(dict, choice, "choices[0]"))
            content, end = said.get("content"), choice.get("finish_reason")
            if content is not None:
                has_spoken = True
                text = _as(str, content, "content")[:room]
                room -= len(text)
                if text:
                    yield Piece(text.encode("utf-8", "replace").decode("utf-8"), usage)
                if not room:
                    return
            has_thought = has_thought or bool(said.get("reasoning_content") or said.get("reasoning"))
            if end is not None:
                finish = _as(str, end, "finish_reason")
                yield Piece("", usage)
        if finish and room == max_chars:
            break
    if not n_events:
        raise _something_else("nothing")
    if not (is_whole or finish):
        raise BadReply("it broke off in the middle of its reply. Ask again, or see what it says itself")
    if room == max_chars and has_thought:
        raise BadReply("it only thought and wrote no answer. Turn its thinking off, or name another model: URL#MODEL")
    if room == max_chars and not (has_spoken and finish in ("", "stop")):
        raise BadReply(f"its reply holds no text (finish_reason: {plain(finish) or 'none'}). Is it a chat model?")
    yield Piece("", usage)


def plain(text: str) -> str:
    """Return a server's words on one line as they may be shown anywhere.

    Unprintable characters are escaped, and the rest beyond MAX_SAID is cut.
    """
    words = " ".join(text[: 8 * MAX_SAID].split())
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in words)
    return shown if len(shown) <= MAX_SAID else f"{shown[:MAX_SAID]}…"


# --- what stands where ------------------------------------------------------------------------------------------------


def _events(chunks: Iterable[bytes]) -> Iterator[Any]:
    """Yield the objects of a reply, then _END if it says so. Raises BadReply."""
    for line in _lines(chunks):
        if line.startswith((b"{", b"[")):  # a whole one: `_lines` has not cut it
            yield _object(line, "the whole")
            yield _END
            return
        if line.startswith(b"<"):
            raise _something_else("a web page")
        name, colon, value = line.partition(b":")
        value = value.strip()
        if name == b"data" and value == b"[DONE]":
            yield _END
            return
        if name == b"data" and value:
            yield _object(value, "an event")
        elif name == b"error" and colon:  # as llama-server writes it
            raise _broken_off(_failure(value))
        elif name not in (b"", b"data", b"event", b"id", b"retry"):
            raise _something_else("text", _text(line))


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield non-blank lines, whatever their endings; only one if the first begins like JSON. Raises BadReply."""
    held, n_bytes, has_begun, is_json = bytearray(), 0, False, False
    for chunk in chunks:
        n_bytes += len(chunk)
        if n_bytes > MAX_BYTES:
            raise BadReply(f"its reply is too long: more than {MAX_BYTES:,} bytes. Is it stuck? Start it again")
        held += chunk
        if not has_begun:
            held = held.removeprefix(_BOM).lstrip()
            has_begun, is_json = not _BOM.startswith(held), held.startswith((b"{", b"["))
        if not is_json and (b"\n" in chunk or b"\r" in chunk):
            *whole, rest = bytes(held).replace(b"\r", b"\n").split(b"\n")
            yield from filter(None, map(bytes.strip, whole))
            held = bytearray(rest)
        if len(held) > MAX_EVENT_BYTES:
            raise BadReply(f"its reply is too long: an event of {MAX_EVENT_BYTES:,} bytes. Is it stuck? Start it again")
    if last := bytes(held).strip():
        yield last


def _object(data: bytes, place: str) -> Any:
    """Parse a JSON object. Raises BadReply."""
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        kind = "UTF-8" if isinstance(error, UnicodeDecodeError) else "JSON"
        raise BadReply(
            f"in its reply {place} is not {kind}{_said(_text(data))}. Does it speak OpenAI’s chat completions?"
        ) from None
    return _as(dict, found, place)


def _part(choice: dict[str, Any]) -> dict[str, Any]:
    """Return what a choice adds to the reply. Raises BadReply.

    That is its delta, or the message of a reply that was not streamed.
    """
    name = next((each for each in ("delta", "message") if each in choice), "")
    if not name and choice.get("finish_reason") is None:
        raise BadReply("in its reply delta is missing. Does it speak OpenAI’s chat completions?")
    return _as(dict, choice[name], name) if name else {}


def _usage(counted: dict[str, Any]) -> Usage:
    details = counted.get("prompt_tokens_details")
    return Usage(
        _count(counted, "prompt_tokens"),
        0 if details is None else _count(_as(dict, details, "prompt_tokens_details"), "cached_tokens"),
        _count(counted, "completion_tokens"),
    )


def _count(counted: dict[str, Any], name: str) -> int:
    """Return a number of tokens, 0 if it is missing. Raises BadReply."""
    found = counted.get(name)
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        if 0 <= found < MAX_TOKENS:
            return int(found)
    elif found is None:
        return 0
    raise _odd(name, found, "a number of tokens")


def _as(kind: type[T], found: Any, place: str) -> T:
    """Return `found` if it is of a kind. Raises BadReply."""
    if not isinstance(found, kind):
        raise _odd(place, found, _KINDS[kind])
    return found


def _odd(place: str, found: Any, expected: str) -> BadReply:
    return BadReply(
        f"in its reply {place} is {_KINDS[type(found)]}, not {expected}. Does it speak OpenAI’s chat completions?"
    )


# --- what it says instead ---------------------------------------------------------------------------------------------


def _something_else(thing: str, words: str = "") -> BadReply:
    return BadReply(
        f"it sent {thing}{_said(words)}, not a chat completion. Its URL usually ends in /v1: --llm http://HOST:PORT/v1#MODEL"
    )


def _broken_off(words: str) -> BadReply:
    return BadReply(f"it broke off with an error{_said(words)}. Ask again, or see what it says itself")


def _said(words: str) -> str:
    """Return a server's words to append to what is said about them; "" if there are none."""
    shown = plain(words)
    return f" (“{shown}”)" if shown else ""


def _beginning(body: Iterable[bytes]) -> bytes:
    found = b""
    for chunk in body:
        found += chunk
        if len(found) >= MAX_FAILURE_BYTES:
            break
    return found[:MAX_FAILURE_BYTES]


def _failure(body: bytes) -> str:
    """Return what a body says went wrong: JSON's message or text.

    "" for a web page, whose words are about something else.
    """
    try:
        found = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        text = _text(body).strip()
        return "" if text.startswith("<") else text
    return _error_of(found)


def _error_of(found: Any) -> str:
    """Return the words of an error: {"error": {"message": …}}, also "detail", or with less around it, or any other."""
    for _ in range(3):
        if not isinstance(found, dict):
            break
        found = next((found[key] for key in ("error", "message", "detail") if found.get(key)), "")
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)[: 8 * MAX_SAID]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
