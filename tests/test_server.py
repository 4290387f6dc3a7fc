"""The real server, with a scripted Answerer behind it: who may ask, what may be asked, what comes back."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import warnings
from pathlib import Path

import httpx
import pytest

from index.types import Article, Chunk, Hit, Span
from rag.errors import QuestionError
from rag.types import Answer, Citation, Claim, Timings
from ui import render, server

BRIDGE = """Le pont des Tanneurs rouvrira le 3 mai

Publié le 14 mars 2024

Fermé depuis l’effondrement d’un parapet en novembre, le pont des Tanneurs
rouvrira à la circulation le 3 mai, a annoncé jeudi la maire d’Orvanne, Hélène Castan.
Les piétons pourront l’emprunter dès le 20 avril.

Le chantier a coûté 4,2 millions d’euros, dont 1,8 million versé par la région.
« Nous avons tenu les délais malgré deux crues », a dit Mme Castan 🌉.

Les travaux ont été suspendus onze jours en janvier.
La prochaine inspection est prévue en 2029.
""".split("\n")[:-1]
MARKET = """Le marché couvert cherche un toit provisoire

4 avril 2024

Pendant la réfection de sa charpente, le marché couvert d’Orvanne s’installera place du Palais.
Quarante-deux commerçants sur cinquante ont accepté de déménager.
La mairie attend le pont des Tanneurs pour rouvrir le parking sud, le 6 mai.
""".split("\n")[:-1]
RIVER = ["The Vesle at its highest since 1995", "", "2024-01-09", ""] + [
    f"At {hour}:00 the gauge read {300 + hour} cm." for hour in range(24)
]
LONG = ["Le registre des crues"] + [f"Relevé numéro {n} : rien à signaler." for n in range(2, 5001)]
HOSTILE = '<img src=x onerror=alert(1)>"\'\u202e{{7*7}}${1}`</span><script>alert(2)</script>.txt'


def article(article_id, lines, date="", language="fr"):
    return Article(article_id, lines[0], date, language, tuple(lines), "0" * 64, f"/nowhere/{article_id}")


ARTICLES = {
    a.id: a
    for a in (
        article("pont.txt", BRIDGE, "2024-03-14"),
        article("marche.txt", MARKET, "2024-04"),
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
        "Qui a gagné la coupe ?", "fr", (), HITS[1:], message="Vos articles ne le disent pas.", timings=Timings(38, 0, 95)
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


class ScriptedAnswerer:
    """Streams the Answer written for a question, word by word, with a pause between words."""

    llm_name = "qwen2.5-1.5b"
    embedder_name = "embeddinggemma-300m"
    library_path = Path("/nowhere/library")
    generation = 7

    def __init__(self, pause=0.0):
        self.pause = pause
        self.asked = []
        self.closed = 0

    def stream(self, question):
        self.asked.append(question)
        if not question.strip():
            raise QuestionError("La question est vide.")
        if question == "panne":
            raise RuntimeError("/home/somebody/secret.gguf: token=hunter2")
        if question == "longue":
            answer, words = ANSWERS["Quand le pont rouvre-t-il ?"], ["mot"] * 2000
        else:
            answer = ANSWERS.get(question) or Answer(question, "fr", message="Vos articles ne le disent pas.")
            words = " ".join(claim.text for claim in answer.claims).split(" ")
        draft = ""
        try:
            yield Answer(question, "fr", hits=answer.hits, done=False)
            for word in words:
                time.sleep(max(self.pause, 0.005 if question == "longue" else 0.0))
                draft = f"{draft} {word}".strip()
                yield Answer(question, "fr", hits=answer.hits, draft=draft, done=False)
            yield answer
        finally:
            self.closed += 1

    def article(self, article_id):
        return ARTICLES[article_id]

    def articles(self):
        return tuple(ARTICLES.values())


@contextlib.contextmanager
def served(load, private, examples=()):
    """The page on a free port, in a thread; yields its address. Gradio's own warnings are not ours to fix."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = dict(os.environ)
        server.isolate(private)
        import uvicorn

        from ui.app import Backend

        backend = Backend(load)
        backend.start()
        sock = server.listen("127.0.0.1", 0)
        running = uvicorn.Server(server.config(server.create_app(backend, examples)))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not running.started and time.monotonic() < deadline:
                time.sleep(0.05)
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(10)
            sock.close()
            os.environ.clear()
            os.environ.update(before)
