"""Dates of articles as a person corrects them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from index.errors import CorpusError
from index.storage import Library, is_date, publish, writing
from index.types import Article


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
