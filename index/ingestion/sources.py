"""The folders of a library, and the articles removed from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from index import disk
from index.documents import (
    KINDS_WORDS,
    display_name,
    is_there,
    require_ordinary,
)
from index.errors import CorpusError
from index.storage import (
    Library,
    added_folder,
)
from index.types import Excluded


def folders_of(before: Sequence[str], path: Path, sources: Sequence[Path], forget: Sequence[Path]) -> list[Path]:
    known = [Path(each) for each in before]
    dropped = {Path(each).expanduser().resolve() for each in forget}
    if unknown := dropped - {each.resolve() for each in known}:
        raise CorpusError(f"{min(unknown)} is not among the library's folders: {', '.join(map(str, known)) or 'none'}")
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
