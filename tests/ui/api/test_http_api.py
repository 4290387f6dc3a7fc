"""The HTTP interface in the real server, with a scripted Answerer behind it: what comes back, and who is refused."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fakes import plain_answerer
from http_calls import BRIDGE, events
from served import ANSWERS, ARTICLES, HOSTILE, Caller, Served, raw, until

from rag.types import Answer
from ui.access.guard import OPENINGS, refusal
from ui.api import http as http_api
from ui.api import mcp as mcp_server
from ui.api import openai as openai_api
from ui.api import openapi
from ui.api.requests import Refusal, answerer_of
from ui.api.schemas import MAX_HISTORY, AskBody
from ui.formats.html import escape_key
from ui.services.host import LibraryHost
from ui.services.model_queue import QUEUE_SIZE, ModelQueue, QueueFull

ROUTES = openapi.described_by((*http_api.ROUTES, *openai_api.ROUTES, *mcp_server.ROUTES))
POSTS = ("/api/ask", "/api/check", "/api/compare", "/api/date", "/v1/chat/completions", "/mcp")


def ask(url, **body):
    return httpx.post(f"{url}/api/ask", json=body, timeout=30)


def waits(url):
    return httpx.get(f"{url}/api/status").json()["queue"]


# --- what comes back ------------------------------------------------------------------------------------------------


def test_a_question_gets_its_answer_as_json(url):
    """The Answer of `to_dict`, character by character as `citeline ask --json` would print it without indent."""
    reply = ask(url, question=BRIDGE)
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/json"
    assert reply.text == json.dumps(ANSWERS[BRIDGE].to_dict())


def test_a_stream_gives_growing_answers(url):
    """The first has the passages, then where the reader found it, then a draft that grows; the last one is done."""
    reply = ask(url, question=BRIDGE, stream=True)
    assert reply.headers["content-type"].startswith("text/event-stream")
    first, *_, last = found = events(reply)
    assert not first["done"] and first["answer"]["hits"] and not first["answer"]["claims"]
    assert [each["done"] for each in found].count(True) == 1
    places = [citation.to_dict() for citation in ANSWERS[BRIDGE].claims[0].citations]
    assert first["found"] == [] and found[1]["found"] == places and not found[1]["draft"]
    assert last == {"done": True, "draft": "", "found": [], "answer": ANSWERS[BRIDGE].to_dict()}


def test_a_history_goes_with_the_question(page, url):
    """As pairs or as Answers that were given before; greetings are no turn that a question can lean on."""
    greeting = Answer("Bonjour", "fr", message="Bonjour !", kind="greeting").to_dict()
    history = [{"question": "Qui a gagné la coupe ?", "text": ""}, greeting, ANSWERS["Et les piétons ?"].to_dict()]
    assert ask(url, question=BRIDGE, history=history).status_code == 200
    until(lambda: page.lines[-1].strip() == "closed")
    said = next(line for line in reversed(page.lines) if line.startswith("asked"))
    asked = (BRIDGE, "Qui a gagné la coupe ?", "Quand le pont rouvre-t-il aux <b>piétons</b> ?")
    assert said.strip() == " ".join(["asked", *map(ascii, asked)])


def test_a_draft_is_refused_in_one_line(url):
    """Before anything is checked; there is no checker for what is served here."""
    for body, status, said in (
        ({"text": "… !"}, 400, "the text is empty"),
        ({"text": ["x"]}, 400, "not list"),
        ({"text": "x" * 20_001}, 400, "20,001 characters"),
        ({"text": "It is closed.", "stream": True}, 400, "'stream' is not known"),
        ({"text": "It is closed.", "library": "x"}, 404, "there is no library"),
        ({"text": "It is closed."}, 501, "there is no checker"),
    ):
        reply = httpx.post(f"{url}/api/check", json=body)
        assert reply.status_code == status and said in reply.json()["error"]


def test_articles_are_listed_and_given_with_their_lines_numbered(url):
    """Each with the key that is its address whatever its name is made of; some lines only when they are asked for."""
    listed = httpx.get(f"{url}/api/articles").json()
    assert [each["id"] for each in listed["articles"]] == list(ARTICLES) and listed["generation"] == 7
    for each in listed["articles"]:
        for name in (each["key"], quote(each["id"], safe="")):
            found = httpx.get(f"{url}/api/articles/{name}").json()
            assert [line["text"] for line in found["lines"]] == list(ARTICLES[each["id"]].lines)
            assert found | {"lines": 0} == each | {"lines": 0} and each["n_lines"] == len(found["lines"])
    some = httpx.get(f"{url}/api/articles/pont.txt?first=5&last=6").json()["lines"]
    assert [line["n"] for line in some] == [5, 6] and some[0]["text"] == ARTICLES["pont.txt"].lines[4]


@pytest.mark.parametrize(
    "name", ["parti.txt", "zz", "..%2f..%2fetc%2fpasswd", "%2e%2e/pont.txt", "%00", "7a7a", "x" * 9000]
)
def test_an_article_that_is_none_is_not_there(url, name):
    """404 and one line, whatever the name is; no name is a path."""
    reply = httpx.get(f"{url}/api/articles/{name}")
    assert reply.status_code == 404 and "GET /api/articles" in reply.json()["error"] and len(reply.content) < 1500


@pytest.mark.parametrize("lines", ["first=0", "last=14", "first=7&last=6", "first=x", "last=1e9", "first=", "first=-1"])
def test_lines_that_an_article_has_not_are_refused(url, lines):
    """The line says which it has."""
    reply = httpx.get(f"{url}/api/articles/pont.txt?{lines}")
    assert reply.status_code == 400 and "1 to 13" in reply.json()["error"]


def test_status_says_what_is_served(url):
    """Library, generation, models, and how many wait."""
    found = httpx.get(f"{url}/api/status").json()
    assert found["library"] == {"name": "library", "path": "/nowhere/library", "generation": 7, "n_articles": 5}
    assert found["models"] == {"llm": "qwen2.5-1.5b", "embedder": "embeddinggemma-300m"}
    assert found["libraries"] == [] and found["queue"] == {"busy": False, "waiting": 0, "size": QUEUE_SIZE}


def test_the_description_is_made_of_the_routes(url):
    """Every route is in it with a command, no other one is, and each that is described is served."""
    reply = httpx.get(f"{url}/api")
    assert reply.status_code == 200 and reply.headers["content-type"] == "application/json"
    found = reply.json()
    assert found["openapi"].startswith("3.") and found["servers"] == [{"url": url}]
    assert {(method.upper(), path) for path, methods in found["paths"].items() for method in methods} == {
        (route.method, route.shown_path) for route in ROUTES
    }
    for route in ROUTES:
        told = found["paths"][route.shown_path][route.method.lower()]
        assert told["summary"] == route.about and "422" not in told["responses"]
        assert told["x-codeSamples"][0]["source"] == route.example
        path = re.sub(r"\{\w+(:path)?\}", "x", route.path)
        assert httpx.request(route.method, url + path).status_code in (200, 404 if "{" in route.path else 415, 415)


def test_the_description_says_what_the_models_say(url):
    """A field of a request, its bounds and whether it must be there; what an Answer has; what a path and "?" take."""
    found = httpx.get(f"{url}/api").json()
    schemas = found["components"]["schemas"]
    body = found["paths"]["/api/ask"]["post"]["requestBody"]
    assert body["required"] and body["content"]["application/json"]["schema"]["$ref"].endswith("/AskBody")
    asked = schemas["AskBody"]
    assert asked["properties"].keys() == AskBody.model_fields.keys() and asked["required"] == ["question"]
    assert asked["properties"]["history"]["maxItems"] == MAX_HISTORY and not asked["additionalProperties"]
    assert schemas["CheckArguments"]["required"] == ["text"] and "tools" in schemas["CompletionBody"]["properties"]
    answered = found["paths"]["/api/ask"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answered["$ref"].endswith("/AnswerRecord")
    sent = ask(url, question=BRIDGE).json()
    assert {"claims", "status", "filter"} <= schemas["AnswerRecord"]["properties"].keys() <= sent.keys()
    assert set(schemas["CitationRecord"]["required"]) == sent["claims"][0]["citations"][0].keys()
    taken = found["paths"]["/api/articles/{article}"]["get"]["parameters"]
    assert {(each["name"], each["in"], each["required"]) for each in taken} == {
        ("article", "path", True), ("first", "query", False), ("last", "query", False), ("library", "query", False)
    }  # fmt: skip


def test_the_document_names_every_route():
    """docs/http.md and the server say the same."""
    text = (Path(__file__).parents[3] / "docs" / "http.md").read_text(encoding="utf-8")
    for route in ROUTES:
        assert f"`{route.method} {route.shown_path}`" in text


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "question is empty"),
        ({"question": ""}, "question is empty"),
        ({"question": "\0\x1b"}, "question is empty"),
        ({"question": "\ud800"}, "question is empty"),
        ({"question": "x" * 3000}, "3,000 characters"),
        ({"question": 3}, "not int"),
        ({"question": None}, "not NoneType"),
        ({"question": ["Qui ?"]}, "not list"),
        ({"question": "Qui ?", "stream": 1}, "stream"),
        ({"question": "Qui ?", "everywhere": "yes"}, "everywhere"),
        ({"question": "Qui ?", "history": "x"}, "history"),
        ({"question": "Qui ?", "history": ["x"]}, "a turn of the history"),
        ({"question": "Qui ?", "history": [{"question": 1}]}, "question and text"),
        ({"question": "Qui ?", "history": [{"text": "x" * 30_000, "question": "x"}]}, "20,000"),
        ({"question": "Qui ?", "history": [{"question": "x"}] * 201}, "at most 200"),
        ({"question": "Qui ?", "history": [{"claims": []}]}, "not an Answer"),
        ({"question": "Qui ?", "library": 3}, "library"),
        ({"question": "Qui ?", "temperature": 1}, "'temperature' is not known"),
        ({"question": "Qui ?", "\ud800": 1}, "'\\ud800' is not known"),
        ({"question": "Qui ?", "stream": 10**4000}, "stream must be true or false"),
        ({"question": "Qui ?", "everywhere": float("nan")}, "everywhere must be true or false"),
    ],
)
def test_nonsense_gets_one_line(page, url, body, said):
    """400 with what was wrong; nobody is asked."""
    before = page.count("asked")
    reply = httpx.post(f"{url}/api/ask", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert reply.status_code == 400 and said in reply.json()["error"] and "\n" not in reply.json()["error"]
    assert page.count("asked") == before


def test_an_unknown_library_is_not_there(url):
    """404; the one that is open may be named."""
    assert ask(url, question=BRIDGE, library="autre").status_code == 404
    assert ask(url, question=BRIDGE, library="library").status_code == 200
    assert httpx.get(f"{url}/api/articles?library=autre").status_code == 404


def test_other_libraries_are_found_by_their_names(library, tmp_path):
    """The main one without a name or by its folder's; another once it is loaded; a name that is none is not there."""
    host = LibraryHost(lambda: plain_answerer(library), {"notes": tmp_path / "notes"})
    for name, status in (("", 503), ("notes", 503), ("autre", 404), ("library", 404)):
        with pytest.raises(Refusal) as refused:
            answerer_of(host, name)
        assert refused.value.status == status
    host.main.load()
    host.libraries["notes"].load()
    assert answerer_of(host) is answerer_of(host, "library") is host.main.answerer
    assert answerer_of(host, "notes") is host.libraries["notes"].answerer is not host.main.answerer
    listed = json.loads(openai_api.models(host, None).body)["data"]
    assert [each["id"] for each in listed] == ["citeline", "citeline/notes"]


