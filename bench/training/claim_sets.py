"""The sets that a checker is trained on, as bench/training/checker_mixture.toml names them.

Of each set a share of the paragraphs is kept for validation and never drawn for training. Held-out articles of the
reader's benches (bench/data/squad.py) are left out altogether.
"""

from __future__ import annotations

import hashlib
import json
import random
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.data.draw import LANGUAGES
from bench.training.answer_claims import (
    answered,
    missed_of,
    of_answers,
    of_near_misses,
    of_parallel_answers,
    of_questions,
    parallel_items,
)
from bench.training.contrast import case_of
from bench.training.edits import edit
from bench.training.mixture import (
    Pools,
    TitlesOf,
    answerable,
    digest_of,
    find,
    rows_of,
)
from bench.training.statements import (
    ALLOWED,
    Case,
    Claim,
    Statement,
    is_kept_for_validation,
    of_paragraphs,
    of_parallel,
    of_rows,
    tidy,
)
from index.text.normalize import words
from index.text.sentence_splitting import sentences

VALIDATION = 0.05
LABELS = {
    "supported": "carried",
    "same": "carried",
    "compatible": "not_contradicted",
    "partially": "not_carried",
    "different": "not_carried",
}
"""Labels of other people's sets in ours. PAWS-X calls "different" what is not the same, which may yet follow."""
_MAX_TOGETHER = 6
"""Claims about one evidence in one sequence."""

TWINS = 2
"""Carried claims of a written case, at most, that get a false twin: the same sentence with one thing changed."""
TWINNED = 0.7
"""How often each of them gets it."""
_IN_EVIDENCE = ("number", "month")
"""Kinds of edits that are only hard to tell where evidence has the new word too: exact rules know the others."""
_TWINNED_ABOUT = ("fr", "en", "es")
"""Languages of evidence whose capitals are names."""

Make = Callable[[Any, random.Random], Case | None]


class ClaimSet:
    """One set of a mixture, and what of it is kept for validation."""

    def __init__(self, table: Mapping[str, Any], sha256: str, things: Sequence[tuple[str, Any]], make: Make) -> None:
        """Take (key, thing) pairs; a thing makes a case. Raises ValueError if none may be trained on."""
        share = table.get("validation", VALIDATION)
        self.table = table
        self.name: str = table["name"]
        self.weight: float = table["weight"]
        self.sha256 = sha256
        self.used = [thing for key, thing in things if not is_kept_for_validation(key, share)]
        self.kept = [thing for key, thing in things if is_kept_for_validation(key, share)]
        self.make = make
        if not self.used:
            raise ValueError(f"the set {self.name} has nothing to train on: look at its languages")

    def draw(self, chooser: random.Random) -> tuple[Case] | None:
        case = self.make(chooser.choice(self.used), chooser)
        if case and self.table["from"] == "written":
            case = twinned(case, chooser)
        return (case,) if case and case.claims else None

    def validation(self, limit: int) -> list[Case]:
        """Make the cases kept for validation, the same each time, until there are `limit` claims."""
        chooser = random.Random(7)
        found: list[Case] = []
        for thing in chooser.sample(self.kept, len(self.kept)):
            if sum(len(case.claims) for case in found) >= limit:
                break
            case = self.make(thing, chooser)
            if case and case.claims:
                found.append(case)
        return found

    def record(self, share: float) -> dict[str, Any]:
        """Say where the set is from, for the model's provenance."""
        return {
            "name": self.name,
            "licence": self.table["licence"],
            "origin": self.table["origin"],
            "share_of_draws": round(share, 4),
            "evidence": len(self.used),
            "evidence_kept_for_validation": len(self.kept),
            "sha256": self.sha256,
        }


class ClaimMixture(Pools):
    """The sets a checker is trained on."""

    sets: list[ClaimSet]

    def __init__(self, path: Path, folders: Sequence[Path]) -> None:
        """Read the sets that the TOML file at `path` names, from the first of `folders` that has the file.

        Raises ValueError if a file is nowhere or a set keeps nothing.
        """
        config = tomllib.loads(path.read_text(encoding="utf-8"))
        self.seed = config["seed"]
        self.sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        known = TitlesOf(folders)
        self.sets = [_read(table, folders, known) for table in config["set"]]

    def validation(self, limit: int) -> dict[str, list[Case]]:
        """Make the cases kept for validation: set -> cases of at most about `limit` claims, the written ones whole."""
        return {s.name: s.validation(10**6 if s.table["from"] == "written" else limit) for s in self.sets}


def _read(table: Mapping[str, Any], folders: Sequence[Path], known: TitlesOf) -> ClaimSet:
    path = find(table.get("file") or table["folder"], folders)
    readers: dict[str, Callable[[], tuple[Sequence[tuple[str, Any]], Make]]] = {
        "written": lambda: (_written(path), _shuffled),
        "claims": lambda: (_claims(path, table), _shuffled),
        "paraphrases": lambda: (_paraphrases(path, table), _paraphrased),
        "translated sentences": lambda: (_translated(path, table), _contrasted),
        "parallel paragraphs": lambda: (_keyed(of_parallel(parallel_items(path))), _contrasted),
        "paragraphs": lambda: (_keyed(of_paragraphs(answerable(path, table, known))), _contrasted),
        "answers": lambda: (of_answers(path, table, known), answered),
        "parallel answers": lambda: (of_parallel_answers(path), answered),
        "near misses": lambda: (of_near_misses(path, find(table["contrast"], folders), known), missed_of),
        "questions": lambda: (of_questions(path, table, folders, known), missed_of),
    }
    things, make = readers[table["from"]]()
    return ClaimSet(table, digest_of(path, "*.json*"), things, make)


