"""An Explanation on a terminal, of whatever width: each stage with what it saw and what it decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.reader import NAMELESS
from ui.formats import shown

if TYPE_CHECKING:
    from rich.console import Console

    from index.types import Hit
    from rag.explain import Explanation, Trace
    from rag.reader import Window
    from rag.verification import CheckedClaim

_STAGES = {
    "library": "the library",
    "chunk": "cutting into chunks",
    "search": "the search",
    "names": "names and years",
    "windows": "the windows that are read",
    "reader": "the reader",
    "threshold": "the score",
    "evidence": "the evidence",
    "draft": "the model's draft",
    "claims": "the choice of what is said and cited",
}
_QUOTED_CHARS = 160


def print_explanation(explanation: Explanation, trace: Trace | None = None, console: Console | None = None) -> None:
    """Write an Explanation, and the way of the line that was expected, to the terminal (stdout if none is given)."""
    page = _Page(console)
    _stages(page, explanation)
    if trace:
        _trace(page, trace)


class _Page:
    """Lines of text with an indent that a narrow terminal keeps; nothing in them is markup."""

    def __init__(self, console: Console | None) -> None:
        from rich.console import Console

        self._console = console or Console(highlight=False, markup=False, emoji=False)

    def head(self, title: str) -> None:
        self._console.print()
        self.line(title, 0, "bold")

    def line(self, text: str, indent: int = 2, style: str = "") -> None:
        from rich.text import Text

        width = max(self._console.width - indent, 10)
        for line in Text(shown(text), style=style).wrap(self._console, width, overflow="fold"):
            line.rstrip()
            self._console.print(Text(" " * indent) + line)


def _stages(page: _Page, explanation: Explanation) -> None:
    _question(page, explanation)
    for i, part in enumerate(explanation.parts, start=1):
        page.head(f"Part {i} of {len(explanation.parts)}")
        _stages(page, part)
    if explanation.windows:
        _search(page, explanation)
        _reading(page, explanation)
    if explanation.evidence:
        _evidence(page, explanation)
    if explanation.draft and not explanation.parts:
        _draft(page, explanation)
    _answer(page, explanation)


def _question(page: _Page, explanation: Explanation) -> None:
    answer = explanation.answer
    page.head("Question")
    page.line(answer.question)
    if answer.understood:
        page.line(f"understood as: {answer.understood}")
    page.line(f"language {answer.language}, kind {answer.kind.replace('_', ' ')}")
    known = [_word(word.text, word.terms) for word in explanation.words if word.is_known]
    unknown = [word.text for word in explanation.words if not word.is_known]
    page.line(f"words looked for: {', '.join(known) or 'none'}")
    if unknown:
        page.line(f"not in any article: {', '.join(unknown)}", style="yellow")


def _word(text: str, stems: tuple[str, ...]) -> str:
    others = [stem for stem in stems if stem != text]
    return f"{text} ({', '.join(others)})" if others else text


def _search(page: _Page, explanation: Explanation) -> None:
    n = len(explanation.ranking)
    page.head(f"Search: the {len(explanation.windows)} best of {n} chunks")
    page.line(
        "rank (score) by meaning (cosine) and by words (BM25); the score they are sorted by, from both and the letters",
        style="dim",
    )
    source = explanation.windows[0].article.language
    if source != explanation.answer.language:
        page.line(f"the best is in {source}: names, numbers and meaning carry over to it, words do not", style="dim")
    for window in explanation.windows:
        _hit(page, window.hit, explanation.rank_of(window.hit))
        if window.unmet:
            lacks = ", ".join(f"“{name}”" for name in window.unmet)
            verb = "does" if len(window.unmet) == 1 else "do"
            page.line(f"left out: {lacks} {verb} not appear in this article", 6, "yellow")
    if explanation.below:
        page.line("just missed:", style="dim")
    for hit in explanation.below:
        _hit(page, hit, explanation.rank_of(hit), "dim")


def _hit(page: _Page, hit: Hit, rank: int, style: str = "") -> None:
    dense = f"meaning {hit.dense_rank or '–'} ({hit.dense:.3f})"
    keyword = f"words {hit.keyword_rank} ({hit.keyword:.1f})" if hit.keyword_rank else "words – (none)"
    page.line(f"{rank:2}  {hit.chunk.span}", style=style)
    page.line(f"{dense}, {keyword}; {hit.score:.3f}", 6, "dim")


def _reading(page: _Page, explanation: Explanation) -> None:
    read = [window for window in explanation.windows if window.reading]
    if not read:
        page.head("Reader: nothing to read")
        return
    n = f"{len(read)} window{'s' * (len(read) > 1)} read (at most {explanation.n_windows})"
    page.head(f"Reader: {n}; a score of 0 or more is an answer")
    for window in sorted(read, key=lambda window: -(window.score or 0.0)):
        _window(page, window)
    late = [str(w.hit.chunk.span) for w in explanation.windows if not w.reading and not w.unmet]
    if late:
        page.line(f"not read: {', '.join(late)}", style="dim")


def _window(page: _Page, window: Window) -> None:
    reading, score = window.reading, window.score
    if reading is None or score is None:
        return
    counts = window.passage is not None and score >= 0
    mark = "✓ answers" if counts else "✗ does not answer" if window.passage else "✗ points at nothing"
    page.line(f"{score:+5.1f}  {window.hit.chunk.span}  {mark}", style="green" if counts else "")
    if window.passage:
        where = window.passage.answering()[0].citation().span
        page.line(f"at {where}: “{_short(window.hit.chunk.text[reading.start : reading.end])}”", 6)
    made_of = f"reader {reading.score:+.1f}"
    if window.features:
        _, cosine, lacks = window.features
        made_of += f", cosine {cosine:.3f}"
        made_of += ", a name of the question is missing" if lacks else ""
    if window.is_nameless:
        made_of += f", {-NAMELESS:+g} for none of the question's names"
    page.line(made_of, 6, "dim")


def _evidence(page: _Page, explanation: Explanation) -> None:
    n, tokens = len(explanation.evidence), explanation.answer.usage.prompt_tokens
    page.head(f"Evidence: {n} sentence{'s' * (n > 1)}, a prompt of {tokens} tokens")
    for i, sentence in enumerate(explanation.evidence, start=1):
        page.line(f"{i}. {sentence.citation().span}  {_short(sentence.text)}")
    for sentence in explanation.cut:
        span = sentence.citation().span
        page.line(f"cut, over {explanation.budget} tokens: {span}  {_short(sentence.text)}", style="yellow")


def _draft(page: _Page, explanation: Explanation) -> None:
    page.head(f"Draft of {explanation.answer.llm}")
    page.line(explanation.draft)
    for checked in explanation.claims:
        _claim(page, checked)


def _claim(page: _Page, checked: CheckedClaim) -> None:
    claim = checked.claim
    stands = claim.verdict == "supported"
    page.line(f"{'✓' if stands else '✗'} {claim.text}", style="green" if stands else "red")
    if claim.reason:
        page.line(claim.reason, 6)
    if claim.citations:
        page.line(f"cites {claim.citations[0].span}", 6)
    for citation in claim.citations[1:]:
        page.line(f"and, for a name or number, {citation.span}: “{_short(citation.quote)}”", 6)
    verdicts = checked.verdicts()
    if verdicts:
        support, sentence = checked.checks[0]
        marks = {"passed": "✓", "failed": "✗", "not reached": "–"}
        told = "  ".join(f"{check} {marks[verdict]}" for check, verdict in verdicts.items())
        page.line(f"checked against {sentence.citation().span}: {told}", 6, "dim")
    for support, sentence in checked.checks[1:]:
        fails = f"fails on {support.kind} {', '.join(support.missing)}".rstrip() if support.kind else "supports it too"
        if sentence.article.language == checked.language:
            fails += f" ({support.coverage:.0%} of its words)"
        page.line(f"against {sentence.citation().span}: {fails}", 6, "dim")


def _answer(page: _Page, explanation: Explanation) -> None:
    answer = explanation.answer
    page.head("Answer")
    page.line(answer.text)
    for citation in answer.citations:
        page.line(f"{citation.span}  {_short(citation.quote)}", style="dim")
    page.line(explanation.reason, style="bold")


def _trace(page: _Page, trace: Trace) -> None:
    page.head(f"You expected {trace.lines}")
    for step in trace.steps:
        page.line(f"{'✓' if step.passed else '✗'} {step.text}", style="" if step.passed else "red")
    if not trace.lost:
        return
    page.line(f"Lost at: {_STAGES[trace.lost]}.", style="bold")
    if trace.advice:
        page.line(f"Try: {trace.advice}")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED_CHARS else text[: _QUOTED_CHARS - 1] + "…"
