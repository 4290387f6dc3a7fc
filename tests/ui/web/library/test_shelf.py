"""What changes a library from the page: jobs that can be stopped, articles taken off and put back, hostile names."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fakes import BagEmbedder, keep_copy
from served import Served, until

from index import disk
from index.documents.file_kinds import MAX_BYTES, MOST_BYTES
from index.errors import CorpusError
from index.ingestion.indexing import build
from index.ingestion.reading import changed_since
from index.storage.library import Library, added_folder
from rag.pipeline.answerer import Answerer
from rag.reader.lexical import OverlapReader
from ui.formats.html import escape_key
from ui.i18n.catalog import shelf_words
from ui.services.host import LibraryHost
from ui.services.jobs import Shelf, Wish
from ui.web.library.controller import Asked, ShelfView
from ui.web.library.copies import NotTaken, safe_name
from ui.web.library.listing import PAGE_ROWS, SORTS, Listing
from ui.web.library.view import ended_html, frame_html, short_date, side_html, table_html


class Gated(BagEmbedder):
    """Embeds a group each time it is let."""

    def __init__(self):
        super().__init__()
        self.gate = threading.Semaphore(0)

    def encode(self, texts):
        assert self.gate.acquire(timeout=20)
        return super().encode(texts)


def view_of(answerer):
    """The shelf of a page whose models are loaded."""
    host = LibraryHost(lambda: answerer)
    host.main.load()
    return ShelfView(host.main, host)


def answerer(library, embedder=None):
    return Answerer(library, embedder or BagEmbedder(), OverlapReader(), None)


def ended(shelf):
    until(lambda: shelf.job.state not in ("idle", "running"), 20)
    return shelf.job


def many(folder, n=40):
    for number in range(n):
        (folder / f"n{number:02}.txt").write_text(f"Titre {number}\n\nLe corps du numéro {number} parle du pont.")


# --- jobs ---------------------------------------------------------------------------------------------------------


def test_a_job_tells_its_phases_and_what_it_did(library, folder):
    """Every phase up to its end, then the report; the Answerer serves the new generation."""
    shelf = Shelf(answerer(library))
    told, tell = [], shelf._progress
    shelf._progress = lambda *each: (told.append(each), tell(*each))
    (folder / "neuf.txt").write_text("Le musée\n\nLe musée de Vernay ouvre mardi.")
    assert shelf.wish(Wish())
    job = ended(shelf)
    assert (job.state, job.report.added, job.error) == ("done", ("neuf.txt",), "")
    assert list(dict.fromkeys(each[0] for each in told)) == ["reading", "preparing", "embedding", "publishing"]
    assert "neuf.txt" in shelf.answerer.library.by_id


def test_a_stopped_job_keeps_what_was_embedded(library, folder):
    """Nothing is published, the next job embeds only the rest; questions are answered from the old state meanwhile."""
    many(folder)
    embedder = Gated()
    embedder.gate.release()  # one group
    shelf = Shelf(answerer(library, embedder))
    shelf.wish(Wish())
    until(lambda: shelf.job.phase == "embedding" and shelf.job.done > 0)
    shelf.stop()
    embedder.gate.release()
    assert ended(shelf).state == "stopped"
    first = list(embedder.encoded)
    assert first and Library.open(library).generation == 1
    for _ in range(200):
        embedder.gate.release()
    shelf.wish(Wish())
    assert ended(shelf).report.n_articles == 42
    assert not set(first) & set(embedder.encoded[len(first) :])


def test_a_question_is_answered_while_a_job_runs(library, folder):
    """From what was published before; indexing stands aside for as long as the question is being answered."""
    many(folder)
    embedder = Gated()
    shelf = Shelf(answerer(library, embedder))
    with shelf.answerer.asking:
        shelf.wish(Wish())
        for _ in range(300):
            embedder.gate.release()
        time.sleep(0.3)
        assert shelf.job.state == "running" and embedder.encoded == []
    assert ended(shelf).state == "done"
    answer = shelf.answerer.ask("Quand le pont de Vernay rouvrira-t-il ?")
    assert "lundi" in answer.text and answer.generation == 2


def test_indexing_ends_under_any_load(library, folder):
    """A question that never ends holds it up for a while, not for ever."""
    (folder / "neuf.txt").write_text("Le musée\n\nIl ouvre.")
    shelf = Shelf(answerer(library), patience_s=0.2)
    with shelf.answerer.asking:
        shelf.wish(Wish())
        assert ended(shelf).report.added == ("neuf.txt",)


def test_the_old_generation_answers_while_the_new_one_is_opened(library, folder, embedder, monkeypatch):
    """Whoever asks in that moment does not wait for it."""
    serving = answerer(library)
    (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
    build(library, embedder)
    opening, go = threading.Event(), threading.Event()
    open_ = serving._open
    monkeypatch.setattr(serving, "_open", lambda: (opening.set(), go.wait(20), open_())[2])
    thread = threading.Thread(target=lambda: serving.library)
    thread.start()
    assert opening.wait(20) and serving.library.generation == 1
    go.set()
    thread.join()
    assert serving.library.generation == 2


def test_wishes_are_done_one_after_the_other(library, folder):
    """Each with its own report, in their order."""
    shelf = Shelf(answerer(library))
    for wish in (Wish(exclude=("port.txt",)), Wish(include=("port.txt",)), Wish(exclude=("pont.txt",))):
        assert shelf.wish(wish)
    until(lambda: len(shelf.ended) == 3, 20)
    assert [each.report.removed + each.report.added for each in shelf.ended] == [
        ("port.txt",), ("port.txt",), ("pont.txt",),
    ]  # fmt: skip
    assert [each.number for each in shelf.ended] == [1, 2, 3]


def test_a_busy_library_is_one_line(library, folder):
    """Another process writes: the job says so and changes nothing."""
    shelf = Shelf(answerer(library))
    with disk.writer_lock(library):
        shelf.wish(Wish())
        job = ended(shelf)
    assert job.state == "failed" and "being written" in job.error and "\n" not in job.error
    shelf.wish(Wish())
    until(lambda: shelf.job.state == "done")


# --- taken off, put back --------------------------------------------------------------------------------------------


def test_an_article_that_is_taken_off_stays_off(library, folder, embedder):
    """Its file is not touched, later builds leave it out even when it changes; put back it is what it was."""
    report = build(library, embedder, exclude=["port.txt"])
    assert report.removed == ("port.txt",) and (folder / "port.txt").exists()
    assert build(library, embedder).is_noop and changed_since(Library.open(library)) == {}
    (folder / "port.txt").write_text("Un autre texte\n\nTout neuf.")
    build(library, embedder, rebuild=True)
    opened = Library.open(library)
    assert list(opened.by_id) == ["pont.txt"]
    assert [(each.id, each.title) for each in opened.manifest.excluded] == [
        ("port.txt", "Port strike ends after nine days")
    ]
    assert build(library, embedder, include=["port.txt"]).added == ("port.txt",)
    assert Library.open(library).manifest.excluded == ()


def test_an_excluded_article_stays_off_when_its_id_grows(library, folder, tmp_path, embedder):
    """A second folder with a file of that name: each keeps what was decided for it."""
    build(library, embedder, exclude=["port.txt"])
    other = tmp_path / "ailleurs"
    other.mkdir()
    (other / "port.txt").write_text("Le port de Brenn\n\nIl est ouvert.")
    build(library, embedder, [other])
    assert {article.title for article in Library.open(library).articles} == {
        "Le pont de Vernay rouvrira lundi", "Le port de Brenn",
    }  # fmt: skip


def test_forgetting_a_folder_forgets_what_was_taken_off_it(library, folder, tmp_path, embedder):
    """A file of the same name in another folder is an article like any other."""
    build(library, embedder, exclude=["port.txt"])
    build(library, embedder, forget=[folder])
    assert Library.open(library).manifest.excluded == ()


@pytest.mark.parametrize("wish", [{"exclude": ["nowhere.txt"]}, {"include": ["pont.txt"]}])
def test_what_is_not_there_cannot_be_taken_off_or_put_back(library, embedder, wish):
    """One line that names it."""
    with pytest.raises(CorpusError, match=r"nowhere.txt|pont.txt"):
        build(library, embedder, **wish)


def test_a_manifest_from_before_has_nothing_taken_off(library):
    """A library that was built before articles could be taken off is read as it is."""
    import hashlib

    served = library / "gen" / "00000001" / "manifest.json"
    fields = json.loads(served.read_bytes())
    del fields["excluded"]
    data = json.dumps(fields).encode()
    served.write_bytes(data)
    (library / "CURRENT").write_text(f"1 {hashlib.sha256(data).hexdigest()}\n")
    assert Library.open(library).manifest.excluded == ()


def test_all_articles_can_be_taken_off(library, embedder):
    """The library is then empty, not broken, and they can be put back."""
    build(library, embedder, exclude=["pont.txt", "port.txt"])
    assert build(library, embedder).n_articles == 0
    assert build(library, embedder, include=["pont.txt"]).added == ("pont.txt",)


def test_an_article_knows_when_it_was_taken_in(library, folder, embedder):
    """A later build does not make an old article look new."""
    before = {each.id: each.indexed for each in Library.open(library).articles}
    (folder / "neuf.txt").write_text("Neuf\n\nDu texte.")
    build(library, embedder)
    after = {each.id: each.indexed for each in Library.open(library).articles}
    assert after.pop("neuf.txt") > before["pont.txt"] > 0 and after == before


# --- copied in ------------------------------------------------------------------------------------------------------

HOSTILE_NAMES = [
    "../../x.txt", "..\\..\\x.txt", "/etc/passwd.txt", "C:\\x.txt", "CON.txt", "com1.md", "lpt¹.txt", "nul.txt", ".txt",
    "..txt", "...md", "a" * 300 + ".txt", "é" * 300 + ".txt", "\u202etxt.exe.txt", "a\u200f\u2066b.txt", "a\0b.txt", "a\nb.txt",
    "-rf.txt", "~.txt", "$(id).txt", "<img src=x>.txt", "a/../../b.txt", " .txt", "%2e%2e%2fx.txt", "\ud800.txt", "x.txt\0.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_a_file_name_is_ours(library, name):
    """Whatever it was called, it lies in the library's folder, under a name of safe characters, and is an article."""
    path = keep_copy(library, name, b"Un titre\n\nUn texte.")
    assert path.parent == added_folder(library) and path.is_file() and path.resolve() == path
    assert len(path.name.encode()) <= 140 and not path.name.startswith((".", "-", " "))
    assert path.stem.lower() not in ("con", "com1", "nul", "lpt¹")
    assert all(unicodedata.category(char)[0] in "LMN" or char in "-_ ." for char in path.name)


