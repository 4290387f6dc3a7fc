"""Decide which segments the next generation keeps and what is written anew."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from index.arrays import Array, Rows
from index.duplicates import Sketches
from index.ingestion.journal import Journal
from index.ingestion.preparation import analysis, is_current, is_same
from index.ingestion.workers import Workers
from index.models import Embedder
from index.progress import Pulse
from index.storage import (
    ROW,
    Library,
    Postings,
    Segment,
    Sentences,
    key_list,
    merged,
    vector_table,
)
from index.types import Article

_GROUP = 8  # texts encoded between two writes of the journal; a question waits no longer for the embedder
_SMALL = 64  # chunks; segments smaller than this are written again with what is new rather than kept apart


def segments_of(
    articles: list[Article], old: Library | None, embedder: Embedder, journal: Journal, pulse: Pulse, workers: Workers
) -> tuple[list[Segment], Rows, int]:
    """Return the segments of the new generation, its `order`, and how many chunks were embedded.

    An unchanged article stays in its segment. New articles form one more segment, which absorbs small segments, so that
    there are never many.
    """
    places = {article.id: n for n, article in enumerate(old.articles)} if old else {}
    before = np.full(len(articles), -1, dtype=np.int64)  # the place in `old` of what need not be prepared
    stays = np.zeros(len(articles), dtype=bool)  # in its segment
    for n, article in enumerate(articles):
        place = places.get(article.id, -1)
        if old is None or place < 0 or not _is_whole(old.segments[int(old.order[place, 0])]):
            continue
        former = old.as_read[place]
        if is_same(former, article):
            before[n] = place
            stays[n] = former == article
    new = [articles[n] for n in np.flatnonzero(before < 0)]
    fresh, n_embedded = _fresh(new, old, embedder, journal, pulse, workers)
    order = np.zeros((len(articles), 2), dtype=np.int64)
    order[:, 1] = np.arange(len(articles))
    if old is None or not (before >= 0).any():
        return [fresh], order, n_embedded
    held_by = np.where(before >= 0, old.order[before, 0], -1)
    kept = _kept(old, held_by[stays], before[stays], fresh)
    stays &= np.isin(held_by, kept)
    order[stays] = old.order[before[stays]]
    order[stays, 0] = np.searchsorted(kept, order[stays, 0])
    moved = np.flatnonzero(~stays)
    order[moved] = np.stack([np.full(len(moved), len(kept)), np.arange(len(moved))], axis=1)
    segments = [old.segments[n] for n in kept]
    if not len(moved):
        return segments, order, n_embedded
    if len(moved) == len(fresh.articles):
        return [*segments, fresh], order, n_embedded
    # Those moved: from a segment of `old`, or from the fresh one, which comes last in the list.
    source = np.where(before[moved, None] >= 0, old.order[before[moved]], len(old.segments))
    source[before[moved] < 0, 1] = np.arange(len(fresh.articles))
    used = np.unique(source[:, 0])
    source[:, 0] = np.searchsorted(used, source[:, 0])
    parts = [[*old.segments, fresh][n] for n in used]
    return [*segments, merged(parts, source, [articles[n] for n in moved])], order, n_embedded


def _is_whole(segment: Segment) -> bool:
    """Whether what a segment has of its articles is what would be made of them now."""
    return is_current(segment.analysis) and segment.sketches is not None


def _kept(old: Library, held_by: Rows, places: Rows, fresh: Segment) -> list[int]:
    """Return the segments of `old` that the next generation keeps as they are, ascending.

    Those that are on disk, mostly still needed, and at least twice as large as everything that is written anew. So
    there are at most as many as the logarithm of the number of chunks, and no chunk is rewritten more often than that.
    `held_by` and `places` are the segments and the places of the articles that could stay.
    """
    n_of = np.bincount(old.rows["article"], minlength=len(old.articles))[places]
    live = np.bincount(held_by, weights=n_of, minlength=len(old.segments))
    kept, anew = [], len(fresh.chunks)
    for n in np.argsort(live, kind="stable").tolist():
        size = len(old.segments[n].chunks)
        is_worth_it = live[n] >= max(2 * anew, _SMALL) and 2 * live[n] >= size
        if old.segments[n].number and is_worth_it:
            kept.append(n)
        else:
            anew += int(live[n])
    return sorted(kept)


def _fresh(
    articles: Sequence[Article],
    old: Library | None,
    embedder: Embedder,
    journal: Journal,
    pulse: Pulse,
    workers: Workers,
) -> tuple[Segment, int]:
    """Prepare a segment of articles. Return it and how many of their chunks were embedded."""
    rows: list[tuple[int, int, int, bytes]] = []
    said: list[Sequence[bytes]] = []
    words: list[Sequence[str]] = []
    passages: dict[bytes, str] = {}
    pulse("preparing", 0, len(articles))
    for index, (prepared, seen) in enumerate(workers.cut(articles, embedder, pulse.tick)):
        if not (index + 1) % 50:
            pulse("preparing", index + 1, len(articles))
        passages |= seen
        rows += [(index, *row) for row in prepared.rows]
        said += prepared.said
        words += prepared.words
    chunk_keys = [key for *_, key in rows]
    known: dict[bytes, Array] = {}
    halves: dict[bytes, Any] = {}  # of half precision: good enough for sentences, not for chunks
    if old is not None:
        known = _vectors_of(old, set(chunk_keys).union(*said))
        halves = _halves_of(old, set().union(*said) - known.keys())
    wanted = {key for key in chunk_keys if key not in known}
    wanted |= {key for keys in said for key in keys if key not in known and key not in halves}
    known = journal.vectors() | known
    n_new = len({key for key in chunk_keys if key not in known})
    groups = _groups(sorted(wanted, key=lambda key: (len(passages[key]), key)), known)  # one length, no padding
    n_done, n_missing = 0, sum(map(len, groups))
    pulse("embedding", 0, n_missing)
    for n, vectors in workers.embed([[passages[key] for key in keys] for keys in groups], embedder, pulse.tick):
        journal.add(groups[n], vectors)
        known |= dict(zip(groups[n], vectors, strict=True))
        n_done += len(groups[n])
        pulse("embedding", n_done, n_missing)
    pulse.tick()
    table = np.stack([known[key] for key in chunk_keys]) if rows else np.zeros((0, embedder.dim), dtype=np.float32)
    sentences = Sentences.of(said, halves | known, embedder.dim)
    pulse.tick()
    postings = Postings.of(words, pulse.tick)
    chunks = np.array(rows, dtype=ROW)
    sketches = Sketches.of((article.text for article in articles), pulse.tick)
    return Segment(articles, chunks, vector_table(table), sentences, postings, analysis(), sketches), n_new


def _groups(keys: Sequence[bytes], known: Collection[bytes]) -> list[list[bytes]]:
    """Return what is to be encoded together, without what an interrupted build has left.

    The last bits of a vector depend on the texts beside it, so the groups are made before what is known is taken out:
    they are those of a build that was not interrupted.
    """
    groups = ([key for key in keys[n : n + _GROUP] if key not in known] for n in range(0, len(keys), _GROUP))
    return [group for group in groups if group]


def keys_of(old: Library) -> set[bytes]:
    """Return the keys of everything that a library has a vector for."""
    return set(key_list(old.rows["key"])).union(*(key_list(each.sentences.keys) for each in old.segments))


def _vectors_of(old: Library, keys: set[bytes]) -> dict[bytes, Array]:
    """Return the chunk vectors that a library has for these keys."""
    rows = {key: n for n, key in enumerate(key_list(old.rows["key"])) if key in keys} if keys else {}
    return dict(zip(rows, old.vectors.take(np.array(list(rows.values()), dtype=np.int64)), strict=True))


def _halves_of(old: Library, keys: set[bytes]) -> dict[bytes, Any]:
    """Return the sentence vectors that a library has for these keys."""
    found: dict[bytes, Any] = {}
    for segment in old.segments if keys else ():
        held = {key: n for n, key in enumerate(key_list(segment.sentences.keys))}
        here = sorted(keys & held.keys(), key=held.__getitem__)
        vectors = segment.sentences.vectors.take(np.array([held[key] for key in here], dtype=np.int64))
        found |= dict(zip(here, vectors, strict=True))
    return found


def count_chunks(segments: Sequence[Segment], order: Rows) -> int:
    return sum(int(np.diff(each.starts)[order[order[:, 0] == n, 1]].sum()) for n, each in enumerate(segments))
