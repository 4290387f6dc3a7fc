"""Who is at the other end of a connection: the owner and root are answered, others only with the token."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest
from fakes import BagEmbedder
from first_line import load, timeless
from listening import serving
from other_user import NOBODY, SOMEBODY, ask_as, needs_root, python_as
from served import Served, until

from index.ingestion.indexing import build
from ui import already
from ui.access import owner
from ui.access.owner import OwnerOnly, peer_uid
from ui.services.announcement import FILE, ask

JSON = {"Content-Type": "application/json"}
ROUTES = (
    *(("GET", path, {}, "") for path in ("/", "/?lang=en", "/page.css", "/page.js", "/theme.css", "/favicon.ico")),
    *(
        ("GET", path, {}, "")
        for path in ("/config", "/static/img/logo.svg", "/assets/index.js", "/nothing", "/%2e%2e/")
    ),
    *(("GET", f"/gradio_api/{path}", {}, "") for path in ("info", "heartbeat/abc", "queue/data?session_hash=a", "x")),
    *(
        ("GET", f"/gradio_api/{path}", {}, "")
        for path in ("file=/etc/passwd", "upload_progress?upload_id=a", "mcp/sse")
    ),
    *(
        ("POST", f"/gradio_api/{path}", JSON, '{"data": [], "session_hash": "a"}')
        for path in ("queue/join", "call/ask")
    ),
    *(
        ("POST", f"/gradio_api/{path}", JSON, "{}")
        for path in ("component_server", "cancel", "run/ask", "reset", "upload")
    ),
    *(
        ("GET", path, {}, "")
        for path in ("/api", "/api/status", "/api/articles", "/api/articles/pont.txt", "/api/nothing")
    ),
    ("POST", "/api/ask", JSON, '{"question": "Quand le pont rouvre-t-il ?"}'),
    ("POST", "/api/check", JSON, '{"text": "Le pont est ouvert."}'),
    *(("GET", path, {}, "") for path in ("/v1/models", "/v1/models/citeline")),
    (
        "POST",
        "/v1/chat/completions",
        JSON,
        '{"messages": [{"role": "user", "content": "Quand le pont rouvre-t-il ?"}]}',
    ),
    ("POST", "/mcp", JSON, '{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}'),
    ("POST", "/shelf/upload?name=a.txt", {"Content-Type": "application/octet-stream"}, "a"),
    ("GET", "/library/other/", {}, ""),
    ("POST", "/library/other/shelf/upload?name=a.txt", {"Content-Type": "application/octet-stream"}, "a"),
    (
        "GET",
        "/",
        {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "a", "Sec-WebSocket-Version": "13"},
        "",
    ),
    *((method, "/", {}, "") for method in ("OPTIONS", "DELETE", "TRACE", "PUT", "HEAD")),
)
"""What there is to ask, and what there is not."""


def asked(url, requests):
    """As `ask_as`, asked by this process."""
    replies = []
    for method, path, headers, body in requests:
        with httpx.stream(method, url + path, headers=headers, content=body, timeout=20) as reply:
            is_endless = "event-stream" in reply.headers.get("content-type", "")
            replies.append((reply.status_code, "" if is_endless else reply.read().decode("utf-8", "replace")))
    return replies


# --- every route ------------------------------------------------------------------------------------------------------


@needs_root
def test_another_user_is_refused_on_every_route(page, url):
    """403 and one line, page and programs, routes that are there and not; nobody was asked anything."""
    before = list(page.lines)
    for (method, path, _, _), (status, said) in zip(ROUTES, ask_as(NOBODY, url, ROUTES), strict=True):
        assert status == 403, f"{method} {path} gave {status}"
        assert len(said) < 250 and "\n" not in said and (method == "HEAD" or "citeline" in said)
        assert said.startswith("{") == path.startswith(("/api", "/v1", "/mcp", "/shelf")), path
    assert page.lines == before
    assert ask_as(NOBODY, url, [("GET", "/", {"Accept-Language": "en"}, "")])[0][1].startswith("citeline answers only")


def test_the_owner_is_answered_on_every_route(url):
    """The same requests: none is refused for whose it is, and the ones that are there work."""
    replies = dict(zip([f"{method} {path}" for method, path, *_ in ROUTES], asked(url, ROUTES), strict=True))
    assert not [path for path, (_, said) in replies.items() if "lancé" in said or "answers only" in said]
    for path in ("GET /", "GET /config", "GET /page.css", "GET /gradio_api/info", "GET /api/articles", "POST /api/ask",
                 "POST /v1/chat/completions", "POST /mcp", "GET /gradio_api/heartbeat/abc"):  # fmt: skip
        assert replies[path][0] == 200, path


@needs_root
def test_an_ipv6_socket_that_speaks_ipv4_is_known_too(url):
    """The owner's is answered, another user's is not."""
    port = int(url.rsplit(":", 1)[1])
    get = (
        "caller = socket.socket(socket.AF_INET6)\n"
        f"caller.connect(('::ffff:127.0.0.1', {port}))\n"
        "caller.sendall(b'GET /api HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n')\n"
        "print(caller.recv(100).split()[1].decode())"
    )
    for uid, status in ((0, "200"), (NOBODY, "403")):
        assert subprocess.run(python_as(uid, get), capture_output=True, text=True, timeout=30).stdout.strip() == status


# --- a small server ---------------------------------------------------------------------------------------------------


async def say_hello(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"hello"})


@needs_root
def test_an_owner_who_is_not_root(monkeypatch):
    """Is answered, and so is root; a third user is not, with a wrong token neither, with the right one he is."""
    monkeypatch.setattr(owner.os, "geteuid", lambda: NOBODY)
    get = ("GET", "/", {}, "")
    with serving(OwnerOnly(say_hello, "right")) as url:
        assert ask_as(NOBODY, url, [get]) == ask_as(0, url, [get]) == [[200, "hello"]]
        bearers = [("GET", "/", {"Authorization": f"Bearer {token}"}, "") for token in ("wrong", "right")]
        assert [status for status, _ in ask_as(SOMEBODY, url, [get, *bearers])] == [403, 403, 200]


def test_every_request_of_a_connection_is_its_users():
    """The connection is looked up once, not at each request; another one is looked up anew."""
    with serving(OwnerOnly(say_hello)) as url, httpx.Client() as one:
        looked = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, "peer_uid", lambda sock: looked.append(sock) or os.geteuid())
            assert [one.get(url).status_code for _ in range(5)] == [200] * 5 and len(looked) == 1
            patch.setattr(owner, "peer_uid", lambda sock: SOMEBODY)
            assert one.get(url).status_code == 200 and httpx.get(url).status_code == 403


def test_asked_to_it_wants_the_token_of_the_owner_too():
    """For whoever is behind a proxy of their own: all of its connections are theirs."""
    with serving(OwnerOnly(say_hello, "right", asks_all=True)) as url:
        assert httpx.get(url).status_code == 403
        assert httpx.get(url, headers={"Authorization": "Bearer right"}).text == "hello"


def test_without_a_token_none_is_the_right_one(monkeypatch):
    """An empty one least of all."""
    monkeypatch.setattr(owner, "peer_uid", lambda sock: None)
    with serving(OwnerOnly(say_hello)) as url:
        port = url.rsplit(":", 1)[1]
        for headers in ({}, {"Authorization": "Bearer"}, {"Cookie": f"citeline-{port}="}):
            assert httpx.get(f"{url}/?token=", headers=headers).status_code == 403


def test_what_no_connection_of_ours_carries_is_nobodys():
    """A server that does not say which connection a request came by: it fails closed."""
    import anyio

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "server": ("x", 1)}
    for state in ({}, {"state": {}}, {"state": {owner.PEER: 0}}):
        anyio.run(OwnerOnly(say_hello, "right"), {**scope, **state}, None, send)
    assert [each["status"] for each in sent if "status" in each] == [403] * 3


# --- the other end ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ends():
    """A connection's two ends: ours and the other."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        socket.create_connection(listening.getsockname()) as there,
        listening.accept()[0] as here,
    ):
        yield here, there