def test_no_copy_overwrites_another(library):
    """The same name with other bytes gets a number; the same bytes are there already."""
    first, second = (keep_copy(library, "a.txt", data) for data in (b"un", b"deux"))
    assert (first.name, second.name) == ("a.txt", "a-2.txt")
    assert (first.read_bytes(), second.read_bytes()) == (b"un", b"deux")
    with pytest.raises(NotTaken, match="known"):
        keep_copy(library, "a.txt", b"deux")
    (added_folder(library) / "lien.txt").symlink_to("/etc/passwd")
    assert keep_copy(library, "lien.txt", b"trois").name == "lien-2.txt"


@pytest.mark.parametrize(("name", "data", "why"), [
    ("a.exe", b"x", "kind"), ("a", b"x", "kind"), ("", b"x", "kind"), ("txt", b"x", "kind"), ("a.txt/", b"x", "kind"),
    ("a.txt", b"", "empty"), ("a.txt", bytes(MAX_BYTES + 1), "large"),
], ids=str)  # fmt: skip
def test_what_is_no_article_is_not_copied(library, name, data, why):
    """The reason is one of the page's lines; nothing is left on the disk."""
    with pytest.raises(NotTaken, match=why):
        keep_copy(library, name, data)
    assert not added_folder(library).exists() or not list(added_folder(library).iterdir())
    assert all(f"not_{why}" in shelf_words(lang) for lang in ("fr", "en"))


