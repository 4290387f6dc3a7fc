"""The `citeline` command. Heavy libraries are imported inside the commands that need them.

It is long, and so are `index` and `serve`, because Typer reads the options of a command from its signature.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from index.errors import CitelineIndexError
from rag.config import DEFAULT_LLM
from rag.errors import RagError
from ui.cli.batch import BatchError, ask_many, records
from ui.cli.check.claims import CheckError
from ui.cli.check.command import check
from ui.cli.counting import NotWanted, count_first, lost_text, refresh_sources
from ui.cli.eval.command import evaluate
from ui.cli.eval.sheet import EvalError
from ui.cli.library import (
    LibraryOption,
    backup,
    copy_library,
    libraries,
    library_path,
    remove,
    restore,
    restore_from,
    watch_folders,
)
from ui.cli.models import models_app
from ui.cli.output import progress_bars, report_dict, status_dict, status_text, tell_destination
from ui.cli.shelf.comparison import compare
from ui.cli.shelf.dates import date
from ui.cli.verify import verify
from ui.conversations import VerifyError
from ui.formats import answer_text, report_text, shown
from ui.holdings import ShelfError, file_dict, file_text, files_named
from ui.server import ServeError
from ui.server import serve as run_server

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from rag.types import Answer

_ORDER = (
    "index ask check chat serve status date compare watch remove restore libraries explain eval verify backup "
    "restore-backup"
).split()


class _Commands(TyperGroup):
    """The commands as `-h` lists them: in the order in which a person comes to need them."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return sorted(self.commands, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


