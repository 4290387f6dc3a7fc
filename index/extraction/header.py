"""Find title, date, source and address in the first lines of a text, where a person would look for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from index.text import LEXICON, WrittenDate, composed, dates_in, fold, weekdays

TITLE_CHARS = 300
"""Maximum characters of a title: a title precedes every chunk, and a file may be one long line after a "#"."""
_FIELD = re.compile(r"^(?:(?:date|title|titre|source|url|authors?|auteurs?)\s*:|date\s+\S+$)", re.I)
_AGENCY = re.compile(r"\(([A-ZÀ-Þ][\w .&’'/-]{1,28})\)\s*[—–-]{1,2}\s+$")
_DATELINE = re.compile(
    r"^(?:date\s+\S+\s+)?[A-ZÀ-ÖØ-Þ][^a-zß-öø-ÿ\n—–]{2,40}[^—–\n]{0,60}?(?:\([^()\n]{2,30}\)\s*)?[—–-]{1,2}\s+(?=\S)"
)


_AUTHORS = ("author", "authors", "auteur", "auteurs", "byline")
_FENCES = {"---": ":", "+++": "="}
"""What surrounds the fields at the top of a text, and what stands between a field's name and its value there."""
_FIELDS = frozenset(("title", "titre", "date", "source", "url", *_AUTHORS))
_DATE_FIELD = re.compile(r"date\s*:?\s+(?=\d)", re.I)  # "date 2023-10 TAIPEI, Taiwan (AP) — …"
_CAPITALISED = re.compile(r"[A-ZÀ-ÖØ-Þ0-9(\[]")
_ELIDED = re.compile(r"^[^\W\d_]{1,4}['’]")
_CAPITALS = re.compile(r"[^a-zß-öø-ÿ]*[A-ZÀ-ÖØ-Þ]{2}[^a-zß-öø-ÿ]*(?:\([^()]{2,30}\)[^a-zß-öø-ÿ]*)?")
_DASH_BEHIND = re.compile(r"[\s,.:]*(?:\([^()]{2,30}\)[\s,.:]*)?[—–-]{1,2}(?:\s|$)")
_CLOCK = re.compile(
    r"[\s,T]*(?:(?:[^\W\d]{1,4}\s+){1,2}|@\s*)?\d{1,2}\s?(?:[:.h]\s?\d\d(?::\d\d)?|h(?!\w)|(?=\s?[ap]\.?m\b))"
    r"(?:\s?[ap]\.?m\.?(?!\w))?(?:\s?\(?(?:Z|[A-Z]{2,4}|GMT|UTC)?\s?(?:[+-]\d\d:?\d\d)?\)?(?![^\W\d_]))?",
    re.I,
)
_START = r"(?:\b|(?-i:(?<=[a-zß-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])))"  # "Ida RousselPublié le": two boxes of a page side by side
_PUBLISHED = LEXICON.pattern("page.published", _START + r"(?:{})\b", re.I)
_OTHER_DATE = LEXICON.pattern("page.other_date", _START + r"(?:{})\b", re.I)
_AUTHOR = LEXICON.pattern("page.author", r"\b(?:{})\b", re.I)
_BYLINE = LEXICON.pattern("page.author", r"\A((?i:{}))\s+(?=[^\W\d_a-zß-öø-ÿ])")
_PARTICLES = LEXICON.all_words("abbreviations.particles")
_AFTER_NAME = re.compile(r"\s*(?:[|•·–—\n\d(@]|,\s|\s-\s|$)")
_MOST_NAMES = 10
"""Words of a byline that is one."""
_BEFORE_DATE = LEXICON.pattern("page.before_date", r"(?<![\w'’-])(?:{})", re.I)
_LAST_WORD = re.compile(r"(?<![\w'’-])([^\W\d_]{2,})(?:-[^\W\d_]+)?[\s,.]*$")
_FIRST_PAGE = LEXICON.pattern("page.first_page", r"(?:{})\s*:?", re.I)
_STEP = re.compile(r"\s+[>»›→|/•·\\]\s+|\s*[>›→]\s*|/")
_LEADS_ON = re.compile(r"\s[>»›→]\s")
_MOST_IN_STEP = 4  # words
_PAGE = re.compile(r"[\s,;·|–—-]+[^\W\d_]{1,7}[.°]{0,2}\s?\d{1,5}\s*$")  # ", page 2", "- n° 4812"
_ENDS = re.compile(r"[\s.,;)\]]*(?:$|[|·•—–/(\[\n-])")
_PARTS = re.compile(r"\s*[|·•—–/,]\s*|\s-\s")
_BARS = ("|", "•", "·", "—", "–", "/")
_MARKS = " ,|·•—–-/:([])"
_SENTENCE_END = re.compile(r"[.!?…]\s")
_AMERICAN = re.compile(r"(?:\d|[ap]\.?m\.?|[AP]\.?M\.?)\s[ECMP][SD]?T\b")  # a time of day there: "5:30 p.m. ET"
_LONGEST_LINE = 100
_LOOKED_AT = 12
"""Lines with text in which a word of publication is looked for; dates alone and datelines in the first _NEAR_TOP."""
_NEAR_TOP = 6
_NEAR = 60
"""Characters between the word that a date was published and the date: an author may stand between them."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first lines of a text say about it, "" for what they do not; `title` is never ""."""

    title: str
    date: str
    source: str
    url: str
    author: str = ""
    date_from: str = ""
    """Where the date is from: "metadata", "dateline", "line" or "filename"; "" without one."""


