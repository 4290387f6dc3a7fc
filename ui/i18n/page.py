"""What the page says, in French and in English; counts, dates and names of languages in words."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.types import Span

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "local": "local · hors ligne",
        "local_title": "Rien ne quitte cette machine : ni vos questions, ni vos articles.",
        "away": "modèle sur {host}",
        "away_title": "Vos questions et des lignes de vos articles vont à {host}.",
        "away_proxy": "Vos questions et des lignes de vos articles vont à {host}, par le proxy {proxy}.",
        "invite": "Interrogez vos articles",
        "promise": "Chaque phrase de la réponse montre les lignes d’où elle vient.",
        "add_first": "Ajoutez d’abord des articles",
        "try": "Par exemple",
        "loading": "Les modèles se chargent. Encore quelques secondes.",
        "broken": "citeline n’a pas pu démarrer.",
        "placeholder": "Votre question…",
        "placeholder_loading": "Les modèles se chargent…",
        "question": "Question",
        "send": "Demander",
        "stop": "Arrêter",
        "waiting": "Recherche dans vos articles…",
        "reading": "Lecture des passages…",
        "pointed": "Endroit probable",
        "unchecked": "sans doute ici, à vérifier",
        "draft": "en cours de vérification",
        "grounded": "Vérifié dans vos articles",
        "quoted": "Cité mot pour mot",
        "abstained": "Pas dans vos articles",
        "abstained_text": "Vos articles ne répondent pas à cette question.",
        "stopped": "Arrêté avant la fin.",
        "failed": "La réponse a échoué. Le détail est dans le terminal où tourne citeline.",
        "busy": "Trop de questions attendent déjà. Relancez celle-ci dans un instant.",
        "unreadable": "L’article n’a pas pu être affiché. Le détail est dans le terminal où tourne citeline.",
        "sources": "Sources",
        "found": "Passages trouvés",
        "nearest": "Les passages les plus proches",
        "also_read": "Tous les passages lus",
        "dropped_reason": "Aucune ligne ne l’appuie.",
        "citation": "Citation",
        "passage": "Passage",
        "line": "ligne",
        "lines": "lignes",
        "to": "à",
        "open_quote": "«\u00a0",
        "close_quote": "\u00a0»",
        "colon": "\u00a0: ",
        "decimal": ",",
        "previous": "Citation précédente (p)",
        "next": "Citation suivante (n)",
        "close": "Fermer l’article",
        "citations": "Citations",
        "article": "Article",
        "article_text": "Texte de l’article",
        "library": "Bibliothèque",
        "missing": "Cet article n’est plus dans la bibliothèque.",
        "stale": "L’article a changé depuis cette réponse : relancez la question.",
        "conversation": "Questions et réponses",
        "no_llm": "sans modèle de langue",
        "understood": "Compris comme",
        "again": "relancer",
        "again_title": "Poser cette question de nouveau",
        "edit": "modifier",
        "edit_title": "Mettre cette question dans la zone de saisie",
        "new": "Nouvelle conversation",
        "why": "Comment c’est vérifié",
        "why_grounded": "Le modèle a écrit\u00a0; citeline a ensuite comparé chaque phrase aux lignes qu’elle cite, sans "
        "modèle. Ses nombres, ses noms et ses dates s’y trouvent (ou dans le titre, la date ou le paragraphe), presque "
        "tous ses mots aussi, et la ligne ne dit pas le contraire.",
        "why_across": "Quand l’article est dans une autre langue, les mots sont comparés par leur sens, les nombres et "
        "les noms un par un.",
        "why_quoted": "Rien n’a été rédigé\u00a0: ce sont les caractères mêmes de l’article, à l’endroit où la réponse a été "
        "trouvée.",
        "why_nothing": "Aucun des passages les plus proches ne répond assez sûrement. Le modèle de langue n’a donc rien "
        "écrit\u00a0: mieux vaut pas de réponse qu’une réponse inventée.",
        "why_nothing_model": "Le modèle de langue a lu les passages les plus proches, et aucune phrase qu’il ait écrite "
        "n’y est appuyée par une ligne. Elle n’est donc pas donnée comme réponse.",
        "supported": "appuyée",
        "there": "S’y trouvent",
        "searched": "Cherché dans",
        "in_no_article": "Dans aucun article",
        "file_changed": "Le fichier a changé depuis qu’il a été indexé\u00a0: ce sont ici les lignes indexées.",
        "file_removed": "Le fichier n’est plus là\u00a0: ce sont ici les lignes indexées.",
        "reindex": "Réindexer",
        "history": "Historique",
        "speak": "English",
        "speak_code": "en",
        "speak_title": "Read this page in English",
        "theme": "Clair, sombre ou comme le système",
        "theme_auto": "Couleurs\u00a0: comme le système",
        "theme_light": "Couleurs\u00a0: clair",
        "theme_dark": "Couleurs\u00a0: sombre",
        "shortcuts": "Raccourcis clavier (?)",
        "keys": "Raccourcis clavier",
        "key_esc": "Échap",
        "does_n": "citation suivante",
        "does_p": "citation précédente",
        "does_/": "aller à la question",
        "does_?": "cette fenêtre",
        "does_esc": "fermer l’aperçu ou la fenêtre",
        "single": "Touches d’une seule lettre (n, p, /, ?)",
        "close_window": "Fermer",
        "skip_box": "Aller à la question",
        "skip_pane": "Aller à l’article",
    },
    "en": {
        "local": "local · offline",
        "local_title": "Nothing leaves this machine: neither your questions nor your articles.",
        "away": "model on {host}",
        "away_title": "Your questions and lines of your articles go to {host}.",
        "away_proxy": "Your questions and lines of your articles go to {host}, through the proxy {proxy}.",
        "invite": "Ask your articles",
        "promise": "Every sentence of the answer shows the lines it comes from.",
        "add_first": "Add some articles first",
        "try": "For example",
        "loading": "The models are loading. A few more seconds.",
        "broken": "citeline could not start.",
        "placeholder": "Your question…",
        "placeholder_loading": "The models are loading…",
        "question": "Question",
        "send": "Ask",
        "stop": "Stop",
        "waiting": "Searching your articles…",
        "reading": "Reading the passages…",
        "pointed": "Likely place",
        "unchecked": "probably here, unchecked",
        "draft": "being checked",
        "grounded": "Checked against your articles",
        "quoted": "Quoted word for word",
        "abstained": "Not in your articles",
        "abstained_text": "Your articles do not answer this question.",
        "stopped": "Stopped before the end.",
        "failed": "The answer failed. The details are in the terminal that runs citeline.",
        "busy": "Too many questions are waiting already. Ask this one again in a moment.",
        "unreadable": "The article could not be shown. The details are in the terminal that runs citeline.",
        "sources": "Sources",
        "found": "Passages found",
        "nearest": "The nearest passages",
        "also_read": "All passages read",
        "dropped_reason": "No line supports it.",
        "citation": "Citation",
        "passage": "Passage",
        "line": "line",
        "lines": "lines",
        "to": "to",
        "open_quote": "“",
        "close_quote": "”",
        "colon": ": ",
        "decimal": ".",
        "previous": "Previous citation (p)",
        "next": "Next citation (n)",
        "close": "Close the article",
        "citations": "Citations",
        "article": "Article",
        "article_text": "Text of the article",
        "library": "Library",
        "missing": "This article is no longer in the library.",
        "stale": "The article has changed since this answer: ask again.",
        "conversation": "Questions and answers",
        "no_llm": "no language model",
        "understood": "Understood as",
        "again": "ask again",
        "again_title": "Ask this question once more",
        "edit": "edit",
        "edit_title": "Put this question into the box",
        "new": "New conversation",
        "why": "How it was checked",
        "why_grounded": "The model wrote; citeline then compared each sentence with the lines it cites, without a model. "
        "Its numbers, names and dates stand there (or in the headline, the date or the paragraph), nearly all its words "
        "do too, and the line does not say the opposite.",
        "why_across": "Where the article is in another language, words are compared by their meaning, numbers and names "
        "one by one.",
        "why_quoted": "Nothing was written: these are the characters of the article itself, where the answer was found.",
        "why_nothing": "None of the nearest passages answers surely enough. So the language model wrote nothing: no "
        "answer is better than an invented one.",
        "why_nothing_model": "The language model read the nearest passages, and no line supports a sentence that it "
        "wrote. So none is given as an answer.",
        "supported": "supported",
        "there": "Found there",
        "searched": "Searched in",
        "in_no_article": "In no article",
        "file_changed": "The file has changed since it was indexed: these are the lines as indexed.",
        "file_removed": "The file is no longer there: these are the lines as indexed.",
        "reindex": "Index again",
        "history": "History",
        "speak": "Français",
        "speak_code": "fr",
        "speak_title": "Lire cette page en français",
        "theme": "Light, dark or as the system",
        "theme_auto": "Colours: as the system",
        "theme_light": "Colours: light",
        "theme_dark": "Colours: dark",
        "shortcuts": "Keyboard shortcuts (?)",
        "keys": "Keyboard shortcuts",
        "key_esc": "Esc",
        "does_n": "next citation",
        "does_p": "previous citation",
        "does_/": "go to the question",
        "does_?": "this window",
        "does_esc": "close the preview or the window",
        "single": "Single-letter keys (n, p, /, ?)",
        "close_window": "Close",
        "skip_box": "Go to the question",
        "skip_pane": "Go to the article",
    },
}

COUNTS: dict[str, dict[str, tuple[str, str]]] = {
    "fr": {
        "article": ("article", "articles"),
        "line": ("ligne", "lignes"),
        "page": ("page", "pages"),
        "dropped": ("phrase écartée", "phrases écartées"),
        "passage": ("passage trouvé", "passages trouvés"),
        "earlier": ("question plus ancienne", "questions plus anciennes"),
        "before": ("question passe avant celle-ci…", "questions passent avant celle-ci…"),
    },
    "en": {
        "article": ("article", "articles"),
        "line": ("line", "lines"),
        "page": ("page", "pages"),
        "dropped": ("sentence dropped", "sentences dropped"),
        "passage": ("passage found", "passages found"),
        "earlier": ("earlier question", "earlier questions"),
        "before": ("question comes before this one…", "questions come before this one…"),
    },
}

LANGUAGES: dict[str, dict[str, str]] = {
    "fr": {"fr": "français", "en": "anglais", "de": "allemand", "es": "espagnol", "it": "italien", "pt": "portugais"},
    "en": {"fr": "French", "en": "English", "de": "German", "es": "Spanish", "it": "Italian", "pt": "Portuguese"},
}

MONTHS: dict[str, tuple[str, ...]] = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def words(lang: str) -> Mapping[str, str]:
    """The words of the page in "fr" or "en"; French for anything else."""
    return WORDS.get(lang, WORDS["fr"])


def page_language(accept_language: str, cookie: str = "") -> str:
    """ "fr" or "en": what the reader has switched to (`cookie`, a Cookie header), else as Accept-Language ranks them.

    French when it is empty, English when it has neither.
    """
    if chosen := re.search(r"(?:^|;\s*)citeline_lang=(fr|en)(?=;|$)", cookie):
        return chosen.group(1)
    ranked: list[tuple[float, int, str]] = []
    for order, part in enumerate(accept_language.lower().split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), order, tag[:2]))
        except ValueError:
            continue
    known = [tag for _, _, tag in sorted(ranked) if tag in WORDS]
    return known[0] if known else ("en" if accept_language.strip(" *") else "fr")


def page_theme(cookie: str) -> str:
    """ "light" or "dark" as the reader has switched to it, "" when the page goes with the system."""
    chosen = re.search(r"(?:^|;\s*)citeline_theme=(light|dark)(?=;|$)", cookie)
    return chosen.group(1) if chosen else ""


def place_words(span: Span, page: int, lang: str) -> str:
    """Where a citation stands: file and lines, and between them the printed page when there is one (not 0)."""
    if not page:
        return str(span)
    say = words(lang)
    lines = f"{say['line']} {span.first}"
    if span.last != span.first:
        lines = f"{say['lines']} {span.first}–{span.last}"
    return dotted(span.article_id, f"p. {page}", lines)


def count(n: int, noun: str, lang: str) -> str:
    """ "1 article", "12 articles"; French counts 0 as one."""
    one, many = COUNTS[lang][noun]
    single = n < 2 if lang == "fr" else n == 1
    return f"{n} {one if single else many}"


def date_words(date: str, lang: str) -> str:
    """An ISO date as a person writes it ("18 octobre 2023", "October 2023"); anything else comes back as it is."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?", date, re.ASCII)
    if match is None:
        return date
    year, month, day = match.groups()
    name = f"{MONTHS[lang][int(month) - 1]} {year}"
    if day is None:
        return name
    return f"{'1er' if lang == 'fr' and day == '01' else int(day)} {name}"


def language_name(code: str, lang: str) -> str:
    return LANGUAGES[lang].get(code, code)


def dotted(*parts: str) -> str:
    """The parts that are not empty, with a dot between them."""
    return " · ".join(part for part in parts if part)
