"""The real server, with a scripted Answerer behind it: who may ask, what may be asked, what comes back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from served import HOSTILE, REOPENS, Caller, Served, raw, until

from index.errors import ModelNotFound
from ui import server
from ui.access import guard
from ui.formats.html import escape_key
from ui.services.model_queue import QUEUE_SIZE
from ui.web.render.article import digest


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with Served("served.ScriptedAnswerer", tmp_path_factory.mktemp("served")) as page:
        client = Caller(page.url)
        until(lambda: "chargent" not in client.ask("Qui ?"))
        yield page


@pytest.fixture
def url(page):
    return page.url


@pytest.fixture
def client(url):
    return Caller(url)


def test_the_page_is_up(url):
    """GET / is our page, in the browser's language, with our style sheet and no address of another host in its head."""
    page = httpx.get(url, headers={"Accept-Language": "en-GB"})
    assert page.status_code == 200 and 'lang="en"' in page.text and "/page.css" in page.text
    assert 'lang="fr"' in httpx.get(url).text
    assert "og:image" not in page.text and "twitter:" not in page.text
    assert httpx.get(f"{url}/page.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]", "[::1]:{port}"],
)
def test_loopback_names_are_served(url, host):
    """The Host header may be any name of this machine, IPv6 in brackets too."""
    status, _ = raw(url, f"Host: {host.format(port=url.rsplit(':', 1)[1])}")
    assert status == 200


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["127.0.0.1.evil.example"],
        ["localhost.evil.example:7860"],
        ["evil.example@127.0.0.1"],
        ["127.0.0.1/evil.example"],
        ["[::1].evil.example"],
        ["[::2]"],
        ["[::1"],
        ["0.0.0.0"],
        [""],
        [],
        ["127.0.0.1", "evil.example"],
        ["127.0.0.1", "127.0.0.1"],
    ],
)
def test_any_other_host_is_refused(url, hosts):
    """A page of another site that was bound to 127.0.0.1 (DNS rebinding) gets nothing."""
    origin = f"Origin: http://{hosts[0]}" if hosts else "X-Nothing: 1"
    status, head = raw(url, *(f"Host: {host}" for host in hosts), origin)
    assert status == 400 and "access-control" not in head


@pytest.mark.parametrize("hosts", [[], [b"localhost", b"evil.example"], [b"localhost", b"localhost"]])
def test_one_host_header_and_no_more(hosts):
    """None or two are refused by the guard itself, whatever the HTTP parser below it lets pass."""
    assert guard.refusal("GET", "/", [(b"host", host) for host in hosts]).status == 400


def test_every_reply_carries_the_security_headers(url):
    """Page, file, API and refusal: what may load, from where, and who may frame it."""
    for path, status in (("/", 200), ("/page.css", 200), ("/config", 200), ("/gradio_api/upload", 404)):
        reply = httpx.get(url + path)
        assert reply.status_code == status
        policy = reply.headers["content-security-policy"]
        for rule in ("default-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "form-action 'none'"):
            assert rule in policy
        assert "script-src 'self' 'unsafe-eval'" in policy and "http" not in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
    nonces = {httpx.get(url).headers["content-security-policy"].split("nonce-")[1] for _ in range(2)}
    assert len(nonces) == 2


def test_other_origins_are_told_nothing(url):
    """No Access-Control header is ever sent, whoever asks."""
    for origin in ("http://evil.example", "null", url):
        reply = httpx.get(f"{url}/config", headers={"Origin": origin})
        assert not [name for name in reply.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/upload/", "/upload", "/gradio_api//upload"])
def test_nothing_can_be_uploaded(url, path, tmp_path):
    """The upload route is not there, however it is spelled."""
    assert httpx.post(url + path, files={"files": ("a.txt", b"x" * 1024)}).status_code in (403, 404)


@pytest.mark.parametrize(
    "route", ["/gradio_api/file=", "/gradio_api/file/", "/file=", "/file/", "/static/", "/assets/"]
)
@pytest.mark.parametrize(
    "file",
    [
        "/etc/passwd",
        "etc/passwd",
        "../../../../../../etc/passwd",
        "..%2f..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "....//....//etc/passwd",
        "/proc/self/environ",
        "pyproject.toml",
        ".env",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        __file__,
    ],
)
def test_no_route_gives_a_file(url, route, file):
    """Neither the articles, the library, nor anything else on this disk."""
    reply = httpx.get(url + route + file)
    assert reply.status_code in (400, 403, 404)
    assert len(reply.content) < 200 and b"root:" not in reply.content


@pytest.mark.parametrize(
    "path",
    [
        *("/docs", "/redoc", "/openapi.json", "/gradio_api/openapi.json", "/monitoring", "/gradio_api/runs", "/logout"),
        *("/gradio_api/proxy=http://127.0.0.1/", "/gradio_api/deep_link", "/gradio_api/vibe-code", "/gradio_api/mcp/"),
    ],
)
def test_what_the_page_does_not_use_is_not_there(url, path):
    """Gradio's other routes are closed."""
    assert httpx.get(url + path).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json", "Origin": "http://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Origin": "http://127.0.0.1:1"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ({}, 415),
    ],
)
def test_another_site_cannot_ask(page, url, headers, status):
    """A POST from a foreign page is refused before anybody is asked."""
    before = page.count("asked")
    for path in ("/gradio_api/call/begin", "/gradio_api/queue/join", "/gradio_api/run/ask"):
        assert httpx.post(url + path, content=b'{"data": ["Qui ?"]}', headers=headers).status_code == status
    assert page.count("asked") == before


