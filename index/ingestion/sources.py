"""What a person decides about a library: its folders, the articles removed from it, and dates corrected by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from index import disk
from index.documents import (
    KINDS_WORDS,
    display_name,
    is_there,
    require_ordinary,
)
from index.errors import CorpusError
from index.objects import shown_path
from index.storage import (
    Library,
    added_folder,
    is_date,
    publish,
    writing,
)
from index.types import Article, Excluded


def folders_of(before: Sequence[str], path: Path, sources: Sequence[Path], forget: Sequence[Path]) -> list[Path]:
    known = [Path(each) for each in before]
    dropped = {Path(each).expanduser().resolve() for each in forget}
    if unknown := dropped - {each.resolve() for each in known}:
        names = ", ".join(shown_path(str(each)) for each in known) or "none"
        raise CorpusError(f"{shown_path(str(min(unknown)))} is not among the library's folders: {names}")
    for source in sources:
        source = Path(source).expanduser()
        if not is_there(source):
            raise CorpusError(f"no such folder or file: {source}. Name a folder that contains articles ({KINDS_WORDS})")
        require_ordinary(source, path)
        if source.resolve() not in known:
            known.append(source.resolve())
    kept = [each for each in known if each not in dropped]
    for each in kept:
        require_ordinary(each, path, known=True)
    if not kept and not dropped:
        raise CorpusError(f"the library at {path} has no folder yet. Name one: citeline index FOLDER")
    added = added_folder(path)
    if added in kept:
        disk.make_folder(added)
    # A folder inside another one that is indexed would name its articles twice; the library's own is never entered.
    inside = {each for each in kept if any(each != other and each.is_relative_to(other) for other in kept)}
    return [each for each in kept if each not in inside or each == added]


def excluded_of(
    before: Sequence[Excluded],
    old: Library | None,
    exclude: Sequence[str],
    include: Sequence[str],
    forget: Sequence[Path],
) -> tuple[Excluded, ...]:
    """Return what is now removed from the library. What was in a forgotten folder is forgotten with it."""
    dropped = [each.expanduser().resolve() for each in forget]
    off = {each.id: each for each in before if not any(Path(each.path).is_relative_to(each_) for each_ in dropped)}
    for id in include:
        if off.pop(id, None) is None:
            raise CorpusError(f"{display_name(id)} is not excluded from this library. To list what is: citeline status")
    for id in exclude:
        article = old.by_id.get(id) if old else None
        if article is None:
            raise CorpusError(
                f"there is no article {display_name(id)} in this library. To list its articles: citeline status"
            )
        off[id] = Excluded(id, article.title, article.path)
    return tuple(off.values())


def correct_date(path: Path, article_id: str, date: str) -> Article:
    """Give an article of the library at `path` another date, or with "" the one that was read again.

    The new generation has the same segments: nothing is read or embedded. Return the article as it is now.

    Raises:
        CorpusError: There is no such article, or `date` is none.
        LibraryBusy: Another process is writing.
    """
    if date and not is_date(date):
        raise CorpusError(f'"{date[:40]}" is no date. Write the day, month or year as 2024-03-03, 2024-03 or 2024')
    with writing(path):
        old = Library.open(path)
        if article_id not in old.by_id:
            raise CorpusError(f"no article of the library is called {article_id}")
        dates = {id: known for id, known in old.manifest.dates.items() if id != article_id}
        dates |= {article_id: date} if date else {}
        if dates == old.manifest.dates:
            return old.by_id[article_id]
        publish(path, replace(old.manifest, dates=dates), old.segments, old.order, old.folder)
    return Library.open(path).by_id[article_id]


def moved(dates: Mapping[str, str], renamed: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return corrected dates under the names that articles have now; one whose file is gone keeps its own."""
    names = dict(renamed)
    return {names.get(id, id): date for id, date in dates.items()}
