"""`citeline ask` beside a running `citeline serve`: who is asked, who is not, and that nothing is lost when it
fails."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from command import one_line, run
from fakes import BagEmbedder
from first_line import load, timeless
from heavy import HEAVY
from served import Served, first_line_served, library_of, until

from index.ingestion.indexing import build
from ui.services import announcement as serving
from ui.services.announcement import FILE, Announcer, ask, code_state, find

ROOT = Path(__file__).parents[3]
QUESTION = "Combien d’euros ont coûté les travaux ?"
MODELS = ("first line", "bag")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
def shelf(place):
    """A library that is served by a process of its own."""
    return library_of(
        place, "Le pont de Vernay rouvrira lundi\n\nLes travaux du pont ont coûté 3,2 millions d’euros.\n"
    )


@pytest.fixture(scope="module")
def served(place, shelf):
    with first_line_served(place, shelf, MODELS) as page:
        yield page


# --- who is asked ---------------------------------------------------------------------------------------------------


def test_the_answer_is_as_ones_own(served, shelf, monkeypatch):
    """Key for key, with the library's path as it was typed here."""
    monkeypatch.chdir(shelf.parent)
    answer = ask(Path("library"), QUESTION, *MODELS)
    assert answer.supported and timeless(answer.to_dict()) == timeless(load("library").ask(QUESTION).to_dict())


def test_the_file_is_its_owners_alone(served, shelf):
    """It says how the process can be asked."""
    found = json.loads((shelf / FILE).read_text(encoding="ascii"))
    assert (shelf / FILE).stat().st_mode & 0o777 == 0o600
    assert (found["pid"], f"http://{found['host']}:{found['port']}") == (served.process.pid, served.url)
    assert (found["llm"], found["embedder"], found["library"]) == (*MODELS, str(shelf.resolve()))
    assert [each.name for each in shelf.iterdir() if each.name.startswith(".")] == []


