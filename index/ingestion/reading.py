"""Read the articles of a library's files as they are now, and find those that changed since."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import disk
from index.documents import (
    MOST_NAMED,
    READERS,
    Bibliographies,
    FilePart,
    Found,
    Unreadable,
    display_name,
    key_of,
    parts,
    path_of,
    path_text,
    scan,
)
from index.errors import CorpusError
from index.extraction import Extracted, Extractor, total
from index.ingestion.workers import Reader, Workers, bytes_of
from index.progress import Pulse
from index.skip_reason import SkipReason
from index.storage import (
    Library,
)
from index.types import Article, Coverage, Excluded, LeftOut, ManyRead, Skipped

RECORD = re.compile(r"\.jsonl\+*#\d+$", re.IGNORECASE)


def changed_since(library: Library) -> dict[str, str]:
    """Return the articles whose files changed since they were indexed: id -> "changed", "removed" or "new"."""
    try:
        by_file = _by_file(library.articles)
        found, _ = scan([Path(each) for each in library.manifest.sources], library.path.resolve(), by_file)
    except CorpusError:
        return {article.id: "removed" for article in library.articles}
    known = _Known(library)
    known_skipped = {each.path for each in library.manifest.skipped}
    excluded = {each.key for each in library.manifest.excluded}
    states = {article.id: "removed" for article in library.articles}
    with Extractor() as extractor:
        bibliographies = Bibliographies.among(found, bytes_of, extractor)
        for file in found:
            if file in bibliographies or Excluded(file.id, "", str(file.path)).key in excluded:
                continue
            held = _held_in(file, by_file)
            described = bibliographies.digest(file)
            for part, sha in _parts_now(file, known, held, extractor):
                names = {display_name(str(file.path)), _where(file, part)}
                if (article := library.by_id.get(part.id)) is not None:
                    is_same = sha in (article.sha256, None)
                    is_same &= part.id != file.id or described in (article.described, None)
                    states[part.id] = "" if is_same else "changed"
                elif not names & known_skipped and Excluded(part.id, "", str(file.path)).key not in excluded:
                    states[part.id] = "new"
    return {id: state for id, state in states.items() if state}


def _parts_now(
    file: Found, known: _Known, held: Mapping[str, Article], extractor: Extractor
) -> Iterator[tuple[Found, str | None]]:
    """Yield the articles of a file with the SHA-256 each has now; None if it is what it was, or may be.

    A file that holds one article is not taken apart, nor is one that is new: it is one that is new.
    """
    try:
        data = bytes_of(file)
        digest = disk.sha256(data)
        if known.is_as_it_was(file, digest):
            yield from ((replace(file, id=id), None) for id in held)
        elif held.keys() <= {file.id} and file.kind != ".jsonl":
            yield file, digest
        else:
            split = parts(file, data, extractor)
            yield from ((part.found, part.sha256) for part in split if not isinstance(part.content, SkipReason))
    except Unreadable:  # it may be what it was
        yield from ((replace(file, id=id), None) for id in held or [file.id])
    except ValueError:
        if file.kind != ".jsonl" and not held:
            yield file, ""  # a file that is there and cannot be read now


def _where(file: Found, part: Found) -> str:
    """Return the file that contains an article, as it is shown, followed by the article's key in it."""
    return display_name(str(file.path)) + part.id[len(file.id) :]


class _Known:
    """What a library knows of files, so that those that did not change need not be read."""

    def __init__(self, old: Library | None) -> None:
        self._articles = {article.id: article for article in old.as_read} if old else {}
        self._readers = old.manifest.readers if old else {}
        self._many = {each.path: each for each in old.manifest.many} if old else {}
        self._skipped: dict[str, list[Skipped]] = {path: [] for path in map(display_name, self._many)}
        for each in old.manifest.skipped if old else ():
            for name in {each.path, each.path.rpartition("#")[0]} & self._skipped.keys():
                self._skipped[name].append(each)
        self._excluded = {each.key for each in old.manifest.excluded} if old else set()

    def article(self, id: str, digest: str) -> Article | None:
        """Return the article of that id and SHA-256, if all that is kept of an article today was kept of it."""
        found = self._articles.get(id)
        return found if found is not None and found.sha256 == digest and _is_complete(found) else None

    def digests(self, file: Found) -> list[str]:
        """Return the SHA-256 that a file may have had when it was read."""
        return [each.sha256 for each in (self._articles.get(file.id), self.many_at(file)) if each and each.sha256]

    def many(self, file: Found, digest: str) -> ManyRead | None:
        """Return how a file of several articles was read, if it has the same bytes and would be read alike."""
        found = self.many_at(file)
        return found if found and found.sha256 == digest and self.is_current(file) else None

    def many_at(self, file: Found) -> ManyRead | None:
        """Return how the file of several articles at that path was read."""
        return self._many.get(path_text(file.path))

    def is_current(self, file: Found) -> bool:
        """Return whether a file of this kind is read as it was."""
        return self._readers.get(file.kind, 1) == READERS.get(file.kind, 1)

    def is_as_it_was(self, file: Found, digest: str) -> bool:
        """Return whether a file has the bytes that were read."""
        found = self.many_at(file)
        return found is not None and found.sha256 == digest

    def skipped_in(self, file: Found) -> list[Skipped]:
        """Return what was passed over in a file of several articles."""
        return self._skipped.get(display_name(str(file.path)), [])

    def is_excluded_alike(self, file: Found, excluded: set[tuple[str, str]]) -> bool:
        """Return whether the same articles of a file are excluded as were."""
        path = str(file.path)
        return {each for each in self._excluded if each[0] == path} == {each for each in excluded if each[0] == path}


