"""Decide whether sentences of the articles support a claim. Pure: no model is needed, and none can talk it round.

A claim is supported by a sentence if its numbers, its names and nearly all its content words are there (a name may be
in the sentence's surroundings: its paragraph, the headline, the date), and neither says "not" where the other does not;
units, months, weekdays and the plainest opposites are compared too. That proves "it is written there"; whether it
answers the question is for the reader to decide.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

from index.tables import Pattern
from index.text import stem, stop_words, words
from rag.language import (
    PACKS,
    as_written,
    content,
    days,
    is_acronym_of,
    is_negated,
    measures,
    names,
    namesake,
    numbers,
    opposite_of,
    ranks,
    same_stem,
    stands,
)

CHECKS = ("number", "name", "date", "unit", "opposite", "negation", "words")
"""What `check` compares, in this order; it stops at the first that fails, which is the `kind` of its Support."""

EXACT = ("number", "name", "date", "unit")
"""Checks that compare what is written: what they refuse stays refused. The others look for what the checker reads."""

MIN_COVERAGE = 0.7
"""Minimum share of a claim's own content words that its sentence must contain (docs/experiments.md)."""


LEAST_INITIALS = 3
"""Letters of an acronym for which words in a row may stand: two begin words by chance."""


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a sentence supports a claim; `coverage` in [0, 1] ranks sentences, `missing` says what it lacks."""

    ok: bool
    coverage: float
    missing: tuple[str, ...] = ()
    kind: str = ""
    """What is wrong, one of CHECKS, or ""."""


def check(claim: str, sentence: str, context: str, question: str, language: str, source_language: str) -> Support:
    """Check how `sentence`, with `context` (its paragraph, headline and date) around it, supports `claim`.

    `language` is that of claim and question, `source_language` that of the sentence. The question's words and names
    count as given (see `unmet`), its numbers do not: they must be here.
    """
    across = language != source_language
    named = names(claim, language)
    sentence, context = _without_denied(sentence), _without_denied(context)
    coverage = _coverage(claim, sentence, question, language, source_language, named)
    if lacking := _lacking_values(claim, sentence, context, language, source_language):
        return Support(False, coverage, lacking, "number")
    lacking_names = _missing(named, sentence + "\n" + context, question, language, source_language)
    if lacking_names := lacking_names or _mistaken(named, sentence, context, language, source_language):
        return Support(False, coverage, lacking_names, "name")
    if lacking_days := days(claim) - days(sentence + "\n" + context):
        return Support(False, coverage, tuple(sorted(lacking_days)), "date")
    if wrong_units := _other_units(claim, sentence, language, source_language):
        return Support(False, coverage, wrong_units, "unit")
    if not across and (opposite := opposite_of(claim, sentence, language)):
        return Support(False, coverage, (opposite,), "opposite")
    if not across and is_negated(claim, language) != is_negated(sentence, source_language) and (
        is_negated(claim, language) or (coverage > 0.9 and len(sentence) < 1.5 * len(claim))
    ):  # fmt: skip
        return Support(False, coverage, (), "negation")
    if not across and _is_strengthened(claim, sentence, language):
        return Support(False, coverage, (), "negation")
    if not across and coverage < MIN_COVERAGE:  # across languages the embedder compares (claims.py)
        return Support(False, coverage, tuple(_lacking_words(claim, sentence, question, language)), "words")
    return Support(True, coverage)


# "17 injured, and not 14": what stands behind is what the sentence says it is not.
_INSTEAD = PACKS.rules("verdict.instead")
_NOT = PACKS.rules("verdict.not")
_DENIED = Pattern(
    lambda: (
        rf"\b(?:{_INSTEAD.any}|(?<=, )(?:{_NOT.any}))\s+(?:\w+\s+){{0,2}}?"
        r"\d[\d.,\u00a0\u202f ]*\d?(?!\w)"
    ),
    re.IGNORECASE,
)


def _without_denied(text: str) -> str:
    return _DENIED.sub(" ", text)


def _lacking_values(claim: str, sentence: str, context: str, language: str, source_language: str) -> tuple[str, ...]:
    """Return the values of a claim that sentence and context lack, or else its ranks that the sentence has not."""
    here = numbers(sentence, source_language, loose=True) | numbers(context, source_language, loose=True)
    lacking = [as_written(value) for value in sorted(numbers(claim, language) - here)]
    return tuple(lacking) or _other_ranks(claim, sentence, language, source_language)


def _missing(named: Collection[str], text: str, question: str, language: str, source_language: str) -> tuple[str, ...]:
    """Return the names of a claim that `text` lacks.

    Names of the question count as found: `unmet` has made sure that the article has them or, across languages, the
    reader, which reads both, has matched them.
    """
    given = set(names(question, language))
    lacking = (n for n in named if n not in given and not stands(n, text, language, source_language))
    return tuple(n for n in lacking if len(n) < LEAST_INITIALS or not is_acronym_of(n, text))


def _mistaken(
    named: Collection[str], sentence: str, context: str, language: str, source_language: str
) -> tuple[str, ...]:
    """Return the names of a claim that the sentence lacks though it has one that reads nearly the same.

    Another language may spell a name otherwise, unless it stands around the sentence as the claim has it.
    """
    across = language != source_language
    return tuple(
        name
        for name in named
        if not stands(name, sentence, source_language, source_language)
        and namesake(name, sentence, source_language)
        and (not across or stands(name, context, source_language, source_language))
    )


# --- words --------------------------------------------------------------------------------------------------------


def _lacking_words(claim: str, sentence: str, question: str, language: str) -> list[str]:
    there = content(sentence, language).keys() | content(question, language).keys()
    return [word for key, word in content(claim, language).items() if not _found(key, there)]


def _coverage(
    claim: str, sentence: str, question: str, language: str, source_language: str, named: Collection[str]
) -> float:
    """Return the share of the claim's content words in the sentence, leaving out names and the question's words.

    A claim that adds only names and numbers to the question is supported by a sentence that has those; one that adds
    nothing must find the question's own words there.
    """
    there = content(sentence, source_language).keys()
    said = content(claim, language).keys() - content(" ".join(named), language).keys()
    wanted = said - content(question, language).keys()
    if not wanted:
        new_names = set(named) - set(names(question, language))
        new_numbers = numbers(claim, language) - numbers(question, language)
        has_numbers = new_numbers <= numbers(sentence, source_language, loose=True)
        has_names = all(stands(name, sentence, language, source_language) for name in new_names)
        if (new_names or new_numbers) and has_numbers and has_names:
            return 1.0
        wanted = said
    if not wanted:
        return 1.0
    return sum(_found(key, there) for key in wanted) / len(wanted)


def _found(key: str, there: Collection[str]) -> bool:
    return key in there or any(same_stem(each, key) for each in there)


# --- ranks, units and opposites --------------------------------------------------------------------------------------


def _other_ranks(claim: str, sentence: str, language: str, source_language: str) -> tuple[str, ...]:
    """Return the ranks of a claim, from the second on, that the sentence lacks though it has another one."""
    told, there = (ranks(*each) - {1} for each in ((claim, language), (sentence, source_language)))
    lacking = told - there - numbers(sentence, source_language)
    return tuple(map(str, sorted(lacking))) if there - told else ()


def _other_units(claim: str, sentence: str, language: str, source_language: str) -> tuple[str, ...]:
    """Return values that the sentence gives only in other units: "41 %" is not "41 euros"."""
    there = measures(sentence, source_language)
    return tuple(
        f"{as_written(value)} {unit}"
        for value, unit in sorted(measures(claim, language))
        if (value, unit) not in there and any(value == other for other, _ in there)
    )


# --- negation -----------------------------------------------------------------------------------------------------


# What makes nearly nothing of the word behind it: "peu polluant" is not "polluant".
_HARDLY = PACKS.words("grammar.hardly")


def _is_strengthened(claim: str, sentence: str, language: str) -> bool:
    """Return whether a claim states flatly what its sentence says only with a "hardly" before it."""

    def said(text: str) -> tuple[set[str], set[str]]:
        found = words(text, language)
        hardly = _HARDLY.get(language, frozenset())
        weak = {stem(b, language) for a, b in pairwise(found) if a in hardly and b not in stop_words(language)}
        flat = {stem(b, language) for a, b in pairwise(["", *found]) if a not in hardly}
        return weak, flat

    weak, flat_there = said(sentence)
    _, flat = said(claim)
    return bool((weak - flat_there) & flat)
