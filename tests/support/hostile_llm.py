"""A server of chat completions that behaves as it is told, well or badly: one behaviour a path, on sockets alone."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time


def sse(*events, end="data: [DONE]\n\n", line="\n"):
    """Server-sent events as the body of a reply; what is no text is written as JSON."""
    text = "".join(f"data: {each if isinstance(each, str) else json.dumps(each)}{line}{line}" for each in events)
    return (text + end.replace("\n", line)).encode()


def delta(content, finish=None, **more):
    """An event with some more of the reply."""
    return {"choices": [{"index": 0, "delta": {"content": content, **more}, "finish_reason": finish}]}


def reply(body, status="200 OK", kind="text/event-stream", *headers, is_whole=True):
    """A reply, byte for byte; its length is told when it is whole."""
    head = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *headers, "Connection: close"]
    head += [f"Content-Length: {len(body)}"] if is_whole else []
    return "\r\n".join([*head, "", ""]).encode() + body


def chunked(*parts, end=b"0\r\n\r\n"):
    """A reply in chunks."""
    body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return reply(body + end, "200 OK", "text/event-stream", "Transfer-Encoding: chunked", is_whole=False)


def whole(message, finish="stop", **more):
    """A reply that was not streamed."""
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": finish}], **more}
    return reply(json.dumps(body, indent=1).encode(), kind="application/json; charset=utf-8")


def json_reply(found, status="200 OK"):
    return reply(json.dumps(found).encode(), status, "application/json")


def endless(piece, head=b"", pause=0.0):
    """A behaviour: the piece again and again, until the other end has closed."""
    start = reply(head, "200 OK", "text/event-stream", is_whole=False)

    def behave(connection):
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return behave


def hang(first=b""):
    """A behaviour: some bytes, then none, until the other end has closed."""

    def behave(connection):
        connection.sendall(first)
        while connection.recv(65536):
            pass

    return behave


SAID = "Les travaux ont coûté 3,2 millions d’euros."
WORDS = [delta("Les travaux ont coûté "), delta("3,2 millions d’euros.")]
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
FINISH = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
ROLE = {"choices": [{"index": 0, "delta": {"role": "assistant", "content": None}, "finish_reason": None}]}
PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>\x1b[31mHello</body></html>"

GOOD = {
    "plain": reply(sse(*WORDS, FINISH)),
    "llama-server": chunked(
        *(sse(each, end="") for each in (ROLE, *WORDS, FINISH, {"choices": [], "usage": USAGE, "timings": {"n": 1}})),
        b"data: [DONE]\n\n",
    ),
    "vllm": reply(
        sse(delta("", role="assistant", reasoning_content=None), *WORDS, FINISH, {"choices": [], "usage": USAGE})
    ),
    "ollama": reply(
        sse(
            delta("Les travaux ont coûté ", role="assistant"),
            delta("3,2 millions d’euros.", role="assistant"),
            delta("", "stop"),
        )
    ),
    "lm-studio": reply(sse(*WORDS, {**FINISH, "usage": None, "stats": {}}, {"choices": None, "usage": USAGE})),
    "thinking first": reply(sse({"choices": [{"delta": {"reasoning_content": "Let me see"}}]}, *WORDS, FINISH)),
    "azure": reply(sse({"choices": [], "prompt_filter_results": []}, *WORDS, FINISH)),
    "keep-alive": reply(b": ping\n\nevent: message\nid: 1\nretry: 5\n" + sse(*WORDS, FINISH)),
    "crlf": reply(sse(*WORDS, FINISH, line="\r\n")),
    "cr": reply(sse(*WORDS, FINISH, line="\r")),
    "no blank lines": reply(sse(*WORDS, FINISH).replace(b"\n\n", b"\n")),
    "byte order mark": reply(b"\xef\xbb\xbf\n" + sse(*WORDS, FINISH)),
    "byte order mark in pieces": chunked(b"\xef", b"\xbb", b"\xbf" + sse(*WORDS, FINISH)),
    "no content type": reply(sse(*WORDS, FINISH), kind=""),
    "no done": reply(sse(*WORDS, FINISH, end="")),
    "no finish": reply(sse(*WORDS)),
    "no last line end": reply(sse(*WORDS).rstrip()),
    "length": reply(sse(WORDS[0], delta("3,2 millions d’euros.", "length"))),
    "whole": whole({"role": "assistant", "content": SAID}, usage=USAGE),
    "whole, bare": json_reply({"choices": [{"message": {"content": SAID}}]}),
    "whole as events": reply(sse({"choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]})),
    "raw separators": reply(
        sse(json.dumps(delta(SAID), ensure_ascii=False), json.dumps({**FINISH, "x": "\u2028\x85"}, ensure_ascii=False))
    ),
    "byte by byte": chunked(*(bytes([each]) for each in sse(*WORDS, FINISH, {"choices": [], "usage": USAGE}))),
    "whole numbers as decimals": reply(
        sse(*WORDS, {"choices": [], "usage": {"prompt_tokens": 9.0, "completion_tokens": 2}})
    ),
    "ends late": hang(reply(sse(*WORDS, FINISH, end=""), is_whole=False)),
}
"""Replies that say SAID; the last one never closes."""

_DEEP = '{"choices": ' + "[" * 100_000
BAD = {
    # what is said -> words that the one line holds
    "null content": (whole({"content": None}), "holds no text"),
    "only nulls": (reply(sse(ROLE, FINISH)), "holds no text"),
    "list content": (reply(sse(delta([{"type": "text", "text": "Oui"}]))), "content is a list, not text"),
    "number content": (whole({"content": 12}), "content is a number, not text"),
    "null delta": (reply(sse({"choices": [{"delta": None}]})), "delta is null, not an object"),
    "text delta": (reply(sse({"choices": [{"delta": "Oui"}]})), "delta is text, not an object"),
    "no delta": (reply(sse({"choices": [{"index": 0}]})), "delta is missing"),
    "null message": (whole(None), "message is null, not an object"),
    "null choices": (reply(sse({"choices": None})), "choices is null, not a list"),
    "no choices": (reply(sse({"id": "x"})), "choices is null, not a list"),
    "object choices": (reply(sse({"choices": {"0": {}}})), "choices is an object, not a list"),
    "null choice": (reply(sse({"choices": [None]})), "choices[0] is null, not an object"),
    "empty choices": (reply(sse({"choices": []})), "holds no text"),
    "odd finish": (reply(sse(delta("Oui", 3))), "finish_reason is a number, not text"),
    "error event": (
        reply(sse(WORDS[0], {"error": {"message": "out of memory"}})),
        "broke off with an error (“out of memory”)",
    ),
    "error of vllm": (json_reply({"object": "error", "message": "no such model"}), "no such model"),
    "error line": (reply(b'error: {"code": 500, "message": "slot busy"}\n\n'), "slot busy"),
    "error with 200": (json_reply({"error": "model not loaded"}), "model not loaded"),
    "odd error": (reply(sse({"error": [1, {"a": None}]})), "broke off with an error"),
    "list event": (reply(sse([1, 2])), "an event is a list, not an object"),
    "number event": (reply(sse("7")), "an event is a number, not an object"),
    "null event": (reply(sse("null")), "an event is null, not an object"),
    "text event": (reply(sse('"Oui"')), "an event is text, not an object"),
    "no json": (reply(sse("{oops")), "an event is not JSON (“{oops”)"),
    "deep json": (reply(sse(_DEEP)), "an event is not JSON"),
    "long number": (reply(sse('{"choices": ' + "9" * 9000 + "}")), "an event is not JSON"),
    "whole list": (json_reply([delta("Oui")]), "the whole is a list, not an object"),
    "no utf-8": (reply(b'data: {"choices": [{"delta": {"content": "\xff\xfe"}}]}\n\n'), "an event is not UTF-8"),
    "utf-16": (reply(sse(*WORDS).decode().encode("utf-16")), "not a chat completion"),
    "text usage": (reply(sse(*WORDS, {"choices": [], "usage": "many"})), "usage is text, not an object"),
    "list usage": (reply(sse({**WORDS[0], "usage": []})), "usage is a list, not an object"),
    "text count": (reply(sse({**WORDS[0], "usage": {"prompt_tokens": "9"}})), "prompt_tokens is text, not a number"),
    "infinite count": (reply(sse('{"choices": [], "usage": {"prompt_tokens": 1e999}}')), "not a number of tokens"),
    "no number": (reply(sse('{"choices": [], "usage": {"completion_tokens": NaN}}')), "not a number of tokens"),
    "negative count": (reply(sse({**WORDS[0], "usage": {"completion_tokens": -1}})), "not a number of tokens"),
    "true count": (reply(sse({**WORDS[0], "usage": {"completion_tokens": True}})), "true or false, not a number"),
    "odd details": (
        reply(sse({**WORDS[0], "usage": {"prompt_tokens_details": 3}})),
        "prompt_tokens_details is a number",
    ),
    "web page": (reply(PAGE, kind="text/html; charset=utf-8"), "it sent a web page"),
    "web page as events": (reply(PAGE), "it sent a web page"),
    "picture": (reply(b"\x89PNG", kind="image/png"), "it sent data of another type (“image/png”)"),
    "words": (reply(b"Ollama is running", kind="text/plain"), "it sent text (“Ollama is running”)"),
    "nothing": (reply(b""), "it sent nothing"),
    "only done": (reply(sse()), "it sent nothing"),
    "only pings": (reply(b": ping\n\n" * 50), "it sent nothing"),
    "gzip bomb": (
        reply(gzip.compress(bytes(10_000_000)), "200 OK", "text/event-stream", "Content-Encoding: gzip"),
        "it sent compressed data",
    ),
    "gzip of an error": (
        reply(gzip.compress(b"x" * 1000), "500 Oh", "text/plain", "Content-Encoding: gzip"),
        "it answered 500.",
    ),
    "broken chunks": (chunked(sse(*WORDS, end=""), end=b"zz\r\nnonsense"), "broke off in the middle"),
    "cut chunks": (chunked(sse(*WORDS, end=""), end=b""), "broke off in the middle"),
    "cut short": (reply(sse(*WORDS))[:-30], "broke off in the middle"),
    "neither done nor finish": (reply(sse(*WORDS, end="")), "broke off in the middle"),
    "cut event": (reply(b'data: {"choices": [{"del', is_whole=False), "an event is not JSON"),
    "only thoughts": (
        reply(sse({"choices": [{"delta": {"reasoning_content": "Hm"}}]}, delta(None, "length"))),
        "only thought",
    ),
    "only a tool": (
        reply(sse({"choices": [{"delta": {"tool_calls": [{}]}, "finish_reason": "tool_calls"}]})),
        "tool_calls",
    ),
    "filtered": (reply(sse(delta("", "content_filter"))), "finish_reason: content_filter"),
    "closed at once": (b"", "no answer"),
    "no http": (b"SSH-2.0-OpenSSH_9.6\r\n", "no answer"),
    "many headers": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, "no answer"),
    "long header": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n", "no answer"),
    "unauthorized": (json_reply({"error": {"message": "Invalid key"}}, "401 No"), "401 (“Invalid key”). Put the key"),
    "not found": (json_reply({"detail": "Not Found"}, "404 No"), "404 (“Not Found”). Its URL usually ends in /v1"),
    "not found page": (reply(PAGE, "404 Not Found", "text/html"), "it answered 404. Its URL"),
    "too many": (reply(b"slow down", "429 Later", "text/plain"), "429 (“slow down”). Ask again later"),
    "failing": (reply(b"", "500 Oh"), "it answered 500. Ask again"),
    "loading": (json_reply({"error": {"code": 503, "message": "Loading model"}}, "503 No"), "503 (“Loading model”)"),
    "bad request": (json_reply({"message": "model is required"}, "400 No"), "400 (“model is required”). Does #MODEL"),
    "teapot": (reply(b"\xff\xfe{", "418 Tea"), "it answered 418"),
    "no content": (reply(b"", "204 None", is_whole=False), "it answered 204"),
    "escapes": (
        json_reply({"error": {"message": "\x1b]0;owned\x07\n<script>alert(1)</script>\u202e" + "a" * 999}}, "400 No"),
        r"\x1b]0;owned\x07 <script>alert(1)</script>\u202eaaa",
    ),
}
"""Replies that are none, each with words of the one line that it becomes."""

_TEXT = sse(delta("mot "), end="")
TOO_LONG = {
    "endless text": (endless(_TEXT), ""),
    "endless letters": (endless(sse(delta("a"), end="")), ""),
    "endless big pieces": (endless(sse(delta("mot " * 10_000), end="")), ""),
    "endless events": (endless(sse(delta(""), end="") * 50), "more than"),
    "endless thoughts": (endless(sse({"choices": [{"delta": {"reasoning_content": "hm"}}]}, end="") * 50), "more than"),
    "endless pings": (endless(b": ping\n\n" * 5000), "more than 4,194,304 bytes"),
    "endless blanks": (endless(b" \n\r\n" * 10_000), "more than 4,194,304 bytes"),
    "endless line": (endless(b"data: " + b"x" * 65_536), "an event of 262,144 bytes"),
    "endless json": (endless(b'{"choices": [' + b" " * 65_536), "an event of 262,144 bytes"),
    "endless usage": (endless(sse({"choices": [], "usage": USAGE}, end="") * 50), "more than"),
}
"""Behaviours without an end, with words of their line; "" where what was written counts, as far as it is read."""

HANGING = {
    "before the head": hang(),
    "in the head": hang(b"HTTP/1.1 200 OK\r\nContent-Type: text/event"),
    "after the head": hang(reply(b"", is_whole=False)),
    "in an event": hang(reply(b'data: {"choices": [{"del', is_whole=False)),
    "in a failure": hang(reply(b"", "500 Oh", "text/plain", "Content-Length: 9", is_whole=False)),
    "head letter by letter": lambda connection: trickle(connection, b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 99_999),
    "provisional": lambda connection: trickle(connection, b"HTTP/1.1 103 Early\r\n\r\n" * 9_999, 24),
    "pings": endless(b": ping\n\n", pause=0.05),
}
"""Behaviours that never say a word."""


def trickle(connection, data, n=1):
    for at in range(0, len(data), n):
        connection.sendall(data[at : at + n])
        time.sleep(0.05)


class HostileLlm:
    """Behaves as the first part of a path says; `seen` is what it was asked, `closed` what was left before its end."""

    def __init__(self):
        self.behaviours = {}
        self.seen, self.closed = [], []
        self.asked = threading.Event()
        """Set when a question is there; who waits for the next one clears it."""
        self._changed = threading.Condition()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._connections = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def url(self, behaviour, host="127.0.0.1"):
        """The address under which it behaves so: bytes to send, or a function of the connection."""
        self.behaviours[name := str(len(self.behaviours))] = behaviour
        return f"http://{host}:{self.port}/{name}/v1"

    def wait_closed(self, n=1, seconds=10):
        """Whether so many connections have been closed by the other end while there was more to say or to hear."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.closed) >= n, seconds)

    def end(self):
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        name = ""
        with connection:
            try:
                head = self._head(connection)
                name = head.split(" ")[1].split("/")[1] if head else ""
                behave = self.behaviours.get(name, b"")
                self.asked.set()
                if head and isinstance(behave, bytes):
                    connection.sendall(behave)
                    connection.shutdown(socket.SHUT_WR)
                    while connection.recv(65536):  # so that what was sent is not lost with the connection
                        pass
                    return
                if head:
                    behave(connection)
            except OSError:
                pass
        with self._changed:
            self.closed.append(name)
            self._changed.notify_all()

    def _head(self, connection):
        """The head of a request, whose body is read and kept beside it."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := connection.recv(65536)):
                return ""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        while len(body) < sum(lengths):
            body += connection.recv(65536)
        self.seen.append((head.decode("latin-1"), body))
        return head.decode("latin-1")