def test_a_copy_is_deleted_when_it_is_removed_and_an_owners_file_is_not(library, folder):
    """The page asks differently for the two, and the last copy can go too."""
    view = view_of(answerer(library))
    copy = keep_copy(library, "musee.txt", b"Le musee\n\nLe musee ouvre mardi.")
    assert view.act(Asked(do="uploaded")) == {} and ended(view.shelf).report.added == ("musee.txt",)
    listed = view.rows(Asked())["list"]
    assert listed.count("elle sera effacée") == 1 and listed.count("Son fichier reste") == 2
    for id in ("musee.txt", "port.txt"):
        assert view.act(Asked(do="remove", what=escape_key(id))) == {}
        until(lambda: view.shelf.job.state == "done")
    assert not copy.exists() and (folder / "port.txt").exists()
    assert list(view.shelf.answerer.library.by_id) == ["pont.txt"]
    assert [each.id for each in view.shelf.answerer.library.manifest.excluded] == ["port.txt"]


def test_the_librarys_own_folder_is_read_inside_a_folder_that_is(tmp_path, embedder):
    """A library that lies in a folder of articles: its copies are articles, its other files are not."""
    (tmp_path / "a.txt").write_text("A\n\nDu texte.")
    library = tmp_path / "library"
    build(library, embedder, [tmp_path])
    keep_copy(library, "b.txt", b"B\n\nDu texte.")
    assert build(library, embedder, [added_folder(library)]).added == ("b.txt",)
    assert build(library, embedder).is_noop


