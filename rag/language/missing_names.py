"""Years and names of a question that an article does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from index.text import fold, sentences, stem, stop_words
from rag.language.packs import PACKS
from rag.language.proper_names import (
    days,
    is_acronym_of,
    is_country,
    is_same_organisation,
    is_written_short,
    names,
    sounds_like,
    stands,
)
from rag.language.quantities import numbers


def unmet(
    question: str, text: str, language: str, source_language: str, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Return years and names of a question that are nowhere in an article's `text`: it may be about something else.

    Across languages, where names are spelled differently ("Poutine", "Putin"), names count only if the text has none of
    them and `is_known` says that one is, exactly as written, in another article.
    """
    asked = [name for name in names(question, language) if not _is_none(name, language)]
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
    question: str,
    texts: Callable[[], Iterable[tuple[str, str]]],
    language: str,
    is_known: Callable[[str], bool],
    is_spoken: bool,
) -> list[str]:
    """Return the names of a question that are in no article, each with its first names; none where that is not sure.

    Args:
        texts: Gives the articles that are nearest to the question, (text, its language): a name may be there in
            another spelling, or with a letter wrong. Asked only for a name that `is_known` does not know.
        is_known: Whether any article has a word.
        is_spoken: Whether there are articles in the question's language. If not, a capital alone does not make a name:
            it must stand in a row of them, or behind a preposition with no noun after it.
    """
    asked = _asked(question, language)
    rows = [row for row in _rows(asked, language, is_spoken) if not _is_source(row, asked)]
    found: list[list[str]] = []
    for row in rows:
        name = row[-1]
        if any(map(is_known, (name, *name.split("-")))):
            continue
        is_named = bool(_behind_place(asked, language, name))
        if not is_named and (_is_none(name, language) or _is_in_title(name, asked)):
            continue
        is_sure = is_spoken or len(row) > 1 or (_is_place(name, asked, language) and not name.isupper())
        if (is_sure or is_named) and not any(_is_there(row, text, language, code) for text, code in texts()):
            found.append(row)
    if len(found) < len(rows):  # a country may well be left unsaid beside a place in it, and "CEO" be written out
        found = [row for row in found if not is_country(row[-1], language) and not row[-1].isupper()]
    return [" ".join(row) for row in found]


_GREETING = PACKS.pattern("names.greetings", r"(?:{})\b")
_SAYS = PACKS.pattern("filters.says", r"\b(?:{}) (?:\w{1,3}[' ]){0,2}$")
_WORDS = re.compile(r"\w+(?:[-’']\w+)*")


def _asked(question: str, language: str) -> str:
    """The sentence of a question that asks, without a greeting or somebody spoken to ("Bonjour Claude, …")."""
    end = question.rfind("?")
    parts = [question[a:b] for a, b in sentences(question[: end + 1] if end >= 0 else question)]
    asked = parts[-1] if end >= 0 and parts else question
    first, comma, rest = asked.partition(",")
    if comma and (_GREETING.match(fold(first).lstrip()) or _is_called(first, language)):
        return _asked(rest, language)
    rest, comma, last = asked.rpartition(",")
    if comma and _is_called(last, language):
        asked = rest
    while match := _GREETING.match(fold(asked).lstrip("¿¡ ")):
        rest_of = list(_WORDS.finditer(asked))[len(match[0].split()) :]
        while rest_of and rest_of[0][0][0].isupper() and fold(rest_of[0][0]) not in stop_words(language):
            rest_of.pop(0)
        asked = asked[rest_of[0].start() :] if rest_of else ""
    return asked


def _is_called(text: str, language: str) -> bool:
    """Return whether a piece between commas holds names alone: somebody who is spoken to, or who signs."""
    said = _WORDS.findall(text)
    return bool(said) and all(word[0].isupper() and fold(word) not in stop_words(language) for word in said)


