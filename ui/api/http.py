"""The HTTP interface of this machine's programs: questions, articles and status."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from index.errors import LibraryBusy
from index.ingestion import correct_date
from index.types import Article
from rag.copies import compare as compare_articles
from rag.generation import destination
from rag.serialization import AnswerRecord
from ui.api.checking import DraftCheck
from ui.api.requests import RETRY_SECONDS, Asked, Refusal, answerer_of
from ui.api.responses import BEAT, ApiRoute, Events, Json, body_of, event, heard_out
from ui.api.schemas import AskBody, CheckArguments, CompareBody, DateBody, checked
from ui.formats import escape_key, unescape_key
from ui.holdings import ShelfError, comparison_dict, file_dict, files_named, files_of

if TYPE_CHECKING:
    from rag.pipeline import Answerer
    from ui.services import LibraryHost

MOST_NAME = 4096
"""Characters of a name that are looked for."""


async def ask(host: LibraryHost, request: Request) -> Response:
    """An Answer, whole or as it grows."""
    body = checked(AskBody, await body_of(request))
    asked = Asked(host, body.question, body.turns, body.library, body.everywhere)
    if body.stream:
        return Events(asked, _growing(asked))
    return Json((await heard_out(request, asked)).to_dict())


async def _growing(asked: Asked) -> AsyncIterator[bytes]:
    """One event an Answer: whether it is the last, what nothing has checked yet, and the Answer itself."""
    try:
        async for answer in asked.answers():
            if answer is None:
                yield BEAT
            else:
                found = [citation.to_dict() for citation in answer.found]
                yield event({"done": answer.done, "draft": answer.draft, "found": found, "answer": answer.to_dict()})
    except Refusal as refusal:
        yield event({"done": True, "error": str(refusal)}, "error")


async def check(host: LibraryHost, request: Request) -> Response:
    """What the articles say of each sentence of a draft."""
    body = checked(CheckArguments, await body_of(request))
    return Json(await heard_out(request, DraftCheck(host, body.text, body.library)))


def articles(host: LibraryHost, request: Request) -> Response:
    """All articles of the library, by id."""
    answerer = answerer_of(host, request.query_params.get("library", ""))
    return Json({"generation": answerer.generation, "articles": [_described(each) for each in answerer.articles()]})


def article(host: LibraryHost, request: Request) -> Response:
    """An article's lines, numbered; those from `first` to `last` when they are given."""
    answerer = answerer_of(host, request.query_params.get("library", ""))
    found = find_article(answerer, request.path_params["article"])
    first, last = lines_asked(found, *(request.query_params.get(name) for name in ("first", "last")))
    return Json(numbered(found, first, last))


def files(host: LibraryHost, request: Request) -> Response:
    """How much of each file was read, what was left out and why; of the files that a name fits, if one is given."""
    library = answerer_of(host, request.query_params.get("library", "")).library
    wanted = request.query_params.get("file")
    try:
        found = files_of(library) if wanted is None else files_named(library, wanted[:MOST_NAME])
    except ShelfError:
        raise Refusal(404, f"there is no file {(wanted or '')[:200]!r}: GET /api/files lists them") from None
    return Json({"generation": library.generation, "files": list(map(file_dict, found))})


async def date(host: LibraryHost, request: Request) -> Response:
    """Give an article the date that a person says it has, or the one of its file again."""
    body = checked(DateBody, await body_of(request))
    return Json(await run_in_threadpool(_dated, host, body))


def _dated(host: LibraryHost, body: DateBody) -> dict[str, Any]:
    answerer = answerer_of(host, body.library)
    article_id = find_article(answerer, body.article).id
    try:
        found = correct_date(answerer.library_path, article_id, body.date or "")
    except LibraryBusy as error:
        raise Refusal(503, str(error), RETRY_SECONDS) from None
    read = next((each for each in answerer.library.as_read if each.id == article_id), found)
    return _described(found) | {"in_file": {"date": read.date, "date_from": read.date_from}}