# --- what the page asks for -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", [
    None, 3, "x", [], {}, {"do": 3}, {"do": "remove", "what": "zz"}, {"do": "remove", "what": escape_key("../../etc/passwd")},
    {"do": "forget", "what": escape_key("/")}, {"do": "restore", "what": escape_key("pont.txt")}, {"do": "add", "what": "x" * 9000},
    {"do": "add", "what": ""}, {"do": "add", "what": "articles"}, {"do": "add", "what": "/no/such\0"}, {"do": "add", "what": "~nobody/x"},
    {"sort": "__class__", "page": -3, "query": ["x"]}, {"page": 10**30, "since": "x", "lang": {}}, {"query": "\ud800" * 300},
], ids=lambda w: ascii(w)[:40])  # fmt: skip
def test_nonsense_changes_nothing(library, wanted):
    """Whatever is sent: the list is the list, a wish that is none gets one line, the library stays."""
    view = view_of(answerer(library))
    frame, rows, act, job = view.functions()
    assert "Titre" in rows({**(wanted if isinstance(wanted, dict) else {}), "query": ""})["list"]
    assert rows(wanted) and frame(wanted) and job(wanted)["state"] == "idle"
    reply = act(wanted)
    assert set(reply) == {"error"} and "<" not in reply["error"]
    assert Library.open(library).generation == 1


def test_hostile_titles_and_names_are_read_not_run(tmp_path, embedder):
    """Markup and direction marks in a title, a file name, a folder and a reason are text on the page."""
    folder = tmp_path / "<b>dossier"
    folder.mkdir()
    bad = "<img src=x onerror=alert(1)>\u202e"
    (folder / f"{bad}.txt").write_text(f"{bad}\n\nDu texte.")
    (folder / f"{bad}.exe").write_bytes(b"x")
    report = build(tmp_path / "library", embedder, [folder])
    shelf = Shelf(answerer(tmp_path / "library"))
    shelf.wish(Wish())
    listing = Listing(Library.open(tmp_path / "library"))
    html = table_html(listing.find("", "title", False, {}), 0, "title", False, "fr", True, set())
    html += side_html(listing.library, "en") + ended_html(ended(shelf), "fr")
    assert report.added and "<img" not in html and "\u202e" not in html and "<b>" not in html
    assert "&lt;img" in html


