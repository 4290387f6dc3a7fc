"""Files in, Articles out: encodings, line ends, title, date and language are settled here, once."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.disk import sha256
from index.errors import CorpusError
from index.language import detect
from index.types import Article, Skipped

KINDS = (".txt", ".md", ".markdown")
MAX_BYTES = 10_000_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_MAGIC = {b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"PK\x03\x04": "a zip file",
          b"\x1f\x8b": "a compressed file", b"\x7fELF": "a program", b"GIF8": "a picture"}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that looks like an article, before it is read."""

    path: Path
    id: str


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
            raise ValueError(f"it is {what}, not text")
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


def read_article(found: Found, data: bytes) -> tuple[Article, str]:
    """The article in a file's bytes, and a note on its encoding. Raises ValueError with the reason if there is none."""
    text, note = decode(data)
    lines = split_lines(text)
    if not any(char.isalnum() for char in text):
        raise ValueError("it holds no text")
    header = _read_header(lines, found.path.stem)
    return Article(
        id=found.id,
        title=header.title,
        date=header.date,
        language=detect("\n".join(lines)[:4000]),
        lines=lines,
        sha256=sha256(data),
        path=os.fsencode(found.path).decode("utf-8", "surrogateescape"),
    ), note


def read_bytes(path: Path) -> bytes:
    """Bytes of a regular file that did not change while it was read. Raises ValueError with the reason otherwise."""
    try:
        for _ in range(2):
            before = path.stat()
            if not stat.S_ISREG(before.st_mode):
                raise ValueError("it is not a regular file")
            if before.st_size > MAX_BYTES:
                raise ValueError(f"it has {before.st_size:,} bytes; an article may have {MAX_BYTES:,}")
            data = path.read_bytes()
            after = path.stat()
            if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns) and len(
                data
            ) == after.st_size:
                return data
    except OSError as error:
        raise ValueError(f"it cannot be read: {error.strerror}") from None
    raise ValueError("it kept changing while it was read")


def scan(sources: Sequence[Path], leave_out: Path) -> tuple[list[Found], list[Skipped]]:
    """Files under `sources` (folders or files) that look like articles, by id, and those passed over with a reason.

    Symbolic links to folders are not followed, nor to files outside the source; `leave_out` (the library itself) is
    never entered. Raises CorpusError when a source is gone: an unmounted disk is not an empty one.
    """
    found: dict[str, Found] = {}
    skipped: list[Skipped] = []
    seen: set[str] = set()
    for source in sources:
        if not is_there(source):
            raise CorpusError(
                f"no such folder or file: {source}. If it is gone for good: citeline index --forget {source}"
            )
        if source.parent == source:
            raise CorpusError(f"{source} is the whole disk: name the folder that holds your articles")
        for path, relative in _walk(source, leave_out, skipped):
            real = os.path.realpath(path)
            if real in seen:
                continue
            seen.add(real)
            id = display_name(relative)
            if id in found:
                id = f"{display_name(source.name)}/{id}"
            while id in found:
                id += "+"
            found[id] = Found(path, id)
    return sorted(found.values(), key=lambda each: each.id), skipped


def is_there(path: Path) -> bool:
    """Is there such a file or folder? A name that no file can have (too long, a link to itself) is not."""
    try:
        return path.exists()
    except OSError:
        return False


