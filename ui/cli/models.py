"""`citeline models list | fetch | verify`: the weights on this machine, for the person at the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import ModelNotFound
from index.models import download as fetch
from index.models import registry as models
from ui.formats import shown

if TYPE_CHECKING:
    from rich.progress import Progress

models_app = typer.Typer(help="List, fetch and verify models.")

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@models_app.command("list")
def list_models(as_json: JsonFlag = False) -> None:
    """List the models in the catalogue and those fetched from the hub, and whether each is on this machine."""
    known = {model.name: model for model in [*models.CATALOGUE.values(), *models.fetched()]}
    rows = [
        {
            "name": model.name,
            "kind": model.kind,
            "what": model.what,
            "licence": model.licence,
            "n_bytes": model.n_bytes,
            "here": models.is_here(model),
            "folder": str(model.folder),
        }
        for model in known.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("name", min_width=max(map(len, models.CATALOGUE)))
    for head in ("kind", "size", "licence", "here"):
        table.add_column(head)
    table.add_column("what", overflow="fold")
    for model in known.values():
        here = "yes" if models.is_here(model) else "no"
        table.add_row(model.name, model.kind, f"{model.n_bytes / 1e9:.2f} GB", model.licence, here, model.what)
    Console(markup=False, emoji=False).print(table)


@models_app.command("fetch")
def fetch_models(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="A name from the list, or hf:OWNER/REPO[/FILE.gguf].")
    ],
) -> None:
    """Download models and check every byte; an interrupted download resumes.

    Prints the path of each model it downloads, and nothing for those already here.
    """
    wanted = {name: models.find(name) for name in names}  # one that is unknown is said before any is fetched
    for name, model in wanted.items():
        if models.is_verified(model) and not fetch.staging(model).exists():
            continue
        if not models.is_here(model):
            typer.echo(model.licence_note, err=True)
        with _bar(name) as bar:
            path = fetch.fetch(name, bar)
        typer.echo(path)


@models_app.command("verify")
def verify_models(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Default: all on this machine.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read models in full and compare each file's SHA-256; exit with 1 if any file is wrong or missing."""
    wanted = names or [model.name for model in models.fetched()]
    if not wanted:
        raise ModelNotFound("no model is on this machine. Fetch one: citeline models fetch NAME")
    checks = {name: models.verify(name) for name in wanted}
    if as_json:
        typer.echo(json.dumps({name: [check._asdict() for check in found] for name, found in checks.items()}, indent=2))
    else:
        for name, found in checks.items():
            typer.echo("\n".join(map(shown, _lines(name, found))))
    if not all(check.ok for found in checks.values() for check in found):
        raise typer.Exit(1)


def _lines(name: str, found: list[models.Check]) -> list[str]:
    bad = [check for check in found if not check.ok]
    if not bad:
        return [f"{name}: {len(found)} file(s) correct"]
    lines = []
    for check in bad:
        what = f"has SHA-256 {check.found}, expected {check.expected}" if check.found else "is missing"
        lines.append(f"{name}: {check.file} {what}")
    return [*lines, f"{name}: fetch it again: citeline models fetch {name}"]


class _Bar(fetch.Progress):
    """Drawn on stderr."""

    def __init__(self, name: str, progress: Progress) -> None:
        self._name, self._progress = name, progress
        self._task = progress.add_task(name, total=None, visible=False)

    def start(self, n_bytes: int) -> None:
        self._progress.reset(self._task, total=n_bytes)

    def advance(self, n_bytes: int) -> None:
        self._progress.advance(self._task, n_bytes)

    def say(self, text: str) -> None:
        self._progress.update(self._task, description=f"{self._name}: {text}", visible=True)


@contextmanager
def _bar(name: str) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(TextColumn("{task.description}", markup=False), *columns, console=Console(stderr=True)) as progress:
        yield _Bar(name, progress)