def test_hostile_text_is_only_text(url):
    """Markup in a question, a file's name and a line comes back as it was, in JSON that no browser takes for a page."""
    reply = ask(url, question=HOSTILE)
    assert reply.json() == ANSWERS[HOSTILE].to_dict() and reply.headers["x-content-type-options"] == "nosniff"
    assert httpx.get(f"{url}/api/articles/{escape_key(HOSTILE)}").json()["id"] == HOSTILE


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"3", b"[]", b'"x"', b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 100_000, b"1" * 10_000],
)
def test_a_body_that_is_no_json_object_is_refused(page, url, path, body):
    """400 in the shape of the path, however deep it is."""
    before = page.count("asked")
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    reply = httpx.post(url + path, content=body, headers=headers)
    assert reply.status_code == 400 and reply.json()["error"] and page.count("asked") == before


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/json", "Origin": "http://evil.example"}, 403),
        ({"Content-Type": "application/json", "Origin": "null"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Content-Type": "application/json", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({}, 415),
    ],
)
def test_another_site_cannot_ask(page, url, path, headers, status):
    """A page of another site is refused before anybody is asked, in JSON."""
    before = page.count("asked")
    reply = httpx.post(url + path, content=json.dumps({"question": BRIDGE}), headers=headers)
    assert reply.status_code == status and reply.json()["error"] and page.count("asked") == before