def find_date(text: str, month_first: bool = False) -> str:
    """Return the first date written out in `text` as ISO 8601, or "".

    At least month and year are told; a year alone only if it is the whole text. With `month_first`, "03/04/2024" is
    the fourth of March, as written in the United States.
    """
    return next((each.date for each in dates_in(composed(text), month_first)), "")


def read_header(lines: Sequence[str], stem: str) -> Header:
    """Read title and date from front matter, section word, headline and dateline.

    Without a headline the title is the file's `stem`.
    """
    top = [line.strip().lstrip("\ufeff") for line in lines if line.strip()][:6]
    fields = _fields(lines, top)
    title = fields.get("title") or fields.get("titre") or _headline(top)
    date, date_from = _own_date(lines, fields.get("date", ""), title, stem)
    source = fields.get("source") or next((found for line in top if (found := _agency(line))), "")
    title = clip(title or _opening(top) or stem, TITLE_CHARS)
    author = next((fields[name] for name in _AUTHORS if fields.get(name)), "")
    author = author or next((found for line in top if (found := byline(line))), "")
    return Header(title, date, source[:120], fields.get("url", ""), name_of(author)[:200], date_from)


def published_date(text: str, month_first: bool = False) -> str:
    """Return the date behind a word for publication in a line ("Publié le 3 mars 2024 à 18 h"), or "".

    A day on which it was updated, read or printed is none, and neither is one in a sentence.
    """
    text = composed(text)
    return next((each.date for each in dates_in(text, month_first) if _is_published(text, each)), "")


def other_date(text: str) -> bool:
    """Return whether a line says when something was updated, read or printed."""
    return _OTHER_DATE.search(composed(text)) is not None


def _fields(lines: Sequence[str], top: Sequence[str]) -> dict[str, str]:
    """Return the "name: value" lines at the top; those of a "---" or "+++" block are all read, however many."""
    fence = top[0] if top and top[0] in _FENCES else ""
    rows = list(top)
    if fence:
        whole = [line.strip() for line in lines if line.strip()][1:60]
        rows = whole[: whole.index(fence)] if fence in whole else rows
    mark = _FENCES.get(fence, ":")
    fields: dict[str, str] = {}
    name = ""
    for row in rows:
        key, there, value = row.partition(mark)
        if fence and name and row.startswith("- "):  # a list, an item a line
            fields[name] = ", ".join(filter(None, (fields[name], row[2:].strip(" \"'"))))
        elif there:
            name = key.strip().lower()
            name = name if name in _FIELDS else ""
            if name:
                fields[name] = ", ".join(each.strip(" \"'") for each in value.strip(" []").split(_between(value)))
    return fields


