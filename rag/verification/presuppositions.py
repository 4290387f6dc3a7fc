"""What a question presupposes: did it happen? Pure.

"Why did the minister resign?" is no evidence that he did. A sentence that states a serious event (limited to those
where a false statement does harm) is shown only if the lines, or the text around them, say it too, with one of its
words in any of six languages, and without a "not".
"""

from __future__ import annotations

import re

from index.text import words
from rag.language import is_negated

# Beginnings of folded words, a row for what comes to the same; chosen to be grave, so that a wrong one does harm.
_EVENTS = tuple(
    tuple(row.split())
    for row in (
        "demission resign quit dimit dimis zuruckgetret rucktritt trat demit renunci",
        "mort mour meur dece disparu tue tues tuee assassin meurtr dead died die dies death kill murder muert "
        "mur fallec mat gestorben starb tot "
        "ermord morto mori uccis morre morreu faleceu vie life victim",
        "brul incend feu flamm calcin burn fire blaze flame quem ardi incend fuego brann brand feuer abgebrannt "
        "bruci fuoco incendi fogo ardeu",
        "effondr ecroul affaiss cede ceda tomb collaps fell fall gave cedi derrumb hundi cay eingesturzt sturz "
        "croll ced caiu desab",
        "demol detrui ras demolish destroy raz abgerissen zerstor abbatt distrutt demolid destrui exist",
        "arret interpell ecrou incarcer emprison garde arrest jail detain custody deten arrest verhaft "
        "festgenommen arrestat pres detid",
        "condamn convict sentenc conden verurteil condann",
        "vendu vend vente sold sell sale vend verkauf vendut",
        "achet rachet acqui bought buy purchas acquir compr gekauft kauf acquist",
        "abandonn renonc annul abandon scrap cancel drop gave renunci anul aufgegeben abgesagt rinunci annull",
        "disqualif disqualif exclu ban descalif disqualifizier squalific desclassific",
        "licenci renvoy limog congedi dismiss fire sack layoff desped entlass licenzi demit",
        "divorc separ scheid geschieden",
        "vole vol derob cambriol stole steal theft robb robad rob gestohlen diebstahl rubat furt roub",
    )
)
_CLAUSE = re.compile(r"[,.](?=\s|$)|[;:()«»“”\"!?\n]|\b(?:mais|but|pero|aber|ma|mas)\b")


def not_said(claim: str, text: str, language: str, source_language: str) -> str:
    """Return the first word of a claim for a serious event that `text` does not confirm, or ""."""
    if is_negated(claim, language):
        return ""
    parts = [part for part in _CLAUSE.split(text) if part and part.strip()]
    for word in words(claim, language):
        for row in _EVENTS:
            if not word.startswith(row):
                continue
            told = [part for part in parts if any(each.startswith(row) for each in words(part, source_language))]
            if not told or all(is_negated(part, source_language) for part in told):
                return word
    return ""
