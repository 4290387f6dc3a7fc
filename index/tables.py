"""Words of the languages: what the TOML files of a folder say, one file a language, read when it is first asked for.

A key is "name" or "section.name". What a file does not say is no rule, and a language without a file has none. A rule
is a regular expression or a list of them, which are its alternatives.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

NEVER = r"(?!)"
"""A rule that matches nothing."""


class Tables:
    """The files of a folder: "fr.toml" is what is known of French, "_all.toml" what is not told apart by language."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, dict[str, Any]] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Codes of the languages with a file, in the order that `_all.toml` records, then by code."""
        there = {path.stem for path in self.folder.glob("[!_]*.toml")}
        first = [code for code in str(self.shared("languages")).split() if code in there]
        return (*first, *sorted(there - set(first)))

    def said(self, language: str, key: str) -> Any:
        """What a language's file says at a key, None when it says nothing or there is no file."""
        return _at(self._file(language), key) if language in self.languages else None

    def shared(self, key: str) -> Any:
        """What `_all.toml` says at a key, None when it says nothing."""
        return _at(self._file("_all"), key)

    def table(self, key: str, make: Callable[[Any], T]) -> Table[T]:
        """What each language says at a key, as `make` makes it of what TOML gives."""
        return Table(self, key, make)

    def texts(self, key: str) -> Table[str]:
        """The sentence or the words of each language at a key."""
        return Table(self, key, str)

    def lists(self, key: str) -> Table[tuple[str, ...]]:
        """The list of each language at a key."""
        return Table(self, key, tuple)

    def words(self, key: str) -> Table[frozenset[str]]:
        """The set of each language's words at a key."""
        return Table(self, key, _words)

    def rules(self, key: str) -> Rules:
        """The regular expression of each language at a key."""
        return Rules(self, key, rule)

    def all_words(self, key: str) -> Words:
        """The words of all languages at a key, which are not told apart."""
        return Words(Table(self, key, str).values())

    def pattern(self, key: str, frame: str = "{}", flags: int = 0) -> Pattern:
        """The rules of all languages at a key as one, alternatives in their order, in the place of {} in `frame`."""
        rules = self.rules(key)
        return Pattern(lambda: frame.replace("{}", rules.any), flags)

    def _file(self, name: str) -> dict[str, Any]:
        if name not in self._files:
            import tomllib

            self._files[name] = tomllib.loads((self.folder / f"{name}.toml").read_text(encoding="utf-8"))
        return self._files[name]


class Table(Mapping[str, T]):
    """Language -> what it says at a key; the languages are those that say something."""

    def __init__(self, tables: Tables, key: str, make: Callable[[Any], T]) -> None:
        self._tables = tables
        self._key = key
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, language: str) -> T:
        if language not in self._made:
            said = self._tables.said(language, self._key)
            if said is None:
                raise KeyError(language)
            self._made[language] = self._make(said)
        return self._made[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._languages)

    def __len__(self) -> int:
        return len(self._languages)

    @cached_property
    def _languages(self) -> tuple[str, ...]:
        said = self._tables.said
        return tuple(code for code in self._tables.languages if said(code, self._key) is not None)


class Rules(Table[str]):
    """Language -> its regular expression at a key."""

    def of(self, language: str) -> str:
        """The rule of a language; one that matches nothing where it has none."""
        return self.get(language, NEVER)

    @cached_property
    def any(self) -> str:
        """The rules of all languages as one, alternatives in their order; one that matches nothing if there is none."""
        return "|".join(self.values()) or NEVER


class Words(Set[str]):
    """A set of words, in their order, that is put together when it is first asked."""

    def __init__(self, rows: Iterable[str]) -> None:
        self._rows = rows

    @cached_property
    def _all(self) -> dict[str, None]:
        return dict.fromkeys(word for row in self._rows for word in row.split())

    def __contains__(self, word: object) -> bool:
        return word in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @classmethod
    def _from_iterable(cls, words: Iterable[Any]) -> frozenset[Any]:
        return frozenset(words)


class Pattern:
    """A regular expression that is put together and compiled when it is first used; see `re.Pattern`."""

    def __init__(self, source: Callable[[], str], flags: int = 0) -> None:
        self._source = source
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._source(), self._flags)

    def match(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self.compiled.match(text, start, end)

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self.compiled.search(text, start, end)

    def fullmatch(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        return self.compiled.fullmatch(text, start, end)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, start, end)

    def split(self, text: str) -> list[str | Any]:
        return self.compiled.split(text)

    def sub(self, instead: str | Callable[[re.Match[str]], str], text: str, count: int = 0) -> str:
        return self.compiled.sub(instead, text, count)


def rule(said: str | list[str]) -> str:
    """A rule as one regular expression."""
    return said if isinstance(said, str) else "|".join(said)


def _words(said: str) -> frozenset[str]:
    return frozenset(said.split())


def _at(said: Any, key: str) -> Any:
    for name in key.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said
