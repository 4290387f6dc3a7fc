"""A segment: some articles and all that a library holds of them, written once and shared by later generations.

    articles-3.jsonl   the articles                          chunks-3.bin     where their chunks are
    vectors-3.f32      a vector a chunk                      codes-3.sq8      the same in 8 bits, of a large segment
    sentences-3.f16    vectors of sentences                  sentences-3.npz  of which texts, and whose
    terms-3.npz        BM25's postings                       sketches-3.npz   of the articles, to tell copies
    segment-3.json     vocabulary, and what made all this

The number is that of the generation that wrote it. Nothing in a segment depends on articles outside it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from index.arrays import Array, Rows
from index.disk import OpenFile
from index.duplicates import Sketches
from index.storage.bm25 import Postings
from index.storage.vectors import LARGE, Codes, Sentences, Slots, Table, VectorTable, data, spread
from index.types import Article, coverage_of

ROW = np.dtype([("article", "<i4"), ("start", "<i4"), ("length", "<i4"), ("key", "S32")])
"""A chunk: its article's number, its place in the article's text, and the key of the passage that represents it."""

Files = Mapping[str, tuple[int, str]]
"""Name -> (bytes, SHA-256)."""


@dataclass(frozen=True)
class Segment:
    """Articles in order, with one row per chunk in each of the tables."""

    articles: Sequence[Article]
    chunks: Any
    """Of dtype ROW, sorted by article; `article` counts within this segment."""
    vectors: VectorTable
    sentences: Sentences
    postings: Postings
    analysis: str
    """Name of what cut the articles and stemmed their words (`index.ingestion.preparation.analysis`); "" if unknown."""
    sketches: Sketches | None = None
    """One an article; None in a segment from before there were any, or of other sketches than are made now."""
    number: int = 0
    """Number of the generation that wrote it; 0 before it is written."""
    files: Files = field(default_factory=dict)
    """Its files on disk."""

    def __post_init__(self) -> None:
        """Raise ValueError if the tables do not have the same chunks, or the sketches not the same articles."""
        counts = {len(self.vectors.vectors), len(self.sentences.ends), len(self.postings.lengths), len(self.chunks)}
        held_by = self.chunks["article"]
        n_sketches = len(self.articles) if self.sketches is None else len(self.sketches)
        if (
            len(counts) != 1
            or n_sketches != len(self.articles)
            or (len(held_by) and not 0 <= held_by.min() <= held_by.max() < len(self.articles))
        ):
            raise ValueError("the tables of a segment do not belong together")

    @property
    def starts(self) -> Rows:
        """First chunk of each article, and at the end the number of chunks."""
        return np.searchsorted(self.chunks["article"], np.arange(len(self.articles) + 1))

    def write(self, number: int) -> dict[str, bytes | memoryview]:
        """Return the contents of its files by name, for a generation of this number."""
        names = [each.name for each in fields(Article)]  # asdict would copy every line
        records = ({name: getattr(article, name) for name in names} for article in self.articles)
        lines = [json.dumps(record, default=asdict) for record in records]
        about: dict[str, Any] = {"analysis": self.analysis, "vocabulary": list(self.postings.vocabulary)}
        found: dict[str, bytes | memoryview] = {
            f"articles-{number}.jsonl": "\n".join(lines).encode("ascii"),
            f"chunks-{number}.bin": data(self.chunks),
            f"vectors-{number}.f32": data(self.vectors.vectors.all()),
            f"sentences-{number}.f16": data(self.sentences.vectors.all()),
            f"sentences-{number}.npz": _arrays(self.sentences, ("keys", "which", "ends")),
            f"terms-{number}.npz": _arrays(self.postings, ("starts", "chunks", "counts", "lengths")),
        }
        if self.sketches is not None:
            found[f"sketches-{number}.npz"] = _arrays(self.sketches, ("version", "hashes", "ends"))
        if self.vectors.codes is not None:
            found[f"codes-{number}.sq8"] = self.vectors.codes.to_bytes()
            about["error"] = self.vectors.codes.error
        found[f"segment-{number}.json"] = json.dumps(about).encode("ascii")
        return found

    @classmethod
    def read(cls, number: int, dim: int, contents: Mapping[str, bytes | OpenFile | Table], files: Files) -> Segment:
        """Read what `write` returned. Raises ValueError if its tables do not have the same chunks."""

        def whole(name: str) -> bytes:
            found = contents[name]
            assert not isinstance(found, Table)
            return found.read_all() if isinstance(found, OpenFile) else found

        about = json.loads(whole(f"segment-{number}.json"))
        sentences, terms = (
            np.load(io.BytesIO(whole(f"{name}-{number}.npz")), allow_pickle=False) for name in ("sentences", "terms")
        )
        codes = None
        if f"codes-{number}.sq8" in contents:
            codes = Codes.from_bytes(whole(f"codes-{number}.sq8"), about["error"])
        return cls(
            [article_of(line) for line in whole(f"articles-{number}.jsonl").splitlines()],
            np.frombuffer(whole(f"chunks-{number}.bin"), dtype=ROW),
            VectorTable(Table.of(contents[f"vectors-{number}.f32"], dim), codes),
            Sentences(
                sentences["keys"],
                Table.of(contents[f"sentences-{number}.f16"], dim, "<f2"),
                sentences["which"],
                sentences["ends"],
            ),
            Postings(
                {term: n for n, term in enumerate(about["vocabulary"])},
                *(terms[name] for name in ("starts", "chunks", "counts", "lengths")),
            ),
            about["analysis"],
            _sketches(whole(f"sketches-{number}.npz")) if f"sketches-{number}.npz" in contents else None,
            number,
            {name: files[name] for name in files if name.partition(".")[0].endswith(f"-{number}")},
        )


def stays_on_disk(name: str, names: Mapping[str, object]) -> bool:
    """Return whether a file belongs to a large segment and is read a few rows at a time."""
    kind, _, number = name.partition(".")[0].partition("-")
    return name.endswith((".f32", ".f16")) and kind in ("vectors", "sentences") and f"codes-{number}.sq8" in names


def vector_table(vectors: Array) -> VectorTable:
    """Build a table of unit vectors, with codes if it is large."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    codes = Codes.of(vectors) if len(vectors) >= LARGE else None
    return VectorTable(Table(vectors, vectors.shape[1]), codes)


