"""Words of a question that point out of it ("il", "there", "ce pont", "son coût", "eso").

A pronoun whose noun stands before it in the same question ("Le pont a-t-il rouvert ?") points nowhere else, and one
that stands for nothing ("il y a", "it is true", "es gibt") does not point.
"""

# ruff: noqa: E501 (tables of words)

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from index.text import fold, stop_words
from rag.language import Mention, is_place_preposition, mentions

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
    """The noun behind "this" or "his"."""


_NOUN = (
    r"(?P<first>(?:(?:nouve\w+|ancien\w*|premi[eè]re?s?|derni[eè]re?s?|grande?s?|petite?s?|deuxième|second[eo]?|autres?|new|first|last|old"
    r"|second|nuev[oa]s?|primer[oa]?|últim[oa]s?|nuov[oaie]|prim[oaie]|ultim[oaie]|nov[oa]s?|primeir[oa]s?|deux|trois|neuf)\s+)?)"
    r"(?P<noun>[^\W\d_]+(?:-[^\W\d_]+)*)"
)
IMPERSONAL = re.compile(
    r"\b(?:y[\s-]+(?:a|avait|aura|aurait|eut)(?:-t)?-il|(?:s['’]agi\w+|faut|fallait|faudra|faudrait|pleut|existe|semble|convient|suffit|vaut(?=-il mieux)|reste|se passe"
    r"|s['’]est)(?:-t)?-il(?! [^\W\d_]+ é)|se (?:passe|trouve|peut)-t-il que|(?:est|était|sera|serait)-il (?:possible|vrai|question"
    r"|nécessaire|prévu|interdit|permis|exact|normal|obligatoire|difficile|facile|important|arrivé|que)|heure (?:est|était)-il"
    r"|temps fait-il|s['’ ]est-il passé|est-il mis fin|\w+ait-t-il de|qu['’]il y (?:a|avait|ait)|il (?:y (?:a|avait|aura|ait|eut)|faut|fallait|faudra|faudrait|s['’]agi\w+|pleut|existe|semble|reste|est (?:possible|vrai"
    r"|nécessaire|prévu|question|interdit|permis)))\b",
    re.IGNORECASE,
)
_FR_INVERTED = re.compile(
    r"(?P<clitics>(?:\b[sn]['’]y\s+|\b(?:n|s|m|t)['’]|\b(?:se|ne|en|le|la|les|lui|leur|nous|vous)\s+)*)"
    r"(?P<verb>\b(?!y-)[^\W\d_]+)-(?:t-)?(?P<pron>ils|elles|il|elle)\b",
    re.IGNORECASE,
)
_DAYTIME = frozenset(
    "annee an jour mois semaine date fois soir matin moment instant siecle heure week year month day time morning evening "
    "century moment way periode epoque saison occasion period season occasion sens ano mes semana dia momento jahr monat woche tag mal anno mese settimana giorno volta vez".split()
)
_VERB_BEHIND = r"(?=\s*(?:happen|cost|take|mean|work|was|is|start|end|begin|come|occur|change|affect|\?|$))"
_POINTERS: dict[str, tuple[tuple[Role, str], ...]] = {
    "fr": (
        ("any", r"(?:^\W*|(?<=qu['’])|\b(?:quand|si|s['’]|où|dont|comment|pourquoi|combien|et|mais|car|que)\s*|,\s*)\b(?P<pron>ils|elles|il|elle)\b(?!-)(?<!qu['’]elle est l)"),
        ("whose", rf"\b(?:son|sa|ses|leurs?)\s+(?!a\b|ont\b|est\b|a-|ont-|avait|est-){_NOUN}"),
        ("this", rf"(?<!-)\b(?P<det>ce|cet|cette|ces)\s+(?!que\b|qui\b|qu['’]|dont\b|sont\b|fut\b|n['’]|sera\b){_NOUN}"),
        ("thing", r"(?<!-)\b(?:ça|cela|celui-ci|celle-ci|ceux-ci|ce dernier|cette dernière)\b"),
        ("place", r"\b(?:là-bas|là)\b(?!-)"),
        ("object", r"\bl['’](?=(?:a|ont|avait|avaient|aura|auront)\b)"),
        ("open", r"\ben\s+(?=(?:a|ont|avait|avaient|reste|pense|pensent|dit|parle|fait)\b)|\b(?:lui|leur)\s+(?=(?:a|ont|avait|est)\b)"),
        ("y", r"\b(?:s['’](?=y (?:est|sont|rend|trouve|passe|déroule)))?y\s+(?!pr[ie]\w+\b|a\b|a-|avait|aura|eut|ait\b)(?=[^\W\d_])"),
    ),
    "en": (
        ("person", r"\b(?P<pron>he|she|him|herself|himself)\b"),
        ("whose", rf"\b(?:his|her|its|their)\s+(?!to\b|in\b|on\b|at\b|for\b|and\b|about\b|from\b|with\b){_NOUN}"),
        ("person", r"\bher\b"),
        ("any", r"\b(?P<pron>they|them)\b"),
        ("thing", r"(?<!time is )\bit\b(?! (?:(?:is|was) )?(?:that|true|possible|likely|necessary|legal|normal|known|rain|snow)\b)(?! take\b.* to\b)"),
        ("this", rf"\b(?:this|these|those)\s+(?!is\b|was\b|are\b|were\b|happen|cost){_NOUN}"),
        ("this", rf"(?:(?<=\bin )|(?<=\bof )|(?<=\bat )|(?<=\bon )|(?<=\bby )|(?<=\bto )|(?<=\bdid )|(?<=\bwas )|(?<=\bis ))that\s+{_NOUN}(?<!happen)(?<!cost)(?<!take)(?<!mean)(?<!start)(?<!end)"),
        ("thing", rf"\b(?:that|this){_VERB_BEHIND}"),
        ("place", r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!will )(?<!has )(?<!have )\bthere\b(?! (?:is|are|was|were|be|been|has|have|will|a|an|any)\b)"),
    ),
    "es": (
        ("any", r"\b(?P<pron>él|ella|ellos|ellas)\b"), ("whose", rf"\bsus?\s+{_NOUN}"), ("place", r"\b(?:allí|allá|ahí)\b"),
        ("this", rf"\b(?:ese|esa|esos|esas|este|esta|estos|estas)\s+{_NOUN}"), ("thing", r"\b(?:eso|esto)\b"),
    ),
    "de": (
        ("any", r"(?<!^)\b(?P<pron>er|ihn|ihm|sie)\b"), ("whose", r"\b(?:sein|ihr)(?:e[nrsm]?)?\s+(?P<noun>[A-ZÄÖÜ][^\W\d_]+)"),
        ("thing", r"(?<!gibt )(?<!geht )(?<!^)(?<!regnet )\bes\b(?! (?:gibt|gab|geht|handelt|regnet)\b)"),
        ("place", r"\b(?:dort|dorthin|dorther)\b"), ("this", r"\b[Dd]iese[nrsm]?\s+(?P<noun>[A-ZÄÖÜ][^\W\d_]+)"),
        ("thing", r"\bdas\b(?=\s+[a-zäöü]+|\s*\?|$)"),
    ),
    "it": (
        ("any", r"\b(?P<pron>lui|lei|loro|esso|essa)\b(?!\s+[^\W\d_]+\s*\?)"), ("whose", rf"\b(?:suo|sua|suoi|sue)\s+{_NOUN}"),
        ("place", r"\b(?:lì|là|laggiù)\b|\bci\s+(?=(?:è|sono) (?:andat|stat))"), ("thing", r"\b(?:ciò)\b|\bquesto(?=\s*\?)"),
        ("this", rf"\b(?:quest[oaie]|quell[oaie]|quei|quegli|quel|quest['’]|quell['’])\s*{_NOUN}"),
    ),
    "pt": (
        ("any", r"\b(?P<pron>ele|ela|eles|elas)\b"), ("whose", rf"\b(?:seu|sua|seus|suas)\s+{_NOUN}"), ("place", r"\b(?:lá|ali|aí)\b"),
        ("this", rf"\b(?:[nd]?ess[ea]s?|[nd]?est[ea]s?|aquel[ea]s?)\s+{_NOUN}"), ("thing", r"\b(?:isso|isto)\b"),
    ),
}  # fmt: skip


