"""The Model Context Protocol with the SDK's own client, over HTTP and over stdin and stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import anyio
import httpx
import pytest
from http_calls import BRIDGE
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from places import PATHS
from served import ANSWERS, ARTICLES, HOSTILE, ScriptedAnswerer, Served, until

from ui.api.mcp import MOST_LINES, TOOLS, over_stdio
from ui.services.host import LibraryHost

ROOT = Path(__file__).parents[3]


class FindingAnswerer(ScriptedAnswerer):
    """Finds the same passages for every query."""

    def search(self, library, question, language):
        return ANSWERS[BRIDGE].hits


class NoisyAnswerer(FindingAnswerer):
    """Prints when it is loaded, as libraries do."""

    def __init__(self):
        super().__init__()
        print("noise on stdout", flush=True)
        os.write(1, b"noise below Python\n")


def serve_noisily():
    """What the process of `stdio` runs."""
    over_stdio(LibraryHost(NoisyAnswerer))


SCRIPT = f"import sys; sys.path[:0] = {PATHS!r}; import test_mcp; test_mcp.serve_noisily()"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with Served("__import__('test_mcp').FindingAnswerer", tmp_path_factory.mktemp("served")) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready")
        yield page


@pytest.fixture(params=["http", "stdio"])
def connect(request, page):
    """Runs `use(client)` with a client connected one way."""

    def connect(use, **options):
        async def run():
            server = StdioServerParameters(command=sys.executable, args=["-c", SCRIPT])
            target = f"{page.url}/mcp" if request.param == "http" else stdio_client(server)
            async with Client(target, **options) as client:
                return await use(client)

        return anyio.run(run)

    return connect


def called(connect, tool, **given):
    return connect(lambda client: client.call_tool(tool, given))


def test_the_tools_describe_themselves(connect):
    """Name, what for, arguments and result as JSON Schema; all of them only read."""
    listed = connect(lambda client: client.list_tools()).tools
    assert [tool.name for tool in listed] == list(TOOLS)
    assert [tool.input_schema.get("required") for tool in listed] == [
        ["question"],
        ["text"],
        ["query"],
        ["article"],
        None,
    ]
    for tool in listed:
        assert tool.input_schema["properties"]["library"]["type"] == "string"
        assert tool.input_schema["additionalProperties"] is False
        assert tool.description and tool.input_schema["type"] == tool.output_schema["type"] == "object"
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_question_gets_its_answer(connect, mode):
    """As structured content, the Answer; as text, sentences with sources, for clients old and new."""
    result = connect(lambda client: client.call_tool("ask", {"question": BRIDGE}), mode=mode)
    assert result.structured_content == ANSWERS[BRIDGE].to_dict() and not result.is_error
    assert "[2] pont.txt:7  Les piétons pourront" in result.content[0].text


def test_who_wants_to_know_is_told_how_far_it_is(connect):
    """Progress with a number that grows."""
    told = []

    async def progress(done, total, message):
        told.append((done, message))

    connect(lambda client: client.call_tool("ask", {"question": BRIDGE}, progress_callback=progress))
    assert "reading" in [message for _, message in told]
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_articles_can_be_searched_listed_and_read(connect):
    """Passages with their lines, the list, and lines numbered as citations count them; a long article by parts."""
    hits = called(connect, "search", query="Quand ?")
    assert hits.structured_content["hits"] == ANSWERS[BRIDGE].to_dict()["hits"]
    assert hits.content[0].text.startswith("pont.txt:5-7\nFermé")
    listed = called(connect, "list_articles").structured_content["articles"]
    assert [each["id"] for each in listed] == list(ARTICLES)
    read = called(connect, "read_article", article="pont.txt", first=5, last=6)
    assert [line["n"] for line in read.structured_content["lines"]] == [5, 6]
    assert read.content[0].text.startswith("5\tFermé")
    long = called(connect, "read_article", article="registre.txt", first=11).structured_content
    assert (len(long["lines"]), long["n_lines"]) == (MOST_LINES, 5000)


@pytest.mark.parametrize(
    ("tool", "given", "said"),
    [
        ("ask", {}, "question is empty"),
        ("ask", {"question": "\0\ud800".replace("\ud800", "")}, "question is empty"),
        ("ask", {"question": "x" * 3000}, "3,000 characters"),
        ("ask", {"question": 3}, "not int"),
        ("ask", {"question": BRIDGE, "history": "x"}, "history"),
        ("ask", {"question": BRIDGE, "library": "x"}, "there is no library 'x'"),
        ("ask", {"question": BRIDGE, "library": 3}, "library must be a name"),
        ("ask", {"question": BRIDGE, "temperature": 1}, "not 'temperature'"),
        ("ask", {"question": BRIDGE, "everywhere": "yes"}, "everywhere must be true or false"),
        ("read_article", {}, "article must be the id"),
        ("search", {"query": ""}, "question is empty"),
        ("read_article", {"article": "../../etc/passwd"}, "there is no article"),
        ("read_article", {"article": 3}, "article must be the id"),
        ("read_article", {"article": "pont.txt", "first": 99}, "1 to 13"),
        ("read_article", {"article": "pont.txt", "first": [1]}, "1 to 13"),
        ("ask", {"question": "panne"}, "The answer failed"),
        ("check", {}, "the text is empty"),
        ("check", {"text": "… !"}, "the text is empty"),
        ("check", {"text": 3}, "must be a text, not int"),
        ("check", {"text": "x" * 20_001}, "20,001 characters, the limit is 20,000"),
        ("check", {"text": "The bridge is closed.", "library": "x"}, "there is no library 'x'"),
        ("check", {"text": "The bridge is closed."}, "there is no checker"),
    ],
)
def test_what_cannot_be_done_is_a_result_in_one_line(connect, tool, given, said):
    """`isError` with the line that the other ways give; no traceback, no path."""
    result = called(connect, tool, **given)
    text = result.content[0].text
    assert result.is_error and said in text and "\n" not in text and "hunter2" not in text


def test_hostile_text_is_only_text(connect):
    """The Answer as it is; what is to be read has no character that steers a terminal."""
    result = called(connect, "ask", question=HOSTILE)
    assert result.structured_content == ANSWERS[HOSTILE].to_dict() and "\u202e" not in result.content[0].text


def test_who_gives_up_stops_the_model(connect, page):
    """A call that is cancelled frees the model for the next one."""

    async def use(client):
        with anyio.move_on_after(1.5):
            await client.call_tool("ask", {"question": "longue"})
        with anyio.fail_after(20):
            return await client.call_tool("ask", {"question": BRIDGE})

    assert connect(use).structured_content == ANSWERS[BRIDGE].to_dict()
    until(lambda: not httpx.get(f"{page.url}/api/status").json()["queue"]["busy"])


def test_nothing_but_the_protocol_is_on_stdout(tmp_path):
    """Every line is JSON-RPC although libraries print; the process ends with its stdin, and says nothing of it."""
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
    call = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": BRIDGE}},
    }
    lines = [hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}, "not JSON", call]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        process.stdin.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        process.stdin.flush()
        said = []
        while not any(each.get("id") == 2 for each in said):
            said.append(json.loads(process.stdout.readline()))
        process.stdin.close()
        assert process.stdout.read() == b"" and process.wait(20) == 0
        assert b"noise on stdout" in process.stderr.read()
    assert {each["jsonrpc"] for each in said} == {"2.0"}
    assert said[-1]["result"]["structuredContent"] == ANSWERS[BRIDGE].to_dict()


def test_a_library_that_is_not_there_is_said_before_anything_starts(tmp_path):
    """One line on stderr, exit code 1, nothing on stdout."""
    command = [sys.executable, "-m", "ui.cli", "mcp", "--library", str(tmp_path / "none")]
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, stdin=subprocess.DEVNULL)
    assert result.returncode == 1 and result.stdout == "" and "citeline index FOLDER" in result.stderr
    assert len(result.stderr.splitlines()) == 1
