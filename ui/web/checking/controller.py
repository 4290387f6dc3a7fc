"""A text pasted into the page, checked a sentence a call, as check.js asks for it. Nothing that it sends is trusted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import CitelineIndexError
from rag.errors import RagError
from rag.fact_checking import FactChecker, statements
from ui.i18n import check_words
from ui.services import OpenLibrary, QueueFull
from ui.web.checking.view import Asked, checked_html, frame_html, summary_text, waiting_html
from ui.web.script_functions import for_script

if TYPE_CHECKING:
    from rag.fact_checking import CheckedStatement, Statement
    from rag.pipeline import Answerer

log = logging.getLogger(__name__)

MOST_CHARS = 20_000
"""Of a text on the page: some pages. A longer one is for `citeline check`."""


class Checking:
    """Checks texts against the library that the page answers from; between sentences questions have their turn."""

    def __init__(self, library: OpenLibrary) -> None:
        self._library = library
        self._split: tuple[str, Sequence[Statement]] = ("", ())
        self._checker: FactChecker | None = None

    def functions(self) -> list[Callable[[Any], Any]]:
        """What check.js may call."""
        return [for_script(each) for each in (self.frame, self.begin, self.check, self.summary)]

    # --- what check.js calls: one dictionary in, whatever it holds ----------------------------------------------------

    def frame(self, wanted: Any) -> str:
        """The view around the results: {lang, text}."""
        asked = Asked.of(wanted, MOST_CHARS)
        return frame_html(asked.text, MOST_CHARS, asked.lang)

    def begin(self, wanted: Any) -> dict[str, Any]:
        """The sentences of {text, lang}, not checked yet: {html, n}; {said} where there is nothing to check."""
        asked = Asked.of(wanted, MOST_CHARS + 1)
        say = check_words(asked.lang)
        answerer = self._library.answerer
        if answerer is None:
            return {"said": say["loading"]}
        if answerer.checker is None:
            return {"said": say["no_checker"]}
        if not answerer.articles():
            return {"said": say["no_articles"]}
        if len(asked.text) > MOST_CHARS:
            return {"said": say["long"].format(most=MOST_CHARS)}
        found = self._statements(asked.text)
        if not any(statement.is_claim or statement.quotes for statement in found):
            return {"said": say["nothing"]}
        return {"html": waiting_html(found, asked.lang), "n": len(found)}

    def check(self, wanted: Any) -> dict[str, Any]:
        """Sentence n of {text, n, lang}: {html, verdict}; {wait: true} while others wait; {said} when it failed."""
        asked = Asked.of(wanted, MOST_CHARS)
        found, answerer = self._statements(asked.text), self._library.answerer
        if answerer is None or answerer.checker is None or not 0 <= asked.n < len(found):
            return {"said": check_words(asked.lang)["failed"]}
        try:
            checked = self._checked(answerer, found[asked.n])
        except QueueFull:
            return {"wait": True}
        except (RagError, CitelineIndexError) as error:
            return {"said": str(error)}
        except Exception:  # the page's edge: the reader gets one line, the terminal gets the traceback
            log.exception("a sentence could not be checked")
            return {"said": check_words(asked.lang)["failed"]}
        articles = {c.span.article_id: answerer.library.by_id.get(c.span.article_id) for c in _cited(checked)}
        return {"html": checked_html(checked, articles, asked.lang), "verdict": checked.verdict or ""}

    def summary(self, wanted: Any) -> str:
        """How many sentences are {carried, contradicted, not_said}, in words."""
        return summary_text(wanted)

    def _statements(self, text: str) -> Sequence[Statement]:
        """The sentences of a text; those of the last one are kept, as each is asked for by itself."""
        known, found = self._split
        if known != text:
            found = statements(text)
            self._split = (text, found)
        return found

    def _checked(self, answerer: Answerer, statement: Statement) -> CheckedStatement:
        """Check a sentence when it is its turn for the models. Raises QueueFull."""

        def check() -> CheckedStatement:
            with answerer.asking:
                return self._checker_of(answerer).check(statement)

        found = self._library.queue.in_turn(check)
        assert found is not None  # it stays wanted
        return found

    def _checker_of(self, answerer: Answerer) -> FactChecker:
        """One for each generation of the library: it keeps what it has read of the articles."""
        library = answerer.library
        if self._checker is None or self._checker.library is not library:
            assert answerer.checker is not None
            self._checker = FactChecker(library, answerer.embedder, answerer.checker)
        return self._checker


def _cited(checked: CheckedStatement) -> list[Any]:
    return [*checked.citations, *(quote.citation for quote in checked.quotes if quote.citation)]