def _between(value: str) -> str:
    """Return what separates the items of a value: of one that is no list, nothing that is in it."""
    return "," if value.strip().startswith("[") else "\n"


def _own_date(lines: Sequence[str], field: str, title: str, stem: str) -> tuple[str, str]:
    """Return when the article appeared and what says so; its headline and its sentences speak of other days."""
    stripped = (line.strip().strip("\ufeff#*_> ") for line in lines)
    top = [composed(line) for line in islice(filter(None, stripped), _LOOKED_AT)]
    headline = composed(title)
    american = any(_AMERICAN.search(line) or _has_month_first(line) for line in top)
    prefixed = next((line[match.end() :] for line in top[:4] if (match := _DATE_FIELD.match(line))), "")
    for text in (field, prefixed[:20]):
        if found := find_date(text, american):
            return found, "metadata"
    for line in top[:_NEAR_TOP]:
        if (line != headline or _is_body(line)) and (found := _of_dateline(line, american)):
            return found, "dateline"
    # A word of update at a line's end says what day stands on the next line.
    alone = [line for before, line in zip(["", *top], top, strict=False) if not _ends_in_other(before)]
    for found in (
        *(
            find_date(line)
            for line, following in zip(top[:_NEAR_TOP], [*top[1:], ""], strict=False)
            if line != headline and line in alone and _is_place_and_date(line, following)
        ),
        *(published_date(line, american) for line in top if line != headline),
        *(_of_line(line, american) for line in alone[:_NEAR_TOP]),
        *(_of_masthead(line, american) for line in alone[:_NEAR_TOP] if line != headline),
    ):
        if found:
            return found, "line"
    if found := find_date(stem):
        return found, "filename"
    found = next((_of_masthead(line, american, is_headline=True) for line in top[:1]), "")
    return found, "line" if found else ""


def _has_month_first(line: str) -> bool:
    """Is a date written in words as in the United States ("March 5, 2024")?"""
    return any(line[each.start].isalpha() and "," in line[each.start : each.end] for each in dates_in(line[:160]))


def _of_dateline(line: str, month_first: bool) -> str:
    """Return the date in an opening such as "GENÈVE, 12 mars 2024 (AGL) — Le glacier …", or ""."""
    for each in dates_in(line[:160], month_first)[:1]:
        place, _ = _lead(line[: each.start])
        clock = _CLOCK.match(line, each.end)
        if not any(_DASH_BEHIND.match(line, end) for end in (each.end, clock.end() if clock else each.end)):
            return ""
        is_apart = place.endswith((",", "(", ")", "—", "–", "-", ".")) or _CAPITALS.fullmatch(place) is not None
        if not place or (is_apart and len(place.split()) <= 7 and is_name(place)):
            return each.date
    return ""


def _of_line(line: str, month_first: bool) -> str:
    """Return the date that is a whole line, with a weekday or time of day at most; "" if there is more in it."""
    for each in dates_in(line, month_first)[:1] if len(line) <= 100 else ():
        if not _lead(line[: each.start])[0].strip(_MARKS) and _is_over(line[each.end :]):
            return each.date
    return ""


def _of_masthead(line: str, month_first: bool, is_headline: bool = False) -> str:
    """Return the date at an end of a short line that is no sentence ("Le Courrier | 3 mars 2024"), or "".

    Of a headline only with the day of the week, which events are seldom told by.
    """
    if other := _OTHER_DATE.search(line):
        line = line[: other.start()].rstrip(" |·•—–-/,")
    found = dates_in(line, month_first)
    if len(line) > 100 or len(found) != 1 or line.endswith((".", "!", "?", "…")):
        return ""
    (each,) = found
    place, has_weekday = _lead(line[: each.start])
    if not place:
        rest = line[each.end :].strip(_MARKS)
        return each.date if _ENDS.match(line, each.end) and not is_headline and is_name(rest) else ""
    is_apart = has_weekday or (not is_headline and place.endswith(tuple(_MARKS.strip())))
    is_named = len(place.split()) <= 8 and all(is_name(part) for part in _PARTS.split(place.strip(_MARKS)))
    return each.date if is_apart and is_named and _is_over(line[each.end :]) else ""


