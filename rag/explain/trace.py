"""Follow one line of an article through all stages of an Explanation: how far it came, and what lost it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from index.storage import Library
from index.text import terms
from index.types import Article, Hit, Span
from rag.evidence import Sentence
from rag.explain.expected_lines import Expected, locate
from rag.explain.explanation import Explanation
from rag.language import content, names
from rag.pipeline import SURE
from rag.reader import NAMELESS, Window

STAGES = ("library", "chunk", "search", "names", "windows", "reader", "threshold", "evidence", "draft", "claims")


@dataclass(frozen=True, slots=True)
class Step:
    """One stage that the line reached, and what happened to it there."""

    stage: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The way of a line. `lost` is the stage that lost it, "" if the answer cites it; the last step is that stage."""

    lines: str
    steps: tuple[Step, ...]
    advice: str
    """What to try, "" if the answer cites the line."""

    @property
    def lost(self) -> str:
        return "" if self.steps[-1].passed else self.steps[-1].stage

    def to_dict(self) -> dict[str, Any]:
        steps = [{"stage": step.stage, "passed": step.passed, "text": step.text} for step in self.steps]
        return {"lines": self.lines, "cited": not self.lost, "lost": self.lost, "steps": steps, "advice": self.advice}


def follow(explanation: Explanation, expected: Expected, library: Library) -> Trace:
    """Return the stages that lines of an article went through.

    The last one lost them, or is the answer that cites them. Raises ExpectError if several articles have that name.
    """
    if explanation.parts:
        ways = [follow(part, expected, library) for part in explanation.parts]
        return max(ways, key=lambda way: (not way.lost, len(way.steps)))  # the part where the line came furthest
    article = locate(expected, library)
    lines = Span(article.id if article else expected.name, expected.first, expected.last)
    steps: list[Step] = []
    advice = ""
    for step, hint in _Follower(explanation, library, lines, article).steps():
        steps.append(step)
        if not step.passed:
            advice = hint
            break
    return Trace(str(lines), tuple(steps), advice)


