"""An exported conversation against the articles as they are today: does every citation still stand on its lines?

What is checked is where the quotes stand, not whether the sentences above them follow. The file may come from anybody:
an id in it is only looked up among the articles that were read, and never becomes a path.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.types import Article, Span
from rag.types import Citation
from rag.verification import STANDS, Standing, State, standing
from ui.conversations.export import FORMAT, SCHEMA
from ui.formats import shown

MAX_BYTES = 64 << 20
MAX_CITATIONS = 100_000

MEANINGS: dict[State, str] = {
    "holds": "the file is unchanged and the quote is on its lines",
    "edited": "the file has changed, but the quote is still on its lines",
    "moved": "the quote is there, but on other lines or in a file with another name",
    "changed": "the article is there, but the quote is not",
    "gone": "the article is not there",
}


class VerifyError(Exception):
    """An export that cannot be checked, or that does not hold; one line for a person."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an export."""

    turn: int
    """1-based."""
    question: str
    citation: Citation
    sha256: str
    """Of the article's file when it was cited, "" when the export does not say."""


@dataclass(frozen=True, slots=True)
class Checked:
    cited: Cited
    standing: Standing

    def to_dict(self) -> dict[str, Any]:
        """As `citeline verify --json` shows it."""
        span = self.standing.span
        return {
            "turn": self.cited.turn,
            "question": self.cited.question,
            **_lines(self.cited.citation.span),
            "quote": self.cited.citation.quote,
            "state": self.standing.state,
            "now": _lines(span) if span else None,
        }


def read_export(path: Path) -> list[Cited]:
    """The citations of an export, in the order they are read. Raises VerifyError for a file that is none."""
    if not path.is_file():
        raise VerifyError(f"no such file: {shown(path)}. Name a conversation saved as JSON")
    if path.stat().st_size > MAX_BYTES:
        raise VerifyError(f"{shown(path)} has more than {MAX_BYTES >> 20} MB: no conversation is that long")
    try:
        record = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise VerifyError(
            f"{shown(path)} is not JSON. Save the conversation as JSON; Markdown is only for reading"
        ) from None
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise VerifyError(f'{shown(path)} is not an exported conversation: its "format" is not "{FORMAT}"')
    if record.get("schema") != SCHEMA:
        raise VerifyError(
            f"{shown(path)} has schema {shown(record.get('schema'))[:40]}, this citeline reads {SCHEMA}: "
            "use the citeline that wrote it, or a newer one"
        )
    turns = record.get("turns")
    if not isinstance(turns, list):
        raise VerifyError(f'{shown(path)} has no list of "turns"')
    found: list[Cited] = []
    for number, turn in enumerate(turns, start=1):
        try:
            found += _cited(number, turn)
        except ValueError:
            raise VerifyError(
                f"{shown(path)}: turn {number} is not a turn of an exported conversation: nothing was checked"
            ) from None
        if len(found) > MAX_CITATIONS:
            raise VerifyError(f"{shown(path)} has more than {MAX_CITATIONS:,} citations: no conversation is that long")
    return found


def _cited(number: int, turn: Any) -> list[Cited]:
    """Raises ValueError for a turn that is none."""
    from ui.conversations.schemas import ExportedTurn

    found = ExportedTurn.model_validate(turn)
    digests = {each.article: each.sha256 for each in found.articles}
    supported = [claim for claim in found.claims if claim.verdict == "supported"]
    citations = dict.fromkeys(each.citation() for claim in supported for each in claim.citations)
    return [Cited(number, found.question, each, digests.get(each.span.article_id, "")) for each in citations]


def verify(cited: Sequence[Cited], articles: Iterable[Article]) -> list[Checked]:
    """What became of each citation among these articles."""
    by_id = {article.id: article for article in articles}
    by_sha256 = {article.sha256: article for article in by_id.values()}
    return [Checked(each, standing(each.citation, each.sha256, by_id, by_sha256)) for each in cited]


def articles_of(folder: Path) -> list[Article]:
    """The articles of a folder as they would be indexed now; files that cannot be read are left out.

    Raises CorpusError when there is no such folder.
    """
    from index.documents import parts, read_article, read_bytes, scan
    from index.extraction import Extractor
    from index.storage import default_path

    articles = []
    with Extractor() as extractor:
        for found in scan([folder.resolve()], default_path().resolve())[0]:
            with suppress(ValueError):
                for part in parts(found, read_bytes(found.path), extractor):
                    with suppress(ValueError):
                        articles.append(read_article(part, extractor)[0])
    return articles


def failed(checked: Sequence[Checked], strict: bool = False) -> int:
    """How many do not stand on their lines; when `strict`, those count too whose file has changed elsewhere."""
    fine = STANDS[:1] if strict else STANDS
    return sum(each.standing.state not in fine for each in checked)


def report_dict(checked: Sequence[Checked], against: str) -> dict[str, Any]:
    counts = Counter(each.standing.state for each in checked)
    return {
        "against": against,
        "n": len(checked),
        "counts": {state: counts[state] for state in MEANINGS},
        "citations": [each.to_dict() for each in checked],
    }


def summary_text(checked: Sequence[Checked], against: str) -> str:
    """How many of each state, and under it each citation that does not stand as it was cited."""
    counts = Counter(each.standing.state for each in checked)
    lines = [f"{len(checked)} citations, against {against}"]
    lines += [f"  {counts[state]:5}  {state:8} {meaning}" for state, meaning in MEANINGS.items() if counts[state]]
    for each in checked:
        if each.standing.state == "holds":
            continue
        now = f", now {each.standing.span}" if each.standing.state == "moved" else ""
        quote = " ".join(each.cited.citation.quote.split())
        lines.append(f"{each.standing.state}: {each.cited.citation.span}{now} (turn {each.cited.turn})")
        lines.append(f"    {quote[:160]}{'…' if len(quote) > 160 else ''}")
    return "\n".join(map(shown, lines))


def _lines(span: Span) -> dict[str, Any]:
    return {"article": span.article_id, "first": span.first, "last": span.last}