def is_name(text: str) -> bool:
    """Are its words those of a newspaper, a place or a person: capitalised, but for short ones?"""
    words = text.split()
    return (
        bool(words)
        and bool(_CAPITALISED.match(text))
        and all(len(word) <= 4 or word.endswith(")") or _CAPITALISED.match(_ELIDED.sub("", word)) for word in words)
    )


def _is_published(text: str, found: WrittenDate) -> bool:
    """Is a date that on which it was published, by the word before it and the end of the line behind it?"""
    before = text[max(0, found.start - _NEAR) : found.start]
    labels = [(match.end(), True) for match in _PUBLISHED.finditer(before)]
    others = [(match.end(), False) for match in _OTHER_DATE.finditer(before)]
    at, is_it = max([*labels, *others], default=(0, False))
    opening = text[: max(0, found.start - _NEAR) + at]
    return (
        is_it and not _SENTENCE_END.search(before[at:]) and len(opening.split()) <= 12 and _is_over(text[found.end :])
    )


def _is_over(rest: str) -> bool:
    """Does a line end behind a date, or go on with a time of day, its author or the day of its update?"""
    for _ in range(2):
        if (clock := _CLOCK.match(rest)) and clock.end():
            rest = rest[clock.end() :]
    following = rest.lstrip(" ,;.")
    return bool(
        _ENDS.match(rest)
        or _PAGE.match(rest)
        or _OTHER_DATE.match(following)
        or (_AUTHOR.match(following) and len(following.split()) <= 7 and not following.endswith("."))
    )


def _is_dated(line: str) -> bool:
    """Is it a line that only says when the article appeared?"""
    line = composed(line.strip("#*_> "))
    return len(line) <= 160 and bool(published_date(line) or _of_line(line, month_first=False))


def _is_place_and_date(line: str, following: str) -> bool:
    """Is it a line that only says where and when: "VERNAY (Drôme), 12 mars 2024 -", "Le Courrier | 3 mars 2024"?

    "Paris, le 3 mars 2024" is one before a paragraph; before a shorter line it may be a headline about that day.
    """
    line = composed(line.strip("#*_> "))
    found = dates_in(line)
    if len(line) > _LONGEST_LINE or len(found) != 1:
        return False
    (each,) = found
    place, _ = _lead(line[: each.start])
    name = place.strip(_MARKS)
    n_words = len(name.partition("(")[0].split())
    is_label = place.endswith(_BARS) or line.startswith("(") or bool(_CAPITALS.fullmatch(name))
    is_named = is_name(name) and n_words <= (_MOST_NAMES if is_label else 4)
    is_apart = place.endswith(tuple(_MARKS.strip())) and not line[each.end :].strip(f"{_MARKS}.")
    return is_named and is_apart and (is_label or _is_body(following) or following.endswith((".", "!", "?", "…")))


def is_trail(line: str) -> bool:
    """Is a line the way to a page from the first one: "Accueil > Société > Le pont rouvre", "Home / News"?

    Without the first page, short steps one behind the other, with a sign that leads on.
    """
    steps = _STEP.split(line.strip())
    if len(line) > 2 * _LONGEST_LINE:
        return False
    if _FIRST_PAGE.fullmatch(steps[0]) or ((lead := _FIRST_PAGE.match(steps[0])) and lead.group().endswith(":")):
        return True
    return len(steps) > 2 and bool(_LEADS_ON.search(line)) and all(len(each.split()) <= _MOST_IN_STEP for each in steps)


def _ends_in_other(line: str) -> bool:
    """Is the last word of a line that something was updated, read or printed, with the day on the next line?"""
    found = [match.end() for match in _OTHER_DATE.finditer(line[-40:])]
    return bool(found) and len(line[-40:]) - found[-1] <= 6