app = typer.Typer(
    name="citeline",
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(models_app, name="models")
app.command()(backup)
app.command(name="restore-backup")(restore_from)
app.command(name="copy")(copy_library)
app.command()(check)
app.command()(compare)
app.command()(date)
app.command(name="eval")(evaluate)
app.command()(libraries)
app.command()(remove)
app.command()(restore)
app.command(name="watch")(watch_folders)
app.command()(verify)

EmbedderOption = Annotated[str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")]
LlmOption = Annotated[
    str,
    typer.Option(
        "--llm",
        help="Catalogue name, GGUF file, hf:OWNER/REPO/FILE, an OpenAI-compatible URL or several (URL,URL), or none "
        "(quotes only).",
    ),
]
TranslateOption = Annotated[
    bool,
    typer.Option(
        "--translate", help="Translate quotes in another language by the model; what passes the check is shown."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT_EMBEDDER = "embeddinggemma-300m"


class CliError(Exception):
    """Bad input on the command line; its text is one line for a person."""


_SAID = (
    CitelineIndexError, RagError, CliError, NotWanted, BatchError, CheckError, EvalError, ServeError, ShelfError,
    VerifyError,
)  # fmt: skip
"""What goes wrong and says so in one line."""


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"citeline {version('citeline')}")
        raise typer.Exit


@app.callback()
def citeline(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Ask your own articles a question; every sentence of the answer points to its lines.

    First `citeline index FOLDER`, then `citeline ask "…"`, or `citeline serve` for the page.
    """


@app.command()
def index(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Folders or files to add, or s3://BUCKET/PREFIX for object storage."),
    ] = None,
    library: LibraryOption = None,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="A folder, or s3://…, to drop from the library, with its articles."),
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Index everything from scratch, for example with another embedder.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask before a long run; a program is never asked.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Let a Ray cluster read and embed: auto (the one this machine is in), HOST:PORT, or local (this "
            "machine alone).",
        ),
    ] = None,
    ray_cpus: Annotated[float, typer.Option(help="Processors per worker, such as 1 or 0.5.", min=0.01)] = 1.0,
    ray_gpus: Annotated[float, typer.Option(help="GPUs per worker that embeds, such as 1 or 0.25.", min=0.0)] = 0.0,
    ocr: Annotated[
        bool,
        typer.Option("--ocr/--no-ocr", help="Read scanned pages by tesseract, if it is installed (not with --ray)."),
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Index articles: add new ones, update changed or renamed ones, drop removed ones.

    Supported files: .txt, .md, .html, .pdf, .docx, .odt, .rtf, .epub, mail, saved pages, feeds, tables and records
    (.jsonl, .json, .csv), exports of Europresse, Factiva and Nexis, and .zip files of these.

    Without PATH, the folders already in the library are read again. From object storage (pip install
    'citeline[objects]'), what is new or changed is fetched first.
    """
    from index.cluster import Share, ray_workers
    from index.documents import KINDS_WORDS, is_there
    from index.ingestion import build, check
    from index.models import SentenceTransformerEmbedder, identity
    from index.objects import settle_source
    from index.storage import default_path

    sources = [settle_source(each) for each in paths or []]
    forgotten = [settle_source(each, make=False) for each in forget or []]
    for path in sources:
        if not is_there(path.expanduser()):
            raise CliError(
                f"no such folder or file: {shown(path)}. Name a folder that contains articles ({KINDS_WORDS})"
            )
    if ray is None and (ray_cpus != 1 or ray_gpus):
        raise CliError(
            "--ray-cpus and --ray-gpus say what a worker of a Ray cluster gets: name the cluster, --ray auto"
        )
    where = (library or default_path()).expanduser()
    refresh_sources(where, sources, forgotten)
    check(where, sources, forget=forgotten)
    made = identity(embedder)
    check(where, sources, forget=forgotten, embedder=None if rebuild else made)
    if ray is None:  # else the time it takes is not this machine's
        count_first(sources, where, made[0], yes)
    cluster = nullcontext() if ray is None else ray_workers(ray, embedder, Share(ray_cpus, ray_gpus))
    with cluster as workers, progress_bars() as progress:
        progress("loading the embedder", 0, 0)
        report = build(
            where,
            SentenceTransformerEmbedder(embedder),
            sources,
            forget=forgotten,
            rebuild=rebuild,
            workers=workers,
            ocr=ocr and ray is None,
            progress=progress,
        )
    if workers is not None and workers.n_lost:
        print(lost_text(workers.n_lost), file=sys.stderr)
    if as_json:
        print(json.dumps(report_dict(report, where), indent=1))
        return
    print(report_text(report))


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="What you want to know.")] = None,
    library: LibraryOption = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    questions: Annotated[
        Path | None, typer.Option(help='A file of questions, one {"id", "question"} per line.')
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help='The file for their answers, one {"id", …} per line; an interrupted run resumes.'),
    ] = None,
    everywhere: Annotated[
        bool, typer.Option("--everywhere", help="Search all articles, ignoring any date or source the question names.")
    ] = False,
    no_server: Annotated[
        bool,
        typer.Option(
            "--no-server",
            envvar="CITELINE_NO_SERVER",
            help="Load the models here, even if citeline serve has them loaded.",
        ),
    ] = False,
    translate: TranslateOption = False,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the library, each sentence with the lines it comes from.

    If `citeline serve` is running with the same library and models, it answers and nothing has to be loaded.
    """
    if questions is not None:
        if question is not None or out is None:
            raise CliError("--questions IN.jsonl needs --out OUT.jsonl, and no question beside it")
        ask_many(questions, out, lambda: _answerer(library, llm, embedder, translate=translate))
        return
    if question is None or not question.strip():
        raise CliError('the question is empty: type one, such as citeline ask "Qui … ?"')
    from rag.config import Config
    from rag.pipeline import clean

    clean(question, Config().question_chars)  # before any model is loaded
    answer = None if no_server or translate else _served_answer(question, library, llm, embedder, everywhere)
    if answer is None:
        answer = _answerer(library, llm, embedder, translate=translate).ask(question, everywhere=everywhere)
    print(json.dumps(answer.to_dict(), indent=1) if as_json else answer_text(answer))


@app.command()
def explain(
    question: Annotated[str, typer.Argument(help="The question, as it was asked.")],
    expect: Annotated[
        str | None, typer.Option(metavar="FILE:LINE", help="A line that should have been cited, or FILE:FIRST-LAST.")
    ] = None,
    library: LibraryOption = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    as_json: JsonOption = False,
) -> None:
    """Show, stage by stage, why a question gets the answer it gets, and which stage lost a line you expected."""
    from index.storage import Library, default_path
    from rag.config import Config
    from rag.explain import explain as explain_answer
    from rag.explain import follow, locate, parse
    from rag.pipeline import clean
    from ui.cli.explanation import print_explanation

    clean(question, Config().question_chars)
    expected = parse(expect) if expect is not None else None
    if expected:
        locate(expected, Library.open((library or default_path()).expanduser()))  # before any model is loaded
    answerer = _answerer(library, llm, embedder)
    explanation = explain_answer(answerer, question)
    trace = follow(explanation, expected, answerer.library) if expected else None
    if as_json:
        print(json.dumps(explanation.to_dict() | ({"expected": trace.to_dict()} if trace else {}), indent=1))
        return
    print_explanation(explanation, trace)


@app.command()
def chat(
    library: LibraryOption = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    save: Annotated[
        Path | None, typer.Option(help="Save the conversation: .json for citeline verify, .md for reading.")
    ] = None,
    translate: TranslateOption = False,
) -> None:
    """Ask one question after another; "And in 2019?" is understood from the previous ones. Ctrl-D ends it."""
    from ui.cli.chat import converse
    from ui.conversations import SaveFile, is_writable

    if save is not None and (save.suffix not in (".json", ".md") or not is_writable(save) or save.exists()):
        raise CliError(f"--save takes a new .json or .md file in a folder you can write to, not {shown(save)}")
    converse(_answerer(library, llm, embedder, translate=translate), SaveFile(save) if save else None)


@app.command()
def status(
    library: LibraryOption = None,
    file: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Show of one file, or article, how much of its text was read and what was left out."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is indexed, when and with which embedder, which files were skipped and why, and which have changed."""
    from index.ingestion import changed_since
    from index.storage import Library, default_path

    found = Library.open((library or default_path()).expanduser())
    if file is not None:
        held = files_named(found, file)
        print(json.dumps(list(map(file_dict, held)), indent=1) if as_json else "\n\n".join(map(file_text, held)))
        return
    states = changed_since(found)
    print(json.dumps(status_dict(found, states), indent=1) if as_json else status_text(found, states))


@app.command()
def serve(
    library: Annotated[
        list[Path] | None,
        typer.Option(
            "--library",
            help="Folder of a library, or milvus://HOST:PORT/NAME; may be repeated. Default: all named libraries.",
            parser=library_path,
            metavar="LIBRARY",
        ),
    ] = None,
    llm: LlmOption = DEFAULT_LLM,
    embedder: EmbedderOption = DEFAULT_EMBEDDER,
    port: Annotated[int, typer.Option(help="Port on this machine.", min=1, max=65535)] = 7860,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    history: Annotated[
        bool, typer.Option("--history/--no-history", help="Keep conversations in the library's folder.")
    ] = True,
    watch: Annotated[bool, typer.Option("--watch", help="Watch the folders and index what changes.")] = False,
    read_ahead: Annotated[
        bool,
        typer.Option("--read-ahead/--no-read-ahead", help="Start on a question while it is being typed on the page."),
    ] = True,
    token: Annotated[
        bool,
        typer.Option(
            "--token", help="Require the token in the address from everyone, even your own programs and a proxy."
        ),
    ] = False,
    translate: TranslateOption = False,
) -> None:
    """Open the chat page, on this machine and for you only."""
    from index.models import identity
    from index.storage import current_generation, default_path, require_embedder
    from rag.generation import require_llm
    from ui.already import already
    from ui.services import named, names_of, require_room

    where, *others = [path.expanduser() for path in library or [default_path()]]
    if running := already(where, port, browser):
        print(shown(running))
        return
    missing = [path for path in (where, *others) if not current_generation(path)]
    for path in missing:
        require_room(path)
    require_llm(llm)
    require_embedder(where, *identity(embedder))
    main, *names = names_of([where, *others])
    for path in missing:
        print(shown(f"citeline: there is no library at {path} yet: creating an empty one, add articles on the page"))

    run_server(
        lambda: _warm_answerer(where, llm, embedder, may_be_new=True, translate=translate),
        port=port,
        open_browser=browser,
        examples=[] if where in missing else _examples(where),
        keep_history=history,
        main_name=main,
        others=dict(zip(names, others, strict=True)) if library else named(),
        watch=watch,
        read_ahead=read_ahead,
        models=(llm, embedder),
        ask_token=token,
    )


@app.command()
def mcp(
    library: LibraryOption = None, llm: LlmOption = DEFAULT_LLM, embedder: EmbedderOption = DEFAULT_EMBEDDER
) -> None:
    """Serve the articles to another program: the Model Context Protocol over stdin and stdout, until stdin ends."""
    from index.models import identity
    from index.storage import default_path, require, require_embedder
    from rag.generation import require_llm
    from ui.api import over_stdio
    from ui.services import LibraryHost

    where = (library or default_path()).expanduser()
    require(where)
    require_llm(llm)
    require_embedder(where, *identity(embedder))
    over_stdio(LibraryHost(lambda: _warm_answerer(where, llm, embedder)))


def main() -> None:
    """Run the command; whatever goes wrong is one line on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        sys.exit(app(args=sys.argv[1:] or ["--help"], standalone_mode=False))
    except typer.Abort:
        _fail("nothing was done")
    except TyperException as error:
        _fail(_usage(error))
    except _SAID as error:
        _fail(str(error))
    except SystemExit as end:
        if end.code == 130:  # what typer makes of Ctrl-C
            print("citeline: stopped; what was finished is kept", file=sys.stderr)
        raise
    except RuntimeError as error:
        if str(error) != "Could not determine home directory.":  # what Path.expanduser says of "~nobody"
            raise
        _fail("there is no such home folder: type the full path, such as /home/me/articles")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))


def _usage(error: TyperException) -> str:
    """What is wrong with the words of a command, in a line that says where its options are listed."""
    said = " ".join(str(getattr(error, "format_message", error.__str__)()).split())
    context = getattr(error, "ctx", None)
    command = " ".join(["citeline", *context.command_path.split()[1:]]) if context else "citeline"
    return f"{said}{'' if said.endswith(('.', '?')) else '.'} For help: {command} -h"


def _fail(message: str) -> None:
    print(f"citeline: {shown(' '.join(message.split()))}", file=sys.stderr)
    sys.exit(1)


def _examples(library: Path) -> list[str]:
    """Questions to start with: those marked "example" in a questions.jsonl beside a folder of the library."""
    from index.storage import read_manifest

    found: list[str] = []
    for source in read_manifest(library).sources:
        beside = Path(source).parent / "questions.jsonl"
        if beside.is_file():
            found += [str(record.get("question")) for record in records(beside) if record.get("example")]
    return found[:4]


def _served_answer(question: str, library: Path | None, llm: str, embedder: str, everywhere: bool) -> Answer | None:
    """The Answer of a running `citeline serve`, None when there is none to ask."""
    from index.storage import default_path
    from ui.services import ask as ask_server

    where = (library or default_path()).expanduser()
    return ask_server(where, question, llm, embedder, everywhere)


def _answerer(
    library: Path | None, llm: str, embedder: str, may_be_new: bool = False, translate: bool = False
) -> Answerer:
    from rag.config import Config
    from rag.pipeline import Answerer

    where, config = library.expanduser() if library else None, Config(translate=translate)
    answerer = Answerer.load(where, llm=llm, embedder=embedder, config=config, may_be_new=may_be_new)
    tell_destination(answerer.llm)
    return answerer


def _warm_answerer(
    library: Path, llm: str, embedder: str, may_be_new: bool = False, translate: bool = False
) -> Answerer:
    answerer = _answerer(library, llm, embedder, may_be_new, translate)
    answerer.warm()
    return answerer


if __name__ == "__main__":
    main()
