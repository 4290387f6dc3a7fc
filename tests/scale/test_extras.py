"""The optional extras beside the default install."""

from importlib.metadata import version
from pathlib import Path

from engines import need

PINNED = Path(__file__).parents[2] / "constraints.txt"


def test_the_extras_change_no_version_of_the_default_install():
    """What is tested here with them is what is tested there without."""
    need("any")
    lines = [line.partition("==") for line in PINNED.read_text(encoding="utf-8").splitlines() if "==" in line]
    found = {name: version(name) for name, *_ in lines}
    assert found == {name: wanted for name, _, wanted in lines}
