"""What goes over a wire: JSON in, JSON, events and errors out, and the table by which a route is made and described."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from index.errors import CitelineIndexError
from rag.errors import RagError
from ui.access import error_body
from ui.api.requests import FAILED, Asked, Refusal

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import BaseModel

    from ui.services import LibraryHost

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

log = logging.getLogger(__name__)

Handler = Callable[["LibraryHost", Request], Response | Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One way in, as it is served and as GET /api and docs/http.md describe it."""

    method: str
    path: str
    """With "{name:path}" for what may hold slashes."""
    about: str
    takes: str
    gives: str
    example: str
    """A command; {url} stands for this server's address."""
    handler: Handler | None = None
    """Called in a thread when it is no coroutine; None: served by something else."""
    body: type[BaseModel] | None = None
    """What checks the JSON that is sent."""
    reply: type[BaseModel] | None = None
    """What reads the JSON that comes back; None where nothing of ours does."""
    query: tuple[tuple[str, type], ...] = ()
    """Behind the "?"; each may be left out."""

    @property
    def shown_path(self) -> str:
        return self.path.replace(":path}", "}")


class Json(Response):
    """JSON as the command prints it, in ASCII: any text has a place in it, lone surrogates of file names too."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return json.dumps(content).encode("ascii")


class Events(StreamingResponse):
    """Server-sent events about a question; however they end, it is not asked any longer."""

    media_type = "text/event-stream"

    def __init__(self, asked: Asked, events: AsyncIterator[bytes]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store"})
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._asked.cancel()


def event(data: Any, name: str = "") -> bytes:
    """One server-sent event."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode("ascii")


BEAT = b": waiting\n\n"
"""A comment, which keeps a connection open and which every reader of events passes over."""


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises Refusal 400."""
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(found, dict):
        raise Refusal(400, "the body is not a JSON object")
    return found


class Heard(Protocol[T_co]):
    """What is worked on for a caller."""

    async def answer(self) -> T_co:
        """Return the whole of it. Raises Refusal."""

    def cancel(self) -> None:
        """Stop; nothing happens after the end."""


async def heard_out(request: Request, asked: Heard[T]) -> T:
    """The whole answer. Raises Refusal, or ClientDisconnect (and the model stops) when the caller hangs up before."""
    answering, leaving = asyncio.ensure_future(asked.answer()), asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise ClientDisconnect
        return answering.result()
    finally:
        asked.cancel()
        for task in (answering, leaving):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Refusal):
                await task


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def add_routes(app: FastAPI, host: LibraryHost, routes: Sequence[ApiRoute]) -> None:
    """Serve the routes that have a handler; what it raises becomes an error in the shape of its path."""
    for route in routes:
        if route.handler is not None:
            app.add_route(route.path, _endpoint(host, route.handler), methods=[route.method])


def _endpoint(host: LibraryHost, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            if inspect.iscoroutinefunction(handler):
                reply = await handler(host, request)
            else:
                reply = await run_in_threadpool(handler, host, request)
        except Refusal as refusal:
            return failure(request.url.path, refusal)
        except (RagError, CitelineIndexError) as error:
            return failure(request.url.path, Refusal(500, str(error)))
        except ClientDisconnect:
            raise
        except Exception:  # the wire's edge: the caller gets one line, the terminal gets the traceback
            log.exception("a request failed")
            return failure(request.url.path, Refusal(500, FAILED))
        assert isinstance(reply, Response)
        return reply

    return endpoint


def failure(path: str, refusal: Refusal) -> Response:
    """An error as whoever asks `path` expects it."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
    body = error_body(path, refusal.status, str(refusal))
    return Response(body, refusal.status, headers, media_type="application/json")