async def compare(host: LibraryHost, request: Request) -> Response:
    """What one article says otherwise than another, sentence by sentence."""
    body = checked(CompareBody, await body_of(request))
    return Json(await run_in_threadpool(_compared, host, body))


def _compared(host: LibraryHost, body: CompareBody) -> dict[str, Any]:
    answerer = answerer_of(host, body.library)
    one, other = find_article(answerer, body.a), find_article(answerer, body.b)
    if one.id == other.id:
        raise Refusal(400, f"a and b are one article, {one.id[:200]!r}: name two")
    return comparison_dict(answerer.library, one, other, compare_articles(one, other))


def status(host: LibraryHost, request: Request) -> Response:
    """What is served, by which models, and how many wait. Answers while the models are loading, too."""
    main, queue = host.main, host.queue
    answerer = main.answerer
    state: dict[str, Any] = {
        "state": "ready" if answerer else "failed" if main.error else "loading",
        "error": main.error,
        "version": version("citeline"),
        "queue": {"busy": queue.is_busy, "waiting": queue.n_waiting, "size": queue.size},
    }
    if answerer:
        state["library"] = {
            "name": answerer.library_path.name,
            "path": str(answerer.library_path),
            "generation": answerer.generation,
            "n_articles": len(answerer.articles()),
        }
        state["libraries"] = sorted(name for name in host.libraries if name)
        state["models"] = {"llm": answerer.llm_name, "embedder": answerer.embedder_name}
        away = destination(answerer.llm)
        state["sent_to"] = away._asdict() if away else None
    return Json(state)


def find_article(answerer: Answerer, wanted: str) -> Article:
    """The article of an id, or of the hex key that `GET /api/articles` gives with it. Raises Refusal 404."""
    try:
        return answerer.article(wanted)
    except KeyError:
        pass
    try:
        return answerer.article(unescape_key(wanted))
    except (KeyError, ValueError):
        raise Refusal(404, f"there is no article {wanted[:200]!r}: GET /api/articles lists them") from None


def lines_asked(found: Article, first: object = None, last: object = None) -> tuple[int, int]:
    """The lines that are wanted, all when none is named. Raises Refusal 400 for lines that the article has not."""
    most = len(found.lines)
    try:
        start, end = (default if given is None else int(str(given)) for given, default in ((first, 1), (last, most)))
    except ValueError:
        raise Refusal(400, f"first and last must be line numbers from 1 to {most}") from None
    if not (1 <= start <= end <= most or most == 0):
        raise Refusal(400, f"{found.id} has lines 1 to {most}, not {start} to {end}")
    return start, end


def numbered(found: Article, first: int, last: int) -> dict[str, Any]:
    """An article as it is sent: what it is, and its lines `first` to `last`, each with its number."""
    lines = [{"n": n, "text": text} for n, text in enumerate(found.lines[first - 1 : last], start=first)]
    return _described(found) | {"lines": lines}


def _described(found: Article) -> dict[str, Any]:
    return {
        "id": found.id,
        "key": escape_key(found.id),
        "title": found.title,
        "date": found.date,
        "date_from": found.date_from,
        "language": found.language,
        "source": found.source,
        "url": found.url,
        "n_lines": len(found.lines),
        "n_pages": len(found.pages),
    }


