"""`citeline verify`: a saved conversation, checked against the articles as they are today."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.library import LibraryOption


def verify(
    export: Annotated[Path, typer.Argument(metavar="EXPORT", help="A conversation saved as JSON.")],
    library: LibraryOption = None,
    folder: Annotated[
        Path | None, typer.Option(help="Check against the files of this folder as they are now, without a library.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Count a file that has changed elsewhere as a failure too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check that every quote of a saved conversation is still, character for character, on the lines it cites.

    The lines are those in the library or, with --folder, in the files on disk. Exit code 0 if every quote is in place,
    1 if any has moved, changed or disappeared.
    """
    from ui.conversations import VerifyError, articles_of, failed, read_export, report_dict, summary_text
    from ui.conversations import verify as check

    if library is not None and folder is not None:
        raise VerifyError("give --library or --folder, not both: the citations are checked against one of them")
    cited = read_export(export)
    if folder is not None:
        articles, against = articles_of(folder.expanduser()), f"the files of {folder}"
    else:
        from index.storage import Library, default_path

        opened = Library.open((library or default_path()).expanduser())
        articles, against = opened.articles, f"the library {opened.path}, generation {opened.generation}"
    checked = check(cited, articles)
    print(json.dumps(report_dict(checked, against), indent=1) if as_json else summary_text(checked, against))
    if failed(checked, strict):
        sys.exit(1)
