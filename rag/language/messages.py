"""What citeline says in each language, to a model and to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from index.text import fold
from rag.language.packs import PACKS


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything citeline says to a model or a reader in one language."""

    system: str
    sentences: str
    question: str
    nothing: str
    """What the model is told to write when the sentences do not answer."""
    examples: tuple[tuple[tuple[str, ...], str, str], ...]
    """(sentences, question, answer)."""
    quote: str
    """Introduces a sentence of an article: {article}, {lines}, {quote}."""
    translate: str
    """What a model is told that translates a sentence of an article."""
    translation: str
    """Stands behind a quote in another language: {text}."""
    not_found: str = ""
    """Said to the reader when nothing answers."""


def _wording(said: dict[str, Any]) -> Wording:
    examples = tuple((tuple(each["sentences"]), each["question"], each["answer"]) for each in said["examples"])
    return Wording(**said | {"examples": examples})


WORDINGS = PACKS.table("prompt", _wording)
"""Of the languages in which a model is told what to do; `not_found` is filled in by `wording`."""

YES_NO_WORDS = PACKS.table("messages.yes_no", dict[str, str])

UNKNOWN_NAME = PACKS.texts("messages.unknown_name")

DISAGREE = PACKS.table("messages.disagree", dict[str, str])

ALSO_IN = PACKS.texts("messages.also_in")
"""Said of a cited line that other articles have too: {names}."""

PART_NOT_FOUND = PACKS.texts("messages.part_not_found")
"""Said of one part of a question, beside what the other parts got."""

LANGUAGE_NAMES = PACKS.texts("messages.name")
"""What the model is told that a language is called which it has no instructions in."""


NOT_FOUND = PACKS.texts("messages.not_found")
"""`Wording.not_found`, also in languages whose instructions to the model are English."""


@cache
def wording(language: str) -> Wording:
    """Return what citeline says in a language; English for one without a wording, except for "not in your articles"."""
    if language not in WORDINGS and language not in NOT_FOUND:
        return wording("en")
    said = WORDINGS.get(language, WORDINGS["en"])
    return replace(said, not_found=NOT_FOUND.get(language, NOT_FOUND["en"]))


def name_not_found(names: Sequence[str], language: str) -> str:
    """Return what is said if names of a question are in no article: that nothing answers, and which names."""
    said = wording(language).not_found
    if language not in UNKNOWN_NAME and language in NOT_FOUND:
        return said
    return f"{said} {UNKNOWN_NAME.get(language, UNKNOWN_NAME['en']).format(names=', '.join(names))}"


def articles_disagree(n: int, newest: str, language: str) -> str:
    """Return what is said if articles give `n` answers that differ; `newest` is the latest one's date, or ""."""
    said = DISAGREE.get(language, DISAGREE["en"])
    return said["dated" if newest else "undated"].format(n=n, date=newest)


def also_in(names: Sequence[str], language: str) -> str:
    """Return what is said of a cited line that copies of its article have too; "" if there are none."""
    return ALSO_IN.get(language, ALSO_IN["en"]).format(names="; ".join(names)) if names else ""


def part_not_found(part: str, language: str) -> str:
    """Return what is said if one part of a question is not in the articles."""
    return PART_NOT_FOUND.get(language, PART_NOT_FOUND["en"]).format(part=part)


_ABOUT_LINES = PACKS.pattern("verdict.about_lines", r"\W*(?:{})")


def is_nothing(reply: str, language: str) -> bool:
    """Return whether a model's reply says that the sentences do not answer, in our words or in its own."""
    if _ABOUT_LINES.match(fold(reply)):
        return True
    said = {wording(language).nothing, WORDINGS["en"].nothing, WORDINGS["fr"].nothing}
    plain = re.sub(r"\W+", " ", reply.lower().replace("’", "'")).strip()
    return not plain or any(plain.startswith(re.sub(r"\W+", " ", each.lower()).strip()) for each in said)