@pytest.mark.parametrize("path", ["/api/status", "/api/files", "/api/articles", "/api/articles/pont.txt", "/v1/models"])
def test_another_site_cannot_read(url, path):
    """Nor may it fetch what is only read; this page, and what is no browser, may."""
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert httpx.get(url + path, headers=headers).status_code == 403
    for headers in ({}, {"Origin": url, "Sec-Fetch-Site": "same-origin"}):
        reply = httpx.get(url + path, headers=headers)
        assert reply.status_code == 200 and not [name for name in reply.headers if "access-control" in name]


@pytest.mark.parametrize("path", ["/api", "/api/status", "/v1/models", "/mcp", "/api/articles/pont.txt"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::2]", "0.0.0.0"])
def test_another_name_for_this_machine_gets_nothing(url, path, host):
    """DNS rebinding."""
    assert raw(url, f"Host: {host}", path=path)[0] == 400


@pytest.mark.parametrize("path", POSTS)
def test_a_body_beyond_all_measure_is_refused(page, url, path):
    """413, with and without an announced length; the server goes on."""
    before = page.count("asked")
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    for body in (b"x" * (2 << 20), (b"x" * 65536 for _ in range(40))):
        reply = httpx.post(url + path, content=body, headers=headers)
        assert reply.status_code == 413 and reply.json()["error"]
    assert page.count("asked") == before and ask(url, question=BRIDGE).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/api/ask", "POST"),
        ("POST", "/api/status", "GET, HEAD"),
        ("DELETE", "/mcp", "POST"),
        ("PUT", "/api", "GET, HEAD"),
    ],
)
def test_another_method_is_told_which_one(url, method, path, allow):
    """405 with Allow."""
    reply = httpx.request(method, url + path)
    assert reply.status_code == 405 and reply.headers["allow"] == allow


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/v1", "/v1/embeddings", "/mcp/", "/mcp/sse", "/api/ask/x"])
def test_what_is_in_no_table_is_not_there(url, path):
    """404 from the Guard, before anything else sees it."""
    assert httpx.get(url + path).status_code == 404