def test_a_body_beyond_all_measure_is_refused(page, url):
    """Thirty million characters do not reach the Answerer, with or without an announced length."""
    before = page.count("asked")
    json = {"Content-Type": "application/json"}
    assert httpx.post(f"{url}/gradio_api/call/begin", content=b"x" * (2 << 20), headers=json).status_code == 413
    with contextlib.suppress(httpx.HTTPError):
        pieces = (b"x" * 65536 for _ in range(64))
        assert httpx.post(f"{url}/gradio_api/call/begin", content=pieces, headers=json).status_code >= 400
    assert page.count("asked") == before
    assert httpx.get(url).status_code == 200


def test_a_question_gets_its_rendered_answer(client):
    """Sentences, chips and sources come back through Gradio's own queue."""
    html = client.ask("Quand le pont rouvre-t-il ?")
    assert html.count("cl-chip") == 3 and "Vérifié dans vos articles" in html
    assert "Le marché couvert cherche un toit provisoire" in html and "1 phrase écartée" in html


def test_an_earlier_turn_stays_above_the_next(client):
    """The conversation is kept by the session; the next question finds the last answer above it."""
    first = client.ask("Combien a coûté le chantier ?")
    *_, past, live = client.begin("Qui a gagné la coupe ?")
    assert past == first and 'data-status="live"' in live


def test_the_conversation_is_what_the_next_question_leans_on(page, client):
    """The last turns as they were understood go with a question; another reader's do not."""
    for question in ("Combien a coûté le chantier ?", "Bonjour", "Et les piétons ?", "Qui a gagné la coupe ?"):
        client.ask(question)
    said = next(line for line in reversed(page.lines) if line.startswith("asked 'Qui a gagn"))
    assert said.split("asked ")[1].strip() == " ".join(
        map(
            ascii,
            (
                "Qui a gagné la coupe ?",
                "Combien a coûté le chantier ?",
                "Quand le pont rouvre-t-il aux <b>piétons</b> ?",
            ),
        )
    )
    Caller(page.url).ask("Qui a gagné la coupe ?")
    assert (
        next(line for line in reversed(page.lines) if line.startswith("asked")).strip()
        == f"asked {'Qui a gagné la coupe ?'!a}"
    )


def test_hostile_text_comes_back_inert(client):
    """Question, file name, article and model text full of markup: none of it is markup on the page."""
    html = client.ask(HOSTILE)
    assert "<img" not in html and "<script" not in html and "\u202e" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html and "{{7*7}}" in html


@pytest.mark.parametrize("question", ["", "   ", None])
def test_a_question_that_is_none_gets_one_line(client, question):
    """The exception's own line, on the page; no traceback."""
    html = client.ask(question)
    assert "La question est vide." in html and "Traceback" not in html


