"""Names of people and places in a text, and whether one stands in another text, also as another language spells it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import zip_longest

from index.text import fold, months, stem, stop_words, weekdays, words
from rag.language.packs import PACKS

_WORD = re.compile(r"\w+(?:[-’']\w+)*")
_ELIDED = PACKS.pattern("nouns.elided_names", r"^(?:{})[’'](?=\w)", re.IGNORECASE)


LEAST_LETTERS = 5
"""Letters of a name from which a word that differs from it by one is looked at: a typo, or another's name."""


def names(text: str, language: str) -> list[str]:
    """Return words of `text` that are written as names: capitalised inside a sentence, or in a row at its start.

    German capitalises every noun, and text in capitals every word; nothing there counts as a name.
    """
    if language == "de" or text.isupper():
        return []
    found: list[str] = []
    stop = stop_words(language)
    end = 0
    matches = list(_WORD.finditer(text))
    for match, after in zip_longest(matches, matches[1:]):
        at_start = end == 0 or bool(re.search(r"[.!?…:«“\"\n]", text[end : match.start()]))
        end = match.end()
        word = _ELIDED.sub("", match.group())
        if not word[:1].isupper() or fold(word) in stop or any(char.isdigit() for char in word):
            continue
        # Every sentence starts with a capital; it is a name's when it is not alone ("Bruno Vasseur"), the word is all
        # capitals, or an elided article stands before it.
        in_row = after is not None and after.group()[0].isupper() and text[match.end() : after.start()] == " "
        if at_start and not in_row and word == match.group() and not (word.isupper() and len(word) > 1):
            continue
        found.append(word)
    return list(dict.fromkeys(found))


def stands(name: str, text: str, language: str, source_language: str, typos: bool = False) -> bool:
    """Return whether `name`, written in `language`, is in `text`, in a form of it or as `source_language` spells it.

    With `typos`, one wrong, missing or swapped letter in a name of five or more is overlooked.
    """
    across = language != source_language
    wanted = _bare(name)
    for match in _WORD.finditer(text):
        written = _ELIDED.sub("", match.group())
        for each in {written, *_runs(written)}:
            form = _bare(each)
            if across and same_stem(form, wanted, across):
                return True
            if form == wanted or stem(form, source_language) == stem(wanted, source_language):
                return True
            if typos and len(wanted) >= LEAST_LETTERS and _is_one_edit_away(form, wanted):
                return True
    return across and _stands_translated(name, text, language, source_language)


def _runs(written: str) -> set[str]:
    """The parts of a name with hyphens, and its beginning ("Saint-Aubin" of "Saint-Aubin-les-Bois")."""
    parts = written.split("-")
    return {*parts, *("-".join(parts[:n]) for n in range(2, len(parts)))}


def same_stem(form: str, wanted: str, across: bool = False) -> bool:
    """Return whether two folded words are forms of one ("annonce", "annoncent").

    `across` languages, spellings of one name count too ("putin").
    """
    if across:
        form, wanted = (each.replace("ou", "u").replace("tch", "ch") for each in (form, wanted))
    if form == wanted:
        return True
    shorter = min(len(form), len(wanted))
    if shorter < 4:
        return False
    same = next((i for i, (a, b) in enumerate(zip(form, wanted, strict=False)) if a != b), shorter)
    if across:
        return same >= max(4, round(0.6 * shorter)) and abs(len(form) - len(wanted)) <= 5
    return same >= max(4, shorter - 2) and abs(len(form) - len(wanted)) <= 3


def _is_one_edit_away(a: str, b: str) -> bool:
    """Do two words differ by one letter changed, left out, put in, or by two neighbours swapped?"""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[start:], b[start:]
    swapped = rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
    return swapped or rest_a[1:] == rest_b[1:] or rest_a[1:] == rest_b or rest_a == rest_b[1:]


def namesake(name: str, text: str, language: str) -> str:
    """Return a name in `text` that is another one's, though it is `name` but for a letter inside it; else "".

    "Huang" is for "Hoang". Names that differ at their end may be forms of one.
    """
    wanted = _bare(name)
    for other in names(text, language):
        form = _bare(other)
        is_long = min(len(wanted), len(form)) >= LEAST_LETTERS
        if is_long and form != wanted and form[-2:] == wanted[-2:] and _is_one_edit_away(form, wanted):
            return other
    return ""


def days(text: str) -> set[str]:
    """Return months and weekdays a text names, in one spelling for all languages ("mars", "March").

    Also "mai" and "may".
    """
    there = {_bare(_ELIDED.sub("", match.group())) for match in _WORD.finditer(text)}
    known = _months()
    named = {f"month {known[word]}" for word in there & known.keys() if len(word) > 3 or word == "mai"}
    return named | {f"weekday {weekdays()[word]}" for word in there & weekdays().keys()}


