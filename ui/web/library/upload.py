"""POST /shelf/upload: one file's bytes are copied into the library's own folder; a job takes them in afterwards."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from index.documents import KINDS_WORDS, most_bytes
from ui.i18n import shelf_words
from ui.web.library.copies import Copying, NotTaken

if TYPE_CHECKING:
    from fastapi import FastAPI

    from ui.services import OpenLibrary

log = logging.getLogger(__name__)

PIECE_BYTES = 1 << 20


def add_upload_route(app: FastAPI, library: OpenLibrary, where: str = "") -> None:
    """Take what the page's drop zone sends: the bytes as they are, the file's name and the language in the address.

    The reply is {kept: name on disk} or {refused: one line}. The Guard has seen to type, size and origin.
    """

    @app.post(f"{where}/shelf/upload")
    async def upload(request: Request) -> JSONResponse:
        say = shelf_words(request.query_params.get("lang", ""))
        if library.answerer is None:
            return JSONResponse({"refused": say["loading"]})
        name, pieces = request.query_params.get("name", ""), _pieces(request)
        try:
            path = await _kept(library.answerer.library_path, name, pieces)
        except NotTaken as reason:
            line = say[f"not_{reason}"].format(kinds=KINDS_WORDS, n=most_bytes(Path(name)) // 1_000_000)
            told = {"refused": line, "known": str(reason) == "known"}
        except OSError as error:
            log.warning("a file could not be copied into the library: %s", error)
            told = {"refused": say["not_kept"]}
        else:
            return JSONResponse({"kept": path.name})
        async for _ in pieces:  # a browser that is still sending does not listen
            pass
        return JSONResponse(told)


async def _kept(library: Path, name: str, pieces: AsyncIterator[bytes]) -> Path:
    """The file that a body became. Raises NotTaken, OSError, or ClientDisconnect when it was not sent to its end."""
    with await run_in_threadpool(Copying, library, name) as copying:
        async for piece in pieces:
            await run_in_threadpool(copying.write, piece)
        return await run_in_threadpool(copying.keep)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    """A body as it comes, in pieces of some PIECE_BYTES, so that it is never in memory as a whole."""
    piece = bytearray()
    async for chunk in request.stream():
        piece += chunk
        if len(piece) >= PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
