"""Claim + sentences of the articles -> supported or not. Pure: no model is needed, and none can talk it round.

A claim is supported by a sentence when its numbers, its names and nearly all its content words stand there (a name may
stand in the sentence's surroundings: its paragraph, the headline, the date), and neither says "not" where the other
does not. That proves "it is written there"; that it answers the question is the reader's part.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from index.language import fold, stem, stop_words, words
from rag.names import is_acronym_of, names, same_stem, stands
from rag.numbers import NUMBER_WORDS, numbers

MIN_COVERAGE = 0.7
"""Least share of a claim's own content words that its sentence must hold (docs/experiments.md)."""
MIN_COVERAGE_ACROSS = 0.0
"""The same across two languages: words cannot be compared, the embedder must (see answer.py)."""


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
    if lacking_names := _missing(named, sentence + "\n" + context, question, language, source_language):
        return Support(False, coverage, lacking_names, "name")
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
        found += [
            name
            for name in names(question, language)
            if not stands(name, text, language, source_language, typos=True) and not is_acronym_of(name, text)
        ]
    return found


def _missing(named: Collection[str], text: str, question: str, language: str, source_language: str) -> tuple[str, ...]:
    """Names of a claim that `text` lacks. Across languages those of the question are taken as met: the reader, which
    reads both languages, has matched them."""
    given = set(names(question, language)) if language != source_language else set()
    return tuple(n for n in named if n not in given and not stands(n, text, language, source_language))


# --- words --------------------------------------------------------------------------------------------------------


def content(text: str, language: str) -> dict[str, str]:
    """Content words of a text: stem -> the word as folded; no stop words, no numbers."""
    stop = stop_words(language)
    return {
        stem(word, language): word
        for word in words(text, language)
        if word not in stop
        and not word[0].isdigit()
        and word not in NUMBER_WORDS.get(language, frozenset())
        and len(word) > 1
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
    return key in there or any(same_stem(each, key) for each in there)


# --- negation -----------------------------------------------------------------------------------------------------

_NEGATIONS = {
    "fr": r"\bn[e']\s*\w+(?:\s+\w+){0,3}?\s+(?:plus|jamais|rien|guere|personne)\b|\b(?:non|sans|aucune?|pas)\b",
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


def _plain(number: float) -> str:
    return f"{number:.12g}"
