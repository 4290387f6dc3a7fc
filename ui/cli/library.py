"""`citeline libraries | remove | restore | watch | backup | restore-backup | copy`: a library from the command line."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.counting import size_text
from ui.cli.output import progress_bars
from ui.formats import report_text, shown


def library_path(text: str) -> Path:
    """The folder of the library that an option names: a folder, or an address in Milvus. Raises LibraryError."""
    from index.milvus import settle

    return settle(text)


LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        help="Folder of the library, or milvus://HOST:PORT/NAME. Default: $CITELINE_LIBRARY or your data folder.",
        parser=library_path,
        metavar="LIBRARY",
    ),
]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")]
DEFAULT_EMBEDDER = "embeddinggemma-300m"
_STATES = {
    "gone": "gone since it was indexed, so it is not in the backup: its text is in the library",
    "unreadable": "cannot be read, so it is not in the backup: its text is in the library",
    "changed": "changed since it was indexed: the backup has it as it was when the backup was made",
}


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


def backup(
    file: Annotated[Path, typer.Argument(help="The new file; an earlier backup of that name is replaced.")],
    library: LibraryOption = None,
) -> None:
    """Write the library, the articles' files and the conversations to one file, with a SHA-256 of each.

    To put it back, here or on another machine: citeline restore-backup FILE. Models are not in it.
    """
    from importlib.metadata import version

    from index.backup import back_up
    from index.storage import default_path

    with progress_bars() as progress:
        report = back_up((library or default_path()).expanduser(), file.expanduser(), version("citeline"), progress)
    counts = _counts(report.n_articles, report.n_files, report.n_conversations)
    print(shown(f"backed up {counts}: {file}, {size_text(report.n_bytes)}"))
    _tell(report.not_as_indexed)


def restore_from(
    file: Annotated[Path, typer.Argument(help="What citeline backup wrote.")],
    library: Annotated[
        Path | None,
        typer.Option(
            "--library",
            help="Folder of the new library. Default: $CITELINE_LIBRARY or your data folder.",
            parser=library_path,
            metavar="LIBRARY",
        ),
    ] = None,
    articles: Annotated[
        Path | None,
        typer.Option("--articles", help="New folder for the articles' files. Default: LIBRARY-articles, beside it."),
    ] = None,
) -> None:
    """Put a backup back, as a new library in a new or empty folder; what is in the file is checked first."""
    from index.backup import restore_backup
    from index.storage import default_path

    where = (library or default_path()).expanduser()
    beside = (articles or where.with_name(f"{where.name}-articles")).expanduser()
    with progress_bars() as progress:
        report = restore_backup(file.expanduser(), where, beside, progress)
    counts = _counts(report.n_articles, report.n_files, report.n_conversations)
    print(shown(f"restored {counts}: {report.library}, articles in {report.articles}"))
    _tell(report.not_as_indexed)


def copy_library(
    source: Annotated[
        Path,
        typer.Argument(help="The library to copy: its folder, or its address.", parser=library_path, metavar="SOURCE"),
    ],
    library: Annotated[
        Path,
        typer.Option(
            "--library",
            help="Where there is none yet: a folder, or milvus://HOST:PORT/NAME.",
            parser=library_path,
            metavar="LIBRARY",
        ),
    ],
) -> None:
    """Copy a library as it is now to another place, such as a Milvus server. Nothing is read or embedded again."""
    from index.storage import Library, copy

    with progress_bars() as progress:
        generation = copy(source, library, progress)
    print(shown(f"copied {Library.open(library).manifest.n_articles:,} articles to {library}, generation {generation}"))


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


def _counts(n_articles: int, n_files: int, n_conversations: int) -> str:
    named = ((n_articles, "article"), (n_files, "file"), (n_conversations, "conversation"))
    return ", ".join(f"{n:,} {name}{'' if n == 1 else 's'}" for n, name in named)


def _tell(states: tuple[tuple[str, str], ...]) -> None:
    for path, state in states:
        print(shown(f"  {path}: {_STATES.get(state, 'was not as it was indexed')}"))
