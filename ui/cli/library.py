"""`citeline libraries | remove | restore | watch`: what a library holds, changed from the command line."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.output import progress_bars
from ui.formats import report_text, shown

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library. Default: $CITELINE_LIBRARY or your data folder."),
]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")]
DEFAULT_EMBEDDER = "embeddinggemma-300m"


def libraries() -> None:
    """List the named libraries: those created on the page or with citeline index --library in their folder."""
    from ui.services import root, table

    print("\n".join(map(shown, table())))
    print(shown(f"to create one: citeline index FOLDER --library {root() / 'NAME'}"))


def remove(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Articles, as listed by citeline status.")
    ],
    library: LibraryOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
) -> None:
    """Remove articles from the library. Their files stay where they are; `citeline restore` puts the articles back."""
    _change(library, embedder, exclude=articles)


def restore(
    articles: Annotated[
        list[str], typer.Argument(metavar="ARTICLE...", help="Articles, as listed by citeline status.")
    ],
    library: LibraryOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
) -> None:
    """Put removed articles back into the library."""
    _change(library, embedder, include=articles)


def watch_folders(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Folders to add to those of the library.")
    ] = None,
    library: LibraryOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
) -> None:
    """Watch the library's folders and index what changes, until Ctrl-C; an open page shows the changes."""
    from index.ingestion import check
    from index.models import SentenceTransformerEmbedder, identity
    from index.storage import default_path
    from ui.services import keep_up

    where = (library or default_path()).expanduser()
    check(where, folders or [])
    check(where, folders or [], embedder=identity(embedder))

    def say(line: str) -> None:
        print(line, flush=True)

    try:
        keep_up(where, SentenceTransformerEmbedder(embedder), tuple(folders or ()), say, threading.Event())
    except KeyboardInterrupt:
        say("stopped; what was published is kept")


def _change(library: Path | None, embedder: str, exclude: Sequence[str] = (), include: Sequence[str] = ()) -> None:
    from index.ingestion import build, check
    from index.models import SentenceTransformerEmbedder, identity
    from index.storage import Library, default_path

    where = (library or default_path()).expanduser()
    Library.open(where)  # says what is wrong before the embedder is loaded
    check(where, exclude=exclude, include=include)
    check(where, embedder=identity(embedder))
    with progress_bars() as progress:
        report = build(
            where, SentenceTransformerEmbedder(embedder), exclude=exclude, include=include, progress=progress
        )
    print(report_text(report))
