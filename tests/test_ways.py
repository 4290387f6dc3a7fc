"""One result everywhere: Python, command, HTTP, its stream, OpenAI's, MCP both ways and the page give the same
Answer."""

from __future__ import annotations

import json
import sys

import anyio
import httpx
import pytest
from fakes import BagEmbedder
from first_line import load, timeless
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from places import PATHS
from served import Caller, Served, until

import rag
from index.ingestion.indexing import build
from ui.api.mcp import over_stdio
from ui.api.openai import content
from ui.cli import commands as cli
from ui.formats.plain import answer_text
from ui.services.host import LibraryHost

FOLLOWED = "Quand le pont de Vernay rouvrira-t-il ?"
QUESTIONS = (
    (FOLLOWED, ()),
    ("Combien d’euros ont coûté ses travaux ?", (FOLLOWED,)),
    ("Who is head of the port?", ()),
    ("Traffic fell by how much in June?", ("Who is head of the port?",)),
    ("Qui a gagné la coupe du monde de rugby ?", ()),
    ("Who won the chess tournament in Oslo?", ()),
)
"""French and English, answerable and not, two that lean on the one before."""


def serve_stdio(library):
    over_stdio(LibraryHost(lambda: load(library)))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("articles")
    (folder / "pont.txt").write_text(
        "Le pont de Vernay rouvrira lundi\n\nVERNAY, 12 mars 2024 — Le pont de Vernay, fermé depuis mars, rouvrira "
        "lundi matin, a annoncé la maire Claire Vidal.\n\nLes travaux du pont ont coûté 3,2 millions d’euros.\n",
        encoding="utf-8",
    )
    (folder / "port <b>.txt").write_text(
        "Port strike ends after nine days\n\nPaul Renaud, head of the port, called the strike “avoidable” [1].\n"
        "Traffic in the port fell by 12 % in June.",
        encoding="utf-8",
    )
    path = tmp_path_factory.mktemp("library") / "library"
    build(path, BagEmbedder(), [folder])
    return path


@pytest.fixture(scope="module")
def answers(library):
    """What Python gives for each question: the Answers that every other way must give."""
    key = (str(library.resolve()), "first line", "bag")
    rag._answerers[key] = load(library)
    found = {}
    for question, before in QUESTIONS:
        history = [found[each] for each in before]
        found[question] = rag.answer(question, library, llm="first line", embedder="bag", history=history)
    del rag._answerers[key]
    return found


@pytest.fixture(scope="module")
def url(library, tmp_path_factory):
    loading = f"lambda: __import__('first_line').load({str(library)!r})"
    models = "models=('first line', 'bag')"
    with Served(loading, tmp_path_factory.mktemp("served"), options=models) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready")
        yield page.url


def same(found, answers):
    """Whether {question: JSON} is what Python gave, key for key, in the same order."""
    assert {question: timeless(record) for question, record in found.items()} == {
        question: timeless(answers[question].to_dict()) for question in found
    }
    return True


def post(url, path, body):
    reply = httpx.post(url + path, json=body, timeout=60)
    assert reply.status_code == 200, reply.text
    return reply


def test_the_questions_are_of_every_sort(answers):
    """Found and not found, French and English, and two understood from the one before: else nothing is compared."""
    assert [answers[question].status == "abstained" for question, _ in QUESTIONS] == [False] * 4 + [True] * 2
    assert {answer.language for answer in answers.values()} == {"fr", "en"}
    assert answers[QUESTIONS[1][0]].understood and any(answer.status == "grounded" for answer in answers.values())
    assert answers["Who is head of the port?"].claims[0].citations[0].span.article_id == "port <b>.txt"


def test_the_command(library, answers, monkeypatch, capsys):
    """`citeline ask --json`, for the questions that stand alone."""
    monkeypatch.setattr(cli, "_answerer", lambda *_, **__: load(library))
    found = {}
    for question in (question for question, before in QUESTIONS if not before):
        cli.ask(question, library=library, as_json=True)
        found[question] = json.loads(capsys.readouterr().out)
    assert len(found) == 4 and same(found, answers)


