"""`citeline eval`: how good the answers are on the user's own articles, with questions whose lines are known."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.config import DEFAULT_LLM
from ui.cli.eval.sheet import EvalError, Sheet, kinds_without_answer, read_cases, read_records
from ui.cli.library import LibraryOption
from ui.cli.output import progress_bars, tell_destination
from ui.conversations import is_writable
from ui.formats import shown

if TYPE_CHECKING:
    from collections import Counter

    from index.progress import Progress
    from rag.evaluation import Case, HidingAnswerer, Outcome
    from ui.conversations import Feedback


# Long, for Typer reads the options of a command from its signature.
def evaluate(
    folder: Annotated[
        Path | None, typer.Argument(help="Articles to index in a temporary library. Default: the existing library.")
    ] = None,
    library: LibraryOption = None,
    n: Annotated[
        int, typer.Option(help="Number of questions with an answer; up to as many without are added.", min=1)
    ] = 40,
    questions: Annotated[
        Path | None, typer.Option(help='Your own questions instead, one {"question", "answer", "gold"} per line.')
    ] = None,
    from_feedback: Annotated[
        bool,
        typer.Option(
            "--from-feedback",
            help="Ask again the questions whose answers were judged on the page: right, wrong, wrong line.",
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="The file for questions and answers, one per line; an interrupted run resumes.")
    ] = None,
    fail_under: Annotated[
        str,
        typer.Option(help="Exit with 1 if a figure is worse: 'line_hit=0.9,false_refusal=0.1', or 0.8 (line_hit)."),
    ] = "",
    language: Annotated[
        list[str] | None, typer.Option(help="One question in four is asked in this language; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Change it to get other questions.")] = 0,
    llm: Annotated[
        str,
        typer.Option("--llm", help="Catalogue name, GGUF file, hf:OWNER/REPO/FILE, an OpenAI-compatible URL, or none."),
    ] = DEFAULT_LLM,
    embedder: Annotated[
        str, typer.Option("--embedder", help="Catalogue name, folder, or hf:OWNER/REPO.")
    ] = "embeddinggemma-300m",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the answers on your own articles: are they and their lines right, and is the unanswerable refused?

    The model writes questions about lines picked by a rule; with their article hidden or a name changed, the same
    questions have no answer. All are asked, and the share that went well is printed with its 95 % interval.
    """
    from index.storage import default_path, require
    from rag.generation import require_llm
    from ui.cli.eval.report import DERIVED, check_limits, marks_text, read_limits, report_dict, report_text

    if from_feedback and (folder is not None or questions is not None):
        raise EvalError("--from-feedback asks the questions judged in one library: leave out FOLDER and --questions")
    if questions is None and not from_feedback and llm == "none":
        raise EvalError(
            "a language model writes the questions: name one with --llm, or give your own with --questions FILE"
        )
    if folder is not None and library is not None:
        raise EvalError("FOLDER is indexed in a temporary library: give FOLDER or --library, not both")
    if folder is not None and not folder.expanduser().exists():
        raise EvalError(f"no such folder: {shown(folder)}. Name a folder that contains articles")
    if out is not None and not out.parent.is_dir():
        raise EvalError(f"no such folder: {shown(out.parent)}. Name a folder that exists: --out")
    if out is not None and not is_writable(out):
        raise EvalError(f"{shown(out)} cannot be written to. Name another file: --out")
    if unknown := [code for code in language or () if code not in _languages()]:
        raise EvalError(f"--language takes a code such as fr or en, not {shown(unknown[0])}")
    if folder is None and questions is not None:
        require((library or default_path()).expanduser())
    if questions is not None:
        read_records(questions)
    require_llm(llm)
    kinds = kinds_without_answer(questions) if questions else DERIVED
    limits = read_limits(fail_under, kinds, from_feedback) if fail_under else {}
    with progress_bars() as progress, _library(folder, library, embedder, progress) as where:
        feedback = _feedback(where) if from_feedback else None
        outcomes, dropped, sheet = _measure(
            where, n, questions, feedback, out, tuple(language or ()), seed, llm, embedder, progress
        )
    if as_json:
        print(json.dumps(report_dict(outcomes, dropped, sheet, feedback), indent=1))
    else:
        print(report_text(outcomes, dropped))
        if feedback:
            print(marks_text(feedback))
    if limits:
        from rag.evaluation import figures

        check_limits(figures(outcomes), limits)


