"""How the threads of the models wait for each other."""

from __future__ import annotations

import os

SPINS = "5000"
"""Looks at a barrier before a thread sleeps: some 50 to 100 µs. OpenMP's own 300,000 burn the processor time that the
other thread is waiting for, as soon as any other program wants a core; none at all makes every barrier of a quiet
machine a wake-up (python -m bench loaded)."""


def share_cores() -> None:
    """Let waiting threads sleep soon, so that a busy machine slows the models down only by its share of the cores.

    Call it before torch or llama.cpp is loaded: their OpenMP (libgomp) reads the environment once. Settings already in
    the environment stay.
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)
