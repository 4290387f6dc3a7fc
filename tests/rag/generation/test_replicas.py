"""Several servers of one language model: one that fails is replaced, and no word of a reply is shown twice."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from hostile_llm import BAD, FINISH, GOOD, HANGING, SAID, WORDS, HostileLlm, delta, hang, reply, sse
from places import PATHS

from rag.errors import Interrupted, LlmError
from rag.generation.loading import destination, load_llm
from rag.generation.remote.address import Destination
from rag.generation.remote.replicas import SLOTS, Replicas
from rag.types import Message

ASKED = [Message("user", "Combien ont coûté les travaux ?")]
pytestmark = pytest.mark.usefixtures("no_proxies")
HALF = reply(sse(WORDS[0], end=""), is_whole=False)
"""The first half of SAID, then the connection is closed."""


@pytest.fixture
def servers():
    """Three servers, each with a port of its own."""
    with contextlib.ExitStack() as stack:
        found = [HostileLlm() for _ in range(3)]
        for each in found:
            stack.callback(each.end)
        yield found


def replicas(servers, *behaviours, seconds=20.0, **more):
    return Replicas(
        [each.url(behave) for each, behave in zip(servers, behaviours, strict=False)], seconds=seconds, **more
    )


def said(llm, n=40):
    return "".join(piece.text for piece in llm.stream(ASKED, n))


def prompts(server):
    return [head for head, _ in server.seen if head.startswith("POST")]


def test_one_url_is_one_server_and_two_are_replicas(servers):
    one, two = servers[0].url(GOOD["plain"]), servers[1].url(GOOD["plain"])
    assert not isinstance(load_llm(one), Replicas)
    for spec in (f"{one},{two}", f"{one}, {two.replace('http', 'HTTP', 1)}"):
        llm = load_llm(spec)
        assert isinstance(llm, Replicas) and llm.name == spec.replace(" ", "") and said(llm) == SAID


@pytest.mark.parametrize(
    "spec", ["http://a:1/v1,http://b:2/v1,", "http://a:1/v1,b:2/v1,http://c/v1", "http://a,http://"]
)
def test_what_is_no_list_of_addresses_is_said(spec):
    with pytest.raises(LlmError, match="--llm takes"):
        load_llm(spec)


def test_where_prompts_may_go_is_all_of_it():
    llm = load_llm("http://127.0.0.1:1/v1,http://192.0.2.7/v1,http://192.0.2.8/v1#m")
    assert destination(llm) == Destination("192.0.2.7, 192.0.2.8")
    assert destination(load_llm("http://127.0.0.1:1/v1,http://127.0.0.1:2/v1")) is None


@pytest.mark.parametrize("name", sorted(BAD.keys() - {"odd finish"}))  # which says "Oui" before it fails
def test_another_one_answers_where_one_does_not(servers, name):
    """Whatever the first says instead; twice, so that each of them was the first."""
    llm = replicas(servers, BAD[name][0], GOOD["plain"])
    assert [said(llm), said(llm)] == [SAID, SAID]


def test_what_was_shown_is_not_shown_again(servers):
    llm = replicas(servers, HALF, HALF, GOOD["plain"])
    pieces = [piece.text for piece in llm.stream(ASKED, 40)]
    assert "".join(pieces) == SAID and [len(prompts(each)) for each in servers] == [1, 1, 1]


def test_pieces_of_other_lengths_are_joined_where_they_meet(servers):
    letters = reply(sse(*map(delta, SAID), FINISH))
    for n in range(1, len(SAID)):
        broken = reply(sse(*map(delta, SAID[:n]), end=""), is_whole=False)
        assert said(replicas(servers, broken, letters)) == SAID


def test_two_halves_of_different_answers_are_never_one(servers):
    """The other words it otherwise: what was shown is left as it is, and one line says so."""
    other = reply(sse(delta("Ils ont coûté "), delta("3,2 millions."), FINISH))
    for behaviours in ((HALF, other), (HALF, reply(sse(delta("Les"), FINISH))), (HALF, other, other)):
        llm, shown = replicas(servers, *behaviours), ""
        with pytest.raises(LlmError, match="words the answer otherwise") as raised:
            for piece in llm.stream(ASKED, 40):
                shown += piece.text
        assert shown == "Les travaux ont coûté " and str(raised.value).isprintable()
    assert said(replicas(servers, HALF, other, GOOD["plain"])) == SAID


def test_when_none_is_left_one_line_says_of_each_why(servers):
    llm = replicas(servers, BAD["loading"][0], BAD["unauthorized"][0], HALF)
    servers[2].end()
    with pytest.raises(LlmError) as raised:
        said(llm)
    line = str(raised.value)
    assert line.startswith("none of the 3 language models gave an answer. ") and line.isprintable()
    assert all(f"127.0.0.1:{each.port}" in line for each in servers)
    assert "503" in line and "401" in line and "no answer" in line


def test_one_that_failed_is_asked_last_and_again_when_it_is_back(servers, monkeypatch):
    llm = replicas(servers, GOOD["plain"], GOOD["plain"])
    servers[0].behaviours["0"] = BAD["failing"][0]
    assert [said(llm) for _ in range(4)] == [SAID] * 4
    assert len(servers[0].seen) == 1 and len(prompts(servers[1])) == 4
    servers[0].behaviours["0"] = GOOD["plain"]
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 60)
    assert [said(llm) for _ in range(4)] == [SAID] * 4
    assert len(prompts(servers[0])) == 2


@pytest.mark.parametrize("name", ["before the head", "in the head", "head letter by letter", "provisional"])
def test_one_that_hangs_costs_two_seconds_not_the_deadline(servers, name):
    """It does not answer when it is asked for its health."""
    llm = replicas(servers, HANGING[name], GOOD["plain"], seconds=60)
    began = time.monotonic()
    assert said(llm) == SAID
    assert time.monotonic() - began < 15


def healthy_but(behave):
    """A behaviour: well when asked for its health, and something else when given a prompt."""
    state = []

    def both(connection):
        state.append(1)
        if len(state) == 1:
            connection.sendall(reply(b"{}", kind="application/json"))
        else:
            behave(connection)

    return both


def test_one_that_is_well_and_silent_leaves_time_for_the_others(servers):
    """It has its share of the deadline for a first word."""
    llm = replicas(servers, healthy_but(hang()), GOOD["plain"], seconds=4)
    began = time.monotonic()
    assert said(llm) == SAID
    assert 1.5 < time.monotonic() - began < 4


def test_the_deadline_is_one_for_all(servers):
    llm = replicas(servers, *(healthy_but(hang()) for _ in servers), seconds=3)
    began = time.monotonic()
    with pytest.raises(LlmError, match="none of the 3"):
        said(llm)
    assert time.monotonic() - began < 6


def test_a_deadline_in_the_middle_keeps_what_was_said(servers):
    """As with one server: the words so far count, and nobody begins anew."""
    llm = replicas(servers, healthy_but(hang(HALF)), GOOD["plain"], seconds=2)
    assert said(llm) == "Les travaux ont coûté " and not prompts(servers[1])


class Counting:
    """A behaviour that answers slowly and counts how many it serves at once."""

    def __init__(self):
        self.now = self.most = self.n = 0
        self._lock = threading.Lock()

    def __call__(self, connection):
        with self._lock:
            self.now += 1
            self.n += 1
            self.most = max(self.most, self.now)
        time.sleep(0.15)
        with self._lock:
            self.now -= 1
        connection.sendall(GOOD["plain"])


def test_many_questions_go_to_the_least_busy_and_wait_their_turn(servers):
    """Twelve at once on two servers with two places each: no server has more, each has its half, all are answered."""
    counting = Counting(), Counting()
    llm = replicas(servers, *counting, slots=2, seconds=60)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(said(llm))) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert answers == [SAID] * 12
    assert max(each.most for each in counting) <= 2
    counts = [len(prompts(each)) for each in servers[:2]]
    assert sum(counts) == 12 and min(counts) >= 4
    assert all(not each.n_open for each in llm._replicas) and not llm._waiting and SLOTS > 1


def test_who_finds_no_place_in_time_is_told(servers):
    llm = replicas(servers, healthy_but(hang(HALF)), healthy_but(hang(HALF)), slots=1, seconds=30)
    busy = [llm.stream(ASKED, 40) for _ in range(2)]
    assert [next(each).text for each in busy] == ["Les travaux ont coûté "] * 2
    llm._seconds = 0.3
    with pytest.raises(LlmError, match="busy and the time is up"):
        said(llm)
    for each in busy:
        each.close()
    assert all(each.wait_closed() for each in servers[:2]) and not any(each.n_open for each in llm._replicas)


def test_a_stop_is_no_failure(servers):
    """Who is told to stop asks nobody else, neither in the middle of an answer nor waiting for a place."""
    llm = replicas(servers, healthy_but(hang(HALF)), GOOD["plain"], slots=1)
    stream = llm.stream(ASKED, 40)
    assert next(stream).text
    llm.interrupt()
    with pytest.raises(Interrupted):
        next(stream)
    assert not servers[1].seen
    llm = replicas(servers, healthy_but(hang(HALF)), healthy_but(hang(HALF)), slots=1)
    busy = [llm.stream(ASKED, 40) for _ in range(2)]
    assert all(next(each).text for each in busy)
    ends = []

    def waiting():
        try:
            said(llm)
        except LlmError as error:
            ends.append(type(error))

    thread = threading.Thread(target=waiting)
    thread.start()
    while not llm._waiting:
        time.sleep(0.01)
    llm.interrupt()
    thread.join(10)
    assert ends == [Interrupted]


SERVER = """
import sys, time
from hostile_llm import HostileLlm, WORDS, FINISH, reply, sse
slow = sys.argv[1] == "slow"
def behave(connection):
    if not server.seen[-1][0].startswith("POST"):
        connection.sendall(reply(b"{}", kind="application/json"))
        return
    connection.sendall(reply(sse(WORDS[0], end=""), is_whole=False))
    time.sleep(60 if slow else 0)
    connection.sendall(sse(WORDS[1], FINISH))
server = HostileLlm()
print(server.url(behave), flush=True)
time.sleep(120)
"""


@contextlib.contextmanager
def process(kind):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(PATHS)}
    found = subprocess.Popen([sys.executable, "-c", SERVER, kind], stdout=subprocess.PIPE, text=True, env=environment)
    with found:
        try:
            yield found, found.stdout.readline().strip()
        finally:
            found.kill()


def test_a_server_killed_in_the_middle_of_an_answer(no_proxies):
    """A real process, killed with SIGKILL when its first words are shown: the other one ends the sentence."""
    with process("slow") as (victim, one), process("quick") as (_, two):
        llm = load_llm(f"{one},{two}")
        stream = llm.stream(ASKED, 40)
        shown = next(stream).text
        victim.send_signal(signal.SIGKILL)
        shown += "".join(piece.text for piece in stream)
        assert shown == SAID
        assert said(llm) == SAID  # the dead one is not waited for