def _measure(
    where: Path,
    n: int,
    questions: Path | None,
    feedback: Feedback | None,
    out: Path | None,
    languages: tuple[str, ...],
    seed: int,
    llm: str,
    embedder: str,
    progress: Progress,
) -> tuple[list[Outcome], Counter[str] | None, Sheet]:
    """Questions from a file or made here, asked: outcomes, what was dropped in making them, and the sheet."""
    from index.storage import Library
    from rag.evaluation import HidingAnswerer
    from ui.cli.eval.report import make_cases

    given = read_cases(questions, Library.open(where)) if questions else None  # before any model is loaded
    if feedback:
        given = list(feedback.cases)
    progress("loading the models", 0, 0)
    answerer = HidingAnswerer.load(where, llm=llm, embedder=embedder)
    assert isinstance(answerer, HidingAnswerer)
    tell_destination(answerer.llm)
    sheet = Sheet(out, answerer.library, {"llm": answerer.llm_name, "embedder": answerer.embedder_name})
    if given is not None:
        sheet.add(*((case, {}) for case in given))
        return _asked(answerer, given, sheet, None, progress), None, sheet
    from rag.evaluation import Quiz

    assert answerer.llm is not None
    quiz = Quiz(answerer.library, answerer.reader, answerer.llm, languages, seed)
    cases, dropped = make_cases(quiz, n, sheet, progress)
    return _asked(answerer, cases, sheet, dropped, progress), dropped, sheet


def _feedback(where: Path) -> Feedback:
    """What was judged on the page of a library, said in a line. Raises EvalError when nothing was."""
    from index.storage import Library
    from ui.conversations import History, read_feedback

    feedback = read_feedback(History.of(where), Library.open(where))
    if not feedback.cases:
        raise EvalError(
            f"no judged answer in {shown(where)} can be asked again: press Right, Wrong or Wrong line under an answer "
            "on the page (citeline serve)"
        )
    print(shown(feedback), file=sys.stderr)
    return feedback


def _asked(
    answerer: HidingAnswerer, cases: list[Case], sheet: Sheet, dropped: Counter[str] | None, progress: Progress
) -> list[Outcome]:
    """The outcomes; on Ctrl-C the figures of those that are finished are printed before the program ends."""
    from ui.cli.eval.report import ask_cases, report_text

    outcomes: list[Outcome] = []
    try:
        for outcome in ask_cases(answerer, cases, sheet, progress):
            outcomes.append(outcome)
    except KeyboardInterrupt:
        if outcomes:
            print(f"{len(outcomes)} of {len(cases)} questions were asked.\n{report_text(outcomes, dropped)}")
        raise
    return outcomes


@contextmanager
def _library(folder: Path | None, library: Path | None, embedder: str, progress: Progress) -> Iterator[Path]:
    """The library that is asked: the one named, the default one, or one made of `folder` that goes away again."""
    from index.storage import default_path

    if folder is None:
        yield (library or default_path()).expanduser()
        return
    from index.ingestion import build, check
    from index.models import SentenceTransformerEmbedder

    with tempfile.TemporaryDirectory(prefix="citeline-eval-") as temporary:
        where = Path(temporary) / "library"
        check(where, [folder])
        progress("loading the embedder", 0, 0)
        build(where, SentenceTransformerEmbedder(embedder), [folder], progress=progress)
        yield where


def _languages() -> set[str]:
    from index.text import STEMMERS
    from rag.language import LANGUAGE_NAMES, WORDINGS

    return {*WORDINGS, *LANGUAGE_NAMES, *STEMMERS}
