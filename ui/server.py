"""The one process: the page over HTTP, on this machine only."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.answerer import Answerer
    from ui.app import Backend

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_BODY_BYTES = 1 << 20
END_SECONDS = 4.0

# What the page uses of Gradio's routes. Everything else of Gradio's is refused: upload, file, proxy, stream, docs...
# and whatever its next version adds.
_OPEN = re.compile(
    r"/|/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt|/page\.css|/(assets|static)/.+"
    r"|/gradio_api/(info/?|app_id/?|startup-events|heartbeat/[\w-]+|cancel|reset/?|component_server/?"
    r"|queue/(join|data)|run/\w+/?|call/\w+(/\w+)?)"
)

_CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; font-src 'self';"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'self'; object-src 'none';"
    # gr.HTML compiles its template with Function(), hence 'unsafe-eval'; inline scripts run only with this page's nonce
    " script-src 'self' 'unsafe-eval' 'nonce-{nonce}'"
)


class ServeError(Exception):
    """The page cannot be served; its text is one line for a person."""


def serve(
    load: Callable[[], Answerer],
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    examples: Sequence[str] = (),
) -> None:
    """Serve the page until Ctrl-C. It is up at once; `load` runs meanwhile in a thread of its own.

    Raises ServeError if `host` is not this machine's own or `port` is taken, before anything is loaded.
    """
    sock = listen(host, port)
    url = _url(host, sock.getsockname()[1])
    ended = threading.Event()
    private = Path(tempfile.mkdtemp(prefix="citeline-"))
    try:
        isolate(private)
        import uvicorn

        from ui.app import Backend

        backend = Backend(load)
        backend.start()
        server = uvicorn.Server(config(create_app(backend, examples)))
        print(f"citeline: {url}  (Ctrl-C stops it)", flush=True)
        if open_browser and can_show_browser():
            threading.Thread(target=_open, args=(server, url), name="citeline-browser", daemon=True).start()
        threading.Thread(target=_let_go, args=(server, ended, private), name="citeline-end", daemon=True).start()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it has shut down
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        pass  # uvicorn has shut down cleanly, then raises it again
    finally:
        ended.set()
        sock.close()
        shutil.rmtree(private, ignore_errors=True)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `port` of this machine (0: any free one). Raises ServeError if it cannot be had."""
    if host not in LOOPBACK:
        raise ServeError(f"citeline is only served on this machine: --host {host} is not one of {', '.join(LOOPBACK)}")
    sock = socket.socket(socket.AF_INET6 if host == "::1" else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would share the port with whoever has it
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        if isinstance(error, OverflowError) or port < 0:
            raise ServeError(f"there is no port {port}: a port is a number from 1 to 65535") from error
        raise ServeError(
            f"port {port} cannot be used on {host} ({error.strerror}). Try: citeline serve --port {port + 1}"
        ) from error
    return sock


def isolate(private: Path) -> None:
    """Keep Gradio and the Hugging Face libraries off the network and their files in `private`. Before they load."""
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        GRADIO_TEMP_DIR=str(private),
        GRADIO_RUN_HISTORY="False",
        GRADIO_MCP_SERVER="False",
        GRADIO_SSR_MODE="False",
        HF_HUB_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
    )


def create_app(backend: Backend, examples: Sequence[str] = ()) -> FastAPI:
    """The ASGI app: Gradio's page behind a guard. `isolate` has been called."""
    import gradio as gr
    from fastapi import FastAPI
    from fastapi.responses import Response

    from ui.app import build

    css = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/page.css")
    def page_css() -> Response:
        return Response(css, media_type="text/css", headers={"Cache-Control": "no-cache"})

    gr.mount_gradio_app(
        app,
        build(backend, examples),
        path="/",
        server_name="127.0.0.1",
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    app.add_middleware(Guard)
    return app


def config(app: Any) -> Any:
    """Uvicorn's settings: quiet, and two seconds to end what is open when asked to stop."""
    import uvicorn

    return uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )


