"""Read the articles of a library's files as they are now, and find those that changed since."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index import disk
from index.documents import (
    MOST_NAMED,
    Found,
    Unreadable,
    display_name,
    parts,
    read_article,
    read_bytes,
    scan,
)
from index.errors import CorpusError
from index.extraction import Extractor
from index.progress import Pulse
from index.skip_reason import SkipReason
from index.storage import (
    Library,
)
from index.types import Article, Excluded, Skipped

RECORD = re.compile(r"\.jsonl\+*#\d+$", re.IGNORECASE)


def changed_since(library: Library) -> dict[str, str]:
    """Return the articles whose files changed since they were indexed: id -> "changed", "removed" or "new"."""
    try:
        by_file = _by_file(library.articles)
        found, _ = scan([Path(each) for each in library.manifest.sources], library.path.resolve(), by_file)
    except CorpusError:
        return {article.id: "removed" for article in library.articles}
    known_skipped = {each.path for each in library.manifest.skipped}
    excluded = {each.key for each in library.manifest.excluded}
    states = {article.id: "removed" for article in library.articles}
    for file in found:
        if Excluded(file.id, "", str(file.path)).key in excluded:
            continue
        try:
            pieces = parts(file, _bytes_of(file))
        except Unreadable:  # it may be what it was
            pieces = [] if states.keys() & (held := _held_in(file, by_file)).keys() else [(file, b"")]
            states |= dict.fromkeys(held, "")
        except ValueError:
            pieces = []
            if file.path.suffix.lower() != ".jsonl" and file.id not in library.by_id:
                pieces = [(file, b"")]  # a file that is there and cannot be read now
        for part, data in pieces:
            names = {display_name(str(file.path)), _where(file, part)}
            if (article := library.by_id.get(part.id)) is not None:
                states[part.id] = "" if disk.sha256(data) == article.sha256 else "changed"
            elif not names & known_skipped and Excluded(part.id, "", str(file.path)).key not in excluded:
                states[part.id] = "new"
    return {id: state for id, state in states.items() if state}


def _where(file: Found, part: Found) -> str:
    """Return the file that contains an article, as it is shown, followed by the line of a .jsonl."""
    return display_name(str(file.path)) + part.id[len(file.id) :]


def read_all(
    found: Sequence[Found], old: Library | None, excluded: set[tuple[str, str]], pulse: Pulse
) -> tuple[list[Article], list[Skipped], list[str]]:
    """Read every article as it is now, except the `excluded`.

    Articles whose bytes are known are not parsed again, and those of a file that cannot be read for now stay as they
    were.

    Returns:
        The articles, the files skipped with the reason, and notes for the person.
    """
    known = {(article.id, article.sha256): article for article in old.articles} if old else {}
    by_file = _by_file(old.articles) if old else {}
    articles: list[Article] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    now = time.time()
    with Extractor() as extractor:
        for done, each in enumerate(found):
            pulse("reading", done, len(found))
            if Excluded(each.id, "", str(each.path)).key in excluded:
                continue
            wrong: list[Skipped] = []
            try:
                pieces = parts(each, _bytes_of(each))
            except Unreadable as error:
                pieces, held = [], _held_in(each, by_file)
                there = [a for a in held.values() if Excluded(a.id, "", str(each.path)).key not in excluded]
                articles += there
                if there and not each.barred:  # else it was said of the folder
                    why = SkipReason("kept", (("reason", error.reason),))
                    wrong = [Skipped.of(display_name(str(each.path)), why)]
                elif not each.barred:
                    wrong = [Skipped.by(display_name(str(each.path)), error)]
            except ValueError as error:
                pieces, wrong = [], [Skipped.by(display_name(str(each.path)), error)]
            for part, data in pieces:
                pulse.tick()
                if Excluded(part.id, "", str(each.path)).key in excluded:
                    continue
                # The title may come from the file's name, so only a file of the same name is taken as it was.
                same = known.get((part.id, disk.sha256(data)))
                if same is not None and same.indexed:
                    articles.append(same if same.path == str(each.path) else replace(same, path=str(each.path)))
                    continue
                try:
                    article, note = read_article(part, data, extractor, pulse.tick)
                except ValueError as error:
                    wrong.append(Skipped.by(_where(each, part), error))
                    continue
                articles.append(replace(article, indexed=now if same is None else same.indexed))
                if note:
                    notes.append(f"{part.id}: {note}")
            skipped += _named(each, wrong)
    pulse("reading", len(found), len(found))
    return articles, skipped, notes


def _bytes_of(file: Found) -> bytes:
    if file.barred:
        raise Unreadable("cannot_open", error=file.barred)
    return read_bytes(file.path, file.real)


def file_of(article: Article) -> Path:
    return Path(os.fsdecode(article.path.encode("utf-8", "surrogateescape")))


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
        record = RECORD.search(article.id)
        id = file.id + (article.id[article.id.rindex("#") :] if record else "")
        held[article.id] = article if article.id == id else replace(article, id=id)
    return held


def _named(file: Found, wrong: list[Skipped]) -> list[Skipped]:
    """Return what is skipped in one file; if that is too much to list, the rest as one item."""
    if len(wrong) <= MOST_NAMED:
        return wrong
    n, first = len(wrong) - MOST_NAMED, wrong[MOST_NAMED]
    why = SkipReason("more_lines", (("n", n), ("reason", first.why or first.reason)))
    return [*wrong[:MOST_NAMED], Skipped.of(display_name(str(file.path)), why)]
