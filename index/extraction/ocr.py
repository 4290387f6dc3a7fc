"""Optical character recognition: tesseract, where it is installed, reads pictures of pages.

A page is drawn in the locked process (index/extraction/worker.py), which sends its grey values. Their number is checked
here, so what tesseract is given is always a well-formed picture, whatever the file. It is called with fixed arguments,
reads stdin and writes stdout, may write into no file and start no process, and has limited memory and time. What it
says is read in the locked process again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from index.disk import atomic_write, make_folder, remove, sha256
from index.progress import Tick, no_tick

PROGRAM = "tesseract"
LANGUAGES = ("fra", "eng")
"""Languages that are read, as far as they are installed; tesseract takes longer with each."""
MAX_PIXELS = 40_000_000
"""Maximum size of a page, more than A3 at 300 dots per inch."""
SECONDS = 120.0
"""Time limit for one page; a full page of a newspaper takes a few."""
_MEMORY = 3_000_000_000
_MOST_BYTES = 8_000_000  # of what is said of one page
_ASK_SECONDS = 20.0
_LISTEN_SECONDS = 0.2

# Limits are set in a process of its own, which then becomes tesseract.
_LOCKED = """
import os, resource, sys
memory, seconds = int(sys.argv[1]), int(sys.argv[2])
for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0),
                   (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 64)):
    try:
        resource.setrlimit(what, (most, most))
    except (ValueError, OSError):
        pass
os.execv(sys.argv[3], sys.argv[3:])
"""


class Ocr:
    """Tesseract as it is installed here. What it said of a page is kept until `clear`: nothing is read twice."""

    def __init__(self, kept: Path | None = None, told: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Look for the program when it is first needed.

        Args:
            kept: Folder for what was said.
            told: Called with the number of pages of a file that are done, and of all.
        """
        self.told = told
        self._kept = kept

    @cached_property
    def languages(self) -> str:
        """The languages it reads, as it is called with them ("fra+eng"); "" if it or all of them are missing."""
        said = _run([self._program, "--list-langs"], b"", _ASK_SECONDS, no_tick) if self._program else b""
        return "+".join(each for each in LANGUAGES if each in said.decode("utf-8", "replace").split())

    @cached_property
    def _program(self) -> str:
        found = shutil.which(PROGRAM)
        return os.path.realpath(found) if found else ""

    def page(self, width: int, height: int, grey: bytes, tick: Tick = no_tick) -> bytes:
        """Return what is printed on a picture, as tesseract's TSV; b"" if that could not be told.

        `grey` has a byte a pixel, row by row from the top.
        """
        if min(width, height) <= 0 or width * height > MAX_PIXELS or len(grey) != width * height:
            return b""
        name = sha256(b"%d %d %s\n" % (width, height, self.languages.encode()) + grey)
        kept = self._kept / f"{name}.tsv" if self._kept else None
        if kept and kept.is_file():
            return kept.read_bytes()
        call = [self._program, "stdin", "stdout", "-l", self.languages, "--psm", "3", "--dpi", "300", "tsv"]
        said = _run(call, b"P5\n%d %d\n255\n" % (width, height) + grey, SECONDS, tick)
        if kept and said:
            make_folder(kept.parent)
            atomic_write(kept, said, is_durable=False)
        return said

    def clear(self) -> None:
        """Forget what was kept."""
        if self._kept:
            remove(self._kept)


def _run(call: list[str], given: bytes, seconds: float, tick: Tick) -> bytes:
    """Return what a program says on stdout under limits; b"" if it fails, takes too long or says too much."""
    locked = [sys.executable, "-I", "-c", _LOCKED, str(_MEMORY), str(round(seconds)), *call]
    settings = {"PATH": os.defpath, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}
    settings |= {name: os.environ[name] for name in ("TESSDATA_PREFIX",) if name in os.environ}
    try:
        with tempfile.TemporaryFile() as stdin:
            stdin.write(given)
            stdin.seek(0)
            process = subprocess.Popen(
                locked, env=settings, cwd="/", stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
    except OSError:
        return b""
    until = time.monotonic() + seconds
    try:
        while True:
            try:
                said, _ = process.communicate(timeout=_LISTEN_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > until:
                    return b""
                tick()
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return said if process.returncode == 0 and len(said) <= _MOST_BYTES else b""
