"""The conversations of a library, kept on disk: one file each, a line a turn, readable by their owner only.

    LIBRARY/talks/                       0700
    LIBRARY/talks/3f0c….jsonl            0600, only ever added to
        {"schema": 1, "turn": "…", "when": "…", "citeline": "…", "answer": {…}, "articles": {id: {…}}}
        {"schema": 1, "judged": "…turn…", "as": "right", "note": "", "when": "…"}

A turn is on the disk before the page shows it as done. A line that was cut short by a kill, or damaged, or is of a
newer citeline is passed over and counted. A name of a conversation that is not one of ours is never made a path.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from index import disk
from index.text import fold
from rag.types import Answer
from ui.conversations.records import Judgement, KeptTurn, Source, judgement_record, new_turn, turn_record
from ui.conversations.schemas import take

MAX_MEMORY = 20
"""Conversations that are remembered while nothing is kept on disk."""
_TALK = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Conversation:
    id: str
    turns: tuple[KeptTurn, ...]
    n_damaged: int = 0
    """Lines of its file that could not be read."""


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list."""

    id: str
    title: str
    """Its first question."""
    when: str
    """Of its last turn, ISO 8601, UTC."""
    n_turns: int
    n_damaged: int
    words: str = field(repr=False, default="")
    """Questions and answers, folded, to search in."""


class History:
    """The conversations of one library; safe to use from several threads and processes."""

    def __init__(self, folder: Path | None) -> None:
        """Kept in `folder`, which is made when the first turn is; remembered until the process ends if it is None."""
        self.folder = folder
        self._memory: dict[str, bytes] = {}
        self._summaries: dict[str, tuple[tuple[int, int], Summary]] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, library: Path) -> History:
        """The conversations that are kept with a library."""
        return cls(library / disk.Own.TALKS)

    @property
    def is_kept(self) -> bool:
        return self.folder is not None

    def append(self, talk: str, answer: Answer, articles: Mapping[str, Source]) -> tuple[str, KeptTurn]:
        """Keep a turn at the end of a conversation; of a new one when `talk` names none. Returns its name and the turn.

        Raises OSError when the disk does not take it; what was kept before is whole.
        """
        turn = new_turn(answer, articles)
        if not self._is_there(talk):
            talk = secrets.token_hex(12)
        self._write(talk, turn_record(turn))
        return talk, turn

    def open(self, talk: str) -> Conversation:
        """A conversation with its turns, oldest first. Raises KeyError when there is none of that name."""
        return _conversation(talk, self._read(talk))

    def turn(self, talk: str, turn: str) -> KeptTurn:
        """One turn. Raises KeyError when it is not there."""
        found = next((each for each in self.open(talk).turns if each.id == turn), None)
        return found or _missing(turn)

    def judge(self, talk: str, turn: str, judgement: Judgement, note: str = "") -> None:
        """Keep what a reader says of an answer; the last word counts, "" takes it back.

        Raises KeyError when the turn is not there, OSError when the disk does not take it.
        """
        self.turn(talk, turn)
        self._write(talk, judgement_record(turn, judgement, note))

    def conversations(self, query: str = "") -> list[Summary]:
        """Those that hold all words of `query` in a question or an answer, the newest first."""
        wanted = fold(query).split()
        found = [summary for talk in self._talks() if (summary := self._summary(talk))]
        found = [each for each in found if all(word in each.words for word in wanted)]
        return sorted(found, key=lambda each: (each.when, each.id), reverse=True)

    def delete(self, talk: str) -> bool:
        """Remove a conversation with what was said of its answers. False when there is none of that name."""
        if not self._is_there(talk):
            return False
        with self._lock:
            self._memory.pop(talk, None)
            self._summaries.pop(talk, None)
            if self.folder:
                disk.remove(self._path(talk))
                disk.fsync(self.folder)
        return True

    def delete_all(self) -> int:
        """Remove every conversation; returns how many there were."""
        return sum(self.delete(talk) for talk in self._talks())

    # --- the files --------------------------------------------------------------------------------------------------

    def _path(self, talk: str) -> Path:
        """Raises KeyError for a name that is not one of ours: it must not lead out of the folder."""
        if self.folder is None or not isinstance(talk, str) or not _TALK.fullmatch(talk):
            _missing(talk)
        return self.folder / f"{talk}.jsonl"

    def _talks(self) -> list[str]:
        if self.folder is None:
            return list(self._memory)
        try:
            names = os.listdir(self.folder)  # noqa: PTH208 (names, and no links followed)
        except OSError:
            return []
        talks = [name.removesuffix(".jsonl") for name in names if name.endswith(".jsonl")]
        return [talk for talk in talks if _TALK.fullmatch(talk)]

    def _is_there(self, talk: str) -> bool:
        if self.folder is None:
            return talk in self._memory
        try:
            return self._path(talk).is_file()
        except KeyError:
            return False

    def _read(self, talk: str) -> bytes:
        if self.folder is None:
            return self._memory[talk]
        try:
            return self._path(talk).read_bytes()
        except OSError:
            _missing(talk)

    def _write(self, talk: str, record: Mapping[str, Any]) -> None:
        line = json.dumps(record).encode("ascii") + b"\n"
        with self._lock:
            if self.folder is None:
                self._memory[talk] = self._memory.pop(talk, b"") + line
                for oldest in list(self._memory)[:-MAX_MEMORY]:
                    del self._memory[oldest]
                return
            path = self._path(talk)
            if not self.folder.is_dir():
                self.folder.mkdir(mode=0o700)
                disk.fsync(self.folder.parent)
            is_new = not path.exists()
            _append(path, line)
            if is_new:
                disk.fsync(self.folder)

    def _summary(self, talk: str) -> Summary | None:
        """None for a file that holds no turn, or is being deleted. What has not changed is not read again."""
        if self.folder is None:
            return _summarised(_conversation(talk, self._memory.get(talk, b"")))
        try:
            state = self._path(talk).stat()
            seen = (state.st_mtime_ns, state.st_size)
            known = self._summaries.get(talk)
            if known and known[0] == seen:
                return known[1]
            summary = _summarised(self.open(talk))
        except (OSError, KeyError):
            return None
        if summary:
            self._summaries[talk] = (seen, summary)
        return summary


def _append(path: Path, line: bytes) -> None:
    """Add a line, durably, all of it or nothing; after the end of a line that an earlier process did not finish."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line
        try:
            written = 0
            while written < len(line):
                written += os.write(descriptor, line[written:])
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _conversation(talk: str, data: bytes) -> Conversation:
    turns: dict[str, KeptTurn] = {}
    n_damaged = 0
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        try:
            take(json.loads(line), turns)
        except (ValueError, KeyError, RecursionError):
            n_damaged += 1
    return Conversation(talk, tuple(turns.values()), n_damaged)


def _summarised(conversation: Conversation) -> Summary | None:
    turns = conversation.turns
    if not turns:
        return None
    said = "\n".join(f"{turn.answer.question} {turn.answer.understood} {turn.answer.text}" for turn in turns)
    title, last = turns[0].answer.question, turns[-1].when
    return Summary(conversation.id, title, last, len(turns), conversation.n_damaged, fold(said))


def _missing(name: object) -> NoReturn:
    raise KeyError(name)
