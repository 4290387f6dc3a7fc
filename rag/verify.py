"""Claim + sentences of the articles -> supported or not. Pure: no model is needed, and none can talk it round.

A claim is supported by a sentence when its numbers, its names and nearly all its content words stand there (a name may
stand in the sentence's surroundings: its paragraph, the headline, the date), and neither says "not" where the other
does not; units, months, weekdays and the plainest opposites are compared too. That proves "it is written there"; that
it answers the question is the reader's part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import pairwise

from index.language import fold, stem, stop_words, words
from rag.names import days, is_acronym_of, names, same_stem, stands
from rag.numbers import NUMBER_WORDS, measures, numbers

CHECKS = ("number", "name", "date", "unit", "opposite", "negation", "words")
"""What `check` compares, in its order; it stops at the first that fails, which is the `kind` of its Support."""

MIN_COVERAGE = 0.7
"""Least share of a claim's own content words that its sentence must hold (docs/experiments.md)."""


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a sentence carries a claim; `coverage` in [0, 1] ranks sentences, `missing` says what it lacks."""

    ok: bool
    coverage: float
    missing: tuple[str, ...] = ()
    kind: str = ""
    """What is wrong, one of CHECKS; "" when nothing is."""


def check(claim: str, sentence: str, context: str, question: str, language: str, source_language: str) -> Support:
    """How `sentence`, with `context` (its paragraph, headline and date) around it, supports `claim`.

    `language` is the claim's and the question's, `source_language` the sentence's. The question's words and names count
    as given (see `unmet`), its numbers do not: they must stand here.
    """
    across = language != source_language
    named = names(claim, language)
    sentence, context = _without_denied(sentence), _without_denied(context)
    coverage = _coverage(claim, sentence, question, language, source_language, named)
    here = numbers(sentence, source_language, loose=True) | numbers(context, source_language, loose=True)
    if lacking := [n for n in numbers(claim, language) if n not in here]:
        return Support(False, coverage, tuple(map(_plain, sorted(lacking))), "number")
    if lacking_names := _missing(named, sentence + "\n" + context, question, language, source_language):
        return Support(False, coverage, lacking_names, "name")
    if lacking_days := days(claim) - days(sentence + "\n" + context):
        return Support(False, coverage, tuple(sorted(lacking_days)), "date")
    if wrong_units := _other_units(claim, sentence, language, source_language):
        return Support(False, coverage, wrong_units, "unit")
    if not across and (opposite := _opposite(claim, sentence, language)):
        return Support(False, coverage, (opposite,), "opposite")
    if not across and is_negated(claim, language) != is_negated(sentence, source_language) and (
        is_negated(claim, language) or (coverage > 0.9 and len(sentence) < 1.5 * len(claim))
    ):  # fmt: skip
        return Support(False, coverage, (), "negation")
    if not across and _is_strengthened(claim, sentence, language):
        return Support(False, coverage, (), "negation")
    if not across and coverage < MIN_COVERAGE:  # across languages the embedder compares (answerer.py)
        return Support(False, coverage, tuple(_lacking_words(claim, sentence, question, language)), "words")
    return Support(True, coverage)


# "17 injured, and not 14": what stands behind is what the sentence says it is not.
_DENIED = re.compile(
    r"\b(?:et non(?: pas)?|et pas|non pas|au lieu de|plutôt que|and not|but not|rather than|instead of|y no|en lugar de|en vez de"
    r"|und nicht|statt|anstatt|e non|invece di|anziché|e não|em vez de|(?<=, )(?:not|pas|non|no|nicht|não))\s+(?:\w+\s+){0,2}?\d[\d.,\u00a0\u202f ]*\d?(?!\w)",
    re.IGNORECASE,
)


def _without_denied(text: str) -> str:
    return _DENIED.sub(" ", text)


def unmet(
    question: str, text: str, language: str, source_language: str, is_known: Callable[[str], bool] = lambda name: False
) -> list[str]:
    """Years and names of a question that stand nowhere in an article's `text`: it may be about something else.

    Across languages, where names are spelled differently ("Poutine", "Putin"), names count only when the text has none
    of them and `is_known` says that one stands, as it is, in another article.
    """
    asked = [name for name in names(question, language) if fold(name) not in _DEMONYMS]
    years = {n for n in numbers(question, language) if 1000 <= n < 2100} - numbers(text, source_language, loose=True)
    found = [_plain(n) for n in sorted(years)]
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


# Capitalised in English though no names: an article on France need not say "French".
_DEMONYMS = frozenset(
    "american british english french german spanish dutch greek swiss welsh irish scottish danish swedish finnish "
    "norwegian polish turkish chinese japanese russian ukrainian italian portuguese belgian hungarian european african "
    "asian i".split()
)


def _missing(named: Collection[str], text: str, question: str, language: str, source_language: str) -> tuple[str, ...]:
    """Names of a claim that `text` lacks. Those of the question are taken as met: `unmet` has seen to it that the article
    names them, or, across languages, the reader, which reads both, has matched them."""
    given = set(names(question, language))
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
    """Share of the claim's content words that the sentence holds; names and the question's words are left out.

    A claim that adds nothing but names and numbers to the question is carried by a sentence that holds those; one that
    adds nothing at all must find the question's own words there.
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