def hyphenated(question: str) -> str:
    """ "a t il", "est il" as they should be written."""
    question = re.sub(r"\b([^\W\d_]+)[ -]t[ '’,-]{1,2}(ils?|elles?)\b", r"\1-t-\2", question, flags=re.IGNORECASE)
    verbs = "est|sont|était|étaient|ont|fut|furent|peut|doit|fait|vit|sera"
    return re.sub(rf"\b({verbs}) (ils?|elles?)\b(?! que)", r"\1-\2", question, flags=re.IGNORECASE)


def pointers(question: str, language: str) -> list[Pointer]:
    """The words of a question that point out of it, in no order, none over another."""
    found: list[Pointer] = []
    taken: list[tuple[int, int]] = []
    if language == "fr":
        for match in IMPERSONAL.finditer(question):
            taken.append(match.span())
        for match in _FR_INVERTED.finditer(question):
            if any(a < match.end("pron") and match.start("verb") < b for a, b in taken):
                continue
            taken.append((match.start("verb"), match.end()))
            gender, plural = ("f" if "elle" in match["pron"].lower() else "m"), match["pron"].lower().endswith("s")
            is_many = plural or match["verb"].lower().endswith("ont")
            if not _inside(question, match.start(), language, "inverted", gender, is_many):
                found.append(Pointer("inverted", match.start(), match.end(), match.group(), gender, plural))
    subjects = [each.start for each in found] + [a for a, _ in taken]
    for role, pattern in _POINTERS[language]:
        for match in re.finditer(pattern, question, re.IGNORECASE if language != "de" else 0):
            groups = match.groupdict()
            noun = groups.get("noun") or ""
            if any(a < match.end() and match.start() < b for a, b in taken) or fold(noun) in _DAYTIME:
                continue
            if noun and (fold(noun) in stop_words(language) or fold(noun).rstrip("s") in _DAYTIME):
                continue
            taken.append(match.span())
            start = match.start("pron") if role == "any" else match.start()
            if role in ("any", "person") and "whose" not in role:
                subjects.append(match.start())
            if role == "whose" and any(at < match.start() for at in subjects):
                continue  # "Quand a-t-il vendu son bateau ?": his own
            if role == "this" and re.match(
                r"\s+(?:de|d['’]|que|qui|of|that|which|que|von|che)\b", question[match.end() :]
            ):
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


