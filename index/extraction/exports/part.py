"""A part: one article of a file, with a key of its own that survives when the file is exported again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from index.extraction.accounting import Block, all_left_out, beside, measured
from index.extraction.header import TITLE_CHARS, clip, name_of
from index.extraction.layout import Extracted, Paragraph, digest_of, lay_out, tidy
from index.skip_reason import NotAnArticle, SkipReason
from index.types import Coverage

MOST_PARTS = 50_000
"""Maximum number of articles that are read from one file."""
_KEY_CHARS = 60
_NO_KEY = re.compile(r"[^\w·-]+")
_HASH_CHARS = 12
_FACT_CHARS = 300
"""Maximum length of a line that is taken for facts because it holds one."""
_FACT_LETTERS = 4
_SAYS_LITTLE = ("other", "byline")


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a file, or why it is none, or what a file says besides."""

    key: str
    """Letters, digits, "-", "_" and "·"; "" for the only article of a file that is one."""
    said: Extracted | None = None
    reason: SkipReason | None = None
    """None with `said`, and of what a file says in none of its articles."""
    coverage: Coverage | None = None
    """How much text it is, if nothing of it is read."""


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
    there: list[Block] = field(default_factory=list)
    """All that the export says of it, in any order."""

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
        coverage = measured(self._marked(), said.lines, is_whole=said.note == self.note) if self.there else None
        return replace(
            said, date_from=date_from, author=name_of(author), section=clip(tidy(self.section), 120),
            page=tidy(self.page)[:20], coverage=coverage,
        )  # fmt: skip

    def _marked(self) -> list[Block]:
        """Return all that the export says of it, and of it as a fact what holds one as it is written there."""
        known = (self.title, self.number, self.date, self.source, self.author, self.section, self.page, self.url)
        facts = [each for each in map(tidy, known) if each]
        return [
            Block("fact", each.text)
            if each.reason in _SAYS_LITTLE
            and len(each.text) <= _FACT_CHARS
            and any(fact == each.text or (len(fact) >= _FACT_LETTERS and fact in each.text) for fact in facts)
            else each
            for each in self.there
        ]


def parts_of(entries: Iterable[Entry], whole: Sequence[Block] = ()) -> Iterator[Part]:
    """Yield a part for each entry that holds text, and the reason for each that does not, or that is there twice.

    At the end comes what the file says as a `whole` and in none of them.
    """
    keys = Keys()
    within: list[Block] = []
    for n, entry in enumerate(entries):
        if n >= MOST_PARTS:
            yield keys.too_many()
            break
        within += entry.there
        yield keys.part_of(entry)
    yield from said_beside(beside(whole, within) if whole else ())


def said_beside(blocks: Iterable[Block]) -> Iterator[Part]:
    """Yield what a file says in none of its articles, if that is anything."""
    coverage = all_left_out(blocks)
    if coverage.found:
        yield Part("", coverage=coverage)


class Keys:
    """Gives each part of one file a key that no other has."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._said: set[tuple[str, str]] = set()

    def part_of(self, entry: Entry) -> Part:
        """Return an entry as a part, or as one that is passed over."""
        has_text = any(char.isalnum() for each in entry.text for char in each)
        return self.part(key_of(entry), entry.extracted() if has_text else None, entry.there)

    def part(self, key: str, said: Extracted | None, there: Iterable[Block] = ()) -> Part:
        """Return what was said as a part; without text, or the same twice, as one that is passed over.

        `there` is all that the file says in its place.
        """
        if said is None:
            return self.passed_over(key, SkipReason("no_text"), there)
        what = (key, digest_of(said))
        if what in self._said:
            return self.passed_over(key, SkipReason("repeated"), there)
        self._said.add(what)
        return Part(self.free(key), said)

    def passed_over(self, key: str, why: SkipReason, there: Iterable[Block] = ()) -> Part:
        """Return a part of which nothing is read."""
        return Part(
            self.free(key), reason=why, coverage=all_left_out(Block("passed_over", each.text) for each in there)
        )

    def too_many(self) -> Part:
        """Return what stands for all parts beyond MOST_PARTS."""
        return self.passed_over("more", SkipReason("too_many_parts", (("n", MOST_PARTS),)))

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


def text_parts(said: Extracted, entries: Sequence[Entry], paragraphs: Sequence[str]) -> list[Part]:
    """Return the entries that were found in a text of paragraphs as parts, or the text itself if there are none."""
    if not entries:
        return [Part("", said)]
    parts = list(parts_of(entries, [Block("other", each) for each in paragraphs]))
    left_out = said.coverage.left_out if said.coverage else ()
    if left_out:
        parts.append(Part("", coverage=Coverage(sum(each.n_chars for each in left_out), 0, left_out)))
    return parts


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