# --- units and opposites ---------------------------------------------------------------------------------------------


def _other_units(claim: str, sentence: str, language: str, source_language: str) -> tuple[str, ...]:
    """Values that the sentence gives in other units only: "41 %" is not "41 euros"."""
    there = measures(sentence, source_language)
    return tuple(
        f"{_plain(value)} {unit}"
        for value, unit in sorted(measures(claim, language))
        if (value, unit) not in there and any(value == other for other, _ in there)
    )


# Beginnings of folded words whose change turns a statement round, side against side.
_OPPOSITES = {
    "fr": (
        ("augment hauss progress grimp accroi croit cru monte bond", "baiss diminu recul chut redui decroi repli"),
        ("gagn remport vainqu victoire", "perd perte battu defait"),
        ("ouvr rouvr inaugur", "ferm"),
        ("accept approuv adopt autoris", "refus rejet interdi"),
        ("construi bati", "demoli detrui"),
        ("embauch recrut", "licenci supprim"),
    ),
    "en": (
        ("increas rise rose risen rising grow grew climb gain higher", "decreas fall fell fallen drop declin lower reduc cut shrink shrank"),
        ("win won victor", "lose lost defeat"),
        ("open reopen", "close closed closing shut"),
        ("accept approv adopt allow", "refus reject ban banned forbid"),
        ("build built", "demolish destroy"),
        ("hire recruit", "fire fired dismiss"),
    ),
}  # fmt: skip


def _opposite(claim: str, sentence: str, language: str) -> str:
    """A word of the claim that says the opposite of the sentence ("a baissé" for "a augmenté"), "" when none does."""
    said, there = words(claim, language), words(sentence, language)
    for pair in _OPPOSITES.get(language, ()):
        for side, other in (pair, pair[::-1]):
            mine = [word for word in said if word.startswith(tuple(side.split()))]
            if mine and not _begins(there, side) and _begins(there, other) and not _begins(said, other):
                return mine[0]
    return ""


def begins_opposite(asked: str, sentence: str, language: str) -> str:
    """Of a word with an opposite in `asked`: "other" when the sentence has only the opposite, "both", or ""."""
    said, there = words(asked, language), words(sentence, language)
    for pair in _OPPOSITES.get(language, ()):
        for side, other in (pair, pair[::-1]):
            if _begins(said, side) and _begins(there, other):
                return "both" if _begins(there, side) or _begins(said, other) else "other"
    return ""


def is_same_side(word: str, sentence: str, language: str) -> bool:
    """Does the sentence hold a word of the same side of an opposite ("fall" and "fell")?"""
    there = words(sentence, language)
    return any(_begins([word], side) and _begins(there, side) for pair in _OPPOSITES.get(language, ()) for side in pair)


def _begins(found: Collection[str], side: str) -> bool:
    return any(word.startswith(tuple(side.split())) for word in found)


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


# What makes nearly nothing of the word behind it: "peu polluant" is not "polluant".
_HARDLY = {
    "fr": frozenset("peu guere rarement faiblement".split()),
    "en": frozenset("hardly barely scarcely rarely seldom".split()),
    "es": frozenset("poco apenas raramente".split()),
    "de": frozenset("kaum wenig selten".split()),
    "it": frozenset("poco raramente".split()),
    "pt": frozenset("pouco raramente".split()),
}


def _is_strengthened(claim: str, sentence: str, language: str) -> bool:
    """Does a claim say flatly what its sentence says with a "hardly" before it, and only so?"""

    def said(text: str) -> tuple[set[str], set[str]]:
        found = words(text, language)
        hardly = _HARDLY.get(language, frozenset())
        weak = {stem(b, language) for a, b in pairwise(found) if a in hardly and b not in stop_words(language)}
        flat = {stem(b, language) for a, b in pairwise(["", *found]) if a not in hardly}
        return weak, flat

    weak, flat_there = said(sentence)
    _, flat = said(claim)
    return bool((weak - flat_there) & flat)


def _plain(number: float) -> str:
    return f"{number:.12g}"
