"""Exact edits of a sentence: one thing of it is changed, in all the languages it is given in at once where possible."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.training.contrast_words import CONDITIONAL, DOUBTED, HEDGED, NEGATABLE, SUBJUNCTIVE, SWAPS
from bench.training.statements import Statement

_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?(?!\w)")
_NAME = re.compile(
    r"(?<=[\w,;»] )(?:[A-ZÀ-ÖØ-Þ][\w’'-]{2,})(?: (?:[A-ZÀ-ÖØ-Þ][\w’'-]+))*|(?<=[dlDL]['’])[A-ZÀ-ÖØ-Þ]\w{2,}"
)
_BETWEEN = re.compile(
    r"\b(?:par|à|de|contre|que|by|to|of|from|than|against|est|a|fut|était|is|was|were|had|has|avait|ont|sont|von|gegen|por|\w+(?:ed|ait|aient|èrent))\b"
)
_COORDINATED = re.compile(r"^[\s,;/–-]*(?:et|ou|and|or|und|y|e|&)?[\s,;/–-]*(?:l[ea]s?|the|d[eu]s?)?\s*$")
_SUBORDINATE = {
    "fr": re.compile(r"\b(?:qui|que|dont|où|lorsque|quand|si|comme|car|puisque|ce)\b|qu['’]|,", re.IGNORECASE),
    "en": re.compile(r"\b(?:that|which|who|whose|where|when|if|as|because|while|what)\b|,", re.IGNORECASE),
}
MONTHS = {
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "en": "January February March April May June July August September October November December".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
}


@dataclass(frozen=True, slots=True)
class Edited:
    """The changed sentence in the languages it could be changed in, and what it is to the unchanged one."""

    versions: Mapping[str, str]
    kind: str
    label: str
    """"contradicted" where both cannot hold, else "not_carried"."""
    stronger: str = ""
    """"changed" or "unchanged" where only that one says more than the other, and is carried by itself alone."""


Edit = Callable[[Statement, Mapping[str, str], random.Random], Edited | None]


def edit(statement: Statement, languages: Sequence[str], chooser: random.Random) -> Edited | None:
    """Change one thing of a statement in as many of `languages` as it can be changed in, the first among them."""
    versions = {language: statement.versions[language] for language in languages}
    for each in chooser.sample(EDITS, len(EDITS)):
        found = each(statement, versions, chooser)
        if found and all(text != versions[language] for language, text in found.versions.items()):
            return found
    return None


def number(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    """Put another number: of the same paragraph if there is one like it, or one digit changed."""
    first, *_ = versions
    found = list(_NUMBER.finditer(versions[first]))
    if not found:
        return None
    old = chooser.choice(found)
    digits = _digits(old.group())
    others = [
        _digits(m.group())
        for text in statement.elsewhere.get(first, ())
        for m in _NUMBER.finditer(text)
        if len(_digits(m.group())) == len(digits)
    ]
    mine = {_digits(m.group()) for m in found}
    others = [d for d in others if d not in mine]
    new = chooser.choice(others) if others and chooser.random() < 0.6 else _perturbed(digits, chooser)
    if new in mine:
        return None
    edited = {}
    for language, text in versions.items():
        same = [m for m in _NUMBER.finditer(text) if _digits(m.group()) == digits]
        if len(same) == 1:
            edited[language] = text[: same[0].start()] + _in_form(same[0].group(), new) + text[same[0].end() :]
    return Edited(edited, "number", "contradicted") if first in edited else None


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _perturbed(digits: str, chooser: random.Random) -> str:
    if len(digits) == 4 and digits[0] in "12":
        return str(int(digits) + chooser.choice([-30, -12, -7, -3, -2, -1, 1, 2, 3, 5, 9, 20]))
    place = chooser.randrange(len(digits))
    low = 1 if place == 0 else 0
    new = chooser.choice([d for d in "0123456789"[low:] if d != digits[place]])
    return digits[:place] + new + digits[place + 1 :]


def _in_form(old: str, digits: str) -> str:
    left = iter(digits)
    return "".join(next(left, "") if c.isdigit() else c for c in old)


def month(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    first, *_ = versions
    for k, name in enumerate(MONTHS.get(first, ())):
        if not re.search(rf"\b{name}\b", versions[first]) or name in ("mars", "mai", "May", "March", "août"):
            continue
        new = chooser.choice([j for j in range(12) if j != k])
        edited = {
            language: re.sub(rf"\b{MONTHS[language][k]}\b", MONTHS[language][new], text, count=1)
            for language, text in versions.items()
            if language in MONTHS and len(re.findall(rf"\b{MONTHS[language][k]}\b", text)) == 1
        }
        return Edited(edited, "month", "contradicted") if first in edited else None
    return None


def _names(text: str) -> list[str]:
    found = [m.group() for m in _NAME.finditer(text)]
    return [name for name in dict.fromkeys(found) if text.count(name) == 1]


def name(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    """Put another name of the paragraph, as long as the old one where there is one."""
    first, *_ = versions
    mine = _names(versions[first])
    others = [n for text in statement.elsewhere.get(first, ()) for n in _names(text) if n not in versions[first]]
    if not mine or not others:
        return None
    old = chooser.choice(mine)
    if any(month_name in old for month_name in MONTHS["en"] + MONTHS["de"]):
        return None
    length = len(old.split())
    new = min(chooser.sample(others, min(4, len(others))), key=lambda n: abs(len(n.split()) - length))
    if any(word in old for word in new.split()) or any(word in new for word in old.split()):
        return None
    edited = {language: text.replace(old, new) for language, text in versions.items() if text.count(old) == 1}
    return Edited(edited, "name", "not_carried")


def role(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    """Let two names trade places, unless they are only listed together."""
    first, *_ = versions
    mine = _names(versions[first])
    pairs = [(a, b) for k, a in enumerate(mine) for b in mine[k + 1 :] if a not in b and b not in a]
    if not pairs:
        return None
    one, other = chooser.choice(pairs)
    edited = {}
    for language, text in versions.items():
        i, j = text.find(one), text.find(other)
        if text.count(one) == text.count(other) == 1:
            low, high, a, b = (i, j, one, other) if i < j else (j, i, other, one)
            between = text[low + len(a) : high]
            if _COORDINATED.match(between) or not _BETWEEN.search(between):
                return None
            edited[language] = text[:low] + b + between + a + text[high + len(b) :]
    return Edited(edited, "role swap", "not_carried") if first in edited else None


def word(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    """Put a word's opposite, or one that says more, in one language; either way round."""
    language = chooser.choice(list(versions))
    text = versions[language]
    found = []
    for one, other, label in SWAPS.get(language, ()):
        for old, new, stronger in ((one, other, "changed"), (other, one, "unchanged")):
            match = re.findall(rf"(?<![\w'’-]){re.escape(old)}(?![\w-])", text)
            if len(match) == 1 and not re.search(rf"(?<!\w){re.escape(new)}(?!\w)", text):
                found.append((old, new, label, stronger))
    if not found:
        return None
    old, new, label, stronger = chooser.choice(found)
    changed = re.sub(rf"(?<![\w'’-]){re.escape(old)}(?![\w-])", new, text)
    if label == "stronger":
        return Edited({language: changed}, "quantifier", "not_carried", stronger)
    return Edited({language: changed}, "opposite" if label == "contradicted" else "unit", label)


