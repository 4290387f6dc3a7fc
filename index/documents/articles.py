"""Files in, Articles out: encodings, line endings, title, date and language are settled here, once."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from index.disk import sha256
from index.documents.bibliographies import Bibliographies, Bibliography, described
from index.documents.discovery import Found, display_name, is_gone, key_of
from index.documents.encoding import _MAGIC, decode, decode_page, decode_text, split_lines, without_pictures
from index.documents.file_kinds import KINDS, KINDS_WORDS, MAX_MARKUP, most_bytes
from index.documents.jsonl import Record, is_one_json, read_record, split_records
from index.extraction import (
    MAX_CHARS,
    Block,
    Extracted,
    Extractor,
    Paragraph,
    digest_of,
    find_date,
    lay_out,
    measured,
    n_letters,
    read_header,
    tidy,
    total,
    web_address,
)
from index.extraction.exports import Keys, is_markup, safe_key
from index.progress import Tick, no_tick
from index.skip_reason import NotAnArticle, SkipReason
from index.text import detect
from index.types import Article, Coverage

_OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_EXTRACTED = {
    ".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".epub": "epub", ".odt": "odt", ".rtf": "rtf",
    ".eml": "eml", ".mbox": "mbox", ".mhtml": "mht", ".mht": "mht", ".csv": "csv", ".tsv": "csv", ".json": "json",
    ".jsonl": "json", ".xml": "xml", ".rss": "xml", ".atom": "xml",
    ".png": "pict", ".jpg": "pict", ".jpeg": "pict", ".tif": "pict", ".tiff": "pict",
}  # fmt: skip
_NAMES = {
    "pdf": "a PDF", "docx": "a Word document", "epub": "an EPUB", "odt": "an OpenDocument text", "rtf": "an RTF file",
}  # fmt: skip
_BEGINS = {"docx": b"PK", "epub": b"PK", "odt": b"PK", "rtf": b"{\\rtf"}
_CORPUS = re.compile(rb"\A(?:\xef\xbb\xbf)?\s{0,100}\*\*\*\* ")  # how IRaMuTeQ's texts begin
_MOST_RECORD_CHARS = 2 * MAX_CHARS  # of a record, before its spaces are tidied; MAX_CHARS of them are kept
_LONG_ENOUGH = 200  # letters that tell a language better than what a page declares


class Unreadable(NotAnArticle):
    """A file that cannot be read for now and may be unchanged: it does not count as gone."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """One article of a file, before it is an Article."""

    found: Found
    sha256: str
    """Of its bytes or, if the file holds several, of what it says of this one."""
    content: bytes | Extracted | SkipReason
    """Its bytes, what was read of them, or why it is none."""
    described: Extracted | None = None
    """What a bibliography beside it in an archive says of it."""
    left_out: Coverage | None = None
    """What its file says and no article has: this one if it is none; of the first also what is beside all."""


def parts(found: Found, data: bytes, extractor: Extractor | None = None, tick: Tick = no_tick) -> list[FilePart]:
    """Split a file into its articles: the file itself, or those it holds as FILE#KEY.

    Args:
        found: Where the file was found.
        data: Its bytes.
        extractor: Reads what is not plain text; without one, a process is started for this file alone.
        tick: Called during long steps; an exception it raises ends them.

    Raises:
        ValueError: The data is not of its kind; the message is the reason.
    """
    kind = _EXTRACTED.get(found.kind, "")
    if found.kind in (".rdf", ".bib", ".ris"):
        raise NotAnArticle("bibliography")
    if found.kind == ".jsonl" and not is_one_json(data):
        return [FilePart(replace(found, id=f"{found.id}#{n}"), sha256(line), line) for n, line in split_records(data)]
    if found.kind == ".txt" and _CORPUS.match(data):
        kind = "iram"
    if not kind and found.kind != ".zip":
        return [FilePart(found, sha256(data), data)]
    if extractor is None:
        with Extractor() as own:
            return parts(found, data, own, tick)
    if not kind:
        return _members(found, data, extractor, tick)
    return _taken_apart(found, data, kind, extractor, tick)


def _taken_apart(found: Found, data: bytes, kind: str, extractor: Extractor, tick: Tick) -> list[FilePart]:
    """Return the articles of a file that is not plain text."""
    checked, note = _checked(kind, data)
    split: list[FilePart] = []
    besides: list[Coverage] = []
    for part in extractor.read(kind, checked, tick):
        if part.said is None and part.reason is None:
            besides += [part.coverage] if part.coverage else []
            continue
        here = replace(found, id=f"{found.id}#{part.key}") if part.key else found
        if part.said is None:
            split.append(FilePart(here, "", part.reason or SkipReason("no_text"), left_out=part.coverage))
        else:
            digest = digest_of(part.said) if part.key else sha256(data)
            said = replace(part.said, note="; ".join(filter(None, [note, part.said.note])))
            split.append(FilePart(here, digest, said))
    return [_with(split[0], besides), *split[1:]] if besides and split else split


def _with(part: FilePart, besides: list[Coverage]) -> FilePart:
    """Return the first part of a file with what stands beside all: within the measure of the only one, else apart."""
    said = part.content
    if isinstance(said, Extracted) and said.coverage and not key_of(part.found.id):
        return replace(part, content=replace(said, coverage=total([said.coverage, *besides])))
    return replace(part, left_out=total([*filter(None, [part.left_out]), *besides]))


def _members(found: Found, data: bytes, extractor: Extractor, tick: Tick) -> list[FilePart]:
    """Return the articles of all files in an archive, as FILE.zip#MEMBER or FILE.zip#MEMBER#KEY.

    What a bibliography among them says of another one is said of that.
    """
    split: list[FilePart] = []
    keys = Keys()
    held: dict[Found, bytes | SkipReason] = {}
    for name, content in extractor.members(data, tick):
        held[replace(found, id=f"{found.id}#{keys.free(safe_key(name))}", member=name)] = content
    readable = {here: content for here, content in held.items() if isinstance(content, bytes)}
    bibliographies = Bibliographies.among([*readable], readable.__getitem__, extractor, tick)
    split += [each for one in bibliographies.all for each in _items_of(one)]
    for here, content in held.items():
        if here in bibliographies:
            continue
        try:
            if isinstance(content, SkipReason):
                raise NotAnArticle.of(content)
            if here.kind == ".zip":
                raise NotAnArticle("nested_zip")
            if here.kind not in KINDS:
                raise NotAnArticle("kind", kind=display_name(here.kind) or "without an ending", kinds=KINDS_WORDS)
            said = bibliographies.said_of(here)
            split += [_described(each, here, said) for each in parts(here, content, extractor, tick)]
        except NotAnArticle as error:
            split.append(FilePart(here, "", error.reason))
    return split


def _items_of(bibliography: Bibliography) -> list[FilePart]:
    """Return how many items of a bibliography in an archive describe a file there, and why others do not."""
    here, n_over = bibliography.file, len(bibliography.passed_over)
    if isinstance(bibliography.error, NotAnArticle):
        return [FilePart(here, "", bibliography.error.reason)]
    n, most = bibliography.n_items - n_over, bibliography.n_items
    counted = SkipReason("describes", (("n", n), ("most", most)))
    rest = [FilePart(replace(here, id=f"{here.id}-{key}"), "", why) for key, why in bibliography.passed_over]
    return [FilePart(here, "", counted), *rest]


def _described(part: FilePart, file: Found, said: Extracted | None) -> FilePart:
    """Return the only article of a file in an archive with what a bibliography says of it."""
    if said is None or part.found.id != file.id or isinstance(part.content, SkipReason):
        return part
    digest = sha256(f"{part.sha256} {digest_of(said)}".encode())  # another description makes it another article
    return replace(part, sha256=digest, described=said)


def read_article(part: FilePart, extractor: Extractor | None = None, tick: Tick = no_tick) -> tuple[Article, str]:
    """Read one article that `parts` returned.

    Args:
        part: The article.
        extractor: Reads what is not plain text; without one, a process is started for this file alone.
        tick: Called during long steps; an exception it raises ends them.

    Returns:
        The article, and a note on how it was read, or "".

    Raises:
        ValueError: There is no article; the message is the reason.
    """
    found, content = part.found, part.content
    if isinstance(content, SkipReason):
        raise NotAnArticle.of(content)
    if isinstance(content, Extracted):
        said = content
    elif found.kind == ".jsonl":
        said = _of_record(_without_markup(read_record(content), extractor, tick), tick)
    else:
        text, note = decode_text(content)
        said = Extracted(split_lines(text), note=note)
        said = replace(said, coverage=Coverage(n_letters(text), n_letters(*said.lines)))
    if not any(char.isalnum() for line in said.lines for char in line):
        raise NotAnArticle("no_text")
    # The name of a file of several articles says nothing of one of them.
    is_named = "#" not in key_of(found.id) if found.member else not key_of(found.id) or found.kind == ".jsonl"
    header = read_header(said.lines, found.stem if is_named else "")
    date = find_date(said.date)
    article = Article(
        id=found.id,
        title=said.title or header.title or found.stem,
        date=date or header.date,
        language=_language(said),
        lines=said.lines,
        sha256=part.sha256,
        path=path_text(found.path),
        source=said.source or header.source,
        url=web_address(said.url or header.url),
        pages=said.pages,
        author=said.author or header.author,
        section=said.section,
        page=said.page,
        date_from=said.date_from if date else header.date_from,
        ocr=said.ocr,
        doubtful=said.doubtful,
        unread=said.unread,
        coverage=replace(said.coverage or Coverage(-1, n_letters(*said.lines)), note=said.note[:300]),
    )
    return (described(article, part.described) if part.described else article), said.note


def _without_markup(record: Record, extractor: Extractor | None, tick: Tick) -> Record:
    """Return a record without the tags and entities of HTML in its text."""
    if not is_markup(record.text[:_MOST_RECORD_CHARS]):
        return record
    if extractor is None:
        with Extractor() as own:
            return _without_markup(record, own, tick)
    data = record.text[:_MOST_RECORD_CHARS].encode("utf-8", "replace")
    return replace(record, text="\n".join(extractor.extract("frag", data, tick).lines))


def path_text(path: Path) -> str:
    """Return a path as `Article.path` has it."""
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def path_of(text: str) -> Path:
    """Return the path that `path_text` made a text of."""
    return Path(os.fsdecode(text.encode("utf-8", "surrogateescape")))


def _of_record(record: Record, tick: Tick = no_tick) -> Extracted:
    paragraphs = []
    for line in (record.title, *split_lines(record.text[:_MOST_RECORD_CHARS])):
        tick()
        if line.strip():
            paragraphs.append(Paragraph(tidy(line)))
    if record.title and paragraphs[1:2] and paragraphs[1].text == paragraphs[0].text:
        del paragraphs[0]  # the text begins with its title
    note = record.note
    if len(record.text) > _MOST_RECORD_CHARS:
        note = "; ".join(filter(None, [note, f"it has {len(record.text):,} characters; not all were read"]))
    if record.date and not find_date(record.date):
        note = "; ".join(filter(None, [note, f'"date" is no date: {record.date[:40]}']))
    said = lay_out(
        paragraphs,
        title=record.title,
        date=record.date,
        language=record.language[:2].lower(),
        source=record.source,
        url=record.url,
        note=note,
        tick=tick,
    )
    there = [*(Block("other", tidy(line)) for line in split_lines(record.text)), *record.beside]
    coverage = measured(there, said.lines, is_whole=said.note == note)
    return replace(
        said, author=record.author, section=record.section, page=record.page, date_from="export", coverage=coverage
    )


def _checked(kind: str, data: bytes) -> tuple[bytes, str]:
    """Return the bytes for the reader of a kind, and a note. Raises ValueError if they are something else."""
    if kind == "html":
        data = without_pictures(data)
        if len(data) > MAX_MARKUP:
            raise NotAnArticle("n_bytes", n=len(data), most=MAX_MARKUP)
        text, note = decode_page(data)
        return text.encode("utf-8", "replace"), note
    if kind in ("csv", "iram"):
        text, note = decode(data)
        return text.encode("utf-8", "replace"), note
    is_wrong = b"%PDF" not in data[:1024] if kind == "pdf" else not data.lstrip()[:5].startswith(_BEGINS.get(kind, b""))
    if is_wrong or (kind in _BEGINS and b"%PDF" in data[:1024]):
        what = next((what for magic, what in _MAGIC.items() if data.startswith(magic)), "")
        if kind == "docx" and data.startswith(b"\xd0\xcf\x11\xe0"):
            raise NotAnArticle("old_word")
        raise NotAnArticle("not_kind", thing=what or "damaged or something else", other=_NAMES[kind])
    return data, ""


def _language(said: Extracted) -> str:
    """Detect the language from the text or, if that is short, from what the file declares.

    Declarations come second because templates declare the language they were made for.
    """
    text = "\n".join(said.lines)[:4000]
    is_code = re.fullmatch("[a-z]{2}", said.language)
    if is_code and sum(map(str.isalpha, text)) < _LONG_ENOUGH:
        return said.language
    return detect(text, default=said.language) if is_code else detect(text)


def read_bytes(path: Path, real: str = "") -> bytes:
    """Return the bytes of a regular file that did not change while it was read.

    Raises ValueError with the reason otherwise; Unreadable if it may work another time, as when the file is no longer
    at `real`, where it was found.
    """
    if real and os.path.realpath(path) != real:
        raise Unreadable("replaced")
    most = most_bytes(path)
    path, how = Path(real or path), _OPENING | (os.O_NOFOLLOW if real else 0)
    try:
        for _ in range(2):
            if not stat.S_ISREG(path.stat().st_mode):
                raise NotAnArticle("not_regular")
            # What is a pipe by now does not block, and what is read is what was looked at, whatever takes its name.
            with os.fdopen(os.open(path, how), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise NotAnArticle("not_regular")
                if before.st_size > most:
                    raise NotAnArticle("n_bytes", n=before.st_size, most=most)
                data = _read_up_to(file, before.st_size + 1)
                after = os.fstat(file.fileno())
            is_quiet = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
            if real and os.path.realpath(path) != real:
                break
            if is_quiet and len(data) == after.st_size:
                return data
    except OSError as error:
        kind = NotAnArticle if is_gone(error) else Unreadable
        raise kind("cannot_read", error=str(error.strerror)) from None
    raise Unreadable("changing")


def _read_up_to(file: IO[bytes], n_bytes: int) -> bytes:
    return file.read(n_bytes)
