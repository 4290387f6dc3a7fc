"""Questions that are only a piece of one ("Et à Moscou ?", "And in 2019?", "¿Por qué?"), put into the question before.

A new date takes the place of the date there, a place that of the place, a name that of the name, a question word that
of the question word. What has no counterpart and a preposition of its own is added at the end.
"""

from __future__ import annotations

import re
from dataclasses import replace

from index.tables import Pattern
from index.text import fold, months
from rag.language import PACKS, THE, Mention, dates, either, is_place, is_place_preposition, joined, mentions

_OPENERS = PACKS.rules("fragment.openers")
# Question words of time, place, reason, manner, amount: one can stand where another stood.
_WHEN = PACKS.rules("fragment.when")
_ASKS = PACKS.rules("fragment.asks")
# "How many …", "quel …": the word and the noun it asks for.
_ASKED_NOUN = PACKS.rules("fragment.asked_noun")
# "Quand était-ce ?", "When was that?": the event of the question before is asked about.
_EVENT = PACKS.rules("fragment.event")
_TAIL = PACKS.pattern("fragment.tail", r"[\s,]+(?:{})$", re.IGNORECASE)
_ORDINAL = PACKS.pattern("fragment.ordinals", r"\b(?:{})\b", re.IGNORECASE)
_THAT_OF = PACKS.pattern("fragment.that_of", r"^(?:{})", re.IGNORECASE)
_CASUALTIES = PACKS.pattern("fragment.casualties", r"\b(?:{})$")
_BEFELL = PACKS.lists("fragment.befell")
_WERE_HURT = Pattern(
    lambda: r"^\s+(?:{})\s+[^\W\d_]+(?=\s+(?:{})\b)".format(*map("|".join, zip(*_BEFELL.values(), strict=True)))
)
_YEAR_PREPOSITION = PACKS.texts("fragment.year_preposition")
_WHAT_OF = PACKS.pattern("fragment.what_of", flags=re.IGNORECASE)
_HOW_MUCH = PACKS.pattern("fragment.how_much")
_OBJECT_OF_WHO = PACKS.pattern("inversion.object_of_who", "^{}", re.IGNORECASE)
_MANY_WERE = PACKS.pattern("fragment.many_were", "^{}$", re.IGNORECASE)
_INVERTED = PACKS.pattern("inversion.he_or_one", r"-(?:t-)?(?:{})\b")
_ARTICLE = Pattern(lambda: rf"(?:{either(THE)})\b", re.IGNORECASE)
_OF = PACKS.all_words("nouns.of")
_COMPLEMENT = PACKS.pattern("nouns.of_the", r"\s(?:{})\b.*$")


def complete(question: str, language: str, previous: str, previous_language: str) -> str | None:
    """Return the full question that a fragment stands for.

    "" if it has no place in `previous`, None if it is no fragment.
    """
    if language not in _OPENERS:
        return None
    text = question.strip(" ?!.¿¡\u00a0\u202f")
    is_about = bool(_WHAT_OF.match(text))
    piece = re.sub(rf"^(?:{_OPENERS.of(language)})[\s,]+", "", text, flags=re.IGNORECASE).strip(" ,¿")
    opened = piece != text
    piece = _TAIL.sub("", piece) if opened else piece
    same = language == previous_language
    asks = rf"(?:{_WHEN.of(language)}|{_ASKS.of(language)})"
    if re.fullmatch(asks, piece, re.IGNORECASE):
        return _swap_ask(piece, previous, language) if same else ""
    event = re.fullmatch(_EVENT.of(language).format(asks=_WHEN.of(language)), piece, re.IGNORECASE)
    if event:
        word = next(word for word in event.groups() if word)
        # When it does not fit, the pronoun is looked at, if there is one.
        return (_swap_ask(word, previous, language) if same else "") or None
    if re.fullmatch(_ASKED_NOUN.of(language), piece, re.IGNORECASE):
        return _swap_asked_noun(piece, previous, language) if same else ""
    day = next((day for day in dates(piece) if day.start == 0 and day.end == len(piece)), None)
    if day:
        return _swap_date(day.text, previous, previous_language)
    if is_about:  # "du pont" -> "le pont"
        about = mentions(f"x {piece}", language)
        piece = about[0].text if len(about) == 1 and about[0].end == len(piece) + 2 else piece
    return _fragment(piece, opened, language, previous, previous_language)


