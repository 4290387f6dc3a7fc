"""GET /api: the routes in the words of OpenAPI, as FastAPI makes them of what a request and a reply are checked by."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from ui.api.responses import ApiRoute, Json

if TYPE_CHECKING:
    from ui.services import LibraryHost


class Error(BaseModel):
    """What every refusal is; under /v1 it has OpenAI's shape."""

    error: str = Field(description="One line.")


def described_by(routes: Sequence[ApiRoute]) -> tuple[ApiRoute, ...]:
    """Return the routes and GET /api, which describes them all, itself too."""

    def describe(host: LibraryHost, request: Request) -> Response:
        url = f"http://{request.headers['host']}"
        return Json({**openapi(known), "servers": [{"url": url}]})

    gives = "An OpenAPI document, for people and for programs that read one."
    known = (*routes, ApiRoute("GET", "/api", "This description.", "", gives, "curl -s {url}/api", describe))
    return known


@cache
def openapi(routes: tuple[ApiRoute, ...]) -> dict[str, Any]:
    """Return the OpenAPI document of the routes, without the address of the server."""
    from fastapi import FastAPI

    app = FastAPI(title="citeline", version=version("citeline"), description=_ABOUT)
    for route in routes:
        app.add_api_route(
            route.path,
            _endpoint(route),
            methods=[route.method],
            operation_id=f"{route.method} {route.shown_path}",
            summary=route.about,
            description="\n\n".join(filter(None, (route.takes and f"Takes: {route.takes}", f"Gives: {route.gives}"))),
            response_model=route.reply,
            responses={"default": {"model": Error, "description": "An error, with its status."}},
            openapi_extra={"x-codeSamples": [{"lang": "shell", "source": route.example}]},
        )
    return app.openapi()


def _endpoint(route: ApiRoute) -> Any:
    """A function that takes what the route takes; it is described, never called."""

    def endpoint() -> None:
        raise NotImplementedError

    in_path = [(name.split(":")[0], str, Parameter.empty) for name in _names_in(route.path)]
    in_query = [(name, kind | None, None) for name, kind in route.query]
    body = [("body", route.body, Parameter.empty)] if route.body else []
    endpoint.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            for name, kind, default in (*in_path, *in_query, *body)
        ]
    )
    return endpoint


def _names_in(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


_ABOUT = """\
citeline on this machine: its interface for programs.
Requests and replies are JSON in UTF-8. An error is {"error": "one line"} (under /v1 in OpenAI's shape) with its status:
400 not a valid question, 403 another site or user, 404 not found, 405 wrong method, 413 over 1 MiB, 415 not JSON,
429 too many questions waiting, 500 failed, 503 models loading or library being changed. 429 and 503 come with
Retry-After, in seconds.

There is one language model: questions are answered one at a time, the page's included. Disconnecting cancels yours.
Only programs of the user who started citeline, and root's, are served, or those with 'Authorization: Bearer TOKEN'
where the system does not say whose they are; Host must be 127.0.0.1, localhost or [::1]; no page of another site.
An Answer is the same JSON everywhere: here, `citeline ask --json`, `from rag import answer`, OpenAI's, MCP.
In the commands, {url} stands for the address of this server."""