def test_search_looks_into_titles_names_dates_and_text(library, folder, embedder):
    """Without case or accents; every word counts; what is only in the text comes after what is in the name."""
    (folder / "2024-05_été.txt").write_text("L’ÉTÉ à Brenn\n\nIl fait beau. Le pont est fermé.")
    build(library, embedder)
    listing = Listing(Library.open(library))

    def found(query):
        return [(row.id, row.is_in_text) for row in listing.find(query, "title", False, {})]

    assert found("ete brenn") == [("2024-05_été.txt", False)]
    assert found("2024-03-12") == [("pont.txt", False)]
    assert found("pont") == [("pont.txt", False), ("2024-05_été.txt", True)]
    assert found("avoidable") == [("port.txt", True)]
    assert found("pont avoidable") == found("xyzzy") == []
    assert len(found("")) == len(found("  ")) == 3


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_both_ways(library, folder, embedder, sort):
    """What is new on disk is among them."""
    (folder / "a.txt").write_text("Un titre de plus\n\n2024-05-01\n\nTexte.\nEncore.\nEncore.")
    build(library, embedder)
    listing, states = Listing(Library.open(library)), {"port.txt": "changed", "zz.txt": "new"}
    up, down = (listing.find("", sort, is_down, states) for is_down in (False, True))
    value = {"lines": "n_lines"}.get(sort, sort)
    values = [getattr(row, value) for row in up]
    assert len(up) == 4 and len(set(values)) > 1
    assert [getattr(row, value) for row in down] == sorted(values, reverse=True) and values == sorted(values)


def test_a_folder_that_cannot_be_looked_into_hides_no_list(library, monkeypatch, caplog):
    """What changed on disk is then not known: the list stands without, and no thread ends in a traceback."""

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ui.web.library.listing.changed_since", refuse)
    view = view_of(answerer(library))
    until(lambda: not view.rows(Asked())["checking"])
    assert "pont.txt" in view.rows(Asked())["list"]
    assert "could not be checked: [Errno 13]" in caplog.text


def test_ten_thousand_articles_are_a_page_of_rows(tmp_path, folder):
    """The browser gets one page, whichever it asks for, and the first when it asks beyond the last."""
    rows = [f"{n}\n\nNuméro {n}." for n in range(10_000)]
    big = tmp_path / "big"
    big.mkdir()
    (big / "all.jsonl").write_text(
        "".join(json.dumps({"title": f"Titre {n}", "text": text}) + "\n" for n, text in enumerate(rows))
    )
    library = tmp_path / "big_library"
    build(library, BagEmbedder(dim=8), [big])
    view = view_of(answerer(library, BagEmbedder(dim=8)))
    first, last, beyond = (view.rows(Asked(page=page, sort="title")) for page in (0, 199, 5000))
    assert first["list"].count("<tr data-state") == PAGE_ROWS and "10000 articles" in first["list"]
    assert "200 sur 200" in last["list"] and beyond["page"] == 199 and beyond["list"] == last["list"]
    assert len(first["list"]) < 150_000
    assert "Titre 4321" in view.rows(Asked(query="titre 4321"))["list"]


def test_the_frame_is_in_the_pages_language():
    assert frame_html("fr") != frame_html("en")


@pytest.mark.parametrize(("date", "fr", "en"), [
    ("2024-03-12", "12/03/2024", "12 Mar 2024"), ("2024-03", "03/2024", "Mar 2024"), ("", "", ""), ("2024", "2024", "2024"),
    ("2024-13-01", "2024-13-01", "2024-13-01"), ("x-y", "x-y", "x-y"),
])  # fmt: skip
def test_dates_are_short(date, fr, en):
    """As a table writes them."""
    assert (short_date(date, "fr"), short_date(date, "en")) == (fr, en)


# --- the door -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("upload")
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text("Un titre\n\nUn texte.")
    build(folder / "library", BagEmbedder(), [folder / "articles"])
    load = f"lambda: __import__('fakes').plain_answerer({str(folder / 'library')!r})"
    with Served(load, folder) as served:
        until(lambda: post(served.url, "x.txt", b"").get("refused") == "the file is empty", 30)
        yield served


