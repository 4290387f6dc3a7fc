"""A small library to check drafts against, and who checks them without weights."""

from __future__ import annotations

import time

from fake_checker import WordChecker
from fakes import BagEmbedder, plain_answerer

from index.ingestion.indexing import build
from index.storage import Library
from rag.fact_checking.checking import FactChecker

ARTICLES = {
    "bridge.txt": "The bridge of Vernay reopens\n\n"
    "The bridge of Vernay, closed since March, will reopen on Monday morning. The works cost 3.2 million euros.\n\n"
    "“The bridge is safe, but we will watch it”, said the mayor Claire Vidal. “If the region pays, we will paint it”, "
    "she said.\n\n"
    "Paul Renaud, head of the port, called the strike “avoidable”. “I do not think that the bridge will last”, said "
    "Paul Renaud.\n\n"
    "The old ferry is not for sale.\n",
    "pont.txt": "Le pont de Vernay rouvre\n\n"
    "« Nous avons attendu trop longtemps ce jour\nde fête », a dit M. Ferrand. « L’hiver sera long », a répondu Luc "
    "Ferrandi.\n\n"
    "« La circulation reprendra », a promis Claire Vidal, « mais pas pour les camions ».\n\n"
    "Claire Vidal est revenue lundi. « C’est un grand jour pour la ville ! », a-t-elle lancé à Luc Ferrandi.\n",
}


def built(folder, articles=ARTICLES):
    """A library of some articles."""
    (folder / "articles").mkdir()
    for name, text in articles.items():
        (folder / "articles" / name).write_text(text, encoding="utf-8")
    build(folder / "library", BagEmbedder(), [folder / "articles"])
    return folder / "library"


def fact_checker(path, checker=None):
    return FactChecker(Library.open(path), BagEmbedder(), checker or WordChecker())


def checking_answerer(path, slow=0.0):
    """An Answerer without weights that can check, each verdict after so many seconds."""
    answerer = plain_answerer(path)
    answerer.checker = SlowChecker(slow) if slow else WordChecker()
    return answerer


class SlowChecker(WordChecker):
    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds

    def _verdict(self, *pair):
        time.sleep(self.seconds)
        return super()._verdict(*pair)
