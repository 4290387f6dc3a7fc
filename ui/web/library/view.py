"""The shelf as HTML. Pure functions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from index.documents import KINDS, KINDS_WORDS, display_name
from index.storage import Library, added_folder
from index.types import BuildReport, Excluded, ManyRead, Skipped
from ui.formats import escape_key, joined, render, text_html
from ui.i18n import (
    Trouble,
    count,
    language_name,
    many_words,
    month_name,
    reason_words,
    shelf_words,
    trouble_words,
    words,
)
from ui.services import Job, LibraryHost, address
from ui.web.library.listing import PAGE_ROWS, SORTS, Row

if TYPE_CHECKING:
    from markupsafe import Markup

SHOWN_EACH = 100
"""Of a list in a report or below the table; the rest is counted."""
_frame = partial(render, "web/library/templates/frame.html")
_table = partial(render, "web/library/templates/table.html")
_job = partial(render, "web/library/templates/job.html")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A row as the table shows it."""

    state: str
    state_words: str
    title: str
    key: str
    """The article's, of `escape_key`."""
    meta: str
    small: str
    """All that a narrow window has no columns for."""
    date: str
    iso: str
    """The date as it can be corrected."""
    why: str
    """What says the date."""
    read: str
    """The line that says the date of the file, where a person corrected it."""
    language: str
    n_lines: str
    indexed: str
    sure: str
    """The question asked before it is removed."""


def frame_html(lang: str, libraries: Markup | str = "", has_samples: bool = False) -> Markup:
    """Everything that stays while lists and reports come and go; the script says whether the library is empty."""
    say = shelf_words(lang)
    return _frame(
        "frame",
        kinds=",".join(KINDS),
        kinds_words=say["kinds"].format(kinds=KINDS_WORDS),
        uploading=say["upload"] + words(lang)["colon"] + say["of"],
        libraries=libraries,
        has_samples=has_samples,
        say=say,
    )


def libraries_html(host: LibraryHost, name: str, lang: str) -> Markup:
    """The other libraries, each a link to its page, and the name of a new one; "" where there is only one."""
    if not host.takes_more:
        return text_html("")
    links = [(address(each), each or host.main_name, each == name) for each in host.libraries]
    return _frame("libraries", links=links, say=shelf_words(lang))


def table_html(
    rows: Sequence[Row], page: int, sort: str, is_down: bool, lang: str, is_all: bool, copies: set[str]
) -> Markup:
    """One page of rows, 0-based, under headings that sort. `copies` are the ids of articles that would be deleted."""
    say = shelf_words(lang)
    if not rows:
        return empty_html(say["empty" if is_all else "nothing"])
    n_pages = -(-len(rows) // PAGE_ROWS)
    pager = text_html("")
    if n_pages > 1:
        place = say["page"].format(page=page + 1, pages=n_pages)
        pager = _table("pager", place=place, page=page, n_pages=n_pages, say=say)
    return _table(
        "table",
        rows=[_row(row, lang, row.id in copies) for row in rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]],
        keys=SORTS,
        sort=sort,
        is_down=is_down,
        total=count(len(rows), "article", lang),
        pager=pager,
        say=say,
    )


def empty_html(text: str) -> Markup:
    """What stands in the table's place when there is no row."""
    return _table("empty", text=text)


def _row(row: Row, lang: str, is_a_copy: bool) -> _Shown:
    say = shelf_words(lang)
    state = say[row.state or "as_indexed"]
    date, language = short_date(row.date, lang), language_name(row.language, lang)
    is_corrected = row.date_from == "corrected"
    lines = count(row.n_lines, "line", lang) if row.n_lines else ""
    return _Shown(
        state=row.state,
        state_words=state,
        title=row.title,
        key=escape_key(row.id),
        meta=" · ".join(filter(None, (row.id, say["in_text"] if row.is_in_text else ""))),
        small=" · ".join(filter(None, (language, lines, state))),
        date=date,
        iso=row.date,
        why=words(lang).get(f"date_from_{row.date_from}", "") if row.date else "",
        read=say["date_read"].format(date=short_date(row.read, lang) or say["date_none"]) if is_corrected else "",
        language=language,
        n_lines=f"{row.n_lines}" if row.n_lines else "",
        indexed=short_date(time.strftime("%Y-%m-%d", time.localtime(row.indexed)), lang) if row.indexed else "",
        sure=say["sure_delete" if is_a_copy else "sure_remove"].format(what=row.title),
    )


