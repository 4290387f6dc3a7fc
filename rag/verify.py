"""Claim + sentences of the articles -> supported or not. Pure: no model is needed, and none can talk it round.

A claim is supported by a sentence when its numbers, its names and nearly all its content words stand there (a name may
stand in the sentence's surroundings: its paragraph, the headline, the date), and neither says "not" where the other
does not. That proves "it is written there"; that it answers the question is the reader's part.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from index.language import fold, plain_numbers, stem, stop_words, words

MIN_COVERAGE = 0.7
"""Least share of a claim's own content words that its sentence must hold (docs/experiments.md)."""
MIN_COVERAGE_ACROSS = 0.0
"""The same when claim and sentence are in two languages: words cannot be compared, the embedder must (see answer.py)."""


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a sentence carries a claim; `coverage` in [0, 1] ranks sentences, `missing` says what it lacks."""

    ok: bool
    coverage: float
    missing: tuple[str, ...] = ()
    kind: str = ""
    """What is missing: "number", "name", "words", "negation", or "" when nothing is."""


def check(claim: str, sentence: str, context: str, question: str, language: str, source_language: str) -> Support:
    """How `sentence`, with `context` (its paragraph, headline and date) around it, supports `claim`.

    `language` is the claim's and the question's, `source_language` the sentence's. The question's words count as given,
    its numbers and names do not: they too must stand in the article.
    """
    across = language != source_language
    named = names(claim, language)
    coverage = _coverage(claim, sentence, question, language, source_language, named)
    here = numbers(sentence, source_language, loose=True) | numbers(context, source_language, loose=True)
    if lacking := [n for n in numbers(claim, language) if n not in here]:
        return Support(False, coverage, tuple(map(_plain, sorted(lacking))), "number")
    if lacking_names := [name for name in named if not _stands(name, sentence + "\n" + context, across)]:
        return Support(False, coverage, tuple(lacking_names), "name")
    if not across and is_negated(claim, language) != is_negated(sentence, source_language) and (
        is_negated(claim, language) or (coverage > 0.9 and len(sentence) < 1.5 * len(claim))
    ):  # fmt: skip
        return Support(False, coverage, (), "negation")
    if coverage < (MIN_COVERAGE_ACROSS if across else MIN_COVERAGE):
        return Support(False, coverage, tuple(_lacking_words(claim, sentence, question, language)), "words")
    return Support(True, coverage)


def unmet(question: str, text: str, language: str, source_language: str) -> list[str]:
    """Years and names of a question that stand nowhere in an article's `text`: it may be about something else.

    Across languages only numbers are compared, since names are spelled differently ("Poutine", "Putin").
    """
    years = {n for n in numbers(question, language) if 1000 <= n < 2100} - numbers(text, source_language, loose=True)
    found = [_plain(n) for n in sorted(years)]
    if language == source_language:
        found += [name for name in names(question, language) if not _stands(name, text, across=False)]
    return found


# --- names --------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"\w+(?:[-’']\w+)*")
_ELIDED = re.compile(r"^(?:jusqu|lorsqu|puisqu|quoiqu|qu|[cdjlmnst])[’'](?=\w)", re.IGNORECASE)


def names(text: str, language: str) -> list[str]:
    """Words of `text` that are written as names: capitalised inside a sentence, or at its start when not a plain word.

    German capitalises every noun and capitals-only text every word; there nothing is taken for a name.
    """
    if language == "de" or text.isupper():
        return []
    found: list[str] = []
    stop = stop_words(language)
    end = 0
    matches = list(_WORD.finditer(text))
    for match, after in zip(matches, [*matches[1:], None], strict=True):
        between = text[end : match.start()]
        at_start = end == 0 or bool(re.search(r"[.!?…:«“\"\n]", between))
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


def _stands(name: str, text: str, across: bool) -> bool:
    wanted = fold(name).replace("'", "").replace("-", "")
    there = [fold(match.group()) for match in _WORD.finditer(text)]
    for written in there:
        written = _ELIDED.sub("", written)
        for form in {written, *written.split("-")}:
            form = form.replace("'", "").replace("-", "")
            if form == wanted or _same_stem(form, wanted, across):
                return True
    return False


def _same_stem(form: str, wanted: str, across: bool) -> bool:
    """Do two folded words share their beginning so far that one is a form of the other ("russe", "Russie", "Russia")?"""
    shorter = min(len(form), len(wanted))
    need = max(4, shorter - 2)
    if shorter < 4:
        return False
    same = next((i for i, (a, b) in enumerate(zip(form, wanted, strict=False)) if a != b), shorter)
    return same >= need and abs(len(form) - len(wanted)) <= (5 if across else 3)


# --- words --------------------------------------------------------------------------------------------------------


def content(text: str, language: str) -> dict[str, str]:
    """Content words of a text: stem -> the word as folded; no stop words, no numbers."""
    stop = stop_words(language)
    return {
        stem(word, language): word
        for word in words(text, language)
        if word not in stop and not word[0].isdigit() and word not in _NUMBER_WORDS.get(language, {}) and len(word) > 1
    }


def _lacking_words(claim: str, sentence: str, question: str, language: str) -> list[str]:
    there = content(sentence, language).keys() | content(question, language).keys()
    return [word for key, word in content(claim, language).items() if not _found(key, there)]


def _coverage(
    claim: str, sentence: str, question: str, language: str, source_language: str, named: Collection[str]
) -> float:
    """Share of the claim's content words that the sentence holds; names and the question's words are left out."""
    there = content(sentence, source_language).keys()
    own = content(claim, language).keys() - content(question, language).keys()
    wanted = own - content(" ".join(named), language).keys() or own or content(claim, language).keys()
    if not wanted:
        return 1.0
    return sum(_found(key, there) for key in wanted) / len(wanted)


def _found(key: str, there: Collection[str]) -> bool:
    return key in there or any(_same_stem(each, key, across=False) for each in there)


# --- negation -----------------------------------------------------------------------------------------------------

_NEGATIONS = {
    "fr": r"\bn[e']\s*\w+(?:\s+\w+){0,3}?\s+(?:pas|plus|jamais|aucune?|rien|guere|personne)\b|\bnon\b|\bsans\b|\baucune?\b|\bpas\b",
    "en": r"\bnot\b|n't\b|\bnever\b|\bno\b|\bnone\b|\bnobody\b|\bwithout\b|\bcannot\b",
    "es": r"\bno\b|\bnunca\b|\bsin\b|\bningun[ao]?\b|\bjamas\b",
    "de": r"\bnicht\b|\bkeine?[rmns]?\b|\bnie\b|\bniemals\b|\bohne\b",
    "it": r"\bnon\b|\bmai\b|\bsenza\b|\bnessun[ao]?\b",
    "pt": r"\bnao\b|\bnunca\b|\bsem\b|\bnenhuma?\b",
}


def is_negated(text: str, language: str) -> bool:
    """Does a text say "not" somewhere, in one of the languages whose negations are known?"""
    pattern = _NEGATIONS.get(language)
    return bool(pattern and re.search(pattern, fold(text)))


# --- numbers ------------------------------------------------------------------------------------------------------

_FR = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ES = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
_DE = "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf"
_IT = "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
_PT = "zero um dois tres quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis"
_TENS = {
    "fr": {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70, "nonante": 90},
    "en": {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90},
    "es": {"veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50},
    "de": {"zwanzig": 20, "dreissig": 30, "vierzig": 40, "funfzig": 50},
    "it": {"venti": 20, "trenta": 30, "quaranta": 40, "cinquanta": 50},
    "pt": {"vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50},
}  # fmt: skip
_SCALES = {
    "fr": {"cent": 100, "cents": 100, "mille": 1e3, "millier": 1e3, "milliers": 1e3, "million": 1e6, "millions": 1e6,
           "milliard": 1e9, "milliards": 1e9},
    "en": {"hundred": 100, "thousand": 1e3, "million": 1e6, "millions": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12},
    "es": {"cien": 100, "cientos": 100, "mil": 1e3, "millon": 1e6, "millones": 1e6},
    "de": {"hundert": 100, "tausend": 1e3, "million": 1e6, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9},
    "it": {"cento": 100, "mille": 1e3, "mila": 1e3, "milione": 1e6, "milioni": 1e6, "miliardo": 1e9, "miliardi": 1e9},
    "pt": {"cem": 100, "mil": 1e3, "milhao": 1e6, "milhoes": 1e6},
}  # fmt: skip
_UNITS = {code: {word: i for i, word in enumerate(each.split())} for code, each in
          {"fr": _FR, "en": _EN, "es": _ES, "de": _DE, "it": _IT, "pt": _PT}.items()}  # fmt: skip
_NUMBER_WORDS = {code: _UNITS[code] | _TENS[code] | _SCALES[code] for code in _UNITS}
# Also an article ("un homme", "one of them"), a month or another word: alone they are not read as numbers.
_AMBIGUOUS = {"un", "one", "uno", "um", "neuf", "mil", "once", "sei", "null"}

_NUMBER = re.compile(r"\d+(?:\.\d+)?|[^\W\d_]+|[^\w\s-]")


def numbers(text: str, language: str, loose: bool = False) -> set[float]:
    """Values written in a text, in figures or words: "1,5 milliard" gives 1.5e9, "vingt-deux" 22, "3 500" 3500.

    A word that is a number but also something else ("un", "neuf", "one") counts only when `loose`.
    """
    tokens = _NUMBER.findall(plain_numbers(fold(text)))
    found: set[float] = set()
    at = 0
    while at < len(tokens):
        value, after = _number_at(tokens, at, language)
        if value is not None and (loose or after > at + 1 or tokens[at] not in _AMBIGUOUS):
            found.add(value)
        at = max(after, at + 1)
    return found


def _number_at(tokens: list[str], at: int, language: str) -> tuple[float | None, int]:
    """The number that starts at a token, in figures with a scale word or all in words, and where it ends."""
    scales = _SCALES.get(language, {})
    if tokens[at][0].isdigit():
        value = float(tokens[at])
        if at + 1 < len(tokens) and scales.get(tokens[at + 1], 0) >= 1000:
            return value * scales[tokens[at + 1]], at + 2
        return value, at + 1
    steps = _UNITS.get(language, {}) | _TENS.get(language, {})
    total, current, start = 0.0, 0.0, at
    while at < len(tokens):
        token = tokens[at]
        joined = token in {"et", "and"} and at > start and at + 1 < len(tokens) and tokens[at + 1] in steps
        if token in steps:
            step = steps[token]
            if language == "fr" and current % 100 == 4 and step == 20:
                current += 76
            elif not current or (current % 100 == 0 and step < 100) or (current % 100 >= 20 and step < 20):
                current += step
            else:
                break
        elif token in scales and (at > start or token not in _AMBIGUOUS):
            if scales[token] == 100:
                current = max(1.0, current) * 100
            else:
                total, current = total + max(1.0, current) * scales[token], 0.0
        elif not joined:
            break
        at += 1
    return (total + current, at) if at > start else (None, at)


def _plain(number: float) -> str:
    return f"{number:.12g}"