def test_ones_own_connection_is_ones_own(ends):
    """Both ends, and by IPv6 where there is any."""
    assert peer_uid(ends[0]) == peer_uid(ends[1]) == os.geteuid()
    assert owner.knows_peers("127.0.0.1")
    with contextlib.suppress(OSError):
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        assert owner.knows_peers("::1")


@needs_root
def test_an_end_that_is_closed_is_nobodys_and_not_roots():
    """The system gives what is left of a connection to root: another user who hangs up at once is not taken for it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        for end in ("caller.close()", "caller.shutdown(socket.SHUT_WR); sys.stdin.read()"):
            code = f"caller = socket.create_connection({address}); caller.sendall(b'GET / HTTP/1.1'); {end}"
            with subprocess.Popen(python_as(NOBODY, code), stdin=subprocess.PIPE) as process:
                here = listening.accept()[0]
                with here:
                    until(lambda here=here: here.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1)
                    assert peer_uid(here) is None
                process.stdin.close()


def test_only_an_established_row_of_the_other_end_counts(ends, monkeypatch, tmp_path):
    """Not the same pair the other way round, not one that waits for its end, not one without a socket, not nonsense."""
    here, there = ends
    table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
    address, port = there.getsockname()
    mine = f"{owner._in_table(address, b'')}:{port:04X}"
    row = next(line for line in table if line.split()[1] == mine)
    fields = row.split()
    (tmp_path / "net").mkdir()
    (tmp_path / "sys" / "kernel").mkdir(parents=True)
    (tmp_path / "sys" / "kernel" / "overflowuid").write_text("65534\n", encoding="ascii")
    monkeypatch.setattr(owner, "_PROC", tmp_path)
    for changed, uid in (
        ({}, int(fields[7])),
        ({7: "1234"}, 1234),
        ({1: fields[2], 2: fields[1]}, None),
        ({3: "06"}, None),
        ({3: "08"}, None),
        ({9: "0"}, None),
        ({7: "x"}, None),
    ):
        said = [changed.get(n, field) for n, field in enumerate(fields)]
        (tmp_path / "net" / "tcp").write_text("head\n   " + " ".join(said) + "\n", encoding="ascii")
        assert peer_uid(here) == uid, changed
    (tmp_path / "net" / "tcp").unlink()
    assert peer_uid(here) is None


def test_users_whom_a_container_does_not_know_are_not_the_owner(ends, monkeypatch, tmp_path):
    """There they all have one number, which may be one's own."""
    monkeypatch.setattr(owner, "_uid_of", lambda *_: 65534)
    (tmp_path / "sys" / "kernel").mkdir(parents=True)
    (tmp_path / "self").mkdir()
    (tmp_path / "sys" / "kernel" / "overflowuid").write_text("65534\n", encoding="ascii")
    monkeypatch.setattr(owner, "_PROC", tmp_path)
    for mapped, uid in (("0 0 4294967295", 65534), ("0 1000 1", None), ("0 100000 65536", None)):
        (tmp_path / "self" / "uid_map").write_text(f"{mapped}\n", encoding="ascii")
        assert peer_uid(ends[0]) == uid


