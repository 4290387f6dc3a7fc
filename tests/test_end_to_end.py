"""The whole product with the real models on the sample articles."""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from index.ingestion.indexing import build
from index.models.embedder import SentenceTransformerEmbedder
from rag.pipeline.answerer import Answerer

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()]

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("seeds") / "library"
    report = build(path, SentenceTransformerEmbedder(), [SEEDS / "articles"])
    assert report.n_articles == len(report.added) >= 12
    assert report.skipped == ()
    return path


@pytest.fixture(scope="module")
def answerer(library):
    return Answerer.load(library)


@pytest.fixture(scope="module")
def answers(answerer):
    """Every third question answered once: enough to hold the rates, in a few minutes."""
    return [(question, answerer.ask(question["question"])) for question in QUESTIONS[::3]]


def lines_of(article_id):
    from index.documents.encoding import decode, split_lines

    return split_lines(decode((SEEDS / "articles" / article_id).read_bytes())[0])


def test_every_quote_is_the_files_characters(answers):
    """Read from the file itself, not from the index."""
    quotes = 0
    for _, answer in answers:
        for citation in answer.to_dict()["claims"]:
            for c in citation["citations"]:
                joined = "\n".join(lines_of(c["article"])[c["first"] - 1 : c["last"]])
                assert joined[c["start"] : c["end"]] == c["quote"] != ""
                quotes += 1
    assert quotes > 10


def test_what_is_supported_has_a_citation_and_what_is_shown_is_supported(answers):
    """No bare claim in any text."""
    for _, answer in answers:
        for claim in answer.claims:
            assert (claim.verdict == "supported") == bool(claim.citations)
            assert claim.verdict == "supported" or claim.reason
        if answer.status == "abstained":
            assert answer.text == answer.message != ""


def test_answers_come_in_the_questions_language(answers):
    """As far as detection by function words can tell."""
    for question, answer in answers:
        assert answer.language == question["language"], question["question"]


def test_most_answers_cite_the_right_line(answers):
    """A floor far under what is measured (bench/results.md), so that it fails for a fault, not for chance."""
    answerable = [(q, a) for q, a in answers if q["gold"]]
    hits = 0
    for question, answer in answerable:
        cited = [c.span for claim in answer.supported for c in claim.citations]
        hits += any(
            span.article_id == g["article"] and span.first <= g["last"] and g["first"] <= span.last
            for span in cited
            for g in question["gold"]
        )
    assert hits / len(answerable) > 0.6


def test_most_questions_without_an_answer_are_refused(answers):
    """Also far under what is measured."""
    refused = [answer.status == "abstained" for question, answer in answers if not question["gold"]]
    assert sum(refused) / len(refused) > 0.6


@pytest.fixture(scope="module")
def url(library):
    """Address of `citeline serve` on the library, its models loaded."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--library", str(library), "--port", str(port), "--no-browser", "--no-history"]
    serving = [sys.executable, "-m", "ui.cli", "serve", *options]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(serving, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 300
            while time.monotonic() < deadline:
                time.sleep(1)
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(f"{address}/api/status").json()["state"] == "ready":
                        break
            yield address
        finally:
            process.terminate()


def test_the_ways_in_give_one_result(library, answerer, url):
    """Function, command by itself and by the server, and what `citeline serve` says over HTTP, OpenAI's way and MCP:
    the same JSON but for the clock and what the model had cached."""
    from rag import answer

    question = "Antoine Delvaux a-t-il quitté le gouvernement ?"
    command = [sys.executable, "-m", "ui.cli", "ask", question, "--library", str(library), "--json"]
    results = [
        subprocess.run([*command, *options], capture_output=True, text=True, cwd=ROOT, timeout=600, check=True)
        for options in ([], ["--no-server"])
    ]
    found = [json.loads(result.stdout) for result in results]
    found += [answer(question, library).to_dict(), answerer.ask(question).to_dict(), *over_the_wire(url, question)]
    for each in found:
        del each["timings_ms"], each["usage"]
    assert len(found) == 7 and all(each == found[0] for each in found)
    assert found[0]["claims"]


@pytest.mark.parametrize(
    ("locale", "question"),
    [
        ("fr-FR", "Quand est-ce que les premiers trams rouleront à Montbray ?"),
        ("en-GB", "How much was the stolen Sorbier painting being offered for online?"),
    ],
)
def test_the_page_lights_what_is_cited(url, answerer, locale, question):
    """In a browser, with the real models: each citation, clicked, lights its quote on its lines and nothing else."""
    from browser import CHROMIUM, FLAGS, expect, sync_playwright  # here: without a browser only this is skipped

    citations = [c for claim in answerer.ask(question).supported for c in claim.citations]
    others = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(locale=locale).new_page()
        page.on("request", lambda request: others.append(request.url) if "127.0.0.1" not in request.url else None)
        page.goto(url)
        expect(page.locator("#cl-box textarea")).to_be_enabled(timeout=60_000)
        page.fill("#cl-box textarea", question)
        page.press("#cl-box textarea", "Enter")
        turn = page.locator("#cl-live .cl-turn")
        expect(turn).to_have_attribute("data-status", re.compile("grounded|quoted"), timeout=180_000)
        for n, citation in enumerate(dict.fromkeys(citations), start=1):
            turn.locator(f".cl-chip[data-n='{n}']").first.click()
            expect(page.locator(".cl-facts span").first).to_have_text(citation.span.article_id)
            lit = page.locator("#cl-pane mark.cl-now")
            expect(lit.first).to_be_in_viewport()
            assert "\n".join(lit.all_text_contents()) == citation.quote
        browser.close()
    assert citations and others == []


def over_the_wire(url, question):
    """The Answer's JSON from HTTP, OpenAI's chat completions and MCP."""
    with httpx.Client(base_url=url, timeout=300) as client:
        yield client.post("/api/ask", json={"question": question}).json()
        messages = [{"role": "user", "content": question}]
        reply = client.post("/v1/chat/completions", json={"messages": messages}).json()
        yield reply["choices"][0]["message"]["citeline"]
        call = {"name": "ask", "arguments": {"question": question}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
        reply = client.post("/mcp", json=body, headers={"Accept": "application/json, text/event-stream"})
        (said,) = (json.loads(line[6:]) for line in reply.text.split("\n") if line.startswith("data: {"))
        yield said["result"]["structuredContent"]


def test_many_questions_from_a_file(library, tmp_path):
    """One line an answer, with its id; a second run takes over what is there."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": "a", "question": QUESTIONS[0]["question"]}, {"id": "b", "question": ""}]
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "ui.cli",
        "ask",
        "--questions",
        str(source),
        "--out",
        str(out),
        "--library",
        str(library),
        "--llm",
        "none",
    ]
    first = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert first.returncode == 1  # the empty question
    records = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == ["a", "b"]
    assert records[0]["status"] in {"quoted", "abstained"}
    assert "empty" in records[1]["error"]
    subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    again = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert again[0] == records[0]


def test_nothing_is_asked_of_the_network(library, monkeypatch):
    """Index and answer with every socket refused."""
    import socket

    def refuse(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    answer = Answerer.load(library).ask(QUESTIONS[0]["question"])
    assert answer.done
