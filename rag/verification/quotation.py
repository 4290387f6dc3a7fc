"""Lines of the articles shown as they are: instead of the model's wording, or beside it where articles disagree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.text import fold, words
from rag.evidence import Passage, Sentence, cite
from rag.language import PACKS, content, counts, days, mentions, names, numbers, same_stem, thing
from rag.query import Query
from rag.types import Claim

CLOSE = 0.5
"""Log odds under the best within which another article is quoted too, and what it says will do for a sentence of the
model's (docs/experiments.md)."""
CLOSE_LIST = 2.0
LEAST_ALIKE = 2
_YEAR = "in the year"
_PERSON = "person"
_PEOPLE = frozenset({_PERSON, "injured", "dead"})
MOST_QUOTES = 2
LEAST_WORDS = 3
"""Minimum words of a quote beside the best one; a shorter one is a section's name or a place line."""
MOST_LISTED = 4

_ITEM = re.compile(r"[-*•–]\s|\d+[.)]\s")
_TAKES_BACK = PACKS.pattern("quoted.takes_back", r"\W*(?:{})\b")
_SPEECH = PACKS.pattern("verdict.speech", r"\b(?:{})\b")


def quotes(passages: Sequence[Passage], query: Query) -> tuple[Claim, ...]:
    """Return the best answering words verbatim, with those of other articles.

    Of one that is nearly as certain, and of those that differ.
    """
    kind = query.kind
    margin, most = (CLOSE_LIST, MOST_LISTED) if kind == "list" else (CLOSE, MOST_QUOTES)
    chosen: list[Passage] = []
    for passage in passages:
        is_new = passage.article.id not in {each.article.id for each in chosen} or (
            kind == "list" and passage.answer not in [each.answer for each in chosen]
        )
        if is_new and passage.score >= max(0.0, passages[0].score - margin) and len(chosen) < most:
            chosen.append(passage)
    claims: list[Claim] = []
    for passage in [each for one in chosen for each in (_each_item(one) if kind == "list" else [one])]:
        claim = quote(passage, query)
        says_something = len(claim.citations[0].quote.split()) >= LEAST_WORDS
        if claim not in claims and (says_something or not claims) and len(claims) < most:
            claims.append(claim)
    return (*claims, *(differing(claims, passages, query) if kind == "fact" else ()))


def _each_item(passage: Passage) -> list[Passage]:
    """Return the passage once for each place where it answers."""
    return [replace(passage, answer=answer) for answer in (passage.answer, *passage.further)]


def quote(passage: Passage, query: Query) -> Claim:
    """Quote the sentence that answers, verbatim and whole, or more if the kind of question needs it.

    However long it is: a denial, a condition or who says it may stand anywhere in it. What the next sentence takes back
    is quoted with it.
    """
    answering = passage.answering()
    start, end = answering[0].start, answering[-1].end
    if query.kind == "list":
        around = _items(passage)
        start, end = around[0].start, around[-1].end
    elif query.kind == "fact" and _SPEECH.search(fold(query.text)):
        start, end = _with_speaker(passage, start, end)
    end = _with_what_takes_it_back(passage, end)
    citation = cite(passage.article, start, end)
    return Claim(" ".join(citation.quote.split()), "supported", (citation,), origin="quote")


def differing(claims: Sequence[Claim], passages: Sequence[Passage], query: Query) -> tuple[Claim, ...]:
    """Return quotes of other articles above the threshold that `disagree` with what is claimed; at most two."""
    shown = [claim for claim in claims if claim.verdict == "supported"]
    cited = {citation.span.article_id for claim in shown for citation in claim.citations}
    best = next((p for p in passages if p.article.id in cited), None)
    if best is None:
        return ()
    said = {
        n for claim in shown for citation in claim.citations for n in numbers(citation.quote, best.article.language)
    }
    found: list[Claim] = []
    for passage in passages:
        other = passage.article
        if passage.score < 0 or other.id in cited or not disagree(best, passage, query):
            continue
        values = numbers(passage.answer_text, other.language)
        if values <= said and not days(passage.answer_text):
            continue
        cited.add(other.id)
        said |= values
        found.append(quote(passage, Query("", query.language)))
    return tuple(found[:2])


