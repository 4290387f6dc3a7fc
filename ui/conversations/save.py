"""A conversation of the terminal, saved after every answer: JSON to check with `citeline verify`, or Markdown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from index import disk
from index.types import Article
from rag.types import Answer
from ui.conversations.export import conversation_json, conversation_markdown
from ui.conversations.records import KeptTurn, new_turn, sources_of


def is_writable(path: Path) -> bool:
    """Whether a file can be written at `path`: a new one in a folder that is there, or one that is."""
    if path.exists():
        return path.is_file() and os.access(path, os.W_OK)
    return path.parent.is_dir() and os.access(path.parent, os.W_OK)


class SaveFile:
    """A file that holds the conversation so far, whole at any moment; Markdown when its name ends in .md."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._turns: list[KeptTurn] = []

    def add(self, answer: Answer, articles: Mapping[str, Article]) -> None:
        """Write the conversation with one more answer. Raises OSError when the disk does not take it."""
        self._turns.append(new_turn(answer, sources_of(answer, articles)))
        if self.path.suffix == ".md":
            text = conversation_markdown(self._turns, "fr" if self._turns[0].answer.language == "fr" else "en")
        else:
            text = conversation_json(self._turns)
        replace_file(self.path, text)


def replace_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file, for its owner only unless `mode` says more, in the place of one that stays whole until then.

    Raises OSError when the disk does not take it; nothing of it is left.
    """
    disk.atomic_write(path, text.encode("utf-8", "backslashreplace"), mode=mode)
