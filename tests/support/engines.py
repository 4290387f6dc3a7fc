"""The optional engines of `make test-scale`: there, or said not to be had on this machine, never missing unsaid."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

MISSING = Path(sys.prefix, "missing")
"""A line for each engine that tests/scale/setup.sh could not have here: its name, and why."""


def need(engine: str, *modules: str) -> None:
    """Import an engine's modules, or skip the module that asks where setup.sh found none for this machine.

    In .venv-scale an engine that is not there fails the tests; elsewhere they are skipped.
    """
    if Path(sys.prefix).name != ".venv-scale":
        pytest.skip("needs the optional engines: make test-scale", allow_module_level=True)
    for line in MISSING.read_text(encoding="utf-8").splitlines():
        name, _, why = line.partition(" ")
        if name == engine:
            pytest.skip(f"no {engine} on this machine: {why}", allow_module_level=True)
    for each in modules:
        importlib.import_module(each)
