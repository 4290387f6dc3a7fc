"""The words by which a question narrows the articles, and what is said of it, in six languages."""

# ruff: noqa: E501 (tables of words)

from __future__ import annotations

from datetime import date, timedelta

from rag.types import Filter

# Regular expressions over folded text. (words for articles, words that mean articles only beside "my" or "last week")
ARTICLES = {
    "fr": (
        r"(?:articles?|depeches?)(?: de presse)?",
        r"textes?|documents?|papiers?|nouvelles|actualites?|actus?|infos?|journ(?:al|aux)|presse",
    ),
    "en": (
        r"(?:articles?|dispatch(?:es)?|news (?:articles?|stories|story))",
        r"texts?|documents?|stories|news|papers?|reports?|press",
    ),
    "es": (r"articulos?|despachos?", r"textos?|documentos?|noticias?|periodicos?|prensa"),
    "de": (
        r"artikeln?|artikels|meldung(?:en)?|zeitungsartikeln?",
        r"texten?|dokumenten?|nachrichten|berichten?|presse",
    ),
    "it": (r"articol[oi]|dispacc(?:io|i)", r"testi|documenti|notizie|giornal[ei]|stampa"),
    "pt": (r"artigos?|despachos?", r"textos?|documentos?|noticias?|jorna(?:l|is)|imprensa"),
}
YOURS = {"fr": r"mes|tes|vos|nos|mon|ton|votre", "en": r"my|your|our", "es": r"mis|tus|sus|mi|tu|su", "de": r"(?:mein|dein|ihr|unser)e[nrm]?",
         "it": r"miei|tuoi|mie|tue|vostri", "pt": r"meus|teus|seus|minhas|tuas|suas"}  # fmt: skip
