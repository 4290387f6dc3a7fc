"""Who may ask this process, for what, and how much they may send: a table, and the middleware that holds it."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import ClientDisconnect

from index.documents import MOST_BYTES
from ui.access.loopback import LOOPBACK
from ui.assets import STATIC
from ui.formats import render
from ui.i18n import page_language, page_theme

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1 << 20
_html = partial(render, "access/templates/page.html")


@dataclass(frozen=True, slots=True)
class Opening:
    """Paths that may be asked for; whatever stands in no row of OPENINGS is not there."""

    path: str
    """Regular expression of the whole path, percent-decoded."""
    methods: tuple[str, ...] = ("GET", "HEAD")
    content_type: str = "application/json"
    """What a body must be. Never one that a form of another site can send: those are sent without asking."""
    max_bytes: int = MAX_BODY_BYTES
    navigable: bool = True
    """Whether a link on another site may lead here: for what a person looks at, not for data."""


POSTED = ("GET", "HEAD", "POST")

# Of Gradio's routes only what the page uses. The rest is refused: upload, file, proxy, stream, docs... and whatever
# its next version adds.
OPENINGS: tuple[Opening, ...] = (
    Opening(r"/|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/[a-z_]+\.(css|js)"),
    Opening(r"/(assets|static)/.+"),
    Opening(r"/gradio_api/(info/?|app_id/?|startup-events|heartbeat/[\w-]+)", POSTED),
    Opening(r"/gradio_api/(cancel|reset/?|component_server/?|queue/(join|data)|run/\w+/?|call/\w+(/\w+)?)", POSTED),
    Opening(r"/api"),
    Opening(r"/api/(ask|check|compare|date)", ("POST",), navigable=False),
    Opening(r"/api/(status|files|articles(/.+)?)", navigable=False),
    Opening(r"/v1/models(/.+)?", navigable=False),
    Opening(r"/v1/chat/completions", ("POST",), navigable=False),
    Opening(r"/mcp", ("POST",), navigable=False),
    Opening(r"/shelf/upload", ("POST",), "application/octet-stream", MOST_BYTES, navigable=False),
)

_LIBRARY = re.compile(r"/library/[A-Za-z0-9_-]{1,40}(?=/)", re.ASCII)
"""In front of the path: the page of another library than the main one, with the same routes behind it."""

_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; font-src 'self';"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'self'; object-src 'none';"
    # gr.HTML compiles its template with Function(), hence 'unsafe-eval'; inline scripts run only with this page's nonce
    " script-src 'self' 'unsafe-eval' 'nonce-{nonce}'"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request goes no further."""

    status: int
    reason: str
    allow: tuple[str, ...] = ()
    """The methods that would do, when it is the method that does not."""


class Guard:
    """Lets through what OPENINGS names, asked for by this machine; adds the security headers to every reply.

    Against DNS rebinding: the Host header is a loopback name. Against other sites: a body is of a type that no form
    can send, and comes from our own Origin or from no browser at all.
    Starlette's TrustedHostMiddleware takes "[::1]:7860" for a host called "[" and reads only one Host header of two.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        refused = refusal(scope["method"], scope["path"], scope["headers"])
        if refused is not None:
            await reply(scope["path"], send, refused)
        elif is_page(scope["path"]) and scope["method"] == "GET":
            await self._page(scope, receive, send)
        else:
            await self._bounded(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The app, which sees its caller hang up when a body grows beyond its limit without having said so."""
        opening = _opening(scope["path"])
        assert opening is not None  # `refusal` found it
        size, is_answered = 0, False

        async def receiving() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return {"type": "http.disconnect"} if size > opening.max_bytes else message

        async def sending(message: Message) -> None:
            nonlocal is_answered
            if size <= opening.max_bytes or is_answered:
                is_answered = True
                await send(message)

        try:
            await self.app(scope, receiving, with_headers(sending, ""))
        except ClientDisconnect:
            if size <= opening.max_bytes:
                return
        if size > opening.max_bytes and not is_answered:
            await reply(scope["path"], send, Refused(413, "Too long."))

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio's page, with our style sheets and a nonce on its scripts, so that no other inline script can run."""
        nonce = secrets.token_urlsafe(16)
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                asked = (header(scope["headers"], name) for name in (b"accept-language", b"cookie"))
                body = dress(b"".join(chunks).decode("utf-8"), nonce, *asked)
                headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
                headers.append((b"content-length", str(len(body.encode("utf-8"))).encode("ascii")))
                await with_headers(send, nonce)({**start, "headers": headers})
                await send({"type": "http.response.body", "body": body.encode("utf-8")})

        # uncompressed, so that it can be read
        headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, collect)


