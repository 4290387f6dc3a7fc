"""The only way to text that is not plain: bytes of a web page, PDF, Word file or EPUB in, their text out.

The libraries that parse such files run in a process of their own (index/extraction/worker.py). It receives bytes, not
names, can open no file and no connection, has limited memory, and is ended when one file takes too long. A file that
breaks it is skipped; the next one gets a new process.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import struct
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any

import index
from index.extraction.exports.part import Part
from index.extraction.layout import Extracted
from index.extraction.ocr import Ocr
from index.progress import Tick, no_tick
from index.skip_reason import WORDINGS, NotAnArticle, SkipReason
from index.types import Coverage, coverage_of

SECONDS = 60.0
"""Time limit for one article, as a file or in one; 2,000 printed pages take 10 s (docs/experiments.md)."""
MOST_TIMES = 10
"""A file of several articles may take as many times as long as one article."""
_START_SECONDS = 60.0  # to load the libraries, on a disk that is busy
_LISTEN_SECONDS = 0.5  # between two looks at whether it is to stop
_ROOT = str(Path(index.__file__).resolve().parents[1])
_MAIN = "import sys; sys.path[:0] = [sys.argv[1]]; from index.extraction.worker import main; main()"


class Extractor:
    """Extracts text from files one by one, in a process that starts with the first one and ends with `close`."""

    def __init__(self, seconds: float = SECONDS, ocr: Ocr | None = None) -> None:
        """Begin. With `ocr`, pages that are pictures are read too."""
        self._ocr = ocr
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Extractor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def extract(self, kind: str, data: bytes, tick: Tick = no_tick) -> Extracted:
        """Return the text of a file of that kind that holds one article. Raises ValueError if it does not."""
        first, *more = self.read(kind, data, tick)
        if first.reason:
            raise NotAnArticle.of(first.reason)
        if more or first.said is None:
            raise NotAnArticle("no_parts")
        return first.said

    def read(self, kind: str, data: bytes, tick: Tick = no_tick) -> list[Part]:
        """Return the articles of a file of that kind (a key of READERS in index/extraction/worker.py).

        Raises ValueError with the reason if it cannot be read.
        """
        if kind == "pict":
            kind, data = "pdf", self._as_pdf(data, tick)
        try:
            parts = self._parts(kind, data, tick)
        except NotAnArticle as error:
            is_picture = kind == "pdf" and error.reason.code in ("no_text_layer", "unreadable_text")
            if not (is_picture and self.reads_pictures):
                raise
        else:
            has_pictures = kind == "pdf" and any(part.said and part.said.unread for part in parts)
            if not (has_pictures and self.reads_pictures):
                return parts
        return self._recognised(data, tick)

    @property
    def reads_pictures(self) -> bool:
        """Whether pages that are pictures can be read."""
        return self._ocr is not None and bool(self._ocr.languages)

    def _parts(self, kind: str, data: bytes, tick: Tick) -> list[Part]:
        return [
            Part(
                each["key"],
                _extracted(each["said"]) if each["said"] else None,
                _reason(each["reason"]),
                _measure(each["coverage"]),
            )
            for each in self._messages(kind, data, tick)
        ]

    def _recognised(self, data: bytes, tick: Tick) -> list[Part]:
        """Return the articles of a PDF, its pictures of pages read by OCR."""
        ocr = self._ocr
        assert ocr is not None
        said: dict[int, str] = {}
        with closing(self._messages("scan", data, tick)) as pages:
            for done, each in enumerate(pages):
                try:
                    number, of, width, height = (int(each[name]) for name in ("page", "of", "width", "height"))
                    grey = base64.b64decode(each["grey"])
                except (KeyError, TypeError, ValueError):  # what the process says is not trusted
                    raise NotAnArticle("broke_parser") from None
                ocr.told(done, of)
                said[number] = ocr.page(width, height, grey, tick).decode("utf-8", "replace")
        ocr.told(len(said), len(said))
        return self._parts("ocr", json.dumps(said).encode("ascii") + b"\n" + data, tick)

    def _as_pdf(self, data: bytes, tick: Tick) -> bytes:
        """Return a PDF of the pictures in a file, a page each. Raises ValueError."""
        try:
            (message,) = self._messages("pict", data, tick)
            return base64.b64decode(message["pdf"])
        except (KeyError, TypeError) as error:  # what the process says is not trusted
            raise NotAnArticle("broke_parser") from error

    def members(self, data: bytes, tick: Tick = no_tick) -> list[tuple[str, bytes | SkipReason]]:
        """Return names and bytes of the files in a .zip, or why one is passed over. Raises ValueError."""
        return [
            (each["name"], reason if (reason := _reason(each["reason"])) else base64.b64decode(each["data"]))
            for each in self._messages("zip", data, tick)
        ]

    def _messages(self, kind: str, data: bytes, tick: Tick) -> Generator[dict[str, Any], None, None]:
        """Yield what the process answers about a file, a message for each part of it."""
        left = MOST_TIMES * self._seconds
        try:
            process = self._process or self._start(tick)
            assert process.stdin is not None
            process.stdin.write(struct.pack("<4sQ", kind.encode("ascii"), len(data)) + data)
            process.stdin.flush()
            while True:
                began = time.monotonic()
                if "end" in (message := self._answer(process, self._seconds, tick)):
                    break
                left -= time.monotonic() - began  # what the caller does meanwhile takes none of its time
                if left < 0:
                    raise TimeoutError
                yield message
        except (BrokenPipeError, EOFError):
            self.close()
            raise NotAnArticle("broke_parser") from None
        except TimeoutError:
            self.close()
            raise NotAnArticle("too_slow", n=round(self._seconds)) from None
        except BaseException:
            self.close()  # what is half said, or not listened to, cannot be taken up again
            raise
        if reason := _reason(message["end"]):
            raise NotAnArticle.of(reason)

    def close(self) -> None:
        """End the process. A further `extract` starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:
                pass
        process.wait()

    def _start(self, tick: Tick) -> subprocess.Popen[bytes]:
        # Isolated: neither the folder it is called in nor the environment can put another module in its way. A group
        # of its own: an interrupt at the keyboard is for the caller, who ends it.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", _MAIN, _ROOT],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            self._answer(self._process, _START_SECONDS, tick)
        except (EOFError, TimeoutError) as error:
            self.close()
            raise NotAnArticle("no_parser") from error
        return self._process

    @staticmethod
    def _answer(process: subprocess.Popen[bytes], seconds: float, tick: Tick) -> dict[str, Any]:
        """Return the next message of the process. Raises TimeoutError, or EOFError if the process ended instead."""
        assert process.stdout is not None
        descriptor, until = process.stdout.fileno(), time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)

            def read(size: int) -> bytes:
                data = bytearray()
                while len(data) < size:
                    left = max(0.0, until - time.monotonic())
                    if not selector.select(min(left, _LISTEN_SECONDS)):
                        if left <= _LISTEN_SECONDS:
                            raise TimeoutError
                        tick()
                        continue
                    piece = os.read(descriptor, min(size - len(data), 1 << 20))
                    if not piece:
                        raise EOFError
                    data += piece
                return bytes(data)

            (size,) = struct.unpack("<Q", read(8))
            return dict(json.loads(read(size)))


def _extracted(fields: dict[str, Any]) -> Extracted:
    """Return what was read. A measure of it that makes no sense is dropped: what the process says is not trusted."""
    held: dict[str, Any] = {name: tuple(said) if isinstance(said, list) else said for name, said in fields.items()}
    held["coverage"] = _measure(fields.get("coverage"))
    return Extracted(**held)


def _measure(fields: dict[str, Any] | None) -> Coverage | None:
    try:
        return coverage_of(fields)
    except (KeyError, TypeError, ValueError):
        return None


def _reason(found: dict[str, Any] | None) -> SkipReason | None:
    """Return a reason as the process gave it. What it says is not trusted: a code that is unknown is a breakdown."""
    if not found:
        return None
    return SkipReason.of(found) if found.get("code") in WORDINGS else SkipReason("broke_parser")
