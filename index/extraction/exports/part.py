"""A part: one article of a file, with a key of its own that survives when the file is exported again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.extraction.header import TITLE_CHARS, clip, name_of
from index.extraction.layout import Extracted, Paragraph, digest_of, lay_out, tidy
from index.skip_reason import NotAnArticle, SkipReason

MOST_PARTS = 50_000
"""Maximum number of articles that are read from one file."""
_KEY_CHARS = 60
_NO_KEY = re.compile(r"[^\w·-]+")
_HASH_CHARS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a file, or why it is none."""

    key: str
    """Letters, digits, "-", "_" and "·"; "" for the only article of a file that is one."""
    said: Extracted | None = None
    reason: SkipReason | None = None


@dataclass(slots=True)
class Entry:
    """An article as an export describes it, "" for what it does not say."""

    title: str = ""
    number: str = ""
    """What the export itself calls the article: a document number, a message id, an identifier of a feed."""
    date: str = ""
    source: str = ""
    author: str = ""
    section: str = ""
    page: str = ""
    """Page of the newspaper, as printed."""
    url: str = ""
    language: str = ""
    note: str = ""
    head: list[str] = field(default_factory=list)
    """Lines between headline and text, such as a subtitle."""
    text: list[str] = field(default_factory=list)
    """Paragraphs."""

    def extracted(self) -> Extracted:
        """Lay out headline, byline and text as lines."""
        title = clip(tidy(self.title), TITLE_CHARS)
        author = clip(tidy(self.author), 200)
        head = [tidy(self.title), *map(tidy, self.head)]
        text = [each for each in map(tidy, self.text) if each]
        if author and author not in (*head, *text[:2]):
            head.append(author)
        if title and text[:1] == [tidy(self.title)]:
            del text[0]
        said = lay_out(
            [Paragraph(each) for each in (*dict.fromkeys(filter(None, head)), *text)],
            title=title, date=tidy(self.date)[:60], language=self.language[:2].lower(), url=self.url.strip()[:2000],
            source=clip(tidy(self.source), 120), note=self.note,
        )  # fmt: skip
        date_from = "export" if said.date else said.date_from
        return replace(
            said, date_from=date_from, author=name_of(author), section=clip(tidy(self.section), 120),
            page=tidy(self.page)[:20],
        )  # fmt: skip


def parts_of(entries: Iterable[Entry]) -> Iterator[Part]:
    """Yield a part for each entry that holds text, and the reason for each that does not, or that is there twice."""
    keys = Keys()
    for n, entry in enumerate(entries):
        if n >= MOST_PARTS:
            yield Part(keys.free("more"), reason=SkipReason("too_many_parts", (("n", MOST_PARTS),)))
            return
        has_text = any(char.isalnum() for each in entry.text for char in each)
        yield keys.part(key_of(entry), entry.extracted() if has_text else None)


class Keys:
    """Gives each part of one file a key that no other has."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._said: set[tuple[str, str]] = set()

    def part(self, key: str, said: Extracted | None) -> Part:
        """Return what was said as a part; without text, or the same twice, as one that is passed over."""
        if said is None:
            return Part(self.free(key), reason=SkipReason("no_text"))
        what = (key, digest_of(said))
        if what in self._said:
            return Part(self.free(key), reason=SkipReason("repeated"))
        self._said.add(what)
        return Part(self.free(key), said)

    def free(self, key: str) -> str:
        """Return `key`, or with a number behind it if another part has it."""
        name, n = key, self._numbers.get(key, 0)
        while n and (name := f"{key}-{n + 1}") in self._numbers:
            n += 1
        self._numbers[key] = n + 1
        self._numbers.setdefault(name, 1)
        return name


def key_of(entry: Entry) -> str:
    """Return the key of an entry: its own number, else of its address, else of headline, newspaper and date."""
    if entry.number.strip():
        return safe_key(entry.number)
    known = [entry.url.strip()] if entry.url.strip() else [tidy(entry.title), tidy(entry.source), tidy(entry.date)]
    return _short("\n".join(known if any(known) else entry.text))


def safe_key(name: str) -> str:
    """Return a name as a key: what is none of letters, digits, "-", "_" and "·" becomes "-"."""
    key = _NO_KEY.sub("-", tidy(name)).strip("-")
    return key if 0 < len(key) <= _KEY_CHARS else _short(name)


def text_parts(said: Extracted, entries: Sequence[Entry]) -> list[Part]:
    """Return the entries that were found in a text as parts, or the text itself if there are none."""
    return list(parts_of(entries)) if entries else [Part("", said)]


def inside(element: Any, blocks: Any) -> list[str]:
    """Return the paragraphs within an element, without the text behind it."""
    tail, element.tail = element.tail, None
    try:
        return list(blocks(element))
    finally:
        element.tail = tail


def require(parts: Sequence[Part]) -> Sequence[Part]:
    """Return the parts. Raises ValueError if a file that holds several articles holds none."""
    if not parts:
        raise NotAnArticle("no_parts")
    return parts


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_CHARS]