def disagree(one: Passage, other: Passage, query: Query) -> bool:
    """Return whether two passages answer with other figures for the same thing, or other dates.

    The thing is what the question counts ("Combien de morts …"), if both count it. A bare year counts nothing, so its
    sentence must share a word with the question, where both are in one language, or speak of the same as the first one.
    """
    counted, others = _counted(one), _counted(other)
    both = counted.keys() & others.keys() - {_YEAR}
    if both:
        asked = {thing(word, query.language) for word in words(query.text, query.language)}
        asked &= counted.keys() | others.keys()
        return any(counted[what].isdisjoint(others[what]) for what in (both & asked if asked else both))
    a, b = (numbers(each.answer_text, each.article.language) for each in (one, other))
    if a & b:
        months = [days(each.answer_text) for each in (one, other)]
        return all(months) and not months[0] & months[1] and _YEAR in counted.keys() & others.keys()
    units = counted.keys() | others.keys()
    if a and b and units <= _PEOPLE and _PERSON in counted.keys() ^ others.keys():
        return True
    if _YEAR not in counted or _YEAR not in others:
        return False
    return query.language != other.article.language or _shares_a_word(other, query) or speak_alike(one, other)


def same_thing(one: Passage, other: Passage, query: Query) -> bool:
    """Return whether the other article has all nouns of the question that the one has, as far as one language tells.

    An article about the swimming pool gives no newer price of the stadium.
    """
    language = query.language
    if {one.article.language, other.article.language} != {language}:
        return True
    phrases = " ".join(each.text for each in mentions(query.text, language))
    asked = content(phrases, language).keys() - content(" ".join(query.names), language).keys()
    there = content(one.article.all_text, language).keys() & asked
    return there <= content(other.article.all_text, language).keys()


def speak_alike(one: Passage, other: Passage) -> bool:
    """Return whether two answering sentences in one language share two content words that are no names."""
    if one.article.language != other.article.language:
        return False
    language = one.article.language
    texts = [" ".join(sentence.text for sentence in each.answering()) for each in (one, other)]
    a, b = (
        content(text, language).keys() - content(" ".join(names(text, language)), language).keys() for text in texts
    )
    return len(a & b) >= LEAST_ALIKE


def _counted(passage: Passage) -> dict[str, set[float]]:
    """Return what the numbers of an answer count, with their values; _YEAR for a bare year."""
    language = passage.article.language
    values = numbers(passage.answer_text, language, loose=True)
    text = " ".join(sentence.text for sentence in passage.answering())
    found: dict[str, set[float]] = {}
    for value, what in counts(text, language):
        if value in values:
            found.setdefault(what, set()).add(value)
    years = {value for value in values if 1000 <= value < 2100}
    return found or ({_YEAR: years} if years else {})


def _shares_a_word(passage: Passage, query: Query) -> bool:
    """Return whether the answering sentence contains a content word of the question that is not a name."""
    asked = query.words.keys() - content(" ".join(query.names), query.language).keys()
    there = content(" ".join(sentence.text for sentence in passage.answering()), passage.article.language).keys()
    return any(key in there or any(same_stem(key, each) for each in there) for key in asked)


def _items(passage: Passage) -> list[Sentence]:
    """Return the answering sentences and, if they are items of a list or its heading, the neighbouring items."""
    places = [i for i, each in enumerate(passage.sentences) if each in passage.answering()]
    first, last = places[0], places[-1]
    text = passage.sentences
    if text[last].text.startswith("#") or text[last].text.endswith(":"):
        while last + 1 < len(text) and _ITEM.match(text[last + 1].text):
            last += 1
    if _ITEM.match(text[first].text):
        while first > 0 and _ITEM.match(text[first - 1].text):
            first -= 1
        while last + 1 < len(text) and _ITEM.match(text[last + 1].text):
            last += 1
    return list(text[first : last + 1])


def _with_what_takes_it_back(passage: Passage, end: int) -> int:
    """Return where a quote ends with the next sentence of its paragraph, if that begins with "But", "In fact" …"""
    text = passage.article.text
    after = next((each for each in passage.sentences if each.start >= end), None)
    if after and not text[end : after.start].strip(" ") and _TAKES_BACK.match(fold(after.text)):
        return after.end
    return end


def _with_speaker(passage: Passage, start: int, end: int) -> tuple[int, int]:
    """Return what was said with its speaker: the sentence, and the one before or after it if that names the speaker."""
    source = passage.article.language
    if names(passage.article.text[start:end], source):
        return start, end
    places = [i for i, each in enumerate(passage.sentences) if each in passage.answering()]
    for i in (places[-1] + 1, places[0] - 1):
        if 0 <= i < len(passage.sentences) and names(passage.sentences[i].text, source):
            beside = passage.sentences[i]
            return min(start, beside.start), max(end, beside.end)
    return start, end