def test_the_command_beside_a_server(url, library, answers, monkeypatch, capsys):
    """`citeline ask`, answered by the server: the same text, and with --json the same JSON; nothing is loaded."""
    monkeypatch.setattr(cli, "_answerer", lambda *_, **__: pytest.fail("models were loaded"))
    found = {}
    for question in (question for question, before in QUESTIONS if not before):
        cli.ask(question, library=library, llm="first line", embedder="bag", as_json=True)
        found[question] = json.loads(capsys.readouterr().out)
        cli.ask(question, library=library, llm="first line", embedder="bag")
        assert capsys.readouterr().out == answer_text(answers[question]) + "\n"
    assert len(found) == 4 and same(found, answers)


@pytest.mark.parametrize("is_stream", [False, True])
def test_http(url, answers, is_stream):
    """`POST /api/ask`, whole and as the last event of a stream; the history is the Answers it gave before."""
    found = {}
    for question, before in QUESTIONS:
        body = {"question": question, "history": [found[each] for each in before], "stream": is_stream}
        text = post(url, "/api/ask", body).text
        found[question] = json.loads(text.split("data: ")[-1])["answer"] if is_stream else json.loads(text)
    assert same(found, answers)


def test_http_with_pairs_for_a_history(url, library, answers):
    """The same as Python with pairs of question and text."""
    for question, (before,) in ((question, before) for question, before in QUESTIONS if before):
        text = answers[before].text
        found = post(url, "/api/ask", {"question": question, "history": [{"question": before, "text": text}]}).json()
        assert timeless(found) == timeless(load(library).ask(question, [(before, text)]).to_dict())


@pytest.mark.parametrize("is_stream", [False, True])
def test_openai(url, answers, is_stream):
    """The Answer beside the message, and the message made of it; the history is the messages that were shown."""
    found, shown = {}, {}
    for question, before in QUESTIONS:
        messages = []
        for each in before:
            messages += [{"role": "user", "content": each}, {"role": "assistant", "content": shown[each]}]
        messages.append({"role": "user", "content": question})
        text = post(url, "/v1/chat/completions", {"messages": messages, "stream": is_stream}).text
        if is_stream:
            chunks = [json.loads(line[6:]) for line in text.split("\n") if line.startswith("data: {")]
            deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
            found[question] = deltas[-1]["citeline"]
            shown[question] = "".join(delta.get("content", "") for delta in deltas)
        else:
            message = json.loads(text)["choices"][0]["message"]
            found[question], shown[question] = message["citeline"], message["content"]
        assert shown[question] == content(answers[question])
    assert same(found, answers)


@pytest.mark.parametrize("way", ["http", "stdio"])
def test_mcp(url, library, answers, way):
    """The structured content of the tool `ask`."""
    script = f"import sys; sys.path[:0] = {PATHS!r}; import test_ways; test_ways.serve_stdio({str(library)!r})"

    async def run():
        server = StdioServerParameters(command=sys.executable, args=["-c", script])
        found = {}
        async with Client(f"{url}/mcp" if way == "http" else stdio_client(server)) as client:
            for question, before in QUESTIONS:
                given = {"question": question, "history": [found[each] for each in before]}
                result = await client.call_tool("ask", given)
                assert not result.is_error, result
                found[question] = result.structured_content
        return found

    assert same(anyio.run(run), answers)


def test_the_page(url, library, answers):
    """What the page shows a turn of is kept, with the Answer it was made from."""
    found = {}
    for question, before in QUESTIONS:
        reader = Caller(url)
        for each in (*before, question):
            assert "cl-turn" in reader.ask(each)
    kept = "".join(file.read_text(encoding="utf-8") for file in (library / "talks").glob("*.jsonl"))
    for record in (turn["answer"] for turn in map(json.loads, kept.splitlines()) if "answer" in turn):
        found.setdefault(record["question"], record)
    assert len(found) == len(QUESTIONS) and same(found, answers)


def test_a_filter_is_lifted_over_http(url):
    """`everywhere`: the words about articles narrow nothing any more, and the answer says so."""
    question = "Dans les articles de mai 2023, combien d’euros ont coûté les travaux du pont de Vernay ?"
    narrowed = post(url, "/api/ask", {"question": question}).json()
    lifted = post(url, "/api/ask", {"question": question, "everywhere": True}).json()
    assert (narrowed["filter"]["is_applied"], lifted["filter"]["is_applied"]) == (True, False)
    assert (narrowed["claims"], lifted["status"]) == ([], "grounded")
