"""A model's server that misbehaves, seen from every way in: who asks gets one line, who stops frees the model for
others."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest
from fakes import BagEmbedder
from hostile_llm import BAD, GOOD, HANGING, SAID, HostileLlm, delta, endless, sse
from places import PATHS
from served import Caller, Served, until

from index.ingestion.indexing import build
from rag.errors import Interrupted, LlmError
from rag.generation.base import Piece
from rag.generation.loading import load_llm
from rag.generation.remote.address import Destination
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from rag.types import Answer, Usage
from ui.api.http import status
from ui.i18n.catalog import words
from ui.services.host import LibraryHost
from ui.services.model_queue import ModelQueue
from ui.web.render.frame import top_html

COST = "Combien d’euros ont coûté les travaux à Vernay ?"
pytestmark = pytest.mark.usefixtures("no_proxies")


def remote(library, url):
    """A real Answerer but for its weights, with a model behind an address."""
    return Answerer(Path(library), BagEmbedder(), OverlapReader(), load_llm(url))


def once(first, then):
    """A behaviour for the first question and another for those after it."""
    behaviours = iter([first])

    def behave(connection):
        chosen = next(behaviours, then)
        connection.sendall(chosen) if isinstance(chosen, bytes) else chosen(connection)

    return behave


# --- an answer --------------------------------------------------------------------------------------------------------


def test_a_reply_becomes_a_checked_answer(library, server):
    """As from a local model, with the tokens that the server counts."""
    answer = remote(library, server.url(GOOD["llama-server"])).ask(COST)
    assert (answer.status, answer.text) == ("grounded", SAID)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (9, 2)


def test_an_endless_reply_is_answered_as_far_as_it_is_read(library, server):
    """Its end is checked like any other: nothing of it is shown, the line is; the connection is closed."""
    answers = list(remote(library, server.url(endless(sse(delta("mot "), end="")))).stream(COST))
    assert answers[-1].status == "quoted" and "mot mot" not in answers[-1].text
    assert max(len(answer.draft) for answer in answers) < 1000
    assert server.wait_closed()


@pytest.mark.parametrize("name", ["null content", "error event", "web page", "nothing", "cut chunks", "list event"])
def test_a_bad_reply_is_no_empty_one(library, server, name):
    """The question fails in one line; the next one is answered."""
    answerer = remote(library, server.url(once(BAD[name][0], GOOD["plain"])))
    with pytest.raises(LlmError):
        answerer.ask(COST)
    assert answerer.ask(COST).status == "grounded"


def test_growing_answers_are_not_kept(library):
    """However many pieces a reply comes in, who asks for the last Answer holds no other."""
    n_alive = []

    class Chatty:
        name = "chatty"

        def count_tokens(self, text):
            return len(text.split())

        def stream(self, messages, max_tokens):
            for n in range(300):
                if n % 100 == 99:
                    n_alive.append(sum(type(each) is Answer for each in gc.get_objects()))
                yield Piece("mot ", Usage(1, 0, n))

    before = sum(type(each) is Answer for each in gc.get_objects())
    Answerer(library, BagEmbedder(), OverlapReader(), Chatty()).ask(COST)
    assert len(n_alive) == 3 and max(n_alive) - before < 20


# --- a stop -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["before the head", "in an event", "pings"])
def test_who_stops_a_server_that_hangs_lets_the_next_one_ask(library, server, name):
    """Within two seconds, whatever it hangs in; a greeting has not waited at all."""
    answerer, queue = remote(library, server.url(once(HANGING[name], GOOD["plain"]))), ModelQueue()
    first, second = queue.stream(answerer, COST), queue.stream(answerer, COST)
    ended = []

    def ask(growing):
        try:
            *_, last = growing
            ended.append(last)
        except Interrupted as error:
            ended.append(error)
        finally:
            growing.close()

    threads = [threading.Thread(target=ask, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    assert server.asked.wait(60)
    *_, greeting = queue.stream(answerer, "Bonjour")
    assert greeting.kind == "greeting" and not ended
    began = time.monotonic()
    first.stop()
    threads[0].join(10)
    assert time.monotonic() - began < 2
    threads[1].join(10)
    assert isinstance(ended[0], Interrupted) and ended[1].text == SAID
    assert server.wait_closed() and not queue.is_busy


# --- the page and the wires -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A page whose model is at a server, and that server, which behaves as `served[1].behaviours["0"]` says."""
    folder, server = tmp_path_factory.mktemp("served"), HostileLlm()
    (folder / "articles").mkdir()
    (folder / "articles" / "pont.txt").write_text("Le pont\n\nÀ Vernay, les travaux ont coûté 3,2 millions d’euros.\n")
    build(folder / "library", BagEmbedder(), [folder / "articles"])
    load = f"lambda: __import__('test_remote_ways').remote({str(folder / 'library')!r}, {server.url(b'')!r})"
    with Served(load, folder) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready", 60)
        yield page, server
    server.end()