def test_nothing_heavy_is_loaded_to_ask_it(served, shelf):
    """Neither models nor the page: the command is a small program then."""
    code = (
        "import sys, json; from ui import cli; sys.argv[0] = 'citeline'\n"
        "try: cli.main()\nfinally: print(json.dumps(sorted(sys.modules)))"
    )
    options = ["--library", str(shelf), "--llm", MODELS[0], "--embedder", MODELS[1]]
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", QUESTION, *options], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, modules = done.stdout.rsplit("\n[", 1)
    assert "[1] pont.txt:1" in said
    assert not (HEAVY - {"numpy"}) & {name.split(".")[0] for name in json.loads("[" + modules)}


@pytest.mark.parametrize("how", ["--no-server", "CITELINE_NO_SERVER"])
def test_it_can_be_left_alone(served, shelf, how):
    """By an option or a variable: then the models are loaded, which here there are none of."""
    options = ["--library", shelf, "--llm", MODELS[0], "--embedder", MODELS[1]]
    if how.startswith("--"):
        result = run("ask", QUESTION, *options, how)
    else:
        result = run("ask", QUESTION, *options, **{how: "1"})
    assert MODELS[0] in one_line(result)


def test_another_library_of_the_process_is_asked_by_its_name(place, shelf):
    """The page serves several: each has its file, and is asked as programs ask for it."""
    (place / "more").mkdir()
    (place / "more" / "port.txt").write_text("Paul Renaud, head of the port, called it avoidable.\n", encoding="utf-8")
    build(place / "other", BagEmbedder(), [place / "more"])
    (place / "several").mkdir()
    others = f"others={{'other': __import__('pathlib').Path({str(place / 'other')!r})}}"
    loading = f"lambda: __import__('first_line').load({str(shelf)!r})"
    with Served(loading, place / "several", options=f"models={MODELS!r}, {others}") as page:
        until(lambda: (place / "other" / FILE).exists())
        answer = ask(place / "other", "Who is head of the port?", *MODELS)
        assert answer.claims[0].citations[0].span.article_id == "port.txt"
        assert page.end(signal.SIGTERM) == 0
    assert not (place / "other" / FILE).exists()


# --- who is not -----------------------------------------------------------------------------------------------------


@pytest.fixture
def announced(library):
    """A library that this process says it serves, on a port where it listens; the socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        announcer = Announcer("127.0.0.1", listening.getsockname()[1], *MODELS, "t")
        announcer.announce(library, "")
        yield listening
        announcer.withdraw()


def test_other_models_and_other_code_are_somebody_elses(announced, library, monkeypatch):
    """What would answer differently is not asked; a model file is the same by any path to it."""
    assert find(library, *MODELS)
    assert find(library, "none", "bag") is None and find(library, "first line", "e5") is None
    (library / "model.gguf").touch()
    monkeypatch.chdir(library)
    assert serving.model_key("model.gguf") == serving.model_key(str(library / "model.gguf"))
    monkeypatch.setattr(serving, "code_state", lambda: "newer")
    assert find(library, *MODELS) is None


def test_an_edit_anywhere_is_other_code(tmp_path, monkeypatch):
    """In a folder of a folder too; what Python compiles beside the modules is no edit."""
    monkeypatch.setattr(serving, "HERE", tmp_path)
    for name in ("index", "rag/reader", "ui/web/static", "rag/reader/__pycache__"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("index/a.py", "rag/reader/b.py", "ui/web/static/c.js"):
        before = code_state()
        (tmp_path / name).touch()
        os.utime(tmp_path / name, ns=(0, len(name)))
        assert code_state() != before
    before = code_state()
    (tmp_path / "rag/reader/__pycache__/b.pyc").touch()
    assert code_state() == before


def test_another_machine_is_not_asked(announced, library, monkeypatch):
    """A library on a disk that machines share."""
    monkeypatch.setattr(serving.platform, "node", lambda: "elsewhere")
    assert find(library, *MODELS) is None


def test_a_copy_of_the_library_is_not_served(announced, library, tmp_path):
    """Nobody holds the copied file: it is stale, and taken away."""
    import shutil

    shutil.copytree(library, tmp_path / "copy")
    assert find(tmp_path / "copy", *MODELS) is None
    assert not (tmp_path / "copy" / FILE).exists() and (library / FILE).exists()


def test_a_process_that_was_killed_leaves_nothing_that_matters(place, shelf):
    """Its file is found to be stale and taken away, whoever has its port or number now."""
    (place / "killed").mkdir()
    build(place / "killed" / "library", BagEmbedder(), [place / "articles"])
    library = place / "killed" / "library"
    loading = f"lambda: __import__('first_line').load({str(library)!r})"
    with Served(loading, place / "killed", options=f"models={MODELS!r}") as page:
        until(lambda: (library / FILE).exists())
        assert find(library, *MODELS)
        page.end(signal.SIGKILL)
    assert (library / FILE).exists()
    assert ask(library, QUESTION, *MODELS) is None
    assert not (library / FILE).exists()


def test_the_last_process_to_come_is_asked(library):
    """The file of a second one stays when the first one ends."""
    first, second = (Announcer("127.0.0.1", port, *MODELS, "t") for port in (1, 2))
    first.announce(library, "")
    second.announce(library, "")
    first.withdraw()
    assert find(library, *MODELS).port == 2
    second.withdraw()
    assert find(library, *MODELS) is None and not (library / FILE).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": 1}', "\x00"])
def test_nonsense_in_the_file_is_nobody(library, text):
    """Held or not."""
    import fcntl

    (library / FILE).write_text(text, encoding="ascii")
    with (library / FILE).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert find(library, *MODELS) is None and (library / FILE).exists()
    assert find(library, *MODELS) is None and not (library / FILE).exists()


def test_a_link_is_not_followed(library, tmp_path):
    """Whoever can write there cannot lead elsewhere."""
    (tmp_path / "elsewhere").write_text("{}", encoding="ascii")
    (library / FILE).symlink_to(tmp_path / "elsewhere")
    assert find(library, *MODELS) is None and (tmp_path / "elsewhere").exists()


def test_a_library_that_cannot_be_written_is_served_all_the_same(library):
    """There is no file then, and no error."""
    Announcer("127.0.0.1", 1, *MODELS, "t").announce(library / "gone", "")


# --- what goes wrong there --------------------------------------------------------------------------------------------


def answering(listening, reply):
    """Answer the next caller with these bytes."""

    def answer():
        caller, _ = listening.accept()
        with caller:
            caller.recv(65536)
            caller.sendall(reply)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\n\r\n{}",
        HEAD,
        HEAD + b": waiting\n\n",
        HEAD + b"data: {broken\n\n",
        HEAD + b"data: []\n\n",
        HEAD + b'event: error\ndata: {"done": true, "error": "failed"}\n\n',
        HEAD + b'data: {"done": true, "answer": {"question": "Qui ?"}}\n\n',
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_whatever_goes_wrong_there_one_answers_oneself(announced, library, reply):
    """No answer, an error, half an answer or something else: None, and no exception."""
    thread = answering(announced, reply)
    assert ask(library, QUESTION, *MODELS) is None
    thread.join(5)


def test_a_server_that_says_nothing_is_given_up(announced, library, monkeypatch):
    """It is alive but hangs."""
    monkeypatch.setattr(serving, "SILENCE_SECONDS", 0.2)
    assert ask(library, QUESTION, *MODELS) is None


def test_an_answer_from_before_the_last_change_is_not_taken(announced, library, folder):
    """What was published since is not served there yet."""
    answer = load(library).ask(QUESTION)
    reply = HEAD + b"data: " + json.dumps({"done": True, "answer": answer.to_dict()}).encode("ascii") + b"\n\n"
    thread = answering(announced, reply)
    assert ask(library, QUESTION, *MODELS).claims == answer.claims
    thread.join(5)
    (folder / "neu.txt").write_text("Un autre article.\n", encoding="utf-8")
    build(library, BagEmbedder(), [folder])
    thread = answering(announced, reply)
    assert ask(library, QUESTION, *MODELS) is None
    thread.join(5)
