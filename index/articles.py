"""Files in, Articles out: encodings, line ends, title, date and language are settled here, once."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from index.disk import sha256
from index.errors import CorpusError
from index.extract import Extractor
from index.extracted import MAX_CHARS, Extracted, Paragraph, lay_out, tidy, web_address
from index.header import find_date, read_header
from index.language import detect
from index.places import is_kept_by_citeline, refused
from index.progress import Tick, no_tick
from index.records import Record, read_record, split_records
from index.types import Article, Skipped

KINDS = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".epub", ".jsonl")
KINDS_WORDS = ".txt, .md, .html, .pdf, .docx, .epub, .jsonl"
MAX_BYTES = 10_000_000
LARGER = {".pdf": 100_000_000, ".docx": 50_000_000, ".epub": 50_000_000, ".jsonl": 100_000_000}
"""Most bytes of kinds that hold pictures, or many articles."""
MOST_BYTES = max(LARGER.values())

_OPENING = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_LINE_END = re.compile(r"\r\n|\r|\n")
_MAGIC = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"PK\x03\x04": "a zip file",
          b"\x1f\x8b": "a compressed file", b"\x7fELF": "a program", b"GIF8": "a picture",
          b"\xd0\xcf\x11\xe0": "an old or locked Office file", b"{\\rtf": "an RTF file"}  # fmt: skip
_EXTRACTED = {".html": "html", ".htm": "html", ".pdf": "pdf", ".docx": "docx", ".epub": "epub"}
_NAMES = {"pdf": "a PDF", "docx": "a Word document", "epub": "an EPUB"}
_MOST_RECORD_CHARS = 2 * MAX_CHARS  # of a record, before its spaces are tidied; MAX_CHARS of them are kept
_LONG_ENOUGH = 200  # letters that tell a language better than what a page declares
# Of what a page may declare; codecs that are slow on purpose are not among them.
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*(utf-?8|iso-8859-\d{1,2}|windows-125\d|cp125\d|koi8-[ru]|shift_jis|"
    rb"euc-(?:jp|kr)|gb(?:2312|k|18030)|big5|macintosh|us-ascii)\b",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that looks like an article, before it is read."""

    path: Path
    id: str
    barred: str = ""
    """Why it cannot be looked at, when its folder does not open: whether it is still there is not known."""
    real: str = ""
    """Where it was when it was found, without a link; "" when nothing is held against its links."""


class Unreadable(ValueError):
    """A file that cannot be read now, and that may be what it was: it is not gone."""


def split_lines(text: str) -> tuple[str, ...]:
    """The lines an editor shows: only \\r\\n, \\r and \\n end one. A final line end starts no further line."""
    lines = _LINE_END.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return tuple(lines)


