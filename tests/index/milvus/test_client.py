"""Without pymilvus, and with a server that is away, there is one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import LibraryError
from index.milvus import settle, store_at
from index.storage import Library

ROOT = Path(__file__).parents[3]


@pytest.fixture
def there(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return settle("milvus://127.0.0.1:9/articles")


def test_without_the_extra_a_line_says_what_to_type(there, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(LibraryError, match=r"pip install 'citeline\[milvus\]'"):
        Library.open(there)


@pytest.mark.parametrize("command", [["status"], ["ask", "Qui ?", "--no-server"], ["index", "articles"]])
def test_the_command_says_it_in_one_line(tmp_path, command):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("Le pont\n\nLe pont rouvre.\n", encoding="utf-8")
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "pymilvus.py").write_text("raise ImportError('not here')")
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": f"{hidden}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-m", "ui.cli", *command, "--library", "milvus://127.0.0.1:9/articles"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1 and not done.stdout
    assert len(done.stderr.splitlines()) == 1 and "pip install 'citeline[milvus]'" in done.stderr


class RpcError(Exception):
    """As gRPC raises it."""

    def details(self):
        return "Deadline Exceeded\nby the channel"

    def __str__(self):
        return '<_InactiveRpcError of RPC that terminated with:\n\tdetails = "Deadline Exceeded"\n>'


def test_what_a_call_failed_of_is_said_and_not_the_name_of_a_class(there):
    said = str(store_at(there).client._away(RpcError()))
    assert "127.0.0.1:9 does not answer as it should: Deadline Exceeded. " in said and "RpcError" not in said