def post(url, name, data, **headers):
    headers = {"Content-Type": "application/octet-stream"} | headers
    reply = httpx.post(f"{url}/shelf/upload", params={"name": name, "lang": "en"}, content=data, headers=headers)
    return reply.json() if reply.is_success else reply.status_code


def test_an_upload_lands_in_the_librarys_folder(served):
    """Under a name of ours; a second one beside it."""
    assert post(served.url, "../../évil.txt", b"un") == {"kept": "évil.txt"}
    assert post(served.url, "évil.txt", b"deux") == {"kept": "évil-2.txt"}
    assert {p.name for p in (served.folder / "library" / "added").iterdir()} >= {"évil.txt", "évil-2.txt"}
    assert "not read" in post(served.url, "x.exe", b"MZ")["refused"]


@pytest.mark.parametrize(("headers", "status"), [
    ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Content-Type": "text/plain"}, 415), ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
    ({"Content-Type": "application/json"}, 415), ({"Host": "evil.example"}, 400),
])  # fmt: skip
def test_another_site_cannot_add_an_article(served, headers, status):
    """Nor ask whether it may: the page's own requests need no permission, others get none."""
    before = list((served.folder / "library").rglob("*"))
    assert post(served.url, "evil.txt", b"x", **headers) == status
    assert httpx.options(f"{served.url}/shelf/upload", headers={"Origin": "http://evil.example"}).status_code in (
        400,
        403,
        405,
    )
    assert httpx.get(f"{served.url}/shelf/upload").status_code == 405
    assert list((served.folder / "library").rglob("*")) == before


def test_an_upload_has_a_measure(served):
    """Announced or not, what is too long is refused and nothing of it stays."""
    assert "larger than 10 MB" in post(served.url, "big.txt", bytes(MAX_BYTES + 1))["refused"]
    pieces = (bytes(1 << 20) for _ in range(MOST_BYTES // (1 << 20) + 2))
    reply = httpx.post(
        f"{served.url}/shelf/upload?name=big.txt", content=pieces, headers={"Content-Type": "application/octet-stream"}
    )
    assert reply.status_code == 413
    assert not list((served.folder / "library" / "added").glob("*big*"))


def test_many_large_uploads_at_once_are_never_in_memory(served):
    """Each goes to the disk as it comes; what is kept is what was sent."""
    status = f"/proc/{served.process.pid}/status"
    Path(f"/proc/{served.process.pid}/clear_refs").write_text("5")  # the peak is counted from here
    before, size = _kilobytes(status, "VmRSS"), 50_000_000

    def send(n):
        return post(served.url, f"gros{n}.pdf", (bytes([n]) * 500_000 for _ in range(size // 500_000)))

    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(send, range(6)))
    peak = _kilobytes(status, "VmHWM")
    kept = [served.folder / "library" / "added" / f"gros{n}.pdf" for n in range(6)]
    assert replies == [{"kept": path.name} for path in kept]
    assert all(path.stat().st_size == size and path.read_bytes() == bytes([n]) * size for n, path in enumerate(kept))
    for path in kept:
        path.unlink()
    assert (peak - before) * 1024 < 6 * size / 2


def _kilobytes(status, name):
    return int(re.search(rf"{name}:\s+(\d+) kB", Path(status).read_text())[1])


def test_an_upload_that_is_broken_off_leaves_nothing(served):
    """The browser is closed in the middle."""
    host, port = served.url.removeprefix("http://").split(":")
    added = served.folder / "library" / "added"
    head = f"POST /shelf/upload?name=moitie.txt HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 5000000\r\n"
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall((head + "Content-Type: application/octet-stream\r\n\r\n").encode() + bytes(3_000_000))
        until(lambda: list(added.glob(".incoming-*")))
    until(lambda: not list(added.glob(".incoming-*")))
    assert not list(added.glob("*moitie*"))


def test_safe_names_stay_readable():
    """Letters of any script, digits and spaces are kept as they are."""
    assert safe_name("Le pont de Vernay (été 2024).TXT") == "Le pont de Vernay -été 2024.txt"
    assert safe_name("דוגמה.md") == "דוגמה.md"