@pytest.fixture
def behave(served):
    """A function that tells the server of `served` how to behave from now on, to the next question anew."""

    def behave(how):
        served[1].behaviours["0"] = how
        served[1].asked.clear()
        served[1].closed.clear()

    return behave


def post(page, **body):
    return httpx.post(f"{page.url}/api/ask", json={"question": COST, **body}, timeout=60)


def test_who_hangs_up_frees_a_model_that_hangs(served, behave):
    """The page and the programs behind it go on; a greeting does not wait for that."""
    page, server = served
    behave(once(HANGING["after the head"], GOOD["plain"]))
    caller = HTTPConnection(page.url.removeprefix("http://"))
    caller.request("POST", "/api/ask", json.dumps({"question": COST}), {"Content-Type": "application/json"})
    assert server.asked.wait(60)
    caller.close()
    assert server.wait_closed()
    assert "3,2 millions" in post(page).json()["text"]


def test_a_greeting_is_answered_while_the_model_hangs(served, behave):
    """On the page and over HTTP, while another question has the model."""
    page, server = served
    behave(HANGING["before the head"])
    with httpx.stream("POST", f"{page.url}/api/ask", json={"question": COST, "stream": True}) as reply:
        lines = reply.iter_lines()
        next(lines)
        assert server.asked.wait(60)
        assert post(page, question="Hello!").json()["kind"] == "greeting"
        assert "Bonjour" in Caller(page.url).ask("Bonjour")
        assert not server.closed
    assert server.wait_closed()


def test_what_a_server_says_is_one_line_of_text_everywhere(served, behave):
    """JSON and its stream, OpenAI's error, the page in French: no markup, no escape sequence, ours not in English."""
    page, _ = served
    behave(BAD["escapes"][0])
    asked = {"messages": [{"role": "user", "content": COST}]}
    replies = [post(page), httpx.post(f"{page.url}/v1/chat/completions", json=asked, timeout=60)]
    assert [reply.status_code for reply in replies] == [500, 500]
    lines = [replies[0].json()["error"], replies[1].json()["error"]["message"]]
    events = [line for line in post(page, stream=True).text.split("\n") if line.startswith("data: ")]
    lines.append(json.loads(events[-1].removeprefix("data: "))["error"])
    assert len(set(lines)) == 1 and r"\x1b]0;owned\x07 <script>" in lines[0] and lines[0].isprintable()
    shown = Caller(page.url).ask(COST)
    assert "il a répondu 400 («" in shown and "&lt;script&gt;" in shown
    assert "<script" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert "Traceback" not in page.errors.read_text()


def test_the_page_ends_while_its_model_hangs(served, behave):
    """Ctrl-C of `citeline serve`, the last test of this page: the server's connection is closed."""
    page, server = served
    behave(HANGING["before the head"])

    def ask():
        with contextlib.suppress(httpx.HTTPError):
            post(page)

    thread = threading.Thread(target=ask)
    thread.start()
    assert server.asked.wait(60)
    page.process.send_signal(2)
    assert server.wait_closed()
    page.process.wait(15)
    thread.join(20)