@dataclass(slots=True)
class Read:
    """What was read of all files."""

    articles: list[Article] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    many: list[ManyRead] = field(default_factory=list)
    """All files of several articles."""
    many_now: list[ManyRead] = field(default_factory=list)
    """Those of them that were new or had changed."""
    readers: Mapping[str, int] = field(default_factory=lambda: dict(READERS))
    recognised: list[str] = field(default_factory=list)
    """Ids of articles that were read by OCR just now."""


def read_all(
    found: Sequence[Found],
    old: Library | None,
    excluded: set[tuple[str, str]],
    pulse: Pulse,
    workers: Workers,
    extractor: Extractor,
) -> Read:
    """Let `workers`, or this process by `extractor`, read every article as it is now, except the `excluded`.

    Articles whose bytes are known are not parsed again, and those of a file that cannot be read for now stay as they
    were.
    """
    return _Reading(old, excluded, pulse, extractor).read(found, workers)


class _Reading:
    """One run through all files."""

    def __init__(self, old: Library | None, excluded: set[tuple[str, str]], pulse: Pulse, extractor: Extractor) -> None:
        self._extractor = extractor
        self._known = _Known(old)
        self._by_file = _by_file(old.as_read) if old else {}
        self._old_readers = old.manifest.readers if old else {}
        self._excluded = excluded
        self._pulse = pulse
        self._now = time.time()
        self._all = Read()
        self._bibliographies = Bibliographies()

    def read(self, found: Sequence[Found], workers: Workers) -> Read:
        self._bibliographies = Bibliographies.among(found, bytes_of, self._extractor, self._pulse.tick)
        files = [each for each in found if each not in self._bibliographies and not self._is_excluded(each, each.id)]
        self._pulse("reading", 0, len(files))
        with workers.reader(files, self._known_digest, self._pulse.tick, self._extractor) as reader:
            for done, each in enumerate(files):
                self._pulse("reading", done, len(files))
                try:
                    self._read_file(each, reader)
                except Unreadable as error:
                    self._keep(each, error)
                except ValueError as error:
                    self._all.skipped.append(Skipped.by(display_name(str(each.path)), error))
        self._tell_bibliographies()
        self._pulse("reading", len(files), len(files))
        return self._all

    def _tell_bibliographies(self) -> None:
        """Say of each bibliography how many of its items describe a file, and why others do not."""
        for each in self._bibliographies.all:
            name = display_name(str(each.file.path))
            if each.error:
                self._all.skipped.append(Skipped.by(name, each.error))
                self._all.many += filter(None, [self._known.many_at(each.file)])
                continue
            wrong = [Skipped.of(f"{name}#{key}", why) for key, why in each.passed_over]
            self._all.skipped += _named(each.file, wrong)
            reasons = Counter(why for _, why in each.passed_over).most_common()
            n_read = each.n_items - len(wrong)
            many = ManyRead(path_text(each.file.path), each.sha256, each.n_items, n_read, tuple(reasons))
            self._all.many.append(many)
            self._all.many_now += [many] if many != self._known.many_at(each.file) else []

    def _is_excluded(self, file: Found, id: str) -> bool:
        return Excluded(id, "", str(file.path)).key in self._excluded

    def _keep(self, file: Found, error: Unreadable) -> None:
        """Keep the articles of a file that cannot be read for now as they were."""
        held = _held_in(file, self._by_file)
        there = [article for article in held.values() if not self._is_excluded(file, article.id)]
        self._all.articles += there
        self._all.many += [each for each in [self._known.many_at(file)] if each and there]
        if there:  # whoever reads it next has to know what read these
            self._all.readers = {**self._all.readers, file.kind: self._old_readers.get(file.kind, 1)}
        if there and not file.barred:  # else it was said of the folder
            why = SkipReason("kept", (("reason", error.reason),))
            self._all.skipped.append(Skipped.of(display_name(str(file.path)), why))
        elif not file.barred:
            self._all.skipped.append(Skipped.by(display_name(str(file.path)), error))

    def _read_file(self, file: Found, reader: Reader) -> None:
        """Read the articles of a file, or take them as they were if its bytes are known. Raises ValueError."""
        digest = reader.digest(file)
        if (before := self._as_it_was(file, digest)) is None:
            self._read_parts(file, digest, reader)
            return
        self._all.articles += [_at(article, file) for article in before.articles]
        self._all.skipped += before.skipped
        self._all.many += before.many

    def _known_digest(self, file: Found) -> str:
        """Return the SHA-256 with which a file is taken as it was, "" if there is none."""
        return next((each for each in self._known.digests(file) if self._as_it_was(file, each) is not None), "")

    def _as_it_was(self, file: Found, digest: str) -> Read | None:
        """Return what was read of a file when it had this SHA-256, None if it has to be read."""
        known = self._known
        # The title may come from the file's name, so only a file of the same name is taken as it was.
        if (same := known.article(file.id, digest)) is not None and self._is_as_it_was(same, file):
            return Read([same])
        many = known.many(file, digest)
        held = _held_in(file, self._by_file)
        if many and known.is_excluded_alike(file, self._excluded) and all(map(_is_complete, held.values())):
            return Read([*held.values()], known.skipped_in(file), many=[many])
        return None

    def _is_as_it_was(self, same: Article, file: Found) -> bool:
        """Return whether an article would be read as it was, and is described as it was if it is all of its file."""
        is_described = same.id != file.id or self._bibliographies.digest(file) in (same.described, None)
        has_more = bool(same.unread) and self._extractor.reads_pictures
        return is_described and self._known.is_current(file) and not has_more

    def _read_parts(self, file: Found, digest: str, reader: Reader) -> None:
        split = reader.parts(file, self._pulse.tick)
        wrong: list[Skipped] = []
        measures: list[Coverage | None] = []
        n_read = 0
        for part in split:
            self._pulse.tick()
            if self._is_excluded(file, part.found.id):
                measures.append(_removed(part))
                continue
            same = self._known.article(part.found.id, part.sha256)
            if same is not None and self._is_as_it_was(same, file):
                self._all.articles.append(_at(same, file))
                measures.append(same.coverage)
                n_read += 1
                continue
            try:
                article, note = reader.article(part, self._pulse.tick)
                article = self._bibliographies.describe(article, file)
            except ValueError as error:
                wrong.append(Skipped.by(_where(file, part.found), error))
                continue
            self._all.articles.append(replace(article, indexed=self._now if same is None else same.indexed))
            measures.append(article.coverage)
            n_read += 1
            self._all.recognised += [article.id] if article.ocr else []
            if note:
                self._all.notes.append(f"{part.found.id}: {note}")
        self._all.skipped += _named(file, wrong)
        if any(part.found.id != file.id for part in split):
            reasons = Counter(each.why for each in wrong if each.why)
            measures = [*measures, *(part.left_out for part in split if part.left_out)]
            whole = total(each for each in measures if each) if all(map(_is_measured, measures)) else None
            passed_over = tuple(reasons.most_common())
            many = ManyRead(path_text(file.path), digest, len(split), n_read, passed_over, whole)
            self._all.many.append(many)
            self._all.many_now.append(many)


