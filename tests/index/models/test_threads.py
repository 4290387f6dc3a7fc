"""The models' threads sleep soon when they wait: both OpenMP runtimes of a process say so themselves."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from index.models.threads import SPINS, share_cores

ROOT = Path(__file__).parents[3]
DOORS = {
    "embedder": "from index.models.embedder import _load; from pathlib import Path\ntry: _load(Path('none'))\nexcept Exception: pass",
    "llama": "from rag.generation.llama_context import load; from pathlib import Path\ntry: load(Path('none'), 64, 1)\nexcept Exception: pass",
}


def spins_said(code: str, **environment: str) -> list[str]:
    """What each OpenMP that is loaded by `code` says its spin count is."""
    kept = {k: v for k, v in os.environ.items() if k not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    environment = {**kept, "OMP_DISPLAY_ENV": "VERBOSE", **environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    return re.findall(r"GOMP_SPINCOUNT = '(\w+)'", done.stderr)


@pytest.mark.parametrize("door", DOORS)
def test_both_doors_tell_openmp_before_it_is_loaded(door):
    said = spins_said(DOORS[door])
    if not said:
        pytest.skip("this OpenMP is not libgomp")
    assert set(said) == {SPINS}


def test_what_the_environment_says_stays():
    said = spins_said(DOORS["llama"], GOMP_SPINCOUNT="77")
    if not said:
        pytest.skip("this OpenMP is not libgomp")
    assert set(said) == {"77"}


def test_a_policy_of_the_owner_stays(monkeypatch):
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    share_cores()
    assert "GOMP_SPINCOUNT" not in os.environ