def negation(statement: Statement, versions: Mapping[str, str], chooser: random.Random) -> Edited | None:
    edited = {language: changed for language, text in versions.items() if (changed := negated(text, language))}
    if len(edited) < len(versions):  # all of them or one, so that no language says the opposite of another unseen
        edited = dict([chooser.choice(list(edited.items()))]) if edited else {}
    return Edited(edited, "negation", "contradicted") if edited else None


def negated(text: str, language: str) -> str:
    """Negate the first verb of the main clause, or take its negation out; "" where that is not sure."""
    verbs = "|".join(NEGATABLE.get(language, ()))
    if not verbs:
        return ""
    if language == "fr":
        said = re.search(rf"\b(?:n['’]|ne )({verbs}) pas ", text)
        if said and text.count(" pas ") == 1:
            return text[: said.start()] + said.group(1) + " " + text[said.end() :]
        found = _main_verb(text, language, verbs)
        if not found or re.search(r"\bn(?:e\b|['’])|\b(?:pas|jamais|aucune?|personne|rien|seulement)\b", text):
            return ""
        verb = found.group(1)
        return (
            text[: found.start(1)]
            + (f"n'{verb}" if verb[0] in "aeéo" else f"ne {verb}")
            + " pas"
            + text[found.end(1) :]
        )
    said = re.search(rf"\b({verbs}) not ", text)
    if said and len(re.findall(r"\bnot\b", text)) == 1:
        return text[: said.end(1)] + " " + text[said.end() :]
    found = _main_verb(text, language, verbs)
    if not found or re.search(r"\b(?:not|no|never|none|nobody|neither|nor|only)\b|n't\b", text):
        return ""
    return text[: found.end(1)] + " not" + text[found.end(1) :]


def _main_verb(text: str, language: str, verbs: str) -> re.Match[str] | None:
    """Find the first of `verbs`, unless a clause begins before it."""
    found = re.search(rf"(?<=[\w)»\"'’] )({verbs})(?= \w)", text)
    if not found or _SUBORDINATE[language].search(text[: found.start()]):
        return None
    if re.search(r"\b(?:se|s['’]|y|lui|leur|me|en|l['’])\s?$", text[: found.start()]):
        return None
    return found


def in_mood(text: str, language: str, mood: str) -> str:
    """Put the main verb into the "subjunctive" or the "doubtful" form; "" where that is not sure."""
    table = {"subjunctive": SUBJUNCTIVE, "doubtful": CONDITIONAL if language == "fr" else DOUBTED}[mood]
    if language not in ("fr", "en") or re.search(r"\bn(?:e\b|['’])|\bnot\b", text):
        return ""
    found = _main_verb(text, language, "|".join(table))
    if not found:
        return ""
    verb, after = found.group(1), text[found.end(1) :]
    if mood == "subjunctive" and verb == "avait" and re.match(r" \w+[éiu]e?s?\b", after):
        return text[: found.start(1)] + "ait" + after
    if verb in ("has", "have", "had") and not re.match(
        r" (?:\w+ed|been|become|made|given|taken|led|won|had|held|seen)\b", after
    ):
        return ""
    return text[: found.start(1)] + table[verb] + after


def is_hedged(text: str, language: str) -> bool:
    return bool(language in HEDGED and re.search(HEDGED[language], text, re.IGNORECASE))


EDITS: tuple[Edit, ...] = (number, month, name, role, word, negation)
