"""What changed for each article between two generations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.ingestion.reading import RECORD
from index.storage import (
    Library,
)
from index.types import Article


@dataclass(frozen=True, slots=True)
class Changes:
    added: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int


def compare(old: Library | None, articles: Sequence[Article]) -> Changes:
    """Compare articles with the old generation; one whose bytes were under a name that is gone was renamed.

    The lines of a .jsonl move when a line is added or removed above them: that is a new name, not a new text.
    """
    before = {article.id: article.sha256 + article.described for article in old.articles} if old else {}
    after = {article.id: article.sha256 + article.described for article in articles}
    same = {id for id, sha in after.items() if before.get(id) == sha}
    left: dict[str, list[str]] = {}
    for id, sha in before.items():
        if id not in same and (id not in after or RECORD.search(id)):
            left.setdefault(sha, []).append(id)
    movable = [id for id in after if id not in same and (id not in before or RECORD.search(id))]
    renamed = tuple((left[after[id]].pop(0), id) for id in movable if left.get(after[id]))
    settled = same | {new for _, new in renamed}
    gone = set(before) - same - {former for former, _ in renamed}
    fresh = [id for id in after if id not in settled]
    return Changes(
        added=tuple(id for id in fresh if id not in gone),
        changed=tuple(id for id in fresh if id in gone),
        renamed=renamed,
        removed=tuple(id for id in before if id in gone and id not in fresh),
        unchanged=len(same),
    )