def display_name(name: str) -> str:
    """A file name as text that can be printed and encoded: bytes that are no UTF-8 become escapes."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


def _walk(source: Path, leave_out: Path, skipped: list[Skipped]) -> Iterator[tuple[Path, str]]:
    if not source.is_dir():
        if reason := _passed_over(source, source.parent):
            skipped.append(Skipped(display_name(str(source)), reason))
        else:
            yield source, source.name
        return

    def unreadable(error: OSError) -> None:
        skipped.append(Skipped(display_name(str(error.filename)), f"it cannot be opened: {error.strerror}"))

    for folder, names, files in os.walk(source, onerror=unreadable):
        here = Path(folder)
        for name in sorted(names):
            if (here / name).is_symlink():
                skipped.append(
                    Skipped(display_name(str(here / name)), "it is a link to a folder; links are not followed")
                )
        names[:] = sorted(n for n in names if not n.startswith(".") and (here / n).resolve() != leave_out)
        for name in sorted(files):
            path = here / name
            if name.startswith("."):
                continue
            if reason := _passed_over(path, source):
                skipped.append(Skipped(display_name(str(path)), reason))
            else:
                yield path, path.relative_to(source).as_posix()


def _passed_over(path: Path, root: Path) -> str:
    """Why `path` is not read as an article, "" when it is."""
    if path.suffix.lower() not in KINDS:
        return f"kind {display_name(path.suffix) or 'without an ending'} is not read (only {', '.join(KINDS)})"
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        return "it is a link to a file outside the folder"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "it is not a regular file"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    return ""


# --- title and date, where a person would look for them ------------------------------------------------------------

MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "janvier january enero januar gennaio janeiro jan janv",
            "février fevrier february febrero februar febbraio fevereiro feb févr fév",
            "mars march marzo märz marz março mar",
            "avril april abril aprile avr apr",
            "mai may mayo maggio maio",
            "juin june junio juni giugno junho jun",
            "juillet july julio juli luglio julho juil jul",
            "août aout august agosto aug",
            "septembre september septiembre settembre setembro sept sep",
            "octobre october octubre oktober ottobre outubro oct okt",
            "novembre november noviembre novembro nov",
            "décembre decembre december diciembre dezember dicembre dezembro déc dec dez",
        ),
        start=1,
    )
    for month in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12]\d|3[01]))?(?!\d)"),
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\.?\s+(?:de\s+)?(?P<m>{_MONTH})\.?,?\s+(?:de\s+)?(?P<y>(?:19|20)\d\d)\b",
        re.I,
    ),
    re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)\b", re.I),
    re.compile(r"\b(?P<d>0?[1-9]|[12]\d|3[01])[/.](?P<m>0?[1-9]|1[0-2])[/.](?P<y>(?:19|20)\d\d)\b"),
    re.compile(rf"\b(?P<m>{_MONTH})\.?\s+(?P<y>(?:19|20)\d\d)\b", re.I),
)  # fmt: skip
_FIELD = re.compile(r"^(?:(?:date|title|titre)\s*:|date\s+\S+$)", re.I)
_DATELINE = re.compile(
    r"^(?:date\s+\S+\s+)?[A-ZÀ-ÖØ-Þ][^a-zß-öø-ÿ\n—–]{2,40}[^—–\n]{0,60}?(?:\([^()\n]{2,30}\)\s*)?[—–-]{1,2}\s+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class _Header:
    title: str
    date: str


def find_date(text: str) -> str:
    """The first date written out in `text` (at least month and year) as ISO 8601, or ""."""
    matches = [match for pattern in _DATES if (match := pattern.search(text))]
    if not matches:
        return ""
    match = min(matches, key=lambda each: (each.start(), -len(each.group())))
    parts = match.groupdict()
    month = MONTHS.get(parts["m"].lower()) or int(parts["m"])
    date = f"{parts['y']}-{month:02d}"
    return f"{date}-{int(parts['d']):02d}" if parts.get("d") else date


def _read_header(lines: Sequence[str], stem: str) -> _Header:
    """Title and date from the first lines: front matter, section word, headline, dateline; else the file's name."""
    top = [line.strip().lstrip("\ufeff") for line in lines if line.strip()][:6]
    fields = {
        key.strip().lower(): value.strip(" \"'")
        for line in top
        if ":" in line
        for key, value in [line.split(":", 1)]
        if key.strip().lower() in {"title", "titre", "date"}
    }
    title = fields.get("title") or fields.get("titre") or _headline(top)
    # A date further in is one the article talks about, not its own.
    written = [fields.get("date", ""), *(line[:60] for line in top[:4]), stem.replace("_", " ")]
    date = next((found for text in written if (found := find_date(text))), "")
    return _Header(title or _opening(top) or stem, date)


def _headline(top: Sequence[str]) -> str:
    """The headline among the first lines that hold text, "" when the article starts with its body."""
    lines = [line for line in top if line != "---" and not _FIELD.match(line)]
    for line in lines[:2]:
        if line.startswith("#"):
            return line.lstrip("# ").strip()
    if not lines or _is_body(lines[0]):
        return ""
    is_section = len(lines[0].split()) <= 3 and len(lines) > 1 and not _is_body(lines[1], longest=220)
    return lines[1] if is_section and len(lines) > 2 else lines[0]


def _is_body(line: str, longest: int = 160) -> bool:
    """True for a paragraph, False for a line short enough to be a headline."""
    return len(line) > longest or bool(_DATELINE.match(line)) or line.startswith(("«", "“", '"'))


def _opening(top: Sequence[str]) -> str:
    """The first words of an article without a headline, after its dateline."""
    if not top:
        return ""
    text = _DATELINE.sub("", top[0]) or top[0]
    if len(text) <= 90:
        return text
    return text[:90].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
