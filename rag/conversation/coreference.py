"""Replace what a question points back at ("il", "there", "ce pont", "son coût") by words from the turns before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.tables import Pattern
from index.text import fold, stop_words, words
from rag.conversation.anaphora import IMPERSONAL, Pointer, agrees, hyphenated, pointers
from rag.conversation.ellipsis import append, capital, uncapital
from rag.language import (
    PACKS,
    SPOKEN,
    THE,
    Mention,
    either,
    is_place_preposition,
    is_role,
    is_vowel,
    joined,
    mentions,
)

if TYPE_CHECKING:
    from rag.conversation.turns import Turn

_USUAL_AT = PACKS.texts("pointers.at")
_OF = PACKS.texts("pointers.of")
_SPEAKERS = PACKS.pattern("pointers.speakers", r"\b(?:{})\b", re.IGNORECASE)
_AND = PACKS.rules("pointers.and")
_ASKS = PACKS.rules("pointers.asks")
_ASKING = Pattern(lambda: rf"^\W*(?:(?:{_AND.any})\s+)?(?:{_ASKS.any})\b", re.IGNORECASE)
_ASKED_WHO = PACKS.pattern("pointers.who", r"^\W*(?:{})\b", re.IGNORECASE)
_POSSESSIVE = PACKS.pattern("pointers.possessives", r"(?:{})\s", re.IGNORECASE)
_ATTRIBUTE = PACKS.pattern("pointers.attribute", r"^\W*(?:{})\b", re.IGNORECASE)
_OF_THE = PACKS.pattern("nouns.of_the", r"\s(?=(?:{})\b)")
_PERSONAL = PACKS.pattern("inversion.personal", r"\b(?:{})-", re.IGNORECASE)
_HOW_MANY = PACKS.pattern("pointers.how_many", r"\b(?:{})\b", re.IGNORECASE)
_BEHIND_VERB = PACKS.pattern("inversion.he", r"-(?:t-)?(?:{})$", re.IGNORECASE)
_KEPT_BEFORE_PLACE = PACKS.all_words("pointers.places")
_JOINING = PACKS.pattern("pointers.joining", r"\b({})\s+$")
_A = PACKS.all_words("nouns.a")
_THE_WITH_OF = PACKS.all_words("pointers.of_the")
_FIRST_ARTICLE = Pattern(lambda: rf"^(?:{either(word.capitalize() for word in (*THE, *_A))})(?=\s[a-zà-ÿ]|(?<=['’]))")
_TOWNS = PACKS.all_words("pointers.towns")
_ADJECTIVE = PACKS.pattern("pointers.adjective", r"((?:\s+(?:{}))?)(.*)$")
_ARTICLE_FOR = PACKS.table("pointers.article_for", dict[str, str])


def resolve(question: str, language: str, turns: Sequence[Turn]) -> str | None:
    """Return the question with its anaphora replaced; "" if one cannot be, None if there is none.

    `turns` is newest first.
    """
    if language not in SPOKEN:
        return None
    question = hyphenated(question) if language == "fr" else question
    found = pointers(question, language)
    if not found:
        return _topic(question, language, turns)
    if any(each.role == "y" for each in found):  # it stands between subject and verb, so it goes first
        pointer = next(each for each in found if each.role == "y")
        question = _put(question, pointer, language, turns)
        found = pointers(question, language) if question else []
    for pointer in sorted(found, key=lambda each: -each.start):
        rewritten = _put(question, pointer, language, turns)
        if not rewritten:
            return ""
        question = rewritten
    return capital(question)


# --- what is meant ----------------------------------------------------------------------------------------------------


def _referent(pointer: Pointer, language: str, turns: Sequence[Turn]) -> tuple[Mention, str] | None:
    """Return what a pointer refers to, and the same as a phrase in `language`."""
    for turn in turns:
        asked = spoken(turn.question, turn.language)
        # A short answer may begin with the name it gives; a sentence begins with a capital anyway.
        answer = f"x {turn.answer}" if len(turn.answer.split()) <= 2 else turn.answer
        answered = spoken(answer, turn.language)
        if pointer.role == "place":
            candidates = [m for m in (*asked, *answered) if m.kind == "place" and m.prep and m.named]
            candidates += [m for m in asked if is_place_preposition(m.prep, turn.language)]
            candidates += mentions(turn.question, turn.language, nouns=False)
        else:
            named = mentions(answer, turn.language, nouns=False)
            people = [m for m in named if m.kind == "person" and m.text not in turn.question]
            asks_who = _ASKED_WHO.match(turn.question) and pointer.role not in ("thing", "this")
            free = _owners(turn) + [m for m in asked if not is_place_preposition(m.prep, turn.language)]
            if pointer.role == "inverted" and _PERSONAL.search(pointer.word + pointer.noun):
                free.sort(key=lambda m: m.kind not in ("person", "name"))
            answered = [m for m in answered if m.kind != "place"]
            candidates = [*(people if asks_who and pointer.plural is not True else []), *free, *asked, *answered]
            candidates = [m for m in candidates if _fits(m, pointer)]
        if candidates:
            return candidates[0], _phrase(candidates[0], asked, turn, language)
    return None


def spoken(text: str, language: str) -> list[Mention]:
    """Return what a turn speaks of, except what itself points back ("sa carrière")."""
    return [m for m in mentions(text, language) if not _POSSESSIVE.match(m.text)]


def _owners(turn: Turn) -> list[Mention]:
    """In "Quel est l’état du navire ?" the ship is spoken of, not its state."""
    if not _ATTRIBUTE.match(turn.question):
        return []
    first = next(iter(mentions(turn.question, turn.language)), None)
    if first is None or first.kind == "person":
        return []
    inner = _OF_THE.search(first.text)
    behind = mentions(f"x{first.text[inner.start() :]}", turn.language) if inner else []
    return behind[:1]


def _fits(mention: Mention, pointer: Pointer) -> bool:
    if not agrees(mention, pointer.gender, pointer.plural):
        return False
    if pointer.role == "person" or (pointer.word.lower().split()[0] in ("his", "her")):
        return mention.kind == "person" or (mention.kind == "name" and mention.prep not in ("of", "in", "at", "to"))
    if pointer.role == "thing" or pointer.word.lower().startswith("its"):
        return mention.kind != "person" or (mention.named and len(mention.text.split()) == 2)
    return True


def _phrase(mention: Mention, asked: Sequence[Mention], turn: Turn, language: str) -> str:
    behind = next((m for m in asked if m.start == mention.end + 1), None)
    if not mention.named and behind and behind.named and behind.prep and mention in asked:
        return f"{mention.text} {turn.question[behind.start : behind.end]}"
    return mention.text


def _topic(question: str, language: str, turns: Sequence[Turn]) -> str | None:
    """ "¿Cuánto costó?", "Who won?": a verb alone asks about what was spoken of."""
    content = [w for w in words(question, language) if w not in stop_words(language)]
    if _HOW_MANY.search(question):
        content = content[1:]  # "¿Cuántos heridos hubo?"
    if (
        len(content) > 1 or not _ASKING.match(question) or _SPEAKERS.search(question) or len(question.split()) > 5
        or any(char.isdigit() for char in question) or mentions(question, language) or IMPERSONAL.search(question)
    ):  # fmt: skip
        return None
    if language not in ("es", "it", "pt") or not content:
        return ""
    found = _referent(Pointer("any", 0, 0, "x"), language, turns)
    return append(question, found[1]) if found else ""


# --- putting it into words --------------------------------------------------------------------------------------------


def _put(question: str, pointer: Pointer, language: str, turns: Sequence[Turn]) -> str:
    if pointer.role == "open":
        return ""
    if pointer.role == "y":
        pointer_place = Pointer("place", pointer.start, pointer.end, pointer.word)
        found = _referent(pointer_place, language, turns)
        clitic = ("s’" if is_vowel(question[pointer.end :]) else "se ") if pointer.word.lower().startswith("s") else ""
        rest = question[: pointer.start] + clitic + question[pointer.end :]
        return append(rest, _there(found, language)) if found else ""
    found = _referent(_what(pointer), language, turns)
    if not found:
        return ""
    mention, phrase = found
    if pointer.role == "whose" and is_role(pointer.noun) and mention.kind == "thing":
        # a bridge has no mayor, its town has
        inner = mentions(f"x {mention.text}", turns[0].language, nouns=False)
        phrase = inner[-1].text if inner else phrase
    before, after = question[: pointer.start], question[pointer.end :]
    if not before and phrase:
        phrase = capital(phrase)
    elif before:
        phrase = _FIRST_ARTICLE.sub(lambda m: m.group().lower(), phrase)
    if pointer.role == "inverted":
        return _uninvert(before, pointer, after, phrase)
    if pointer.role == "place":
        return before + _there(found, language) + after
    if pointer.role == "object":
        placed = re.match(r"([^\W\d_]+(?:-t-[^\W\d_]+|-[^\W\d_]+)?\s+[^\W\d_]+)(.*)$", after)
        return f"{before}{placed.group(1)} {phrase}{placed.group(2)}" if placed else ""
    if pointer.role == "this":
        return _this(before, pointer, after, phrase, mention, language, turns)
    if pointer.role == "whose":
        return _whose(before, pointer, after, phrase, language)
    if language == "fr" and re.search(r"qu['’]$", before) and not is_vowel(phrase):
        before = before[:-1] + "e "
    return before + phrase + after


def _what(pointer: Pointer) -> Pointer:
    """ "cette ville" looks for a place, "ce ministre" for a person."""
    if pointer.role == "this" and fold(pointer.noun) in _TOWNS:
        return replace(pointer, role="place")
    return replace(pointer, role="person") if pointer.role == "this" and is_role(pointer.noun) else pointer


def _there(found: tuple[Mention, str], language: str) -> str:
    mention, phrase = found
    return joined(mention.prep if mention.prep in _KEPT_BEFORE_PLACE else _USUAL_AT.get(language, ""), phrase, language)


def _uninvert(before: str, pointer: Pointer, after: str, phrase: str) -> str:
    """ "Pourquoi a-t-il rouvert ?" -> "Pourquoi le pont a-t-il rouvert ?", "Que fait-il ?" -> "Que fait le maire ?"."""
    if not re.search(r"(?:^|\s)(?:qu['’]|que\s)$", before, re.IGNORECASE):
        verb = pointer.word if before else pointer.word[:1].lower() + pointer.word[1:]
        return f"{before}{phrase} {verb}{after}"
    n_behind = len(re.findall(r"\w+", after))
    if n_behind > 1:
        return f"{capital(phrase)}, {uncapital(before, 'fr')}{pointer.word}{after}"
    verb = _BEHIND_VERB.sub("", pointer.word)
    return append(f"{before}{verb}{after}", phrase)


def _this(
    before: str, pointer: Pointer, after: str, phrase: str, mention: Mention, language: str, turns: Sequence[Turn]
) -> str:
    """ "ce pont" -> "le pont de Vermelles" when that was spoken of, else what was spoken of in brackets at the end."""
    if mention.kind == "place" and fold(pointer.noun) in _TOWNS:
        return before + phrase + after
    named = _same_noun(pointer.noun.split()[-1], turns)
    if not named and pointer.noun.split()[-1] in phrase:
        return before + pointer.word + after
    if not named:
        return append(before + pointer.word + after, f"({phrase})")
    own = named.removeprefix(named.split()[0])
    for word in re.findall(r"^\s+[^\W\d_]+", after):  # "ce système politique" for "le système politique"
        after = after.removeprefix(word) if word.strip() in own.split() else after
    preposition = _JOINING.search(before)
    if preposition:
        return before[: preposition.start()] + joined(preposition.group(1), named, language) + after
    return before + (capital(named) if not before else named) + after


def _same_noun(noun: str, turns: Sequence[Turn]) -> str:
    """Return the phrase of a turn about a noun, with its article and complement, or ""."""
    article = rf"(?:{either((*THE, *_THE_WITH_OF))})(?: |(?<=['’]))"
    for turn in turns:
        for text in (turn.question, f"x {turn.answer}"):
            found = re.search(rf"\b(?:{article})?{re.escape(noun)}\b", text, re.I)
            spoken = mentions(f"x {text[found.start() :]}", turn.language) if found else []
            if (
                spoken
                and spoken[0].start == 2
                and re.search(r"[\s'’]", spoken[0].text)
                and spoken[0].kind in ("thing", "person")
            ):
                return _FIRST_ARTICLE.sub(lambda m: m.group().lower(), spoken[0].text)
    return ""


def _whose(before: str, pointer: Pointer, after: str, phrase: str, language: str) -> str:
    owner = pointer.word.split()[0]
    if language == "en":
        return f"{before}{phrase}’s {pointer.noun}{after}"
    if language == "de":
        return append(before + pointer.word + after, f"({phrase})")
    noun = _ADJECTIVE.match(after)
    adjective, rest = noun.groups() if noun else ("", after)
    article = ""
    if language == "fr":
        article = _ARTICLE_FOR["fr"][owner.lower()]
        article = "l’" if article != "les " and is_vowel(pointer.noun) else article
    elif language == "es":
        ends = fold(pointer.noun).rstrip("s")
        gender = "f" if ends.endswith(("a", "ion", "dad", "tad")) else "m"
        article = _ARTICLE_FOR["es"][f"{gender}p" if owner.endswith("s") else gender]
    article = capital(article) if not before else article
    if language == "fr" and (ahead := re.search(r"\b(de|à)\s+$", before)) and article[:2] == "le":
        before, article = before[: ahead.start()], joined(ahead.group(1), article + "x", "fr")[:-1]
    return f"{before}{article}{pointer.noun}{adjective} {joined(_OF.get(language, ''), phrase, language)}{rest}"
