"""Claims with their evidence from a file, as benches have them: a verdict and a probability for each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from index.disk import atomic_write
from ui.cli.output import progress_bars
from ui.conversations import is_writable
from ui.formats import shown

if TYPE_CHECKING:
    from rag.verification import Verifier

_EXPECTED = '{"id": …, "claim": "…", "evidence": "…"}, with "question": "…" if it answers one'
_BEGINS = b'{"id": '
"""How a result begins, so that one that was cut short is known from a file that is none of ours."""
_VERDICTS = ("carried", "contradicted", "not_said")


class CheckError(Exception):
    """What cannot be checked, or not with what is here; its text is one line for a person."""


class Row(NamedTuple):
    """A claim of the file."""

    id: str | int
    claim: str
    evidence: str
    question: str


def check_claims(source: Path, out: Path, load: Callable[[], Verifier]) -> None:
    """Check the claims of `source` into `out`, {"id", "verdict", "score"} a line, in their order.

    What `out` holds already is kept and not checked again; a last line that was cut short is dropped. Raises
    CheckError, before a model is loaded, for a file that is not one of claims or an `out` that is not from it.
    """
    rows = _read_rows(source)
    _require_out(out, source)
    known = _read_results(out, {_key(row.id) for row in rows})
    left = [row for row in rows if _key(row.id) not in known]
    if left:
        _check_rows(left, len(rows), out, load(), known)
    if list(known) != [_key(row.id) for row in rows]:
        lines = [json.dumps(known[_key(row.id)]) for row in rows]
        atomic_write(out, ("\n".join(lines) + "\n").encode("ascii"), mode=out.stat().st_mode & 0o777)
    counts = Counter(each["verdict"] for each in known.values())
    told = ", ".join(f"{counts[verdict]} {verdict.replace('_', ' ')}" for verdict in _VERDICTS)
    print(f"{len(rows)} checked ({told}): {shown(out)}")


def _check_rows(left: list[Row], n_rows: int, out: Path, checker: Verifier, known: dict[str, dict[str, Any]]) -> None:
    """Append a result for each row, and add it to those that are `known`."""
    from rag.fact_checking import judge_row

    with out.open("a", encoding="ascii") as file, progress_bars() as progress:
        for row in left:
            progress("checking", len(known), n_rows)
            found = judge_row(row.claim, row.evidence, row.question, checker)
            result = {"id": row.id, "verdict": found.verdict, "score": round(found.carries, 6)}
            file.write(json.dumps(result) + "\n")
            file.flush()
            known[_key(row.id)] = result
        progress("checking", n_rows, n_rows)


def _require_out(out: Path, source: Path) -> None:
    if not out.parent.is_dir():
        raise CheckError(f"no such folder: {shown(out.parent)}. Name a folder that exists: --out")
    if not is_writable(out):
        raise CheckError(f"{shown(out)} cannot be written to. Name another file: --out")
    if out.exists() and out.samefile(source):
        raise CheckError(f"--out would overwrite the claims in {shown(source)}. Name another file")


def _key(id: str | int) -> str:
    """An id by which 1 and "1" are two."""
    return json.dumps(id)


def _read_rows(source: Path) -> list[Row]:
    if source.is_dir():
        raise CheckError(f"{shown(source)} is a folder. Name a file of {_EXPECTED} lines: --claims")
    if not source.is_file():
        raise CheckError(f"no such file: {shown(source)}. It should contain {_EXPECTED} lines")
    rows: list[Row] = []
    lines: dict[str, int] = {}
    for number, line in _numbered(source.read_bytes()):
        try:
            row = _row(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError):
            raise CheckError(f"{shown(source)}:{number} is not {_EXPECTED}: correct that line") from None
        if (before := lines.setdefault(_key(row.id), number)) != number:
            said = f"{shown(source)}:{number} has the id of line {before}, {shown(_key(row.id)[:80])}"
            raise CheckError(f"{said}: give each claim its own")
        rows.append(row)
    if not rows:
        raise CheckError(f"{shown(source)} contains no claims: write {_EXPECTED}, one per line")
    return rows


def _row(record: Mapping[str, Any]) -> Row:
    """A claim of a record. Raises KeyError or TypeError for anything else."""
    id, claim, evidence, question = record["id"], record["claim"], record["evidence"], record.get("question")
    if not isinstance(id, str | int) or isinstance(id, bool):
        raise TypeError
    texts = [claim, evidence, "" if question is None else question]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
    # A lone surrogate is no character, and no tokenizer takes it.
    return Row(id, *(text.encode("utf-8", "replace").decode("utf-8") for text in texts))


def _read_results(out: Path, ids: set[str]) -> dict[str, dict[str, Any]]:
    """Return the results that `out` holds by their ids' keys, and cut off a last line that is not whole."""
    if not out.exists():
        return {}
    data = out.read_bytes()
    whole, torn = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
    known: dict[str, dict[str, Any]] = {}
    lines = [*_numbered(whole)]
    if torn and torn[: len(_BEGINS)] != _BEGINS[: len(torn)]:
        lines.append((whole.count(b"\n") + 1, torn.decode("utf-8", "replace")))  # not from here: somebody's own
    for number, line in lines:
        try:
            result = json.loads(line)
            key, verdict, score = _key(result["id"]), result["verdict"], result["score"]
        except (ValueError, TypeError, KeyError, RecursionError):
            key, verdict, score = "", "", None
        if verdict not in _VERDICTS or not isinstance(score, float | int) or key not in ids or key in known:
            said = f"{shown(out)}:{number} is not the result of a claim in this file"
            raise CheckError(f"{said}, so nothing was written to it. Name another file: --out")
        known[key] = {"id": result["id"], "verdict": verdict, "score": score}
    if torn:
        with out.open("r+b") as file:
            file.truncate(len(whole))
    return known


def _numbered(data: bytes) -> Iterator[tuple[int, str]]:
    """The lines of a file that are not empty, with their numbers."""
    for number, line in enumerate(data.decode("utf-8-sig", errors="replace").split("\n"), start=1):
        if line.strip():
            yield number, line
