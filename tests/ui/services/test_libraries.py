"""Several libraries: each has a name and a page, the models are loaded once, no two pages get in each other's way."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx
import pytest
from fakes import BagEmbedder, plain_answerer
from served import Caller, Served, raw, until

from index.errors import LibraryError
from index.ingestion.estimate import keep_pace
from index.ingestion.indexing import build
from index.storage.library import Library, default_path
from ui.services import libraries
from ui.services.host import LibraryHost
from ui.services.libraries import NameRefused, address, names_of, table


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of its own."""
    monkeypatch.delenv("CITELINE_LIBRARY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "citeline"


@pytest.fixture
def loaded(library, home):
    """The libraries of a page whose models are there."""
    host = LibraryHost(lambda: plain_answerer(library), {}, "main")
    host.main.load()
    assert host.main.error == ""
    return host


def test_a_library_is_made_by_its_name(loaded, home):
    """Empty, in the data folder, with a page at its address; its Answerer shares every model with the first."""
    mounted = []
    loaded.when_created.append(lambda library: mounted.append(library.name))
    assert loaded.create("Presse_2024") == "/library/Presse_2024/" and mounted == ["Presse_2024"]
    made = loaded.libraries["Presse_2024"]
    assert made.loaded.wait(20) and made.error == ""
    main = loaded.libraries[""].answerer
    assert made.answerer.embedder is main.embedder and made.answerer.asking is main.asking
    assert made.answerer.library_path == home / "libraries" / "Presse_2024"
    assert made.answerer.articles() == [] and made.answerer.ask("Quand le pont rouvre-t-il ?").status == "abstained"
    assert libraries.named() == {"Presse_2024": home / "libraries" / "Presse_2024"}


def test_what_is_done_for_a_library_is_done_for_one_that_is_made_later(library, home):
    """Such as to watch its folders, and to say where it is served: once each, when its Answerer is there."""
    told = []
    host = LibraryHost(lambda: plain_answerer(library), {}, "main")
    host.when_loaded.append(lambda each: told.append((each.name, each.answerer.library_path)))
    host.start()
    assert host.main.loaded.wait(20)
    host.create("presse")
    assert host.libraries["presse"].loaded.wait(20)
    assert told == [("", library), ("presse", home / "libraries" / "presse")]


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", "/etc", "-rf", ".x", "a b", "é", "x" * 41, "x\0", "x\n", "PRESSE"]
)
def test_a_name_is_never_a_path(loaded, home, name):
    """Letters, digits, - and _; one that is taken in other letters is taken."""
    loaded.create("presse")
    with pytest.raises(NameRefused):
        loaded.create(name)
    assert [each.name for each in (home / "libraries").iterdir()] == ["presse"]


def test_an_unfinished_library_leaves_room_for_an_empty_one(tmp_path):
    keep_pace(tmp_path, "bag", 10_000, 60)
    for name in ("gen", "ocr", "cache", "talks"):
        (tmp_path / name).mkdir()
    libraries.require_room(tmp_path)
    (tmp_path / "notes.txt").write_text("Notes", encoding="utf-8")
    with pytest.raises(LibraryError, match="contains files but no library"):
        libraries.require_room(tmp_path)


def test_folders_have_names(tmp_path):
    """Of safe characters, no two the same."""
    paths = [tmp_path / "a" / "presse", tmp_path / "b" / "presse", tmp_path / "été <b>", tmp_path / "…"]
    assert list(names_of(paths)) == ["presse", "presse-2", "t-b", "library"]


def test_the_table_lists_what_has_a_name(home, folder, embedder):
    """The default library first, then the others with what they hold."""
    build(home / "libraries" / "presse", embedder, [folder])
    (home / "libraries" / "nothing").mkdir()
    first, second = table()
    assert first.startswith("(default)") and str(default_path()) in first
    assert second.split()[:3] == ["presse", "2", "articles"]


def test_the_command_lists_them(home, folder, embedder):
    """As `citeline libraries`, without loading anything heavy."""
    build(home / "libraries" / "presse", embedder, [folder])
    told = subprocess.run([sys.executable, "-m", "ui.cli", "libraries"], capture_output=True, text=True, check=True)
    assert "presse" in told.stdout and "2 articles" in told.stdout


def load(path):
    return plain_answerer(path)


@pytest.fixture
def two(tmp_path, home):
    """A page for two libraries of one article each."""
    for name, text in (
        ("one", "Le pont de Vernay rouvrira lundi matin."),
        ("two", "Le port de Brenn rouvrira mardi soir."),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(f"{text[:-1]} enfin\n\n{text}", encoding="utf-8")
        build(tmp_path / f"lib-{name}", BagEmbedder(), [tmp_path / name])
    main, other = (str(tmp_path / f"lib-{name}") for name in ("one", "two"))
    more = f"main_name='one', others={{'two': __import__('pathlib').Path({other!r})}}, watch=True"
    served = Served(f"lambda: __import__('fakes').plain_answerer({main!r}), {more}", tmp_path)
    yield served
    served.end(signal.SIGKILL)


def test_each_library_answers_on_its_own_page(two, tmp_path):
    """At the same time, from its own articles; the guard and the security headers are those of the first page."""
    first, second = Caller(two.url), Caller(f"{two.url}/library/two")
    until(lambda: "lundi" in first.ask("Quand le pont de Vernay rouvrira-t-il ?"), 60)
    until(lambda: "mardi" in second.ask("Quand le port de Brenn rouvrira-t-il ?"), 60)
    assert "mardi" not in first.ask("Quand le port de Brenn rouvrira-t-il ?")
    page = httpx.get(f"{two.url}/library/two/")
    assert page.status_code == 200 and "nonce-" in page.headers["content-security-policy"]
    assert raw(two.url, "Host: evil.example", path="/library/two/")[0] == 400
    for path in ("gradio_api/upload", "gradio_api/file=/etc/passwd", "docs", "..%2f..%2fetc/passwd"):
        assert httpx.get(f"{two.url}/library/two/{path}").status_code in (400, 403, 404)
    reply = httpx.post(
        f"{two.url}/library/two/shelf/upload?name=x.txt", content=b"Un titre",
        headers={"Content-Type": "application/octet-stream"},
    )  # fmt: skip
    assert reply.json() == {"kept": "x.txt"} and (tmp_path / "lib-two" / "added" / "x.txt").exists()


def test_serve_watches_every_library(two, tmp_path):
    """A file that is put into a folder of either is in, without a click."""
    for name in ("one", "two"):
        (tmp_path / name / "neuf.txt").write_text("Un titre tout neuf\n\nDu texte.")
    for name in ("one", "two"):
        until(lambda name=name: "neuf.txt" in Library.open(tmp_path / f"lib-{name}").by_id, 60)


def test_the_main_library_is_at_the_root():
    """Whatever it is called."""
    assert (address(""), address("presse")) == ("/", "/library/presse/")
