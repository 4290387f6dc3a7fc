"""setup.sh with a pip that only says what it would do: what a signal, a kill or a failure leaves behind."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PIP = """
import os, sys, time
from pathlib import Path
here, doing = Path(os.environ["FAKE"]), sys.argv[1]
scratch = Path(os.environ["TMPDIR"], f"pip-{doing}-1")
scratch.mkdir(exist_ok=True)
(scratch / "unpacked").write_bytes(b"x" * 1000)
with (here / "log").open("a") as log:
    print(doing, scratch.parent, file=log)
if doing == "wheel":
    if (here / "fail").exists():
        sys.exit("no compiler would take this")
    while (here / "wait").exists():
        time.sleep(0.02)
    Path(sys.argv[-1], "llama.whl").write_bytes(b"wheel")
"""
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p .venv/bin && cp "$FAKE/python" .venv/bin/python ;;
    "-m pip")
        shift 2
        case "$*" in *--version*) exit 0 ;; *" install "*) set -- install "$@" ;; esac
        exec "$REAL" "$FAKE/pip.py" "$@" ;;
    *) exec "$REAL" "$@" ;;
esac
"""


class Machine:
    """A fresh checkout and an empty cache, in folders whose names have spaces, an apostrophe and an accent."""

    def __init__(self, folder):
        self.folder, self.log, self.started = folder, folder / "log", []
        self.checkout, self.cache = folder / "l'été à la mer" / "citeline", folder / "my cache"
        self.checkout.mkdir(parents=True)
        (folder / "tmp").mkdir()
        for name in ("setup.sh", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.checkout)
        (folder / "pip.py").write_text(PIP, encoding="utf-8")
        (folder / "python").write_text(PYTHON, encoding="utf-8")
        (folder / "python").chmod(0o755)

    def start(self):
        env = {"PYTHON": str(self.folder / "python"), "CITELINE_CACHE": str(self.cache), "FAKE": str(self.folder)}
        process = subprocess.Popen(
            ["sh", "setup.sh"],
            cwd=self.checkout,
            env=os.environ | env | {"REAL": sys.executable, "TMPDIR": str(self.folder / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # Tests that run under nohup ignore a hang-up, and a shell that is born so can never be told by one.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        self.started.append(process)
        return process

    def run(self):
        process = self.start()
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def compiling(self):
        """Start it and wait until the compiler is at work."""
        (self.folder / "wait").touch()
        process, until = self.start(), time.monotonic() + 60
        while not (self.log.exists() and "wheel" in self.log.read_text()):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        return process

    def left(self):
        """What lies around that nobody needs."""
        found = [*self.checkout.glob(".venv/tmp*"), *self.cache.glob("wheels/*.new*"), *(self.folder / "tmp").iterdir()]
        return [path.name for path in found]

    def is_done(self):
        return (self.checkout / ".venv" / ".citeline").exists()


@pytest.fixture
def machine(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    for process in machine.started:  # and the pip that one may have lost
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def test_it_is_done_once_and_leaves_no_temporary_file(machine):
    """All of pip's are in a folder of their own, not in the machine's; a second call does nothing at all."""
    code, out, err = machine.run()
    assert (code, err) == (0, "") and out.endswith("setup: done\n")
    assert machine.is_done() and machine.left() == []
    calls = [line.split(" ", 1) for line in machine.log.read_text().splitlines()]
    assert [doing for doing, _ in calls] == ["install", "wheel", "install", "install"]
    assert {Path(where).parent for _, where in calls} == {machine.checkout / ".venv"}
    assert machine.run() == (0, "", "")
    assert len(machine.log.read_text().splitlines()) == 4


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_told_to_end_it_ends_and_sweeps(machine, sign):
    """At once, although the compiler would go on; the next call goes through."""
    process = machine.compiling()
    process.send_signal(sign)
    process.communicate(timeout=20)
    assert process.returncode == 128 + sign and machine.left() == [] and not machine.is_done()
    (machine.folder / "wait").unlink()
    assert machine.run()[0] == 0 and machine.is_done() and machine.left() == []


def test_what_a_killed_one_left_is_swept_by_the_next(machine):
    """What a running one has is not; nor is a name in the way."""
    process = machine.compiling()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)
    assert len(machine.left()) == 2 and not machine.is_done()
    (machine.cache / "wheels" / "llama.new").mkdir()  # as an earlier version named it
    running = machine.cache / "wheels" / f"llama-0-0.new.{os.getpid()}"
    running.mkdir()
    (machine.folder / "wait").unlink()
    assert machine.run()[0] == 0 and machine.is_done() and machine.left() == [running.name]


def test_a_compiler_that_fails_has_its_words_kept(machine):
    """One line says where; they go when it has gone through."""
    (machine.folder / "fail").touch()
    code, _, err = machine.run()
    assert code == 1 and err.count("\n") == 1
    log = Path(err.rstrip("\n").partition("words are in ")[2])
    assert "no compiler would take this" in log.read_text() and machine.left() == []
    (machine.folder / "fail").unlink()
    assert machine.run()[0] == 0 and not log.exists()


def test_a_cache_that_cannot_be_made_is_one_line_before_anything_is_compiled(machine):
    """With what to set."""
    machine.cache.write_text("in the way")
    code, _, err = machine.run()
    assert code == 1 and "setup: " in err and "CITELINE_CACHE" in err and "wheel" not in machine.log.read_text()
