"""A second `citeline serve`: it says where the first one is, and never that somebody else's port is ours."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from command import one_line, run
from other_user import NOBODY, needs_root, python_as
from served import Served, first_line_served, library_of

from ui import already as module
from ui.already import already
from ui.server import PortTaken, ServeError
from ui.services.announcement import Announcer

MODELS = ("first line", "bag")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("already")


@pytest.fixture(scope="module")
def shelf(place):
    """A library that is served by a process of its own."""
    return library_of(place, "Le pont de Vernay rouvrira lundi.\n")


@pytest.fixture(scope="module")
def served(place, shelf):
    with first_line_served(place, shelf, MODELS) as page:
        yield page


def port_of(page):
    return int(page.url.rsplit(":", 1)[1])


def test_a_second_serve_says_where_the_first_one_is(served, shelf):
    """Opening the page again is no error: one line with the library and the address, exit code 0, nothing loaded."""
    result = run("serve", "--library", shelf, "--port", port_of(served), "--llm", "a typo", "--embedder", "none")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"citeline already serves {shelf}: {served.url}/\n"


def test_the_page_is_opened_where_somebody_sits(served, shelf, monkeypatch):
    """As it would have been by the first one."""
    opened = []
    monkeypatch.setattr(module, "can_show_browser", lambda: True)
    monkeypatch.setattr(module.webbrowser, "open", opened.append)
    already(shelf, port_of(served), True)
    already(shelf, port_of(served), False)
    assert opened == [f"{served.url}/"]


def test_another_library_on_the_port_is_named(served, shelf, library):
    """The line says which one it is and what to type; exit code 1."""
    line = one_line(run("serve", "--library", library, "--port", port_of(served)))
    assert f"serves another library, {shelf}" in line and f"--port {port_of(served) + 1}" in line


def test_a_library_that_is_one_of_several_there_has_its_own_address(library):
    """As on the page of a server that has several."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        announcer = Announcer("127.0.0.1", port := taken.getsockname()[1], *MODELS, "token")
        announcer.announce(library, "notes")
        assert already(library, port, False).endswith(f": http://127.0.0.1:{port}/library/notes/")
        announcer.withdraw()


def test_one_that_is_still_loading_is_met_too(tmp_path, library):
    """Typed twice within seconds."""
    with Served("lambda: __import__('time').sleep(60)", tmp_path) as page:
        said = already(library, port_of(page), False)
        assert "already starting" in said and page.url in said


def test_a_port_that_is_free_is_left_free(library):
    """Nothing is said, and the port can be had at once."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    assert already(library, port, False) == ""
    socket.create_server(("127.0.0.1", port)).close()


class Says(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    body = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args):
        pass


@pytest.fixture
def saying():
    """A server on a port of its own that says whatever `Says.body` is."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[" * 60_000,
        b'{"state": "ready"}',
        b'{"version": "1", "state": "ready"}',
        b'{"version": "1", "state": "ready", "library": [1]}',
        b'{"version": 1, "state": {}}',
    ],
)
def test_what_is_no_citeline_is_another_program(saying, library, body, capfd):
    """Whatever it says: one line with the port and what to type, and nothing else on the terminal."""
    Says.body = body
    with pytest.raises(PortTaken, match=rf"port {saying} is taken by another program .*--port {saying + 1}$"):
        already(library, saying, False)
    assert capfd.readouterr() == ("", "")


def test_a_program_that_says_nothing_is_not_waited_for(library, monkeypatch):
    """It has the port and never answers, or a byte at a time."""
    monkeypatch.setattr(module, "STATUS_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(PortTaken):
        already(library, silent.getsockname()[1], False)


def test_one_that_is_about_to_answer_is_waited_for(library, monkeypatch):
    """It has the port before what answers has been imported, which takes seconds on a busy machine."""
    monkeypatch.setattr(Says, "body", b'{"version": "1", "state": "loading"}')
    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        begin = threading.Timer(5, server.serve_forever)
        begin.start()
        try:
            assert "is already starting" in already(library, server.server_port, False)
        finally:
            begin.join(6)  # it has begun
            server.shutdown()
            begin.join()


def test_a_library_that_cannot_be_written_is_met_by_what_its_server_says(saying, library):
    """There is no file to read then."""
    Says.body = json.dumps({"version": "1", "state": "ready", "library": {"path": str(library)}}).encode()
    assert already(library, saying, False) == f"citeline already serves {library}: http://127.0.0.1:{saying}"


LIAR = """
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
while True:
    asking = listening.accept()[0]
    asking.recv(9999)
    body = b'{"version": "1", "state": "loading"}'
    asking.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(body), body))
    kept = asking
"""


@needs_root
def test_what_another_user_serves_is_never_taken_for_ours(library, monkeypatch):
    """It says that it is a citeline: its page, which would read the questions, is not opened."""
    monkeypatch.setattr(module, "can_show_browser", lambda: True)
    monkeypatch.setattr(module.webbrowser, "open", lambda url: pytest.fail(f"opened {url}"))
    with subprocess.Popen(python_as(NOBODY, LIAR), stdout=subprocess.PIPE, text=True) as liar:
        try:
            port = int(liar.stdout.readline())
            with pytest.raises(PortTaken):
                already(library, port, True)
        finally:
            liar.kill()


def test_what_hangs_up_after_its_reply_is_another_program(saying, library, monkeypatch, capfd):
    """Whose it was cannot be known then; nothing else is said."""
    monkeypatch.setattr(Says, "protocol_version", "HTTP/1.0")
    Says.body = json.dumps({"version": "1", "state": "loading"}).encode()
    with pytest.raises(PortTaken):
        already(library, saying, False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("uid", [None, 4_000_000_000])
def test_what_is_not_known_to_be_ours_is_another_program(saying, library, monkeypatch, uid):
    """Another user's process, or one of nobody knows whom."""
    monkeypatch.setattr("ui.access.owner.peer_uid", lambda sock: uid)
    Says.body = json.dumps({"version": "1", "state": "loading"}).encode()
    with pytest.raises(PortTaken):
        already(library, saying, False)


def test_one_that_could_not_load_its_models_is_no_page(saying, library):
    """Its reason is said here."""
    Says.body = json.dumps({"version": "1", "state": "failed", "error": "No such model."}).encode()
    with pytest.raises(ServeError, match=rf"cannot load its models: No such model\. .*--port {saying + 1}$"):
        already(library, saying, False)


@pytest.mark.parametrize(("port", "other"), [(7860, 7861), (65535, 65534)])
def test_the_port_to_try_is_one(port, other):
    """Above the last there is none."""
    assert str(PortTaken("127.0.0.1", port)).endswith(f"--port {other}")
