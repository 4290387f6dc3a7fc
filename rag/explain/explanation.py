"""Why a question got the answer it got, stage by stage: the Answer itself, and what each stage saw and decided.

Nothing is decided here. The question is answered as always, then the functions that decided are asked once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from index.models import similarity_by
from index.retrieval import query_terms, rank
from index.storage import Library
from index.text import terms, words
from index.types import Hit
from rag.evidence import Passage, Sentence, select
from rag.explain.reason import READ, outcome
from rag.pipeline import Answerer
from rag.query import split
from rag.reader import FEATURES, NAMELESS, Window, best_first
from rag.types import Answer, Claim
from rag.verification import CHECKS, Support, checks

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
    """Does any article hold one of them?"""


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A sentence the model wrote, and how each sentence of the evidence carries it, the one that counts first."""

    claim: Claim
    language: str
    checks: tuple[tuple[Support, Sentence], ...]

    def verdicts(self) -> dict[str, str]:
        """Each check against the sentence that counts: "passed", "failed" or "not reached"; empty without evidence.

        Across languages neither opposites nor negations are compared, and words by their meaning.
        """
        if not self.checks:
            return {}
        support, sentence = self.checks[0]
        failed = support.kind
        across = sentence.article.language != self.language
        order = [each for each in CHECKS if not across or each not in ("opposite", "negation")]
        order += [failed] if failed and failed not in order else []
        at = order.index(failed) if failed else len(order)
        return {each: "passed" if i < at else "failed" if i == at else "not reached" for i, each in enumerate(order)}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What every stage made of one question; a stage that was not reached, or that its kind has not, is empty."""

    answer: Answer
    question: str
    """As it was searched for: cleaned, and standing alone."""
    words: tuple[Word, ...]
    ranking: tuple[Hit, ...]
    """Every chunk of the library, best first."""
    windows: tuple[Window, ...]
    """The hits, in their order, with what the reader and the judge made of them."""
    n_windows: int
    """How many are read at most."""
    evidence: tuple[Sentence, ...]
    """What the model was shown, in that order."""
    cut: tuple[Sentence, ...]
    """What was left out because it would have been more than `budget` tokens."""
    budget: int
    draft: str
    """What the model wrote, unchecked."""
    claims: tuple[CheckedClaim, ...]
    """The draft's sentences; quotes of articles are not among them."""
    reason: str
    """Why the answer has the status it has, in one sentence."""
    parts: tuple[Explanation, ...] = ()
    """Of a question that is answered in parts, each part; its own stages are then empty."""

    @property
    def passages(self) -> list[Passage]:
        """What the reader found, best first."""
        return best_first(self.windows)

    @property
    def below(self) -> tuple[Hit, ...]:
        """The next best chunks after the hits, without repeats of their texts."""
        taken = {hit.chunk.text for hit in self.answer.hits}
        return tuple(islice((hit for hit in self.ranking if hit.chunk.text not in taken), N_BELOW))

    def rank_of(self, hit: Hit) -> int:
        """Place of a hit's chunk among all chunks, from 1."""
        spans = [(each.chunk.span.article_id, each.chunk.start) for each in self.ranking]
        return spans.index((hit.chunk.span.article_id, hit.chunk.start)) + 1

    def to_dict(self) -> dict[str, Any]:
        """All of it, spans as "FILE:FIRST-LAST"; scores are not rounded."""
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

    One that is answered in parts is accounted for part by part; one about the articles as a whole has no reader stage.
    """
    draft = ""
    for answer in answerer.stream(question):
        draft = answer.draft or draft
    library, config, llm = answerer.library, answerer.config, answerer.llm
    asked, language, kind = answer.asked, answer.language, answer.kind
    within = answerer.within(answer)
    is_read = kind in READ and bool(answer.hits)
    windows = answerer.read(asked, language, library, answer.hits) if is_read else ()
    passages = best_first(windows)
    evidence: tuple[Sentence, ...] = ()
    cut: tuple[Sentence, ...] = ()
    if llm and draft and passages:
        evidence = select(passages, config.budget(kind), llm.count_tokens, kind)
        shown = {sentence.key for sentence in evidence}
        enough = sum(llm.count_tokens(p.hit.chunk.text) + 10 * len(p.sentences) for p in passages)
        everything = select(passages, enough, llm.count_tokens, kind)
        cut = tuple(sentence for sentence in everything if sentence.key not in shown)
    wrote = [claim for claim in answer.claims if claim.origin == "model"] if is_read else []
    compared = evidence if kind in COMPARED_AS_ASKED else ()
    return Explanation(
        answer,
        asked,
        tuple(_words(library, asked, language)),
        tuple(rank(library, answerer.embedder, asked, language, is_whole=True, within=within)) if is_read else (),
        windows,
        config.n_windows,
        evidence,
        cut,
        config.budget(kind),
        draft,
        tuple(_checked(answerer, claim, asked, language, compared, passages) for claim in wrote),
        outcome(answer, windows, draft),
        tuple(explain(answerer, each) for each in _parts(asked, answer)),
    )


def _checked(
    answerer: Answerer,
    claim: Claim,
    question: str,
    language: str,
    evidence: Sequence[Sentence],
    passages: Sequence[Passage],
) -> CheckedClaim:
    if not evidence:
        return CheckedClaim(claim, language, ())
    found = checks(claim.text, question, language, evidence, passages[0], similarity_by(answerer.embedder))
    return CheckedClaim(claim, language, tuple(found))


def _parts(question: str, answer: Answer) -> list[str]:
    """The questions that a question was answered by, none when it was answered as one."""
    found = split(question, answer.language) if answer.kind in ("several", "comparison") else None
    return [part.question for part in found.parts if part.question != question] if found else []


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