def append(question: str, phrase: str) -> str:
    """Return `question` with a phrase before its question mark."""
    match = re.search(r"[\s\u00a0\u202f]*[?？]*\s*$", question)
    end = match.group() if match else ""
    return f"{question[: len(question) - len(end)]} {phrase}{end}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def uncapital(text: str, language: str) -> str:
    """Return `text` with a small first letter, unless its first word is a name."""
    first = mentions(text, language)
    is_name = (
        bool(first) and first[0].start == 0 and text[:1] == first[0].text[:1] and first[0].kind in ("person", "name")
    )
    return text if is_name else text[:1].lower() + text[1:]


def _fragment(piece: str, opened: bool, language: str, previous: str, previous_language: str) -> str | None:
    """A name or noun with or without its preposition; a longer piece is a question of its own."""
    own = piece
    piece = _THAT_OF.sub("", piece)
    shifted = f"x {piece}"  # so that a first capital is taken for a name's
    spoken = mentions(shifted, language)
    whole = [m for m in spoken if m.start == 2 and m.end == len(shifted)]
    if (
        len(spoken) == 2
        and spoken[0].start == 2
        and spoken[1].start == spoken[0].end + 1
        and spoken[1].end == len(shifted)
    ):
        whole = [
            replace(spoken[0], text=f"{spoken[0].text} {shifted[spoken[1].start :]}", end=len(shifted), named=True)
        ]
    if not whole and opened and is_place(piece, language):
        whole = [Mention(capital(piece), 2, len(shifted), "place")]
    if not whole:
        ordinal = _ORDINAL.search(own)
        if opened and ordinal and len(own.split()) <= 4:
            return _swap_ordinal(ordinal.group(), previous)
        is_short = len(own.split()) <= 3 and not _INVERTED.search(own)
        return "" if opened and is_short else None
    if not opened and not (whole[0].prep and whole[0].kind == "place"):
        return None
    if _ORDINAL.search(own) and len(own.split()) <= 2:
        return _swap_ordinal(_ORDINAL.search(own).group(), previous)  # type: ignore[union-attr]
    return _swap_mention(whole[0], piece, previous, previous_language)


def _swap_mention(new: Mention, piece: str, previous: str, language: str) -> str:
    old = _counterpart(new, previous, language)
    if old is None:
        is_adverbial = new.prep and new.prep not in _OF
        return append(previous, piece) if is_adverbial else ""
    text = new.text
    if new.kind == "person" and not _complement(text) and _has_article(text) and old.kind == "person":
        text += _complement(old.text)
    at_place = is_place_preposition(new.prep, language) and is_place_preposition(old.prep, language)
    if new.prep and (at_place or new.prep == old.prep):
        put = piece
    elif new.prep and is_place_preposition(new.prep, language) and old.prep in ("", *_OF):
        put = joined(old.prep, text, language) if old.prep else text
    else:
        put = joined(old.prep, text, language)
    put = capital(put) if old.start == 0 else put
    return previous[: old.start] + put + previous[old.end :]


def _counterpart(new: Mention, previous: str, language: str) -> Mention | None:
    """Return what is of the same kind in the question before."""
    phrases = mentions(previous, language)
    names = mentions(previous, language, nouns=False)
    if new.prep and (alike := [m for m in phrases if m.prep == new.prep and m.kind in (new.kind, "place")]):
        return alike[0]
    if _has_article(new.text) and new.kind in ("thing", "person"):
        alike = [m for m in phrases if m.kind == new.kind and (not new.prep or m.prep == new.prep)]
        alike = [m for m in alike if None in (m.plural, new.plural) or m.plural == new.plural]
        return alike[0] if alike else None
    order: dict[str, tuple[str, ...]] = {
        "place": ("place", "name"), "person": ("person", "name"), "name": ("name", "person", "place"),
        "thing": ("thing", "name"),
    }  # fmt: skip
    for kind in order.get(new.kind, ()):
        alike = [m for m in names if m.kind == kind]
        if new.kind == "place" and kind == "name":  # "Vermelles" in "le pont de Vermelles", not "Poutine"
            alike = [m for m in alike if m.prep]
        if new.kind == "person" and kind == "name":
            alike = [m for m in alike if not m.prep]
        if alike:
            return alike[0]
    people = [m for m in phrases if m.kind == new.kind and not new.prep]
    return people[0] if people else None