def test_the_table_opens_nothing_to_forms():
    """No opening takes a body of a type that another site's form can send without asking."""
    for opening in OPENINGS:
        assert opening.content_type not in (
            "",
            "text/plain",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
        )
    host = [(b"host", b"localhost")]
    assert refusal("GET", "/api/status", host) is None and refusal("GET", "/API/status", host).status == 404


# --- one model for all ------------------------------------------------------------------------------------------------


def test_a_failure_inside_stays_in_the_terminal(page, url):
    """500 and one line; path and secret of the error are in the log."""
    for body in ({"question": "panne"}, {"question": "panne", "stream": True}):
        reply = ask(url, **body)
        assert "failed" in reply.text and "hunter2" not in reply.text and "/home" not in reply.text
    assert ask(url, question="panne").status_code == 500 and "hunter2" in page.errors.read_text()


@pytest.mark.parametrize("is_stream", [True, False])
def test_who_hangs_up_stops_the_model(page, url, is_stream):
    """The generation is closed within two seconds and the next question is answered."""
    closed, asked = page.count("closed"), page.count("asked")
    if is_stream:
        with httpx.stream("POST", f"{url}/api/ask", json={"question": "longue", "stream": True}) as reply:
            next(reply.iter_lines())
    else:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/api/ask", json={"question": "longue"}, timeout=httpx.Timeout(5, read=0.5))
    until(lambda: page.count("asked") > asked)
    until(lambda: page.count("closed") > closed, 2.0)
    assert ask(url, question=BRIDGE).status_code == 200 and not waits(url)["busy"]


