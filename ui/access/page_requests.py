"""Requests to Gradio's routes that its page does not send: refused in one line, here and in the terminal."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

from starlette.exceptions import HTTPException

import index
import rag
import ui
from ui.access.guard import App, Message, Receive, Refused, Scope, Send, reply

log = logging.getLogger(__name__)

OURS = tuple(str(Path(file).parent) for file in (index.__file__, rag.__file__, ui.__file__))


class PageRequests:
    """Gradio fails at JSON that it did not write: NaN, a lone surrogate, a component that is none. That is a 400.

    What fails in our own functions is not the caller's fault and goes on as it is.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/gradio_api/" not in scope["path"]:
            await self.app(scope, receive, send)
            return
        is_answered = False
        held: list[Message] = []

        async def sending(message: Message) -> None:
            nonlocal is_answered
            if held or message.get("status") == 500:  # what Gradio sends before it raises the error
                held.append(message)
            else:
                is_answered = True
                await send(message)

        try:
            await self.app(scope, receive, sending)
        except Exception as error:
            if is_answered or isinstance(error, HTTPException) or _is_ours(error):
                raise
            log.warning("not a request that the page makes: %s: %s", scope["path"], type(error).__name__)
            await reply(scope["path"], send, Refused(400, "The page makes no such request."))
            return
        for message in held:
            await send(message)


def _is_ours(error: Exception) -> bool:
    """Whether our code was running, below the middlewares that every request goes through."""
    files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    own = [file for file in files if file.startswith(OURS)]
    return any(file not in (__file__, reply.__code__.co_filename) for file in own)
