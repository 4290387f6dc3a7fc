"""A bibliography beside the files it is about, in BibTeX or RIS: an item a part, as in `bibliography`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from index.extraction.exports.part import Part
from index.extraction.formats.bibliography import described, item_parts
from index.extraction.layout import Extracted
from index.skip_reason import NotAnArticle

MAX_VALUE = 20_000
"""Characters of one value that are read."""
_MOST_OF_A_TAG = 100  # values of one name in one item
_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}- ?(.*)")
_DATE = re.compile(r"\s*(\d{4})(?:[/-](\d{1,2})(?:[/-](\d{1,2}))?)?")
_ENTRY = re.compile(r"@\s*([a-zA-Z]+)\s*([{(])\s*([^\s,{}()\"]*)\s*(?=,)")
_FIELD = re.compile(r"[\s,]*([a-zA-Z][\w:.+-]{0,60})\s*=\s*")
_BARE = re.compile(r"[\w.+:/-]+")
_JOINS = re.compile(r"\s*#\s*")
_NO_ITEMS = frozenset({"comment", "string", "preamble"})
_PIECE = re.compile(r"(?<!\\)[{}]")
_QUOTE = re.compile(r'(?<!\\)[{}"]')
_ACCENT = re.compile(
    r"\\([`'^\"~=.])\s*(?:\{\s*\\?([a-zA-Z])\s*\}|\\?([a-zA-Z]))|\\([cvuHkr])(?:\{([a-zA-Z])\}|\s+([a-zA-Z]))"
)
_MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
_LETTERS = {
    "oe": "œ", "OE": "Œ", "ae": "æ", "AE": "Æ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "ss": "ß", "l": "ł", "L": "Ł",
    "i": "i", "j": "j",
    "textquoteright": "’", "textquoteleft": "‘", "guillemotleft": "«", "guillemotright": "»", "og": "« ", "fg": " »",
    "textendash": "–", "textemdash": "—", "ldots": "…", "dots": "…", "textendash ": "–",
}  # fmt: skip
_COMMAND = re.compile(r"\\([a-zA-Z]+)\s?(?:\{\})?")
_ESCAPED = re.compile(r"\\([&%$#_{} ,;:])")
_MONTHS = {name: f"{n:02d}" for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_FILE = re.compile(r"(?<!\\);")
_FILE_PARTS = re.compile(r"(?<!\\):")


def read_ris(data: bytes) -> Iterable[Part]:
    """Return the items of a bibliography in RIS. Raises ValueError if it is none."""
    items: list[dict[str, list[str]]] = []
    values: list[str] | None = None
    for line in re.split(r"\r\n|\r|\n", data.decode("utf-8", "replace").removeprefix("\ufeff")):
        if match := _TAG.fullmatch(line.rstrip()):
            name, said = match[1], match[2].strip()
            if name == "TY":
                items.append({})
            if not items:
                continue
            values = items[-1].setdefault(name, [])
            if len(values) < _MOST_OF_A_TAG:
                values.append(said[:MAX_VALUE])
        elif values and line.strip() and len(values[-1]) < MAX_VALUE:
            values[-1] += f" {line.strip()[:MAX_VALUE]}"
    return _required((_of_ris(each), next(iter(each.get("ID", [""])), "")) for each in items)


def _of_ris(held: Mapping[str, list[str]]) -> Extracted:
    def one(*names: str) -> str:
        return next((said for name in names for said in held.get(name, ()) if said), "")

    authors = [each for name in ("AU", "A1") for each in held.get(name, ())]
    day = _DATE.match(one("DA", "PY", "Y1"))
    pages = "-".join(filter(None, (one("SP"), one("EP"))))
    return described(
        [each for name in ("L1", "L2", "L4") for each in held.get(name, ()) if each],
        one("TI", "T1", "CT"),
        "-".join(each.zfill(2) for each in day.groups() if each) if day else one("DA", "PY", "Y1"),
        ", ".join(map(_in_order, authors)),
        source=one("T2", "JO", "JF", "JA", "PB"),
        url=one("UR"),
        language=one("LA"),
        section=one("SE"),
        page=pages,
    )


def read_bib(data: bytes) -> Iterable[Part]:
    """Return the items of a bibliography in BibTeX. Raises ValueError if it is none."""
    text = data.decode("utf-8", "replace")
    return _required((_of_bib(fields), key) for key, fields in _entries(text))


def _required(items: Iterable[tuple[Extracted, str]]) -> list[Part]:
    if found := list(item_parts(items)):
        return found
    raise NotAnArticle("no_bibliography")


def _entries(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield key and fields of each entry; one that is damaged ends where the next one begins."""
    at = 0
    while match := _ENTRY.search(text, at):
        at = match.end()
        if match[1].lower() in _NO_ITEMS:
            continue
        fields: dict[str, str] = {}
        while named := _FIELD.match(text, at):
            value, at = _value(text, named.end())
            fields.setdefault(named[1].lower(), value)
        yield match[3], fields