def test_a_failure_inside_stays_in_the_terminal(page, client):
    """The page says that the answer failed; path and secret of the error are in the log, not in the reply."""
    html = client.ask("panne")
    assert "La réponse a échoué." in html and "hunter2" not in html and "/home" not in html
    assert "hunter2" in page.errors.read_text()
    assert "Vérifié" in client.ask("Quand le pont rouvre-t-il ?")


def test_stopping_ends_the_generation(page, client):
    """A cancelled question stops being answered within two seconds, and the next one gets its turn."""
    closed = page.count("closed")
    client.begin("longue")
    event = client.start("ask")
    updates = client.updates("ask", event)
    next(updates), next(updates)
    client.cancel("ask", event)
    until(lambda: page.count("closed") > closed, 2.0)
    updates.close()
    assert "Cité mot pour mot" in client.ask("Combien a coûté le chantier ?")


def test_a_reader_who_leaves_frees_the_model(page, client):
    """The connection is dropped in the middle of an answer: the generation ends, somebody else is answered."""
    closed = page.count("closed")
    client.begin("longue")
    updates = client.updates("ask", client.start("ask"))
    next(updates), next(updates)
    updates.close()
    assert "Cité mot pour mot" in Caller(page.url).ask("Combien a coûté le chantier ?")
    until(lambda: page.count("closed") > closed + 1, 2.0)


def test_updates_are_few(page, client):
    """A word every five milliseconds comes in at most eight updates a second."""
    client.begin("longue")
    event = client.start("ask")
    began = time.monotonic()
    updates = client.updates("ask", event)
    for _ in range(6):
        next(updates)
    assert time.monotonic() - began >= 4 * 0.125
    client.cancel("ask", event)
    updates.close()


def test_more_questions_than_the_queue_holds_are_told_so(page):
    """Twenty while one is being answered: eight wait and are answered in turn, the others are told at once."""
    slow, *callers = (Caller(page.url) for _ in range(21))
    slow.begin("longue")
    event = slow.start("ask")
    updates = slow.updates("ask", event)
    next(updates)
    told = []

    def ask(caller):
        told.append(caller.ask("Combien a coûté le chantier ?"))

    threads = [threading.Thread(target=ask, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    until(lambda: len(told) == 20 - QUEUE_SIZE, 30.0)
    assert all("Trop de questions attendent" in html for html in told)
    assert httpx.get(f"{page.url}/api/status").json()["queue"] == {"busy": True, "waiting": 8, "size": QUEUE_SIZE}
    slow.cancel("ask", event)
    updates.close()
    for thread in threads:
        thread.join(30.0)
    assert len(told) == 20 and all("Cité mot pour mot" in html for html in told[-QUEUE_SIZE:])


def pane(url, wanted):
    """What page.js gets for `wanted`: the article pane."""
    component = next(
        c for c in httpx.get(f"{url}/config").json()["components"] if c["props"].get("elem_id") == "cl-pane"
    )
    body = {"data": wanted, "fn_name": "article", "component_id": component["id"], "session_hash": "abc"}
    return httpx.post(f"{url}/gradio_api/component_server", json=body)


def test_an_article_opens_at_its_citation(url):
    """The pane is the article with every line numbered and the cited characters lit."""
    mark = {"n": 1, "first": 5, "last": 6, "start": REOPENS.start, "end": REOPENS.end, "check": digest(REOPENS.quote)}
    reply = pane(url, {"article": escape_key("pont.txt"), "marks": [mark], "current": 1, "lang": "fr"})
    assert reply.status_code == 200
    assert reply.json().count("<li data-n=") == 13
    assert '<mark data-n="1" class="cl-now">le pont des Tanneurs</mark>' in reply.json()


def test_an_article_that_is_gone_is_said_to_be(url):
    """One line, in the page's language, and the name it had."""
    reply = pane(url, {"article": escape_key("parti.txt"), "marks": [], "current": 0, "lang": "en"})
    assert "no longer in the library" in reply.json() and "parti.txt" in reply.json()


def test_an_article_that_cannot_be_read_is_one_line(page, url):
    """What went wrong is in the terminal; the page names the article and shows no path."""
    reply = pane(url, {"article": escape_key("illisible.txt"), "marks": [], "current": 0, "lang": "fr"})
    assert reply.status_code == 200 and "n’a pas pu être affiché" in reply.json() and "/home" not in reply.json()
    assert "/home/somebody/secret.txt" in page.errors.read_text()


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        3,
        "x",
        [],
        {},
        {"article": "zz", "lang": "fr"},
        {"article": "", "marks": [{"n": "x"}], "current": 0, "lang": 1},
    ],
)
def test_nonsense_for_an_article_gets_nothing(url, wanted):
    """Whatever is sent in place of an article, nothing breaks and nothing is shown."""
    assert pane(url, wanted).json() == ""


