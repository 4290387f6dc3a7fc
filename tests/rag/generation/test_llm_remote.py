"""A language model behind an address: what it may say, what it may not, and how long anybody waits for it."""

import json
import socket
import threading
import time

import pytest
from hostile_llm import BAD, GOOD, HANGING, SAID, TOO_LONG, USAGE, HostileLlm, delta, endless, hang, reply, sse
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import Interrupted, LlmError
from rag.generation.loading import load_llm, require_llm
from rag.generation.remote.address import Destination, is_here
from rag.generation.remote.completion import MAX_SAID, BadReply, pieces
from rag.generation.remote.openai_compatible import CHARS_PER_TOKEN, OpenAiLlm
from rag.types import Message

ASKED = [Message("user", "Combien ont coûté les travaux ?")]
pytestmark = pytest.mark.usefixtures("no_proxies")


def said(llm, n=40):
    return "".join(piece.text for piece in llm.stream(ASKED, n))


@pytest.mark.parametrize("name", GOOD)
def test_what_real_servers_write_is_read(server, name):
    """llama-server, vLLM, Ollama, LM Studio and their like; whole or streamed, however lines end."""
    *pieces, last = OpenAiLlm(server.url(GOOD[name])).stream(ASKED, 40)
    assert "".join(piece.text for piece in pieces) == SAID and not last.text
    # The one that is a function has no usage, and the place in its repr may hold any digits.
    if isinstance(GOOD[name], bytes) and str(USAGE["total_tokens"]) in repr(GOOD[name]):
        assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (9, 2)


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_reply_is_one_line(server, name):
    """It names the server, what was found and what to do; nothing in it moves a cursor or is longer than a line."""
    behaviour, words = BAD[name]
    url = server.url(behaviour)
    with pytest.raises(LlmError) as raised:
        said(OpenAiLlm(url))
    line = str(raised.value)
    assert type(raised.value) is LlmError
    assert line.startswith(f"{url}: ") and words in line
    assert line.isprintable() and len(line) < len(url) + MAX_SAID + 250


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_PLACES = (
    lambda odd: odd,
    lambda odd: {"choices": odd},
    lambda odd: {"choices": [odd]},
    lambda odd: {"choices": [{"delta": odd}]},
    lambda odd: {"choices": [{"message": odd}]},
    lambda odd: {"choices": [{"delta": {"content": odd, "reasoning": odd}, "finish_reason": odd}]},
    lambda odd: {"choices": [], "usage": odd},
    lambda odd: {"choices": [], "usage": {"prompt_tokens": odd, "prompt_tokens_details": odd}},
    lambda odd: {"error": odd},
    lambda odd: {"error": {"message": odd}},
)


@given(st.sampled_from(_PLACES), _JSON, st.booleans(), st.integers(1, 40))
@settings(max_examples=400, deadline=None)
def test_whatever_stands_where_it_should_not_is_no_traceback(put, odd, is_whole, size):
    """Any JSON in any place, cut anywhere into what arrives at once."""
    found = put(odd)
    body = json.dumps(found).encode() if is_whole else sse(delta("Oui"), found)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    try:
        assert all(isinstance(piece.text, str) for piece in pieces(chunks, 100))
    except BadReply as error:
        assert len(str(error)) < MAX_SAID + 250 and str(error).isprintable()


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"data: ", b"\n", b"\r\n", b"{", b"}", b": ", b"error: "])))
@settings(max_examples=400, deadline=None)
def test_whatever_bytes_come_are_no_traceback(chunks):
    """Nothing that is sent gets through as anything else than a reply or what is wrong with it."""
    try:
        list(pieces(chunks, 100))
    except BadReply as error:
        assert str(error).isprintable()


def test_a_prompt_with_half_a_character_is_sent(server):
    """As a file name may hold one; no server takes it, so a question mark stands for it."""
    assert "".join(piece.text for piece in OpenAiLlm(server.url(GOOD["plain"])).stream([Message("user", "\ud800?")], 9))
    assert json.loads(server.seen[0][1])["messages"] == [{"role": "user", "content": "??"}]


def test_half_a_character_in_a_reply_is_none(server):
    """It could not be written to a file or a page."""
    body = reply(sse('{"choices": [{"delta": {"content": "a\\ud83d"}, "finish_reason": "stop"}]}'))
    assert said(OpenAiLlm(server.url(body))) == "a?"


# --- how much, how long -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_reply_without_an_end_is_ended(server, name):
    """By its letters, its events or its bytes, long before the seconds are over; and the connection is closed."""
    behaviour, words = TOO_LONG[name]
    pieces = []
    began = time.monotonic()
    try:
        for piece in OpenAiLlm(server.url(behaviour), seconds=60).stream(ASKED, 20):
            pieces.append(piece)
    except LlmError as error:
        assert words and words in str(error) and "too long" in str(error)
    else:
        assert not words
        assert sum(len(piece.text) for piece in pieces) == 20 * CHARS_PER_TOKEN
    assert time.monotonic() - began < 30
    assert len(pieces) <= 20 * CHARS_PER_TOKEN + 2
    assert server.wait_closed()


