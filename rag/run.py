"""One question on its way to an Answer: what it goes through, and what each stage decided on the way.

The stages write down what they decide when they decide it; `rag.explain` prints that, and decides nothing itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from index.models import Embedder
from index.storage import Library
from index.types import Hit
from rag.config import Config
from rag.copies import cited_once
from rag.evidence import Passage, Selection
from rag.generation import Llm
from rag.query import Query
from rag.reader import Judge, Reader, Window, best_first
from rag.types import Answer, Claim
from rag.verification import CheckedClaim, Verifier

Search = Callable[[Library, str, str, frozenset[str] | None], list[Hit]]
"""Library, text, its language, ids of the articles to look in (None for all) -> the chunks to answer from."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a question is answered from and with; the same from its first stage to its last."""

    library: Library
    embedder: Embedder
    reader: Reader
    judge: Judge | None
    """None when the reader's own threshold decides whether anything answers."""
    checker: Verifier | None
    """None where only the rules check what the model writes."""
    llm: Llm | None
    config: Config
    search: Search


@dataclass
class Attempt:
    """One search for an answer, and what every stage made of it; a stage that was not reached has left its default."""

    query: Query
    hits: tuple[Hit, ...] = ()
    """The chunks that were found, best first."""
    windows: tuple[Window, ...] = ()
    """The hits, in their order, with what the reader and the judge made of them, or why they were left out."""
    selection: Selection = field(default_factory=Selection)
    """What the language model was shown, and what there was no room for."""
    draft: str = ""
    """What the model wrote, unchecked."""
    found_nothing: bool = False
    """The model wrote that nothing answers."""
    claims: tuple[CheckedClaim, ...] = ()
    """The draft's sentences, each with its lines or the reason it was refused for."""
    put_aside: str = ""
    """Why the answer comes from another attempt; "" for the one it comes from."""

    @property
    def passages(self) -> list[Passage]:
        """What the reader found, best first."""
        return best_first(self.windows)


@dataclass
class Run:
    """A question being answered."""

    query: Query
    setting: Setting
    began: float
    """When the question was asked, as `time.monotonic` counts."""
    answer: Answer = field(init=False)
    """As far as it has grown."""
    attempts: list[Attempt] = field(default_factory=list)
    """In the order they were made; the answer comes from the last that was not put aside."""
    parts: list[Run] = field(default_factory=list)
    """Of a question that is answered in parts, each part's own run."""

    def __post_init__(self) -> None:
        self.restart()

    @property
    def taken(self) -> Attempt:
        """The attempt the answer comes from; an empty one when nothing was searched."""
        return next((each for each in reversed(self.attempts) if not each.put_aside), Attempt(self.query))

    def restart(self) -> None:
        """Let the answer be what it is before anything is searched."""
        query, setting = self.query, self.setting
        self.answer = Answer(
            query.typed, query.language, kind=query.kind, understood=query.understood, filter=query.filter,
            llm=setting.llm.name if setting.llm else "none", embedder=setting.embedder.name, done=False,
            library=str(setting.library.path), generation=setting.library.generation,
        )  # fmt: skip

    def elapsed_ms(self) -> int:
        """Return the milliseconds since the question was asked."""
        return round((time.monotonic() - self.began) * 1000)

    def is_late(self) -> bool:
        """Whether the model has to stop and what it wrote is checked as it is."""
        return time.monotonic() - self.began > self.setting.config.deadline_s

    def end(self, claims: Sequence[Claim] = (), is_quote: bool = False, message: str = "") -> Answer:
        """Return the last Answer."""
        timings = replace(self.answer.timings, total=self.elapsed_ms())
        cited = cited_once(claims, self.setting.library, self.taken.query.within)
        self.answer = replace(
            self.answer, found=(), draft="", timings=timings, done=True,
            claims=cited, is_quote=is_quote, message=message,
        )  # fmt: skip
        return self.answer