def _rows(question: str, language: str, is_spoken: bool) -> list[list[str]]:
    """The names of a question, those in a row together ("Margaret Pym")."""
    rows: list[list[str]] = []
    for name in _written(question, language, is_spoken):
        if rows and re.search(rf"{re.escape(rows[-1][-1])} {re.escape(name)}(?!\w)", question):
            rows[-1].append(name)
        elif len(name) > 1:
            rows.append([name])
    if place := _behind_place(question, language):
        rows = [row for row in rows if place not in row] + [[place]]
    return rows


def _written(question: str, language: str, is_spoken: bool) -> list[str]:
    """The words with a capital; of German ones, which all nouns have, those with another beside them."""
    if language != "de" or question.isupper():
        return names(question, language)
    pairs = re.findall(r"(?<=\w )([A-ZÄÖÜ][\w-]+) (?=([A-ZÄÖÜ][\w-]+))", question) if is_spoken else []
    known = [pair for pair in pairs if not any(_is_none(name, language) for name in pair)]
    return list(dict.fromkeys(name for pair in known for name in pair))


def _behind_place(question: str, language: str, name: str = "") -> str:
    """What stands behind "the mayor of", however it is written; "" if nothing does, or another than `name`."""
    match = re.search(rf"\b(?:{_OF_PLACE.of(language)})((?!\d)\w[\w-]+)(?= ?[?.!,;]| ?$| (\w+))", fold(question))
    if not match or match[1] in _COMMON or (match[2] and match[2] not in stop_words(language)):
        return ""
    typed = (word.rpartition("’")[2].rpartition("'")[2] for word in _WORDS.findall(question))
    found = next((word for word in typed if fold(word) == match[1]), "")
    return found if found and len(found) > 2 and name in ("", found) else ""


def _is_source(row: Sequence[str], question: str) -> bool:
    """Return whether a name only says who is to be believed ("selon l'AFP")."""
    before = fold(question[: question.index(row[0])])
    return bool(_SAYS.search(before)) or fold(row[-1]) in PACKS.shared("names.sources").split()


def _is_in_title(name: str, question: str) -> bool:
    """Return whether a capital stands behind another with "of" between ("Minister of Culture", "Conseil d'État")."""
    before = re.search(r"(\w+) (?:\w{1,3}[ ’'])?(?:\w{1,3}[ ’'])$", question[: question.index(name)])
    return before is not None and before.start() > 0 and before[1][0].isupper()


def _is_place(name: str, question: str, language: str) -> bool:
    """Return whether a name stands behind a preposition, and no noun behind it ("of Lyon", not "of French banks")."""
    rule = rf"\w (?:{_PREPOSITIONS.of(language)}){re.escape(fold(name))}(?!\w)(?: (\w+))?"
    match = re.search(rule, fold(question))
    return match is not None and (match[1] is None or match[1] in stop_words(language))


def _is_there(row: Sequence[str], text: str, language: str, source_language: str) -> bool:
    """Return whether a text has a name, spelled in any way, as an acronym or written out."""
    name = row[-1]
    return (
        stands(name, text, language, source_language, typos=True)
        or is_acronym_of(name, text)
        or is_written_short(row, text)
        or is_same_organisation(row, text)
        or sounds_like(name, text)
    )


_PREPOSITIONS = PACKS.rules("question.prepositions")
_OF_PLACE = PACKS.rules("names.of_place")

# Capitalised though no names: an article on France need not say "French", nor "Ministry" that somebody is a minister.
_DEMONYMS = PACKS.words("names.demonyms")
_COMMON = PACKS.all_words("names.common")
_TITLES = PACKS.all_words("nouns.titles")
_ROLES = PACKS.all_words("nouns.roles")


def _is_none(name: str, language: str) -> bool:
    """Return whether a word with a capital is no name: an adjective from a country's, "Mme", "Ministry", "Monday"."""
    plain = fold(name)
    if any(plain in words for words in (_TITLES, _ROLES, _COMMON)) or days(name):
        return True
    if is_country(name, language):
        return False
    return stem(plain, language) in {stem(word, code) for code in (language, "en") for word in _DEMONYMS.get(code, ())}


def as_written(number: float) -> str:
    return f"{number:.12g}"
