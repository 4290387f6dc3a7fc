"""Yes or no: does a sentence of an article prove what a question asks?

The answer is "" whenever a rule is not sure: the fact is then given without the word. A wrong "yes" is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Literal

from index.tables import Pattern
from index.text import fold, sentences, words
from rag.evidence import Passage, Sentence
from rag.language import (
    NUMBER_WORDS,
    PACKS,
    YES_NO_WORDS,
    begins_opposite,
    content,
    days,
    is_negated,
    is_same_side,
    is_unsure,
    measures,
    names,
    numbers,
    same_stem,
    stands,
    unsure_words,
)
from rag.query import Query, happens_once
from rag.types import Claim

Polarity = Literal["yes", "no", ""]

Similarity = Callable[[str, str], float]
"""Cosine of a claim and a sentence."""

SURE_SIMILARITY = 0.75
"""Like MIN_SIMILARITY, for a claim that begins with yes or no (docs/experiments.md)."""

YES = PACKS.words("verdict.yes")
NO = PACKS.words("verdict.no")

_FUTURE = PACKS.rules("verdict.future")
# Where nouns keep their capital: what begins a sentence and is none.
_STARTS = PACKS.words("verdict.starts")
# "all", "only", "still": the sentence must say them too.
_QUANTIFIERS = PACKS.pattern("verdict.quantifiers", r"\b(?:{})\b")
_THAN = PACKS.rules("verdict.than")
_AT_LEAST = PACKS.rules("verdict.more")
_AT_MOST = PACKS.rules("verdict.less")
_MORE = Pattern(lambda: rf"\b(?:{_AT_LEAST.any})(?:{_THAN.any})? (?=\d)")
_LESS = Pattern(lambda: rf"\b(?:{_AT_MOST.any})(?:{_THAN.any})? (?=\d)")
_VERB_FIRST = ("es", "it", "pt")
_BUT = PACKS.rules("verdict.but")
_AND = PACKS.rules("verdict.and")
_CLAUSE = Pattern(lambda: rf"[,.](?=\s|$)|[;:()«»“”\"!?]|\s[–—]\s|\b(?:{_BUT.any}|{_AND.any})\b")
_TRUE = PACKS.pattern("verdict.true")


def word_of(text: str, language: str) -> tuple[Polarity, str]:
    """Return the "yes" or "no" that begins a model's reply, and the rest of it, capitalised."""
    match = re.match(r"\s*([^\W\d_]+)\s*([,.:;!–—-]+)?\s*", text)
    said = fold(match.group(1)) if match else ""
    if not match or not (match.group(2) or match.end() == len(text)):
        return "", text
    for value, table in (("yes", YES), ("no", NO)):
        if said in table.get(language, ()):
            rest = text[match.end() :]
            return ("yes" if value == "yes" else "no"), rest[:1].upper() + rest[1:]
    return "", text


def polarity(question: str, sentence: str, context: str, language: str) -> Polarity:
    """Return whether `sentence`, in the question's language, proves yes or no; "" if it proves neither.

    Every content word of the question must be in the sentence. Negation, opposites, other numbers, what is only planned
    or reported, words such as "all", and the order of what is named are all considered.
    """
    asked, told = fold(question), fold(sentence)
    if is_negated(question, language) or unsure_words(sentence, language) - unsure_words(question, language):
        return ""
    if _differ(_QUANTIFIERS.compiled, asked, told) or not _named(question, sentence, context, language):
        return ""
    wanted = _wanted(question, language)
    # The tense is that of what is asked: "has not resigned and will present a plan" is past for "did he resign?".
    key = list(wanted)[0 if language in _VERB_FIRST else -1] if wanted else ""
    pieces = [part for part in _CLAUSE.split(told) if part and part.strip()]
    near = " ".join(part for part in pieces if _stands(key, content(part, language).keys())) or told
    if bool(re.search(_FUTURE.of(language), near)) != bool(re.search(_FUTURE.of(language), asked)):
        return ""
    if not wanted or days(question) - days(sentence):
        return ""
    there = content(sentence, language).keys()
    lacking = [
        key for key, word in wanted.items() if not _stands(key, there) and not is_same_side(word, sentence, language)
    ]
    opposite = begins_opposite(question, sentence, language)
    if opposite and len(lacking) == 1 and not is_negated(sentence, language):
        return "no" if opposite == "other" and _by_number(question, sentence, language) == "yes" else ""
    if lacking or opposite or not _in_order(wanted, sentence, language):
        return ""
    by_number = _by_number(question, sentence, language)
    if not is_negated(sentence, language):
        return by_number
    about = [part for part in pieces if _stands(key, content(part, language).keys())]
    if not any(is_negated(part, language) for part in about):  # the "not" is about something else
        whole = [part for part in about if all(_stands(each, content(part, language).keys()) for each in wanted)]
        return _by_number(question, whole[0], language) if whole else ""
    return "no" if by_number == "yes" and any(is_negated(part, language) for part in about) else ""


