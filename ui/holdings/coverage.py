"""`citeline status --file`: of each file how much was read, what was left out and why, and what was passed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ui.formats import shown
from ui.holdings.dates import date_words
from ui.holdings.names import matching, no_such

if TYPE_CHECKING:
    from index.storage import Library
    from index.types import Article, Coverage, LeftOut, ManyRead, Skipped

_OLD = "not recorded: this library is from before it was measured. To measure it: citeline index"
_UNMEASURED = "how much the file holds besides is not measured for this kind of file"


@dataclass(slots=True)
class Held:
    """A file, and what a library knows of it."""

    path: str
    """As the library shows it."""
    articles: list[Article] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    many: ManyRead | None = None
    """How it was read, if it holds several articles."""


def files_of(library: Library) -> list[Held]:
    """Return every file of a library, read or passed over."""
    return list(_by_path(library).values())


def files_named(library: Library, typed: str) -> list[Held]:
    """Return the files that a name fits, or of a file of several articles those of them. Raises ShelfError if none."""
    held = _by_path(library)
    names: list[tuple[str, ...]] = []
    things: list[tuple[Held, Article | None]] = []
    for one in held.values():
        names.append((one.path,))
        things.append((one, None))
        for article in one.articles:
            names.append((article.id,))
            things.append((one, article))
    found = [things[n] for n in matching(names, typed)]
    if not found:
        raise no_such(typed)
    whole = {id(one): one for one, article in found if article is None}
    single = [Held(one.path, [article]) for one, article in found if article is not None and id(one) not in whole]
    return [*whole.values(), *(one if len(held[one.path].articles) > 1 else held[one.path] for one in single)]


def _by_path(library: Library) -> dict[str, Held]:
    from index.documents import display_name

    held: dict[str, Held] = {}

    def file(path: str) -> Held:
        return held.setdefault(path, Held(path))

    for article in library.articles:
        file(display_name(article.path)).articles.append(article)
    for many in library.manifest.many:
        file(display_name(many.path)).many = many
    for each in library.manifest.skipped:
        path, _, _ = each.path.partition("#")
        file(path if path in held else each.path).skipped.append(each)
    return held


def file_dict(held: Held) -> dict[str, Any]:
    """A file as `citeline status --file NAME --json` lists it."""
    return {
        "file": held.path,
        "found": held.many.n_found if held.many else None,
        "read": held.many.n_read if held.many else len(held.articles),
        "coverage": _coverage_dict(held.many.coverage if held.many else None),
        "articles": [
            {
                "article": each.id,
                "title": each.title,
                "date": each.date,
                "date_from": each.date_from,
                "lines": len(each.lines),
                "coverage": _coverage_dict(each.coverage),
            }
            for each in held.articles
        ],
        "skipped": [{"path": each.path, "reason": each.reason} for each in held.skipped],
    }


def file_text(held: Held) -> str:
    """A file as `citeline status --file NAME` shows it."""
    from ui.i18n import many_words

    lines = [held.path + (f": {many_words(held.many, 'en')}" if held.many else "")]
    if held.many and held.many.coverage:
        lines += [f"  {line}" for line in _coverage_lines(held.many.coverage)]
    for each in held.articles:
        lines.append(f"  {each.id}: {each.title}")
        lines.append(f"    date: {date_words(each)}")
        lines += [f"    {line}" for line in _coverage_lines(each.coverage)]
    lines += [f"  passed over {each.path}: {each.reason}" for each in held.skipped]
    return "\n".join(map(shown, lines))


def _coverage_lines(coverage: Coverage | None) -> list[str]:
    if coverage is None:
        return [_OLD]
    told = [f"note: {coverage.note}"] if coverage.note else []
    if coverage.found < 0:
        return [f"{coverage.kept:,} letters and digits kept; {_UNMEASURED}", *told]
    lines = [f"{coverage.found:,} letters and digits in the text, {coverage.kept:,} kept{_share(coverage)}"]
    for each in coverage.left_out:
        how = "" if each.reason == "fact" else "left out "
        lines.append(f"  {how}{each.n_chars:,} in {each.n_blocks:,}: {_why(each)}")
        lines += [f"    “{first}”" for first in each.begins]
        if (n := each.n_blocks - len(each.begins)) > 0 and each.begins:
            lines.append(f"    and {n:,} shorter")
    return [*lines, *told]


def _share(coverage: Coverage) -> str:
    """Return what was kept as facts, and the percentage kept, "" of nothing."""
    if not coverage.found:
        return ""
    facts = f" and {coverage.facts:,} as facts" if coverage.facts else ""
    return f"{facts} (all)" if coverage.percent == 100 else f"{facts} ({coverage.percent} %)"


def _why(each: LeftOut) -> str:
    from index.types import LEFT_OUT

    return LEFT_OUT[each.reason]


def _coverage_dict(coverage: Coverage | None) -> dict[str, Any] | None:
    if coverage is None:
        return None
    return {
        "is_measured": coverage.found >= 0,
        "n_in_file": coverage.found if coverage.found >= 0 else None,
        "n_kept": coverage.kept,
        "left_out": [
            {"reason": each.reason, "n": each.n_chars, "blocks": each.n_blocks, "begin": list(each.begins)}
            for each in coverage.left_out
        ],
        "note": coverage.note,
    }
