"""`citeline check`: a draft, sentence by sentence against the articles; or claims beside their own evidence."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.cli.check.claims import CheckError, check_claims
from ui.cli.check.drafts import read_draft
from ui.cli.library import LibraryOption
from ui.cli.output import progress_bars

if TYPE_CHECKING:
    from index.models import SentenceTransformerEmbedder
    from index.progress import Progress
    from rag.fact_checking import FactChecker
    from rag.verification import Verifier


def check(
    draft: Annotated[
        str | None, typer.Argument(metavar="[DRAFT]", help="A text, .txt or .md, or - to read it from stdin.")
    ] = None,
    library: LibraryOption = None,
    claims: Annotated[
        Path | None,
        typer.Option(
            metavar="IN.jsonl",
            help='Instead of a draft, claims with their evidence, one {"id", "claim", "evidence"} per line.',
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.jsonl",
            help='The file for their verdicts, one {"id", "verdict", "score"} per line; an interrupted run resumes.',
        ),
    ] = None,
    embedder: Annotated[
        str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")
    ] = "embeddinggemma-300m",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a text: do the articles carry each of its sentences, contradict it, or not say it?

    Each verdict comes with the lines, and each quotation is compared with the articles character by character.
    """
    if (claims is None) != (out is None) or (draft is None) == (claims is None) or (claims and (library or as_json)):
        raise CheckError("name a draft: citeline check DRAFT.md, or claims and nothing else: --claims IN --out OUT")
    if claims is not None and out is not None:
        check_claims(claims, out, lambda: checker_of(_embedder(embedder)))
        return
    print_checked(read_draft(draft or ""), lambda: _fact_checker(library, embedder), as_json)


def print_checked(draft: str, load: Callable[[], FactChecker], as_json: bool) -> None:
    """Print each sentence as soon as it is checked, then a summary; as JSON all of them at the end.

    Raises CheckError, before a model is loaded, for a draft that claims nothing.
    """
    from rag.fact_checking import report, statements
    from ui.cli.check.report import statement_text, summary_text

    found = statements(draft)
    if not found:
        raise CheckError("the draft has no sentence that claims something: write one, such as “The bridge is closed.”")
    fact_checker = load()
    out = sys.stdout  # as a bar on a terminal would take over what is printed
    checked = []
    with _progress(is_shown=as_json or not out.isatty()) as progress:
        for n, statement in enumerate(found):
            progress("checking", n, len(found))
            checked.append(fact_checker.check(statement))
            if not as_json:
                print(statement_text(checked[-1]), file=out, flush=True)
        progress("checking", len(found), len(found))
    print(json.dumps(report(fact_checker.library, checked), indent=1) if as_json else summary_text(checked), file=out)


def _progress(is_shown: bool) -> AbstractContextManager[Progress]:
    """A bar, but where the sentences themselves show how far it is."""
    from index.progress import no_progress

    return progress_bars() if is_shown else nullcontext(no_progress)


def _fact_checker(library: Path | None, embedder: str) -> FactChecker:
    """Open the library and load the models. Raises what that raises, and CheckError as `checker_of`."""
    from index.models import identity
    from index.storage import Library, default_path, require_embedder
    from rag.fact_checking import FactChecker

    where = (library or default_path()).expanduser()
    opened = Library.open(where)
    require_embedder(where, *identity(embedder))
    model = _embedder(embedder)
    return FactChecker(opened, model, checker_of(model))


def _embedder(name: str) -> SentenceTransformerEmbedder:
    from index.models import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(name)


def checker_of(embedder: SentenceTransformerEmbedder) -> Verifier:
    """Return the checker that comes with citeline, on its embedder. Raises CheckError for another embedder."""
    from rag.errors import ReaderError
    from rag.verification import shipped

    try:
        checker = shipped(embedder.encoder, embedder.tokenizer, embedder.lock)
    except ReaderError as error:
        raise CheckError(f"{error}. Claims are checked with --embedder embeddinggemma-300m") from None
    if checker is None:
        raise CheckError("this citeline came without the checker's weights: install it again")
    return checker