class _Follower:
    """The stages one after the other; each yields its step and, for the case that it lost the line, what to try."""

    def __init__(self, explanation: Explanation, library: Library, lines: Span, article: Article | None) -> None:
        self.explanation = explanation
        self.library = library
        self.lines = lines
        self.article = article

    def steps(self) -> Iterator[tuple[Step, str]]:
        yield self.stored()
        assert self.article is not None  # else the step before was the last
        yield self.chunked()
        cited = self.cited()
        if not self.explanation.ranking and not cited:
            kind = self.explanation.answer.kind.replace("_", " ")
            text = f"a question of the kind “{kind}” is answered without looking for a line"
            yield Step("search", False, text), "Ask for what the line says: who, when, how many."
            return
        mine = [hit for hit in self.explanation.ranking if self.holds(hit.chunk.span)]
        if mine:
            yield self.found(mine, cited)
            windows = [window for window in self.explanation.windows if self.holds(window.hit.chunk.span)]
            if windows:
                yield from self.read(windows, cited)
        yield self.claimed(cited)

    # --- up to the search ---------------------------------------------------------------------------------------------

    def stored(self) -> tuple[Step, str]:
        if self.article is None:
            return self.unknown()
        n = len(self.article.lines)
        if self.lines.last > n:
            asked = f"line {self.lines.last}"
            return Step("library", False, f"{self.article.id} has {n} lines, there is no {asked}"), (
                "Lines are counted as they were indexed; if the file has changed since: citeline index."
            )
        return Step("library", True, f"in the library: “{_short(self.text())}”"), ""

    def unknown(self) -> tuple[Step, str]:
        name = self.lines.article_id
        for skipped in self.library.manifest.skipped:
            if f"/{skipped.path}".endswith("/" + name):
                text = f"{name} was passed over when the articles were indexed: {skipped.reason}"
                return Step("library", False, text), "Mend the file, then: citeline index."
        base = {article.id.rsplit("/", 1)[-1]: article.id for article in self.library.articles}
        near = [base[each] for each in get_close_matches(name.rsplit("/", 1)[-1], base, 3, 0.7)]
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        return Step("library", False, f"no article is called {name}"), (
            hint + "`citeline status` lists the articles; `citeline index FOLDER` takes more of them in."
        )

    def chunked(self) -> tuple[Step, str]:
        assert self.article is not None
        rows = (self.library.rows["article"] == self.library.articles.index(self.article)).nonzero()[0]
        found = [chunk for chunk in map(self.library.chunk, rows.tolist()) if self.holds(chunk.span)]
        if not found or not self.text().strip():
            return Step("chunk", False, "there is no text on it"), "Name the line that holds the words you expect."
        spans = ", ".join(dict.fromkeys(str(chunk.span) for chunk in found))
        n = f"{len(found)} chunks, of which the best is followed" if len(found) > 1 else "one chunk"
        return Step("chunk", True, f"in {n}: {spans}"), ""

    def found(self, mine: Sequence[Hit], cited: bool) -> tuple[Step, str]:
        explanation = self.explanation
        n, taken = len(explanation.ranking), len(explanation.answer.hits)
        spans = {(hit.chunk.span.article_id, hit.chunk.start) for hit in explanation.answer.hits}
        hit = next((h for h in mine if (h.chunk.span.article_id, h.chunk.start) in spans), mine[0])
        said = f"rank {hit.keyword_rank} ({hit.keyword:.1f})" if hit.keyword_rank else "no word in common"
        text = (
            f"by meaning: rank {hit.dense_rank} of {n} (cosine {hit.dense:.3f}); by words: {said}; "
            f"together: rank {explanation.rank_of(hit)} ({hit.score:.2f}); the best {taken} are taken"
        )
        if cited or (hit.chunk.span.article_id, hit.chunk.start) in spans:
            return Step("search", True, text), ""
        twin = next((h for h in explanation.answer.hits if h.chunk.text == hit.chunk.text), None)
        if twin:
            return Step("search", False, f"{text}; {twin.chunk.span} says the same and was taken instead"), (
                "Nothing is missing: the same text is counted once."
            )
        return Step("search", False, text), self.other_words(hit)

    def other_words(self, hit: Hit) -> str:
        """Suggest words to ask with so that the search may find the line."""
        assert self.article is not None
        unknown = [f"“{word.text}”" for word in self.explanation.words if not word.is_known]
        said = f"In no article: {', '.join(unknown)}. " if unknown else ""
        asked = {stem for word in self.explanation.words for stem in word.terms}
        own = dict.fromkeys(names(self.text(), self.article.language))
        own |= dict.fromkeys(sorted(content(self.text(), self.article.language).values(), key=len, reverse=True))
        language = self.article.language
        better = [word for word in own if not asked & set(terms(word, language))][:4]
        return f"{said}Ask with words of the line, such as {', '.join(better)}." if better else said

    # --- what the reader made of it -----------------------------------------------------------------------------------

    def read(self, windows: Sequence[Window], cited: bool) -> Iterator[tuple[Step, str]]:
        lacking = windows[0].unmet
        if lacking:
            yield self.left_out(lacking)
        read = [window for window in windows if window.reading]
        if not read:
            n = self.explanation.n_windows
            yield (
                Step("windows", cited, f"only the best {n} of the hits are read, and it came after them"),
                ("Ask with more of the line's own words, so that it comes before others."),
            )
            return
        pointing = [w for w in read if w.passage and any(self.holds(s.citation().span) for s in w.passage.answering())]
        along = [s for s in self.explanation.evidence if self.holds(s.citation().span)]
        best = max(pointing or read, key=lambda window: window.score or 0.0)
        if not pointing:
            yield self.elsewhere(best, bool(along), bool(along) or cited)
        else:
            yield Step("reader", True, f"the reader points at it: “{_short(_pointed(best))}”"), ""
        yield self.scored(best, bool(along) or cited)
        if self.explanation.evidence:
            yield self.shown(along, cited)

    def left_out(self, lacking: Sequence[str]) -> tuple[Step, str]:
        assert self.article is not None
        named = ", ".join(f"“{name}”" for name in lacking)
        text = f"left out: {named} of the question stand{'s' * (len(lacking) == 1)} nowhere in {self.article.id}"
        written = list(dict.fromkeys(names(self.article.title + "\n" + self.article.text, self.article.language)))
        near = [each for name in lacking for each in get_close_matches(name, written, 1, 0.6)]
        hint = f" The article writes {', '.join(near)}." if near else ""
        if all(name.isdigit() for name in lacking):
            return Step("names", False, text), f"Ask without {named}: a year counts only when the article says it."
        return Step("names", False, text), f"Ask without {named}, or with the name as it is spelled there.{hint}"

    def elsewhere(self, best: Window, is_along: bool, passed: bool) -> tuple[Step, str]:
        where = best.passage.answering()[0].citation().span if best.passage else None
        text = f"the reader points elsewhere in the chunk, at {where}: “{_short(_pointed(best))}”"
        text = text if where else "the reader points at nothing in the chunk"
        if passed:
            text += "; the line came along as its neighbour" if is_along else "; the line is cited beside it"
        elif best.score is not None and best.score < 0:
            text += f", and is not sure of that either (score {best.score:+.1f}, threshold 0)"
        if not passed and any(self.holds(sentence.citation().span) for sentence in self.explanation.cut):
            text += f"; as its neighbour the line was cut, over {self.explanation.budget} tokens"
        return Step("reader", passed, text), "Ask more exactly for what the line says: who, when, how many."

    def scored(self, best: Window, passed: bool) -> tuple[Step, str]:
        score = best.score if best.score is not None else 0.0
        if score >= 0 or passed:
            return Step("threshold", True, f"its score is {score:+.1f}; from 0 up it counts as an answer"), ""
        text = f"its score is {score:+.1f}, under the threshold 0" + _made_of(best)
        if best.is_nameless:
            text += f"; {NAMELESS:g} were taken off because the article has none of the question's names"
        return Step("threshold", False, text), (
            "Ask with the words of the line, in its language, and in a whole sentence (Who …? When …? How many …?)."
        )

    def shown(self, along: Sequence[Sentence], cited: bool) -> tuple[Step, str]:
        if along or cited:
            n = [s.key for s in self.explanation.evidence].index(along[0].key) + 1 if along else 0
            return Step("evidence", True, f"shown to the model as sentence {n}" if n else "not shown to the model"), ""
        if any(self.holds(sentence.citation().span) for sentence in self.explanation.cut):
            text = f"cut: with it the evidence would have more than {self.explanation.budget} tokens"
        else:
            text = "not among the sentences the model was shown"
        return Step("evidence", False, text), "Ask more narrowly, so that fewer passages answer."

    # --- what was said in the end -------------------------------------------------------------------------------------

    def claimed(self, cited: bool) -> tuple[Step, str]:
        answer, draft = self.explanation.answer, self.explanation.draft
        if cited:
            return Step("claims", True, "the answer cites it"), ""
        if answer.status == "abstained":
            if self.explanation.found_nothing:
                text = f"the model wrote “{_short(draft)}”; no passage scored {SURE:g}, where the reader is believed"
                return Step("draft", False, text), "See the lines themselves with --llm none, or ask more exactly."
            return Step("claims", False, self.explanation.reason), "Ask for a single fact that the line states."
        others = ", ".join(dict.fromkeys(str(citation.span) for citation in answer.citations))
        text = f"the answer {'quotes' if answer.is_quote else 'cites'} {others}"
        if answer.is_quote and self.explanation.passages:
            text += f", the best passage (score {self.explanation.passages[0].score:+.1f})"
        if self.explanation.found_nothing:
            text += f"; the model wrote “{_short(draft)}”"
        for each in self.explanation.claims:
            if each.claim.verdict == "unsupported":
                text += f"; not shown: “{_short(each.claim.text)}” ({each.claim.reason})"
        return Step(
            "claims", False, text
        ), "If those lines say it too, nothing is wrong; else ask for what only this says."

    def cited(self) -> bool:
        return any(self.holds(citation.span) for citation in self.explanation.answer.citations)

    def holds(self, span: Span) -> bool:
        """Return whether lines of an article and the expected ones overlap."""
        return span.overlaps(self.lines)

    def text(self) -> str:
        assert self.article is not None
        return self.article.at(self.lines) or ""


def _made_of(window: Window) -> str:
    if not window.features or window.reading is None:
        return ""
    reader, cosine, lacks = window.features
    missing = ", a name of the question is missing" if lacks else ""
    return f" (reader {reader:+.1f}, cosine {cosine:.2f}{missing})"


def _pointed(window: Window) -> str:
    assert window.reading is not None
    return window.hit.chunk.text[window.reading.start : window.reading.end]


def _short(text: str, most: int = 100) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