def _features(word: str, language: str) -> tuple[str, bool | None]:
    """Gender and number that a pronoun shows."""
    word = fold(word)
    if language in ("fr", "es", "pt"):
        return ("f" if word.startswith(("elle", "ella", "ela")) else "m"), word.endswith("s")
    return "", None


def _inside(question: str, at: int, language: str, role: str, gender: str, plural: bool | None) -> bool:
    """Does what the pronoun stands for come before it in the same question?"""
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
        many = re.search(
            r"\b(?:combien\s+d|quels|quelles|lesquels|lesquelles|certains|plusieurs|tous|beaucoup d|deux|trois)",
            before,
            re.I,
        )
        one = re.search(r"^(?:lequel|laquelle|chaque|aucun)", before, re.I)
        if role == "inverted":
            return bool(plural and many) or bool(one)
        if role == "whose":
            which = re.search(
                r"\bquel(?:le)?s?\s+(?!est\b|sont\b|était\b|étaient\b|fut\b|serait\b|a été\b)[^\W\d_]", before, re.I
            )
            if which and not re.search(r"\b(?:a|ont|est|sont|avait)\s+$", before):
                return True
            its_many = many and question[at:].lower().startswith("leur")
            return bool(its_many) or bool(re.match(r"^\W*qui\b(?!\s+(?:est|sont|était|étaient)\s*$)", before, re.I))
        if role in ("thing", "object"):
            return bool(many)
        return bool(many or one or re.search(r"\b(?:qui|quel(?:le)?|chaque|on)\b", before, re.I))
    asked = re.search(
        r"\b(?:who|which|what|whose|how many|quién|qué|cuánt\w+|wer|welche\w*|wie viele|chi|quale|quem|qual|quant\w+)\b",
        before,
        re.I,
    )
    straight = re.search(
        r"\b(?:did|does|do|is|was|were|are|has|had|have|will|would|can|could|hat|ist|war|hatte|wird)\s+$", before, re.I
    )
    if role == "whose":
        return bool(
            asked
            and re.match(r"^\W*(?:who|quién|wer|chi|quem)\b", before, re.I)
            and not re.search(r"\b(?:is|was|es|ist|è|é)\s+$", before)
        )
    return bool(asked and not straight and len(before.split()) > 1)


def _has_subject(before: str) -> bool:
    """Does a noun stand right before an inverted verb ("… stablinski a-t-il"), other than the one asked for?"""
    last = re.search(r"([^\W\d_]+)\s+(?:(?:ne|se|en)\s+|n['’]|s['’])?$", before)
    if not last or fold(last.group(1)) in stop_words("fr"):
        return False
    asked = re.search(r"(?:\bquel(?:le)?s?\s+|\bcombien\s+d(?:e\s+|['’]))(?P<noun>.*)$", before, re.IGNORECASE)
    return asked is None or bool(
        re.search(r"\b(?:le|la|les|l['’]|du|des|son|sa|ses|leurs?|ce|cet|cette|ces|un|une)\b", asked["noun"])
    )


def agrees(mention: Mention, gender: str, plural: bool | None) -> bool:
    """May a pronoun of this gender and number stand for a mention? What is not known agrees."""
    if gender and mention.gender and mention.gender != gender and mention.kind != "person":
        return False
    return plural is None or mention.plural is None or mention.plural == plural