def _wanted(question: str, language: str) -> dict[str, str]:
    """Return the content words of a question without names, numbers and "is it true that": stem -> word, in order."""
    named = content(" ".join(names(question, language)), language).keys()
    units = set(words(question, language)) & _UNIT_WORDS if numbers(question, language) else set()
    return {
        key: word
        for key, word in content(question, language).items()
        if key not in named
        and word not in units
        and word not in NUMBER_WORDS.get(language, ())
        and not _TRUE.fullmatch(word)
    }


_UNIT_WORDS = PACKS.all_words("verdict.units")


def _by_number(question: str, sentence: str, language: str) -> Polarity:
    """Compare the numbers: "yes" if there are none; "no" if the sentence has one other value with the same unit."""
    wanted = numbers(question, language)
    there = numbers(sentence, language, loose=True)
    plain = fold(question)
    bound = _MORE.search(plain) or _LESS.search(plain)
    if bound and len(wanted) == 1:
        (least,) = wanted
        unit = {u for v, u in measures(question, language) if v == least}
        values = {v for v, u in measures(sentence, language) if u in unit} if unit else set()
        if len(values) != 1:
            return ""
        (value,) = values
        return "yes" if (value > least if _MORE.search(plain) else value < least) else "no"
    if wanted <= there:
        said = measures(sentence, language)
        return "yes" if measures(question, language) <= said or not measures(question, language) else ""
    if len(wanted) != 1:
        return ""
    (value,) = wanted
    units = {u for v, u in measures(question, language) if v == value}
    others = {v for v, u in measures(sentence, language) if u in units}
    if units and len(others) == 1:
        return "no"
    years = {n for n in there if 1000 <= n < 2100}
    is_asked_year = not units and 1000 <= value < 2100 and len(years) == 1
    return "no" if is_asked_year and happens_once(question, language) else ""


def _named(question: str, sentence: str, context: str, language: str) -> bool:
    """Return whether the question's names are in the sentence or the one before it.

    If the sentence names nobody else, around it will do.
    """
    asked = names(question, language)
    missing = [name for name in asked if not stands(name, sentence, language, language)]
    before = context[: max(0, context.find(sentence))]
    *_, last = "", *(before[slice(*span)] for span in sentences(before))
    if all(stands(name, last, language, language) for name in missing):
        return True
    others = [name for name in names(sentence, language) if name not in asked]
    return not others and all(stands(name, context, language, language) for name in missing)


def _in_order(wanted: Collection[str], sentence: str, language: str) -> bool:
    """Return whether the words are in the question's order ("the bus hit the tram" is not "the tram hit the bus")."""
    order = list(content(sentence, language))
    places = [next((i for i, each in enumerate(order) if _stands(key, [each])), -1) for key in wanted]
    if language in _VERB_FIRST:
        places = places[1:]
    places = [place for place in places if place >= 0]
    return places == sorted(places)


def _stands(key: str, there: Collection[str]) -> bool:
    return key in there or any(same_stem(each, key) for each in there)


def _differ(pattern: str | re.Pattern[str], text: str, other: str) -> bool:
    """Return whether `text` contains a word of the pattern that `other` does not."""
    rule = re.compile(rf"\b(?:{pattern})\b") if isinstance(pattern, str) else pattern
    return bool(set(rule.findall(text)) - set(rule.findall(other)))


# --- the word before a claim ------------------------------------------------------------------------------------------


def with_word(
    word: Polarity,
    claim: Claim,
    query: Query,
    evidence: Sequence[Sentence],
    found: Sequence[Passage],
    similarity: Similarity,
) -> Claim:
    """Put "yes" or "no" before the claim if its line proves the word and no other answering line denies it."""
    question, language = query.text, query.language
    cited = claim.citations[0]
    line = next(s for s in evidence if s.citation() == cited)
    proofs = [_proof(question, claim.text, line, language, similarity)]
    for passage in found:
        for sentence in passage.answering():
            if sentence.key != line.key and sentence.article.language == language:
                proofs.append(polarity(question, sentence.text, sentence.context, language) or word)
    if any(proof != word for proof in proofs):
        return claim
    said = YES_NO_WORDS.get(language, YES_NO_WORDS["en"])[word]
    start = claim.text.split()[0]
    keeps_capital = start in names(f"x {claim.text}", language) or (
        language in _STARTS and start not in _STARTS[language]
    )
    text = claim.text if keeps_capital else claim.text[:1].lower() + claim.text[1:]
    return replace(claim, text=f"{said}, {text}")


def _proof(question: str, claim: str, line: Sentence, language: str, similarity: Similarity) -> Polarity:
    source = line.article.language
    if source == language:
        return polarity(question, line.text, line.context, language)
    # Across languages the claim is compared with the question, and the line with the claim.
    if is_negated(claim, language) != is_negated(line.text, source) or is_unsure(line.text, source):
        return ""
    proved = polarity(question, claim, claim, language)
    return proved if proved and similarity(claim, line.text) >= SURE_SIMILARITY else ""
