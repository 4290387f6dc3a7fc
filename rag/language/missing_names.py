"""Years and names of a question that an article does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.text import fold, stop_words
from rag.language.packs import PACKS
from rag.language.proper_names import is_acronym_of, is_country, names, stands
from rag.language.quantities import numbers


def unmet(
    question: str, text: str, language: str, source_language: str, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Return years and names of a question that are nowhere in an article's `text`: it may be about something else.

    Across languages, where names are spelled differently ("Poutine", "Putin"), names count only if the text has none of
    them and `is_known` says that one is, exactly as written, in another article.
    """
    asked = [name for name in names(question, language) if not _is_none(name)]
    years = {n for n in numbers(question, language) if 1000 <= n < 2100} - numbers(text, source_language, loose=True)
    found = [as_written(n) for n in sorted(years)]
    if language == source_language:
        found += [
            name
            for name in asked
            if not stands(name, text, language, source_language, typos=True) and not is_acronym_of(name, text)
        ]
    else:
        if not any(stands(name, text, language, source_language) for name in asked):
            found += [name for name in asked if is_known(name)]
    return found


def nowhere(
    question: str, texts: Sequence[tuple[str, str]], language: str, is_known: Callable[[str], bool], is_spoken: bool
) -> list[str]:
    """Return the names of a question that are in no article, each with its first names.

    Args:
        texts: The articles that are nearest to the question, (text, its language): a name may be there in another
            spelling, or with a letter wrong.
        is_known: Whether any article has a word.
        is_spoken: Whether there are articles in the question's language. If not, a capital alone does not make a name:
            it must stand in a row of them, or behind a preposition with no noun after it.
    """
    rows = _rows(question, language)
    found: list[list[str]] = []
    for row in rows:
        name = row[-1]
        if _is_none(name) or any(map(is_known, (name, *name.split("-")))):
            continue
        if not is_spoken and len(row) == 1 and not _is_place(name, question, language):
            continue
        if not any(stands(name, text, language, code, typos=True) or is_acronym_of(name, text) for text, code in texts):
            found.append(row)
    if len(found) < len(rows):  # a country may well be left unsaid beside a place in it, and "CEO" be written out
        found = [row for row in found if not is_country(row[-1], language) and not row[-1].isupper()]
    return [" ".join(row) for row in found]


def _rows(question: str, language: str) -> list[list[str]]:
    """The names of a question, those in a row together ("Margaret Pym")."""
    rows: list[list[str]] = []
    for name in names(question, language):
        if rows and f"{rows[-1][-1]} {name}" in question:
            rows[-1].append(name)
        elif not _is_none(name):
            rows.append([name])
    return rows


def _is_place(name: str, question: str, language: str) -> bool:
    """Return whether a name stands behind a preposition, and no noun behind it ("of Lyon", not "of French banks")."""
    rule = rf"(\w+) (?:{_PREPOSITIONS.of(language)}){re.escape(name)}(?!\w)(?: (\w+))?"
    match = re.search(rule, question)
    if match is None or match[1][0].isupper():  # "Minister of Culture"
        return False
    return match[2] is None or match[2].lower() in stop_words(language)


_PREPOSITIONS = PACKS.rules("question.prepositions")

# Capitalised in English though no names: an article on France need not say "French".
_DEMONYMS = PACKS.all_words("names.demonyms")
_TITLES = PACKS.all_words("nouns.titles")


def _is_none(name: str) -> bool:
    """Return whether a word with a capital is no name: an adjective from a country's, or "Mme"."""
    return fold(name) in _DEMONYMS or fold(name) in _TITLES


def as_written(number: float) -> str:
    return f"{number:.12g}"
