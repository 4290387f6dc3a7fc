"""Questions with known lines as a file: a JSON object a line, for a person to write or correct, for `eval` to keep.

    {"id": "q1", "question": "…", "answer": ["14 blessés"], "gold": [{"article": "pont.txt", "first": 3, "last": 3}]}

An empty "gold" means that the articles do not answer. "kind", "language" and "hidden" (articles out of sight) may be
there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import Span
from ui.cli.batch import records
from ui.conversations import replace_file
from ui.formats import shown

if TYPE_CHECKING:
    from index.storage import Library
    from rag.evaluation import Case, Outcome


class EvalError(Exception):
    """Questions that cannot be read, made or asked, or figures that missed their mark; one line for a person."""


def read_cases(path: Path, library: Library) -> list[Case]:
    """The questions of a file, checked against the articles. Raises EvalError naming the first line that is wrong."""
    cases: dict[str, Case] = {}
    for number, record in read_records(path):
        where = f"{shown(path)}:{number}"
        try:
            case = _case(record, str(number), library)
        except ValueError as error:
            raise EvalError(f"{where} {error}: correct that line") from None
        if case.id in cases:
            raise EvalError(f"{where} has the same id as an earlier line, {shown(case.id)}: give it another one")
        cases[case.id] = case
    return list(cases.values())


def read_records(path: Path) -> list[tuple[int, Any]]:
    """The lines of a file of questions, by number, before they are held against articles. Raises EvalError."""
    if not path.is_file():
        raise EvalError(f'no such file: {shown(path)}. It should contain {{"question", "answer", "gold"}} lines')
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig", errors="replace").split("\n"), start=1):
        if line.strip():
            try:
                found.append((number, json.loads(line)))
            except ValueError as error:
                why = error.msg if isinstance(error, json.JSONDecodeError) else "a number is too long"
                raise EvalError(f"{shown(path)}:{number} is not JSON ({why}): correct that line") from None
    if not found:
        raise EvalError(f"{shown(path)} contains no questions: write one per line")
    return found


def kinds_without_answer(path: Path) -> list[str]:
    """Kinds of a file's questions without an answer, as far as it can be read."""
    kinds = set()
    for line in path.read_text(encoding="utf-8-sig", errors="replace").split("\n") if path.is_file() else ():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and not record.get("gold"):
            kinds.add(str(record.get("kind") or "unanswerable"))
    return sorted(kinds)


def _case(record: Any, id: str, library: Library) -> Case:
    """One line as a Case. Raises ValueError that says what it has and what it should have."""
    from rag.config import Config
    from rag.errors import QuestionError
    from rag.evaluation import Case
    from rag.pipeline import clean
    from ui.cli.eval.case_record import case_record

    found = case_record(record)
    try:
        question = clean(found.question, Config().question_chars)
    except QuestionError as error:
        raise ValueError(f"has no question that can be asked ({error})") from None
    gold = tuple(_checked(Span(each.article, each.first, each.last), library) for each in found.gold)
    answers = (*found.answer, *found.answer_translated)
    if answers and not gold:
        raise ValueError('has an "answer" but no "gold" lines (both are empty for a question without an answer)')
    kind = found.kind or ("answerable" if gold else "unanswerable")
    return Case(found.id or id, question, kind, answers, gold, tuple(found.hidden), found.language)


def _checked(span: Span, library: Library) -> Span:
    """The lines. Raises ValueError when the library does not hold them."""
    article = library.by_id.get(span.article_id)
    if article is None:
        raise ValueError(f"names the article {shown(span.article_id)}, which is not in the library")
    if article.at(span) is None:
        raise ValueError(f"names the lines {shown(span)}, but that article has lines 1 to {len(article.lines)}")
    return span


class Sheet:
    """The questions of one run and what they got, kept in a file after every step when there is one."""

    def __init__(self, path: Path | None, library: Library, models: Mapping[str, str]) -> None:
        """Take up what the file holds about the same articles; results of other models are asked for again."""
        self.path = path
        self.models = dict(models)
        self.articles = _digest(library)
        self._library = library
        self._kept = {str(record["id"]): record for record in records(path)} if path else {}
        self._rows: dict[str, dict[str, Any]] = {}

    def made(self) -> list[tuple[Case, dict[str, int]]]:
        """The questions that an earlier run made, and what was dropped before each.

        Raises EvalError when they are about other articles.
        """
        found = []
        for record in self._kept.values():
            if record.get("articles") != self.articles:
                raise EvalError(
                    f"{shown(self.path)} contains questions about other articles: name another file for --out"
                )
            try:
                case = _case(record, "", self._library)
            except ValueError as error:
                raise EvalError(f"{shown(self.path)}: question {shown(record['id'])} {error}: correct it") from None
            found.append((case, {str(k): int(v) for k, v in (record.get("dropped") or {}).items()}))
        return found

    def add(self, *cases: tuple[Case, Mapping[str, int]]) -> None:
        """Note questions down before they are asked, with what was dropped before each."""
        for case, dropped in cases:
            row = {**_record(case), "dropped": dict(dropped), "articles": self.articles}
            if self.result(case):
                row["result"] = self._kept[case.id]["result"]
            self._rows[case.id] = row
        self._save()

    def result(self, case: Case) -> Outcome | None:
        """What the same question got from the same models and articles, if it is known."""
        from rag.evaluation import Outcome

        kept = self._kept.get(case.id, {})
        result = kept.get("result")
        if kept.get("articles") != self.articles or not isinstance(result, dict):
            return None
        asked = (result.get("question"), result.get("hidden"), result.get("models"))
        if asked != (case.question, list(case.hidden), self.models):
            return None
        try:
            cited = tuple(Span(c["article"], c["first"], c["last"]) for c in result["cited"])
            return Outcome(
                case,
                result["status"],
                result["text"],
                cited,
                tuple(result["exact"]),
                float(result["seconds"]),
                tuple(result.get("backed", ())),
            )
        except (KeyError, TypeError, ValueError):
            return None

    def note(self, outcome: Outcome) -> None:
        """Keep what a question that was added got."""
        self._rows[outcome.case.id]["result"] = {
            "status": outcome.status,
            "text": outcome.text,
            "cited": _lines(outcome.cited),
            "exact": list(outcome.exact),
            "backed": list(outcome.backed),
            "seconds": round(outcome.seconds, 3),
            "right": outcome.is_right,
            "question": outcome.case.question,
            "hidden": list(outcome.case.hidden),
            "models": self.models,
        }
        self._save()

    def _save(self) -> None:
        if self.path is None:
            return
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self._rows.values())
        replace_file(self.path, text, 0o666)


def _record(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "question": case.question,
        "kind": case.kind,
        "language": case.language,
        "answer": list(case.answers),
        "gold": _lines(case.gold),
        "hidden": list(case.hidden),
    }


def _lines(spans: tuple[Span, ...]) -> list[dict[str, Any]]:
    return [{"article": span.article_id, "first": span.first, "last": span.last} for span in spans]


def _digest(library: Library) -> str:
    """What tells these articles from others: same files, same digest, wherever the library is."""
    told = "\n".join(f"{article.id} {article.sha256}" for article in library.articles)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]
