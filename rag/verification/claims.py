"""The model's draft to claims, each with the lines that support it or the reason why none does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.text import detect, fold, sentences, words
from index.types import Article
from rag.evidence import Passage, Sentence, cite
from rag.language import PACKS, content, is_nothing, names, numbers, stands, unmet
from rag.query import Query
from rag.types import Citation, Claim
from rag.verification.checked_claim import CheckedClaim
from rag.verification.meaning import MIN_SIMILARITY, Verifier, is_carried
from rag.verification.presuppositions import not_said
from rag.verification.quotation import CLOSE
from rag.verification.support import CHECKS, EXACT, Support, check
from rag.verification.yes_no import Polarity, Similarity, with_word, word_of

_TURNED = PACKS.pattern("inversion.he_or_one", r"\w+-(?:t-)?(?:{})\b", re.IGNORECASE)
_MARKER = re.compile(r"\s*[\[【(](?:\d+(?:\s*[-–,;]\s*\d+)*)[\]】)]")


JOINED_COVERAGE = 0.85
"""Minimum share of a claim's content words in several sentences together: more than one sentence needs."""

LEAST_SAID = 0.67
"""Least share of the words and numbers of what the reader found that a sentence which states a fact must hold; else the
line is quoted (docs/experiments.md)."""

MOST_READ = 3
"""Lines in the claim's words that the checker reads one after another until one carries it. Of those in other words it
reads the nearest alone: it is least reliable on lines about something else."""


def check_draft(
    draft: str,
    query: Query,
    evidence: Sequence[Sentence],
    passages: Sequence[Passage],
    similarity: Similarity,
    checker: Verifier | None = None,
) -> tuple[CheckedClaim, ...]:
    """Return the draft's sentences as claims, each with the sentences that support it or the reason why none does.

    Where there is a checker, which reads what a claim means, it has to agree. If none of them says what the reader
    found, they are about something else and none is supported. A "yes" or "no" stays only if the lines prove it.
    """
    language, text = query.language, _MARKER.sub("", draft).strip()
    word: Polarity = ""
    if query.kind == "yes_no":
        word, text = word_of(text, language)
    if is_nothing(text, language):
        return ()
    claims = []
    for start, end in sentences(text):
        claim = text[start:end]
        if any(char.isalnum() for char in claim) and not is_nothing(claim, language):
            claims.append(support_claim(claim, query, evidence, passages[0], similarity, checker))
    found = [passage for passage in passages if passage.score >= 0]
    least, wanted = 0.0, found
    if query.kind == "fact":  # the reader's order is trusted, but not across languages
        least = LEAST_SAID
        wanted = [p for p in found if p.score >= found[0].score - CLOSE or p.article.language != language]
    if not any(_says(each.claim.text, passage, language, least) for each in claims for passage in wanted):
        reason = _reason(Support(False, 0.0, (found[0].answer_text,), "answer"), language)
        return tuple(
            replace(each, claim=Claim(each.claim.text, "unsupported", reason=each.claim.reason or reason))
            for each in claims
        )
    if word and claims and claims[0].claim.verdict == "supported":
        worded = with_word(word, claims[0].claim, query, evidence, found, similarity)
        if _is_meant(worded, query, evidence, checker):
            claims[0] = replace(claims[0], claim=worded)
    return tuple(claims)


def support_claim(
    claim: str,
    query: Query,
    evidence: Sequence[Sentence],
    best: Passage | None,
    similarity: Similarity,
    checker: Verifier | None = None,
) -> CheckedClaim:
    """Return a sentence as a claim, with the lines that support it or the reason why none does.

    `best` is the passage that the reader prefers.
    """
    # What a yes-or-no question or a "why" takes for granted is no evidence: it must stand in the lines.
    given = _met(query, evidence) if query.kind in ("yes_no", "reason") else query.text
    compared = checks(claim, given, query.language, evidence, best, similarity)
    return _Deciding(claim, query, given, evidence, best, checker).over(compared)