def _lead(text: str) -> tuple[str, bool]:
    """Return what stands before a date without the words that lead to it ("le lundi"), and whether a weekday did."""
    text = text.rstrip()
    last = _LAST_WORD.search(text[-40:])
    word = fold(last[1]) if last else "-"
    is_short = len(word) < 5 and text.endswith((".", ","))
    has_weekday = word in weekdays() or (is_short and any(each.startswith(word) for each in weekdays()))
    if last and has_weekday:
        text = text[: len(text) - len(last.group())].rstrip()
    short = next((match for match in _BEFORE_DATE.finditer(text) if match.end() == len(text)), None)
    return (text[: short.start()].rstrip() if short else text), has_weekday


def name_of(byline: str) -> str:
    """Return the name in "Par Anne Le Gall"; a word that also begins names ("Di Maio") stays."""
    lead = _BYLINE.match(byline)
    return byline[lead.end() :] if lead and lead[1].lower() not in _PARTICLES else byline


def byline(line: str, is_marked: bool = False) -> str:
    """Return the names in a line such as "Par Anne Le Gall et Omar Sy, le 3 mars 2024 à 18 h", or "".

    In a line that a page marks as its author's more may stand around them.
    """
    leads = _AUTHOR.finditer(line[: 2 * _LONGEST_LINE]) if is_marked else _AUTHOR.finditer(line[:8])
    for lead in leads:
        told = line[lead.start() :]
        # "di" in small letters at the start of a line leads to a name, "Di" may be part of one.
        name = told[len(lead.group()) :].lstrip() if lead.group().islower() and lead.start() == 0 else name_of(told)
        end = _AFTER_NAME.search(name)
        if name == told or not end or not (is_marked or lead.start() == 0):
            continue
        found = _lead(name[: end.start()])[0].rstrip(_MARKS)
        published = _PUBLISHED.search(found)
        found = found[: published.start()].rstrip(_MARKS) if published else found
        rest = name[end.start() :].strip(_MARKS)
        is_apart = is_marked or not rest or rest.isupper() or any(char.isdigit() for char in rest)
        if (
            is_apart
            and is_name(found)
            and (1 + is_marked) * len(found.split()) > 1
            and len(found.split()) <= _MOST_NAMES
        ):
            return found
    return ""


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
    lines = [
        line
        for line, following in zip(top, [*top[1:], ""], strict=True)
        if line not in _FENCES
        and not (_FIELD.match(line) or _is_dated(line) or _is_place_and_date(line, following) or byline(line))
    ]
    for line in lines[:2]:
        if line.startswith("#"):
            return line.lstrip("# ").strip()
    if lines and is_trail(lines[0]):
        way = lines.pop(0)
        if not lines or _is_body(lines[0]):
            return max(_STEP.split(way), key=len)
    if not lines or _is_body(lines[0]):
        return ""
    is_section = len(lines[0].split()) <= 3 and len(lines) > 1 and not _is_body(lines[1], longest=220)
    return lines[1] if is_section and len(lines) > 2 else lines[0]


def _is_body(line: str, longest: int = 160) -> bool:
    """Return True for a paragraph, False for a line short enough to be a headline."""
    return len(line) > longest or _behind_dateline(line) > 0 or line.startswith(("«", "“", '"'))


def _behind_dateline(line: str) -> int:
    """Return where a line goes on behind its opening dateline, 0 if it has none."""
    if match := _DATELINE.match(line):
        return match.end()
    said = composed(line)
    if len(said) != len(line) or not _of_dateline(said, month_first=False):
        return 0
    end = dates_in(said[:160])[0].end
    clock = _CLOCK.match(said, end)
    dash = _DASH_BEHIND.match(said, end) or _DASH_BEHIND.match(said, clock.end() if clock else end)
    return dash.end() if dash else 0


def _opening(top: Sequence[str]) -> str:
    """Return the first words of an article without a headline, after its dateline."""
    if not top:
        return ""
    text = top[0][_behind_dateline(top[0]) :] or top[0]
    if len(text) <= 90:
        return text
    return text[:90].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"
