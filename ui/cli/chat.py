"""A conversation in the terminal: a question a line, the turns before it remembered."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import CitelineIndexError
from rag.errors import RagError
from ui.formats import answer_text, shown
from ui.i18n import answer_words

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from rag.types import Answer
    from ui.conversations import SaveFile

MAX_TURNS = 30
"""Answers that are kept; the Answerer looks at fewer."""


def converse(answerer: Answerer, save: SaveFile | None = None) -> None:
    """Answer the questions of stdin, one a line, until it ends (Ctrl-D) or is interrupted (Ctrl-C).

    Raises OSError when an answer cannot be saved.
    """
    history: list[Answer] = []
    try:
        for question in _questions():
            try:
                answer = answerer.ask(question, history)
            except (RagError, CitelineIndexError) as error:
                print(f"citeline: {shown(' '.join(str(error).split()))}", file=sys.stderr, flush=True)
                continue
            history = [*history, answer][-MAX_TURNS:]
            print(turn_text(answer), end="\n\n", flush=True)
            if save and answer.kind != "greeting":
                save.add(answer, answerer.library.by_id)
    except KeyboardInterrupt:
        pass
    if sys.stdin.isatty():
        print()


def turn_text(answer: Answer) -> str:
    """An answer as `citeline ask` prints it, after what the question was understood as when it leaned on others."""
    said = answer_words(answer.language)["understood"].format(question=shown(answer.understood))
    return f"({said})\n{answer_text(answer)}" if answer.understood else answer_text(answer)


def _questions() -> Iterator[str]:
    """Lines of stdin that are not blank; on a terminal each after a prompt, with line editing."""
    if sys.stdin.isatty():
        import readline  # noqa: F401 (input() then has history and arrow keys)
    while True:
        try:
            line = input("> ") if sys.stdin.isatty() else sys.stdin.readline()
        except EOFError:
            return
        if not line and not sys.stdin.isatty():
            return
        if line.strip():
            yield line.strip()