# Before them: the whole phrase is then left out of what is asked.
IN_ARTICLES = {
    "fr": r"(?:dans|parmi|selon|d'apres|au vu de|a partir de|en te basant sur|sur la base de|uniquement dans|seulement dans)\s+(?:(?:tous|toutes|seulement|uniquement)\s+)?(?:l'|(?:les|mes|tes|vos|nos|des|un|une|la|le|cet)\s)",
    "en": r"(?:(?:(?:looking|searching) )?(?:only )?(?:in|at|among|within|from|according to|based on|using|per)|as (?:told|reported|said) (?:in|by))\s+(?:(?:all|only|just)\s+)?(?:(?:the|my|your|our|any|an|a)\s)?",
    "es": r"(?:en|entre|segun|de acuerdo con|a partir de)\s+(?:(?:los|mis|tus|sus|el|las|la|un)\s)?",
    "de": r"(?:in|aus|laut|gemass|nach|unter)\s+(?:(?:den|meinen|deinen|ihren|allen|dem|einem|der)\s)?",
    "it": r"(?:in|fra|tra|secondo|stando a)\s+(?:gli|l'|i|le|i miei|i tuoi)\s?|(?:negli|nei|nelle|dagli|nell'|dai)(?:\s(?:miei|tuoi)\s|\s|(?<='))",
    "pt": r"(?:em|entre|segundo|de acordo com)\s+(?:(?:os|meus|teus|seus|o|as)\s)?|(?:nos|no|nas|dos)\s(?:(?:meus|teus|seus)\s)?",
}
PUBLISHED = {
    "fr": r"(?:qui (?:sont|ont ete) )?(?:parus?|parues?|publiee?s?|datee?s?|datant|ecrits?|ecrites?|sortis?|sorties?|diffusee?s?|redigee?s?)",
    "en": r"(?:(?:that|which) (?:were|was|are) )?(?:published|dated|written|printed|issued|released|that appeared|appearing)",
    "es": r"(?:publicad[oa]s?|fechad[oa]s?|escrit[oa]s?|aparecid[oa]s?)",
    "de": r"(?:veroffentlichte?n?|erschienene?n?|datierte?n?)",
    "it": r"(?:pubblicat[oaie]|datat[oaie]|scritt[oaie]|uscit[oaie]|apparsi?)",
    "pt": r"(?:publicad[oa]s?|datad[oa]s?|escrit[oa]s?|said[oa]s?)",
}
# Before a source: who says it, and where it stands (there the name must be written as one: "dans Le Monde").
SAYS = {
    "fr": r"selon|d'apres|(?:publie|rapporte|revele|annonce|ecrit|affirme|indique)e?s? par|a en croire",
    "en": r"according to|as per|(?:reported|published|written|revealed|announced) (?:by|in)",
    "es": r"segun|de acuerdo con|(?:publicad|informad|escrit)[oa]s? por",
    "de": r"laut|gemass|zufolge|nach angaben (?:von|der|des)",
    "it": r"secondo|stando a(?:l|lla)?|a detta d(?:i|el|ella)|(?:pubblicat|scritt)[oaie] d(?:a|al|alla)",
    "pt": r"segundo|de acordo com|conforme|(?:publicad|escrit)[oa]s? (?:por|pel[oa])",
}
SAID_IN = {
    "fr": r"dans", "en": r"in|from", "es": r"en", "de": r"in(?: der)?|im|aus(?: der| dem)?", "it": r"su|sul|sulla|nel|nella|sull'|nell'",
    "pt": r"n[oa]|em",
}  # fmt: skip
# "What does the Guardian say about": asked of the articles themselves, with the words that `rag.query.intent` knows.
SAYS_ABOUT = {
    "fr": (r"que (?:dit|rapporte|ecrit|raconte)|qu'en dit", "Que disent les articles"),
    "en": (r"what (?:does|did|do)", "What do the articles say"),
    "es": (r"¿?que dice", "¿Qué dicen los artículos"),
    "de": (r"was (?:sagt|schreibt|berichtet)", "Was sagen die Artikel"),
    "it": (r"(?:che )?cosa dice", "Cosa dicono gli articoli"),
    "pt": (r"o que diz", "O que dizem os artigos"),
}
# What is left of "what happened last week?", and the question about the articles that it stands for.
NEWS = {
    "fr": (r"(?:que|qu'est[- ]ce qui|qu'est[- ]ce qu'il) s'est(?:[- ]il)? passe|il s'est passe quoi|quoi de (?:neuf|nouveau)|quelles (?:sont|etaient|ont ete) les (?:nouvelles|actualites|actus|infos)|qu'y a-t-il (?:eu )?de (?:neuf|nouveau)", "Quels articles ai-je ?"),
    "en": (r"what(?: has)? happened|what(?:'s| is| was) new|what(?:'s| is| was) (?:in )?the news|any news", "What articles do I have?"),
    "es": (r"que (?:paso|ha pasado|sucedio|hay de nuevo)|cuales (?:son|fueron) las noticias", "¿Qué artículos tengo?"),
    "de": (r"was (?:ist|war)(?: alles)? (?:passiert|geschehen|los)|was (?:geschah|passierte)|was gibt es neues", "Welche Artikel habe ich?"),
    "it": (r"(?:che )?cosa e (?:successo|accaduto)|che e successo|che (?:cosa )?c'e di nuovo|quali sono le notizie", "Quali articoli ho?"),
    "pt": (r"o que (?:aconteceu|se passou|ha de novo)|quais (?:sao|foram) as noticias", "Que artigos tenho?"),
}  # fmt: skip
OPENERS = {"fr": r"et", "en": r"and|what about|how about", "es": r"y", "de": r"und", "it": r"e|ed", "pt": r"e"}
OF_SOURCE = {
    "fr": r"dans|chez|par|sur|d[eu']",
    "en": r"in|from|by|of|on",
    "es": r"en|por|del?",
    "de": r"in(?: der)?|im|von(?: der)?|vom|aus(?: der| dem)?|der|des|bei(?: der)?",
    "it": r"su|sul|sulla|nel|nella|in|da|dal|dalla|di|del|della|dell'|sull'|nell'|dall'",
    "pt": r"n[oa]|em|pel[oa]|por|d[oae]",
}
# At the end of a question: what lifts every filter. The first is what the page types.
ALL_ARTICLES = {
    "fr": "dans tous les articles", "en": "in all articles", "es": "en todos los artículos", "de": "in allen Artikeln",
    "it": "in tutti gli articoli", "pt": "em todos os artigos",
}  # fmt: skip
EVERYWHERE = (
    r"[\s,(—–-]*\b(?:dans (?:tous|l'ensemble de) (?:les|mes|tes|vos|nos)? ?articles|in all (?:of )?(?:the |my |your )?articles"
    r"|en todos (?:los|mis|tus) articulos|in allen (?:meinen |deinen )?artikeln|in tutti (?:gli|i miei|i tuoi) articoli"
    r"|em todos os (?:meus |teus |seus )?artigos)[\s)]*[?.!]*\s*$"
)