def test_another_system_says_nothing(ends, monkeypatch):
    """Then there is the token."""
    monkeypatch.setattr(owner.sys, "platform", "darwin")
    assert peer_uid(ends[0]) is None and not owner.knows_peers("127.0.0.1")


# --- the token --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("token")
    (folder / "articles").mkdir()
    (folder / "articles" / "pont.txt").write_text(
        "Le pont de Vernay rouvrira lundi\n\nLes travaux du pont ont coûté 3,2 millions d’euros.\n", encoding="utf-8"
    )
    build(folder / "library", BagEmbedder(), [folder / "articles"])
    return folder / "library"


@pytest.fixture(scope="module")
def locked(shelf, tmp_path_factory):
    """A page on a system that does not say whose a connection is: (process, its clean address, its token)."""
    blind = "setattr(__import__('ui.access.owner').access.owner, '_PROC', __import__('pathlib').Path('/nowhere'))"
    loading = f"({blind}, lambda: __import__('first_line').load({str(shelf)!r}))[1]"
    options = "models=('first line', 'bag')"
    with Served(loading, tmp_path_factory.mktemp("locked"), options=options) as served:
        clean, _, token = served.url.partition("/?token=")
        bearer = {"Authorization": f"Bearer {token}"}
        until(lambda: httpx.get(f"{clean}/api/status", headers=bearer).json()["state"] == "ready")
        yield served, clean, token