def _value(text: str, at: int) -> tuple[str, int]:
    """Return a value and where it ends: in braces, in quotes or bare, or several of these with # between them."""
    said = ""
    while True:
        if text[at : at + 1] in ("{", '"'):
            end = _closing(text, at)
            said += text[at + 1 : end]
            at = end + 1
        elif bare := _BARE.match(text, at):
            said += bare.group()
            at = bare.end()
        if not (joined := _JOINS.match(text, at)):
            return said[:MAX_VALUE], at
        at = joined.end()


def _closing(text: str, at: int) -> int:
    """Return where what begins with a brace or a quote ends; in a damaged file soon."""
    is_quoted = text[at] == '"'
    following = text.find("\n@", at)
    last = following if following >= 0 else len(text)
    depth = 0
    for match in (_QUOTE if is_quoted else _PIECE).finditer(text, at + is_quoted, last):
        if match.group() == '"':
            if depth == 0:
                return match.start()
            continue
        depth += 1 if match.group() == "{" else -1
        if depth == 0 and not is_quoted:
            return match.start()
    return last


def _of_bib(fields: Mapping[str, str]) -> Extracted:
    def one(*names: str) -> str:
        return next((said for name in names if (said := plain(fields.get(name, "")).strip())), "")

    people = re.split(r"\s+and\s+", fields.get("author", ""))[:_MOST_OF_A_TAG]
    return described(
        _files(fields.get("file", "")),
        one("title"),
        one("date") or _day(one("year"), one("month"), one("day")),
        ", ".join(_in_order(name) for each in people if (name := plain(each).strip())),
        source=one("journal", "journaltitle", "newspaper", "booktitle", "publisher", "howpublished", "organization"),
        url=re.sub(r"\\([_%&#~])", r"\1", fields.get("url", "")),
        language=one("langid", "language"),
        section=one("section", "entrysubtype"),
        page=one("pages").replace("--", "-"),
    )


def _day(year: str, month: str, day: str) -> str:
    number = _MONTHS.get(month[:3].lower(), month.zfill(2) if re.fullmatch(r"\d{1,2}", month) else "")
    day = day.zfill(2) if re.fullmatch(r"\d{1,2}", day) else ""
    return "-".join(filter(None, (year, number, number and day)))


def _files(said: str) -> list[str]:
    """Return the paths of "Title:PATH:type;PATH;…", as Zotero, JabRef and Mendeley write them."""
    found = []
    for each in _FILE.split(said)[:_MOST_OF_A_TAG]:
        parts = _FILE_PARTS.split(each)
        path = parts[1] if len(parts) > 2 else each
        found.append(re.sub(r"\\([\\:;_{}&%])", r"\1", path).strip())
    return [each for each in found if each]


def _in_order(name: str) -> str:
    """Return "Roy, Léa" as "Léa Roy"."""
    last, _, first = name.partition(",")
    return f"{first.strip()} {last.strip()}".strip() if first else name


def plain(text: str) -> str:
    """Return a value of BibTeX as text: without braces, with the letters that LaTeX writes otherwise."""
    text = _ACCENT.sub(_letter, text)
    text = _COMMAND.sub(lambda match: _LETTERS.get(match[1], ""), text)
    text = _ESCAPED.sub(r"\1", text).replace("~", " ").replace("---", "—").replace("--", "–")
    return unicodedata.normalize("NFC", re.sub(r"[{}]", "", text))


def _letter(match: re.Match[str]) -> str:
    mark, letter = match[1] or match[4], next(filter(None, (match[2], match[3], match[5], match[6])))
    return unicodedata.normalize("NFC", letter + _MARKS[mark])
