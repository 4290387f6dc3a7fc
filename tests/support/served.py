"""The page and the other ways in, in a process of their own, with an Answerer that says what it was told to."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import httpx
from fakes import BagEmbedder
from hostile import HOSTILE_ANSWER, HOSTILE_ARTICLES
from places import PATHS

from index.ingestion.indexing import build
from index.storage.families import Families
from index.storage.library import Manifest
from index.types import Article, Chunk, Hit, Span
from rag.errors import QuestionError
from rag.types import Answer, Citation, Claim, Timings
from ui.services.announcement import FILE

BRIDGE = """Le pont des Tanneurs rouvrira le 3 mai

Publié le 14 mars 2024

Fermé depuis l’effondrement d’un parapet en novembre, le pont des Tanneurs
rouvrira à la circulation le 3 mai, a annoncé jeudi la maire d’Orvanne, Hélène Castan.
Les piétons pourront l’emprunter dès le 20 avril.

Le chantier a coûté 4,2 millions d’euros, dont 1,8 million versé par la région.
« Nous avons tenu les délais malgré deux crues », a dit Mme Castan 🌉.

Les travaux ont été suspendus onze jours en janvier.
La prochaine inspection est prévue en 2029.
""".rstrip("\n")
MARKET = """Le marché couvert cherche un toit provisoire

4 avril 2024