def test_without_the_token_or_with_a_wrong_one_nobody_is_answered(locked):
    """Every route, every way to show it; what to do next is said in the page's language, or a program's."""
    served, url, token = locked
    assert len(token) >= 40
    port = url.rsplit(":", 1)[1]
    for (method, path, *_), (status, said) in zip(ROUTES, asked(url, ROUTES), strict=True):
        assert status == 403 and token not in said, f"{method} {path} gave {status}"
    assert "WebSocket" not in served.errors.read_text()
    for wrong in ("x", token[:-1], token + "x", token.swapcase(), "é", "*", f"{token} {token}"):
        quoted = wrong.encode("utf-8").decode("latin-1")
        for headers in ({"Authorization": f"Bearer {quoted}"}, {"Authorization": f"Basic {token}"}, {"Authorization": token},
                        {"Cookie": f"citeline-{port}={quoted}"}, {"Cookie": f"citeline={token}"}):  # fmt: skip
            raw = {name: value.encode("latin-1") for name, value in headers.items()}
            assert httpx.get(f"{url}/api/status", headers=raw).status_code == 403
        assert httpx.get(f"{url}/", params={"token": wrong}).status_code == 403
    assert httpx.get(url, headers={"Accept-Language": "en"}).text.startswith("Open the address that citeline printed")
    assert httpx.get(url).text.startswith("Ouvrez l’adresse")
    assert "Authorization: Bearer" in httpx.get(f"{url}/v1/models").json()["error"]["message"]


def test_a_token_in_the_address_is_exchanged_for_a_cookie(locked):
    """For this page alone, not to be read by scripts or sent by other sites; the address is clean afterwards."""
    _, url, token = locked
    reply = httpx.get(f"{url}/?token={token}")
    name = f"citeline-{url.rsplit(':', 1)[1]}"
    assert reply.headers["set-cookie"] == f"{name}={token}; Path=/; HttpOnly; SameSite=Strict"
    assert 'content="0;url=/"' in reply.text and token not in reply.text
    assert reply.headers["cache-control"] == "no-store" and reply.headers["referrer-policy"] == "no-referrer"
    cookie = {"Cookie": f"citeline_lang=en; {name}=old; {name}={token}"}
    assert 'lang="en"' in httpx.get(url, headers=cookie).text
    for path in ("/config", "/page.css", "/gradio_api/info", "/api/articles"):
        assert httpx.get(url + path, headers=cookie).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/status", "//evil.example/", "/%2fevil.example/", "/library/../x/", "/config", "/\\evil"]
)
def test_the_token_in_another_address_counts_for_nothing(locked, path):
    """Only a page's: nothing leads elsewhere, and no program's address needs to hold it."""
    _, url, token = locked
    reply = http.client.HTTPConnection("127.0.0.1", int(url.rsplit(":", 1)[1]), timeout=10)
    reply.request("GET", f"{path}?token={token}")
    found = reply.getresponse()
    assert found.status == 403 and "evil" not in found.read().decode() and not found.getheader("set-cookie")
    reply.close()