def refusal(method: str, path: str, headers: Sequence[tuple[bytes, bytes]]) -> Refused | None:
    """Why a request must not go through, None if it may."""
    hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    if len(hosts) != 1 or not _is_loopback(hosts[0]):
        return Refused(400, "This page is served to this machine only.")
    opening = _opening(path)
    if opening is None:
        return Refused(404, "Not found.")
    if method not in opening.methods:
        return Refused(405, "Method not allowed.", opening.methods)
    has_body = method not in ("GET", "HEAD")
    if (has_body or not opening.navigable) and _is_foreign(headers, hosts[0]):
        return Refused(403, "Requests from other sites are refused.")
    if not has_body:
        return None
    if header(headers, b"content-type").partition(";")[0].strip().lower() != opening.content_type:
        return Refused(415, "Send JSON." if opening.content_type.endswith("json") else f"Send {opening.content_type}.")
    length = header(headers, b"content-length")
    if length.isdecimal() and int(length[:20]) > opening.max_bytes:
        return Refused(413, "Too long.")
    return None


def dress(html: str, nonce: str, accept_language: str, cookie: str = "") -> str:
    """Gradio's index.html made ours: style sheets, language, theme, nonces; no link previews from other hosts."""
    html = re.sub(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*', "", html)
    html = re.sub(r"<script(?=[\s>])", lambda _: _html("script", nonce=nonce), html)
    lang, theme = page_language(accept_language, cookie), page_theme(cookie)
    html = re.sub(
        r'<html(\s+)lang="\w*"', lambda tag: _html("html", space=tag[1], lang=lang, theme=theme), html, count=1
    )
    return html.replace("</head>", _html("head_end", sheets=style_sheets()), 1)


def style_sheets() -> list[str]:
    """Names of the page's style sheets, page.css first: a view's own may lean on it."""
    return sorted((path.name for path in STATIC.glob("*.css")), key=lambda name: (name != "page.css", name))


def is_page(path: str) -> bool:
    """Whether a path is the page of a library."""
    return _LIBRARY.sub("", path, count=1) == "/"


def _opening(path: str) -> Opening | None:
    found = _LIBRARY.match(path)
    path = path[found.end() :] if found else path
    return next((row for row in OPENINGS if re.fullmatch(row.path, path, re.ASCII | re.DOTALL)), None)


def _is_foreign(headers: Sequence[tuple[bytes, bytes]], host: str) -> bool:
    """Whether a page of another site asks. What is no browser sends neither header."""
    origin = header(headers, b"origin")
    if origin and origin.lower() != f"http://{host.lower()}":
        return True
    return header(headers, b"sec-fetch-site") in ("cross-site", "same-site")


def _is_loopback(host: str) -> bool:
    if not re.fullmatch(r"[\w.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?", host, re.ASCII):
        return False
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    """What a request says under a name in lower case; several of one name as one list."""
    return ", ".join(value.decode("latin-1") for key, value in headers if key.lower() == name)


def with_headers(send: Send, nonce: str) -> Send:
    """`send`, with the security headers in the place of whatever the app said about other origins."""
    policy = _CSP.format(nonce=nonce) if nonce else _CSP.replace(" 'nonce-{nonce}'", "")
    ours = [
        (b"content-security-policy", policy.encode("ascii")),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
    ]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(k, v) for k, v in message["headers"] if not k.lower().startswith(b"access-control-")]
            message = {**message, "headers": [*kept, *ours]}
        await send(message)

    return sending


def error_body(path: str, status: int, reason: str) -> bytes:
    """An error as whoever asks `path` expects it: JSON for programs, OpenAI's shape under /v1, else plain text."""
    if path.startswith("/v1/"):
        kind = "server_error" if status >= 500 else "rate_limit_error" if status == 429 else "invalid_request_error"
        return json.dumps({"error": {"message": reason, "type": kind, "param": None, "code": None}}).encode("ascii")
    if path.startswith(("/api", "/mcp", "/shelf/")):
        return json.dumps({"error": reason}).encode("ascii")
    return reason.encode("utf-8")


async def reply(path: str, send: Send, refused: Refused) -> None:
    """Say why a request goes no further, as whoever asks `path` expects it."""
    body = error_body(path, refused.status, refused.reason)
    kind = b"application/json" if body.startswith(b"{") else b"text/plain; charset=utf-8"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode("ascii"))]
    if refused.allow:
        headers.append((b"allow", ", ".join(refused.allow).encode("ascii")))
    start = {"type": "http.response.start", "status": refused.status, "headers": headers}
    await with_headers(send, "")(start)
    await send({"type": "http.response.body", "body": body})
