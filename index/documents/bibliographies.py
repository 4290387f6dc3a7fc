"""Bibliographies beside articles (Zotero RDF, CSL JSON, BibTeX, RIS): what they say of which file.

A name of a file in a bibliography is only looked up among the files that were found; none is opened by it.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from index.disk import sha256
from index.documents.discovery import Found
from index.documents.encoding import decode
from index.extraction import Extracted, Extractor, digest_of, find_date
from index.extraction.exports import Part
from index.progress import Tick, no_tick
from index.skip_reason import NotAnArticle, SkipReason
from index.types import Article

_KINDS = {".rdf": "rdf", ".json": "csl", ".bib": "bib", ".ris": "ris"}
_ABSOLUTE = re.compile(r"/|[A-Za-z]:|file:")
_CSL = re.compile(rb'"(?:container-title|issued|date-parts|citation-key|publisher-place)"\s*:')
_HEAD = 1 << 18  # bytes in which a bibliography in JSON is told from other JSON
_TITLE_LETTERS = 20
"""Letters and digits of a title that a file's name must have, or all of a shorter one."""
_FEWEST = 8
_MOST_ALIKE = 100
"""Of so many items with titles that begin alike, none is taken for a file's."""


@dataclass(slots=True)
class Bibliography:
    """A file that describes others, as it was read."""

    file: Found
    sha256: str = ""
    n_items: int = 0
    passed_over: list[tuple[str, SkipReason]] = field(default_factory=list)
    """Items that describe no file: their keys, and why."""
    error: ValueError | None = None
    """Why it could not be read."""


class Bibliographies:
    """What all bibliographies among some files say, by file."""

    def __init__(self, found: Sequence[Found] = ()) -> None:
        self.all: list[Bibliography] = []
        self._files = sorted((file for file in found if file.kind not in _KINDS), key=_text_of)
        self._paths = list(map(_text_of, self._files))
        self._own: set[Path] = set()
        self._described: dict[Path, Extracted] = {}
        self._unknown: list[Path] = []

    @classmethod
    def among(
        cls, found: Sequence[Found], read: Callable[[Found], bytes], extractor: Extractor, tick: Tick = no_tick
    ) -> Bibliographies:
        """Read every bibliography among the files. `read` returns a file's bytes or raises what `read_bytes` does."""
        them = cls(found)
        for file in found:
            if file.kind not in _KINDS:
                continue
            tick()
            here = Bibliography(file)
            try:
                data = read(file)
                if file.kind == ".json" and not _CSL.search(data[:_HEAD]):
                    continue
                here.sha256 = sha256(data)
                if file.kind in (".bib", ".ris"):
                    data = decode(data)[0].encode("utf-8", "replace")
                them._take(here, extractor.read(_KINDS[file.kind], data, tick))
            except ValueError as error:
                if not isinstance(error, NotAnArticle) or error.reason.code != "no_bibliography":
                    them._unknown.append(file.place.parent)
                if file.kind == ".json":  # whoever reads it as records says what is wrong
                    continue
                here.error = error
            them.all.append(here)
            them._own.add(file.place)
        return them

    def __contains__(self, file: Found) -> bool:
        return file.place in self._own

    def digest(self, file: Found) -> str | None:
        """Return the SHA-256 of what is said of a file, "" if nothing is; None if that cannot be read for now."""
        if said := self._described.get(file.place):
            return digest_of(said)
        return None if any(file.place.is_relative_to(folder) for folder in self._unknown) else ""

    def describe(self, article: Article, file: Found) -> Article:
        """Return the only article of a file with what a bibliography says of it."""
        said = self.said_of(file)
        return article if said is None or article.id != file.id else described(article, said)

    def said_of(self, file: Found) -> Extracted | None:
        """Return what is said of a file, None if nothing is."""
        return self._described.get(file.place)

    def _take(self, here: Bibliography, parts: Sequence[Part]) -> None:
        """Match the items of a bibliography with the files below its folder."""
        beside = self._beside(here.file.place.parent)
        here.n_items = len(parts)
        by_end: dict[str, list[str]] = defaultdict(list)
        for place in beside:
            by_end[posixpath.basename(place)].append(place)
        unnamed: list[tuple[str, Extracted]] = []
        for part in parts:
            if part.said is None:
                here.passed_over.append((part.key, part.reason or SkipReason("no_text")))
            elif not part.said.lines:
                unnamed.append((part.key, part.said))
            else:
                places = [place for name in part.said.lines for place in _places(name)]
                ends = [_end_of(name) for name in part.said.lines if _ABSOLUTE.match(name)]
                places += [by_end[end][0] for end in ends if len(by_end[end]) == 1]
                why = SkipReason("attachment_missing") if places else SkipReason("attachment_outside")
                self._note(here, part.key, part.said, [beside[each] for each in places if each in beside], why)
        left = [file for file in beside.values() if file.place not in self._described]
        matched = _by_name(left, unnamed)
        for key, said in unnamed:
            self._note(here, key, said, matched.get(key, ()), SkipReason("no_attachment"))

    def _beside(self, folder: Path) -> dict[str, Found]:
        """Return the files in a folder and below, by their composed path from there."""
        name = str(folder).rstrip("/")
        files = self._files[bisect_left(self._paths, f"{name}/") : bisect_left(self._paths, f"{name}0")]
        return {unicodedata.normalize("NFC", file.place.relative_to(folder).as_posix()): file for file in files}

    def _note(self, here: Bibliography, key: str, said: Extracted, files: Sequence[Found], why: SkipReason) -> None:
        """Keep what is said of an item's files, or `why` it has none."""
        fresh = [file for file in files if file.place not in self._described]
        if not fresh:
            here.passed_over.append((key, SkipReason("repeated") if files else why))
        for file in fresh:
            # Without the names: a file that was moved with its bibliography is described as it was.
            self._described[file.place] = replace(said, lines=())


