"""The quotations of a draft, held against the articles: as they stand there, altered, cut, or somebody else's words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from index.text import fold, sentences
from index.types import Article
from rag.evidence import QUOTED, cite
from rag.fact_checking.drafts import Quotation, Statement
from rag.fact_checking.evidence import Finder
from rag.fact_checking.verdicts import untitled
from rag.fact_checking.wording import Near, exact, nearest
from rag.language import PACKS, is_negated, names, stands
from rag.types import Citation

Standing = Literal["found", "altered", "cut", "other_speaker", "nowhere"]

MOST_PLACES = 40
"""Places where a quotation stands that are looked at; one that is fine ends the search."""
AROUND = 300
"""Characters before and behind a passage in which an altered quotation may begin or end."""
INSERTED = 60
"""Characters of "he said" between two parts of a quotation in an article."""

_GOES_ON = PACKS.pattern("quoted.goes_on", r"[\s,;–—-]*(?:{})\b")
_RESUMED = PACKS.pattern("quoted.goes_on", rf"\s*[»”\"]\s*,?[^«»“”\".!?]{{0,{INSERTED}}}[«“\"]\s*(?:{{}})\b")
_CONDITION = PACKS.pattern("quoted.condition", r"\b(?:{})\b")
_DENIES = PACKS.pattern("quoted.denies", r"\b(?:{})\b")
_PRONOUNS = PACKS.rules("marks.pronouns")
_SPEECH = PACKS.pattern("verdict.speech", r"\b(?:{})\b")
_CLAUSE = re.compile(r"[,;:–—(]")


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """A quotation and how it stands in the articles."""

    text: str
    standing: Standing
    citation: Citation | None = None
    """The source's words; None if they are found nowhere."""
    differences: tuple[tuple[str, str], ...] = ()
    """Of an altered one: (as quoted, as in the article)."""
    left_out: str = ""
    """Of a cut one: what the article's sentence says before or behind it."""
    speakers: tuple[str, ...] = ()
    """Of somebody else's words: the names that stand by them in the article."""

    def to_dict(self) -> dict[str, Any]:
        """Return the wire format."""
        return {
            "text": self.text,
            "standing": self.standing,
            "citations": [self.citation.to_dict()] if self.citation else [],
            "differences": [{"draft": said, "article": there} for said, there in self.differences],
            "left_out": self.left_out,
            "speakers": list(self.speakers),
        }


def check_quote(quote: Quotation, statement: Statement, finder: Finder) -> CheckedQuote:
    """Return how a quotation of a statement stands in the articles: the best of all the places where it does."""
    near_ids = dict.fromkeys(
        hit.chunk.span.article_id
        for text in (quote.text, statement.text)
        for hit in finder.hits(text, statement.language)
    )
    best: CheckedQuote | None = None
    for article, start, end in _places(quote.text, finder, near_ids):
        found = _stands(quote, statement.language, article, start, end)
        if found.standing == "found":
            return found
        if best is None or (best.standing, found.standing) == ("other_speaker", "cut"):
            best = found
    return best or _altered(quote, statement, finder) or CheckedQuote(quote.text, "nowhere")


def _places(text: str, finder: Finder, first: dict[str, None]) -> Iterator[tuple[Article, int, int]]:
    """Yield where a quotation stands character by character, in the articles that are nearest first."""
    pattern = exact(text)
    if pattern is None:
        return
    by_id = finder.library.by_id
    n = 0
    for id in dict.fromkeys((*first, *by_id)):
        for match in pattern.finditer(by_id[id].text):
            yield by_id[id], *match.span()
            n += 1
            if n == MOST_PLACES:
                return


def _stands(quote: Quotation, language: str, article: Article, start: int, end: int) -> CheckedQuote:
    """Return how a quotation is used that stands in an article at these characters."""
    text, first, last = _sentence(article.text, start, end)
    citation = cite(article, start, end)
    before, after = text[first:start], text[end:last]
    if goes_on(after) and not goes_on(quote.after):
        return CheckedQuote(quote.text, "cut", citation, left_out=_on_a_line(after))
    if is_held_back(before, article.language) and not is_held_back(quote.before, language):
        return CheckedQuote(quote.text, "cut", citation, left_out=_on_a_line(before))
    said_by = speakers(quote.before, quote.after, language)
    there = _speakers_in(text, start, end, article.language)
    if said_by and there and not _is_one_of(said_by, there, language, article.language):
        return CheckedQuote(quote.text, "other_speaker", citation, speakers=there)
    return CheckedQuote(quote.text, "found", citation)


