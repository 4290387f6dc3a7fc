"""Two real model servers, one killed in mid-answer: the answer comes once, whole, and nothing is doubled.

Needs llama-cpp-python's server (tests/scale/setup.sh) and the default model, which `make test-scale` fetches.
"""

import itertools
import signal
import subprocess
import sys
import time

import httpx
import pytest
from engines import need
from fakes import BagEmbedder

from bench.data.processes import free_port, with_parent
from index.ingestion import build
from index.models import resolve
from rag.config import DEFAULT_LLM
from rag.errors import LlmError
from rag.generation import load_llm
from rag.pipeline import Answerer
from rag.reader import OverlapReader
from rag.types import Message

need("model-server", "llama_cpp.server.app")
pytestmark = pytest.mark.filterwarnings("ignore")
ASKED = [Message("user", "Énumère les douze mois de l’année, avec une fête pour chacun.")]
N = 40


class ModelServer:
    """`python -m llama_cpp.server` with the default model, on a port that stays the same."""

    def __init__(self, path):
        self.path, self.port, self.process = path, free_port(), None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self):
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "llama_cpp.server", "--model", str(self.path), "--host", "127.0.0.1",
                "--port", str(self.port), "--n_ctx", "2048", "--n_threads", "1", "--interrupt_requests", "False",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=with_parent,
        )  # fmt: skip

    def wait(self):
        until = time.monotonic() + 400
        while True:
            assert self.process.poll() is None and time.monotonic() < until, "the model's server did not start"
            try:
                if httpx.get(f"{self.url}/models", timeout=5, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.3)

    def kill(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def servers():
    path = resolve(DEFAULT_LLM, "llm")
    found = [ModelServer(path) for _ in range(2)]
    try:
        for each in found:
            each.start()
        for each in found:
            each.wait()
        yield found
    finally:
        for each in found:
            each.kill()


def serving(llm, servers):
    """The server that writes the reply now."""
    (busy,) = [n for n, replica in enumerate(llm._replicas) if replica.n_open]
    return servers[busy]


@pytest.fixture
def all_up(servers):
    """Whatever the test before has killed runs again."""
    for each in servers:
        if each.process is None:
            each.start()
    for each in servers:
        each.wait()
    return servers


@pytest.mark.parametrize("n_before", [1, 12])
def test_one_is_killed_in_mid_answer(all_up, n_before):
    """Early and late: what was shown stands, the rest follows once, and the one left answers alone from then on."""
    whole = "".join(piece.text for piece in load_llm(all_up[1].url, 300).stream(ASKED, N))
    assert len(whole.split()) > 15
    llm = load_llm(",".join(each.url for each in all_up), 300)
    shown, killed = [], None
    for piece in llm.stream(ASKED, N):
        shown.append(piece.text)
        if killed is None and len(shown) == n_before:
            killed = serving(llm, all_up)
            killed.kill()
    assert killed is not None and "".join(shown[:n_before]) != whole
    assert "".join(shown) == whole
    assert "".join(piece.text for piece in llm.stream(ASKED, N)) == whole
    killed.start()
    killed.wait()
    served = set()
    while served != {each.port for each in all_up}:  # a busy one may be passed over for a while
        for replica in llm._replicas:
            replica.away_until = 0.0  # as half a minute later
        for _ in llm.stream(ASKED, 3):
            served.add(serving(llm, all_up).port)


def test_a_question_is_answered_once_though_its_server_is_killed(all_up, tmp_path):
    """Through all stages: the same checked claims as without the kill, and a draft that only grows."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "pont.txt").write_text(
        "Le pont de Vernay rouvre\n\nLe pont de Vernay a été réparé en six mois par la mairie.\n\n"
        "Les travaux du pont de Vernay ont coûté 3,2 millions d’euros à la ville.\n",
        encoding="utf-8",
    )
    library = tmp_path / "library"
    build(library, BagEmbedder(), [tmp_path / "articles"])
    question = "Combien ont coûté les travaux du pont de Vernay ?"
    plain = Answerer(library, BagEmbedder(), OverlapReader(), load_llm(all_up[1].url, 300)).ask(question)
    assert plain.supported and plain.supported[0].origin == "model"
    llm = load_llm(",".join(each.url for each in all_up), 300)
    drafts, killed = [], None
    for answer in Answerer(library, BagEmbedder(), OverlapReader(), llm).stream(question):
        if answer.draft and not answer.done:
            drafts.append(answer.draft)
            if killed is None and len(answer.draft.split()) >= 2:
                killed = serving(llm, all_up)
                killed.kill()
    assert killed is not None
    assert all(after.startswith(before) for before, after in itertools.pairwise(drafts))
    assert (answer.claims, answer.text, answer.status) == (plain.claims, plain.text, plain.status)


def test_when_both_are_gone_one_line_says_of_each_why(all_up):
    llm = load_llm(",".join(each.url for each in all_up), 60)
    with pytest.raises(LlmError) as raised:
        for _ in llm.stream(ASKED, N):
            for each in all_up:
                each.kill()
    line = str(raised.value)
    assert line.isprintable() and all(str(each.port) in line for each in all_up)
