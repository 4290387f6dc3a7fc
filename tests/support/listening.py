"""An app that listens at an address."""

from __future__ import annotations

import contextlib
import threading

import uvicorn
from served import until

from ui import server


@contextlib.contextmanager
def serving(app, host="127.0.0.1"):
    """The address of a server of this process."""
    with server.listen(host, 0) as sock:
        running = uvicorn.Server(server.config(app))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        until(lambda: running.started)
        try:
            yield server.url_of(host, sock.getsockname()[1])
        finally:
            running.should_exit = True
            thread.join(10)