def _is_one_of(said_by: Sequence[str], there: Sequence[str], language: str, source: str) -> bool:
    """Return whether a name stands among others; in one language letter by letter: Ferrandi is not Ferrand."""
    if language != source:
        return any(stands(name, " ".join(there), language, source) for name in said_by)
    return bool({_bare(name) for name in said_by} & {_bare(name) for name in there})


def _bare(name: str) -> str:
    return fold(name).removesuffix("'s")


def goes_on(after: str) -> bool:
    """Return whether what follows quoted words in their sentence begins with "but" or "if"."""
    folded = fold(after)
    return bool(_GOES_ON.match(folded) or _RESUMED.match(folded))


def is_held_back(before: str, language: str) -> bool:
    """Return whether what stands before quoted words in their sentence denies them or makes them conditional.

    A quotation that begins where the article's own does is whole.
    """
    before = before.rstrip()
    if before.endswith(("«", "“", "„", '"')):
        return False
    clause = _CLAUSE.split(before)[-1]
    return bool(_CONDITION.search(fold(before)) or _DENIES.search(fold(clause))) or is_negated(clause, language)


def speakers(before: str, after: str, language: str) -> tuple[str, ...]:
    """Return the names that stand by a quotation: those beside a word like "said", else all in its sentence."""
    before, after = untitled(before), untitled(after)
    pieces = [*_CLAUSE.split(QUOTED.sub(" , ", before)), *_CLAUSE.split(QUOTED.sub(" , ", after))]
    by_piece = [(piece, names(piece if n == 0 else f"x {piece.strip()}", language)) for n, piece in enumerate(pieces)]
    said = [name for piece, found in by_piece if _SPEECH.search(fold(piece)) for name in found]
    return tuple(dict.fromkeys(said or [name for _, found in by_piece for name in found]))


def _speakers_in(text: str, start: int, end: int, language: str) -> tuple[str, ...]:
    """Return the names by which words stand in an article: around their quotation, else in the sentence before."""
    line, stop = text.rfind("\n\n", 0, start) + 1, text.find("\n\n", end)
    stop = len(text) if stop < 0 else stop
    around = next((m.span() for m in QUOTED.finditer(text, line, stop) if m.start() < end and start < m.end()), None)
    a, b = around or (start, end)
    _, first, last = _sentence(text, a, b)
    found = speakers(text[first:a], text[b:last], language)
    is_pronoun = re.search(_PRONOUNS.of(language), fold(f"{text[first:a]} , {text[b:last]}"))
    earlier = text[:first].rstrip()
    if (found and not is_pronoun) or not earlier:
        return found
    _, before, _ = _sentence(text, len(earlier) - 1, len(earlier))
    return tuple(dict.fromkeys((*found, *names(untitled(earlier[before:]), language))))


def _sentence(text: str, start: int, end: int) -> tuple[str, int, int]:
    """Return a text with its lines joined, and where the sentences begin and end that hold these characters."""
    top = text.rfind("\n\n", 0, start) + 1
    bottom = text.find("\n\n", end)
    bottom = len(text) if bottom < 0 else bottom
    joined = text[:top] + text[top:bottom].replace("\n", " ") + text[bottom:]
    spans = [(top + a, top + b) for a, b in sentences(joined[top:bottom])]
    first = max((a for a, _ in spans if a <= start), default=start)
    last = min((b for _, b in spans if b >= end), default=end)
    return joined, first, last


def _altered(quote: Quotation, statement: Statement, finder: Finder) -> CheckedQuote | None:
    """Return the words of an article that a quotation seems to have altered, the most alike."""
    best: tuple[Near, Article, int] | None = None
    for text in (quote.text, statement.text):
        for hit in finder.hits(text, statement.language):
            article = finder.library.by_id[hit.chunk.span.article_id]
            first = max(0, hit.chunk.start - AROUND)
            near = nearest(quote.text, article.text[first : hit.chunk.start + len(hit.chunk.text) + AROUND])
            if near and (best is None or near.alike > best[0].alike):
                best = near, article, first
    if best is None:
        return None
    near, article, first = best
    citation = cite(article, first + near.start, first + near.end)
    return CheckedQuote(quote.text, "altered", citation, near.differences)


def _on_a_line(text: str) -> str:
    return " ".join(text.split())
