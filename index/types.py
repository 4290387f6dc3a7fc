"""The nouns of the index: an Article has lines, a Chunk is an exact slice of it, a Hit is a Chunk that was found."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

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
class Article:
    """One text as it was indexed. `lines` carry no line ends; offsets count in `text`, which joins them with "\\n"."""

    id: str
    """Path under the folder that was indexed, with "/" between parts."""
    title: str
    """Headline as a person would read it off the first lines; the file's stem when there is none."""
    date: str
    """ISO 8601, as precise as the text says ("2023-10" or "2023-10-18"), or "" when it names none."""
    language: str
    """ISO 639-1 code."""
    lines: tuple[str, ...]
    sha256: str
    """Of the file's bytes, in hex."""
    path: str
    """Absolute path of the file it was read from."""
    source: str = ""
    """Publisher as the text or its metadata names it ("Le Courrier de Montbray"), "" when it does not."""
    url: str = ""
    """Where it was published, "" when unknown; http or https only."""
    pages: tuple[int, ...] = ()
    """First line of each printed page, 1-based, never falling; () when the kind of file has no pages. A page without
    text has the first line of the next one that has some."""
    indexed: float = field(default=0.0, compare=False)
    """When this text was taken in, seconds since 1970; 0.0 when a generation from before this was kept holds it."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def at(self, span: Span) -> str | None:
        """The text of some of its lines; None when it does not have them all."""
        if not 1 <= span.first <= span.last <= len(self.lines):
            return None
        return "\n".join(self.lines[span.first - 1 : span.last])

    def page_of(self, line: int) -> int:
        """Number of the printed page that a line begins on, from 1; 0 when the article has no pages."""
        return bisect_right(self.pages, line)

    @property
    def all_text(self) -> str:
        """Headline, date, source and text: everywhere that a name or a year may stand."""
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
    """A chunk that a query found, and how: scores are comparable within one query only."""

    chunk: Chunk
    score: float
    """Fused score in [0, 1], best first."""
    dense: float
    """Cosine of query and chunk, and of query and the chunk's nearest sentence: their mean."""
    keyword: float
    """BM25 score, 0 when no term matched."""
    dense_rank: int | None = None
    """1-based rank in the dense leg, None if that leg did not find it."""
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
class Excluded:
    """An article that its owner took off the library; its file stays where it is and is not read again."""

    id: str
    title: str
    path: str
    """Of its file, as `Article.path`."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other article: a folder that is added or forgotten can change its id's front."""
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
    n_articles: int = 0
    n_chunks: int = 0
    n_embedded: int = 0
    """Chunks that went through the embedder; the others kept their vectors."""
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())
    """Things worth a line to the person who ran it, such as an encoding that was guessed."""

    @property
    def is_noop(self) -> bool:
        return not (self.added or self.changed or self.renamed or self.removed)