ROUTES = (
    ApiRoute(
        "POST", "/api/ask",
        "An Answer: every claim with its citations, each an article, its lines and the exact characters.",
        '{"question": "…", "history": [{"question": "…", "text": "…"}, …] or Answers, the oldest first,'
        ' "stream": false, "library": "…", "everywhere": false}; only the question is required.',
        'The Answer. With "stream": true server-sent events {"done", "draft", "found", "answer"}: growing Answers, the'
        " first with the passages; `found` has the citations where the reader found the answer, `draft` what the model"
        " has written, both unchecked; the last event is done.",
        "curl -s {url}/api/ask -H 'Content-Type: application/json' -d '{\"question\": \"Qui est le maire ?\"}'",
        ask, AskBody, AnswerRecord,
    ),
    ApiRoute(
        "POST", "/api/check",
        "A text against the articles: which of its sentences they carry, contradict or do not say, with the lines.",
        '{"text": "…", "library": "…"}; only the text is required, plain or Markdown, up to 20,000 characters.',
        '{"sentences": [{"text", "first", "last", "language", "verdict", "score", "citations", "lacks", "is_too_long",'
        ' "quotes"}, …], "summary", "library"}, as `citeline check --json` prints it.',
        "curl -s {url}/api/check -H 'Content-Type: application/json' -d '{\"text\": \"Le pont est ouvert.\"}'",
        check, CheckArguments,
    ),
    ApiRoute(
        "GET", "/api/articles", "The articles of the library.", "?library=",
        '{"generation", "articles": [{"id", "key", "title", "date", "date_from", "language", "source", "url",'
        ' "n_lines", "n_pages"}, …]}; `date_from` is what says the date: "export", "metadata", "dateline", "line",'
        ' "filename" or "corrected" by a person.',
        "curl -s {url}/api/articles",
        articles, query=(("library", str),),
    ),
    ApiRoute(
        "GET", "/api/articles/{article:path}", "An article with its lines numbered, as citations count them.",
        "the article's id, URL-encoded, or its key; ?first= and ?last= for some of its lines; ?library=",
        '{"id", "key", "title", "date", "language", …, "lines": [{"n": 1, "text": "…"}, …]}',
        "curl -s '{url}/api/articles/pont.txt?first=3&last=5'",
        article, query=(("first", int), ("last", int), ("library", str)),
    ),
    ApiRoute(
        "GET", "/api/files", "Of each file how much was read, what was left out and why, and what was passed over.",
        "?file= for those that a name fits: a path, a file's name, an article's id, or a part of one; ?library=",
        '{"generation", "files": [{"file", "found", "read", "coverage": that of a file of several articles, or null,'
        ' "articles": [{"article", "title", "date", "date_from", "lines", "coverage": {"is_measured", "n_in_file",'
        ' "n_kept", "left_out": [{"reason", "n", "blocks", "begin"},'
        ' …], "note"} or null}, …], "skipped": [{"path", "reason"}, …]}, …]}; each file as `citeline status --file'
        " NAME --json` prints it, counted in letters and digits.",
        "curl -s '{url}/api/files?file=pont.txt'",
        files, query=(("file", str), ("library", str)),
    ),
    ApiRoute(
        "POST", "/api/date", "Correct the date of an article, or take the one that was read from its file again.",
        '{"article": its id or key, "date": "2024-03-03", "2024-03", "2024", or null for the date of its file,'
        ' "library": "…"}; article and date are required.',
        'The article as GET /api/articles has it, and "in_file": {"date", "date_from"}, what was read from the file.',
        "curl -s {url}/api/date -H 'Content-Type: application/json'"
        ' -d \'{"article": "pont.txt", "date": "2024-03-03"}\'',
        date, DateBody,
    ),
    ApiRoute(
        "POST", "/api/compare", "What an article changed, cut or added in a text that another one has too.",
        '{"a", "b": ids or keys of two articles, "library": "…"}; both articles are required.',
        '{"a", "b": {"article", "title", "source", "date"}, "is_copy", "counts": {"same", "changed", "cut", "added"},'
        ' "not_compared", "sentences": [{"kind", "a": {"line", "text"} or null, "b": the same, "words": [{"kind",'
        ' "text"}, …]}, …]}, as `citeline compare --json` prints it.',
        "curl -s {url}/api/compare -H 'Content-Type: application/json'"
        " -d '{\"a\": \"pont.txt\", \"b\": \"autre.txt\"}'",
        compare, CompareBody,
    ),
    ApiRoute(
        "GET", "/api/status", "What is served, by which models, and how many questions are waiting.", "",
        '{"state": "loading", "ready" or "failed", "error", "version", "library": {"name", "path", "generation",'
        ' "n_articles"}, "libraries": names of others, "models": {"llm", "embedder"},'
        ' "sent_to": {"host", "proxy"} of a language model on another machine, else null,'
        ' "queue": {"busy", "waiting", "size"}}',
        "curl -s {url}/api/status",
        status,
    ),
)  # fmt: skip