@pytest.mark.parametrize("name", HANGING)
def test_a_server_that_says_nothing_has_so_many_seconds(server, name):
    """From the connection to the first word, whatever it sends that is none; then the connection is closed."""
    began = time.monotonic()
    with pytest.raises(LlmError, match=r"no answer within 0\.5 seconds"):
        said(OpenAiLlm(server.url(HANGING[name]), seconds=0.5))
    assert time.monotonic() - began < 10
    assert server.wait_closed()


def test_what_was_written_when_the_seconds_are_over_counts(server):
    """As a local model's does: a slow server's words are checked as they stand."""
    slow = endless(sse(delta("mot "), end=""), pause=0.2)
    text = said(OpenAiLlm(server.url(slow), seconds=2.0), 1000)
    assert text.startswith("mot mot") and len(text) < 400
    assert server.wait_closed()


def test_words_that_are_not_read_do_not_pile_up(server):
    """Who takes a word and then none leaves the server writing no more than a reply has."""
    stream = OpenAiLlm(server.url(endless(sse(delta("mot "), end="")))).stream(ASKED, 20)
    assert next(stream).text == "mot "
    assert server.wait_closed()
    assert len("".join(piece.text for piece in stream)) == 20 * CHARS_PER_TOKEN - 4


# --- a stop -----------------------------------------------------------------------------------------------------------


def interrupted(llm, exchanges=1):
    """What `stream` in as many threads raises once it is interrupted, and how many seconds that took."""
    raised = []

    def work():
        try:
            said(llm)
        except LlmError as error:
            raised.append(type(error))

    threads = [threading.Thread(target=work) for _ in range(exchanges)]
    for thread in threads:
        thread.start()
    yield
    began = time.monotonic()
    llm.interrupt()
    for thread in threads:
        thread.join(10)
    yield raised, time.monotonic() - began


@pytest.mark.parametrize("name", HANGING)
def test_a_stop_ends_it_at_once(server, name):
    """Whatever is being waited for; the server sees its connection closed."""
    steps = interrupted(OpenAiLlm(server.url(HANGING[name])))
    next(steps)
    assert server.asked.wait(60)
    raised, seconds = next(steps)
    assert raised == [Interrupted] and seconds < 2
    assert server.wait_closed()


def test_a_stop_between_two_words(server):
    """What was written is gone; the next reply is whole."""
    llm = OpenAiLlm(server.url(hang(reply(sse(delta("Les travaux "), end=""), is_whole=False))))
    stream = llm.stream(ASKED, 40)
    assert next(stream).text == "Les travaux "
    llm.interrupt()
    with pytest.raises(Interrupted):
        next(stream)
    assert server.wait_closed()


def test_who_leaves_a_reply_closes_it(server):
    """As the Answerer does when an answer is not wanted any more."""
    stream = OpenAiLlm(server.url(hang(reply(sse(delta("Les "), end=""), is_whole=False)))).stream(ASKED, 40)
    next(stream)
    stream.close()
    assert server.wait_closed()


def test_a_stop_while_it_connects_sends_nothing(server, monkeypatch):
    """The address was being looked up: the question does not leave afterwards."""
    llm, looking, go_on = OpenAiLlm(server.url(GOOD["plain"])), threading.Event(), threading.Event()
    look = socket.getaddrinfo

    def slow(*args, **kwargs):
        looking.set()
        go_on.wait(10)
        return look(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    steps = interrupted(llm)
    next(steps)
    assert looking.wait(60)
    raised, seconds = next(steps)
    go_on.set()
    assert raised == [Interrupted] and seconds < 2
    assert server.wait_closed() and not server.seen


def test_an_interruption_of_nothing_is_none(server):
    """The next reply is whole."""
    llm = OpenAiLlm(server.url(GOOD["plain"]))
    llm.interrupt()
    assert said(llm) == SAID


# --- where it goes ----------------------------------------------------------------------------------------------------


@pytest.fixture
def proxy(monkeypatch):
    """A proxy that the environment names for everything; `seen` is what it was asked to pass on."""
    proxy = HostileLlm()
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://me:secret@127.0.0.1:{proxy.port}")
    yield proxy
    proxy.end()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "127.9.8.7", "0.0.0.0"]
)
def test_a_prompt_for_this_machine_meets_no_proxy(server, proxy, host):
    """However its address is spelled."""
    llm = OpenAiLlm(server.url(GOOD["plain"], host))
    assert llm.destination is None
    if host == "127.9.8.7":
        server.end()  # nobody listens there on every system: it is enough that the proxy does not hear of it
        with pytest.raises(LlmError, match="no answer"):
            said(llm)
    else:
        assert said(llm) == SAID
    assert proxy.seen == []


