"""The `citeline` command. Heavy libraries are imported inside the commands that need them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import CitelineIndexError
from rag.config import DEFAULT_LLM
from rag.errors import RagError
from ui.cli_models import models_app

if TYPE_CHECKING:
    from index.build import Progress
    from index.types import BuildReport
    from rag.answer import Answerer
    from rag.types import Answer

app = typer.Typer(
    name="citeline",
    help="Ask your own articles a question; every sentence of the answer points to its lines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(models_app, name="models")

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library. Default: $CITELINE_LIBRARY or your data folder."),
]
EmbedderOption = Annotated[str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")]
LlmOption = Annotated[
    str,
    typer.Option(
        "--llm", help="Catalogue name, GGUF file, hf:OWNER/REPO/FILE, an OpenAI-compatible URL, or none (quotes only)."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT_EMBEDDER = "embeddinggemma-300m"


class CliError(Exception):
    """Bad input on the command line; its text is one line for a person."""


@app.command()
def index(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders or files to add.")] = None,
    library: LibraryOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    forget: Annotated[list[Path] | None, typer.Option(help="A folder to take off again, with its articles.")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Start from nothing, as after a change of embedder.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take articles (.txt, .md) into the library: what was added, changed, renamed or removed since the last time.

    Without PATH the folders it already knows are looked through again.
    """
    from index.build import build
    from index.embed import SentenceTransformerEmbedder
    from index.library import default_path

    for path in paths or []:
        if not path.expanduser().exists():
            raise CliError(f"no such folder or file: {_shown(path)}. Name a folder that holds .txt or .md articles")
    where = library or default_path()
    with _progress() as progress:
        progress("loading the embedder", 0, 0)
        report = build(
            where.expanduser(), SentenceTransformerEmbedder(embedder), paths or [],
            forget=forget or [], rebuild=rebuild, progress=progress,
        )  # fmt: skip
    if as_json:
        print(json.dumps(_report_dict(report, where), indent=1))
        return
    print(_summary(report))
    for skipped in report.skipped[:10]:
        print(f"  passed over {_shown(skipped.path)}: {_shown(skipped.reason)}")
    if len(report.skipped) > 10:
        print(f"  … and {len(report.skipped) - 10} more: citeline status")
    for note in report.notes[:10]:
        print(f"  note: {_shown(note)}")


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    library: LibraryOption = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    questions: Annotated[Path | None, typer.Option(help='Many questions: a file of {"id", "question"} lines.')] = None,
    out: Annotated[
        Path | None, typer.Option(help='Where their answers go, {"id", …} a line; taken up where it stopped.')
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the library; every sentence with the lines it comes from."""
    if questions is not None:
        if question is not None or out is None:
            raise CliError("--questions IN.jsonl goes with --out OUT.jsonl and without a question")
        _ask_many(questions, out, lambda: _answerer(library, llm, embedder))
        return
    if question is None or not question.strip():
        raise CliError('the question is empty: type one, such as citeline ask "Qui … ?"')
    from rag.answer import clean
    from rag.config import Config

    clean(question, Config().question_chars)  # before any model is loaded
    answer = _answerer(library, llm, embedder).ask(question)
    print(json.dumps(answer.to_dict(), indent=1) if as_json else _as_text(answer))


@app.command()
def status(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Show what is indexed, by which models, when, what was passed over and why, and which files changed since."""
    from index.build import changed_since
    from index.library import Library, default_path

    found = Library.open((library or default_path()).expanduser())
    states = changed_since(found)
    manifest = found.manifest
    if as_json:
        articles = [
            {"article": a.id, "title": a.title, "date": a.date, "language": a.language, "lines": len(a.lines),
             "sha256": a.sha256, "state": states.get(a.id, "current")}
            for a in found.articles
        ]  # fmt: skip
        new = [{"article": id, "state": state} for id, state in states.items() if state == "new"]
        skipped = [{"path": s.path, "reason": s.reason} for s in manifest.skipped]
        print(json.dumps({
            "library": str(found.path), "generation": found.generation, "created": manifest.created,
            "embedder": manifest.embedder, "dim": manifest.dim, "folders": list(manifest.sources),
            "n_chunks": manifest.n_chunks, "articles": articles + new, "skipped": skipped,
        }, indent=1))  # fmt: skip
        return
    created = time.strftime("%Y-%m-%d %H:%M", time.localtime(manifest.created))
    print(f"library     {_shown(found.path)}, generation {found.generation} of {created}")
    print(f"embedder    {manifest.embedder}, {manifest.dim} dimensions")
    print(f"folders     {', '.join(map(_shown, manifest.sources)) or 'none'}")
    print(
        f"articles    {manifest.n_articles} in {manifest.n_chunks} chunks; languages: {', '.join(found.languages) or 'none'}"
    )
    for article in found.articles:
        state = f"  [{states[article.id]}]" if article.id in states else ""
        print(
            f"  {_shown(article.id)}  {article.date or '-':10}  {article.language}  {len(article.lines):4} lines  {_shown(article.title)}{state}"
        )
    for id, state in states.items():
        if state == "new":
            print(f"  {_shown(id)}  [new]")
    for skipped in manifest.skipped:
        print(f"  passed over {_shown(skipped.path)}: {_shown(skipped.reason)}")
    if states:
        print(f"{len(states)} changed since. Take them in: citeline index")


@app.command()
def serve(
    library: LibraryOption = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Open the chat page, on this machine only."""
    from index.library import Library, current_generation, default_path
    from ui.server import serve as run

    where = (library or default_path()).expanduser()
    if not current_generation(where):
        Library.open(where)  # says what is wrong before anything is loaded

    def load() -> Answerer:
        answerer = _answerer(where, llm, embedder)
        answerer.warm()
        return answerer

    run(load, port=port, open_browser=browser)


def main() -> None:
    """Run the command; whatever goes wrong is one line on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except (CitelineIndexError, RagError, CliError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        print("stopped; what was finished is kept", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))


def _fail(message: str) -> None:
    print(f"citeline: {_shown(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(1)


def _answerer(library: Path | None, llm: str, embedder: str) -> Answerer:
    from rag.answer import Answerer

    return Answerer.load(library.expanduser() if library else None, llm=llm, embedder=embedder)


# --- many questions -----------------------------------------------------------------------------------------------


def _ask_many(source: Path, out: Path, load: Any) -> None:
    asked = _read_questions(source)
    if not out.parent.is_dir():
        raise CliError(f"no such folder: {_shown(out.parent)}. Name a folder that exists: --out")
    answerer = load()
    models = {"llm": answerer.llm_name, "embedder": answerer.embedder_name}
    served = {"path": str(answerer.library_path), "generation": answerer.generation}
    known = {
        record["id"]: record
        for record in _records(out)
        if record.get("models") == models and record.get("library") == served
    }
    failed = 0
    with out.open("w", encoding="utf-8") as file, _progress() as progress:
        for done, (id, question) in enumerate(asked):
            progress("answering", done, len(asked))
            record = known.get(id)
            if record is None or record.get("question") != question:
                try:
                    record = {"id": id, **answerer.ask(question).to_dict()}
                except RagError as error:
                    failed += 1
                    record = {"id": id, "question": question, "error": str(error)}
            file.write(json.dumps(record) + "\n")
            file.flush()
        progress("answering", len(asked), len(asked))
    print(f"{len(asked) - failed} answered, {failed} failed: {_shown(out)}")
    if failed:
        sys.exit(1)


def _read_questions(source: Path) -> list[tuple[Any, Any]]:
    if not source.is_file():
        raise CliError(f'no such file: {_shown(source)}. It should hold {{"id": …, "question": "…"}} lines')
    asked = []
    for number, line in enumerate(source.read_text(encoding="utf-8-sig", errors="replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            asked.append((record["id"], record["question"]))
        except (ValueError, TypeError, KeyError):
            raise CliError(f'{_shown(source)}:{number} is not {{"id": …, "question": "…"}}: mend that line') from None
    return asked


def _records(path: Path) -> Iterator[dict[str, Any]]:
    """What an earlier run wrote, up to a line that was cut short."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and "id" in record:
            yield record


# --- what is printed ----------------------------------------------------------------------------------------------


def _shown(text: object) -> str:
    """Text of a file name, an article or a model as a terminal may show it: control and direction marks as escapes."""
    return "".join(
        char if char.isprintable() or char in "\n\u00a0\u202f" else char.encode("unicode_escape").decode("ascii")
        for char in str(text)
    )


def _as_text(answer: Answer) -> str:
    lines = []
    sources = []
    for claim in answer.supported:
        marks = ""
        for citation in claim.citations:
            sources.append(citation)
            marks += f" [{len(sources)}]"
        lines.append(claim.text + marks)
    parts = [" ".join(lines) or answer.message]
    parts += [f"[{i}] {c.span}  {' '.join(c.quote.split())}" for i, c in enumerate(sources, start=1)]
    if answer.status == "abstained":
        parts += [f" ?  {hit.chunk.span}  {' '.join(hit.chunk.text.split())[:120]}" for hit in answer.hits[:3]]
    parts += [f" ✗  {claim.text}  ({claim.reason})" for claim in answer.claims if claim.verdict == "unsupported"]
    return "\n".join(_shown(part) for part in parts)


def _summary(report: BuildReport) -> str:
    if report.is_noop:
        return (
            f"nothing changed: {report.n_articles} articles in {report.n_chunks} chunks, generation {report.generation}"
        )
    counts = ", ".join(
        f"{len(each)} {what}"
        for each, what in (
            (report.added, "added"), (report.changed, "changed"), (report.renamed, "renamed"), (report.removed, "removed"),
        )
    )  # fmt: skip
    return (
        f"{counts}, {report.unchanged} unchanged: {report.n_articles} articles in {report.n_chunks} chunks, "
        f"{report.n_embedded} chunks embedded in {report.seconds:.1f} s, generation {report.generation}"
    )


def _report_dict(report: BuildReport, where: Path) -> dict[str, Any]:
    return {
        "library": {"path": str(where), "generation": report.generation},
        "added": list(report.added),
        "changed": list(report.changed),
        "renamed": [{"from": old, "to": new} for old, new in report.renamed],
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "skipped": [{"path": s.path, "reason": s.reason} for s in report.skipped],
        "notes": list(report.notes),
        "n_articles": report.n_articles,
        "n_chunks": report.n_chunks,
        "n_embedded": report.n_embedded,
        "seconds": round(report.seconds, 3),
    }


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar a phase on a terminal's stderr, a plain line a phase elsewhere."""
    if not sys.stderr.isatty():
        said: set[str] = set()

        def line(phase: str, done: int, total: int) -> None:
            if phase not in said:
                said.add(phase)
                print(f"{phase}{f' {total}' if total else ''} …", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def bar(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(phase, total=total or None)
            bars.update(tasks[phase], completed=done, total=total or None)

        yield bar


if __name__ == "__main__":
    main()
