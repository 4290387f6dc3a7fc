"""Which language and colours the page has; counts, dates, places and names of languages in words."""

from __future__ import annotations

import re

from index.types import Span
from ui.i18n.catalog import PAGE_LANGUAGES, count_words, words


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
    known = [tag for _, _, tag in sorted(ranked) if tag in PAGE_LANGUAGES]
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
    one, many = count_words(lang)[noun]
    single = n < 2 if lang == "fr" else n == 1
    return f"{n} {one if single else many}"


def n_questions(n: int, lang: str) -> str:
    """ "1 question", "3 questions"."""
    one, many = count_words(lang)["question"]
    return f"{n} {one if n == 1 else many}"


def date_words(date: str, lang: str) -> str:
    """An ISO date as a person writes it ("18 octobre 2023", "October 2023"); anything else comes back as it is."""
    match = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?", date, re.ASCII)
    if match is None:
        return date
    year, month, day = match.groups()
    name = f"{month_name(int(month), lang)} {year}"
    if day is None:
        return name
    return f"{'1er' if lang == 'fr' and day == '01' else int(day)} {name}"


def month_name(month: int, lang: str) -> str:
    """ "octobre" or "October" for 10."""
    from babel import Locale

    return str(Locale(lang).months["format"]["wide"][month])


def language_name(code: str, lang: str) -> str:
    """ "allemand" or "German" for "de"; the code itself when it is of no language."""
    from babel import Locale

    return str(Locale(lang).languages.get(code, code))


def dotted(*parts: str) -> str:
    """The parts that are not empty, with a dot between them."""
    return " · ".join(part for part in parts if part)