class Guard:
    """Lets through what this machine's own page asks, and nothing else; adds the security headers to every reply.

    Against DNS rebinding: the Host header is a loopback name. Against other sites: a POST is JSON, from our own Origin.
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
            await _reply(send, *refused)
        elif scope["path"] == "/" and scope["method"] == "GET":
            await self._page(scope, receive, send)
        else:
            await self.app(scope, _bounded(receive), _with_headers(send, ""))

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Gradio's page, with our style sheet and a nonce on its scripts, so that no other inline script can run."""
        nonce = secrets.token_urlsafe(16)
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                body = dress(b"".join(chunks).decode("utf-8"), nonce, _header(scope["headers"], b"accept-language"))
                headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
                headers.append((b"content-length", str(len(body.encode("utf-8"))).encode("ascii")))
                await _with_headers(send, nonce)({**start, "headers": headers})
                await send({"type": "http.response.body", "body": body.encode("utf-8")})

        # uncompressed, so that it can be read
        headers = [(k, v) for k, v in scope["headers"] if k.lower() != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, collect)


def refusal(method: str, path: str, headers: Sequence[tuple[bytes, bytes]]) -> tuple[int, str] | None:
    """Status and reason if a request must not reach Gradio, None if it may."""
    hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    if len(hosts) != 1 or not _is_loopback(hosts[0]):
        return 400, "This page is served to this machine only."
    if _OPEN.fullmatch(path) is None:
        return 404, "Not found."
    if method in ("GET", "HEAD"):
        return None
    if method != "POST":
        return 405, "Method not allowed."
    origin = _header(headers, b"origin")
    if origin and origin.lower() != f"http://{hosts[0].lower()}":
        return 403, "Requests from other sites are refused."
    if _header(headers, b"sec-fetch-site") in ("cross-site", "same-site"):
        return 403, "Requests from other sites are refused."
    if _header(headers, b"content-type").partition(";")[0].strip().lower() != "application/json":
        return 415, "Send JSON."
    length = _header(headers, b"content-length")
    if length.isdecimal() and int(length) > MAX_BODY_BYTES:
        return 413, "Too long."
    return None


def dress(html: str, nonce: str, accept_language: str) -> str:
    """Gradio's index.html made ours: style sheet, language, nonces; without its link previews from other hosts."""
    from ui.render import page_language

    html = re.sub(r'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*', "", html)
    html = re.sub(r"<script(?=[\s>])", f'<script nonce="{nonce}"', html)
    html = re.sub(r'<html(\s+)lang="\w*"', f'<html\\1lang="{page_language(accept_language)}"', html, count=1)
    return html.replace("</head>", '<link rel="stylesheet" href="./page.css"></head>', 1)


def can_show_browser() -> bool:
    """Whether somebody sits in front of this machine, as far as one can tell."""
    if os.environ.get("SSH_CONNECTION"):
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open(server: Any, url: str) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.1)
    with contextlib.suppress(webbrowser.Error, OSError):  # the address is on the terminal anyway
        webbrowser.open(url)


def _let_go(server: Any, ended: threading.Event, private: Path) -> None:
    """End the process when it should have ended: a model that is reading a long prompt cannot be interrupted.

    It holds up either the server's end or, through its thread, the interpreter's; a caller who lives on is left alone.
    """
    while not server.should_exit:
        time.sleep(0.2)
    time.sleep(END_SECONDS)
    while ended.is_set() and threading.main_thread().is_alive():
        time.sleep(0.2)
    shutil.rmtree(private, ignore_errors=True)
    os._exit(0)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(host: str) -> bool:
    if not re.fullmatch(r"[\w.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?", host, re.ASCII):
        return False
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


def _header(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    return ", ".join(value.decode("latin-1") for key, value in headers if key.lower() == name)


def _with_headers(send: Send, nonce: str) -> Send:
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


def _bounded(receive: Receive) -> Receive:
    """`receive`, which hangs up on a body that grows beyond MAX_BODY_BYTES without having said so."""
    size = 0

    async def receiving() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if size > MAX_BODY_BYTES else message

    return receiving


async def _reply(send: Send, status: int, text: str) -> None:
    body = text.encode("ascii")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode("ascii"))]
    await _with_headers(send, "")({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
