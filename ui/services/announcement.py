"""Which process serves a library on this machine now, so that `citeline ask` need not load the models once more.

The process says so in a small file in the library's folder and holds a lock on it. The kernel frees the lock when the
process ends, however it ends: a file that nobody holds is stale. While it is held the port is that process's own, so a
question never goes to somebody else who has the port now.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import platform
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import rag
from index.disk import Own
from rag.types import Answer

log = logging.getLogger(__name__)

FILE = Own.SERVING
CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 30.0
"""A server that is alive says something every five seconds."""
HERE = Path(rag.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Serving:
    """How a library is served: what FILE holds."""

    pid: int
    host: str
    port: int
    name: str
    """Of the library, as programs ask that process for it; "" for its main one."""
    library: str
    llm: str
    embedder: str
    code: str
    """`code_state` of the process."""
    version: str
    machine: str
    token: str
    """Shows that a caller may read this file."""
    is_token_asked: bool = False
    """Whether a browser must show the token too."""


class Announcer:
    """Says of each library that this process serves how it can be asked, until `withdraw`."""

    def __init__(self, host: str, port: int, llm: str, embedder: str, token: str, is_token_asked: bool = False) -> None:
        """`llm` and `embedder` as on the command line, `token` as `ui.access.owner` takes it."""
        from importlib.metadata import version

        models = {"llm": model_key(llm), "embedder": model_key(embedder)}
        self._serving = Serving(
            os.getpid(), host, port, "", "", **models, code=code_state(), version=version("citeline"),
            machine=platform.node(), token=token, is_token_asked=is_token_asked,
        )  # fmt: skip
        self._held: list[tuple[Path, int]] = []

    def announce(self, library: Path, name: str) -> None:
        """Write the library's file. Where that cannot be done, questions are answered without this process."""
        path = library / FILE
        serving = replace(self._serving, name=name, library=str(library.resolve()))
        try:
            descriptor, new = tempfile.mkstemp(prefix=f".{FILE}.", dir=library)  # for its owner only
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.write(descriptor, json.dumps(asdict(serving), indent=1).encode("ascii"))
                Path(new).rename(path)
            except OSError:
                Path(new).unlink(missing_ok=True)
                os.close(descriptor)
                raise
        except OSError as error:
            log.info("%s: citeline ask will not find this server: %s", path, error)
            return
        self._held.append((path, descriptor))

    def withdraw(self) -> None:
        """Take the files away again, but for those that another process has written since."""
        for path, descriptor in self._held:
            _remove(path, descriptor)
            os.close(descriptor)
        self._held.clear()


def find(library: Path, llm: str, embedder: str) -> Serving | None:
    """Who serves the library with these models, by this code, for this user; None when nobody does."""
    found = serves(library)
    wanted = (model_key(llm), model_key(embedder), code_state())
    return found if found and (found.llm, found.embedder, found.code) == wanted else None


def serves(library: Path) -> Serving | None:
    """Who serves the library on this machine for this user, with whatever models; None when nobody does."""
    path = library / FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(descriptor).st_uid != os.getuid():
            return None
        if not _is_held(descriptor):
            _remove(path, descriptor)
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            found = Serving(**json.load(file))
    except (OSError, ValueError, TypeError):
        return None
    finally:
        os.close(descriptor)
    return found if (found.library, found.machine) == (str(library.resolve()), platform.node()) else None


def ask(library: Path, question: str, llm: str, embedder: str, everywhere: bool = False) -> Answer | None:
    """The Answer of the process that serves the library, as this one would give it; None when there is none.

    Whatever goes wrong there is None too: it is for this process to say, which then answers the question itself.
    """
    from index.storage import current_generation

    serving = find(library, llm, embedder)
    generation = current_generation(library) if serving else 0
    if serving is None or not generation:
        return None
    from rag.serialization import answer_from  # imports pydantic, which a command without a server does not need

    body = {"question": question, "library": serving.name, "everywhere": everywhere, "stream": True}
    try:
        answer = answer_from(_last_answer(serving, body))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if answer.generation < generation:  # what was published since is still being opened there
        return None
    return replace(answer, library=str(library))


def _last_answer(serving: Serving, body: dict[str, Any]) -> Any:
    """The whole Answer's JSON. Raises OSError, ValueError, TypeError or KeyError when there is none."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(serving.host, serving.port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
        connection.sock.settimeout(SILENCE_SECONDS)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {serving.token}"}
        connection.request("POST", "/api/ask", json.dumps(body), headers)
        reply = connection.getresponse()
        if reply.status != 200:
            raise ValueError(f"it answered {reply.status}")
        for line in reply:
            if line.startswith(b"data: "):
                event = json.loads(line.removeprefix(b"data: "))
                if event["done"]:
                    return event["answer"]
        raise ValueError("it ended before the answer did")
    except HTTPException as error:
        raise ValueError(f"it does not speak HTTP: {error!r}") from None
    finally:
        connection.close()


def code_state() -> str:
    """Where this code lies and when it was last changed: an update or an edit makes another one of it."""
    newest = 0
    for name in ("index", "rag", "ui"):
        for folder, folders, files in os.walk(HERE / name):
            folders[:] = [each for each in folders if each != "__pycache__"]  # written by whoever runs the code
            newest = max([newest, *(Path(folder, file).stat().st_mtime_ns for file in files)])
    return f"{HERE} {newest}"


def model_key(spec: str) -> str:
    """What --llm or --embedder names, so that the same file is the same from whatever folder."""
    path = Path(spec).expanduser()
    return str(path.resolve()) if path.exists() else spec


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _remove(path: Path, descriptor: int) -> None:
    """Take a file away if it is still the one that is open."""
    with suppress(OSError):
        if os.path.samestat(path.stat(), os.fstat(descriptor)):
            path.unlink()
