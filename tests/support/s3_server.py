"""A real server that speaks S3, in a process of its own on loopback; it can be killed and started again, empty."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from bench.data.processes import free_port, with_parent

SERVER = Path(sys.prefix, "s3", "bin", "moto_server")
_HEADERS = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request"}


class S3Process:
    """The server, on a port that stays the same. It takes any keys, and no other than requests that have some."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [SERVER, "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=with_parent,
        )  # fmt: skip
        until = time.monotonic() + 180
        while True:
            assert self._process.poll() is None and time.monotonic() < until, "the S3 server did not start"
            try:
                self._ask("GET", "/moto-api/")
                return
            except OSError:
                time.sleep(0.1)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        self._ask("PUT", f"/{bucket}")

    def put(self, bucket: str, key: str, data: bytes, **headers: str) -> None:
        """Write an object, whatever its key looks like: nothing in it is tidied up on the way."""
        named = {name.replace("_", "-"): each for name, each in headers.items()}
        self._ask("PUT", f"/{bucket}/{quote(key)}", data, named)

    def delete(self, bucket: str, key: str) -> None:
        self._ask("DELETE", f"/{bucket}/{quote(key)}")

    def _ask(self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, data, {**_HEADERS, **(headers or {})})
            status = connection.getresponse().status
            assert status < 300, (method, path, status)
        finally:
            connection.close()
