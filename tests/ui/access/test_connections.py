"""Connections that ask nothing: they are closed, others are answered meanwhile, and little is said about it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import http.client
import logging
import resource
import socket
import subprocess
import sys
import time

import pytest
from listening import serving
from served import Served, until

from ui.access import connections
from ui.access.connections import Connections, OnceAMinute
from ui.access.owner import OwnerOnly

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def opened(url, sent=b""):
    """A connection that has sent this much."""
    host, port = url.removeprefix("http://").split(":")
    found = socket.create_connection((host, int(port)), timeout=20)
    found.sendall(sent)
    return found


def is_closed(sock):
    """Whether the other end has let go."""
    sock.settimeout(0.01)
    try:
        return sock.recv(1, socket.MSG_PEEK) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def status(url, path="/"):
    """What a new connection is answered."""
    caller = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    with contextlib.closing(caller):
        caller.request("GET", path)
        return caller.getresponse().status


def test_half_open_connections_keep_nobody_out(tmp_path):
    """400 of them where there are 256 files: requests are answered meanwhile, all are closed, little is said."""
    few = "__import__('resource').setrlimit(__import__('resource').RLIMIT_NOFILE, (256, 256))"
    quick = "setattr(__import__('ui.access.connections').access.connections, 'HEAD_SECONDS', 3.0)"
    with Served(f"({few}, {quick}, __import__('served').ScriptedAnswerer)[2]", tmp_path) as page:
        half = [opened(page.url, HEAD if n % 2 else b"") for n in range(400)]
        try:
            assert [status(page.url, path) for path in ("/", "/api/status", "/config")] == [200] * 3
            until(lambda: all(map(is_closed, half)), 60)
        finally:
            for each in half:
                each.close()
        assert status(page.url) == 200
        said = page.errors.read_text()
    assert len(said) < 2000 and "Traceback" not in said
    assert said.count("connections are open") == 1


# --- a small server ---------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.0)
    monkeypatch.setattr(connections, "BODY_SECONDS", 1.0)


class Slow:
    """Answers when it is told to, a body when it has come."""

    def __init__(self):
        self.go = False
        self.n_asked = 0

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return
        self.n_asked += 1
        while (await receive()).get("more_body"):
            pass
        while scope["path"] == "/slow" and not self.go:
            await asyncio.sleep(0.02)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})


def test_a_head_that_trickles_in_is_cut_off(quick):
    """Each byte is in time, the head never ends; after an answered request, too."""
    with serving(OwnerOnly(Slow())) as url:
        for first in (b"", HEAD + b"\r\n"):
            with opened(url, first) as slow:
                if first:
                    assert b"200 OK" in slow.recv(1000)
                with contextlib.suppress(OSError):
                    until(lambda slow=slow: slow.send(b"G") and is_closed(slow), 20)
                assert is_closed(slow)


def test_a_body_that_stops_coming_is_cut_off(quick):
    """Its request was read and would wait for ever."""
    with (
        serving(OwnerOnly(Slow())) as url,
        opened(url, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab") as half,
    ):
        until(lambda: is_closed(half), 20)


def test_an_answer_that_takes_long_is_not_cut_off(quick):
    """Nor the next request of its connection."""
    app = Slow()
    with serving(OwnerOnly(app)) as url, contextlib.closing(http.client.HTTPConnection(url[7:], timeout=30)) as caller:
        caller.request("GET", "/slow")
        until(lambda: app.n_asked == 1)
        time.sleep(3)
        app.go = True
        assert caller.getresponse().read() == b"ok"
        caller.request("GET", "/")
        assert caller.getresponse().status == 200


def test_who_is_being_answered_keeps_the_connection(monkeypatch):
    """Beyond the most there may be those that ask nothing go, the oldest first; when all ask, the newest."""
    monkeypatch.setattr(connections, "raise_file_limit", lambda: 64)
    app = Slow()
    asking = HEAD.replace(b"/ ", b"/slow ", 1) + b"\r\n"
    with serving(OwnerOnly(app)) as url, contextlib.ExitStack() as stack:
        busy = [stack.enter_context(opened(url, asking)) for _ in range(10)]
        until(lambda: app.n_asked == 10)
        idle = [stack.enter_context(opened(url)) for _ in range(10)]
        until(lambda: sum(map(is_closed, idle)) == 4)
        assert [is_closed(each) for each in idle] == [True] * 4 + [False] * 6 and not any(map(is_closed, busy))
        more = [stack.enter_context(opened(url, asking)) for _ in range(6)]
        until(lambda: app.n_asked == 16)
        assert all(map(is_closed, idle)) and not any(map(is_closed, busy + more))
        with contextlib.suppress(OSError), opened(url, asking) as last:
            until(lambda: is_closed(last))
        app.go = True
        for each in busy + more:
            each.settimeout(20)
            assert b"200 OK" in each.recv(1000)


# --- files and words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("most", "wanted"), [(20, 16), (256, 64), (1024, 256), (4096, 512), (1 << 20, 512)])
def test_connections_leave_files_for_the_rest(most, wanted):
    """A quarter of the files at most, and so many at a time that a few times as many still leave some."""
    found = Connections(most)
    assert found.most == wanted and (most < 64 or found.most + 4 * found.backlog <= 3 * most // 4)


def test_the_file_limit_is_raised_as_far_as_it_may_be():
    """To the hard limit, or to as many as are of use; never lowered."""
    hard = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 10_000)
    code = (
        "import resource, sys\nfrom ui.access.connections import raise_file_limit\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, tuple(map(int, sys.argv[1:])))\n"
        "found = raise_file_limit()\nassert found == resource.getrlimit(resource.RLIMIT_NOFILE)[0]\nprint(found)"
    )
    for limits, wanted in (((200, 300), 300), ((200, hard), min(hard, 4096)), ((hard, hard), hard)):
        command = [sys.executable, "-c", code, *map(str, limits)]
        done = subprocess.run(command, cwd=connections.__file__.rsplit("/ui/", 1)[0], capture_output=True, text=True)
        assert done.stdout.strip() == str(wanted), done.stderr


def test_the_same_thing_is_said_once_a_minute(monkeypatch):
    """One line when no connection can be taken, however often and at whatever socket; other things are said at once."""
    said, now = [], [0.0]
    monkeypatch.setattr(connections.time, "monotonic", lambda: now[0])
    logger = logging.Logger("asyncio")
    logger.addFilter(OnceAMinute())
    handler = logging.StreamHandler()
    handler.emit = lambda record: said.append(handler.format(record))
    logger.addHandler(handler)

    def full(n):
        try:
            raise OSError(errno.EMFILE, "Too many open files")
        except OSError:
            logger.exception("socket.accept() out of system resource\nsocket: <%d>", n)

    for n in range(1000):
        full(n)
        logger.warning("Invalid HTTP request received.")
    assert said == ["no connection can be taken now: Too many open files", "Invalid HTTP request received."]
    try:
        raise ValueError("an error of ours")
    except ValueError:
        logger.exception("a failure")
    assert "Traceback" in said[2] and "an error of ours" in said[2]
    now[0] = 61.0
    full(1)
    assert said[3:] == ["no connection can be taken now: Too many open files"]
    for n in range(5000):
        logger.warning("another %d", n)
    assert len(logger.filters[0]._said) <= 256
