"""The nouns of the index: an Article has lines, a Chunk is an exact slice of it, a Hit is a Chunk that was found."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from index.skip_reason import NotAnArticle, SkipReason


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of one article, 1-based and inclusive, as an editor numbers them."""

    article_id: str
    first: int
    last: int

    def overlaps(self, other: Span) -> bool:
        """Do they have a line in common?"""
        return self.article_id == other.article_id and self.first <= other.last and other.first <= self.last

    @property
    def lines(self) -> str:
        """Its lines as they are written: "7", or "7-9"."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"

    def __str__(self) -> str:
        return f"{self.article_id}:{self.lines}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of a file that is no part of its article, and why."""

    reason: str
    """A key of LEFT_OUT."""
    n_chars: int
    """Letters and digits."""
    n_blocks: int
    """Paragraphs, lines or boxes it is."""
    begins: tuple[str, ...] = ()
    """First words of the longest of these, in the order of the file."""


LEFT_OUT = {
    "menu": "menu",
    "teaser": "link to other articles",
    "sharing": "buttons for sharing",
    "advertising": "advertising",
    "invitation": "invitation to subscribe or agree",
    "comments": "comments of readers",
    "control": "buttons and fields of a form",
    "hidden": "not shown on the page",
    "beside": "beside the article",
    "footer": "foot of the page",
    "byline": "byline, date, section or tags",
    "other": "taken for no part of the article",
    "repeated": "there a second time",
    "running_head": "running head or foot",
    "page_number": "page number",
    "too_long": "beyond what is read of one article",
    "fact": "kept as date, newspaper, author, section, page or address",
    "field": "in a field or column that is not read",
    "header": "head of a message",
    "other_form": "in the other form of a message",
    "deleted": "deleted or moved away, with changes tracked",
    "remark": "comment in the margin",
    "drawing": "in a drawing or chart",
    "frame": "in a frame of the page",
    "no_article": "in none of its articles",
    "passed_over": "in parts that were passed over",
    "removed": "in articles that were removed from the library",
}
"""Why text is left out, in English."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a file's text is in its article, in letters and digits; `found` = `kept` + all `left_out`."""

    found: int
    """-1 if what reads this kind of file does not measure it."""
    kept: int
    left_out: tuple[LeftOut, ...] = ()
    note: str = ""
    """What a person should know about how it was read, or ""."""

    @property
    def percent(self) -> int:
        """How much was kept, in its lines or as facts, if that is measured; 100 only if nothing is missing."""
        kept = self.kept + self.facts
        return 100 if kept >= self.found else min(99, 100 * kept // self.found)

    @property
    def facts(self) -> int:
        """How much is not in its lines and yet kept, as date, newspaper, author and such."""
        return sum(each.n_chars for each in self.left_out if each.reason == "fact")


def coverage_of(record: Mapping[str, Any] | None) -> Coverage | None:
    """Return a Coverage from its fields as JSON has them. Raises ValueError if they make no sense."""
    if record is None:
        return None
    left_out = tuple(LeftOut(**(each | {"begins": tuple(each["begins"])})) for each in record["left_out"])
    made = Coverage(**(dict(record) | {"left_out": left_out}))
    counts = [made.found, made.kept, *(n for each in left_out for n in (each.n_chars, each.n_blocks))]
    texts = [made.note, *(text for each in left_out for text in each.begins)]
    if (
        not all(type(n) is int and n >= -1 for n in counts)
        or not all(isinstance(text, str) for text in texts)
        or not all(each.reason in LEFT_OUT for each in left_out)
    ):
        raise ValueError("no measure of a text")
    return made


@dataclass(frozen=True, slots=True)
class Article:
    """One text as it was indexed.

    `lines` carry no line endings; offsets count characters of `text`, which joins the lines with "\\n".
    """

    id: str
    """Path under the folder that was indexed, with "/" between parts."""
    title: str
    """Headline as a person would read it from the first lines; the file's stem if there is none."""
    date: str
    """ISO 8601, as precise as the text says ("2023-10" or "2023-10-18"), or "" if it names none."""
    language: str
    """ISO 639-1 code."""
    lines: tuple[str, ...]
    sha256: str
    """SHA-256 in hex: of the file's bytes or, if the file holds several articles, of what it says of this one."""
    path: str
    """Absolute path of the file it was read from."""
    source: str = ""
    """Publisher as the text or its metadata names it ("Le Courrier de Montbray"), or ""."""
    url: str = ""
    """Address where it was published, http or https only, or ""."""
    pages: tuple[int, ...] = ()
    """First line of each printed page, 1-based and never decreasing; () for kinds of file without pages. A page without
    text has the first line of the next page that has some."""
    author: str = ""
    """Who wrote it, as the file says, or ""."""
    section: str = ""
    """Section of the newspaper, as an export says, or ""."""
    page: str = ""
    """Page of the newspaper it was printed on, as an export says, or ""."""
    date_from: str = ""
    """What says so: "export", "metadata", "dateline", "line", "filename", "corrected" by a person, or "" without a
    date."""
    ocr: tuple[int, ...] = ()
    """Printed pages that were read by OCR, from 1."""
    doubtful: tuple[int, ...] = ()
    """The line, from 1, of each word that OCR is not sure of."""
    unread: tuple[int, ...] = ()
    """Printed pages that are pictures and were not read; OCR may read them."""
    described: str = ""
    """SHA-256, in hex, of what a bibliography beside its file says of it, or ""."""
    coverage: Coverage | None = None
    """How much of the file's text it is; None in a generation that did not record it yet."""
    indexed: float = field(default=0.0, compare=False)
    """When this text was indexed, in seconds since 1970; 0.0 in a generation that did not record it yet."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def at(self, span: Span) -> str | None:
        """The text of some of its lines; None when it does not have them all."""
        if not 1 <= span.first <= span.last <= len(self.lines):
            return None
        return "\n".join(self.lines[span.first - 1 : span.last])

    def page_of(self, line: int) -> int:
        """Return the number of the printed page on which a line begins, from 1; 0 if the article has no pages."""
        return bisect_right(self.pages, line)

    @property
    def all_text(self) -> str:
        """Headline, date, source and text: everywhere a name or a year may occur."""
        return "\n".join((self.title, self.date, *filter(None, [self.source]), self.text))


@dataclass(frozen=True, slots=True)
class Chunk:
    """An exact slice of an article: `article.text[start : start + len(text)] == text`."""

    span: Span
    start: int
    """0-based character offset of `text` in `article.text`."""
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a query found, and how. Scores are comparable within one query only."""

    chunk: Chunk
    score: float
    """Fused score in [0, 1], best first."""
    dense: float
    """Mean of two cosines: query and chunk, query and the chunk's nearest sentence."""
    keyword: float
    """BM25 score, 0 if no term matched."""
    dense_rank: int | None = None
    """1-based rank in dense retrieval, None if it did not find the chunk."""
    keyword_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not indexed, and why, in words for a person."""

    path: str
    reason: str
    why: SkipReason | None = None
    """The same in parts; None when an earlier citeline kept the words alone."""

    @classmethod
    def of(cls, path: str, why: SkipReason) -> Skipped:
        """A file that is passed over for that reason."""
        return cls(path, str(why), why)

    @classmethod
    def by(cls, path: str, error: ValueError) -> Skipped:
        """A file that could not be read as an article."""
        return cls(path, str(error), error.reason if isinstance(error, NotAnArticle) else None)


@dataclass(frozen=True, slots=True)
class ManyRead:
    """A file of several articles as it was read: how many it holds, how many were read, why others were not."""

    path: str
    """Absolute path, as in `Article.path`."""
    sha256: str
    """SHA-256 of the file's bytes, in hex."""
    n_found: int
    n_read: int
    passed_over: tuple[tuple[SkipReason, int], ...] = ()
    """Reasons with their number, most frequent first. The rest was removed from the library by its owner."""
    coverage: Coverage | None = None
    """How much of the file's text its articles are; None where that is not measured or was not recorded yet."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """An article that its owner removed from the library; its file stays where it is and is not read again."""

    id: str
    title: str
    path: str
    """Absolute path of its file, as in `Article.path`."""

    @property
    def key(self) -> tuple[str, str]:
        """Identity of the article: adding or forgetting a folder can change the front of its id, but not this."""
        return self.path, self.id.rpartition("/")[2].rstrip("+")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What one run of `index` did, as article ids, and what it cost."""

    generation: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    """(old id, new id)."""
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    many: tuple[ManyRead, ...] = ()
    """Files of several articles that were read, those that did not change aside."""
    n_articles: int = 0
    n_chunks: int = 0
    n_embedded: int = 0
    """Chunks that went through the embedder; the others kept their vectors."""
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())
    """Remarks for the person who ran it, such as an encoding that was guessed."""
    recognised: tuple[str, ...] = ()
    """Articles that were read by OCR, as a whole or in part, this time."""

    @property
    def is_noop(self) -> bool:
        return not (self.added or self.changed or self.renamed or self.removed)