_LINES = {
    "fr": ("Articles retenus : {scope} ({n})", "{scope} ({n}) : rien n’y répond, cherché dans tous les articles", "Cherché dans tous les articles, sans « {words} »"),
    "en": ("Articles searched: {scope} ({n})", "{scope} ({n}): nothing there answers, searched in all articles", "Searched in all articles, without “{words}”"),
    "es": ("Artículos consultados: {scope} ({n})", "{scope} ({n}): ahí nada responde, se buscó en todos los artículos", "Se buscó en todos los artículos, sin «{words}»"),
    "de": ("Durchsuchte Artikel: {scope} ({n})", "{scope} ({n}): dort steht nichts dazu, gesucht in allen Artikeln", "Gesucht in allen Artikeln, ohne „{words}“"),
    "it": ("Articoli consultati: {scope} ({n})", "{scope} ({n}): lì nulla risponde, cercato in tutti gli articoli", "Cercato in tutti gli articoli, senza «{words}»"),
    "pt": ("Artigos consultados: {scope} ({n})", "{scope} ({n}): aí nada responde, procurado em todos os artigos", "Procurado em todos os artigos, sem «{words}»"),
}  # fmt: skip
_UNKNOWN = {
    "fr": ("sans date : {n}", "sans source : {n}"), "en": ("undated: {n}", "without a source: {n}"), "es": ("sin fecha: {n}", "sin fuente: {n}"),
    "de": ("ohne Datum: {n}", "ohne Quelle: {n}"), "it": ("senza data: {n}", "senza fonte: {n}"), "pt": ("sem data: {n}", "sem fonte: {n}"),
}  # fmt: skip
_NOTHING = {
    "fr": ("Ce n’est pas dans ces articles.", "Aucun de vos articles ne correspond à « {words} » ({scope})."),
    "en": ("That is not in these articles.", "None of your articles fits “{words}” ({scope})."),
    "es": ("No está en esos artículos.", "Ninguno de sus artículos corresponde a «{words}» ({scope})."),
    "de": ("Das steht nicht in diesen Artikeln.", "Keiner Ihrer Artikel passt zu „{words}“ ({scope})."),
    "it": ("Non è in questi articoli.", "Nessuno dei suoi articoli corrisponde a «{words}» ({scope})."),
    "pt": ("Isso não está nesses artigos.", "Nenhum dos seus artigos corresponde a «{words}» ({scope})."),
}
_OPEN = {
    "fr": ("à partir du {}", "jusqu’au {}"), "en": ("from {} on", "until {}"), "es": ("desde el {}", "hasta el {}"),
    "de": ("ab {}", "bis {}"), "it": ("dal {}", "fino al {}"), "pt": ("a partir de {}", "até {}"),
}  # fmt: skip


def line(found: Filter, language: str) -> str:
    """One line on what was done with a filter, in a language of these tables or English."""
    applied, tried, lifted = _LINES.get(language, _LINES["en"])
    rule = applied if found.is_applied else lifted if found.is_explicit else tried
    said = rule.format(scope=scope(found, language), n=found.n_articles, words=found.words)
    if not (found.is_applied and found.n_unknown):
        return said
    unknown = _UNKNOWN.get(language, _UNKNOWN["en"])[0 if found.first or found.last else 1]
    return f"{said} · {unknown.format(n=found.n_unknown)}"


def nothing(found: Filter, language: str) -> str:
    """That no article of an applied filter answers, or that there is none."""
    unanswered, empty = _NOTHING.get(language, _NOTHING["en"])
    return unanswered if found.n_articles else empty.format(words=found.words, scope=scope(found, language))


def scope(found: Filter, language: str) -> str:
    """The sources and days of a filter: "AFP, mars 2024", "10–16 nov. 2026"."""
    return ", ".join(filter(None, (*found.sources, _days(found, language if language in _LINES else "en"))))


def _days(found: Filter, language: str) -> str:
    from babel.dates import format_date, format_interval, format_skeleton

    first, last = (date.fromisoformat(day) if day else None for day in (found.first, found.last))
    if first is None or last is None:
        day = first or last
        if day is None:
            return ""
        written = format_date(day, "long", locale=language)
        return _OPEN[language][0 if first else 1].format(
            f"1er{written[1:]}" if language == "fr" and day.day == 1 else written
        )
    if first == last:
        return str(format_date(first, "long", locale=language))
    if first.day == 1 and (last + timedelta(1)).day == 1:  # whole months
        if (first.month, last.month) == (1, 12):
            return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
        if (first.year, first.month) == (last.year, last.month):
            return str(format_skeleton("yMMMM", first, locale=language))
        return str(format_interval(first, last, "yMMMM", locale=language))
    return str(format_interval(first, last, "yMMMd", locale=language))
