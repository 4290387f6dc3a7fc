"""Why a question got the answer it got, stage by stage: the Answer itself, and what each stage saw and decided.

Nothing is decided here, and nothing decided again: the question is answered as always, and what the stages wrote down
in its Run is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from index.retrieval import query_terms, rank
from index.storage import Library
from index.text import terms, words
from index.types import Hit
from rag.evidence import Passage, Sentence
from rag.explain.reason import READ, outcome
from rag.pipeline import Answerer
from rag.reader import FEATURES, NAMELESS, Window, best_first
from rag.run import Attempt, Run
from rag.types import Answer
from rag.verification import CheckedClaim

COMPARED_AS_ASKED = ("fact", "list")
"""Kinds whose claims are checked with the question's words as given; only there each check can be shown."""
N_BELOW = 3
"""Chunks shown that were just not taken."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question as the keyword leg looks for it."""

    text: str
    terms: tuple[str, ...]
    """Its stems, in the question's language and those of the library."""
    is_known: bool
    """Whether any article contains one of them."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What every stage made of one question; a stage that was not reached, or that its kind does not have, is empty."""

    answer: Answer
    question: str
    """As it was searched for: cleaned, and standing alone."""
    words: tuple[Word, ...]
    ranking: tuple[Hit, ...]
    """Every chunk of the library, best first."""
    windows: tuple[Window, ...]
    """The hits, in their order, with what the reader and the judge made of them."""
    n_windows: int
    """Maximum number that is read."""
    evidence: tuple[Sentence, ...]
    """What the model was shown, in that order."""
    cut: tuple[Sentence, ...]
    """What was left out because it would have been more than `budget` tokens."""
    budget: int
    draft: str
    """What the model wrote, unchecked."""
    found_nothing: bool
    """The model wrote that nothing answers."""
    claims: tuple[CheckedClaim, ...]
    """The draft's sentences; quotes of articles are not among them."""
    reason: str
    """Why the answer has the status it has, in one sentence."""
    parts: tuple[Explanation, ...] = ()
    """Of a question that is answered in parts, each part; its own stages are then empty."""

    @property
    def passages(self) -> list[Passage]:
        """Return what the reader found, best first."""
        return best_first(self.windows)

    @property
    def below(self) -> tuple[Hit, ...]:
        """Return the next best chunks after the hits, without repeats of their texts."""
        taken = {hit.chunk.text for hit in self.answer.hits}
        return tuple(islice((hit for hit in self.ranking if hit.chunk.text not in taken), N_BELOW))

    def rank_of(self, hit: Hit) -> int:
        """Return the place of a hit's chunk among all chunks, from 1."""
        spans = [(each.chunk.span.article_id, each.chunk.start) for each in self.ranking]
        return spans.index((hit.chunk.span.article_id, hit.chunk.start)) + 1

    def to_dict(self) -> dict[str, Any]:
        """Return all of it, spans as "FILE:FIRST-LAST"; scores are not rounded."""
        return {
            "question": self.question,
            "reason": self.reason,
            "words": [{"word": w.text, "terms": list(w.terms), "known": w.is_known} for w in self.words],
            "n_chunks": len(self.ranking),
            "hits": [_hit_dict(w.hit, self.rank_of(w.hit)) | _window_dict(w) for w in self.windows],
            "below": [_hit_dict(hit, self.rank_of(hit)) for hit in self.below],
            "windows_read_at_most": self.n_windows,
            "evidence": [_sentence_dict(sentence) for sentence in self.evidence],
            "cut": [_sentence_dict(sentence) for sentence in self.cut],
            "budget_tokens": self.budget,
            "prompt_tokens": self.answer.usage.prompt_tokens,
            "draft": self.draft,
            "claims": [_claim_dict(checked) for checked in self.claims],
            "parts": [part.to_dict() for part in self.parts],
            "answer": self.answer.to_dict(),
        }


def explain(answerer: Answerer, question: str) -> Explanation:
    """Ask a question and account for its answer. Raises what `Answerer.ask` raises.

    A question answered in parts is accounted for part by part; one about the articles as a whole has no reader stage.
    """
    return _told(answerer.run(question))


def _told(run: Run) -> Explanation:
    """What is written down in a run, with what the library says of the words and of the chunks that were not taken."""
    setting, kind = run.setting, run.query.kind
    attempt = run.taken if kind in READ else Attempt(run.query)
    query, library = attempt.query, setting.library
    ranking = rank(library, setting.embedder, query.text, query.language, is_whole=True, within=query.within)
    claims = attempt.claims if kind in COMPARED_AS_ASKED else [replace(each, checks=()) for each in attempt.claims]
    parts = tuple(map(_told, run.parts))
    drafts = [run.taken.draft, *(part.draft for part in parts)]
    return Explanation(
        run.answer,
        query.text,
        tuple(_words(library, query.text, query.language)),
        tuple(ranking) if attempt.hits else (),
        attempt.windows,
        setting.config.n_windows,
        attempt.selection.shown,
        attempt.selection.cut,
        setting.config.budget(kind),
        next((draft for draft in reversed(drafts) if draft), ""),
        run.taken.found_nothing,
        tuple(claims),
        outcome(run),
        parts,
    )


def _words(library: Library, question: str, language: str) -> Iterator[Word]:
    """The words of a question that are looked for; those that say nothing in its language only where they are found."""
    for word in dict.fromkeys(words(question, language)):
        stems = tuple(query_terms(library, word, language))
        is_known = any(library.keywords.knows(stem) for stem in stems)
        if stems and (is_known or terms(word, language)):
            yield Word(word, stems, is_known)


# --- as JSON ----------------------------------------------------------------------------------------------------------


def _hit_dict(hit: Hit, rank: int) -> dict[str, Any]:
    return {
        "chunk": str(hit.chunk.span),
        "rank": rank,
        "score": hit.score,
        "dense_rank": hit.dense_rank,
        "dense_score": hit.dense,
        "keyword_rank": hit.keyword_rank,
        "keyword_score": hit.keyword,
    }


def _window_dict(window: Window) -> dict[str, Any]:
    reading, passage = window.reading, window.passage
    text = window.hit.chunk.text
    return {
        "unmet": list(window.unmet),
        "read": reading is not None,
        "reader_score": reading.score if reading else None,
        "points_at": text[reading.start : reading.end] if reading else "",
        "points_at_line": str(passage.answering()[0].citation().span) if passage else "",
        "features": dict(zip(FEATURES, window.features, strict=False)),
        "nameless_deduction": NAMELESS if window.is_nameless else 0.0,
        "passage_score": window.score,
        "answers": passage is not None and passage.score >= 0,
    }


def _sentence_dict(sentence: Sentence) -> dict[str, Any]:
    return {"lines": str(sentence.citation().span), "text": sentence.text}


def _claim_dict(checked: CheckedClaim) -> dict[str, Any]:
    claim = checked.claim
    return {
        "text": claim.text,
        "verdict": claim.verdict,
        "reason": claim.reason,
        "cites": str(claim.citations[0].span) if claim.citations else "",
        "borrows": [str(citation.span) for citation in claim.citations[1:]],
        "verdicts": checked.verdicts(),
        "sentences": [
            {
                "lines": str(sentence.citation().span),
                "ok": support.ok,
                "coverage": support.coverage,
                "fails": support.kind,
                "missing": list(support.missing),
            }
            for support, sentence in checked.checks
        ],
    }