Pendant la réfection de sa charpente, le marché couvert d’Orvanne s’installera place du Palais.
Quarante-deux commerçants sur cinquante ont accepté de déménager.
La mairie attend le pont des Tanneurs pour rouvrir le parking sud, le 6 mai.
""".rstrip("\n")
RIVER = ["The Vesle at its highest since 1995", "", "2024-01-09", ""] + [
    f"At {hour}:00 the gauge read {300 + hour} cm." for hour in range(24)
]
LONG = ["Le registre des crues"] + [f"Relevé numéro {n} : rien à signaler." for n in range(2, 5001)]
HOSTILE = "<img src=x onerror=alert(1)>\"'\u202e{{7*7}}${1}`</span><script>alert(2)</script>.txt"


def article(article_id, lines, date="", language="fr"):
    return Article(article_id, lines[0], date, language, tuple(lines), "0" * 64, f"/nowhere/{article_id}")


ARTICLES = {
    a.id: a
    for a in (
        article("pont.txt", BRIDGE.split("\n"), "2024-03-14"),
        article("marche.txt", MARKET.split("\n"), "2024-04"),
        article("river.txt", RIVER, "2024-01-09", "en"),
        article("registre.txt", LONG),
        article(HOSTILE, [HOSTILE, "", f"Texte {HOSTILE} fin"]),
    )
}


def cite(article_id, quote, first, last):
    lines = ARTICLES[article_id].lines
    start = "\n".join(lines[first - 1 : last]).index(quote)
    return Citation(Span(article_id, first, last), quote, start, start + len(quote))


def hit(article_id, first, last, score=0.8):
    lines = ARTICLES[article_id].lines
    start = sum(len(line) + 1 for line in lines[: first - 1])
    return Hit(Chunk(Span(article_id, first, last), start, "\n".join(lines[first - 1 : last])), score, score, 3.0, 1, 1)


REOPENS = cite("pont.txt", "le pont des Tanneurs\nrouvrira à la circulation le 3 mai", 5, 6)
PEDESTRIANS = cite("pont.txt", "Les piétons pourront l’emprunter dès le 20 avril.", 7, 7)
PARKING = cite("marche.txt", "rouvrir le parking sud, le 6 mai", 7, 7)
COST = cite("pont.txt", "Le chantier a coûté 4,2 millions d’euros, dont 1,8 million versé par la région.", 9, 9)
HITS = (hit("pont.txt", 5, 7), hit("marche.txt", 5, 7, 0.6), hit("river.txt", 5, 8, 0.3))

ANSWERS = {
    "hostile": HOSTILE_ANSWER,
    "Quand le pont rouvre-t-il ?": Answer(
        "Quand le pont rouvre-t-il ?",
        "fr",
        (
            Claim("Le pont des Tanneurs rouvre aux voitures le 3 mai.", "supported", (REOPENS,)),
            Claim("Il sera gratuit pour les habitants.", "unsupported", reason="Aucune ligne ne parle d’un tarif."),
            Claim(
                "Les piétons y passent dès le 20 avril, et le parking sud suit le 6 mai.",
                "supported",
                (PEDESTRIANS, PARKING),
            ),
        ),
        HITS,
        timings=Timings(40, 900, 3240),
    ),
    "Combien a coûté le chantier ?": Answer(
        "Combien a coûté le chantier ?",
        "fr",
        (Claim(COST.quote, "supported", (COST,)),),
        HITS[:1],
        is_quote=True,
        timings=Timings(40, 0, 410),
    ),
    "Qui a gagné la coupe ?": Answer(
        "Qui a gagné la coupe ?",
        "fr",
        (),
        HITS[1:],
        message="Vos articles ne le disent pas.",
        timings=Timings(38, 0, 95),
    ),
    "Et les piétons ?": Answer(
        "Et les piétons ?",
        "fr",
        (Claim("Les piétons y passent dès le 20 avril.", "supported", (PEDESTRIANS,)),),
        HITS[:1],
        understood="Quand le pont rouvre-t-il aux <b>piétons</b> ?",
    ),
    "Et le dernier relevé ?": Answer(
        "Et le dernier relevé ?",
        "fr",
        (Claim("Rien à signaler.", "supported", (cite("registre.txt", "Relevé numéro 4321 : rien", 4321, 4321),)),),
        (hit("registre.txt", 4320, 4322),),
    ),
    HOSTILE: Answer(
        HOSTILE,
        "fr",
        (
            Claim(HOSTILE, "supported", (cite(HOSTILE, HOSTILE, 3, 3),)),
            Claim(HOSTILE, "unsupported", reason=HOSTILE),
        ),
        (hit(HOSTILE, 1, 3),),
        timings=Timings(1, 1, 1),
    ),
}


class ScriptedLibrary:
    """What the page looks up of a library: the articles above, in no folder and in no passages."""

    path = Path("/nowhere/library")
    generation = 7
    languages = ("fr", "en")
    articles = tuple(ARTICLES.values())
    as_read = articles
    by_id = ARTICLES
    families = Families(articles)
    rows = MappingProxyType({"article": ()})
    manifest = Manifest(7, 1.7e9, "embeddinggemma-300m", "0", 768, (), len(ARTICLES), 0)

    def says(self, word):
        return any(word.lower() in " ".join(each.lines).lower() for each in self.articles)


class ScriptedAnswerer:
    """Streams the Answer written for a question, word by word, with a pause between words; tells stdout about it."""

    llm_name = "qwen2.5-1.5b"
    embedder_name = "embeddinggemma-300m"
    checker = None
    library_path = Path("/nowhere/library")
    generation = 7
    llm = None
    library = ScriptedLibrary()

    def __init__(self, pause=0.0):
        self.pause = pause
        self.told = threading.Event()

    def interrupt(self):
        print("interrupted", flush=True)

    def read_ahead(self, question, history=()):
        """Reads as long as it may."""
        self.told.clear()
        print("ahead", ascii(question), *(ascii(turn.question) for turn in history), flush=True)
        self.told.wait(20)
        print("gave way", flush=True)

    def give_way(self, at_once=True):
        if at_once:
            self.told.set()

    def stream(self, question, history=(), everywhere=False):
        print("asked", ascii(question), *(ascii(turn.question) for turn in history), flush=True)
        if not question.strip():
            raise QuestionError("La question est vide.")
        if question == "panne":
            raise RuntimeError("/home/somebody/secret.gguf: token=hunter2")
        if question == "Bonjour":
            yield Answer(question, "fr", message="Bonjour ! Posez une question sur vos articles.", kind="greeting")
            return
        if question == "longue":
            answer, words = ANSWERS["Quand le pont rouvre-t-il ?"], ["mot"] * 20_000
        else:
            answer = ANSWERS.get(question) or Answer(question, "fr", message="Vos articles ne le disent pas.")
            words = " ".join(claim.text for claim in answer.claims).split(" ")
        growing = Answer(question, "fr", hits=answer.hits, done=False)
        try:
            yield growing
            if answer.supported:
                growing = replace(growing, found=answer.supported[0].citations)
                yield growing
            for word in words:
                time.sleep(max(self.pause, 0.005 if question == "longue" else 0.0))
                growing = replace(growing, draft=f"{growing.draft} {word}".strip())
                yield growing
            yield answer
        finally:
            print("closed", flush=True)

    def search(self, *_):
        return []

    def read(self, *_):
        return []

    def article(self, article_id):
        if article_id == "illisible.txt":
            raise OSError("/home/somebody/secret.txt: input/output error")
        return (ARTICLES | HOSTILE_ARTICLES)[article_id]

    def articles(self):
        return tuple(ARTICLES.values())


class Served:
    """The page in a process of its own, as `citeline serve` runs it; `lines` is what it printed after its address."""

    def __init__(self, load, folder, examples=(), options="", port=0):
        script = (
            f"import sys; sys.path[:0] = {PATHS!r}\n"
            "import served, ui.server\n"
            f"ui.server.serve({load}, port={port}, open_browser=False, examples={examples!r}, {options})"
        )
        self.folder, self.lines = folder, []
        self.errors = folder / "stderr.txt"
        (folder / "tmp").mkdir(exist_ok=True)
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-c", script],
                cwd=folder,
                env=dict(os.environ, TMPDIR=str(folder / "tmp")),
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        try:
            words = self.process.stdout.readline().split()
            assert words[:1] == ["citeline:"], self.errors.read_text()
            self.url = words[1]
            self.reader = threading.Thread(target=self._read, daemon=True)
            self.reader.start()
            until(self._answers, 60)
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    def _read(self):
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def _answers(self):
        assert self.process.poll() is None, self.errors.read_text()
        try:
            return httpx.get(self.url, timeout=5).is_success
        except httpx.HTTPError:
            return False

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        try:
            return self.process.wait(15)
        finally:
            self.process.kill()
            self.process.wait()
            self.reader.join(5)
            self.process.stdout.close()

    def count(self, what):
        return sum(line.startswith(what) for line in list(self.lines))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Caller:
    """Somebody who asks through Gradio's queue, with a session of their own."""

    def __init__(self, url):
        self.api, self.session = f"{url}/gradio_api", secrets.token_hex(6)
        ids = {d["api_name"]: d["id"] for d in httpx.get(f"{url}/config").json()["dependencies"]}
        self.ids = {name: ids[name] for name in ("begin", "ask")}

    def start(self, name, *data):
        reply = httpx.post(f"{self.api}/call/{name}", json={"data": data, "session_hash": self.session})
        assert reply.status_code == 200, reply.text
        return reply.json()["event_id"]

    def updates(self, name, event):
        """What the event yields, each a list of the components' new values; the last one is yielded twice."""
        with httpx.stream("GET", f"{self.api}/call/{name}/{event}", timeout=30) as reply:
            for line in reply.iter_lines():
                if line.startswith("event: error"):
                    raise AssertionError("the page got an error")
                if line.startswith("data: ") and line != "data: null":
                    yield json.loads(line.removeprefix("data: "))

    def begin(self, question):
        """A question as asking.js sends it; returns the components' new values."""
        body = {"data": [None, None], "event_data": {"question": question}, "session_hash": self.session}
        reply = httpx.post(f"{self.api}/run/begin", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["data"]

    def call(self, name, *data):
        return list(self.updates(name, self.start(name, *data)))[-1]

    def ask(self, question):
        self.begin(question)
        return self.call("ask")[0]

    def cancel(self, name, event):
        body = {"session_hash": self.session, "fn_index": self.ids[name], "event_id": event}
        assert httpx.post(f"{self.api}/cancel", json=body).is_success


def until(happened, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def raw(url, *lines, method="GET", path="/"):
    """One request, byte for byte; returns status and head."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as sock:
        sock.sendall("\r\n".join((f"{method} {path} HTTP/1.1", *lines, "Connection: close", "", "")).encode())
        reply = b""
        while chunk := sock.recv(65536):
            reply += chunk
    return int(reply.split(b" ", 2)[1]), reply.split(b"\r\n\r\n")[0].decode().lower()


class EndlessAnswerer(ScriptedAnswerer):
    """Reads a prompt that never ends."""

    def stream(self, question, history=(), everywhere=False):
        yield Answer(question, "fr", done=False)
        time.sleep(60)


def library_of(folder, text):
    """Index one article, pont.txt, and return the library."""
    (folder / "articles").mkdir()
    (folder / "articles" / "pont.txt").write_text(text, encoding="utf-8")
    build(folder / "library", BagEmbedder(), [folder / "articles"])
    return folder / "library"


@contextmanager
def first_line_served(folder, library, models):
    """Serve a library with the models of first_line, until other processes can find it."""
    with Served(
        f"lambda: __import__('first_line').load({str(library)!r})", folder, options=f"models={models!r}"
    ) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready")
        until(lambda: (library / FILE).exists())
        yield page