def described(article: Article, said: Extracted) -> Article:
    """Return an article with what a bibliography says of its file."""
    date = find_date(said.date)
    return replace(
        article,
        title=said.title or article.title,
        date=date or article.date,
        date_from="metadata" if date else article.date_from,
        source=said.source or article.source,
        url=said.url or article.url,
        author=said.author or article.author,
        section=said.section or article.section,
        page=said.page or article.page,
        described=digest_of(said),
    )


def _end_of(name: str) -> str:
    """Return the last part of a path, as files are named here."""
    return unicodedata.normalize("NFC", posixpath.basename(unquote(name.replace("\\", "/"))))


def _text_of(file: Found) -> str:
    return str(file.place)


def _places(name: str) -> Iterator[str]:
    """Yield a name of a file as paths below the bibliography's folder, nothing if it leads out of it."""
    name = re.sub(r"\A(?:attachments|storage):", "", name).replace("\\", "/")
    for each in dict.fromkeys((name, unquote(name))):
        place = posixpath.normpath(unicodedata.normalize("NFC", each))
        if not re.match(r"/|\.\.?(?:/|\Z)|[A-Za-z]+:", place):
            yield place


def _by_name(files: Sequence[Found], items: Sequence[tuple[str, Extracted]]) -> dict[str, list[Found]]:
    """Return the files of each item, by its key, whose names say so: Zotero calls a file "Author - Year - Title".

    A file in a folder that has the key of an item for a name is that item's.
    """
    by_key = dict(items)
    titles = {key: _letters(said.title) for key, said in items}
    by_start: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, title in titles.items():
        if len(title) >= _FEWEST:
            by_start[title[:_FEWEST]][title[:_TITLE_LETTERS]].append(key)
    matched: dict[str, list[Found]] = defaultdict(list)
    for file in files:
        stem = _letters(file.stem)
        near = {file.place.parent.name} & by_key.keys() or {
            key
            for at in range(len(stem) - _FEWEST + 1)
            for start, keys in by_start.get(stem[at : at + _FEWEST], {}).items()
            if start in stem
            for key in keys[:_MOST_ALIKE]
        }
        if len(near) >= _MOST_ALIKE:
            continue
        if len(near) > 1:
            near = {key for key in near if _is_of(by_key[key], titles[key], stem)}
        if len(near) == 1:
            matched[near.pop()].append(file)
    return matched


def _is_of(said: Extracted, title: str, stem: str) -> bool:
    """Return whether a file's name has all of an item's title, and its year and an author's last name if known."""
    year = find_date(said.date)[:4]
    names = [_letters(each.split()[-1]) for each in said.author.split(", ") if each.strip()]
    return title in stem and year in stem and (not names or any(each in stem for each in names))


def _letters(text: str) -> str:
    """Return the letters and digits of a text, without accents and capitals."""
    return re.sub(r"[\W_]+|[\u0300-\u036f]", "", unicodedata.normalize("NFD", text).casefold())
