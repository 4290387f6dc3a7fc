"""Find title, date, source and address in the first lines of a text, where a person would look for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.tables import Pattern
from index.text import months, ordinal_endings

_DATES = (
    re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])(?:-(?P<d>0[1-9]|[12]\d|3[01]))?(?!\d)"),
    Pattern(
        lambda: rf"\b(?P<d>\d{{1,2}})(?:{ordinal_endings()})?\.?\s+(?:de\s+)?(?P<m>{_month()})\.?,?\s+(?:de\s+)?"
        r"(?P<y>(?:19|20)\d\d)\b",
        re.I,
    ),
    Pattern(
        lambda: rf"\b(?P<m>{_month()})\.?\s+(?P<d>\d{{1,2}})(?:{ordinal_endings('en')})?,?\s+(?P<y>(?:19|20)\d\d)\b",
        re.I,
    ),
    re.compile(r"\b(?P<d>0?[1-9]|[12]\d|3[01])[/.](?P<m>0?[1-9]|1[0-2])[/.](?P<y>(?:19|20)\d\d)\b"),
    Pattern(lambda: rf"\b(?P<m>{_month()})\.?\s+(?P<y>(?:19|20)\d\d)\b", re.I),
)  # fmt: skip
TITLE_CHARS = 300
"""Maximum characters of a title: a title precedes every chunk, and a file may be one long line after a "#"."""
_FIELD = re.compile(r"^(?:(?:date|title|titre|source|url)\s*:|date\s+\S+$)", re.I)
_AGENCY = re.compile(r"\(([A-ZÀ-Þ][\w .&’'/-]{1,28})\)\s*[—–-]{1,2}\s+$")
_DATELINE = re.compile(
    r"^(?:date\s+\S+\s+)?[A-ZÀ-ÖØ-Þ][^a-zß-öø-ÿ\n—–]{2,40}[^—–\n]{0,60}?(?:\([^()\n]{2,30}\)\s*)?[—–-]{1,2}\s+(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Header:
    """What the first lines of a text say about it, "" for what they do not; `title` is never ""."""

    title: str
    date: str
    source: str
    url: str


def find_date(text: str) -> str:
    """Return the first date written out in `text` (at least month and year) as ISO 8601, or ""."""
    matches = [match for pattern in _DATES if (match := pattern.search(text))]
    if not matches:
        return ""
    match = min(matches, key=lambda each: (each.start(), -len(each.group())))
    parts = match.groupdict()
    month = months().get(parts["m"].lower()) or int(parts["m"])
    date = f"{parts['y']}-{month:02d}"
    return f"{date}-{int(parts['d']):02d}" if parts.get("d") else date


def read_header(lines: Sequence[str], stem: str) -> Header:
    """Read title and date from front matter, section word, headline and dateline.

    Without a headline the title is the file's `stem`.
    """
    top = [line.strip().lstrip("\ufeff") for line in lines if line.strip()][:6]
    fields = {
        key.strip().lower(): value.strip(" \"'")
        for line in top
        if ":" in line
        for key, value in [line.split(":", 1)]
        if key.strip().lower() in {"title", "titre", "date", "source", "url"}
    }
    title = fields.get("title") or fields.get("titre") or _headline(top)
    # A date further in is one the article talks about, not its own.
    written = [fields.get("date", ""), *(line[:60] for line in top[:4]), stem.replace("_", " ")]
    date = next((found for text in written if (found := find_date(text))), "")
    source = fields.get("source") or next((found for line in top if (found := _agency(line))), "")
    return Header(clip(title or _opening(top) or stem, TITLE_CHARS), date, source[:120], fields.get("url", ""))


def _month() -> str:
    return "|".join(sorted(months(), key=len, reverse=True))


def clip(text: str, most: int) -> str:
    """Return `text`, or its beginning and "…" if it is longer than `most` characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _agency(line: str) -> str:
    """Return the agency in a line's opening dateline, as in "GENÈVE, 12 mars 2024 (AGL) — Le glacier …", or ""."""
    dateline = _DATELINE.match(line)
    named = _AGENCY.search(dateline.group()) if dateline else None
    return named[1] if named else ""


def _headline(top: Sequence[str]) -> str:
    """Return the headline among the first non-empty lines, or "" if the article starts with its body."""
    lines = [line for line in top if line != "---" and not _FIELD.match(line)]
    for line in lines[:2]:
        if line.startswith("#"):
            return line.lstrip("# ").strip()
    if not lines or _is_body(lines[0]):
        return ""
    is_section = len(lines[0].split()) <= 3 and len(lines) > 1 and not _is_body(lines[1], longest=220)
    return lines[1] if is_section and len(lines) > 2 else lines[0]


def _is_body(line: str, longest: int = 160) -> bool:
    """Return True for a paragraph, False for a line short enough to be a headline."""
    return len(line) > longest or bool(_DATELINE.match(line)) or line.startswith(("«", "“", '"'))


def _opening(top: Sequence[str]) -> str:
    """Return the first words of an article without a headline, after its dateline."""
    if not top:
        return ""
    text = _DATELINE.sub("", top[0]) or top[0]
    if len(text) <= 90:
        return text
    return text[:90].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