def decode(data: bytes) -> tuple[str, str]:
    """Text of a file and a note on how it was read ("" for plain UTF-8). Raises ValueError when it is not text."""
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            ending = {"a PDF": "; if it is to be read, it must end in .pdf"}.get(what, "")
            raise ValueError(f"it is {what}, not text{ending}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            raise ValueError("it starts like UTF-16 but is not") from None
        if "\0" in text:
            raise ValueError("it starts like UTF-16 but is not (UTF-32 or binary): save it as UTF-8")
        return text, "read as UTF-16"
    if b"\0" in data[:8192]:
        raise ValueError("it is binary (or UTF-16 without a byte order mark): save it as UTF-8")
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", errors="replace")
    n_bad = text.count("\ufffd")
    if sum(char > "\x7f" for char in text) > 3 * n_bad:  # accents that are right say UTF-8, a few wrong bytes aside
        return text, f"{n_bad} bytes that are not UTF-8 are shown as \ufffd"
    text = data.decode("cp1252", errors="replace")
    if "\ufffd" in text or len(_CONTROL.findall(text)) > len(text) // 200:
        raise ValueError("it is neither UTF-8 nor Windows-1252 text: save it as UTF-8")
    return text, "not UTF-8, read as Windows-1252"


def parts(found: Found, data: bytes) -> list[tuple[Found, bytes]]:
    """The articles in a file and the bytes of each: the file itself, or the lines of a .jsonl as FILE.jsonl#LINE.

    No file can have such an id: its ending is none that is read. Raises ValueError when it is no file of its kind.
    """
    if found.path.suffix.lower() != ".jsonl":
        return [(found, data)]
    return [(Found(found.path, f"{found.id}#{n}"), line) for n, line in split_records(data)]


def read_article(
    found: Found, data: bytes, extractor: Extractor | None = None, tick: Tick = no_tick
) -> tuple[Article, str]:
    """The article in what `parts` gives, and a note on how it was read. Raises ValueError with the reason if none.

    `extractor` takes apart what is no plain text; without one, a process is started for this file alone. `tick` is
    called while it takes long, and what it raises ends it.
    """
    suffix = found.path.suffix.lower()
    if suffix == ".jsonl":
        said = _of_record(read_record(data), tick)
    elif kind := _EXTRACTED.get(suffix):
        said = _extract(kind, data, extractor, tick)
    else:
        text, note = decode(data)
        said = Extracted(split_lines(text), note=note)
    if not any(char.isalnum() for line in said.lines for char in line):
        raise ValueError("it holds no text")
    header = read_header(said.lines, found.path.stem)
    return Article(
        id=found.id,
        title=said.title or header.title,
        date=find_date(said.date) or header.date,
        language=_language(said),
        lines=said.lines,
        sha256=sha256(data),
        path=os.fsencode(found.path).decode("utf-8", "surrogateescape"),
        source=said.source or header.source,
        url=web_address(said.url or header.url),
        pages=said.pages,
    ), said.note


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
    return lay_out(
        paragraphs,
        title=record.title,
        date=record.date,
        language=record.language[:2].lower(),
        source=record.source,
        url=record.url,
        note=note,
        tick=tick,
    )


def _extract(kind: str, data: bytes, extractor: Extractor | None, tick: Tick) -> Extracted:
    note = ""
    if kind == "html":
        text, note = _decode_page(data)
        data = text.encode("utf-8", "replace")
    elif (kind == "pdf") != (b"%PDF" in data[:1024]) or (kind != "pdf" and not data.startswith(b"PK")):
        what = next((what for magic, what in _MAGIC.items() if data.startswith(magic)), "")
        if kind == "docx" and data.startswith(b"\xd0\xcf\x11\xe0"):
            raise ValueError("it is an old Word file or one locked with a password: save it as .docx without one")
        raise ValueError(f"it is {what or 'damaged or something else'}, not {_NAMES[kind]}")
    if extractor is None:
        with Extractor() as own:
            said = own.extract(kind, data, tick)
    else:
        said = extractor.extract(kind, data, tick)
    return replace(said, note="; ".join(filter(None, [note, said.note])))


def _decode_page(data: bytes) -> tuple[str, str]:
    """Text of a web page in the character set that it declares, or like any other text; and a note."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and b"\0" not in data[:8192]:
        name = declared[1].decode("ascii").lower()
        try:
            return data.decode("cp1252" if name in ("iso-8859-1", "us-ascii") else name), ""
        except (UnicodeDecodeError, LookupError):
            pass  # the page is not what it says
    return decode(data)


def _language(said: Extracted) -> str:
    """By the text, or when that is short by what the file declares: templates declare what they were made for."""
    text = "\n".join(said.lines)[:4000]
    is_code = re.fullmatch("[a-z]{2}", said.language)
    if is_code and sum(map(str.isalpha, text)) < _LONG_ENOUGH:
        return said.language
    return detect(text, default=said.language) if is_code else detect(text)


def most_bytes(path: Path) -> int:
    """Bytes that a file of this kind may have."""
    return LARGER.get(path.suffix.lower(), MAX_BYTES)


def read_bytes(path: Path, real: str = "") -> bytes:
    """Bytes of a regular file that did not change while it was read. Raises ValueError with the reason otherwise,
    Unreadable when it may be another time, as when it is no longer at `real`, where it was found."""
    if real and os.path.realpath(path) != real:
        raise Unreadable("it became a link, or another one, while its folder was looked through")
    most = most_bytes(path)
    path, how = Path(real or path), _OPENING | (os.O_NOFOLLOW if real else 0)
    try:
        for _ in range(2):
            if not stat.S_ISREG(path.stat().st_mode):
                raise ValueError("it is not a regular file")
            # What is a pipe by now does not block, and what is read is what was looked at, whatever takes its name.
            with os.fdopen(os.open(path, how), "rb") as file:
                before = os.fstat(file.fileno())
                if not stat.S_ISREG(before.st_mode):
                    raise ValueError("it is not a regular file")
                if before.st_size > most:
                    raise ValueError(f"it has {before.st_size:,} bytes; an article may have {most:,}")
                data = _read_up_to(file, before.st_size + 1)
                after = os.fstat(file.fileno())
            is_quiet = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
            if real and os.path.realpath(path) != real:
                break
            if is_quiet and len(data) == after.st_size:
                return data
    except OSError as error:
        kind = ValueError if is_gone(error) else Unreadable
        raise kind(f"it cannot be read: {error.strerror}") from None
    raise Unreadable("it kept changing while it was read")


def _read_up_to(file: IO[bytes], n_bytes: int) -> bytes:
    return file.read(n_bytes)


def is_gone(error: OSError) -> bool:
    """Does this error say that there is no such file? Any other one says nothing of what is there."""
    return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)


def scan(
    sources: Sequence[Path], leave_out: Path, known: Collection[Path] = (), tick: Tick = no_tick
) -> tuple[list[Found], list[Skipped]]:
    """Files under `sources` (folders or files) that look like articles, by id, and those passed over with a reason.

    Symbolic links to folders are not followed, nor to files outside the source; `leave_out` (the library itself),
    other libraries and the models are never entered. Of `known` files those count as found, and barred, whose folder
    cannot be opened. Raises CorpusError when a source is gone: an unmounted disk is not an empty one.
    """
    found: dict[str, Found] = {}
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for source in sources:
        require_there(source)
        if source.parent == source:
            raise CorpusError(f"{source} is the whole disk: name the folder that holds your articles")
        for path, relative, barred in walk(source, leave_out, skipped, known):
            tick()
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            id = display_name(relative)
            if id in found:
                id = f"{display_name(source.name)}/{id}"
            while id in found:
                id += "+"
            found[id] = Found(path, id, barred, real)
    return sorted(found.values(), key=lambda each: each.id), skipped


def require_there(source: Path) -> None:
    """Raise CorpusError when one of a library's folders is gone."""
    if not is_there(source):
        raise CorpusError(f"no such folder or file: {source}. If it is gone for good: citeline index --forget {source}")


def is_there(path: Path) -> bool:
    """Is there such a file or folder? A name that no file can have (too long, a link to itself) is not."""
    try:
        return path.exists()
    except OSError:
        return False


def display_name(name: str) -> str:
    """A file name as text that can be printed and encoded: bytes that are no UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def walk(
    source: Path, leave_out: Path, skipped: list[Skipped], known: Collection[Path] = ()
) -> Iterator[tuple[Path, str, str]]:
    """Each file that looks like an article, its path under `source`, and why it cannot be looked at, or "".

    What is passed over is added to `skipped`.
    """
    if not source.is_dir():
        try:
            _require_article(source, source.parent, leave_out)
        except ValueError as error:
            skipped.append(Skipped(display_name(str(source)), str(error)))
        else:
            yield source, source.name, ""
        return

    closed: list[OSError] = []
    for folder, names, files in os.walk(source, onerror=closed.append):
        here = Path(folder)
        for name in sorted(names):
            if _is_link(here / name):
                skipped.append(
                    Skipped(display_name(str(here / name)), "it is a link to a folder; links are not followed")
                )
        names[:] = sorted(n for n in names if not n.startswith(".") and not is_kept_by_citeline(here / n, leave_out))
        for name in sorted(files):
            path = here / name
            if name.startswith("."):
                continue
            try:
                _require_article(path, source, leave_out)
            except ValueError as error:
                skipped.append(Skipped(display_name(str(path)), str(error)))
            else:
                yield path, path.relative_to(source).as_posix(), ""
    for refusal in closed:
        shut, reason = Path(refusal.filename), f"it cannot be opened: {refusal.strerror}"
        inside = [] if is_gone(refusal) else sorted(path for path in known if path.is_relative_to(shut))
        if inside:
            skipped.append(Skipped(display_name(str(shut)), f"{reason}; its articles are kept as they were"))
        else:
            skipped.append(Skipped(display_name(str(shut)), f"it cannot be opened: {refusal.strerror}"))
        for path in inside:
            yield path, path.relative_to(source).as_posix(), reason


def _is_link(path: Path) -> bool:
    """Is it a symbolic link, as far as its folder lets one see?"""
    try:
        return path.is_symlink()
    except OSError:
        return False


def _require_article(path: Path, root: Path, leave_out: Path) -> None:
    """Raises ValueError with the reason when `path` is not read as an article, whatever it holds."""
    if path.suffix.lower() not in KINDS:
        raise ValueError(
            f"kind {display_name(path.suffix) or 'without an ending'} is not read (only {', '.join(KINDS)})"
        )
    if _is_link(path) and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise ValueError("it is a link to a file outside the folder")
    if _is_link(path) and refused(path, leave_out):
        raise ValueError("it is a link to a file that is no article: of the system, a setting or citeline's own")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ValueError("it is not a regular file")
    except OSError as error:
        if is_gone(error):  # else whoever reads it is told, and may know what it was
            raise ValueError(f"it cannot be read: {error.strerror}") from None