# --- claims as they are ---------------------------------------------------------------------------------------------


def _written(folder: Path) -> list[tuple[str, Case]]:
    """Read claims that were written for citeline, a line an evidence; the first of two like lines stays."""
    found: dict[str, Case] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            claims = tuple(
                Claim(c["text"], c["lang"], c["label"], c["kind"], c.get("question", "")) for c in row["claims"]
            )
            wrong = [c.label for c in claims if c.label not in ALLOWED]
            if wrong:
                raise ValueError(f"{path}, line {number}: no such label: {', '.join(wrong)}")
            evidence = f"{row['title'].rstrip('. ')}. {row['evidence']}" if row.get("title") else row["evidence"]
            found.setdefault(row["evidence"], Case(evidence, row["lang_e"], claims))
    return list(found.items())


def _claims(path: Path, table: Mapping[str, Any]) -> list[tuple[str, Case]]:
    together: dict[tuple[str, str], list[Claim]] = {}
    for row in rows_of(path):
        if row["set"] in table["sets"]:
            label = LABELS.get(row["label"], row["label"])
            claim = Claim(tidy(row["claim"]), row["lang"], label, row["label"], "", table.get("claim_weight", 1.0))
            together.setdefault((tidy(row["evidence"]), row["lang"]), []).append(claim)
    return [(evidence, Case(evidence, language, tuple(c))) for (evidence, language), c in together.items()]


def _shuffled(case: Case, chooser: random.Random) -> Case:
    n = min(len(case.claims), _MAX_TOGETHER)
    return replace(case, claims=tuple(chooser.sample(case.claims, n)))


def twinned(case: Case, chooser: random.Random) -> Case:
    """Add false twins of true claims: a number, a name, a word or the negation is another."""
    told = [case.evidence[a:b].strip() for a, b in sentences(case.evidence)]
    true = [c for c in case.claims if c.label == "carried"]
    twins = []
    for claim in chooser.sample(true, min(TWINS, len(true))):
        near = {claim.language: told} if case.language in _TWINNED_ABOUT else {}
        statement = Statement({claim.language: claim.text}, "", elsewhere=near)
        changed = edit(statement, [claim.language], chooser) if chooser.random() < TWINNED else None
        if changed and changed.stronger != "unchanged":  # what says less is carried too
            text = changed.versions[claim.language]
            new = set(words(text)) - set(words(claim.text))
            if changed.kind not in _IN_EVIDENCE or new <= set(words(case.evidence)):
                kind = f"{changed.kind}, twin of a true claim"
                twins.append(replace(claim, text=text, label="not_carried", kind=kind))
    return replace(case, claims=(*case.claims, *twins))


# --- pairs of sentences in several languages ------------------------------------------------------------------------


def _rows_by_number(path: Path, table: Mapping[str, Any]) -> dict[int, dict[str, dict[str, Any]]]:
    """PAWS-X has the same rows in each language, in one order."""
    counts: dict[str, int] = {}
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for row in rows_of(path):
        if row["set"] in table["sets"]:
            number = counts[row["lang"]] = counts.get(row["lang"], -1) + 1
            kept = row | {"evidence": tidy(row["evidence"]), "claim": tidy(row["claim"])}
            if min(len(kept["evidence"]), len(kept["claim"])) > 15:
                found.setdefault(number, {})[row["lang"]] = kept
    return found


def _paraphrases(path: Path, table: Mapping[str, Any]) -> list[tuple[str, dict[str, tuple[str, str, str]]]]:
    return [
        (f"row {number}", {language: (r["evidence"], r["claim"], LABELS[r["label"]]) for language, r in rows.items()})
        for number, rows in _rows_by_number(path, table).items()
    ]


def _paraphrased(rows: Mapping[str, tuple[str, str, str]], chooser: random.Random) -> Case:
    """Take one sentence as evidence; claim the other one and, across languages, the same one."""
    told = _language(rows, chooser)
    side = chooser.randrange(2)
    claims = []
    for language in {told, _language(rows, chooser), _language(rows, chooser)}:
        label = rows[language][2]
        weight = 1.0 if label == "carried" else 0.5
        claims.append(Claim(rows[language][1 - side], language, label, f"paraphrase, {label}", "", weight))
        if language != told:
            claims.append(Claim(rows[language][side], language, "carried", "translation"))
    chooser.shuffle(claims)
    return Case(rows[told][side], told, tuple(claims))


def _translated(path: Path, table: Mapping[str, Any]) -> list[tuple[str, Statement]]:
    sentences = [
        (f"row {number}", {language: row[side] for language, row in rows.items()})
        for number, rows in _rows_by_number(path, table).items()
        for side in ("evidence", "claim")
    ]
    return _keyed(of_rows(sentences))


# --- sentences to edit ----------------------------------------------------------------------------------------------


def _keyed(statements: Sequence[Statement]) -> list[tuple[str, Statement]]:
    return [(s.key, s) for s in statements]


def _contrasted(statement: Statement, chooser: random.Random) -> Case | None:
    told = _language(statement.versions, chooser)
    others = [language for language in statement.versions if language != told]
    if not others:
        return case_of(statement, [told], chooser)
    claimed = _language(dict.fromkeys(others), chooser)
    return case_of(statement, [told, claimed], chooser)


def _language(versions: Mapping[str, Any], chooser: random.Random) -> str:
    known = sorted(versions)
    return chooser.choices(known, [8 if k == "fr" else LANGUAGES.get(k, 0.5) for k in known])[0]
