"""Make evidence and claims about it by exact edits: what is true of one sentence is false of its twin.

A sentence and its changed twin are each used as evidence and as claim, and frames ("according to the mayor", "it is
false that", "if the budget is passed", "it is established that") are put around either, so that no word of a claim
tells its label.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bench.training.contrast_words import (
    ADDITIONS,
    BESIDE,
    CLAUSE,
    CORRECTIONS,
    FINITE,
    FRAMES,
    LEANING,
    NAY,
    OPENERS,
    SAYING,
    TURNING,
)
from bench.training.edits import Edited, edit, is_hedged
from bench.training.frames import Frame, capital, drawn, framed, small, that
from bench.training.statements import Case, Claim, Statement

FRAMED = 0.5
"""Share of sentences that stand in a frame as evidence, where their language has frames."""
ADDED = 0.25
"""Share of sentences to which something is added before anything else, so that additions are also true."""
KINDS = {
    "says": 3,
    "rumour": 1.5,
    "false": 2,
    "denies": 1.5,
    "condition": 2.5,
    "open": 1.5,
    "fiction": 1,
    "wish": 1,
    "doubtful": 2.5,
    "fact": 4,
    "correction": 1.5,
}
_TELLING = ("says", "rumour", "false", "denies", "condition")
"""Frames that another wording of the same kind repeats."""
_CLAIMED = ("says", "rumour", "false", "condition", "fact")
"""Frames that a claim may have around what evidence tells in another one, or in none."""
_MAX_CLAIMS = 4


def case_of(statement: Statement, languages: Sequence[str], chooser: random.Random) -> Case | None:
    """Make one case of a statement: evidence in the first of `languages`, claims in all of them. None if it cannot be
    edited.
    """
    told = languages[0]
    bare = {language: statement.versions[language] for language in languages}
    versions = _with_addition(bare, chooser) if chooser.random() < ADDED else bare
    statement = replace(statement, versions=versions)
    if told in SAYING and len(languages) == 1 and (natural := _natural(statement, told, chooser)):
        return natural
    changed = edit(statement, languages, chooser)
    if changed is None:
        return None
    both = (versions, changed.versions)
    side = int(told in changed.versions and chooser.random() < 0.5)
    if changed.stronger and told in changed.versions:
        side = int(changed.stronger == "unchanged")
    elif changed.stronger == "unchanged":
        return None
    frame = _frame(both, told, chooser)
    sentence = framed(both[side][told], told, frame, both[1 - side].get(told, ""))
    if sentence is None:
        return None
    makers = (_plain_claims, _framed_claims, _longer_and_shorter)
    claims = [c for make in makers for c in make(both, side, changed, frame, languages, chooser)]
    evidence = _evidence(sentence, statement, told, chooser)
    claims += _of_others(statement, evidence, languages, chooser)
    if side == 0 and versions != bare:
        label = _under(frame, "carried", changed, 0, 0)
        label = "not_carried" if label == "contradicted" else label
        claims += [Claim(text, language, label, "addition left out") for language, text in bare.items()]
    return Case(evidence, told, _chosen(claims, chooser))


def _with_addition(versions: Mapping[str, str], chooser: random.Random) -> dict[str, str]:
    """Lengthen a sentence by the same words in each language, unless one has none to add."""
    if not versions.keys() <= ADDITIONS.keys():
        return dict(versions)
    n = chooser.randrange(len(ADDITIONS["fr"]))
    return {language: _added(text, ADDITIONS[language][n]) for language, text in versions.items()}


def _added(text: str, addition: str) -> str:
    return f"{text.rstrip('.')}{'' if addition.startswith(('et ', 'and ')) else ','} {addition}."


def _frame(both: Sequence[Mapping[str, str]], told: str, chooser: random.Random) -> Frame | None:
    text = both[0][told]
    if told not in FRAMES or chooser.random() > FRAMED or re.match(LEANING[told], text) or is_hedged(text, told):
        return None
    kind = chooser.choices(list(KINDS), list(KINDS.values()))[0]
    if kind == "doubtful":
        return Frame(kind, "{doubtful}", 0)
    if kind == "correction":
        return Frame(kind, chooser.choice(CORRECTIONS[told]), 0) if told in both[1] else None
    return drawn(kind, told, chooser)


Both = Sequence[Mapping[str, str]]


def _content(side: int, claimed: int, changed: Edited) -> str:
    return "carried" if side == claimed else changed.label


def _under(frame: Frame | None, content: str, changed: Edited, side: int, claimed: int) -> str:
    """Label a plain claim by the frame its evidence stands in."""
    same = side == claimed
    kind = frame.kind if frame else ""
    if kind in ("", "fact", "correction"):
        return content
    if kind == "false":
        return "contradicted" if same else "carried" if changed.kind == "negation" else "not_carried"
    if kind == "denies":
        return "not_carried" if same or changed.kind != "negation" else "not_said"
    return "not_said" if same else "not_carried"


def _may_claim(side: int, claimed: int, changed: Edited) -> bool:
    """Where the twin is only stronger, what is evidence of the stronger carries the weaker: nothing is told of it."""
    return side == claimed or not changed.stronger or (changed.stronger == "changed") == bool(claimed)


def _plain_claims(
    both: Both, side: int, changed: Edited, frame: Frame | None, languages: Sequence[str], chooser: random.Random
) -> list[Claim]:
    claims = []
    for language in languages:
        for claimed in (0, 1):
            if language not in both[claimed] or not _may_claim(side, claimed, changed):
                continue
            # An edit that one language could not follow is a contradiction seen from the other.
            label = _under(frame, _content(side, claimed, changed), changed, side, claimed)
            text = both[claimed][language]
            kind = frame.kind if frame else changed.kind
            negated = changed.kind == "negation" and bool(re.search(r"\bpas\b|\bnot\b", text))
            claims.append(Claim(_opened(text, language, negated, chooser), language, label, kind))
    return claims


def _opened(text: str, language: str, negated: bool, chooser: random.Random) -> str:
    """Begin a claim as answers begin, now and then."""
    if language not in OPENERS or chooser.random() > 0.2:
        return text
    inner = small(text, language)
    if inner is None:
        return text
    opener = chooser.choice(NAY[language] if negated and chooser.random() < 0.6 else OPENERS[language])
    return opener.format(s=inner, que=that(inner))


def _framed_claims(
    both: Both, side: int, changed: Edited, frame: Frame | None, languages: Sequence[str], chooser: random.Random
) -> list[Claim]:
    claims: list[Claim] = []

    def add(language: str, claimed: int, around: Frame, label: str) -> None:
        text = both[claimed].get(language)
        if text and _may_claim(side, claimed, changed) and not is_hedged(text, language):
            made = framed(text, language, around)
            if made:
                claims.append(
                    Claim(made, language, label, f"{frame.kind if frame else 'plain'}, told as {around.kind}")
                )

    for language in languages:
        if language not in FRAMES:
            continue
        if frame and (frame.kind in _TELLING or frame.kind == "doubtful"):
            again = _again(frame, language, chooser)
            add(language, side, again, "carried")
            add(language, 1 - side, again, "not_carried")
            if frame.kind in ("says", "condition", "denies"):
                other = drawn(frame.kind, language, chooser, (frame.who + chooser.randint(1, 15)) % 18)
                add(language, side, other, "not_carried")
        kind = chooser.choice([k for k in _CLAIMED if not frame or k != frame.kind])
        around = drawn(kind, language, chooser)
        for claimed in (side, 1 - side):
            if kind == "fact":
                if "{Sp}" not in around.template:
                    label = _under(frame, _content(side, claimed, changed), changed, side, claimed)
                    add(language, claimed, around, label)
            else:
                add(language, claimed, around, _as_told(kind, frame, claimed == side, changed))
    return claims


def _again(frame: Frame, language: str, chooser: random.Random) -> Frame:
    if frame.kind == "doubtful":
        return frame
    return drawn(frame.kind, language, chooser, frame.who)


def _as_told(kind: str, frame: Frame | None, same: bool, changed: Edited) -> str:
    """Label a claim in a frame of `kind` against evidence in another frame, or in none."""
    certain = frame is None or frame.kind in ("fact", "correction")
    if kind == "false":
        if certain:
            return "contradicted" if same else "carried" if changed.label == "contradicted" else "not_carried"
        return "not_carried"
    return "not_said" if same else "not_carried"


def _longer_and_shorter(
    both: Both, side: int, changed: Edited, frame: Frame | None, languages: Sequence[str], chooser: random.Random
) -> list[Claim]:
    claims = []
    for language in languages:
        text = both[side].get(language, "")
        if not text or language not in ADDITIONS:
            continue
        if chooser.random() < 0.4:
            added = _added(text, chooser.choice(ADDITIONS[language]))
            claims.append(Claim(added, language, "not_carried" if frame else "not_said", "addition"))
        part = first_part(text, language)
        if part and not is_hedged(text, language):
            label = _under(frame, "carried", changed, side, side)
            claims.append(Claim(part, language, "not_carried" if label == "contradicted" else label, "part"))
    return claims


def first_part(text: str, language: str) -> str:
    """Return a sentence up to a clause that only adds to it, or without a bracket; "" if it has neither."""
    bare = re.sub(r"\s*\([^()]*\)", "", text)
    if bare != text and len(bare) > 30:
        return bare
    for found in re.finditer(CLAUSE[language], text):
        head = text[: found.start()]
        if (
            len(head) > 40
            and re.search(FINITE[language], head)
            and "," not in head
            and head.count("«") == head.count("»")
        ):
            return head + "."
    return ""


def _natural(statement: Statement, told: str, chooser: random.Random) -> Case | None:
    """Use what a sentence itself says of its speaker or condition: what it only reports is not said."""
    text = statement.versions[told]
    claims = []
    if found := re.search(SAYING[told], text):
        inner = text[found.end() :]
        if len(inner) > 30 and re.search(FINITE[told], inner) and inner[0].islower():
            claims.append(Claim(capital(inner), told, "not_said", "speaker dropped"))
    elif (found := re.search(TURNING[told], text)) and found.start() > 40:
        head = text[: found.start()].rstrip(",; ")
        if (
            re.search(FINITE[told], head)
            and not re.search(TURNING[told], head)
            and not head.endswith((" et", " and", " ou", " or", " que"))
        ):
            # At half weight: "sauf", "selon", "except" do not always take back what stands before them.
            claims.append(Claim(head + ".", told, "not_said", "condition or speaker dropped", "", 0.5))
    if not claims:
        return None
    evidence = _evidence(text, statement, told, chooser)
    claims.append(Claim(_opened(text, told, False, chooser), told, "carried", "speaker kept"))
    if (changed := edit(statement, [told], chooser)) and _may_claim(0, 1, changed):
        other = _opened(changed.versions[told], told, False, chooser)
        claims.append(Claim(other, told, changed.label, changed.kind))
    return Case(evidence, told, tuple(claims))


def _evidence(sentence: str, statement: Statement, language: str, chooser: random.Random) -> str:
    """Surround the sentence as evidence is: by its neighbours, by sentences on other matters, by a title."""
    parts = [sentence]
    for near, place in ((statement.before, 0), (statement.after, 1)):
        if language in near and chooser.random() < 0.3 and len(near[language]) < 250:
            parts.insert(0 if place == 0 else len(parts), near[language])
    if language in BESIDE and chooser.random() < 0.25:
        parts.insert(chooser.choice((0, len(parts))), chooser.choice(BESIDE[language]))
    text = ("\n" if chooser.random() < 0.1 else " ").join(parts)
    if statement.title and chooser.random() < 0.12:
        text = statement.title + chooser.choice([" : ", "\n", "\n\n"]) + text
    return text


def _of_others(statement: Statement, evidence: str, languages: Sequence[str], chooser: random.Random) -> list[Claim]:
    language = chooser.choice(list(languages))
    near = [s for s in statement.elsewhere.get(language, ()) if 35 < len(s) < 250 and s != statement.versions[language]]
    if language == languages[0]:
        near = [s for s in near if s not in evidence]
    else:
        beside = (statement.before.get(language), statement.after.get(language))
        near = [s for s in near if s not in beside]
    if not near or chooser.random() < 0.5:
        return []
    return [Claim(chooser.choice(near), language, "not_said", "another sentence")]


def _chosen(claims: list[Claim], chooser: random.Random) -> tuple[Claim, ...]:
    """Keep a few, as many carried as not where there are as many."""
    chooser.shuffle(claims)
    yes = [c for c in claims if c.label == "carried"]
    no = [c for c in claims if c.label != "carried"]
    n_yes = min(len(yes), max(_MAX_CLAIMS // 2, _MAX_CLAIMS - len(no)))
    kept = yes[:n_yes] + no[: _MAX_CLAIMS - n_yes]
    chooser.shuffle(kept)
    return tuple(kept)
