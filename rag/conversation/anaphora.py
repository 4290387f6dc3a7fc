"""Find words of a question that point out of it ("il", "there", "ce pont", "son coût", "eso").

A pronoun whose noun precedes it in the same question ("Le pont a-t-il rouvert ?") points nowhere else, and one that
stands for nothing ("il y a", "it is true", "es gibt") does not point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from index.tables import Pattern
from index.text import fold, stop_words
from rag.language import PACKS, Mention, is_place_preposition, mentions

Role = Literal["person", "any", "thing", "place", "whose", "this", "inverted", "y", "object", "open"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word of a question that points back: `question[start:end]`."""

    role: Role
    start: int
    end: int
    word: str
    gender: str = ""
    plural: bool | None = None
    noun: str = ""
    """The noun after "this" or "his"."""


IMPERSONAL = PACKS.pattern("pointers.impersonal", flags=re.IGNORECASE)
_HE = PACKS.rules("inversion.he")
_VERBS = PACKS.rules("inversion.verbs")
_CLITICS = PACKS.rules("inversion.clitics")
_INVERTED = Pattern(
    lambda: rf"(?P<clitics>{_CLITICS.any})(?P<verb>\b(?!y-)[^\W\d_]+)-(?:t-)?(?P<pron>{_HE.any})\b", re.IGNORECASE
)
# What a pronoun stands for may precede it in the same question.
_MANY = PACKS.pattern("inversion.many", r"\b(?:{})", re.IGNORECASE)
_ONE = PACKS.pattern("inversion.one", r"^(?:{})", re.IGNORECASE)
_WHICH = PACKS.pattern("inversion.which", r"\b{}", re.IGNORECASE)
_HAS = PACKS.pattern("inversion.has", r"\b(?:{})\s+$")
_WHO_DOES = PACKS.pattern("inversion.who_does", r"^\W*{}", re.IGNORECASE)
_ANY = PACKS.pattern("inversion.any", r"\b(?:{})\b", re.IGNORECASE)
_SUBJECT_BEFORE = PACKS.pattern("inversion.subject_before")
_ASKED_NOUN = PACKS.pattern("inversion.asked_noun", flags=re.IGNORECASE)
_DETERMINERS = PACKS.pattern("inversion.determiners", r"\b(?:{})\b")
_ASKED = PACKS.pattern("pointers.asked", r"\b(?:{})\b", re.IGNORECASE)
_ASKED_WHO = PACKS.pattern("pointers.asked_who", r"^\W*(?:{})\b", re.IGNORECASE)
_AUXILIARY = PACKS.pattern("pointers.auxiliaries", r"\b(?:{})\s+$", re.IGNORECASE)
_IS = PACKS.pattern("pointers.is", r"\b(?:{})\s+$")
_SAID_BEHIND = PACKS.pattern("pointers.said_behind", r"\s+(?:{})\b")
_SHE = PACKS.all_words("pointers.she")
_TIMES = PACKS.all_words("pointers.times")
_POINTERS = PACKS.table("pointers.rules", list[tuple[Role, str]])
_VERB_BEHIND = PACKS.rules("pointers.verb_behind")


def hyphenated(question: str) -> str:
    """ "a t il", "est il" as they should be written."""
    question = re.sub(rf"\b([^\W\d_]+)[ -]t[ '’,-]{{1,2}}({_HE.any})\b", r"\1-t-\2", question, flags=re.IGNORECASE)
    return re.sub(rf"\b({_VERBS.any}) ({_HE.any})\b(?! que)", r"\1-\2", question, flags=re.IGNORECASE)


