"""Claims about evidence, and sentences to make some of: read from question answering paragraphs and parallel texts.

What is held out for validation goes by a key, the same for all that was made from one paragraph in whichever set and
language, so that nothing of it is trained on.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote

from bench.data.squad import Item
from bench.training.contrast_words import FINITE
from index.text.sentence_splitting import sentences

ALLOWED: dict[str, tuple[int, ...]] = {
    "carried": (0,),
    "contradicted": (1,),
    "not_said": (2,),
    "not_carried": (1, 2),
    "not_contradicted": (0, 2),
}
"""Verdicts (carried, contradicted, not said) that a label leaves open; the loss is that of their sum."""


@dataclass(frozen=True, slots=True)
class Claim:
    text: str
    language: str
    label: str
    """One of ALLOWED."""
    kind: str
    question: str = ""
    """What the claim answers, where it is too short to stand alone."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """Evidence and what is claimed about it."""

    evidence: str
    language: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, in each language it is known in."""

    versions: Mapping[str, str]
    key: str
    title: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    """The sentence before it, where there is one; `after` likewise."""
    after: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """All sentences of its paragraph."""


def is_kept_for_validation(key: str, share: float) -> bool:
    return int.from_bytes(hashlib.sha256(f"claims {key}".encode()).digest()[:4], "big") < share * 2**32


def is_whole(sentence: str, language: str) -> bool:
    """Is this a sentence that can be told by itself: a beginning, a verb where those are known, a full stop?"""
    if (
        not 35 <= len(sentence) <= 200
        or not re.search(r"[\w)»\"'’%]\.$", sentence)
        or sentence.count('"') % 2
        or "\n" in sentence
    ):
        return False
    if sentence.count("(") != sentence.count(")") or sentence.count("«") != sentence.count("»"):
        return False
    return sentence[0].isupper() and (language not in FINITE or bool(re.search(FINITE[language], sentence)))


def of_paragraphs(items: Iterable[Item]) -> list[Statement]:
    """Cut the paragraphs of questions into statements in one language."""
    known: dict[str, Item] = {}
    for item in items:
        known.setdefault(item.context, item)
    return [
        made
        for context, item in sorted(known.items())
        for made in _statements({item.language: context}, context, unquote(item.title))
    ]


def of_parallel(parallel: Mapping[str, Sequence[Item]]) -> list[Statement]:
    """Cut parallel paragraphs into statements, where they have as many sentences as the English one."""
    paragraphs: dict[tuple[str, int], dict[str, str]] = {}
    for language, items in parallel.items():
        for item in items:
            paragraphs.setdefault((item.article, item.paragraph), {})[language] = item.context
    found = []
    for (article, _), versions in sorted(paragraphs.items()):
        if english := versions.get("en"):
            found += _statements(versions, english, article.replace("_", " "))
    return found


def of_rows(rows: Sequence[tuple[str, Mapping[str, str]]]) -> list[Statement]:
    """Make statements of single sentences: (key, versions)."""
    found = []
    for key, versions in rows:
        kept = {language: text for language, text in versions.items() if is_whole(text, language)}
        if len(kept) > 1:
            found.append(Statement(kept, key))
    return found


def _statements(contexts: Mapping[str, str], key: str, title: str) -> list[Statement]:
    cut = {language: [text[a:b].strip() for a, b in sentences(text)] for language, text in contexts.items()}
    first = cut["en"] if "en" in cut else next(iter(cut.values()))
    cut = {language: each for language, each in cut.items() if len(each) == len(first)}
    found = []
    for k in range(len(first)):
        versions = {language: each[k] for language, each in cut.items() if is_whole(each[k], language)}
        if versions:
            before = {language: cut[language][k - 1] for language in versions if k}
            after = {language: cut[language][k + 1] for language in versions if k + 1 < len(first)}
            elsewhere = {language: cut[language] for language in versions}
            found.append(Statement(versions, key, title, before, after, elsewhere))
    return found


def tidy(text: str) -> str:
    """Undo the spacing of tokenised text and the quoting of tables."""
    text = text.strip()
    if text.startswith('"') and text.endswith('"') and '""' in text:
        text = text[1:-1].replace('""', '"')
    for one, other in (
        ("-LRB-", "("),
        ("-RRB-", ")"),
        ("-LSB-", "["),
        ("-RSB-", "]"),
        ("``", '"'),
        ("''", '"'),
        ("--", "–"),
    ):
        text = text.replace(one, other)
    text = re.sub(r"\s+([,.;:!?)\]])", r"\1", text) if re.search(r" [,.](?: |$)", text) else text
    text = re.sub(r"([(\[])\s+", r"\1", text)
    text = re.sub(r"(\w) ('s|n't|'re|'ve|'ll|'d|')(?=\s|$|[.,])", r"\1\2", text)
    parts = text.split('"')
    if len(parts) % 2 and len(parts) > 1:  # quotation marks in pairs: no space inside them
        text = "".join(
            part + ('"' if k + 1 < len(parts) else "")
            for k, part in enumerate(p.strip() if i % 2 else p for i, p in enumerate(parts))
        )
    return re.sub(r"\s{2,}", " ", text).strip()
