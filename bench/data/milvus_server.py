"""A real Milvus server in a process of its own, from the wheel that holds one; it can be killed and started again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.data.processes import free_port, with_parent
from bench.paths import ROOT

_TRIES = 3
"""Starts: one of its inner ports may be taken between being chosen and being used."""
_START_S = 180.0

_RUN = """
import os, socket, subprocess, sys, threading
from functools import partial
from milvus import MilvusServer, MilvusServerConfig
from bench.data.processes import with_parent
class Config(MilvusServerConfig):
    def try_bind_port(self, port):  # as the server binds it: whatever connections were cut when it was killed
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
            listening.listen()
            return listening
        except OSError:
            return None
server = MilvusServer(Config(proxy_port=int(sys.argv[2])), wait_for_started=False)
server.set_base_dir(sys.argv[1])
subprocess.Popen = partial(subprocess.Popen, preexec_fn=with_parent)
server.start()
print(server.server_proc.pid, flush=True)
threading.Thread(target=lambda: (server.server_proc.wait(), os._exit(1)), daemon=True).start()
sys.stdin.read()  # until the one who started it ends, however it ends
server.server_proc.kill()
"""

_ETCD = """
name: default
listen-client-urls: http://127.0.0.1:{0}
advertise-client-urls: http://127.0.0.1:{0}
listen-peer-urls: http://127.0.0.1:{1}
initial-advertise-peer-urls: http://127.0.0.1:{1}
initial-cluster: default=http://127.0.0.1:{1}
"""


class MilvusProcess:
    """The server, its data in a folder that outlives it, on ports that stay the same."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._etcd = folder / "etcd.yaml"
        self._etcd.write_text(_ETCD.format(free_port(), free_port()), encoding="utf-8")
        self._watcher: subprocess.Popen[str] | None = None
        self._pid, self._why = 0, ""

    def address(self, name: str) -> str:
        """Return what citeline calls the library NAME on this server."""
        return f"milvus://127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises RuntimeError when it does not."""
        for _ in range(_TRIES):
            if self._started():
                return
            self.stop()
        raise RuntimeError(f"the Milvus server did not start ({self._why}); its words are in {self.folder / 'logs'}")

    def _started(self) -> bool:
        self._watcher = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(self.folder), str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT,
            env=os.environ | {"ETCD_CONFIG_PATH": str(self._etcd), "PYTHONPATH": str(ROOT)}, preexec_fn=with_parent,
        )  # fmt: skip
        assert self._watcher.stdout
        self._pid = int(self._watcher.stdout.readline() or 0)
        until = time.monotonic() + _START_S
        while self._watcher.poll() is None and time.monotonic() < until:
            if self._is_well():
                return True
            time.sleep(0.2)
        self._why = self._why if self._watcher.poll() is None else "it ended"
        return False

    def kill(self) -> None:
        """Kill it, as by a power cut to its process: nothing is finished."""
        assert self._watcher and self._watcher.stdin and self._watcher.stdout
        if self._pid and self._watcher.poll() is None:
            os.kill(self._pid, signal.SIGKILL)
        self._watcher.stdin.close()
        self._watcher.stdout.close()
        self._watcher.wait(30)
        self._watcher = None

    def stop(self) -> None:
        """Kill it, if it runs."""
        if self._watcher:
            self.kill()

    def _is_well(self) -> bool:
        import logging

        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException

        logging.getLogger("pymilvus").setLevel(logging.CRITICAL + 1)
        try:
            client = MilvusClient(
                f"http://127.0.0.1:{self.port}",
                timeout=10,
                dedicated=True,
                grpc_options={"grpc.use_local_subchannel_pool": 1},
            )
            client.list_collections(timeout=10)
            client.close()
        except MilvusException as error:
            self._why = str(error)
            return False
        return True


@contextlib.contextmanager
def milvus(folder: Path) -> Iterator[MilvusProcess]:
    """Run a server with its data in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    server = MilvusProcess(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
