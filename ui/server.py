"""The one process: the page over HTTP, on this machine only."""

from __future__ import annotations

import contextlib
import errno
import gc
import inspect
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ui.assets import STATIC
from ui.services import Announcer

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.pipeline import Answerer
    from ui.services import LibraryHost, OpenLibrary
from ui.access import LOOPBACK

END_SECONDS = 4.0


class ServeError(Exception):
    """The page cannot be served; its text is one line for a person."""


class PortTaken(ServeError):
    """Somebody listens on the port already."""

    def __init__(self, host: str, port: int) -> None:
        self.other = port + 1 if port < 65535 else port - 1
        super().__init__(f"port {port} is taken by another program on {host}. Try: citeline serve --port {self.other}")


# Long, for it is the one place where everything that runs beside the page is begun, and ended in the opposite order.
def serve(
    load: Callable[[], Answerer],
    *,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = True,
    examples: Sequence[str] = (),
    keep_history: bool = True,
    main_name: str = "",
    others: Mapping[str, Path] | None = None,
    watch: bool = False,
    read_ahead: bool = True,
    models: tuple[str, str] | None = None,
    ask_token: bool = False,
) -> None:
    """Serve the page until Ctrl-C. It is up first; `load` runs then in a thread of its own.

    With `models`, --llm and --embedder of the command line, `citeline ask` finds this process. It answers processes of
    this user and root; those that show its token where the system does not say whose they are, or `ask_token`.
    Raises ServeError if `host` is not this machine's own or `port` is taken, before anything is loaded.
    """
    sock = listen(host, port)
    host, port = sock.getsockname()[:2]  # not a name: "localhost" is ::1 too, where somebody else may listen
    url = url_of(host, port)
    ended = threading.Event()
    private = Path(tempfile.mkdtemp(prefix="citeline-"))
    announcer: Announcer | None = None
    try:
        isolate(private)
        import uvicorn

        from ui.access import OwnerOnly, browser_page, knows_peers
        from ui.services import LibraryHost

        token = secrets.token_urlsafe(32)
        is_token_asked = ask_token or not knows_peers(host)
        if is_token_asked:
            url = f"{url}/?token={token}"
        libraries = LibraryHost(load, others, main_name)
        libraries.when_loaded.append(_tighten)
        if watch:
            libraries.when_loaded.append(lambda each: _watch(each, ended))
        if models:
            announcer = Announcer(host, port, *models, token, is_token_asked)
            libraries.when_loaded.append(lambda each: _announce(each, announcer))
        app = create_app(libraries, examples, keep_history, read_ahead)
        server = uvicorn.Server(config(OwnerOnly(app, token, ask_token)))
        libraries.start()  # not before: both import much, and the page would wait for the models
        print(f"citeline: {url}  (Ctrl-C stops it)", flush=True)
        if open_browser and can_show_browser():
            page = browser_page(private, url).as_uri() if is_token_asked else url
            threading.Thread(target=_open, args=(server, page), name="citeline-browser", daemon=True).start()
        letting_go = (server, libraries, ended, private)
        threading.Thread(target=_let_go, args=letting_go, name="citeline-end", daemon=True).start()
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it has shut down
        server.run(sockets=[sock])
    except KeyboardInterrupt:
        pass  # uvicorn has shut down cleanly, then raises it again
    finally:
        ended.set()
        if announcer:
            announcer.withdraw()
        sock.close()
        shutil.rmtree(private, ignore_errors=True)


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to `port` of this machine (0: any free one). Raises ServeError if it cannot be had."""
    if host not in LOOPBACK:
        raise ServeError(f"citeline is only served on this machine: --host {host} is not one of {', '.join(LOOPBACK)}")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # asyncio lets nothing wait for an acknowledgement (40 ms) on a socket that is said to be TCP
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would share the port with whoever has it
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        if isinstance(error, OverflowError) or port < 0:
            raise ServeError(f"there is no port {port}: a port is a number from 1 to 65535") from error
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
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


@contextlib.contextmanager
def quick_import() -> Iterator[None]:
    """Gradio is imported in here in half the time: nothing is collected, and no stub files are rewritten.

    It writes a .pyi file beside each of its components, where they are installed, whenever it is imported.
    """
    find_file = inspect.getfile

    def getfile(thing: Any) -> str:
        if getattr(thing, "__module__", "").startswith("gradio."):
            raise OSError("no stub")  # as for a component that stands in no file, which gets none
        return find_file(thing)

    inspect.getfile = getfile  # type: ignore[assignment]
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        inspect.getfile = find_file


# Long, for it holds the functions that mount a library's page, which share what it is called with.
def create_app(
    host: LibraryHost, examples: Sequence[str] = (), keep_history: bool = True, read_ahead: bool = True
) -> FastAPI:
    """The ASGI app: Gradio's page, and what programs ask, behind a guard. `isolate` has been called."""
    with quick_import():
        import gradio as gr
    from anyio import from_thread
    from fastapi import FastAPI

    from ui.access import Guard, PageRequests
    from ui.api import http as http_api
    from ui.api import mcp as mcp_server
    from ui.api import openai as openai_api
    from ui.api import openapi
    from ui.api import responses as replies
    from ui.web import ChatPage
    from ui.web.library import add_upload_route

    mcp = mcp_server.over_http(host)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lambda _: mcp.run())
    add_files(app)
    add_upload_route(app, host.main)
    routes = (*http_api.ROUTES, *openai_api.ROUTES, *mcp_server.ROUTES)
    replies.add_routes(app, host, openapi.described_by(routes))
    app.router.routes.append(mcp_server.route(mcp))

    def mount(path: str, page: gr.Blocks) -> None:
        gr.mount_gradio_app(
            app,
            page,
            path=path,
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

    def mount_library(library: OpenLibrary) -> gr.Blocks:
        """The page of another library, before the main one's, which would take every path."""
        routes, where = app.router.routes, f"/library/{library.name}"
        n_before = len(routes)
        add_upload_route(app, library, where)
        page = ChatPage(library, host, (), keep_history, read_ahead).blocks
        mount(where, page)
        added = routes[n_before:]
        del routes[n_before:]
        routes[:0] = added
        return page

    def mount_later(library: OpenLibrary) -> None:
        """From a thread of the running server."""
        from_thread.run_sync(mount_library(library).run_startup_events)

    mount("/", ChatPage(host.main, host, examples, keep_history, read_ahead).blocks)
    for library in host.libraries.values():
        if library is not host.main:
            mount_library(library)
    host.when_created.append(mount_later)
    app.add_middleware(PageRequests)
    app.add_middleware(Guard)
    return app


def add_files(app: FastAPI) -> None:
    """Serve the page's style sheets and scripts, as they are now."""
    from fastapi.responses import Response

    def add(path: Path, kind: str) -> None:
        text = path.read_text(encoding="utf-8")

        @app.get(f"/{path.name}")
        def file() -> Response:
            return Response(text, media_type=kind, headers={"Cache-Control": "no-cache"})

    for path in STATIC.iterdir():
        if kind := {".css": "text/css", ".js": "text/javascript"}.get(path.suffix):
            add(path, kind)


def config(app: Any) -> Any:
    """Uvicorn's settings: quiet, bounded, and two seconds to end what is open when asked to stop."""
    import uvicorn

    from ui.access import Connections, quieten, raise_file_limit

    connections = Connections(raise_file_limit())
    found = uvicorn.Config(
        app,
        http=connections.protocol,  # type: ignore[arg-type]
        backlog=connections.backlog,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    quieten()
    return found


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


def _let_go(server: Any, host: LibraryHost, ended: threading.Event, private: Path) -> None:
    """Stop the language model when the process should end, and end it when something else holds it up.

    It holds up either the server's end or, through its thread, the interpreter's; a caller who lives on is left alone.
    """
    while not server.should_exit:
        time.sleep(0.2)
    until = time.monotonic() + END_SECONDS
    while time.monotonic() < until:
        if host.main.answerer:
            host.main.answerer.interrupt()
        time.sleep(0.2)
    while ended.is_set() and threading.main_thread().is_alive():
        time.sleep(0.2)
    shutil.rmtree(private, ignore_errors=True)
    os._exit(0)


def _watch(library: OpenLibrary, ended: threading.Event) -> None:
    from ui.services import keep_shelf

    threading.Thread(target=keep_shelf, args=(library, ended), name="citeline-watch", daemon=True).start()


def _tighten(library: OpenLibrary) -> None:
    from index.disk import tighten

    assert library.answerer is not None
    tighten(library.answerer.library_path)


def _announce(library: OpenLibrary, announcer: Announcer) -> None:
    assert library.answerer is not None
    announcer.announce(library.answerer.library_path, library.name)


def url_of(host: str, port: int) -> str:
    """The address of the page."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