def pointers(question: str, language: str) -> list[Pointer]:
    """Return the words of a question that point out of it, in no particular order, without overlaps."""
    found: list[Pointer] = []
    taken: list[tuple[int, int]] = []
    if language == "fr":
        for match in IMPERSONAL.finditer(question):
            taken.append(match.span())
        for match in _INVERTED.finditer(question):
            if any(a < match.end("pron") and match.start("verb") < b for a, b in taken):
                continue
            taken.append((match.start("verb"), match.end()))
            gender, plural = ("f" if "elle" in match["pron"].lower() else "m"), match["pron"].lower().endswith("s")
            is_many = plural or match["verb"].lower().endswith("ont")
            if not _inside(question, match.start(), language, "inverted", gender, is_many):
                found.append(Pointer("inverted", match.start(), match.end(), match.group(), gender, plural))
    subjects = [each.start for each in found] + [a for a, _ in taken]
    for role, pattern in _rules(language):
        for match in pattern.finditer(question):
            groups = match.groupdict()
            noun = groups.get("noun") or ""
            if any(a < match.end() and match.start() < b for a, b in taken) or fold(noun) in _TIMES:
                continue
            if noun and (fold(noun) in stop_words(language) or fold(noun).rstrip("s") in _TIMES):
                continue
            taken.append(match.span())
            start = match.start("pron") if role == "any" else match.start()
            if role in ("any", "person") and "whose" not in role:
                subjects.append(match.start())
            if role == "whose" and any(at < match.start() for at in subjects):
                continue  # "Quand a-t-il vendu son bateau ?": his own
            if role == "this" and _SAID_BEHIND.match(question[match.end() :]):
                continue  # "ce besoin de paraître jeune": said behind it
            gender, plural = _features(match["pron"], language) if role == "any" else ("", None)
            if not _inside(question, start, language, role, gender, plural):
                found.append(
                    Pointer(
                        role,
                        start,
                        match.end(),
                        question[start : match.end()],
                        gender,
                        plural,
                        (groups.get("first") or "") + noun,
                    )
                )
    return found


@cache
def _rules(language: str) -> list[tuple[Role, re.Pattern[str]]]:
    flags = re.IGNORECASE if language != "de" else 0
    known = {"{noun}": PACKS.shared("pointers.noun"), "{verb_behind}": _VERB_BEHIND.of(language)}
    found = []
    for role, rule in _POINTERS.get(language, ()):
        for name, instead in known.items():
            rule = rule.replace(name, instead)
        found.append((role, re.compile(rule, flags)))
    return found


def _features(word: str, language: str) -> tuple[str, bool | None]:
    """Return the gender and number that a pronoun shows."""
    word = fold(word)
    if language in ("fr", "es", "pt"):
        return ("f" if word.startswith(tuple(_SHE)) else "m"), word.endswith("s")
    return "", None


def _inside(question: str, at: int, language: str, role: str, gender: str, plural: bool | None) -> bool:
    """Return whether what the pronoun stands for precedes it in the same question."""
    if role == "this":
        return any(m.named for m in mentions(question, language) if m.end <= at)
    if role in ("y", "open"):
        return role == "y" and any(is_place_preposition(m.prep, language) for m in mentions(question[:at], language))
    before = question[:at]
    said = [m for m in mentions(question, language) if m.end <= at]
    if role == "place":
        return any(m.kind == "place" or is_place_preposition(m.prep, language) for m in said)
    if role in ("inverted", "any", "person", "object") and language == "fr":
        said = [m for m in said if not is_place_preposition(m.prep, language) or len(said) > 1]
    if any(agrees(m, gender, plural) for m in said):
        return True
    if role == "inverted" and _has_subject(before):
        return True
    if language == "fr":
        many, one = _MANY.search(before), _ONE.search(before)
        if role == "inverted":
            return bool(plural and many) or bool(one)
        if role == "whose":
            if _WHICH.search(before) and not _HAS.search(before):
                return True
            its_many = many and question[at:].lower().startswith("leur")
            return bool(its_many) or bool(_WHO_DOES.match(before))
        if role in ("thing", "object"):
            return bool(many)
        return bool(many or one or _ANY.search(before))
    asked = _ASKED.search(before)
    if role == "whose":
        return bool(asked and _ASKED_WHO.match(before) and not _IS.search(before))
    return bool(asked and not _AUXILIARY.search(before) and len(before.split()) > 1)


def _has_subject(before: str) -> bool:
    """Return whether a noun directly precedes an inverted verb ("… stablinski a-t-il"), not the one asked for."""
    last = _SUBJECT_BEFORE.search(before)
    if not last or fold(last.group(1)) in stop_words("fr"):
        return False
    asked = _ASKED_NOUN.search(before)
    return asked is None or bool(_DETERMINERS.search(asked["noun"]))


def agrees(mention: Mention, gender: str, plural: bool | None) -> bool:
    """Return whether a pronoun of this gender and number can stand for a mention; unknown values agree."""
    if gender and mention.gender and mention.gender != gender and mention.kind != "person":
        return False
    return plural is None or mention.plural is None or mention.plural == plural