@dataclass(frozen=True, slots=True)
class _Deciding:
    """What is known of a claim that is decided on."""

    claim: str
    query: Query
    given: str
    """What of the question counts as said."""
    evidence: Sequence[Sentence]
    best: Passage | None
    checker: Verifier | None

    def over(self, compared: Sequence[tuple[Support, Sentence]]) -> CheckedClaim:
        """Return the claim with the first of the lines that carries it, or the reason why none does."""
        language = self.query.language
        refused: list[tuple[Support, Sentence]] = []
        for support, sentence in compared[:MOST_READ]:
            decided = self.decided(support, sentence)
            if refused and (decided.verdict != "supported" or not support.ok):
                break
            if _is_meant(decided, self.query, self.evidence, self.checker):
                passed = support if decided.verdict != "supported" else Support(True, support.coverage)
                return CheckedClaim(decided, language, ((passed, sentence), *refused, *compared[len(refused) + 1 :]))
            refused.append((Support(False, support.coverage, (), "meaning") if support.ok else support, sentence))
        decided = Claim(self.claim, "unsupported", reason=_reason(refused[0][0], language))
        return CheckedClaim(decided, language, (*refused, *compared[len(refused) :]))

    def decided(self, support: Support, sentence: Sentence) -> Claim:
        """Return the claim with its lines or its reason, from how one of its checks went and what else must hold.

        A checker reads what the arguable rules and the one about presuppositions only look for: beside one they refuse
        more that is true than false (docs/experiments.md).
        """
        claim, evidence, best = self.claim, self.evidence, self.best
        language, kind = self.query.language, self.query.kind
        is_read = self.checker is not None
        # A model that forgets the question's language writes its own, or that of what it reads.
        others = {"en", *(sentence.article.language for sentence in evidence)} - {language}
        if detect(claim, default=language) in others:
            return self.refused("language")
        if is_asked_back(claim, self.query.text):
            return self.refused("words")
        if kind in ("list", "reason") and _is_cut_off(claim, evidence, language):
            return self.refused("words")
        if support.ok and not is_read:
            around = f"{sentence.text}\n{sentence.context}"
            if event := not_said(claim, around, language, sentence.article.language):
                return self.refused("words", event)
        if support.ok and kind == "reason" and _leaps(claim, sentence, language):
            return self.refused("words")
        if not support.ok and kind in ("list", "reason") and best:
            several = _joined(claim, self.given, language, evidence, best)
            if several:
                return Claim(claim, "supported", tuple(each.citation() for each in several))
        if support.ok or (is_read and support.kind not in EXACT):
            return Claim(claim, "supported", (sentence.citation(), *_borrowed(claim, sentence, language)))
        return Claim(claim, "unsupported", reason=_reason(support, language))

    def refused(self, kind: str, *missing: str) -> Claim:
        """Return the claim as unsupported for a `kind` of reason."""
        return Claim(self.claim, "unsupported", reason=_reason(Support(False, 0.0, missing, kind), self.query.language))


def is_asked_back(claim: str, question: str) -> bool:
    """Return whether a sentence asks instead of saying: by its mark, or with a verb turned as the question turns it."""
    turned, asked = ({fold(match.group()) for match in _TURNED.compiled.finditer(text)} for text in (claim, question))
    return claim.rstrip().endswith(("?", "？", "؟")) or bool(turned & asked)


def _is_meant(claim: Claim, query: Query, evidence: Sequence[Sentence], checker: Verifier | None) -> bool:
    """Return whether the checker, where there is one, agrees that a claim is supported by what it cites."""
    if checker is None or claim.verdict != "supported":
        return True
    cited = claim.citations[0].span.article_id
    article = next(sentence.article for sentence in evidence if sentence.article.id == cited)
    return is_carried(claim.text, query, claim.citations, article, checker)


def checks(
    claim: str,
    question: str,
    language: str,
    evidence: Sequence[Sentence],
    best: Passage | None,
    similarity: Similarity,
) -> list[tuple[Support, Sentence]]:
    """Return how each sentence of the evidence supports a claim, the decisive one first."""
    answering = {sentence.key for sentence in best.answering()} if best else set()
    found: list[tuple[Support, Sentence]] = []
    articles = {sentence.article.id: sentence.article for sentence in evidence}
    given = {key: _given(question, language, article) for key, article in articles.items()}
    for sentence in evidence:
        article = sentence.article
        support = check(claim, sentence.text, sentence.context, given[article.id], language, article.language)
        if support.ok and language != sentence.article.language:
            cosine = similarity(claim, sentence.text)
            support = Support(cosine >= MIN_SIMILARITY, cosine, (), "" if cosine >= MIN_SIMILARITY else "words")
        found.append((support, sentence))

    def rank(each: tuple[Support, Sentence]) -> tuple[bool, bool, int, float]:
        support, sentence = each
        # Of sentences that all fail, the one that got furthest gives the reason, or is read.
        stage = CHECKS.index(support.kind) if support.kind in EXACT else len(CHECKS)
        return support.ok, support.ok and sentence.key in answering, stage, support.coverage

    return sorted(found, key=rank, reverse=True)


def _given(question: str, language: str, article: Article) -> str:
    """Return the question without the names that an article lacks, so that none of them counts as found.

    "" for an article in another language that has none of them in any known spelling.
    """
    asked = names(question, language)
    text = article.all_text
    if language != article.language:
        is_met = not asked or any(stands(name, text, language, article.language) for name in asked)
        return question if is_met else ""
    for name in unmet(question, text, language, language):
        question = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", question)
    return question