def is_country(name: str, language: str) -> bool:
    """Return whether a language calls a country so."""
    return " ".join(words(name, language)) in _territories(language).values()


def is_acronym_of(name: str, text: str) -> bool:
    """Return whether a name in capitals has the initials of consecutive words in `text` ("UE", "Union européenne")."""
    if not (name.isupper() and 2 <= len(name) <= 6):
        return False
    initials = "".join(word[0] for word in words(text) if len(word) > 2)
    return name.lower() in initials


def is_written_short(row: Sequence[str], text: str) -> bool:
    """Return whether the initials of a name of several words are a word in capitals in `text`."""
    initials = "".join(word[0] for word in row).upper()
    return len(initials) > 1 and bool(re.search(rf"\b{re.escape(initials)}\b", text))


def is_same_organisation(row: Sequence[str], text: str) -> bool:
    """Return whether `text` has a name of a great organisation in any of its languages, short or written out."""
    asked = {" ".join(row), row[-1]}
    plain = f" {' '.join(words(text))} "
    for called in map(str.split, PACKS.shared("names.organisations")):
        forms = [form.replace("_", " ") for form in called]
        if not any(each == form or fold(each) == form for each in asked for form in forms):
            continue
        if any(re.search(rf"\b{form}\b", text) if form.isupper() else f" {form} " in plain for form in forms):
            return True
    return False


def sounds_like(name: str, text: str) -> bool:
    """Return whether a name may be in `text` as others write it: "Kyiv" and "Kiev", "Poutine" and "Putin"."""
    wanted = _sound(name)
    for match in _WORD.finditer(text):
        written = _ELIDED.sub("", match.group())
        if not written[:1].isupper() or fold(written)[0] not in _ALIKE.get(wanted[:1], wanted[:1]):
            continue
        form = _sound(written)
        short, bones = _bones(wanted), _bones(form)
        if form == wanted or (short == bones and (len(short) > 3 or _is_one_edit_away(form, wanted))):
            return True
    return False


_ALIKE = {"k": "kcq", "v": "vw", "i": "ijy", "j": "jydg", "t": "tcd", "c": "cstk", "h": "hkg", "s": "scz"}
_SPELLINGS = (
    ("tsch", "c"), ("tch", "c"), ("sch", "c"), ("sh", "c"), ("ch", "c"), ("kh", "h"), ("ph", "f"), ("dj", "j"),
    ("dzh", "j"), ("zh", "j"), ("ou", "u"), ("oo", "u"), ("w", "v"), ("y", "i"), ("q", "k"), ("ts", "c"), ("x", "ks"),
)  # fmt: skip


def _sound(name: str) -> str:
    """Return a name in letters that are the same however it was brought into ours, none twice in a row."""
    plain = _bare(name)
    for letters, instead in _SPELLINGS:
        plain = plain.replace(letters, instead)
    return re.sub(r"(.)\1+", r"\1", plain).removesuffix("e")


def _bones(sound: str) -> str:
    return sound[:1] + re.sub("[aeiouh]", "", sound[1:])


def _stands_translated(name: str, text: str, language: str, source_language: str) -> bool:
    """Months, weekdays, great cities and countries by the tables of both languages."""
    wanted = _bare(name)
    there = {_bare(_ELIDED.sub("", match.group())) for match in _WORD.finditer(text)}
    for table in (_months(), weekdays(), _cities()):
        if wanted in table:
            return any(table.get(word) == table[wanted] for word in there)
    codes = {code for code, known in _territories(language).items() if wanted in known.split()}
    folded = f" {' '.join(words(text, source_language))} "
    return any(f" {known} " in folded for code in codes if (known := _territories(source_language).get(code)))


@cache
def _territories(language: str) -> dict[str, str]:
    """Countries by their ISO 3166 code, as folded words; empty for a language that is not known."""
    from babel import Locale, UnknownLocaleError

    try:
        found = Locale(language).territories
    except (UnknownLocaleError, ValueError):
        return {}
    return {code: " ".join(words(name, language)) for code, name in found.items() if code.isalpha()}


@cache
def _months() -> dict[str, int]:
    return {fold(word): number for word, number in months().items()}


@cache
def _cities() -> dict[str, int]:
    """Words of the names of great cities that do not even begin alike in two languages, and which city it is."""
    rows = enumerate(PACKS.shared("names.cities"))
    return {word: number for number, row in rows for word in row.split() if len(word) > 2}


def _bare(name: str) -> str:
    return fold(name).replace("'", "").replace("-", "")
