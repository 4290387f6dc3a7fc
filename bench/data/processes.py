"""Processes on this machine that others talk to: their ports, and their end."""

from __future__ import annotations

import ctypes
import random
import signal
import socket
import sys

_PORTS = range(20_000, 32_000)
"""Below those that the system gives to connections, so that a server that is killed finds its own port free."""

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def free_port() -> int:
    """Return a port on which nobody listens here, other ones for each process that asks."""
    while True:
        port = random.SystemRandom().choice(_PORTS)
        with socket.socket() as found:
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def with_parent() -> None:
    """Have the system kill this process when the one that started it ends, however it ends: a `preexec_fn`.

    On Linux alone; elsewhere nothing is done.
    """
    if _LIBC is not None:
        _LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
