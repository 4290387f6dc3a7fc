"""The article pane and the previews of citations, as page.js and peek.js ask for them. Nothing they send is trusted."""

from __future__ import annotations

import logging
from typing import Any

from index.documents import file_state
from rag.copies import compare
from ui.formats import unescape_key
from ui.holdings import is_copy
from ui.services import OpenLibrary
from ui.web.render.article import Mark, article_html, missing_html, whole
from ui.web.render.comparison import comparison_html
from ui.web.render.preview import peek_html

log = logging.getLogger(__name__)

MAX_MARKS = 200


def article_pane(library: OpenLibrary, wanted: Any) -> str:
    """Return the HTML of {article, marks, current, lang}; "" without an article or while no library is served."""
    lang, article_id, marks, current = _wanted(wanted)
    if library.answerer is None or not article_id:
        return ""
    try:
        found = library.answerer.article(article_id)
        many = next((each.sha256 for each in library.answerer.library.manifest.many if each.path == found.path), "")
        state = file_state(found, many)
        copies = [each for each in library.answerer.library.families.of(found.id) if each.id != found.id]
        return article_html(found, [whole(found, mark) for mark in marks], current, lang, state, copies)
    except KeyError:
        return missing_html(article_id, lang)
    except Exception:  # the page's edge: the reader gets one line, the terminal gets the traceback
        log.exception("an article could not be shown")
        return missing_html(article_id, lang, "unreadable")


def comparison(library: OpenLibrary, wanted: Any) -> str:
    """Return the HTML of what differs between {article, other, lang}; "" for nonsense."""
    try:
        keys, lang = (wanted["article"], wanted["other"]), "en" if wanted["lang"] == "en" else "fr"
        one, other = map(unescape_key, keys)
    except (KeyError, TypeError, ValueError):
        return ""
    if library.answerer is None or one == other:
        return ""
    held = library.answerer.library
    for each in (one, other):
        if each not in held.by_id:
            return missing_html(each, lang)
    a, b = held.by_id[one], held.by_id[other]
    return comparison_html(a, b, compare(a, b), is_copy(held, a, b), lang)


def citation_preview(library: OpenLibrary, wanted: Any) -> str:
    """Return the HTML of {article, mark, lang}; "" when there is nothing to show."""
    try:
        answerer, article_id = library.answerer, unescape_key(wanted["article"])
        if answerer is None:
            return ""
        lang = "en" if wanted["lang"] == "en" else "fr"
        return peek_html(answerer.article(article_id), _mark(wanted["mark"]), lang)
    except (AttributeError, KeyError, TypeError, ValueError):
        return ""


def _wanted(wanted: Any) -> tuple[str, str, list[Mark], int]:
    """What the page asked for: language, article id, marks, number of the current one. Nonsense asks for nothing."""
    try:
        lang = "en" if wanted["lang"] == "en" else "fr"
        article_id = unescape_key(wanted["article"])
        marks = [_mark(mark) for mark in wanted["marks"][:MAX_MARKS]]
        return lang, article_id, marks, int(wanted["current"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return "fr", "", [], 0


def _mark(wanted: dict[str, Any]) -> Mark:
    n, first, last, start, end = (int(wanted.get(key, 0)) for key in ("n", "first", "last", "start", "end"))
    return Mark(n, first, last, start, end, str(wanted.get("check", "")))