def _is_measured(coverage: Coverage | None) -> bool:
    return coverage is not None and coverage.found >= 0


def _removed(part: FilePart) -> Coverage | None:
    """Return the measure of an article that its owner removed, None if that is not known."""
    coverage = part.content.coverage if isinstance(part.content, Extracted) else None
    if coverage is None or coverage.found <= 0:
        return coverage
    return Coverage(coverage.found, 0, (LeftOut("removed", coverage.found, 1),))


def _is_complete(article: Article) -> bool:
    """Return whether all that is kept of an article today was kept of it; else it is read again."""
    return bool(article.indexed) and article.coverage is not None


def _at(article: Article, file: Found) -> Article:
    return article if article.path == str(file.path) else replace(article, path=str(file.path))


def file_of(article: Article) -> Path:
    return path_of(article.path)


def _by_file(articles: Sequence[Article]) -> dict[Path, list[Article]]:
    """Return the articles of each file."""
    found: dict[Path, list[Article]] = {}
    for article in articles:
        found.setdefault(file_of(article), []).append(article)
    return found


def _held_in(file: Found, by_file: Mapping[Path, Sequence[Article]]) -> dict[str, Article]:
    """Return the articles that were read from a file, by their ids, under the ids they would get today."""
    held: dict[str, Article] = {}
    for article in by_file.get(file.path, ()):
        key = key_of(article.id)
        id = f"{file.id}#{key}" if key else file.id
        held[article.id] = article if article.id == id else replace(article, id=id)
    return held


def _named(file: Found, wrong: list[Skipped]) -> list[Skipped]:
    """Return what is skipped in one file; if that is too much to list, the rest as one item."""
    if len(wrong) <= MOST_NAMED:
        return wrong
    n, first = len(wrong) - MOST_NAMED, wrong[MOST_NAMED]
    why = SkipReason("more_lines", (("n", n), ("reason", first.why or first.reason)))
    return [*wrong[:MOST_NAMED], Skipped.of(display_name(str(file.path)), why)]