def _met(query: Query, evidence: Sequence[Sentence]) -> str:
    """Return the names of a question that are in the evidence or next to it.

    A part will do: "Xi" for "Xi Jinping", but not "Margaret Pym" for "Margaret Pine".
    """
    text = "\n".join(sentence.context for sentence in evidence)
    question, found = query.text, query.names
    met = [
        name
        for name in found
        for other in found
        if other == name or f"{name} {other}" in question or f"{other} {name}" in question
        if re.search(rf"(?<!\w){re.escape(other)}(?!\w)(?! [A-ZÀ-Þ])", text)
        and not re.search(rf"[A-ZÀ-Þ]\w+ {re.escape(other)}(?!\w)", text.replace(f"{name} {other}", ""))
    ]
    return "x " + " ".join(met)


def _is_cut_off(claim: str, evidence: Sequence[Sentence], language: str) -> bool:
    """Return whether the model was stopped inside a word: no final punctuation, and a last word that is in no line."""
    if claim.rstrip()[-1:] in ".!?…»”\"')":
        return False
    last = claim.split()[-1]
    return not any(last.lower() in sentence.text.lower().split() for sentence in evidence)


LONGEST_LEAP = 8
"""Most content words of a line that may lie between two neighbours of a claim that explains something: beyond it a
subject has been given the verb of another."""

_BECAUSE = PACKS.pattern("verdict.because", r"\b(?:{})\b")


def _leaps(claim: str, sentence: Sentence, language: str) -> bool:
    """Return whether two neighbouring words of a claim are far apart in its line (same language only)."""
    if language != sentence.article.language:
        return False
    order = list(content(sentence.text, language))
    for piece in _BECAUSE.split(fold(claim)):
        places = [order.index(key) for key in content(piece, language) if key in order]
        if any(abs(b - a) > LONGEST_LEAP for a, b in pairwise(places)):
            return True
    return False


def _joined(
    claim: str, question: str, language: str, evidence: Sequence[Sentence], best: Passage
) -> tuple[Sentence, ...]:
    """Return the sentences of the best passage's article that support a claim together, each with words; else ()."""
    article = best.article
    there = [sentence for sentence in evidence if sentence.article.id == article.id]
    if language != article.language or len(there) < 2:
        return ()
    text = "\n".join(sentence.text for sentence in there)
    support = check(claim, text, there[0].context, question, language, language)
    if not support.ok or support.coverage < JOINED_COVERAGE:
        return ()
    lacking = set(content(claim, language)) - (set(content(question, language)) - set(content(text, language)))
    values = numbers(claim, language)
    needed = []
    while True:
        gains = [
            len(lacking & content(s.text, language).keys()) + len(values & numbers(s.text, language, loose=True))
            for s in there
        ]
        if not max(gains):
            return tuple(sentence for sentence in there if sentence in needed)
        sentence = there[gains.index(max(gains))]
        needed.append(sentence)
        lacking -= content(sentence.text, language).keys()
        values -= numbers(sentence.text, language, loose=True)


def _borrowed(claim: str, sentence: Sentence, language: str) -> tuple[Citation, ...]:
    """Return where names and numbers of a claim are that its own sentence lacks: those lines are cited too."""
    article, source = sentence.article, sentence.article.language
    text = article.text
    found = [sentence.citation()]
    wanted: list[str | float] = [*names(claim, language), *sorted(numbers(claim, language))]
    for lacks in wanted:
        on_lines = "\n".join(line for c in found for line in article.lines[c.span.first - 1 : c.span.last])
        if _holds(on_lines, lacks, language, source):
            continue
        spans = [span for span in sentences(text) if _holds(text[slice(*span)], lacks, language, source)]
        if spans:
            found.append(cite(article, *min(spans, key=lambda span: abs(span[0] - sentence.start))))
    return tuple(found[1:])


def _holds(text: str, wanted: str | float, language: str, source_language: str) -> bool:
    if isinstance(wanted, float):
        return wanted in numbers(text, source_language, loose=True)
    return stands(wanted, text, language, source_language)


def _says(claim: str, passage: Passage, language: str, least: float) -> bool:
    """Return whether a claim contains at least this share, and something, of the reader's answer.

    Its numbers and words count. Across languages, where words differ, a number is enough, and an answer without one
    counts as said.
    """
    answer, source = passage.answer_text, passage.article.language
    if answer in {sentence.text for sentence in passage.answering()}:
        least = 0.0  # a whole sentence is where the answer is, not the answer
    values = numbers(answer, source)
    n_said = len(values & numbers(claim, language, loose=True))
    if language != source:
        return not values or n_said > 0
    stems = content(answer, source).keys() or set(words(answer, source))
    n_said += len(stems & (content(claim, language).keys() | set(words(claim, language))))
    n_asked = len(values) + len(stems)
    return n_asked == 0 or (n_said > 0 and n_said / n_asked >= least)


_REASONS = PACKS.table("reasons", dict[str, str])


def _reason(support: Support, language: str) -> str:
    said = _REASONS.get(language, _REASONS["en"])
    return said[support.kind].format(missing=", ".join(support.missing) or "…")
