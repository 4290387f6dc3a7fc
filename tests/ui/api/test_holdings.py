"""Files, dates and comparisons over HTTP: what the commands say of them, from the same library."""

from __future__ import annotations

import json
from types import SimpleNamespace

import httpx
import pytest
from command import run
from dispatches import DISPATCH
from fakes import BagEmbedder
from served import Served, until

from index.ingestion import build
from index.storage import Library, writing
from ui.formats.html import escape_key

PAPER = ("Costerive perd sa fromagerie", *DISPATCH[:4], DISPATCH[4].replace("3 millions", "4 millions"), *DISPATCH[6:])
HOSTILE = '<b>été & "co".txt'


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server, and the library behind it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "in").mkdir()
    texts = {"agence.txt": DISPATCH, "courrier.txt": PAPER, HOSTILE: ("Un titre", "Publié le 3 mai 2021", "Du texte.")}
    for name, lines in texts.items():
        (folder / "in" / name).write_text("\n\n".join(lines), encoding="utf-8")
    (folder / "in" / "deux.csv").write_text('title;text\nUn;"Le premier."\nDeux;"Le deuxième."\nTrois;""\n', "utf-8")
    (folder / "in" / "rien.txt").write_text("  \n", encoding="utf-8")
    build(folder / "library", BagEmbedder(), [folder / "in"])
    load = "lambda: __import__('fakes').plain_answerer('library')"
    with Served(load, folder) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready")
        yield SimpleNamespace(url=page.url, library=folder / "library")


def post(served, path, **body):
    return httpx.post(f"{served.url}/api/{path}", json=body, timeout=30)


def test_each_file_is_accounted_for_as_the_command_does(served):
    listed = httpx.get(f"{served.url}/api/files").json()
    assert {each["file"].rpartition("/")[2] for each in listed["files"]} == {
        "agence.txt", "courrier.txt", HOSTILE, "deux.csv", "rien.txt"
    }  # fmt: skip
    for name in ("courrier", "deux.csv", "rien.txt", ".txt"):
        found = httpx.get(f"{served.url}/api/files", params={"file": name}).json()
        said = json.loads(run("status", "--file", name, "--library", served.library, "--json").stdout)
        assert found == {"generation": listed["generation"], "files": said} and said
    (many,) = httpx.get(f"{served.url}/api/files?file=deux.csv").json()["files"]
    assert (many["found"], many["read"], len(many["skipped"])) == (3, 2, 1)


@pytest.mark.parametrize("name", ["nulle part", "", "../../etc/passwd", "x" * 9000])
def test_a_file_that_is_none_is_one_line(served, name):
    reply = httpx.get(f"{served.url}/api/files", params={"file": name})
    assert reply.status_code == 404 and "GET /api/files" in reply.json()["error"] and len(reply.content) < 500


def test_a_date_is_corrected_and_taken_back(served):
    """By id or key; the command and every other way in see it."""
    for name in (HOSTILE, escape_key(HOSTILE)):
        for day in ("2024-03-03", "2024-03", "1850"):
            found = post(served, "date", article=name, date=day).json()
            assert (found["id"], found["date"], found["date_from"]) == (HOSTILE, day, "corrected")
            assert found["in_file"] == {"date": "2021-05-03", "date_from": "line"}
            listed = {each["id"]: each for each in httpx.get(f"{served.url}/api/articles").json()["articles"]}
            assert listed[HOSTILE] | {"in_file": found["in_file"]} == found
            assert Library.open(served.library).by_id[HOSTILE].date == day
        found = post(served, "date", article=name, date=None).json()
        assert (found["date"], found["date_from"]) == ("2021-05-03", "line")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"article": "agence.txt", "date": "2023-02-29"}, 400, "date must be a day"),
        ({"article": "agence.txt", "date": "3 mars 2024"}, 400, "2024-03-03"),
        ({"article": "agence.txt", "date": ""}, 400, "date must be a day"),
        ({"article": "agence.txt", "date": 2024}, 400, "date must be a day"),
        ({"article": "agence.txt", "date": ["2024"]}, 400, "date must be a day"),
        ({"article": "agence.txt"}, 400, "date must be a day"),
        ({"date": "2024"}, 400, "article must be the id"),
        ({"article": 3, "date": "2024"}, 400, "article must be the id"),
        ({"article": "agence.txt", "date": "2024", "reset": True}, 400, "'reset' is not known"),
        ({"article": "parti.txt", "date": "2024"}, 404, "GET /api/articles"),
        ({"article": "agence.txt", "date": "2024", "library": "autre"}, 404, "no library"),
    ],
)
def test_what_is_no_date_changes_nothing(served, body, status, said):
    before = Library.open(served.library).generation
    reply = post(served, "date", **body)
    assert reply.status_code == status and said in reply.json()["error"] and "\n" not in reply.json()["error"]
    assert Library.open(served.library).generation == before


def test_a_library_that_is_being_written_says_when_to_come_again(served):
    with writing(served.library):
        reply = post(served, "date", article="agence.txt", date="2024")
    assert reply.status_code == 503 and reply.headers["retry-after"] and reply.json()["error"]
    assert Library.open(served.library).by_id["agence.txt"].date_from != "corrected"


def test_two_articles_are_compared_as_the_command_does(served):
    said = json.loads(run("compare", "agence", "courrier", "--library", served.library, "--json").stdout)
    assert said["is_copy"] and said["counts"]["changed"] == 1 and said["counts"]["cut"] == 1
    assert post(served, "compare", a="agence.txt", b="courrier.txt").json() == said
    assert post(served, "compare", a=escape_key("agence.txt"), b=escape_key("courrier.txt")).json() == said


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"a": "agence.txt", "b": "agence.txt"}, 400, "one article"),
        ({"a": "agence.txt", "b": escape_key("agence.txt")}, 400, "one article"),
        ({"a": "agence.txt", "b": "parti.txt"}, 404, "GET /api/articles"),
        ({"a": "agence.txt"}, 400, "b must be the id"),
        ({"a": {}, "b": "agence.txt"}, 400, "a must be the id"),
    ],
)
def test_what_cannot_be_compared_is_one_line(served, body, status, said):
    reply = post(served, "compare", **body)
    assert reply.status_code == status and said in reply.json()["error"]


@pytest.mark.parametrize("path", ["files", "date", "compare"])
@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_site_neither_reads_nor_corrects(served, path, headers):
    before = Library.open(served.library).generation
    if path == "files":
        reply = httpx.get(f"{served.url}/api/files", headers=headers)
    else:
        body = {"article": "agence.txt", "date": "2024", "a": "agence.txt", "b": "courrier.txt"}
        reply = httpx.post(f"{served.url}/api/{path}", json=body, headers=headers)
    assert reply.status_code == 403 and Library.open(served.library).generation == before
    assert httpx.post(f"{served.url}/api/date", content="{}", headers={"Content-Type": "text/plain"}).status_code == 415
