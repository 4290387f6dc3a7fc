"""A small library to check drafts against, and who checks them without weights."""

from __future__ import annotations

from fake_checker import WordChecker
from fakes import BagEmbedder

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
