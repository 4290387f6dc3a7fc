"""Many questions from a file, with the models loaded once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import RagError
from ui.cli.output import progress_bars
from ui.conversations import is_writable
from ui.formats import shown

if TYPE_CHECKING:
    from rag.pipeline import Answerer


class BatchError(Exception):
    """A file of questions that is none, or questions that failed; its text is one line for a person."""


def ask_many(source: Path, out: Path, load: Callable[[], Answerer]) -> None:
    """Answer the questions of `source`, {"id", "question"} a line, into `out`, {"id", …Answer} a line, in their order.

    A question may bring the "history" it is asked in: [{"question", "answer"}], oldest first.
    What `out` already holds from the same library and models is kept, so an interrupted run goes on where it was.
    Raises BatchError, before a model is loaded, for a file that is not one of questions.
    """
    asked = _read_questions(source)
    if not out.parent.is_dir():
        raise BatchError(f"no such folder: {shown(out.parent)}. Name a folder that exists: --out")
    if not is_writable(out):
        raise BatchError(f"{shown(out)} cannot be written to. Name another file: --out")
    if out.exists() and out.samefile(source):
        raise BatchError(f"--out would overwrite the questions in {shown(source)}. Name another file")
    answerer = load()
    models = {"llm": answerer.llm_name, "embedder": answerer.embedder_name}
    served = {"path": str(answerer.library_path), "generation": answerer.generation}
    known = {
        record["id"]: record
        for record in records(out)
        if record.get("models") == models and record.get("library") == served
    }
    failed = 0
    with out.open("w", encoding="utf-8") as file, progress_bars() as progress:
        for done, (id, question, history) in enumerate(asked):
            progress("answering", done, len(asked))
            record = known.get(id)
            if record is None or record.get("question") != question or record.get("history", []) != history:
                try:
                    turns = [(turn["question"], turn["answer"]) for turn in history]
                    record = {"id": id, **answerer.ask(question, turns).to_dict()}
                except RagError as error:
                    failed += 1
                    record = {"id": id, "question": question, "error": str(error)}
                if history:
                    record["history"] = history
            file.write(json.dumps(record) + "\n")
            file.flush()
        progress("answering", len(asked), len(asked))
    if failed:
        raise BatchError(f"{failed} of {len(asked)} questions failed; {out} says why for each")
    print(f"{len(asked)} answered: {shown(out)}")


def _read_questions(source: Path) -> list[tuple[Any, Any, list[dict[str, str]]]]:
    if not source.is_file():
        raise BatchError(f'no such file: {shown(source)}. It should contain {{"id": …, "question": "…"}} lines')
    asked = []
    for number, line in enumerate(source.read_text(encoding="utf-8-sig", errors="replace").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            asked.append((record["id"], record["question"], _history(record)))
        except (ValueError, TypeError, KeyError, AttributeError):
            expected = '{"id": …, "question": "…"}, with "history": [{"question": "…", "answer": "…"}] if it has one'
            raise BatchError(f"{shown(source)}:{number} is not {expected}: correct that line") from None
    if not asked:
        raise BatchError(f'{shown(source)} contains no questions: write {{"id": …, "question": "…"}}, one per line')
    return asked


def _history(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """The turns before a question, oldest first. Raises KeyError, TypeError or AttributeError for anything else."""
    return [
        {"question": turn["question"].strip(), "answer": (turn.get("answer") or "").strip()}
        for turn in record.get("history") or []
    ]


def records(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a .jsonl file that have an id; a line that was cut short is left out."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and "id" in record:
            yield record