def _has_article(phrase: str) -> bool:
    """Return whether a phrase is a noun with its article rather than a name."""
    return phrase[:1].islower() or bool(_ARTICLE.match(phrase))


def _complement(phrase: str) -> str:
    found = _COMPLEMENT.search(phrase)
    return found.group() if found else ""


def _swap_date(new: str, previous: str, language: str) -> str:
    old = next(iter(dates(previous)), None)
    bare = re.fullmatch(r"(?:1\d|20)\d\d", new)
    if old is None:
        return append(previous, f"{_YEAR_PREPOSITION.get(language, 'in')} {new}" if bare else new)
    if bare and re.search(r"(?:1\d|20)\d\d$", old.text) and not _names_month(old.text):
        new = old.text[:-4] + new
    elif _names_month(new) and not re.search(r"\d{4}", new) and (year := re.search(r"(?:1\d|20)\d\d$", old.text)):
        new = f"{new} {year.group()}"
    new = capital(new) if old.start == 0 else new
    return previous[: old.start] + new + previous[old.end :]


def _names_month(text: str) -> bool:
    return any(fold(word) in {fold(month) for month in months()} for word in text.split())


def _swap_ordinal(new: str, previous: str) -> str:
    old = _ORDINAL.search(previous)
    return previous[: old.start()] + new + previous[old.end() :] if old else ""


def _swap_ask(word: str, previous: str, language: str) -> str:
    """`previous` with another question word; "" when it asks for a person or thing and cannot take one of time or
    place."""
    lead = re.match(r"^[¿\s]*", previous)
    start = lead.group() if lead else ""
    rest = previous[len(start) :]
    if not re.fullmatch(_WHEN.of(language), word, re.IGNORECASE) or _HOW_MUCH.fullmatch(fold(word)):
        return ""
    if old := re.match(rf"(?:{_WHEN.of(language)})(?=\W)", rest, re.IGNORECASE):
        return start + capital(word) + rest[old.end() :]
    if language == "fr" and (who := _OBJECT_OF_WHO.match(rest)):
        return f"{start}{capital(word)} {who.group(1)}-t-on {rest[who.end() :]}"
    if language == "en" and (many := _MANY_WERE.match(rest)):
        return f"{start}{capital(word)} {many.group(2)} {many.group(1)} {many.group(3)}"
    if re.match(rf"(?:{_ASKS.of(language)})(?=\W)|{_ASKS.of(language).split('|')[0]}\b", rest, re.IGNORECASE):
        return ""
    return f"{start}{capital(word)} {uncapital(rest, language)}"


def _swap_asked_noun(piece: str, previous: str, language: str) -> str:
    """ "Et combien de morts ?" in the place of "Combien de blessés"."""
    one_noun = _ASKED_NOUN.of(language).removesuffix(r"(?:\s+[^\W\d_]+)?")
    old = re.match(rf"[¿\s]*(?P<ask>{one_noun})", previous, re.IGNORECASE)
    alike = old and fold(old["ask"]).split()[0][:5] == fold(piece).split()[0][:5] and len(piece.split()) <= 3
    if not old or not alike:
        return ""
    rest = previous[old.end("ask") :]
    if _CASUALTIES.search(fold(piece)):  # "combien de morts" asks for no "ont été blessées"
        rest = _WERE_HURT.sub("", rest, count=1)
    return previous[: old.start("ask")] + capital(piece) + rest
