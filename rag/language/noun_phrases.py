"""What a question speaks of: names, and nouns with their article and complement, each with its place in the text.

No tagger: articles, prepositions and capitals are enough for the short sentences that questions are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from index.tables import Pattern
from index.text import fold, months, ordinal_endings, stop_words, words
from rag.language.packs import PACKS

Kind = Literal["person", "place", "thing", "name", "date"]

SPOKEN: Collection[str] = PACKS.table("nouns.articles", dict[str, str])
"""Languages whose follow-up questions have rules."""


@dataclass(frozen=True, slots=True)
class Mention:
    """`question[start:end]`, with the preposition before it; `text` is the part after the preposition."""

    text: str
    start: int
    """0-based, of the preposition when there is one."""
    end: int
    kind: Kind
    """A "name" is one capitalised word that could be anything."""
    prep: str = ""
    gender: str = ""
    """"m", "f", or "" if the words do not tell."""
    plural: bool | None = None
    named: bool = True
    """Whether it contains a name."""


_ARTICLES = PACKS.table("nouns.articles", dict[str, str])
_PLACE = PACKS.words("nouns.place")
_OF = PACKS.words("nouns.of")
_OTHER = PACKS.words("nouns.other")
_CONTRACTED = PACKS.table("nouns.contracted", dict[str, str])
_BEFORE_NOUN = PACKS.words("nouns.before_noun")
_ENDINGS_BEHIND = PACKS.pattern("nouns.endings_behind", r"(?:{})$|^[^\W\d_]{3,}é$")
_PARTICIPLE = PACKS.pattern("nouns.participle")
_AUXILIARIES = PACKS.all_words("nouns.auxiliaries")
_BE = PACKS.all_words("nouns.be")
_VERBS_BEHIND_NAMES = PACKS.all_words("nouns.verbs_behind_names")
_PARTICLES = PACKS.all_words("nouns.particles")
_JOINING = PACKS.all_words("nouns.joining")
_TITLES = PACKS.all_words("nouns.titles")
_ROLES = PACKS.all_words("nouns.roles")
_INVERTED = PACKS.pattern("inversion.pronouns", r"-(?:t-)?(?:{})$", re.IGNORECASE)
_TOKEN = PACKS.pattern(
    "nouns.elided",
    r"(?:{})['’](?=\w)"
    r"|\d+(?:[.,\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?|[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\w\s]",
    re.IGNORECASE,
)
_DATE_PREPOSITIONS = PACKS.rules("dates.prepositions")
_YEAR_BEFORE = PACKS.rules("dates.year_before")
DATE = Pattern(
    lambda: (
        rf"(?:\b(?:{_DATE_PREPOSITIONS.any})\s+)?(?:(?:{_YEAR_BEFORE.any})\s+)?"
        rf"\b(?:(?:\d{{1,2}}(?:{ordinal_endings()}|\.)?\s+(?:de\s+)?)?(?:{_month()})\b(?:\s+(?:\d{{1,2}},?\s+)?(?:de\s+)?(?:1\d|20)\d\d)?"
        rf"|(?:1\d|20)\d\d)\b(?!\s*(?:%|€|{PACKS.shared('dates.money')}))"
    ),
    re.IGNORECASE,
)


def mentions(text: str, language: str, nouns: bool = True) -> list[Mention]:
    """Return what `text` speaks of, in order. Without `nouns`, only names, also each one inside a longer phrase."""
    language = language if language in SPOKEN else "en"
    tokens = [(m.group().replace("’", "'"), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    found: list[Mention] = []
    days = dates(text)
    at = 0
    while at < len(tokens):
        mention, after = _mention_at(text, tokens, at, language, nouns)
        if mention and not any(day.start <= mention.start < day.end for day in days):
            found.append(mention)
        at = max(after, at + 1)
    return found


def dates(text: str) -> list[Mention]:
    """Return years and dates with their preposition ("en 2019", "on 14 May 2024")."""
    return [Mention(m.group(), m.start(), m.end(), "date") for m in DATE.finditer(text)]


def _month() -> str:
    return "|".join(sorted({re.escape(month) for month in months() if len(month) > 2}, key=len, reverse=True))


def joined(prep: str, text: str, language: str) -> str:
    """Join preposition and phrase as they are written together: "de" + "le pont" is "du pont"."""
    if not prep:
        return text
    first, _, rest = text.partition(" ")
    whole = "de" if prep == "d'" and language == "fr" else prep
    for contracted, apart in _CONTRACTED.get(language, {}).items():
        if apart == f"{whole} {first}" and rest:
            return f"{contracted} {rest}"
    if whole == "de" and language == "fr":
        return f"d’{text}" if is_vowel(text) else f"de {text}"
    return prep + text if prep.endswith("'") else f"{prep} {text}"


def is_vowel(text: str) -> bool:
    """Return whether a French word before `text` loses its vowel."""
    return fold(text[:1]) in set("aeiouh") if text else False


@cache
def is_place(name: str, language: str) -> bool:
    """Return whether a name is a country or a great city, by the Unicode tables."""
    return " ".join(words(name, language)) in _places(language)


def is_place_preposition(prep: str, language: str) -> bool:
    return bool(prep) and prep in _PLACE.get(language, ())


def is_role(word: str) -> bool:
    """Return whether a noun says what a person is or does ("maire", "driver")."""
    return fold(word) in _ROLES or fold(word).rstrip("s") in _ROLES


Token = tuple[str, int, int]


def _mention_at(text: str, tokens: list[Token], at: int, language: str, nouns: bool) -> tuple[Mention | None, int]:
    """Return the mention that starts at a token, and the token after it."""
    begin, prep, article = at, "", ""
    low = tokens[at][0].lower()
    bare_names = not nouns and language in ("en", "de")  # there an article before a name belongs to a noun behind it
    contracted = _CONTRACTED.get(language, {})
    if low in contracted:
        prep, _, article = contracted[low].partition(" ")
        at += 1
    else:
        if low in _prepositions(language):
            prep, at = low, at + 1
        if at < len(tokens) and tokens[at][0].lower() in _articles(language) and not bare_names:
            article, at = tokens[at][0].lower(), at + 1
    if at >= len(tokens):
        return None, begin + 1
    end = _name_end(text, tokens, at, language, nouns)
    is_noun = False
    if end == at and nouns and article:
        end = _noun_end(tokens, at, begin, language)
        is_noun = end > at
        end = _complement_end(text, tokens, end, language) if is_noun else end
    elif end > at and nouns and language == "de" and article:
        is_noun, end = True, _complement_end(text, tokens, end, language)
    elif end > at and nouns and language == "en" and article:  # "the Lureval fire"
        is_noun = (after := _noun_end(tokens, end, begin, language, end - at)) > end
        end = _complement_end(text, tokens, after, language) if is_noun else end
    if end == at:
        return None, begin + 1
    written = text[tokens[at][1] : tokens[end - 1][2]]
    if article:
        first = tokens[at - 1]
        kept = text[first[1] : first[2]] if first[0].lower() == article else article
        written = kept + written if article.endswith("'") else f"{kept} {written}"
    gender, plural = _articles(language).get(article, ("", None))
    mention = Mention(written, tokens[begin][1], tokens[end - 1][2], "name", prep, gender, plural)
    if is_noun:
        head = next((t for t, _, _ in tokens[at:end] if is_role(t)), "")
        first_nouns = [t for t, _, _ in tokens[at : at + 3]]
        named = any(t[:1].isupper() for t, _, _ in tokens[at:end]) and (language != "de" or end > at + 1)
        return replace(mention, kind="person" if head and head in first_nouns else "thing", named=named), end
    titled = begin > 0 and fold(tokens[begin - 1][0]) in _TITLES
    bare = written.removeprefix(f"{article} ").removeprefix(article)
    return replace(mention, kind=_name_kind(bare, prep, bool(article), titled, language)), end


def _name_kind(name: str, prep: str, has_article: bool, titled: bool, language: str) -> Kind:
    if titled:
        return "person"
    if is_place(name, language) or is_place_preposition(prep, language):
        return "place"
    if has_article:
        return "thing"
    return "person" if len(name.split()) in (2, 3) and not name.isupper() else "name"


def _name_end(text: str, tokens: list[Token], at: int, language: str, nouns: bool = True) -> int:
    """Return the token after a run of capitalised words ("Hélène Marchand", "Teller Falls Public Library")."""
    if not _is_name(text, tokens, at, language, nouns):
        return at
    end = at + 1
    while end < len(tokens):
        if _is_name(text, tokens, end, language):
            end += 1
        elif tokens[end][0].lower() in _JOINING and end + 1 < len(tokens) and _is_name(text, tokens, end + 1, language):
            end += 2
        else:
            break
    return end


def _is_name(text: str, tokens: list[Token], at: int, language: str, nouns: bool = True) -> bool:
    token, start, _ = tokens[at]
    if not token[0].isupper() or fold(token) in stop_words(language) or token.endswith("'") or _INVERTED.search(token):
        return False
    if text.isupper():
        return False
    if language == "de" and not nouns:
        before = tokens[at - 1][0].lower() if at else ""
        if before in _articles("de") or not (
            before in _prepositions("de") or before in _CONTRACTED["de"] or is_place(token, "de")
        ):
            return at > 0 and tokens[at - 1][0][0].isupper() and _is_name(text, tokens, at - 1, language, nouns)
    opens = at == 0 or text[:start].rstrip().endswith(("?", ".", "¿", "!", ":"))
    # A sentence starts with a capital whatever its first word is; a name there is followed by another or by a verb.
    return not opens or (len(tokens) > at + 1 and (tokens[at + 1][0][0].isupper() or _is_verb_like(tokens[at + 1][0])))


def _is_verb_like(token: str) -> bool:
    plain = token.lower()
    return bool(_INVERTED.search(plain)) or plain in _BE or plain in _VERBS_BEHIND_NAMES


def _noun_end(tokens: list[Token], at: int, begin: int, language: str, n_before: int = 0) -> int:
    """Return the token after the noun that starts here, with its adjectives; `at` if there is none."""

    def is_content(i: int) -> bool:
        token = tokens[i][0] if i < len(tokens) else ""
        plain = fold(token)
        return (
            token[:1].isalpha()
            and not token.endswith("'")
            and plain not in stop_words(language)
            and plain not in _PARTICLES
            and not _INVERTED.search(token)
        ) or (i < len(tokens) and token.lower() in _BEFORE_NOUN.get(language, ()))

    end = at
    if language == "en":
        while is_content(end) and end < at + 5:
            end += 1
        before = tokens[begin - 1][0].lower() if begin else ""
        # "did the ferry sail", but "did the ferry from Skerrin sail"
        has_verb_behind = end + 2 < len(tokens) and tokens[end][0] in ("from", "of", "in", "at") and is_content(end + 2)
        if n_before + end - at > 1 and before in _AUXILIARIES and not has_verb_behind and end > at:
            end -= 1
            if n_before + end - at > 1 and tokens[end][0].lower().endswith("ing"):
                end -= 1
        elif n_before + end - at > 1 and before in _BE and end > at and _PARTICIPLE.search(tokens[end - 1][0].lower()):
            end -= 1
        return end
    if language == "de":
        while is_content(end) and tokens[end][0][0].islower() and end < at + 3:
            end += 1
        return end + 1 if end < len(tokens) and is_content(end) and tokens[end][0][0].isupper() else at
    before_noun = _BEFORE_NOUN.get(language, ())
    while end < len(tokens) and tokens[end][0].lower() in before_noun:
        end += 1
    if not is_content(end):
        return end if end > at else at
    end += 1
    while is_content(end) and _ENDINGS_BEHIND.search(tokens[end][0]) and end < at + 5:
        end += 1
    return end


def _complement_end(text: str, tokens: list[Token], end: int, language: str) -> int:
    """The token after "of …" behind a noun, as often as it comes; names stuck to the noun ("le lycée Jean-Zay") too."""
    of = {
        *_OF.get(language, ()),
        *(w for w, a in _CONTRACTED.get(language, {}).items() if a.split()[0] in _OF.get(language, ())),
    }
    if language == "de":
        of |= {"des", "der"}
    end = _name_end(text, tokens, end, language) if end < len(tokens) else end
    for _ in range(3):
        at = end
        if at >= len(tokens) or tokens[at][0].lower() not in of:
            break
        at += 1
        if at < len(tokens) and tokens[at][0].lower() in _articles(language):
            at += 1
        after = _name_end(text, tokens, at, language) if at < len(tokens) else at
        if after == at and at < len(tokens):
            after = _noun_end(tokens, at, at, language)
        if after == at:
            break
        end = after
    return end


@cache
def _articles(language: str) -> dict[str, tuple[str, bool | None]]:
    """Article -> (gender, plural)."""
    found: dict[str, tuple[str, bool | None]] = {}
    for features, row in _ARTICLES[language].items():
        plural = None if language in ("en", "de") else features.endswith("p")
        for word in row.split():
            found[word] = (features.rstrip("p"), plural)
    return found


@cache
def _prepositions(language: str) -> frozenset[str]:
    return frozenset().union(*(table.get(language, ()) for table in (_PLACE, _OF, _OTHER)))


@cache
def _places(language: str) -> frozenset[str]:
    from babel import Locale, UnknownLocaleError

    try:
        locale = Locale(language)
    except (UnknownLocaleError, ValueError):
        return frozenset()
    named = [name for code, name in locale.territories.items() if code.isalpha()]
    named += [str(zone["city"]) for zone in locale.time_zones.values() if "city" in zone]
    return frozenset(" ".join(words(name, language)) for name in named)
