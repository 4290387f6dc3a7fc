"""`citeline models list | fetch | verify`: the weights on this machine, for the person at the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from index import models
from index.errors import CitelineIndexError, ModelNotFound

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

models_app = typer.Typer(help="The models: what there is, fetch one, check its bytes.", no_args_is_help=True)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@models_app.command("list")
def list_models(as_json: JsonFlag = False) -> None:
    """Every model in the catalogue and every one fetched from the hub, and whether it is on this machine."""
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

    table = Table("name", "kind", "size", "licence", "here", box=None, pad_edge=False)
    table.add_column("what", overflow="fold")
    for model in known.values():
        here = "yes" if models.is_here(model) else "no"
        table.add_row(model.name, model.kind, _size(model.n_bytes), model.licence, here, model.what)
    Console().print(table)


@models_app.command("fetch")
def fetch_models(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="From the list, or hf:OWNER/REPO[/FILE.gguf].")],
) -> None:
    """Download models and check every byte; a stopped download goes on where it was."""
    with _one_line_errors():
        for name in names:
            model = models.find(name)
            if not models.is_here(model):
                typer.echo(model.licence_note, err=True)
            with _bar(name) as bar:
                path = models.fetch(name, progress=bar)
            typer.echo(path)


@models_app.command("verify")
def verify_models(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME...]", help="All on this machine if none.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Read models in full and compare each file's SHA-256; exit 1 when one is wrong or missing."""
    with _one_line_errors():
        wanted = names or [model.name for model in models.fetched()]
        if not wanted:
            raise ModelNotFound("no model is on this machine. Fetch one: citeline models fetch NAME")
        checks = {name: models.verify(name) for name in wanted}
    if as_json:
        typer.echo(json.dumps({name: [check._asdict() for check in found] for name, found in checks.items()}, indent=2))
    else:
        _say(checks, typer.echo)
    if not all(check.ok for found in checks.values() for check in found):
        raise typer.Exit(1)


def _say(checks: dict[str, list[models.Check]], write: Callable[[str], None]) -> None:
    for name, found in checks.items():
        bad = [check for check in found if not check.ok]
        for check in bad:
            what = f"has SHA-256 {check.found}, expected {check.expected}" if check.found else "is missing"
            write(f"{name}: {check.file} {what}")
        write(f"{name}: fetch it again: citeline models fetch {name}" if bad else f"{name}: {len(found)} file(s) right")


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except CitelineIndexError as error:
        typer.echo(f"citeline: {error}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as stop:
        typer.echo("citeline: stopped; the next fetch goes on from what is here.", err=True)
        raise typer.Exit(130) from stop


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.2f} GB"


class _Bar:
    """A `models.Progress` that is drawn on stderr."""

    def __init__(self, name: str, progress: Progress) -> None:
        self._name, self._progress = name, progress
        self._task: TaskID = progress.add_task(name, total=None, visible=False)

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