AWAY = Destination("<b>far.example", "http://proxy.example:3128")


@pytest.mark.parametrize(("lang", "word"), [("fr", "par le proxy"), ("en", "through the proxy")])
def test_a_page_whose_model_is_elsewhere_does_not_say_local(lang, word):
    """It names where questions and lines go, in its language, as text."""
    html = top_html([], lang, AWAY)
    assert "&lt;b&gt;far.example" in html and word in html and "<b>" not in html
    assert not any(words(lang)[key] in html for key in ("local", "local_title"))
    assert words(lang)["local"] in top_html([], lang)


def test_the_status_says_where_questions_go(library):
    """Null as long as they stay here."""
    for url, sent_to in (("http://192.0.2.7/v1", {"host": "192.0.2.7", "proxy": ""}), ("http://127.0.0.1/v1", None)):
        host = LibraryHost(lambda url=url: remote(library, url))
        host.main.load()
        assert json.loads(status(host, None).body)["sent_to"] == sent_to


# --- the command ------------------------------------------------------------------------------------------------------


def command(library, *arguments, **environment):
    """`citeline` with its own way to a model, in a process of its own, without weights."""
    script = (
        f"import sys; sys.path[:0] = {PATHS!r}\n"
        "import test_remote_ways, rag.pipeline.answerer\n"
        "rag.pipeline.answerer.Answerer.load = classmethod(lambda _, library, *, llm, **__: test_remote_ways.remote(library, llm))\n"
        f"sys.argv = ['citeline', *{list(map(str, arguments))!r}, '--library', {str(library)!r}]\n"
        "from ui.cli.commands import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ, CITELINE_NO_SERVER="1", **environment),
    )


@pytest.mark.parametrize("name", ["escapes", "list content", "closed at once"])
def test_the_command_says_it_in_one_line(library, server, name):
    """Exit code 1, no traceback, no escape sequence."""
    out, err = (process := command(library, "ask", COST, "--llm", server.url(BAD[name][0]))).communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("citeline: http://127.0.0.1") and err.count("\n") == 1 and "\x1b" not in err


def test_ctrl_c_ends_the_command_while_the_server_hangs(library, server):
    """At once, and the server's connection is closed."""
    process = command(library, "ask", COST, "--llm", server.url(HANGING["before the head"]))
    assert server.asked.wait(60)
    process.send_signal(2)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130 and "Traceback" not in err
    assert server.wait_closed()


def test_the_command_says_where_questions_go(library, server):
    """To another machine, by a proxy or not; nothing is said of this one."""
    proxy = server.port
    server.behaviours[""] = GOOD["plain"]
    asked = ("ask", COST, "--llm", "http://192.0.2.7:8000/v1")
    process = command(library, *asked, HTTP_PROXY=f"http://me:secret@127.0.0.1:{proxy}")
    out, err = process.communicate(timeout=120)
    said = f"questions and lines from your articles are sent to 192.0.2.7, through the proxy http://127.0.0.1:{proxy}"
    assert err == f"citeline: {said}\n" and SAID in out
    out, err = command(library, "ask", COST, "--llm", server.url(GOOD["plain"])).communicate(timeout=120)
    assert err == "" and SAID in out


def test_many_questions_go_on_after_one_that_failed(library, server, tmp_path):
    """Each says why in the file; the ones after it are answered."""
    asked, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked.write_text("".join(json.dumps({"id": n, "question": COST}) + "\n" for n in range(2)))
    url = server.url(once(BAD["null delta"][0], GOOD["plain"]))
    process = command(library, "ask", "--questions", asked, "--out", out, "--llm", url)
    _, err = process.communicate(timeout=120)
    first, second = map(json.loads, out.read_text().split("\n")[:2])
    assert process.returncode == 1 and "1 of 2 questions failed" in err and "Traceback" not in err
    assert "delta is null" in first["error"] and second["text"] == SAID