def slots_of(segments: Sequence[Segment], order: Rows) -> tuple[Slots, Any]:
    """Return where the rows of some articles are, and their chunks with `article` counting in `order`.

    `order` has a segment's place in the list and an article's place in the segment, shape (n articles, 2). Raises
    ValueError if there is no such article.
    """
    sizes = np.array([len(segment.articles) for segment in segments], dtype=np.int64)
    firsts = np.cumsum([0, *(len(segment.chunks) for segment in segments)])
    if len(order) and not (
        order.min() >= 0 and order[:, 0].max() < len(segments) and (order[:, 1] < sizes[order[:, 0]]).all()
    ):
        raise ValueError("an article is listed that is in no segment")
    begins, counts = np.zeros(len(order), dtype=np.int64), np.zeros(len(order), dtype=np.int64)
    for n, segment in enumerate(segments):
        here = np.flatnonzero(order[:, 0] == n)
        starts = segment.starts
        begins[here] = firsts[n] + starts[order[here, 1]]
        counts[here] = starts[order[here, 1] + 1] - starts[order[here, 1]]
    of_row = spread(begins, counts)
    rows = np.full(int(firsts[-1]), -1, dtype=np.int64)
    rows[of_row] = np.arange(len(of_row))
    chunks = np.concatenate([np.zeros(0, dtype=ROW), *(segment.chunks for segment in segments)])[of_row]
    chunks["article"] = np.repeat(np.arange(len(order)), counts)
    return Slots(of_row, rows, firsts), chunks


def merged(segments: Sequence[Segment], order: Rows, articles: Sequence[Article]) -> Segment:
    """Merge some articles of segments made by the same analysis into one segment; `order` as for `slots_of`.

    `articles` replace those at the same place in `order`: the same text, perhaps with another path.
    """
    slots, chunks = slots_of(segments, order)
    dim = segments[0].vectors.vectors.dim
    vectors = np.empty((len(slots.of_row), dim), dtype=np.float32)
    for n, which, places in slots.split(np.arange(len(slots.of_row))):
        vectors[which] = segments[n].vectors.vectors.take(places)
    return Segment(
        articles,
        chunks,
        vector_table(vectors),
        _merged_sentences([segment.sentences for segment in segments], slots, dim),
        Postings.merged([segment.postings for segment in segments], slots),
        segments[0].analysis,
        Sketches.chosen([segment.sketches for segment in segments], order),
    )


def _merged_sentences(parts: Sequence[Sentences], slots: Slots, dim: int) -> Sentences:
    rows = np.arange(len(slots.of_row))
    firsts = np.cumsum([0, *(len(part.keys) for part in parts)])
    counts, pieces = np.zeros(len(rows), dtype=np.int64), []
    for n, which, places in slots.split(rows):
        found, counts[which] = parts[n].places(places)
        pieces.append((which, found + firsts[n]))
    ends = np.cumsum(counts)
    all_places = np.zeros(int(counts.sum()), dtype=np.int64)
    for which, found in pieces:
        all_places[spread(ends[which] - counts[which], counts[which])] = found
    all_keys = np.concatenate([np.zeros(0, dtype="S32"), *(part.keys for part in parts)])
    keys, first, which = np.unique(all_keys[all_places], return_index=True, return_inverse=True)
    taken = all_places[first]
    vectors = np.empty((len(keys), dim), dtype=np.float16)
    for n, part in enumerate(parts):
        here = np.flatnonzero((taken >= firsts[n]) & (taken < firsts[n + 1]))
        here = here[np.argsort(taken[here])]
        vectors[here] = part.vectors.take(taken[here] - firsts[n])
    return Sentences(keys, Table(vectors, dim, "<f2"), which.reshape(-1), ends)


def _sketches(stored: bytes) -> Sketches | None:
    """Return the sketches if they are of the kind that is made now."""
    with np.load(io.BytesIO(stored), allow_pickle=False) as found:
        return Sketches(found["hashes"], found["ends"]) if int(found["version"]) == Sketches.version else None


def _arrays(holder: object, names: Sequence[str]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **{name: getattr(holder, name) for name in names})
    return buffer.getvalue()


def article_of(line: bytes) -> Article:
    """Parse an article from its line of JSON."""
    fields = json.loads(line)
    # A generation from before source, url, pages and coverage were kept lacks them, and is read with their defaults.
    held: dict[str, Any] = {name: tuple(said) if isinstance(said, list) else said for name, said in fields.items()}
    return Article(**held | {"coverage": coverage_of(fields.get("coverage"))})
