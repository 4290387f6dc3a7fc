"""A real Milvus server in a process of its own, from the wheel that holds one; it can be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_RUN = """
import os, socket, sys, threading
from milvus import MilvusServer, MilvusServerConfig
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
server.start()
print(server.server_proc.pid, flush=True)
threading.Thread(target=lambda: (server.server_proc.wait(), os._exit(1)), daemon=True).start()
sys.stdin.read()  # until the test ends, however it ends
server.server_proc.kill()
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class MilvusProcess:
    """The server, its data in a folder that outlives it, on a port that stays the same.

    Its etcd takes ports 2379 and 2380, whatever else it is told, so there can be one on a machine.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._watcher: subprocess.Popen[str] | None = None
        self._pid, self._why = 0, ""

    def address(self, name: str) -> str:
        return f"milvus://127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Start it, and wait until it answers. Raises AssertionError when it does not."""
        self._watcher = subprocess.Popen(
            [sys.executable, "-c", _RUN, str(self.folder), str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            preexec_fn=lambda: os.nice(5),
        )  # fmt: skip
        self._pid = int(self._watcher.stdout.readline())
        until = time.monotonic() + 120
        while not self._is_well():
            assert self._watcher.poll() is None, "the Milvus server ended: does another one, or an etcd, run here?"
            assert time.monotonic() < until, f"the Milvus server did not start: {self._why}"
            time.sleep(0.2)

    def kill(self) -> None:
        """Kill it, as by a power cut to its process: nothing is finished."""
        os.kill(self._pid, signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        if self._watcher:
            self.kill()

    def _end(self) -> None:
        self._watcher.stdin.close()
        self._watcher.stdout.close()
        self._watcher.wait(30)
        self._watcher = None

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
