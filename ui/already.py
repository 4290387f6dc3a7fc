"""A second `citeline serve` whose port is taken: most often by the first one, and then that one's page is wanted."""

from __future__ import annotations

import contextlib
import json
import threading
import webbrowser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from ui.access import LOOPBACK
from ui.server import PortTaken, ServeError, can_show_browser, listen, url_of
from ui.services import serves

HOST = LOOPBACK[0]
STATUS_SECONDS = 10.0
"""A citeline that is starting has the port some seconds before it answers; whatever else answers does so at once."""
STATUS_BYTES = 1 << 16


def already(library: Path, port: int, open_browser: bool) -> str:
    """Open the page of the process that has the port and serves the library; returns a line that says where it is.

    "" when the port is free. Raises ServeError, with what to type, when it is another program's or another library's.
    """
    from ui.services import address

    try:
        listen(HOST, port).close()
        return ""
    except PortTaken as error:
        taken = error
    serving = serves(library)
    if serving:  # perhaps on another port, since this one was taken then, too
        url = url_of(serving.host, serving.port) + address(serving.name)
        line = f"citeline already serves {library}: {url}"
        if serving.is_token_asked:  # on the terminal alone: what opens a browser, others can read
            line += f"?token={serving.token}"
    else:
        url = url_of(HOST, port)
        line = _line(library, url, _status(port), taken)
    if open_browser and can_show_browser():
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(url)
    return line


def _line(library: Path, url: str, status: dict[str, Any], taken: PortTaken) -> str:
    """What to say of a process that answers `status` ({} when it is no citeline of this user's)."""
    again = f"citeline serve --port {taken.other}"
    state, served = status.get("state"), status.get("library")
    if state == "loading":
        return f"citeline is already starting, its models are loading: {url}"
    if state == "failed":
        raise ServeError(
            f"the citeline at {url} cannot load its models: {status.get('error')} Stop it, or try: {again}"
        )
    if state != "ready" or not isinstance(served, dict):
        raise taken
    if served.get("path") != str(library) and served.get("path") != str(library.resolve()):
        raise ServeError(f"the citeline at {url} serves another library, {served.get('path')}. Try: {again}")
    return f"citeline already serves {library}: {url}"


def _status(port: int) -> dict[str, Any]:
    """What GET /api/status says there; {} when that is not what answers, or nothing does in time.

    Only of a process of this user or root: any other could say that it is a citeline, and be shown in the browser.
    """
    from ui.access import is_trusted, peer_uid

    found: dict[str, Any] = {}

    def ask() -> None:
        connection = HTTPConnection(HOST, port, timeout=STATUS_SECONDS)
        whatever = (OSError, ValueError, RecursionError, HTTPException)
        with contextlib.suppress(*whatever), contextlib.closing(connection):
            connection.request("GET", "/api/status")
            reply = connection.getresponse()
            # a citeline goes on listening after its reply
            is_ours = connection.sock is not None and is_trusted(peer_uid(connection.sock))
            said = json.loads(reply.read(STATUS_BYTES))
            if is_ours and isinstance(said, dict) and "version" in said:
                found.update(said)

    asking = threading.Thread(target=ask, daemon=True)  # a timeout alone does not end what drips
    asking.start()
    asking.join(STATUS_SECONDS)
    return dict(found)
