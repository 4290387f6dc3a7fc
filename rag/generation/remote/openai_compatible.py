"""A language model behind an address that serves OpenAI's chat completions."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.errors import LlmError
from rag.generation.base import DEADLINE_S, Piece
from rag.generation.remote.address import Destination, is_here, is_loopback, proxy_for, without_login
from rag.generation.remote.completion import BadReply, check_head, pieces, plain
from rag.generation.remote.exchange import Exchange, TimeUp
from rag.types import Message

if TYPE_CHECKING:
    import httpx

CONNECT_S = 5.0
END_S = 2.0
"""Seconds for what follows the last word: the tokens used, the end."""
CHARS_PER_TOKEN = 8
"""More than a token has on average in any language; anything beyond is not read."""


class OpenAiLlm:
    """A server of OpenAI's chat completions, such as llama-server, vLLM or Ollama: `URL#model` names its model."""

    def __init__(self, url: str, seconds: float = DEADLINE_S) -> None:
        """Use the server at `url`. Raises LlmError for an invalid address.

        A reply may take `seconds`, connecting included.
        """
        address, _, model = url.partition("#")
        self._url, self._seconds = address.rstrip("/"), seconds
        self._model = model or "default"
        self.name = without_login(url)
        scheme, host, port = _parsed(self._url)
        is_local = is_here(host)
        self._proxy = "" if is_local else proxy_for(scheme, host, port)
        self.destination = None if is_local else Destination(host, plain(without_login(self._proxy)))
        """Where the prompts go; None if they stay on this machine."""
        self._open: set[Exchange[Piece]] = set()

    def count_tokens(self, text: str) -> int:
        return len(text) // 3 + 1

    def stream(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        seconds: float | None = None,
        first_seconds: float | None = None,
    ) -> Iterator[Piece]:
        """Yield the reply as every Llm does, within `seconds` if they are fewer, its first word in `first_seconds`."""
        seconds = self._seconds if seconds is None else min(seconds, self._seconds)
        first_seconds = seconds if first_seconds is None else min(seconds, first_seconds)
        has_text = False
        exchange = Exchange(lambda each: self._read(each, messages, max_tokens), seconds, first_seconds)
        self._open.add(exchange)
        try:
            for piece in exchange.results():
                has_text = has_text or bool(piece.text)
                yield piece
        except TimeUp:
            if not has_text:
                raise self._error(
                    f"no answer within {first_seconds:.3g} seconds. Is it still loading, or at work for others? "
                    "Ask again, or use --llm none"
                ) from None
        except BadReply as error:
            raise self._error(str(error)) from None
        finally:
            exchange.close()
            self._open.discard(exchange)

    def check(self, seconds: float) -> None:
        """Ask the server for its /health, which holds no prompt. Raises LlmError if it does not answer or is not ready.

        A server that has no such page is well: it answered.
        """
        exchange = Exchange(self._check, seconds)
        self._open.add(exchange)
        try:
            for _ in exchange.results():
                pass
        except TimeUp:
            raise self._error(f"it does not answer within {seconds:.3g} seconds. Is it still running?") from None
        except BadReply as error:
            raise self._error(str(error)) from None
        finally:
            exchange.close()
            self._open.discard(exchange)

    def read(self, messages: Sequence[Message]) -> None:
        """Do nothing: what the server keeps of a prompt is its own affair."""

    def interrupt(self) -> None:
        for exchange in tuple(self._open):
            exchange.interrupt()

    def _read(self, exchange: Exchange[Piece], messages: Sequence[Message], max_tokens: int) -> Generator[Piece]:
        """Ask and read the reply, in the exchange's thread. Raises BadReply, LlmError or Interrupted."""
        body = {
            "model": self._model,
            "messages": [message._asdict() for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        with self._response(exchange, "POST", f"{self._url}/chat/completions", content) as response:
            head, chunks = response.headers, response.iter_raw()
            kind, encoding, place = (head.get(name, "") for name in ("Content-Type", "Content-Encoding", "Location"))
            check_head(response.status_code, kind, encoding, place, chunks)
            for piece in pieces(chunks, max_tokens * CHARS_PER_TOKEN):
                if not piece.text:
                    exchange.hurry(END_S)
                yield piece

    def _check(self, exchange: Exchange[Piece]) -> Generator[Piece]:
        """Ask for the server's health, in the exchange's thread, and yield nothing. Raises as `_read` does."""
        url = f"{self._url.removesuffix('/v1')}/health"
        with self._response(exchange, "GET", url, b"") as response:
            if response.status_code >= 500:
                raise BadReply(f"it answered {response.status_code}. Is it still loading?")
        yield from ()

    @contextmanager
    def _response(self, exchange: Exchange[Piece], method: str, url: str, content: bytes) -> Iterator[httpx.Response]:
        """Send a request and give what comes back, of which only the head was read. Raises as `_read` does."""
        import httpx

        def trace(event: str, about: dict[str, Any]) -> None:
            if event.endswith("connect_tcp.complete"):
                self._connected(exchange, about["return_value"].get_extra_info("socket"))

        headers = {"Authorization": f"Bearer {_key()}", "Accept-Encoding": "identity"}
        if content:
            headers["Content-Type"] = "application/json"
        has_begun = False
        try:
            with (
                # not the environment's proxy: which one, if any, is decided, and said, when the model is loaded
                httpx.Client(
                    transport=httpx.HTTPTransport(proxy=self._proxy or None),
                    timeout=httpx.Timeout(self._seconds, connect=CONNECT_S),
                ) as client,
                client.stream(
                    method, url, content=content or None, headers=headers, extensions={"trace": trace}
                ) as response,
            ):
                has_begun = True
                yield response
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            detail = plain(str(error)) or type(error).__name__
            if has_begun:
                raise BadReply(
                    f"it broke off in the middle of its reply ({detail}). Ask again, or see what it says itself"
                ) from None
            raise BadReply(f"no answer ({detail}). Is the server running? --llm none works without one") from None

    def _connected(self, exchange: Exchange[Piece], connection: socket.socket) -> None:
        """Before anything is sent: give the connection to the exchange, and check that it leads where it should."""
        try:
            exchange.connected(connection)
            if self.destination is None and not is_loopback(str(connection.getpeername()[0])):
                raise BadReply(
                    "its name stood for this machine when citeline started, and for another now. Start it again"
                )
        except BaseException:
            connection.close()  # httpx does not expect anything to go wrong here
            raise

    def _error(self, reason: str) -> LlmError:
        return LlmError(f"{without_login(self._url)}: {reason}")


def _parsed(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a URL. Raises LlmError for one that nothing can be sent to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.query or not url.isprintable() or " " in url:
        shown = plain(without_login(url))
        raise LlmError(f"--llm takes an address such as http://127.0.0.1:8080/v1#MODEL, not {shown}")
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80)


def _key() -> str:
    """Return what OPENAI_API_KEY holds. Raises LlmError, without showing it, if it cannot be sent."""
    key = os.environ.get("OPENAI_API_KEY", "").strip() or "none"
    if not (key.isascii() and key.isprintable()):
        raise LlmError("OPENAI_API_KEY holds a character that no key has: set it again")
    return key
