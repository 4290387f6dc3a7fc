"""What the command prints: answers, reports and states as plain text or as the dictionaries behind --json."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.generation import destination

if TYPE_CHECKING:
    from index.progress import Progress
    from index.storage import Library
    from index.types import BuildReport, ManyRead
    from rag.generation import Llm
from ui.formats import shown


def tell_destination(llm: Llm | None) -> None:
    """Say on stderr where questions and lines of articles go, if anywhere, before the first one does."""
    if away := destination(llm):
        print(
            f"citeline: questions and lines from your articles are sent to {shown(away)}", file=sys.stderr, flush=True
        )


def report_dict(report: BuildReport, where: Path) -> dict[str, Any]:
    from index.objects import shown_path

    return {
        "library": {"path": str(where), "generation": report.generation},
        "added": list(report.added),
        "changed": list(report.changed),
        "renamed": [{"from": old, "to": new} for old, new in report.renamed],
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "files_of_several": [_many_dict(each) for each in report.many],
        "skipped": [{"path": shown_path(s.path), "reason": s.reason} for s in report.skipped],
        "notes": list(report.notes),
        "ocr": list(report.recognised),
        "n_articles": report.n_articles,
        "n_chunks": report.n_chunks,
        "n_embedded": report.n_embedded,
        "seconds": round(report.seconds, 3),
    }


def _many_dict(many: ManyRead) -> dict[str, Any]:
    """A file of several articles: how many it holds, how many were read, why others were passed over."""
    from index.documents import display_name
    from index.objects import shown_path

    return {
        "path": display_name(shown_path(many.path)),
        "found": many.n_found,
        "read": many.n_read,
        "passed_over": [{"reason": str(why), "n": n} for why, n in many.passed_over],
    }


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar a phase on a terminal's stderr, a plain line a phase elsewhere."""
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(phase: str, done: int, total: int) -> None:
            if phase not in said:
                said.add(phase)
                print(f"{phase}{f' {total}' if total else ''} …", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def bar(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total or None)
            bars.update(tasks[phase], completed=done, total=total or None)

        yield bar


def status_dict(library: Library, states: Mapping[str, str]) -> dict[str, Any]:
    """A library as `citeline status --json` shows it; `states` says which articles are no longer what was indexed."""
    from index.objects import shown_path

    articles = [
        {
            "article": article.id,
            "title": article.title,
            "date": article.date,
            "date_from": article.date_from,
            "language": article.language,
            "source": article.source,
            "author": article.author,
            "section": article.section,
            "page": article.page,
            "url": article.url,
            "lines": len(article.lines),
            "pages": len(article.pages),
            "ocr_pages": list(article.ocr),
            "doubtful_words": len(article.doubtful),
            "sha256": article.sha256,
            "state": states.get(article.id, "current"),
            "copies": [each.id for each in library.families.of(article.id) if each.id != article.id],
        }
        for article in library.articles
    ]
    manifest = library.manifest
    return {
        "library": library.place,
        "generation": library.generation,
        "created": manifest.created,
        "embedder": manifest.embedder,
        "dim": manifest.dim,
        "folders": [shown_path(each) for each in manifest.sources],
        "n_chunks": manifest.n_chunks,
        "n_families": len(library.families),
        "n_copies": library.families.n_copies,
        "articles": articles + [{"article": id, "state": state} for id, state in states.items() if state == "new"],
        "files_of_several": [_many_dict(each) for each in manifest.many],
        "skipped": [{"path": shown_path(each.path), "reason": each.reason} for each in manifest.skipped],
        "taken_off": [
            {"article": each.id, "title": each.title, "path": shown_path(each.path)} for each in manifest.excluded
        ],
    }


def status_text(library: Library, states: Mapping[str, str]) -> str:
    """A library as `citeline status` shows it."""
    from index.documents import display_name
    from index.objects import shown_path
    from ui.i18n import many_words

    manifest = library.manifest
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(manifest.created))
    languages = ", ".join(library.languages) or "none"
    lines = [
        f"library     {library.place}, generation {library.generation} of {created}",
        f"embedder    {manifest.embedder}, {manifest.dim} dimensions",
        f"folders     {', '.join(map(shown_path, manifest.sources)) or 'none'}",
        f"articles    {manifest.n_articles} in {manifest.n_chunks} chunks; languages: {languages}",
    ]
    if n := len(library.families):
        texts = "1 text is" if n == 1 else f"{n} texts are"
        lines.append(f"copies      {texts} in several articles; {library.families.n_copies} of these are copies")
    for article in library.articles:
        state = f"  [{states[article.id]}]" if article.id in states else ""
        facts = (
            f"{article.date or '-':10}  {article.date_from or '-':8}  {article.language}  {len(article.lines):4} lines"
        )
        facts += f"  {len(article.pages)} pages" if article.pages else ""
        facts += f"  OCR, {len(article.doubtful)} doubtful words" if article.ocr else ""
        first, *others = library.families.of(article.id) or (article,)
        facts += f"  copy of {first.id}" if first.id != article.id else f"  {len(others)} copies" if others else ""
        lines.append(f"  {article.id}  {facts}  {article.title}{state}")
    lines += [f"  {id}  [new]" for id, state in states.items() if state == "new"]
    lines += [f"  several {display_name(shown_path(each.path))}: {many_words(each, 'en')}" for each in manifest.many]
    lines += [f"  skipped {shown_path(each.path)}: {each.reason}" for each in manifest.skipped]
    lines += [f"  excluded {each.id}  {each.title}" for each in manifest.excluded]
    if states:
        lines.append(f"{len(states)} changed since then. To index them: citeline index")
    return "\n".join(map(shown, lines))