def test_gradio_is_imported_without_its_stubs():
    """No .pyi file is read or written where Gradio is installed; afterwards Python finds files and collects as
    before."""
    code = (
        "import gc, inspect, sys\nfind, seen = inspect.getfile, []\n"
        "sys.addaudithook(lambda what, given: what == 'open' and seen.append(str(given[0])))\n"
        "from ui.server import quick_import\nwith quick_import():\n    import gradio\n"
        "assert gradio.Textbox and inspect.getfile is find and gc.isenabled()\n"
        "assert len(seen) > 100 and not [each for each in seen if each.endswith('.pyi')]"
    )
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=True)


def failing_load():
    """Loads until a file called `go` appears, then finds that the weights are missing."""
    while not Path("go").exists():
        time.sleep(0.05)
    raise ModelNotFound("qwen.gguf is not on this machine. Fetch it: citeline models fetch")


def test_from_loading_to_ctrl_c(tmp_path):
    """The page is up while models load, then says why they could not be; Ctrl-C ends it and leaves nothing behind."""
    with Served("__import__('test_server').failing_load", tmp_path) as page:
        client = Caller(page.url)
        assert "Les modèles se chargent." in client.ask("Qui ?")
        Path(tmp_path / "go").touch()
        until(lambda: "citeline models fetch" in client.ask("Qui ?"))
        (private,) = (tmp_path / "tmp").glob("citeline-*")
        assert private.stat().st_mode & 0o077 == 0
        assert page.end(signal.SIGINT) == 0
    errors = page.errors.read_text()
    assert "citeline models fetch" in errors and "Traceback" not in errors
    assert {path.name for path in tmp_path.iterdir()} == {"go", "stderr.txt", "tmp"}
    assert not list((tmp_path / "tmp").iterdir())


def test_a_taken_port_is_said_before_anything_is_loaded():
    """One line that names the port and what to type; `load` is never called."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(server.ServeError, match=rf"port {port} .*--port {port + 1}$"):
            server.serve(lambda: pytest.fail("it was loaded"), port=port, open_browser=False)


def test_a_busy_model_does_not_hold_up_the_end(tmp_path):
    """SIGTERM while a step of the model takes a minute: gone within some seconds, nothing left behind."""
    with Served("served.EndlessAnswerer", tmp_path) as page:
        client = Caller(page.url)
        client.begin("Qui ?")
        next(client.updates("ask", client.start("ask")))
        began = time.monotonic()
        assert page.end(signal.SIGTERM) == 0
        assert time.monotonic() - began < 10
    assert "Traceback" not in page.errors.read_text()
    assert not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "::"])
def test_other_machines_are_never_served(host):
    """Only this machine's own addresses can be listened on."""
    with pytest.raises(server.ServeError, match="only served on this machine"):
        server.listen(host, 0)


def test_no_byte_waits_for_an_acknowledgement():
    """A reply in two parts would otherwise take 40 ms more, and so would each word of a growing answer."""
    found = asyncio.Queue()

    async def answer(reader, writer):
        found.put_nowait(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async def once():
        listening = server.listen("127.0.0.1", 0)
        async with await asyncio.start_server(answer, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            writer.close()
            return await asyncio.wait_for(found.get(), 10)

    assert asyncio.run(once())


@pytest.mark.parametrize("port", [-1, 70000])
def test_a_port_that_is_none_is_said_to_be(port):
    """A number outside 0..65535 is one line too."""
    with pytest.raises(server.ServeError, match="there is no port"):
        server.listen("127.0.0.1", port)