def side_html(library: Library, lang: str) -> Markup:
    """Below the table: folders, what was taken off, what was passed over and why."""
    say = shelf_words(lang)
    own = added_folder(library.path)
    parts = [
        _fold(say["folders"], [_folder(each, say) for each in library.manifest.sources if each != str(own)], say),
        _fold(say["off"], [_off(each, say) for each in library.manifest.excluded], say),
        _fold(say["many"], [_many(each, lang) for each in library.manifest.many], say),
        _fold(say["skipped"], [_skipped(each, lang) for each in library.manifest.skipped], say),
    ]
    return joined(parts)


def _fold(title: str, items: Sequence[str], say: Mapping[str, str], is_open: bool = False) -> Markup:
    """A list that folds; nothing when it is empty."""
    if not items:
        return text_html("")
    rest = len(items) - SHOWN_EACH
    more = say["and_more"].format(n=rest) if rest > 0 else ""
    return _table("fold", title=title, items=items[:SHOWN_EACH], n=len(items), more=more, is_open=is_open)


def _folder(folder: str, say: Mapping[str, str]) -> Markup:
    return _table("folder", path=folder, key=escape_key(folder), sure=say["sure_forget"].format(what=folder), say=say)


def _off(each: Excluded, say: Mapping[str, str]) -> Markup:
    return _table("off", title=each.title, id=each.id, key=escape_key(each.id), say=say)


def _many(each: ManyRead, lang: str) -> Markup:
    """A file of several articles: how many it holds, how many were read, why the others were not."""
    return _table("skipped", path=display_name(each.path), reason=many_words(each, lang))


def _skipped(each: Skipped, lang: str) -> Markup:
    return _table("skipped", path=each.path, reason=reason_words(each, lang))


# --- jobs ---------------------------------------------------------------------------------------------------------


def job_html(job: Job, lang: str) -> Markup:
    """The bar of a job that runs, which the script keeps up to date, and the button that stops it."""
    say = shelf_words(lang)
    return _job("job", text=phase_text(job, lang), phase=say[f"phase_{job.phase}"], say=say)


def phase_text(job: Job, lang: str) -> str:
    """What a job is doing, and how much of it is done."""
    say = shelf_words(lang)
    text = say.get(f"phase_{job.phase}", job.phase)
    return f"{text}{words(lang)['colon']}{say['of'].format(done=job.done, total=job.total)}" if job.total > 1 else text


def troubles_html(troubles: Sequence[Trouble], lang: str) -> Markup:
    """A line for each thing that keeps changes in the folders from being seen."""
    return _job("troubles", lines=[trouble_words(each, lang) for each in troubles])


def said_html(text: str, state: str) -> Markup:
    """A line about what was "done", "stopped" or has "failed", or that something has "changed"."""
    return _job("said", text=text, state=state)


def ended_html(job: Job, lang: str) -> Markup:
    """What a job that has ended did, and what it could not do."""
    say = shelf_words(lang)
    if job.report is None:
        return said_html(say["stopped"] if job.state == "stopped" else f"{say['failed']} {job.error}", job.state)
    said = said_html(say["unchanged" if job.report.is_noop else "done"], "done")
    return said + _report(job.report, lang, say)


def _report(report: BuildReport, lang: str, say: Mapping[str, str]) -> Markup:
    def opened(id: str) -> Markup:
        return _job("opened", id=id, key=escape_key(id))

    renamed = [_job("renamed", old=old, new=new, key=escape_key(new)) for old, new in report.renamed]
    return (
        _fold(say["added"], [opened(id) for id in report.added], say, len(report.added) < 6)
        + _fold(say["changed_list"], [opened(id) for id in report.changed], say, len(report.changed) < 6)
        + _fold(say["renamed"], renamed, say)
        + _fold(say["removed_list"], report.removed, say, len(report.removed) < 6)
        + _fold(say["passed_over"], [_skipped(each, lang) for each in report.skipped], say, len(report.skipped) < 6)
        + _fold(say["notes"], report.notes, say)
    )


def short_date(date: str, lang: str) -> str:
    """An ISO date in few characters: "22/11/2026", "22 Nov 2026"; anything else as it is."""
    parts = date.split("-")
    if not all(part.isdecimal() for part in parts) or not 1 < len(parts) < 4 or not 1 <= int(parts[1]) <= 12:
        return date
    if lang == "fr":
        return "/".join(reversed(parts))
    return " ".join([*([str(int(parts[2]))] if len(parts) == 3 else []), month_name(int(parts[1]), "en")[:3], parts[0]])
