"""POST /shelf/upload: one file's bytes are copied into the library's own folder; a job takes them in afterwards."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from index.articles import KINDS_WORDS, most_bytes
from ui.shelf_files import NotTaken, keep_copy
from ui.shelf_words import shelf_words

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.backend import Backend

log = logging.getLogger(__name__)


def add_upload_route(app: FastAPI, backend: Backend, where: str = "") -> None:
    """Take what the page's drop zone sends: the bytes as they are, the file's name and the language in the address.

    The reply is {kept: name on disk} or {refused: one line}. The Guard has seen to type, size and origin.
    """

    @app.post(f"{where}/shelf/upload")
    async def upload(request: Request) -> JSONResponse:
        say = shelf_words(request.query_params.get("lang", ""))
        if backend.answerer is None:
            return JSONResponse({"refused": say["loading"]})
        name, data = request.query_params.get("name", ""), await request.body()
        try:
            path = await run_in_threadpool(keep_copy, backend.answerer.library_path, name, data)
        except NotTaken as reason:
            line = say[f"not_{reason}"].format(kinds=KINDS_WORDS, n=most_bytes(Path(name)) // 1_000_000)
            return JSONResponse({"refused": line, "known": str(reason) == "known"})
        except OSError:
            log.exception("a file could not be copied into the library")
            return JSONResponse({"refused": say["not_kept"]})
        return JSONResponse({"kept": path.name})