def test_programs_send_it_as_a_bearer(locked):
    """HTTP, OpenAI's client (its API key), MCP."""
    _, url, token = locked
    for kind in ("Bearer", "bearer"):
        bearer = {"Authorization": f"{kind} {token}"}
        assert httpx.get(f"{url}/api/articles", headers=bearer).status_code == 200
    assert httpx.get(f"{url}/v1/models", headers=bearer).status_code == 200
    told = httpx.post(f"{url}/mcp", headers={**bearer, "Accept": "application/json, text/event-stream"},
                      json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})  # fmt: skip
    assert told.status_code == 200 and "read_article" in told.text


def test_other_sites_are_refused_with_the_cookie_too(locked):
    """Whatever a browser might send along."""
    _, url, token = locked
    headers = {"Cookie": f"citeline-{url.rsplit(':', 1)[1]}={token}", "Origin": "http://evil.example"}
    reply = httpx.post(f"{url}/api/ask", headers=headers, json={"question": "Qui ?"})
    assert reply.status_code == 403 and "other sites" in reply.text


def test_the_command_finds_the_token_by_itself(locked, shelf):
    """In the file that only its owner can read."""
    until((shelf / FILE).exists)
    found = json.loads((shelf / FILE).read_text(encoding="ascii"))
    assert found["token"] == locked[2] and (shelf / FILE).stat().st_mode & 0o777 == 0o600
    question = "Combien d’euros ont coûté les travaux ?"
    answer = ask(shelf, question, "first line", "bag")
    assert answer.supported and timeless(answer.to_dict()) == timeless(load(shelf).ask(question).to_dict())


def test_a_second_serve_says_the_address_with_the_token(locked, shelf, monkeypatch):
    """On the terminal; a browser, which others see started, gets the one without it."""
    _, url, token = locked
    opened = []
    monkeypatch.setattr(already, "can_show_browser", lambda: True)
    monkeypatch.setattr(already.webbrowser, "open", opened.append)
    line = already.already(shelf, int(url.rsplit(":", 1)[1]), True)
    assert line.endswith(f"{url}/?token={token}") and opened == [f"{url}/"]


def test_the_token_is_in_no_address_where_users_are_known(tmp_path):
    """It is another one each time, and `--token` asks for it all the same."""
    with Served("served.ScriptedAnswerer", tmp_path) as served:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", served.url)
    (tmp_path / "asked").mkdir()
    with Served("served.ScriptedAnswerer", tmp_path / "asked", options="ask_token=True") as served:
        clean, _, token = served.url.partition("/?token=")
        assert token and httpx.get(clean).status_code == 403
        assert httpx.get(clean, headers={"Authorization": f"Bearer {token}"}).status_code == 200
        assert served.end(signal.SIGINT) == 0


def test_the_address_is_the_one_that_is_listened_at(tmp_path):
    """ "localhost" is ::1 too, where another user may listen: a browser that tries it first would show him the
    token."""
    with Served("served.ScriptedAnswerer", tmp_path, options="host='localhost', ask_token=True") as served:
        assert re.match(r"http://127\.0\.0\.1:\d+/\?token=", served.url)


def test_a_browser_comes_in_by_a_file_and_stays(locked, tmp_path):
    """What it is started with holds no token, which others could read; the page works with the cookie alone."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    served, clean, token = locked
    page = owner.browser_page(tmp_path, served.url)
    assert page.stat().st_mode & 0o777 == 0o600 and token not in page.as_uri()
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab, refused = browser.new_page(), []
        tab.on("response", lambda reply: refused.append(reply.url) if reply.status == 403 else None)
        tab.goto(page.as_uri())
        tab.wait_for_url(f"{clean}/", timeout=30_000)
        tab.locator("#cl-box textarea").wait_for(timeout=30_000)
        assert tab.evaluate("document.cookie").count(token) == 0 and not refused
        browser.close()