@pytest.mark.parametrize("host", ["LOCALHOST.", "::1", "::ffff:127.0.0.1", "model.localhost", "0:0:0:0:0:0:0:1"])
def test_these_are_this_machine_too(host):
    """IPv6, and the names that stand for nothing else."""
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.7", "::ffff:192.0.2.7", "127.0.0.1.invalid", "localhost.invalid", "x" * 300, "\udc00"]
)
def test_these_are_not(host, monkeypatch):
    """An address of another machine, a name that only looks like this one's, one that nobody knows."""

    def unknown(*_, **__):
        raise socket.gaierror("unknown")

    if host.endswith("invalid"):
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not is_here(host)


def test_a_name_of_two_machines_is_not_this_one(monkeypatch):
    """One address of it is elsewhere: a prompt could go there."""
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 0)) for each in ("127.0.0.1", "192.0.2.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert not is_here("model.example")


def test_another_machine_is_named_with_the_proxy_on_the_way(proxy):
    """The proxy is used, as the environment wants it; what is shown of it has no password."""
    llm = load_llm("http://192.0.2.7:8000/v1#big")
    assert llm.destination == Destination("192.0.2.7", f"http://127.0.0.1:{proxy.port}")
    proxy.behaviours[""] = GOOD["plain"]
    assert said(llm) == SAID
    ((head, body),) = proxy.seen
    assert head.startswith("POST http://192.0.2.7:8000/v1/chat/completions ") and b"Combien" in body


@pytest.mark.parametrize("excepted", ["192.0.2.7", "192.0.2.7:8000", "x.invalid, 192.0.2.7:8000", "*"])
def test_no_proxy_is_heeded(proxy, monkeypatch, excepted):
    """For a host that it names, with or without its port, the way is direct, and is said to be."""
    monkeypatch.setenv("NO_PROXY", excepted)
    assert OpenAiLlm("http://192.0.2.7:8000/v1").destination == Destination("192.0.2.7")


@pytest.mark.parametrize("excepted", ["192.0.2.8", "192.0.2.7:8001", "192.0.2.7:443"])
def test_no_proxy_for_another_port_is_for_another(proxy, monkeypatch, excepted):
    """A proxy is left out only for what NO_PROXY names."""
    monkeypatch.setenv("NO_PROXY", excepted)
    assert OpenAiLlm("http://192.0.2.7:8000/v1").destination.proxy
    assert OpenAiLlm("http://192.0.2.7/v1").destination.proxy


@pytest.mark.parametrize("scheme", ["HTTP", "Http"])
def test_capitals_in_the_scheme_are_an_address_too(server, scheme):
    """As everywhere else an address is typed."""
    url = server.url(GOOD["plain"]).replace("http", scheme, 1)
    require_llm(url)
    assert said(load_llm(url)) == SAID


def test_a_name_that_moves_away_gets_nothing(server, monkeypatch):
    """It stood for this machine when it was looked up first: another one there is not sent a byte."""
    monkeypatch.setattr("rag.generation.remote.openai_compatible.is_here", lambda host: True)
    monkeypatch.setattr("rag.generation.remote.openai_compatible.is_loopback", lambda address: False)
    with pytest.raises(LlmError, match="for another now"):
        said(OpenAiLlm(server.url(GOOD["plain"])))
    assert server.wait_closed() and not server.seen


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_said_and_not_followed(server, status):
    """Neither to another host nor on this one; a prompt goes where it was told to."""
    other = HostileLlm()
    place = other.url(GOOD["plain"])
    moved = reply(b"", status, "text/html", f"Location: {place}/chat/completions")
    with pytest.raises(LlmError, match="redirects to http") as raised:
        said(OpenAiLlm(server.url(moved)))
    assert place in str(raised.value)
    assert not other.seen
    other.end()


# --- addresses and keys -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///v1",
        "http://127.0.0.1:port/v1",
        "http://[::1/v1",
        "https://a b/v1",
        "http://a\x1b[1m/v1",
        "http://a/v1?key=x",
    ],
)
def test_what_is_no_address_is_said_at_once(url):
    """Before anything is sent, in words that can be shown."""
    with pytest.raises(LlmError, match="--llm takes an address") as raised:
        load_llm(url)
    assert str(raised.value).isprintable()


def test_a_login_in_an_address_is_used_and_not_shown(server):
    """Neither in the model's name nor in an error."""
    llm = OpenAiLlm(server.url(BAD["failing"][0]).replace("127.", "me:secret@127."))
    with pytest.raises(LlmError) as raised:
        said(llm)
    assert "secret" not in llm.name + str(raised.value)
    assert "authorization: basic" in server.seen[0][0].lower()


@pytest.mark.parametrize("key", ["sk-\n1", "sk-é", "sk-\x7f"])
def test_a_key_that_cannot_be_sent_is_not_shown(server, monkeypatch, key):
    """One line, without it."""
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(LlmError, match="OPENAI_API_KEY") as raised:
        said(OpenAiLlm(server.url(GOOD["plain"])))
    assert "sk-" not in str(raised.value) and not server.seen


def test_an_empty_key_is_none(server, monkeypatch):
    """As a shell leaves it."""
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    assert said(OpenAiLlm(server.url(GOOD["plain"]))) == SAID