def test_programs_and_the_page_wait_in_one_queue(page, url):
    """While the page's question is answered others wait; one more than may is told 429 and when to come again."""
    reader = Caller(url)
    reader.begin("longue")
    event = reader.start("ask")
    updates = reader.updates("ask", event)
    next(updates)
    with httpx.Client(timeout=30) as client:
        waiting = []
        for n in range(QUEUE_SIZE):
            reply = client.send(
                client.build_request("POST", f"{url}/api/ask", json={"question": BRIDGE, "stream": True}), stream=True
            )
            waiting.append(reply)
            until(lambda n=n: waits(url)["waiting"] == n + 1)
        for path, body in (
            ("/api/ask", {"question": BRIDGE}),
            ("/v1/chat/completions", {"messages": [{"role": "user", "content": BRIDGE}]}),
        ):
            refused = client.post(url + path, json=body)
            assert (
                refused.status_code == 429
                and int(refused.headers["retry-after"]) > 0
                and "waiting already" in refused.text
            )
        assert "Trop de questions attendent" in Caller(url).ask(BRIDGE)
        waiting.pop(0).close()  # who leaves the queue makes room
        until(lambda: waits(url)["waiting"] == QUEUE_SIZE - 1)
        reader.cancel("ask", event)
        updates.close()
        for reply in waiting:
            reply.read()
            assert events(reply)[-1]["answer"] == ANSWERS[BRIDGE].to_dict()
            reply.close()
    until(lambda: not waits(url)["busy"])


def test_the_queue_is_first_come_first_served():
    """Turns are taken in the order of joining; who is closed while waiting is passed over; a full queue refuses."""
    queue, order = ModelQueue(size=2), []
    first, second, third = (queue.join().run(lambda n=n: iter([n])) for n in range(3))
    with pytest.raises(QueueFull, match="2 questions"):
        queue.join()
    assert (next(first), next(second), next(third)) == (0, None, None)
    second.close()
    order = [next(third)]
    assert order == [None] and list(first) == [] and [each for each in third if each is not None] == [2]
    assert not queue.is_busy


def loading():
    """Loads until a file called `go` appears."""
    from served import ScriptedAnswerer

    while not Path("go").exists():
        time.sleep(0.05)
    return ScriptedAnswerer()


def test_while_the_models_load_a_program_is_told_when_to_come_again(tmp_path):
    """503 with Retry-After on every way that needs them; status answers."""
    with Served("__import__('test_http_api').loading", tmp_path) as page:
        assert httpx.get(f"{page.url}/api/status").json()["state"] == "loading"
        for reply in (
            ask(page.url, question=BRIDGE),
            httpx.get(f"{page.url}/api/articles"),
            httpx.post(f"{page.url}/v1/chat/completions", json={"messages": [{"role": "user", "content": BRIDGE}]}),
        ):
            assert reply.status_code == 503 and reply.headers["retry-after"] == "5" and "loading" in reply.text
        (tmp_path / "go").touch()
        until(lambda: ask(page.url, question=BRIDGE).status_code == 200)
