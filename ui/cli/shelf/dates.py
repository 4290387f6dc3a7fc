"""`citeline date`: the date of an article, where it is from, and a better one by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.library import LibraryOption
from ui.formats import shown
from ui.holdings import ShelfError, article_named, date_words


def date(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article, as listed by citeline status.")],
    day: Annotated[str | None, typer.Argument(metavar="[DATE]", help="Its date: 2024-03-03, 2024-03 or 2024.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Take the date that was read from the file again.")] = False,
    library: LibraryOption = None,
) -> None:
    """Show the date of an article and where it is from, or correct it by hand.

    A correction is kept in the library when its file changes or is indexed again, and goes with a backup.
    """
    from index.ingestion import correct_date
    from index.storage import Library, default_path

    where: Path = (library or default_path()).expanduser()
    if reset and day is not None:
        raise ShelfError("--reset takes the date from the file again: leave the date out")
    if day is not None and not day.strip():
        raise ShelfError("the date is empty. Write it as 2024-03-03, or take the one of the file: --reset")
    opened = Library.open(where)
    found = article_named(opened, article)
    if day is None and not reset:
        print(shown(f"{found.id}: {date_words(found)}"))
        return
    read = next(each for each in opened.as_read if each.id == found.id)
    now = correct_date(where, found.id, "" if reset else (day or "").strip())
    back = "" if reset else f" (in the file: {date_words(read)}; back to it: citeline date ARTICLE --reset)"
    print(shown(f"{now.id}: {date_words(now)}{back}"))
