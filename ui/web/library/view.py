"""The shelf as HTML. Pure functions; every character that is not ours goes through `escape`."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from index.documents import KINDS, KINDS_WORDS
from index.storage import Library, added_folder
from index.types import BuildReport, Excluded, Skipped
from ui.formats import escape, escape_key
from ui.i18n import Trouble, count, language_name, month_name, reason_words, shelf_words, trouble_words, words
from ui.services import Job, Libraries, address
from ui.web.library.listing import PAGE_ROWS, SORTS, Row

SHOWN_EACH = 100
"""Of a list in a report or below the table; the rest is counted."""


def frame_html(lang: str, libraries: str = "", has_samples: bool = False) -> str:
    """Everything that stays while lists and reports come and go; the script says whether the library is empty."""
    say = shelf_words(lang)
    samples = (
        '<p class="cl-stack-first"><button type="button" class="cl-stack-button" data-do="samples">'
        f"{say['samples']}</button></p>"
    )
    kinds, copying = ",".join(KINDS), say["upload"] + words(lang)["colon"] + say["of"]
    return (
        f'<section class="cl-stacks" aria-label="{say["shelf"]}" data-upload="{copying}"'
        f' data-refused="{say["passed_over"]}" data-counting="{say["counting"]}">'
        f'<header class="cl-stack-head"><h2 tabindex="-1">{say["shelf"]}</h2>{libraries}'
        f'<button type="button" class="cl-stack-close" data-go="close" aria-label="{say["hide"]}">×</button></header>'
        f'<div class="cl-stack-bar"><input type="search" class="cl-stack-search" maxlength="200"'
        f' placeholder="{say["search"]}" aria-label="{say["search"]}">'
        f'<button type="button" class="cl-stack-button cl-stack-add" aria-expanded="false">{say["add"]}</button>'
        f'<button type="button" class="cl-stack-button" data-do="reindex">{say["reindex"]}</button></div>'
        f'<div class="cl-stack-adding" hidden><h3 class="cl-stack-first">{say["welcome"]}</h3>'
        f'<p class="cl-stack-drop">{say["drop"]}</p>'
        f'<p class="cl-hint">{say["kinds"].format(kinds=KINDS_WORDS)}</p><p class="cl-stack-choices">'
        f'<button type="button" class="cl-stack-button cl-stack-choose">{say["choose"]}</button>'
        f'<button type="button" class="cl-stack-button cl-stack-choose" data-folder>{say["choose_folder"]}</button>'
        f'<input type="file" multiple accept="{kinds}" class="cl-stack-files" aria-label="{say["choose"]}" hidden>'
        f'<input type="file" webkitdirectory class="cl-stack-folder" aria-label="{say["choose_folder"]}" hidden></p>'
        f'<form class="cl-stack-form" data-do="add"><label>{say["path"]}<input class="cl-stack-path" maxlength="4000"'
        f' placeholder="{say["path_hint"]}" autocomplete="off" spellcheck="false"></label>'
        f'<button type="submit" class="cl-stack-button">{say["add_path"]}</button></form>'
        f'<p class="cl-hint">{say["copies"]}</p>{samples if has_samples else ""}</div>'
        '<div class="cl-stack-job" hidden></div><div class="cl-stack-report" role="status" hidden></div>'
        '<div class="cl-stack-list"></div><div class="cl-stack-side"></div>'
        '<dialog class="cl-stack-dialog"><p class="cl-stack-ask"></p><form method="dialog">'
        f'<button class="cl-stack-button cl-stack-no" value="" data-keep="{say["keep"]}">{say["keep"]}</button>'
        '<button class="cl-stack-button cl-stack-yes" value="yes"></button></form></dialog></section>'
    )


def libraries_html(libraries: Libraries | None, name: str, lang: str) -> str:
    """The other libraries, each a link to its page, and the name of a new one; "" where there is only one."""
    if libraries is None:
        return ""
    say = shelf_words(lang)
    links = "".join(
        f'<li><a href="{address(each)}"{" aria-current=page" if each == name else ""}>'
        f"{escape(each or libraries.main_name)}</a></li>"
        for each in libraries.backends
    )
    return (
        f'<details class="cl-stack-libraries"><summary>{say["libraries"]} ({len(libraries.backends)})</summary>'
        f'<ul>{links}</ul><form class="cl-stack-form" data-do="create"><label>{say["new_library"]}'
        f'<input class="cl-stack-path" maxlength="40" placeholder="{say["new_name"]}" autocomplete="off"></label>'
        f'<button type="submit" class="cl-stack-button">{say["create"]}</button></form></details>'
    )


def table_html(
    rows: Sequence[Row], page: int, sort: str, is_down: bool, lang: str, is_all: bool, copies: set[str]
) -> str:
    """One page of rows, 0-based, under headings that sort. `copies` are the ids of articles that would be deleted."""
    say = shelf_words(lang)
    if not rows:
        return f'<p class="cl-stack-empty">{say["empty" if is_all else "nothing"]}</p>'
    heads = "".join(
        f'<th scope="col" class="cl-col-{key}"'
        f"{f' aria-sort={_direction(is_down)}' if key == sort else ''}>"
        f'<button type="button" data-sort="{key}">{say[key]}'
        f'<span aria-hidden="true">{("↓" if is_down else "↑") if key == sort else ""}</span></button></th>'
        for key in SORTS
    )
    shown = rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    body = "".join(_row(row, lang, say, row.id in copies) for row in shown)
    n_pages = -(-len(rows) // PAGE_ROWS)
    pager = ""
    if n_pages > 1:
        place = say["page"].format(page=page + 1, pages=n_pages)
        pager = (
            f'<nav class="cl-stack-pager" aria-label="{place}">{_turn("previous", page - 1, page > 0, say)}'
            f"<span>{place}</span>{_turn('next', page + 1, page + 1 < n_pages, say)}</nav>"
        )
    total = count(len(rows), "article", lang)
    return (
        f'<p class="cl-stack-count" role="status">{total}</p><table class="cl-stack-table"><thead><tr>{heads}'
        f'<td class="cl-col-do"></td></tr></thead><tbody>{body}</tbody></table>{pager}'
    )


def _direction(is_down: bool) -> str:
    return "descending" if is_down else "ascending"


def _turn(key: str, page: int, can: bool, say: Mapping[str, str]) -> str:
    face = "‹" if key == "previous" else "›"
    off = "" if can else " disabled"
    return f'<button type="button" data-page="{page}" aria-label="{say[key]}" title="{say[key]}"{off}>{face}</button>'


def _row(row: Row, lang: str, say: Mapping[str, str], is_a_copy: bool) -> str:
    title, name, key = escape(row.title), escape(row.id), escape_key(row.id)
    state = say[row.state or "as_indexed"]
    facts = [short_date(row.date, lang), language_name(row.language, lang)]
    lines = f"{row.n_lines}" if row.n_lines else ""
    indexed = short_date(time.strftime("%Y-%m-%d", time.localtime(row.indexed)), lang) if row.indexed else ""
    if row.state == "new":
        head, do = f'<span class="cl-title" dir="auto">{title}</span>', ""
    else:
        head = f'<button type="button" class="cl-stack-open cl-title" data-article="{key}" dir="auto">{title}</button>'
        sure = escape(say["sure_delete" if is_a_copy else "sure_remove"].format(what=row.title))
        do = (
            f'<button type="button" class="cl-stack-remove" data-do="remove" data-what="{key}" data-sure="{sure}"'
            f' data-yes="{say["remove"]}" title="{say["remove"]}" aria-label="{say["remove"]} {title}">×</button>'
        )
    meta = " · ".join(filter(None, (name, say["in_text"] if row.is_in_text else "")))
    small = escape(" · ".join(filter(None, (*facts, lines and count(row.n_lines, "line", lang), state))))
    return (
        f'<tr data-state="{row.state}"><th scope="row" class="cl-col-title">{head}'
        f'<span class="cl-meta" dir="auto">{meta}</span><span class="cl-meta cl-stack-small">{small}</span></th>'
        f'<td class="cl-col-date">{escape(facts[0])}</td><td class="cl-col-language">{escape(facts[1])}</td>'
        f'<td class="cl-col-lines">{lines}</td><td class="cl-col-indexed">{indexed}</td>'
        f'<td class="cl-col-state">{state}</td><td class="cl-col-do">{do}</td></tr>'
    )


def side_html(library: Library, lang: str) -> str:
    """Below the table: folders, what was taken off, what was passed over and why."""
    say = shelf_words(lang)
    own = added_folder(library.path)
    parts = [
        _fold(say["folders"], [_folder(each, say) for each in library.manifest.sources if each != str(own)], say),
        _fold(say["off"], [_off(each, say) for each in library.manifest.excluded], say),
        _fold(say["skipped"], [_skipped(each, lang) for each in library.manifest.skipped], say),
    ]
    return "".join(parts)


def _fold(title: str, items: Sequence[str], say: Mapping[str, str], is_open: bool = False) -> str:
    if not items:
        return ""
    rest = len(items) - SHOWN_EACH
    shown = "".join(f"<li>{item}</li>" for item in items[:SHOWN_EACH])
    more = f"<li>{say['and_more'].format(n=rest)}</li>" if rest > 0 else ""
    state = " open" if is_open else ""
    return f'<details class="cl-fold"{state}><summary>{title} ({len(items)})</summary><ul>{shown}{more}</ul></details>'


def _folder(folder: str, say: Mapping[str, str]) -> str:
    name = escape(folder)
    sure = escape(say["sure_forget"].format(what=folder))
    return (
        f'<span dir="auto">{name}</span> <button type="button" class="cl-stack-link" data-do="forget"'
        f' data-what="{escape_key(folder)}" data-sure="{sure}" data-yes="{say["forget"]}">{say["forget"]}</button>'
    )


def _off(each: Excluded, say: Mapping[str, str]) -> str:
    return (
        f'<span dir="auto">{escape(each.title)}</span> <span class="cl-meta">{escape(each.id)}</span> '
        f'<button type="button" class="cl-stack-link" data-do="restore" data-what="{escape_key(each.id)}">'
        f"{say['restore']}</button>"
    )


def _skipped(each: Skipped, lang: str) -> str:
    reason = escape(reason_words(each, lang))
    return f'<span dir="auto">{escape(each.path)}</span><span class="cl-reason">{reason}</span>'


# --- jobs ---------------------------------------------------------------------------------------------------------


def job_html(job: Job, lang: str) -> str:
    """The bar of a job that runs, which the script keeps up to date, and the button that stops it."""
    say = shelf_words(lang)
    return (
        f'<p class="cl-stack-phase">{phase_text(job, lang)}</p>'
        f'<progress class="cl-stack-progress" aria-label="{say[f"phase_{job.phase}"]}"></progress>'
        f'<p class="cl-hint">{say["still_asking"]}</p>'
        f'<button type="button" class="cl-stack-button" data-do="stop">{say["stop"]}</button>'
    )


def phase_text(job: Job, lang: str) -> str:
    """What a job is doing, and how much of it is done."""
    say = shelf_words(lang)
    text = say.get(f"phase_{job.phase}", job.phase)
    return f"{text}{words(lang)['colon']}{say['of'].format(done=job.done, total=job.total)}" if job.total > 1 else text


def troubles_html(troubles: Sequence[Trouble], lang: str) -> str:
    """A line for each thing that keeps changes in the folders from being seen."""
    lines = (escape(trouble_words(each, lang)) for each in troubles)
    return "".join(f'<p class="cl-stack-said" data-state="failed" dir="auto">{line}</p>' for line in lines)


def ended_html(job: Job, lang: str) -> str:
    """What a job that has ended did, and what it could not do."""
    say = shelf_words(lang)
    if job.report is None:
        said = say["stopped"] if job.state == "stopped" else f"{say['failed']} {escape(job.error)}"
        return f'<p class="cl-stack-said" data-state="{job.state}">{said}</p>'
    said = say["unchanged" if job.report.is_noop else "done"]
    return f'<p class="cl-stack-said" data-state="done">{said}</p>{_report(job.report, lang, say)}'


def _report(report: BuildReport, lang: str, say: Mapping[str, str]) -> str:
    def opened(id: str) -> str:
        name = escape(id)
        return (
            f'<button type="button" class="cl-stack-open cl-stack-link" data-article="{escape_key(id)}">{name}</button>'
        )

    renamed = [f"{escape(old)} → {opened(new)}" for old, new in report.renamed]
    return (
        _fold(say["added"], [opened(id) for id in report.added], say, len(report.added) < 6)
        + _fold(say["changed_list"], [opened(id) for id in report.changed], say, len(report.changed) < 6)
        + _fold(say["renamed"], renamed, say)
        + _fold(say["removed_list"], [escape(id) for id in report.removed], say, len(report.removed) < 6)
        + _fold(say["passed_over"], [_skipped(each, lang) for each in report.skipped], say, len(report.skipped) < 6)
        + _fold(say["notes"], [escape(note) for note in report.notes], say)
    )


def short_date(date: str, lang: str) -> str:
    """An ISO date in few characters: "22/11/2026", "22 Nov 2026"; anything else as it is."""
    parts = date.split("-")
    if not all(part.isdecimal() for part in parts) or not 1 < len(parts) < 4 or not 1 <= int(parts[1]) <= 12:
        return date
    if lang == "fr":
        return "/".join(reversed(parts))
    return " ".join([*([str(int(parts[2]))] if len(parts) == 3 else []), month_name(int(parts[1]), "en")[:3], parts[0]])
