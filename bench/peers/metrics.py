"""What the results of bench.peers are worth: lines, refusals, words. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.peers.worker import MARK
from rag.evaluation.metrics import contains, f1
from rag.evaluation.runner import MAX_WORDS, Case

Lines = frozenset[tuple[str, int]]

_SAID = r"mention|précis|fourni|donn|indiqu|spécifi|cit|connu|disponible|clair|dit|possible|trouv|abord|explicite"
_KNOWS = (
    r"sai[st]|savons|peu[tx]|pouvons|puis|trouve|dispose|contien|mentionn|précis|fourni|donn|indiqu|spécifi|permet|parl|"
    r"comport|figur|révèl|évoqu|abord|di[st]"
)
_REFUSALS = re.compile(
    "|".join(
        (
            rf"\bne (?:l[ea] |les |nous |me )?(?:l['’])?(?:{_KNOWS})\w* (?:pas|aucune?)\b",
            rf"\bn['’](?:est|a|ont|était|ai|avons|étaient) (?:pas|aucune?) (?:été )?\w*?(?:{_SAID})",
            r"\bn['’](?:indiqu|offr|évoqu|abord|apport|inclu)\w+ (?:pas|aucune?)\b",
            r"\bn['’]y a (?:pas|aucune?)\b.{0,20}(?:information|mention|indication|détail|donnée|réponse|source)",
            r"\b(?:aucune|pas d['’]|pas assez d['’]|sans) ?(?:information|mention|indication|donnée|réponse)",
            r"\baucun(?:e des|e source| des| détail| élément)\b",
            r"\b(?:désolée?|impossible de|pas en mesure)\b",
            r"\b(?:do|does|did)(?: not|n['’]t) (?:\w+ly )?(?:know|mention|provide|contain|specify|state|say|include|"
            r"give|indicate|offer|have|address|answer|discuss|list|reveal|cover|appear)",
            r"\b(?:is|are|was|were)(?: not|n['’]t) (?:\w+ly )?(?:mentioned|provided|specified|stated|given|known|"
            r"available|included|indicated|possible|clear|listed|found|disclosed|helpful|enough|sufficient)",
            r"\bno (?:\w+ )?(?:information|mention|indication|data|answer|details?)\b",
            r"\b(?:cannot|can['’]t|can not|could not|unable to|not able to|impossible to|not possible to)\b",
            r"\bnone of the (?:\w+ )?(?:sources?|documents?|context|texts?|passages?)\b",
            r"\b(?:not enough|insufficient|sorry)\b",
        )
    ),
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Does a French or English text say, anywhere in it, that it does not know or that its sources do not tell?

    Lenient on purpose: a text that says so and then answers all the same counts as a refusal. So does an empty one.
    """
    return not text.strip() or bool(_REFUSALS.search(" ".join(text.split())))


def lines_of(article: Sequence[str], text: str) -> tuple[int, int] | None:
    """First and last line (1-based) of an article that a piece of its text stands on, whatever its white space.

    None when the text is not there.
    """
    wanted = "".join(text.split())
    squeezed = ["".join(line.split()) for line in article]
    start = "".join(squeezed).find(wanted)
    if start < 0 or not wanted:
        return None
    return _line_at(squeezed, start), _line_at(squeezed, start + len(wanted) - 1)


def _line_at(lines: Sequence[str], offset: int) -> int:
    end = 0
    for n, line in enumerate(lines, start=1):
        end += len(line)
        if offset < end:
            return n
    raise AssertionError("an offset past the end")


def covered(places: Sequence[Mapping[str, Any]], articles: Mapping[str, Sequence[str]]) -> Lines:
    """The lines of places as a result has them; empty lines are left out, for they say nothing."""
    found = set()
    for place in places:
        id = place["article"]
        span = (place["first"], place["last"]) if "first" in place else lines_of(articles[id], place["text"])
        if span is None:
            raise ValueError(f"{id} does not hold what was cited from it: {place['text'][:80]!r}")
        found |= {(id, n) for n in range(span[0], span[1] + 1) if articles[id][n - 1].strip()}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Scored:
    """One question, one system."""

    case: Case
    first: float
    """Seconds until there is something to read: the first word, of a refusal too."""
    total: float
    n_read: int
    """Prompt tokens beyond what was kept of the prompt before."""
    n_written: int
    refused: bool
    text: str
    cited: Lines | None
    """None for a system that cites nothing."""
    found: Lines
    """What was retrieved and is returned as sources."""
    n_cited_words: int
    n_found_words: int
    peak_mb: float

    @property
    def is_contained(self) -> bool:
        return any(contains(self.text, gold) for gold in self.case.answers)

    @property
    def is_right(self) -> bool:
        return self.is_contained and self.n_words <= MAX_WORDS

    @property
    def n_words(self) -> int:
        return len(self.text.split())

    @property
    def f1(self) -> float:
        return max((f1(self.text, gold) for gold in self.case.answers), default=0.0)

    def hits(self, lines: Lines) -> bool:
        return any((span.article_id, n) in lines for span in self.case.gold for n in range(span.first, span.last + 1))


def score(case: Case, result: Mapping[str, Any], articles: Mapping[str, Sequence[str]]) -> Scored:
    """What a result is worth. Marks such as [2] are no words of the answer.

    One that says that it refused has no answer; of others `is_refusal` decides, and their words count all the same.
    """
    text = " ".join(MARK.sub("", result["text"]).split())
    said = result["refused"]
    cited = None if result["cited"] is None else covered(result["cited"], articles)
    found = covered(result["sources"], articles)
    usage = result["usage"]
    return Scored(
        case=case,
        first=result["first"],
        total=result["total"],
        n_read=usage["prompt"] - usage["cached"],
        n_written=usage["written"],
        refused=is_refusal(text) if said is None else said,
        text="" if said else text,
        cited=cited,
        found=found,
        n_cited_words=_words(cited or frozenset(), articles),
        n_found_words=_words(found, articles),
        peak_mb=result["peak_mb"],
    )


def _words(lines: Lines, articles: Mapping[str, Sequence[str]]) -> int:
    return sum(len(articles[id][n - 1].split()) for id, n in lines)
