"""What several test modules start from."""

import tempfile
from pathlib import Path

import httpx
import pytest
from fakes import BagEmbedder
from hostile_llm import HostileLlm

from index.ingestion.indexing import build

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture
def no_proxies(monkeypatch):
    """No proxy is named by the environment."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server():
    """A language model's server that behaves as it is told to."""
    server = HostileLlm()
    yield server
    server.end()


@pytest.fixture
def folder(tmp_path):
    """A folder of two small articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "pont.txt").write_text(
        "Société\n\nLe pont de Vernay rouvrira lundi\n\n"
        "VERNAY, 12 mars 2024 (AGL) — Le pont de Vernay, fermé depuis mars, rouvrira lundi matin, a annoncé la maire "
        "Claire Vidal.\n\nLes travaux ont coûté 3,2 millions d’euros. Ils devaient durer six mois.\n",
        encoding="utf-8",
    )
    (folder / "port.txt").write_text(
        "Port strike ends after nine days\n\nPaul Renaud, head of the port, called the strike “avoidable”.\n"
        "Traffic fell by 12 % in June.",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def embedder():
    return BagEmbedder()


@pytest.fixture
def library(tmp_path, folder, embedder):
    """Path of a library built from `folder`."""
    path = tmp_path / "library"
    build(path, embedder, [folder])
    return path


@pytest.fixture(scope="module")
def page():
    """The page and the other ways in, in a process of their own, with an Answerer that says what it was told to."""
    from served import Served, until

    with tempfile.TemporaryDirectory() as folder, Served("served.ScriptedAnswerer", Path(folder)) as page:
        until(lambda: httpx.get(f"{page.url}/api/status").json()["state"] == "ready")
        yield page


@pytest.fixture
def url(page):
    return page.url
