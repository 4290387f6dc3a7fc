"""Before folders are read on the command line: objects fetched, files counted, about how long it takes, go on?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ui.cli.output import progress_bars
from ui.formats import shown

if TYPE_CHECKING:
    from index.ingestion import Counted
    from index.objects import Refreshed

ASK_SECONDS = 60.0
"""From this estimate on a person at a terminal is asked."""


class NotWanted(Exception):
    """A person looked at the count and did not want it read; its text is one line for them."""


def refresh_sources(library: Path, sources: Sequence[Path], forgotten: Sequence[Path]) -> None:
    """Fetch what is new or changed in the object storage among `sources` and the library's own folders.

    Say on stderr what was done for each. Raises CorpusError; what was fetched by then is kept.
    """
    from index.objects import address_at, refresh
    from index.storage import known_sources

    known = [Path(each) for each in known_sources(library)[0]]
    left = [each.expanduser().resolve() for each in sources]
    folders = dict.fromkeys([*known, *left])
    for folder in folders:
        if folder not in forgotten and address_at(folder) is not None:
            with progress_bars() as progress:
                done = refresh(folder, progress)
            print(shown(refreshed_text(done)), file=sys.stderr)


def refreshed_text(done: Refreshed) -> str:
    """ "s3://archive/2024: 120 objects, 3 fetched (1.2 MB), 1 gone, 5 not fetched"."""
    n = done.n_objects
    said = ["1 object" if n == 1 else f"{n:,} objects"]
    said += [f"{done.n_fetched:,} fetched ({size_text(done.n_bytes)})"] if done.n_fetched else ["nothing new"]
    said += [f"{done.n_gone:,} gone"] if done.n_gone else []
    said += [f"{len(done.left_out):,} not fetched, see below"] if done.left_out else []
    return f"{done.source}: {', '.join(said)}"


def lost_text(n: int) -> str:
    """What is said of workers of a cluster that were lost while they worked."""
    what = "1 worker of the cluster was" if n == 1 else f"{n:,} workers of the cluster were"
    return f"{what} lost in mid-work; others did it, and nothing is missing"


def count_first(sources: Sequence[Path], library: Path, embedder: str, yes: bool) -> None:
    """Say on stderr what `sources` hold and about how long it takes; ask first when that is long. Raises NotWanted.

    Nothing is asked of a program (stdin or stderr is no terminal), nor with `yes`.
    """
    from index.errors import CitelineIndexError
    from index.ingestion import count, pace_of
    from index.storage import Library

    try:
        known = {article.path for article in Library.open(library).articles}
    except CitelineIndexError:
        known = set()
    with progress_bars() as progress:

        def go_on(n: int) -> bool:
            progress("counting", n, 0)
            return True

        counted = count(sources, library, known, go_on)
    if not counted.n_files:
        return
    seconds = counted.seconds(pace_of(library, embedder))
    print(count_text(counted, seconds), file=sys.stderr)
    if seconds < ASK_SECONDS or yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    if not typer.confirm("Read them now?", default=True, err=True):
        raise NotWanted("nothing was read. Name fewer folders, or read them all: citeline index --yes FOLDER")


def count_text(counted: Counted, seconds: float) -> str:
    """ "41 files (38 .txt, 3 .pdf), 2.1 MB, about 6 minutes", and under it why others are passed over."""
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in counted.kinds.most_common())
    files = "1 file" if counted.n_files == 1 else f"{counted.n_files:,} files"
    lines = [f"{files} ({kinds}), {size_text(counted.n_bytes)}, {time_text(seconds)}"]
    for reason, n in counted.passed_over.most_common(5):
        lines.append(f"  {n:,} skipped: {str(reason).split(' (only ')[0]}")
    if len(counted.passed_over) > 5:
        lines.append("  … and others: see citeline status afterwards")
    return "\n".join(map(shown, lines))


def size_text(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes >= 1e5 else f"{max(1, round(n_bytes / 1e3))} kB"


def time_text(seconds: float) -> str:
    """As a guess is said: "less than a minute", "about 6 minutes", "about 3 hours"."""
    if seconds < 50:
        return "less than a minute"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"about {minutes} minute{'s' if minutes > 1 else ''}"
    return f"about {round(minutes / 60)} hours"
